import { countOf, JsonReader, listOf, textOf, type Kept } from "./json.ts";
import type { Outcome, ReportReader, Runner, TestReport } from "./report.ts";
import { Tally } from "./tally.ts";

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
export class JestJsonReader implements ReportReader {
  readonly #tally = new Tally();
  readonly #runner: Runner | undefined;
  readonly #json = new JsonReader({ keys: KEYS, take: (path, value) => this.#take(path, value) });
  /** Where the tests of the file begin that is being read: its name comes after them. */
  #from = 0;
  #hasFailed = false;
  #failedFiles = 0;

  constructor(runner?: Runner) {
    this.#runner = runner;
  }

  write(piece: string): void {
    this.#json.write(piece);
  }

  end(): TestReport {
    this.#json.end();
    const { problem, root } = this.#json;
    if (problem !== undefined) this.#tally.unreadable(`the JSON report cannot be relied on: ${problem}`);
    else if (root === undefined || listOf(root, "testResults") === undefined) {
      this.#tally.unreadable("the report is not one of Jest's or Vitest's");
    } else this.#compare(root);
    return this.#tally.settle("jest-json", this.#runner);
  }

  #take(path: string, value: Kept): boolean {
    if (path === "testResults.assertionResults") {
      const outcome = OUTCOMES.get(textOf(value, "status") ?? "");
      const name = textOf(value, "fullName") ?? textOf(value, "title") ?? "";
      const asserts = value["numPassingAsserts"];
      this.#hasFailed ||= outcome === undefined || outcome === "failed";
      this.#tally.test({
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
      this.#failedFiles++;
      if (!this.#hasFailed) this.#tally.error(`${file ?? "a test file"} failed to run`);
    }
    if (file !== undefined) this.#tally.setFile(this.#from, file);
    this.#from = this.#tally.kept;
    this.#hasFailed = false;
    return true;
  }

  /** What the report says of the whole counts where it is worse than what its tests show. */
  #compare(root: Kept): void {
    const { passed, failed, errors } = this.#tally.counts;
    const hidden = countOf(root, "numFailedTests") - failed;
    if (hidden > 0) this.#tally.error(`the report counts ${hidden} failed that it does not show`, hidden);
    const files = Math.max(
      countOf(root, "numRuntimeErrorTestSuites"),
      this.#failedFiles > 0 ? 0 : countOf(root, "numFailedTestSuites"),
    );
    if (files > 0 && failed + errors + Math.max(0, hidden) === 0)
      this.#tally.error("the report counts files that failed to run", files);
    if (root["success"] === false && failed + errors + files + Math.max(0, hidden) === 0 && passed > 0) {
      this.#tally.error("the report calls the run a failure");
    }
  }
}
