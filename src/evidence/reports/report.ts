/** The programs that run tests, whose reports or output are read. */
export type Runner =
  | "vitest"
  | "jest"
  | "mocha"
  | "node-test"
  | "playwright"
  | "pytest"
  | "unittest"
  | "go"
  | "cargo"
  | "nextest"
  | "maven"
  | "gradle"
  | "dotnet"
  | "phpunit"
  | "rspec"
  | "exunit"
  | "bun"
  | "deno"
  | "ctest";

/** How a report is written; `text` is what a runner prints for people. Vitest writes Jest's JSON. */
export type ReportFormat =
  | "junit"
  | "trx"
  | "tap"
  | "jest-json"
  | "mocha-json"
  | "playwright-json"
  | "go-json"
  | "rspec-json"
  | "libtest-json"
  | "text";

export type MachineFormat = Exclude<ReportFormat, "text">;

export type Outcome = "passed" | "failed" | "skipped" | "todo" | "error";

export interface TestCase {
  /** As the report has it, with the names of what it stands in; text from outside. */
  readonly name: string;
  /** As the report has it: absolute in some, relative in others. */
  readonly file?: string;
  readonly outcome: Outcome;
  /** How many assertions it made, where the runner counts them. */
  readonly assertions?: number;
  /** It passed after it had failed in the same run. */
  readonly isFlaky?: true;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly todo: number;
  /** What went wrong outside of a test, or kept one from running. */
  readonly errors: number;
}

/** Only `passed` is a pass: `nothing-ran` covers no tests, and none that was not skipped. */
export type Verdict = "passed" | "failed" | "nothing-ran" | "unreadable";

/** What one report, or the output of one run, says. */
export interface TestReport {
  readonly runner?: Runner;
  readonly format: ReportFormat;
  readonly counts: Counts;
  /** Every test by name; absent where the format names none, or there are too many to keep. */
  readonly tests?: readonly TestCase[];
  /** Sentences about what is wrong or odd, fit to be shown. */
  readonly problems: readonly string[];
  readonly verdict: Verdict;
  /** One sentence. */
  readonly why: string;
}

/** Reads one report as its pieces come. Takes anything and never throws. */
export interface ReportReader {
  write(piece: string): void;
  /** To be called once, after the last piece. */
  end(): TestReport;
}

export const NO_TESTS: Counts = { passed: 0, failed: 0, skipped: 0, todo: 0, errors: 0 };
