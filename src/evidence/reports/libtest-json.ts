import { countOf, textOf, type Kept } from "./json.ts";
import { JsonLines } from "./json-lines.ts";
import type { Outcome, ReportReader, Runner, TestReport } from "./report.ts";
import { Tally } from "./tally.ts";

const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ["ok", "passed"],
  ["failed", "failed"],
  ["ignored", "skipped"],
]);

/** What Rust's test harness writes with `--format json`: an event a line, a suite after the other. */
export class LibtestJsonReader implements ReportReader {
  readonly #tally = new Tally();
  readonly #runner: Runner;
  #suites = 0;
  #isOpen = false;
  #failed = 0;
  readonly #lines = new JsonLines(
    (event) => this.#event(event),
    (line) => {
      if (/^error: (?:test failed|doctest failed|could not compile )/.test(line)) this.#tally.error(line);
    },
  );

  constructor(runner: Runner = "cargo") {
    this.#runner = runner;
  }

  write(piece: string): void {
    this.#lines.write(piece);
  }

  end(): TestReport {
    this.#lines.end();
    if (this.#suites === 0) this.#tally.unreadable("there is no suite of Rust's test harness");
    if (this.#isOpen) this.#tally.unreadable("the last suite did not end");
    return this.#tally.settle("libtest-json", this.#runner);
  }

  #event(event: Kept): void {
    const type = textOf(event, "type");
    const happened = textOf(event, "event") ?? "";
    if (type === "test") {
      const outcome = OUTCOMES.get(happened);
      if (outcome === "failed") this.#failed++;
      if (outcome !== undefined) this.#tally.test({ name: textOf(event, "name") ?? "", outcome });
    }
    if (type !== "suite") return;
    if (happened === "started") {
      if (this.#isOpen) this.#tally.unreadable("a suite did not end");
      this.#suites++;
      this.#isOpen = true;
      this.#failed = 0;
      return;
    }
    this.#isOpen = false;
    const hidden = Math.max(countOf(event, "failed"), happened === "failed" ? 1 : 0) - this.#failed;
    if (hidden > 0) this.#tally.error(`a suite counts ${hidden} failed that it does not show`, hidden);
  }
}
