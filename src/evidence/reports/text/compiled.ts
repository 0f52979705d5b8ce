import type { TextFormat } from "./text-reader.ts";

/**
 * `go test` says `ok` of a package even if all its tests were skipped, so that only `-v`, with a line for every test,
 * shows that something ran.
 */
export const go: TextFormat = {
  runner: "go",
  isVerified: true,
  summaries: "sum",
  rules: ({ summary, failure, unreadable }) => {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    let packages = 0;
    let silent: string | undefined;
    /** Tests that are said to run in the package that is being read. */
    let inPackage = 0;
    return {
      line(line) {
        const [, outcome] = /^ *--- (PASS|FAIL|SKIP): \S+ \(\d+\.\d+s\)$/.exec(line) ?? [];
        if (outcome !== undefined) {
          inPackage++;
          if (outcome === "FAIL") failure(line.trim());
          counts[outcome === "PASS" ? "passed" : outcome === "FAIL" ? "failed" : "skipped"]++;
          return;
        }
        if (/^FAIL(?:\t|$)/.test(line)) return failure(line);
        const [, mark, name, tests] =
          /^(ok {2}|\? {3}|-{3})?\t(\S+)\t.*?(\[no test files\]|\[no tests to run\])?$/.exec(line) ?? [];
        if (mark === undefined || mark === "---") return;
        packages++;
        if (tests === undefined && inPackage === 0) silent ??= name;
        inPackage = 0;
      },
      end() {
        if (packages === 0) return;
        summary(counts);
        if (silent !== undefined) unreadable(`go test does not say whether a test of ${silent} ran: use -json or -v`);
      },
    };
  },
};

const CARGO_ERROR = /^error: (?:test failed|doctest failed|could not compile |\d+ targets? failed)/;
const RESULT =
  /^test result: (ok|FAILED)\. (\d{1,9}) passed; (\d{1,9}) failed; (\d{1,9}) ignored; \d+ measured; \d+ filtered out; finished in [\d.]+s$/;

/** `test result: ok. 2 passed; 0 failed; …` for every target, many of them empty. */
export const cargo: TextFormat = {
  runner: "cargo",
  isVerified: true,
  summaries: "sum",
  rules: ({ summary, failure, unreadable }) => {
    let running: number | undefined;
    return {
      line(line) {
        if (CARGO_ERROR.test(line)) return failure(line);
        const count = /^running (\d{1,9}) tests?$/.exec(line)?.[1];
        if (count !== undefined) {
          if (running !== undefined) unreadable("a target of cargo test did not end");
          running = Number(count);
          return;
        }
        const [, verdict, passed, failed, ignored] = RESULT.exec(line) ?? [];
        if (verdict === undefined) return;
        if (verdict === "FAILED") failure(line);
        const counts = { passed: Number(passed), failed: Number(failed), skipped: Number(ignored) };
        const sum = counts.passed + counts.failed + counts.skipped;
        if (running === undefined || sum > running) return unreadable("a result of cargo test has no beginning");
        running = undefined;
        summary(counts);
      },
      end() {
        if (running !== undefined) unreadable("the last target of cargo test did not end");
      },
    };
  },
};

/** `100% tests passed, 0 tests failed out of 2`, which counts what was skipped as passed; a list below names it. */
export const ctest: TextFormat = {
  runner: "ctest",
  isVerified: true,
  summaries: "each",
  rules: ({ summary, failure, nothing, unreadable }) => {
    let open: { passed: number; failed: number; skipped: number } | undefined;
    const close = (): void => {
      if (open !== undefined) summary(open);
      open = undefined;
    };
    return {
      line(line) {
        if (line.startsWith("No tests were found!!!")) return nothing("no tests were found");
        if (/^(?:Errors while running CTest|CMake Error\b|Problem running command)/.test(line)) return failure(line);
        const [, failed, total] = /^\d+% tests passed, (\d{1,9}) tests? failed out of (\d{1,9})$/.exec(line) ?? [];
        if (total !== undefined) {
          close();
          if (Number(failed) > Number(total)) return unreadable("the summary of CTest does not add up");
          open = { passed: Number(total) - Number(failed), failed: Number(failed), skipped: 0 };
          return;
        }
        const reason = /^\t *\d+ - .* \(([^()]+)\)(?: {2,}.*)?$/.exec(line)?.[1];
        if (open === undefined || reason === undefined) return;
        // Disabled tests are in the list, but not in the total.
        if (reason === "Skipped") {
          open.passed = Math.max(0, open.passed - 1);
          open.skipped++;
        } else if (reason === "Disabled") open.skipped++;
      },
      end: close,
    };
  },
};

const SUREFIRE =
  /^(?:\[(?:INFO|WARNING|ERROR)\] )?Tests run: (\d{1,9}), Failures: (\d{1,9}), Errors: (\d{1,9}), Skipped: (\d{1,9})(?:, Flakes: \d+)?$/;

/** Maven with Surefire: `Tests run: 3, Failures: 0, …` under `Results:`, for every module that has tests. */
export const maven: TextFormat = {
  runner: "maven",
  isVerified: true,
  summaries: "sum",
  rules: ({ summary, failure, nothing, unreadable }) => {
    let isInResults = false;
    let hasEnded = false;
    return {
      line(line) {
        if (/^(?:\[INFO\] )?Tests are skipped\.$/.test(line)) nothing("the tests are skipped");
        if (/^(?:\[INFO\] )?Results ?:$/.test(line)) isInResults = true;
        if (/^\[INFO\] BUILD SUCCESS$/.test(line)) hasEnded = true;
        if (/^(?:\[\w+\] )?BUILD FAILURE$/.test(line)) failure(line);
        const [, total, failed, errors, skipped] = SUREFIRE.exec(line) ?? [];
        if (total === undefined || !isInResults) return;
        isInResults = false;
        const counts = { failed: Number(failed), errors: Number(errors), skipped: Number(skipped) };
        summary({ ...counts, passed: Math.max(0, Number(total) - counts.failed - counts.errors - counts.skipped) });
      },
      end() {
        if (!hasEnded) unreadable("Maven does not say that it ended well");
      },
    };
  },
};
