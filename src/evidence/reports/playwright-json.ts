import { countOf, JsonReader, listOf, objectOf, textOf, type Kept } from "./json.ts";
import type { Outcome, ReportReader, Runner, TestReport } from "./report.ts";
import { Tally } from "./tally.ts";

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
export class PlaywrightJsonReader implements ReportReader {
  readonly #tally = new Tally();
  readonly #runner: Runner | undefined;
  readonly #json = new JsonReader({ keys: KEYS, take: (path, value, parents) => this.#take(path, value, parents) });

  constructor(runner?: Runner) {
    this.#runner = runner;
  }

  write(piece: string): void {
    this.#json.write(piece);
  }

  end(): TestReport {
    this.#json.end();
    const { problem, root } = this.#json;
    const stats = root && objectOf(root, "stats");
    if (problem !== undefined) this.#tally.unreadable(`the JSON report cannot be relied on: ${problem}`);
    else if (root === undefined || stats === undefined || listOf(root, "suites") === undefined) {
      this.#tally.unreadable("the report is not one of Playwright's");
    } else {
      const hidden = countOf(stats, "unexpected") - this.#tally.counts.failed;
      if (hidden > 0) this.#tally.error(`the report counts ${hidden} failed that it does not show`, hidden);
    }
    return this.#tally.settle("playwright-json", this.#runner);
  }

  #take(path: string, value: Kept, parents: readonly Kept[]): boolean {
    if (path === "errors") {
      const message = textOf(value, "message") ?? "an error outside of the tests";
      // That no test was found is said as an error too, but nothing went wrong.
      if (message.startsWith("Error: No tests found")) this.#tally.nothing("no tests found");
      else this.#tally.error(message);
      return true;
    }
    if (!/(?:^|\.)specs$/.test(path)) return /(?:^|\.)suites$/.test(path);
    const suites = parents.flatMap((parent) => textOf(parent, "title") ?? []).slice(1);
    const file = textOf(value, "file") ?? textOf(parents[1] ?? {}, "file");
    for (const test of listOf(value, "tests") ?? []) {
      const { status, projectName } = test as { readonly status?: unknown; readonly projectName?: unknown };
      const project = typeof projectName === "string" && projectName !== "" ? [`[${projectName}]`] : [];
      this.#tally.test({
        name: [...project, ...suites, textOf(value, "title") ?? ""].join(" > "),
        ...(file === undefined ? {} : { file }),
        outcome: (typeof status === "string" ? OUTCOMES.get(status) : undefined) ?? "error",
        ...(status === "flaky" ? { isFlaky: true } : {}),
      });
    }
    return true;
  }
}
