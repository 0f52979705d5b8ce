import { countOf, JsonReader, listOf, objectOf, textOf, type Kept } from "./json.ts";
import type { Outcome, ReportReader, Runner, TestReport } from "./report.ts";
import { Tally } from "./tally.ts";

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
export class RspecJsonReader implements ReportReader {
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
    const summary = root && objectOf(root, "summary");
    if (problem !== undefined) this.#tally.unreadable(`the JSON report cannot be relied on: ${problem}`);
    else if (root === undefined || summary === undefined || listOf(root, "examples") === undefined) {
      this.#tally.unreadable("the report is not one of RSpec's");
    } else {
      const hidden = countOf(summary, "failure_count") - this.#tally.counts.failed;
      if (hidden > 0) this.#tally.error(`the report counts ${hidden} failed that it does not show`, hidden);
      const outside = countOf(summary, "errors_outside_of_examples_count");
      if (outside > 0) this.#tally.error("errors occurred outside of the examples", outside);
    }
    return this.#tally.settle("rspec-json", this.#runner);
  }

  #take(path: string, value: Kept): boolean {
    if (path !== "examples") return false;
    const file = textOf(value, "file_path");
    this.#tally.test({
      name: textOf(value, "full_description") ?? textOf(value, "description") ?? "",
      ...(file === undefined ? {} : { file }),
      outcome: OUTCOMES.get(textOf(value, "status") ?? "") ?? "error",
    });
    return true;
  }
}
