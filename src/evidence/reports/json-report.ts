import { countOf, JsonReader, type JsonHandler, type Kept } from "./json.ts";
import type { MachineFormat, ReportReader, Runner, TestReport } from "./report.ts";
import { Tally } from "./tally.ts";

/** How the JSON document of one runner is read. */
export interface JsonRules {
  /** Counts what an object in a list of the document says, as `JsonHandler` has it. */
  readonly take: JsonHandler["take"];
  /** Holds the whole against what its parts said; false where it is no report of this runner. */
  readonly compare: (root: Kept) => boolean;
}

export interface JsonFormat {
  readonly format: MachineFormat;
  /** Whose report it is, as a sentence has it: "Mocha's". */
  readonly whose: string;
  /** The keys that the rules look at. */
  readonly keys: ReadonlySet<string>;
  readonly rules: (tally: Tally) => JsonRules;
}

/** Reads a report that is one JSON document. */
export class JsonReportReader implements ReportReader {
  readonly #tally = new Tally();
  readonly #format: JsonFormat;
  readonly #runner: Runner | undefined;
  readonly #rules: JsonRules;
  readonly #json: JsonReader;

  constructor(format: JsonFormat, runner?: Runner) {
    this.#format = format;
    this.#runner = runner;
    this.#rules = format.rules(this.#tally);
    this.#json = new JsonReader({ keys: format.keys, take: this.#rules.take });
  }

  write(piece: string): void {
    this.#json.write(piece);
  }

  end(): TestReport {
    this.#json.end();
    const { problem, root } = this.#json;
    if (problem !== undefined) this.#tally.unreadable(`the JSON report cannot be relied on: ${problem}`);
    else if (root === undefined || !this.#rules.compare(root)) {
      this.#tally.unreadable(`the report is not one of ${this.#format.whose}`);
    }
    return this.#tally.settle(this.#format.format, this.#runner);
  }
}

/**
 * Counts the failures that the whole knows of and its tests do not show.
 * @returns How many there are.
 */
export function countHidden(tally: Tally, counted: Kept, key: string): number {
  const hidden = Math.max(0, countOf(counted, key) - tally.counts.failed);
  if (hidden > 0) tally.error(`the report counts ${hidden} failed that it does not show`, hidden);
  return hidden;
}
