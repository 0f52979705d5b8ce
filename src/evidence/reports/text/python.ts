import { numbersIn, type TextFormat } from "./text-reader.ts";

const PYTEST =
  /^(?:=+ )?(no tests ran|\d+ [a-z]+(?:, \d+ [a-z ]+)*) in \d+(?:\.\d+)?s(?: \(\d+(?: days?, \d+)?:\d\d:\d\d\))?(?: =+)?$/;

/** `=== 1 failed, 2 passed in 0.03s ===`, without the rules when it is told to be quiet. */
export const pytest: TextFormat = {
  runner: "pytest",
  isVerified: true,
  summaries: "each",
  rules: ({ summary, failure, unreadable }) => ({
    line(line) {
      if (
        /^(?:FAILED|ERROR) \S+(?:\.py\b|::)/.test(line) ||
        /^!{3,} .* !{3,}$/.test(line) ||
        line.startsWith("INTERNALERROR>")
      ) {
        return failure(line);
      }
      const list = PYTEST.exec(line)?.[1];
      if (list === undefined) return;
      if (list === "no tests ran") return summary({});
      const numbers = numbersIn(list, ", ");
      if (numbers === undefined) return unreadable("the summary of pytest is not one that is known");
      const of = (...words: readonly string[]): number =>
        words.reduce((sum, word) => sum + (numbers.get(word) ?? 0), 0);
      summary({
        passed: of("passed", "xpassed"),
        failed: of("failed"),
        errors: of("error", "errors"),
        skipped: of("skipped", "xfailed"),
      });
    },
  }),
};

const UNITTEST: ReadonlySet<string> = new Set([
  "failures",
  "errors",
  "skipped",
  "expected failures",
  "unexpected successes",
]);

/** `Ran 3 tests in 0.001s`, an empty line, and `OK (skipped=1)` or `FAILED (failures=1)`. */
export const unittest: TextFormat = {
  runner: "unittest",
  isVerified: true,
  summaries: "each",
  rules: ({ summary, failure, unreadable }) => {
    let ran: number | undefined;
    return {
      line(line) {
        if (/^(?:FAIL|ERROR|UNEXPECTED SUCCESS): \S+ \(.+\)/.test(line)) failure(line);
        const count = /^Ran (\d{1,9}) tests? in \d+\.\d+s$/.exec(line)?.[1];
        if (count !== undefined) {
          ran = Number(count);
          return;
        }
        if (ran === undefined || line === "") return;
        const [, verdict, list] = /^(OK|FAILED|NO TESTS RAN)(?: \(([^)]*)\))?$/.exec(line) ?? [];
        const total = ran;
        ran = undefined;
        if (verdict === undefined) return unreadable("the summary of unittest is cut short");
        const numbers = new Map<string, number>();
        for (const part of list?.split(", ") ?? []) {
          const [word = "", number = ""] = part.split("=");
          if (!UNITTEST.has(word) || !/^\d{1,9}$/.test(number))
            return unreadable("the summary of unittest is not one that is known");
          numbers.set(word, Number(number));
        }
        if (verdict === "FAILED") failure(line);
        const failed = (numbers.get("failures") ?? 0) + (numbers.get("unexpected successes") ?? 0);
        const errors = numbers.get("errors") ?? 0;
        const skipped = numbers.get("skipped") ?? 0;
        summary({ passed: Math.max(0, total - failed - errors - skipped), failed, errors, skipped });
      },
    };
  },
};
