import type { Outcome, ReportReader, Runner, TestReport } from "./report.ts";
import { Tally } from "./tally.ts";
import { XmlReader, type XmlAttributes } from "./xml.ts";

interface Suite {
  readonly name: string;
  readonly file: string | undefined;
  readonly tests: number | undefined;
  readonly bad: number;
  seenBad: number;
  seenPassed: number;
}

interface Case {
  readonly name: string;
  readonly file: string | undefined;
  readonly assertions: number | undefined;
  /** Of CTest and GoogleTest. */
  readonly status: string;
  readonly isNotRun: boolean;
  /** A file, of node:test. */
  readonly isBare: boolean;
  outcome: Outcome | undefined;
  isTodo: boolean;
  isBad: boolean;
  isFlaky: boolean;
}

const SKIPPED_STATUS: ReadonlySet<string> = new Set([
  "disabled",
  "notrun",
  "skipped",
  "ignored",
  "suppressed",
  "pending",
]);
const FAILED_STATUS: ReadonlySet<string> = new Set(["fail", "failed", "failure", "error", "broken"]);

/** What node:test reports for a file without any test: the file itself, as one test that passed. */
export const isBareFile = (name: string): boolean =>
  /^(?:\/|[A-Za-z]:[\\/])[^\n]*\.[cm]?[jt]sx?$|^[^\s:]+\.[cm]?[jt]sx?$/.test(name);

