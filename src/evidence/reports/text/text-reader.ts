import { LineFeed } from "../lines.ts";
import type { Counts, ReportReader, Runner, TestReport } from "../report.ts";
import { Tally } from "../tally.ts";

/** What the rules for a runner's text say as they read its lines. */
export interface TextFindings {
  /** A complete summary of a run. */
  readonly summary: (counts: Partial<Counts>) => void;
  /** Something that a run which is wholly green never prints. */
  readonly failure: (sentence: string) => void;
  /** The runner says that it had nothing to run. */
  readonly nothing: (sentence: string) => void;
  /** It prints a summary that does not fit together. */
  readonly unreadable: (sentence: string) => void;
}

/** How the text of one runner is read, a line at a time. */
export interface TextRules {
  line(line: string): void;
  end?(): void;
}

export interface TextFormat {
  readonly runner: Runner;
  /** Whether real output was read with it, as the fixtures show; without that it yields no pass. */
  readonly isVerified: boolean;
  /**
   * What several summaries in one output mean: `sum` where the runner prints one for each of its parts, some of them empty;
   * `each` where it prints one, and a second is another run or a lie, so that every one must be green and not empty.
   */
  readonly summaries: "sum" | "each";
  rules(findings: TextFindings): TextRules;
}

/** What programs print when they die, and what hosts of runners print when they do. */
const DEATHS = [
  /^(?:Uncaught |Unhandled )?[A-Z]\w*(?:Error|Exception)\b(?:: | \[)/,
  /^Error: /,
  /^Uncaught /,
  /^Traceback \(most recent call last\):/,
  /^Exception ignored in atexit callback/,
  /^Node\.js v\d/,
  /^(?:Aborted|Killed|Terminated|Bus error|Illegal instruction|Segmentation fault)\b/,
  /\(core dumped\)$/,
  /^panic: /,
  /^thread '.*' panicked at /,
  /^PHP (?:Fatal|Parse) error: /,
  /^Fatal (?:Python )?error: /i,
  /^<--- Last few GCs --->/,
  /^FATAL ERROR: /,
  /^error during close /,
  /^error: /,
  /^\*\* \(EXIT /,
  /^\s*npm (?:ERR!|error) /,
  /\bELIFECYCLE\b/,
];

/** Reads what a runner prints for people. It reads whatever it is given: that the runner was run is for the caller to know. */
export class TextReader implements ReportReader {
  readonly #format: TextFormat;
  readonly #tally = new Tally();
  readonly #lines = new LineFeed((line) => this.#line(line));
  readonly #rules: TextRules;
  #summaries = 0;
  #last: Partial<Counts> = {};
  #hasEmpty = false;
  #hasFailed = false;
  #saysNothing = false;
  /** The line that is being read has no end: there may have been more of it. */
  #isTail = false;
  /** What was printed after the last summary and looks like a death. */
  #death: string | undefined;

  constructor(format: TextFormat) {
    this.#format = format;
    this.#rules = format.rules({
      summary: (counts) => this.#summary(counts),
      failure: (sentence) => {
        this.#hasFailed = true;
        this.#tally.problem(sentence);
      },
      nothing: (sentence) => {
        this.#saysNothing = true;
        this.#tally.nothing(sentence);
      },
      unreadable: (sentence) => this.#tally.unreadable(sentence),
    });
  }

  write(piece: string): void {
    this.#lines.write(piece);
  }

  end(): TestReport {
    this.#isTail = true;
    this.#lines.end();
    this.#isTail = false;
    this.#rules.end?.();
    const { runner, summaries, isVerified } = this.#format;
    if (summaries === "each") this.#tally.add(this.#last);
    if (this.#death !== undefined && this.#summaries > 0) this.#tally.error(`after the summary: ${this.#death}`);
    const { failed, errors } = this.#tally.counts;
    if (this.#hasFailed && failed + errors === 0) this.#tally.add({ errors: 1 });
    if (this.#summaries === 0 && !this.#saysNothing)
      this.#tally.unreadable(`no summary of ${runner} was found in what was printed`);
    else if (summaries === "each" && this.#hasEmpty && this.#summaries > 1)
      this.#tally.nothing("one of the summaries in it says that no test ran");
    if (!isVerified) this.#tally.unreadable(`the text of ${runner} is not read: let it write a report`);
    return this.#tally.settle("text", runner);
  }

  #line(line: string): void {
    if (this.#summaries > 0 && this.#death === undefined && DEATHS.some((death) => death.test(line)))
      this.#death = line;
    this.#rules.line(line);
  }

  #summary(counts: Partial<Counts>): void {
    this.#summaries++;
    // Between the parts of a run programs under test may print anything; after its only summary nothing does.
    if (this.#format.summaries === "sum") this.#death = undefined;
    if ((counts.passed ?? 0) === 0) this.#hasEmpty = true;
    const isGreen = (counts.failed ?? 0) + (counts.errors ?? 0) === 0;
    if (isGreen && this.#isTail) return this.#tally.unreadable("the summary is cut short");
    if (this.#format.summaries === "sum") this.#tally.add(counts);
    // A failure is remembered whatever is printed after it.
    else if (!isGreen || !hasFailures(this.#last)) this.#last = counts;
  }
}

const hasFailures = (counts: Partial<Counts>): boolean => (counts.failed ?? 0) + (counts.errors ?? 0) > 0;

/** The numbers of a list like `1 failed, 2 passed`, by their words; undefined if something else stands in it. */
export function numbersIn(
  list: string,
  separator: string,
  known?: ReadonlySet<string>,
): ReadonlyMap<string, number> | undefined {
  const numbers = new Map<string, number>();
  for (const part of list.split(separator)) {
    const [, number, words] = /^\s*(\d{1,9}) ([a-z][a-z ]*?)\s*$/i.exec(part) ?? [];
    if (number === undefined || words === undefined || numbers.has(words)) return undefined;
    if (known?.has(words) === false) return undefined;
    numbers.set(words, Number(number));
  }
  return numbers;
}

export const sumOf = (numbers: ReadonlyMap<string, number>): number =>
  [...numbers.values()].reduce((sum, one) => sum + one, 0);
