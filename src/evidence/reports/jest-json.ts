import { countOf, listOf, textOf } from "./json.ts";
import { countHidden, type JsonFormat } from "./json-report.ts";
import type { Outcome } from "./report.ts";

const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ["passed", "passed"],
  ["failed", "failed"],
  ["skipped", "skipped"],
  ["pending", "skipped"],
  ["disabled", "skipped"],
  ["todo", "todo"],
]);

const KEYS: ReadonlySet<string> = new Set(
  "testResults assertionResults fullName title status name numPassingAsserts success invocations numFailedTests numFailedTestSuites numRuntimeErrorTestSuites".split(
    " ",
  ),
);

/** The JSON of Jest (`--json`), which Vitest writes too (`--reporter=json`). */
export const jestJson: JsonFormat = {
  format: "jest-json",
  whose: "Jest's or Vitest's",
  keys: KEYS,
  rules: (tally) => {
    // Where the tests of the file begin that is being read: its name comes after them.
    let from = 0;
    let hasFailed = false;
    let failedFiles = 0;
    return {
      take(path, value) {
        if (path === "testResults.assertionResults") {
          const outcome = OUTCOMES.get(textOf(value, "status") ?? "");
          const name = textOf(value, "fullName") ?? textOf(value, "title") ?? "";
          const asserts = value["numPassingAsserts"];
          hasFailed ||= outcome === undefined || outcome === "failed";
          tally.test({
            name: name.trim(),
            outcome: outcome ?? "error",
            ...(typeof asserts === "number" ? { assertions: asserts } : {}),
            ...(outcome === "passed" && countOf(value, "invocations") > 1 ? { isFlaky: true } : {}),
          });
          return true;
        }
        if (path !== "testResults") return false;
        const file = textOf(value, "name");
        if (textOf(value, "status") === "failed") {
          failedFiles++;
          if (!hasFailed) tally.error(`${file ?? "a test file"} failed to run`);
        }
        if (file !== undefined) tally.setFile(from, file);
        from = tally.kept;
        hasFailed = false;
        return true;
      },
      compare(root) {
        if (listOf(root, "testResults") === undefined) return false;
        const { passed, failed, errors } = tally.counts;
        const hidden = countHidden(tally, root, "numFailedTests");
        const files = Math.max(
          countOf(root, "numRuntimeErrorTestSuites"),
          failedFiles > 0 ? 0 : countOf(root, "numFailedTestSuites"),
        );
        if (files > 0 && failed + errors + hidden === 0)
          tally.error("the report counts files that failed to run", files);
        if (root["success"] === false && failed + errors + files + hidden === 0 && passed > 0) {
          tally.error("the report calls the run a failure");
        }
        return true;
      },
    };
  },
};
