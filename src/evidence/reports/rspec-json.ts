import { countOf, listOf, objectOf, textOf } from "./json.ts";
import { countHidden, type JsonFormat } from "./json-report.ts";
import type { Outcome } from "./report.ts";

const KEYS: ReadonlySet<string> = new Set(
  "examples full_description description status file_path summary failure_count errors_outside_of_examples_count".split(
    " ",
  ),
);

const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ["passed", "passed"],
  ["failed", "failed"],
  ["pending", "skipped"],
]);

/** The JSON of RSpec's `json` formatter. */
export const rspecJson: JsonFormat = {
  format: "rspec-json",
  whose: "RSpec's",
  keys: KEYS,
  rules: (tally) => ({
    take(path, value) {
      if (path !== "examples") return false;
      const file = textOf(value, "file_path");
      tally.test({
        name: textOf(value, "full_description") ?? textOf(value, "description") ?? "",
        ...(file === undefined ? {} : { file }),
        outcome: OUTCOMES.get(textOf(value, "status") ?? "") ?? "error",
      });
      return true;
    },
    compare(root) {
      const summary = objectOf(root, "summary");
      if (summary === undefined || listOf(root, "examples") === undefined) return false;
      countHidden(tally, summary, "failure_count");
      const outside = countOf(summary, "errors_outside_of_examples_count");
      if (outside > 0) tally.error("errors occurred outside of the examples", outside);
      return true;
    },
  }),
};
