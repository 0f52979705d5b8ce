import { listOf, objectOf, textOf } from "./json.ts";
import { countHidden, type JsonFormat } from "./json-report.ts";
import type { Outcome } from "./report.ts";

const KEYS: ReadonlySet<string> = new Set(
  "suites specs tests title file status projectName errors message stats expected unexpected flaky skipped".split(" "),
);

const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ["expected", "passed"],
  ["flaky", "passed"],
  ["unexpected", "failed"],
  ["skipped", "skipped"],
]);

/** The JSON of Playwright's `json` reporter. */
export const playwrightJson: JsonFormat = {
  format: "playwright-json",
  whose: "Playwright's",
  keys: KEYS,
  rules: (tally) => ({
    take(path, value, parents) {
      if (path === "errors") {
        const message = textOf(value, "message") ?? "an error outside of the tests";
        // That no test was found is said as an error too, but nothing went wrong.
        if (message.startsWith("Error: No tests found")) tally.nothing("no tests found");
        else tally.error(message);
        return true;
      }
      if (!/(?:^|\.)specs$/.test(path)) return /(?:^|\.)suites$/.test(path);
      const suites = parents.flatMap((parent) => textOf(parent, "title") ?? []).slice(1);
      const file = textOf(value, "file") ?? textOf(parents[1] ?? {}, "file");
      for (const test of listOf(value, "tests") ?? []) {
        const { status, projectName } = test as { readonly status?: unknown; readonly projectName?: unknown };
        const project = typeof projectName === "string" && projectName !== "" ? [`[${projectName}]`] : [];
        tally.test({
          name: [...project, ...suites, textOf(value, "title") ?? ""].join(" > "),
          ...(file === undefined ? {} : { file }),
          outcome: (typeof status === "string" ? OUTCOMES.get(status) : undefined) ?? "error",
          ...(status === "flaky" ? { isFlaky: true } : {}),
        });
      }
      return true;
    },
    compare(root) {
      const stats = objectOf(root, "stats");
      if (stats === undefined || listOf(root, "suites") === undefined) return false;
      countHidden(tally, stats, "unexpected");
      return true;
    },
  }),
};
