import { countOf, JsonReader, objectOf, textOf, type Kept } from "./json.ts";
import type { Outcome, ReportReader, Runner, TestReport } from "./report.ts";
import { Tally } from "./tally.ts";

const KEYS: ReadonlySet<string> = new Set(
  "stats failures passes pending title fullTitle file currentRetry tests".split(" "),
);

const LISTS: ReadonlyMap<string, Outcome> = new Map([
  ["passes", "passed"],
  ["failures", "failed"],
  ["pending", "skipped"],
]);

/** The JSON of Mocha's `json` reporter. */
export class MochaJsonReader implements ReportReader {
  readonly #tally = new Tally();
  readonly #runner: Runner | undefined;
  readonly #json = new JsonReader({ keys: KEYS, take: (path, value) => this.#take(path, value) });

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
    else if (stats === undefined) this.#tally.unreadable("the report is not one of Mocha's");
    else {
      const hidden = countOf(stats, "failures") - this.#tally.counts.failed;
      if (hidden > 0) this.#tally.error(`the report counts ${hidden} failed that it does not show`, hidden);
    }
    return this.#tally.settle("mocha-json", this.#runner);
  }

  #take(path: string, value: Kept): boolean {
    const outcome = LISTS.get(path);
    if (outcome === undefined) return path === "tests";
    const file = textOf(value, "file");
    this.#tally.test({
      name: textOf(value, "fullTitle") ?? textOf(value, "title") ?? "",
      ...(file === undefined ? {} : { file }),
      outcome,
      ...(outcome === "passed" && countOf(value, "currentRetry") > 0 ? { isFlaky: true } : {}),
    });
    return true;
  }
}
