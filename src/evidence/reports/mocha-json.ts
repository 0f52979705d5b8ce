import { countOf, objectOf, textOf } from "./json.ts";
import { countHidden, type JsonFormat } from "./json-report.ts";
import type { Outcome } from "./report.ts";

const KEYS: ReadonlySet<string> = new Set(
  "stats failures passes pending title fullTitle file currentRetry tests".split(" "),
);

const LISTS: ReadonlyMap<string, Outcome> = new Map([
  ["passes", "passed"],
  ["failures", "failed"],
  ["pending", "skipped"],
]);

/** The JSON of Mocha's `json` reporter. */
export const mochaJson: JsonFormat = {
  format: "mocha-json",
  whose: "Mocha's",
  keys: KEYS,
  rules: (tally) => ({
    take(path, value) {
      const outcome = LISTS.get(path);
      if (outcome === undefined) return path === "tests";
      const file = textOf(value, "file");
      tally.test({
        name: textOf(value, "fullTitle") ?? textOf(value, "title") ?? "",
        ...(file === undefined ? {} : { file }),
        outcome,
        ...(outcome === "passed" && countOf(value, "currentRetry") > 0 ? { isFlaky: true } : {}),
      });
      return true;
    },
    compare(root) {
      const stats = objectOf(root, "stats");
      if (stats === undefined) return false;
      countHidden(tally, stats, "failures");
      return true;
    },
  }),
};
