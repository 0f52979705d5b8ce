import { numbersIn, type TextFormat } from "./text-reader.ts";

/** `3 examples, 1 failure, 1 pending, 1 error occurred outside of examples` */
export const rspec: TextFormat = {
  runner: "rspec",
  isVerified: true,
  summaries: "each",
  rules: ({ summary, nothing }) => ({
    line(line) {
      if (/^No examples found\.$/.test(line)) return nothing("no examples found");
      const [, total, failed, pending, errors] =
        /^(\d{1,9}) examples?, (\d{1,9}) failures?(?:, (\d{1,9}) pending)?(?:, (\d{1,9}) errors? occurred outside of examples)?$/.exec(
          line,
        ) ?? [];
      if (total === undefined) return;
      const counts = { failed: Number(failed), skipped: Number(pending ?? 0), errors: Number(errors ?? 0) };
      summary({ ...counts, passed: Math.max(0, Number(total) - counts.failed - counts.skipped) });
    },
  }),
};

const PHPUNIT_BAD: ReadonlySet<string> = new Set(["Failures", "Errors", "Warnings"]);
const PHPUNIT_SKIPPED: ReadonlySet<string> = new Set(["Skipped", "Incomplete"]);

/** `OK (2 tests, 2 assertions)`, or a heading and `Tests: 4, Assertions: 3, Failures: 1, Skipped: 1.` */
export const phpunit: TextFormat = {
  runner: "phpunit",
  isVerified: true,
  summaries: "each",
  rules: ({ summary, failure, nothing, unreadable }) => ({
    line(line) {
      if (line.startsWith("No tests executed!")) return nothing("no tests executed");
      if (/^(?:FAILURES|ERRORS|WARNINGS)!$/.test(line)) return failure(line);
      const tests = /^OK \((\d{1,9}) tests?, \d+ assertions?\)$/.exec(line)?.[1];
      if (tests !== undefined) return summary({ passed: Number(tests) });
      const list = /^(Tests: \d.*)\.$/.exec(line)?.[1];
      if (list === undefined) return;
      let total = 0;
      let failed = 0;
      let skipped = 0;
      for (const part of list.split(", ")) {
        const [, word, number] = /^([A-Z][A-Za-z ]*): (\d{1,9})$/.exec(part) ?? [];
        if (word === undefined) return unreadable("the summary of PHPUnit is not one that is known");
        if (word === "Tests") total += Number(number);
        if (PHPUNIT_BAD.has(word)) failed += Number(number);
        if (PHPUNIT_SKIPPED.has(word)) skipped += Number(number);
      }
      summary({ passed: Math.max(0, total - failed - skipped), failed, skipped });
    },
  }),
};

const EXUNIT_FAILURE = /^ {2}\d+\) (?:(?:test|property|doctest) .* \(.*\)$|\S+: failure on )/;

/** `2 doctests, 3 tests, 1 failure, 1 excluded` */
export const exunit: TextFormat = {
  runner: "exunit",
  isVerified: true,
  summaries: "each",
  rules: ({ summary, failure, nothing, unreadable }) => ({
    line(line) {
      if (line.startsWith("There are no tests to run")) return nothing("there are no tests to run");
      if (line.startsWith("== Compilation error") || EXUNIT_FAILURE.test(line)) return failure(line);
      if (!/^\d+ (?:doctests?|properties|property|tests?), .*\bfailures?\b/.test(line)) return;
      const numbers = numbersIn(line, ", ");
      if (numbers === undefined) return unreadable("the summary of ExUnit is not one that is known");
      const of = (...words: readonly string[]): number =>
        words.reduce((sum, word) => sum + (numbers.get(word) ?? 0), 0);
      const total = of("doctest", "doctests", "property", "properties", "test", "tests");
      const failed = of("failure", "failures");
      const errors = of("invalid");
      const skipped = of("skipped");
      summary({ passed: Math.max(0, total - failed - errors - skipped - of("excluded")), failed, errors, skipped });
    },
  }),
};
