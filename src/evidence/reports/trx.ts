import type { Outcome, ReportReader, Runner, TestReport } from "./report.ts";
import { Tally } from "./tally.ts";
import { XmlReader, type XmlAttributes } from "./xml.ts";

const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ["Passed", "passed"],
  ["Failed", "failed"],
  ["NotExecuted", "skipped"],
  ["Inconclusive", "skipped"],
  ["Pending", "skipped"],
]);

const GREEN: ReadonlySet<string> = new Set(["Completed", "Passed", "Warning"]);
const BAD_COUNTS = ["failed", "error", "timeout", "aborted", "passedButRunAborted", "notRunnable", "disconnected"];

/** Visual Studio's test results, which `dotnet test --logger trx` writes. */
export class TrxReader implements ReportReader {
  readonly #tally = new Tally();
  readonly #runner: Runner;
  readonly #xml = new XmlReader({ open: (name, attributes) => this.#open(name, attributes), close: () => {} });
  #isForeign: boolean | undefined;
  #hasSummary = false;

  constructor(runner: Runner = "dotnet") {
    this.#runner = runner;
  }

  write(piece: string): void {
    this.#xml.write(piece);
  }

  end(): TestReport {
    this.#xml.end();
    if (this.#xml.problem !== undefined)
      this.#tally.unreadable(`the TRX report cannot be relied on: ${this.#xml.problem}`);
    else if (this.#isForeign === true) this.#tally.unreadable("the report is not TRX");
    else if (!this.#hasSummary) this.#tally.unreadable("the TRX report has no summary");
    return this.#tally.settle("trx", this.#runner);
  }

  #open(name: string, attributes: XmlAttributes): void {
    this.#isForeign ??= name !== "TestRun";
    if (this.#isForeign) return;
    const outcome = attributes.get("outcome") ?? "";
    switch (name) {
      case "UnitTestResult":
        // The sum of its rows, which are listed too.
        if (attributes.get("resultType") === "DataDrivenTest" && outcome === "Passed") return;
        return this.#tally.test({ name: attributes.get("testName") ?? "", outcome: OUTCOMES.get(outcome) ?? "error" });
      case "ResultSummary":
        this.#hasSummary = true;
        if (!GREEN.has(outcome) && this.#isGreen()) this.#tally.error(`the run is called ${outcome || "nothing"}`);
        return;
      case "Counters": {
        const bad = BAD_COUNTS.reduce((sum, key) => sum + (attributes.number(key) ?? 0), 0);
        const hidden = bad - this.#tally.counts.failed - this.#tally.counts.errors;
        if (hidden > 0) this.#tally.error(`the report counts ${hidden} failed that it does not show`, hidden);
        return;
      }
      case "RunInfo":
        if (outcome === "Error" || outcome === "Failed") this.#tally.error("an error occurred outside of the tests");
        return;
      default:
    }
  }

  #isGreen(): boolean {
    const { failed, errors } = this.#tally.counts;
    return failed + errors === 0;
  }
}