/** JUnit's XML as test runners write it: each in its own dialect, all with `testcase`, `failure`, `error` and `skipped`. */
export class JunitReader implements ReportReader {
  readonly #tally = new Tally();
  readonly #runner: Runner | undefined;
  readonly #suites: Suite[] = [];
  readonly #xml = new XmlReader({
    open: (name, attributes) => this.#open(name, attributes),
    close: (name) => this.#close(name),
  });
  #case: Case | undefined;
  #isForeign = false;
  #depth = 0;
  #caseDepth = 0;

  constructor(runner?: Runner) {
    this.#runner = runner;
  }

  write(piece: string): void {
    this.#xml.write(piece);
  }

  end(): TestReport {
    this.#xml.end();
    if (this.#xml.problem !== undefined)
      this.#tally.unreadable(`the JUnit report cannot be relied on: ${this.#xml.problem}`);
    else if (this.#isForeign) this.#tally.unreadable("the report is not one of JUnit's");
    return this.#tally.settle("junit", this.#runner);
  }

  #open(name: string, attributes: XmlAttributes): void {
    const depth = this.#depth++;
    if (depth === 0) this.#isForeign = name !== "testsuites" && name !== "testsuite";
    if (this.#isForeign) return;
    if (name === "testsuite" || name === "testsuites") return this.#openSuite(attributes);
    if (name === "testcase") return this.#openCase(attributes, depth);
    if (this.#case === undefined) {
      if (name === "failure" || name === "error")
        this.#bad(`${this.#suites.at(-1)?.name ?? "a suite"} failed as a whole`);
      return;
    }
    this.#mark(this.#case, name, attributes);
  }

  #openSuite(attributes: XmlAttributes): void {
    const parent = this.#suites.at(-1);
    this.#suites.push({
      name: attributes.get("name") ?? "",
      file: attributes.get("file") ?? attributes.get("filepath") ?? parent?.file,
      tests: attributes.number("tests"),
      bad: (attributes.number("failures") ?? 0) + (attributes.number("errors") ?? 0),
      seenBad: 0,
      seenPassed: 0,
    });
  }

  #openCase(attributes: XmlAttributes, depth: number): void {
    if (this.#case !== undefined) return this.#tally.unreadable("the JUnit report has a test inside a test");
    const name = (attributes.get("name") ?? "").trim();
    const group = (attributes.get("classname") ?? attributes.get("class") ?? "").trim();
    const status = (attributes.get("status") ?? "").toLowerCase();
    const isBare = group === "test" && isBareFile(name);
    this.#caseDepth = depth;
    this.#case = {
      name: isBare || group === "" || group === name || name.startsWith(`${group} `) ? name : `${group} > ${name}`,
      file: attributes.get("file") ?? this.#suites.at(-1)?.file,
      assertions: attributes.number("assertions"),
      status: SKIPPED_STATUS.has(attributes.get("result") ?? "") ? "skipped" : status,
      isNotRun: status === "notrun",
      isBare,
      outcome: undefined,
      isTodo: false,
      isBad: false,
      isFlaky: false,
    };
  }

  #mark(test: Case, name: string, attributes: XmlAttributes): void {
    switch (name) {
      case "failure":
        test.isBad = true;
        test.outcome = "failed";
        return;
      case "error":
        test.isBad = true;
        test.outcome ??= "error";
        return;
      case "skipped": {
        const message = attributes.get("message") ?? "";
        // CTest writes a test whose program is missing as skipped, and ends with an error.
        if (test.isNotRun && !/^(?:SKIP_|Disabled)/.test(message)) {
          test.isBad = true;
          test.outcome = "error";
          return;
        }
        test.isTodo ||= attributes.get("type") === "todo" || message === "TODO";
        test.outcome ??= "skipped";
        return;
      }
      case "flakyFailure":
      case "flakyError":
        test.isFlaky = true;
        return;
      default:
    }
  }

  #close(name: string): void {
    const depth = --this.#depth;
    if (this.#isForeign) return;
    if (name === "testcase" && this.#case !== undefined && depth === this.#caseDepth)
      return this.#closeCase(this.#case);
    if (name === "testsuite" || name === "testsuites") this.#closeSuite();
  }

  #closeCase(test: Case): void {
    this.#case = undefined;
    if (FAILED_STATUS.has(test.status)) test.isBad = true;
    const suite = this.#suites.at(-1);
    if (suite !== undefined && test.isBad) suite.seenBad++;
    const outcome = outcomeOf(test);
    if (outcome === "passed" && test.isBare) return this.#tally.problem(`${test.name} has no tests`);
    if (suite !== undefined && outcome === "passed") suite.seenPassed++;
    this.#tally.test({
      name: test.name,
      ...(test.file === undefined ? {} : { file: test.file }),
      outcome,
      ...(test.assertions === undefined ? {} : { assertions: test.assertions }),
      ...(test.isFlaky && outcome === "passed" ? { isFlaky: true } : {}),
    });
  }

  /** What a suite says of itself counts where it is worse than what its tests show. */
  #closeSuite(): void {
    const suite = this.#suites.pop();
    if (suite === undefined) return;
    const hidden = suite.bad - suite.seenBad;
    if (hidden > 0)
      this.#tally.error(`${suite.name || "the report"} counts ${hidden} failed that it does not show`, hidden);
    const surplus = suite.tests === undefined ? 0 : suite.seenPassed - Math.max(0, suite.tests - suite.bad);
    if (surplus > 0) {
      this.#tally.takeBack(surplus);
      this.#tally.forgetNames(
        `${suite.name || "the report"} shows ${surplus} more tests than it counts: which ran is not known`,
      );
    }
    const parent = this.#suites.at(-1);
    if (parent === undefined) return;
    parent.seenBad += suite.seenBad + Math.max(0, hidden);
    parent.seenPassed += suite.seenPassed - Math.max(0, surplus);
  }

  #bad(sentence: string): void {
    this.#tally.error(sentence);
    const suite = this.#suites.at(-1);
    if (suite !== undefined) suite.seenBad++;
  }
}

function outcomeOf({ isTodo, isBad, outcome, status }: Case): Outcome {
  if (isTodo) return "todo";
  if (isBad) return outcome === "error" ? "error" : "failed";
  if (outcome !== undefined) return outcome;
  return SKIPPED_STATUS.has(status) ? "skipped" : "passed";
}
