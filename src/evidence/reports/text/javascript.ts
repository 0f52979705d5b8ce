import { isBareFile } from "../junit.ts";
import type { Counts } from "../report.ts";
import { numbersIn, sumOf, type TextFormat } from "./text-reader.ts";

const VITEST: ReadonlySet<string> = new Set(["passed", "failed", "skipped", "todo", "expected fail"]);
const JEST: ReadonlySet<string> = new Set(["passed", "failed", "skipped", "todo", "total"]);

/** `Tests  1 failed | 2 passed (3)`, after a line of the same shape for files. */
export const vitest: TextFormat = {
  runner: "vitest",
  isVerified: true,
  summaries: "each",
  rules: ({ summary, failure, nothing, unreadable }) => {
    let hasFiles = false;
    return {
      line(line) {
        if (/^No test files? found, exiting with code/.test(line)) return nothing("no test files found");
        if (/^(?:error during close|⎯+ ?(?:Unhandled|Failed|Startup))/.test(line)) return failure(line);
        const [, label, list = "", total] =
          /^ *(Test Files|Tests|Errors|Type Errors) {2}(.*?)(?: \((\d{1,9})\))?$/.exec(line) ?? [];
        const isBelowFiles = hasFiles;
        hasFiles = label === "Test Files";
        if (label === undefined) return;
        if (label === "Errors" || label === "Type Errors") return list === "no errors" ? undefined : failure(line);
        if (label === "Test Files") return /\bfailed\b/.test(list) ? failure(line) : undefined;
        if (!isBelowFiles) return;
        if (list === "no tests") return summary({});
        const numbers = numbersIn(list, "|", VITEST);
        if (numbers === undefined || sumOf(numbers) !== Number(total))
          return unreadable("the summary of Vitest does not add up");
        summary({
          passed: (numbers.get("passed") ?? 0) + (numbers.get("expected fail") ?? 0),
          failed: numbers.get("failed") ?? 0,
          skipped: numbers.get("skipped") ?? 0,
          todo: numbers.get("todo") ?? 0,
        });
      },
    };
  },
};

/** `Tests:       1 failed, 2 passed, 3 total`, after a line of the same shape for files. */
export const jest: TextFormat = {
  runner: "jest",
  isVerified: true,
  summaries: "each",
  rules: ({ summary, failure, nothing, unreadable }) => {
    let hasFiles = false;
    return {
      line(line) {
        if (line.startsWith("No tests found, exiting with code")) return nothing("no tests found");
        if (/^ ?FAIL +\S/.test(line)) failure(line.trim());
        if (/^Jest: .*\bthreshold\b/.test(line)) return failure(line);
        const [, label, list = ""] = /^(Test Suites|Tests): +(.*)$/.exec(line) ?? [];
        const isBelowFiles = hasFiles;
        hasFiles = label === "Test Suites";
        if (label === undefined) return;
        if (label === "Test Suites") return /\bfailed\b/.test(list) ? failure(line) : undefined;
        if (!isBelowFiles) return;
        const numbers = numbersIn(list, ", ", JEST);
        const total = numbers?.get("total");
        if (numbers === undefined || total === undefined || sumOf(numbers) !== 2 * total) {
          return unreadable("the summary of Jest does not add up");
        }
        summary({
          passed: numbers.get("passed") ?? 0,
          failed: numbers.get("failed") ?? 0,
          skipped: numbers.get("skipped") ?? 0,
          todo: numbers.get("todo") ?? 0,
        });
      },
    };
  },
};

/** `  2 passing (3ms)`, with lines for what is pending and failing below. */
export const mocha: TextFormat = {
  runner: "mocha",
  isVerified: true,
  summaries: "each",
  rules: ({ summary, failure, nothing }) => {
    let open: { passed: number; failed: number; skipped: number } | undefined;
    const close = (): void => {
      if (open !== undefined) summary(open);
      open = undefined;
    };
    return {
      line(line) {
        if (/^Error: No test files? found/.test(line)) return nothing("no test files found");
        if (line.startsWith(" Exception during run: ") || /^ {2,}\d+\) \S/.test(line)) return failure(line.trim());
        const [, number, word] = /^ {2}(\d{1,9}) (passing|pending|failing)(?: \(.*\))?$/.exec(line) ?? [];
        if (word === "failing") failure(line);
        if (word === "passing") {
          close();
          open = { passed: Number(number), failed: 0, skipped: 0 };
        } else if (word !== undefined && open !== undefined)
          open[word === "failing" ? "failed" : "skipped"] = Number(number);
        else if (line.trim() !== "") close();
      },
      end: close,
    };
  },
};

const NODE_KEYS = ["tests", "suites", "pass", "fail", "cancelled", "skipped", "todo"] as const;

