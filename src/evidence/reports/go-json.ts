import { textOf, type Kept } from "./json.ts";
import { JsonLines } from "./json-lines.ts";
import type { Outcome, ReportReader, Runner, TestReport } from "./report.ts";
import { Tally } from "./tally.ts";

const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ["pass", "passed"],
  ["fail", "failed"],
  ["skip", "skipped"],
]);

/** The stream of `go test -json`: an event a line, with what `go` itself says between. */
export class GoJsonReader implements ReportReader {
  readonly #tally = new Tally();
  readonly #runner: Runner;
  /** Packages that began and have not ended, and whether a test of theirs failed. */
  readonly #open = new Map<string, boolean>();
  #events = 0;
  readonly #lines = new JsonLines(
    (event) => this.#event(event),
    (line) => {
      if (/^FAIL\b/.test(line)) this.#tally.error(line);
    },
  );

  constructor(runner: Runner = "go") {
    this.#runner = runner;
  }

  write(piece: string): void {
    this.#lines.write(piece);
  }

  end(): TestReport {
    this.#lines.end();
    if (this.#events === 0) this.#tally.unreadable("there is no event of go test -json");
    const [unfinished] = this.#open.keys();
    if (unfinished !== undefined) this.#tally.unreadable(`the tests of ${unfinished} did not end`);
    return this.#tally.settle("go-json", this.#runner);
  }

  #event(event: Kept): void {
    const action = textOf(event, "Action");
    const name = textOf(event, "Package");
    if (action === undefined) return;
    this.#events++;
    if (action === "build-fail")
      return this.#tally.error(`${textOf(event, "ImportPath") ?? "a package"} does not build`);
    if (name === undefined) return;
    const hasFailed = this.#open.get(name) ?? false;
    const outcome = OUTCOMES.get(action);
    const test = textOf(event, "Test");
    if (test === undefined) {
      if (outcome === undefined) return void this.#open.set(name, hasFailed);
      this.#open.delete(name);
      if (outcome === "failed" && !hasFailed) this.#tally.error(`${name} failed outside of its tests`);
      return;
    }
    this.#open.set(name, hasFailed || outcome === "failed");
    if (outcome !== undefined) this.#tally.test({ name: `${name} > ${test}`, outcome });
  }
}
