import { neutralizeLine } from "../../context/neutralize.ts";
import { counted } from "../../plan/counted.ts";
import {
  NO_TESTS,
  type Counts,
  type Outcome,
  type ReportFormat,
  type Runner,
  type TestCase,
  type TestReport,
} from "./report.ts";

/** Beyond this a report is counted, but its tests are not kept by name. */
const MAX_TESTS = 30_000;
const MAX_NAME_CHARS = 500;
const MAX_PROBLEMS = 20;
const MAX_PROBLEM_CHARS = 300;

type Mutable = { -readonly [Key in keyof Counts]: Counts[Key] };
type Writable = { -readonly [Key in keyof TestCase]: TestCase[Key] };

const COUNTED: Readonly<Record<Outcome, keyof Counts>> = {
  passed: "passed",
  failed: "failed",
  skipped: "skipped",
  todo: "todo",
  error: "errors",
};

/** Cut to size, and a string of its own: a slice would keep the piece of the report that it was read from. */
const own = (text: string): string => ` ${text.slice(0, MAX_NAME_CHARS)}`.slice(1);

/** Adds up what a report says, and settles what that proves: the one place where a verdict is made. */
export class Tally {
  readonly #counts: Mutable = { ...NO_TESTS };
  #tests: Writable[] | undefined = [];
  readonly #problems: string[] = [];
  #unreadable: string | undefined;
  #nothing: string | undefined;

  get counts(): Counts {
    return this.#counts;
  }

  test({ name, file, outcome, assertions, isFlaky }: TestCase): void {
    this.#counts[COUNTED[outcome]]++;
    if (isFlaky === true) this.problem(`flaky: ${name} passed after it had failed`);
    if (this.#tests === undefined) return;
    if (this.#tests.length >= MAX_TESTS)
      return this.forgetNames(`more than ${MAX_TESTS} tests: counted, not kept by name`);
    this.#tests.push({
      name: own(name),
      ...(file === undefined || file === "" ? {} : { file: own(file) }),
      outcome,
      ...(assertions === undefined ? {} : { assertions }),
      ...(isFlaky === true ? { isFlaky } : {}),
    });
  }

  /** How many tests are kept by name so far. */
  get kept(): number {
    return this.#tests?.length ?? 0;
  }

  /** The file of the tests since there were so many: some reports say it after them. */
  setFile(since: number, file: string): void {
    const name = own(file);
    for (const test of this.#tests?.slice(since) ?? []) test.file = name;
  }

  /** For formats that give numbers alone. */
  add(counts: Partial<Counts>): void {
    for (const key of Object.keys(NO_TESTS) as (keyof Counts)[]) {
      const more = counts[key] ?? 0;
      if (Number.isSafeInteger(more) && more > 0) this.#counts[key] += more;
    }
  }

  /** Passes that the report itself does not count as such. */
  takeBack(passed: number): void {
    this.#counts.passed = Math.max(0, this.#counts.passed - passed);
  }

  /** Something failed that is no test. */
  error(sentence: string, times = 1): void {
    this.add({ errors: times });
    this.problem(sentence);
  }

  /** Worth knowing; changes no verdict. */
  problem(sentence: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(neutralizeLine(sentence, MAX_PROBLEM_CHARS));
  }

  /** The report cannot be relied on: whatever passed in it proves nothing. */
  unreadable(sentence: string): void {
    if (this.#unreadable !== undefined) return;
    this.#unreadable = neutralizeLine(sentence, MAX_PROBLEM_CHARS);
    this.problem(sentence);
  }

  /** The runner says that there was nothing to run, whatever numbers are seen beside that. */
  nothing(sentence: string): void {
    this.#nothing ??= neutralizeLine(sentence, MAX_PROBLEM_CHARS);
  }

  forgetNames(sentence: string): void {
    this.#tests = undefined;
    this.problem(sentence);
  }

  settle(format: ReportFormat, runner?: Runner): TestReport {
    const verdict = this.#verdict();
    // Numbers that were printed beside it are not its own.
    if (verdict.verdict === "nothing-ran") this.#counts.passed = 0;
    const named =
      this.#tests?.length === 0 && Object.values(this.#counts).some((count) => count > 0) ? undefined : this.#tests;
    return {
      ...(runner === undefined ? {} : { runner }),
      format,
      counts: { ...this.#counts },
      ...(named === undefined ? {} : { tests: named }),
      problems: this.#problems,
      ...verdict,
    };
  }

  /** Failures win over everything, then what cannot be read, then that nothing ran. */
  #verdict(): Pick<TestReport, "verdict" | "why"> {
    const { passed, failed, skipped, todo, errors } = this.#counts;
    if (failed + errors > 0) {
      const parts = [failed > 0 ? `${counted(failed, "test")} failed` : "", errors > 0 ? counted(errors, "error") : ""];
      return { verdict: "failed", why: parts.filter((part) => part !== "").join(", ") };
    }
    if (this.#unreadable !== undefined) return { verdict: "unreadable", why: this.#unreadable };
    if (this.#nothing !== undefined) return { verdict: "nothing-ran", why: this.#nothing };
    if (passed > 0) return { verdict: "passed", why: `${counted(passed, "test")} passed` };
    const waiting = skipped + todo;
    return { verdict: "nothing-ran", why: waiting > 0 ? `all ${counted(waiting, "test")} skipped` : "no test ran" };
  }
}