/** node:test prints the same seven numbers at the end, behind `ℹ` (spec) or `#` (TAP). */
export const nodeTest: TextFormat = {
  runner: "node-test",
  isVerified: true,
  summaries: "each",
  rules: ({ summary, failure }) => {
    let isTap = false;
    let bareFiles = 0;
    let numbers: number[] = [];
    return {
      line(line) {
        if (line.startsWith("TAP version ")) isTap = true;
        if (isTap && /^ *not ok\b/.test(line) && !/ # *todo\b/i.test(line)) failure(line.trim());
        const name = /^(?:ok \d+ - (.*)|✔ (.*) \([\d.]+m?s\))$/
          .exec(line)
          ?.slice(1)
          .find((one) => one !== undefined);
        if (name !== undefined && isBareFile(name)) bareFiles++;
        const [, mark, key, number] = /^(ℹ|#) ([a-z]+) (\d{1,9})$/.exec(line) ?? [];
        if (key === undefined || (mark === "#" && !isTap) || key !== NODE_KEYS[numbers.length]) {
          numbers = [];
          return;
        }
        numbers.push(Number(number));
        if (numbers.length < NODE_KEYS.length) return;
        const [, , pass = 0, fail = 0, cancelled = 0, skipped = 0, todo = 0] = numbers;
        numbers = [];
        // A file without any test counts as one that passed.
        summary({ passed: Math.max(0, pass - bareFiles), failed: fail, errors: cancelled, skipped, todo });
        bareFiles = 0;
      },
    };
  },
};

const PLAYWRIGHT: ReadonlyMap<string, keyof Counts> = new Map([
  ["passed", "passed"],
  ["flaky", "passed"],
  ["failed", "failed"],
  ["interrupted", "failed"],
  ["skipped", "skipped"],
  ["did not run", "skipped"],
]);

/** `Running 3 tests using 1 worker`, and at the end a line for every kind of outcome: together they must come to that. */
export const playwright: TextFormat = {
  runner: "playwright",
  isVerified: true,
  summaries: "each",
  rules: ({ summary, failure, nothing, unreadable }) => {
    let total: number | undefined;
    let numbers = new Map<string, number>();
    const close = (): void => {
      if (total === undefined) return;
      const sum = sumOf(numbers);
      const counts: Record<string, number> = {};
      for (const [word, number] of numbers) {
        const key = PLAYWRIGHT.get(word)!;
        counts[key] = (counts[key] ?? 0) + number;
      }
      if (sum === total || (counts["failed"] ?? 0) > 0) summary(counts);
      else if (sum > 0) unreadable("the summary of Playwright does not add up");
      total = undefined;
      numbers = new Map();
    };
    return {
      line(line) {
        if (line.startsWith("Error: No tests found")) return nothing("no tests found");
        if (/^ {2}\d+ errors? (?:was|were) not a part of any test/.test(line)) return failure(line.trim());
        const running = /^Running (\d{1,9}) tests? using \d+ workers?/.exec(line)?.[1];
        if (running !== undefined) {
          close();
          total = Number(running);
          return;
        }
        const [, number, word] =
          /^ {2}(\d{1,9}) (passed|flaky|failed|interrupted|skipped|did not run)(?: \([^)]*\))?$/.exec(line) ?? [];
        if (word === undefined || total === undefined) return;
        if (word === "failed" || word === "interrupted") failure(line.trim());
        // Tests print too, and before the runner does.
        numbers.set(word, Number(number));
      },
      end: close,
    };
  },
};

const BUN: ReadonlyMap<string, keyof Counts> = new Map([
  ["pass", "passed"],
  ["fail", "failed"],
  ["skip", "skipped"],
  ["todo", "todo"],
  ["error", "errors"],
]);

/** ` 2 pass`, ` 1 fail`, then `Ran 3 tests across 1 file.` */
export const bun: TextFormat = {
  runner: "bun",
  isVerified: true,
  summaries: "each",
  rules: ({ summary, failure, nothing, unreadable }) => {
    let numbers = new Map<string, number>();
    return {
      line(line) {
        if (line.startsWith("No tests found!")) return nothing("no tests found");
        if (line.startsWith("# Unhandled error between tests") || line.startsWith("(fail) ")) failure(line);
        const [, number, word] = /^ (\d{1,9}) (pass|fail|skip|todo|error)s?$/.exec(line) ?? [];
        if (word !== undefined) numbers.set(BUN.get(word)!, Number(number));
        const ran = /^Ran (\d{1,9}) tests? across \d+ files?\./.exec(line)?.[1];
        if (ran === undefined) return;
        const { errors, ...tests } = Object.fromEntries(numbers) as Partial<Counts>;
        numbers = new Map();
        const sum = Object.values(tests).reduce((total, one) => total + one, 0);
        if (sum !== Number(ran) && (tests.failed ?? 0) + (errors ?? 0) === 0)
          return unreadable("the summary of Bun does not add up");
        summary({ ...tests, ...(errors === undefined ? {} : { errors }) });
      },
    };
  },
};

const STEPS = "(?: \\(\\d+ steps?\\))?";
const DENO = new RegExp(
  `^(ok|FAILED) \\| (\\d{1,9}) passed${STEPS} \\| (\\d{1,9}) failed${STEPS}(?: \\| (\\d{1,9}) ignored${STEPS})?(?: \\| \\d+ measured)?(?: \\| \\d+ filtered out)? \\([^)]*\\)$`,
);

/** `ok | 2 passed | 0 failed | 1 ignored (5ms)` */
export const deno: TextFormat = {
  runner: "deno",
  isVerified: true,
  summaries: "each",
  rules: ({ summary, failure, nothing }) => ({
    line(line) {
      if (line.startsWith("error: No test modules found")) return nothing("no test modules found");
      if (/^(?:error: Test failed$|Uncaught error from )/.test(line)) failure(line);
      const [, verdict, passed, failed, ignored] = DENO.exec(line) ?? [];
      if (verdict === undefined) return;
      if (verdict === "FAILED") failure(line);
      summary({ passed: Number(passed), failed: Number(failed), skipped: Number(ignored ?? 0) });
    },
  }),
};
