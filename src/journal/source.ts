import type { CloneId, JournalRecord, PlacedRecord } from "../plan/record.ts";
import { FORMAT } from "../plan/record.ts";
import { compareKeys, type FileSight, type Mark, type OrderKey, remember } from "./cursor.ts";
import { digestText, extendChain } from "./digest.ts";
import { decodeLine } from "./line.ts";
import { LineReader } from "./line-reader.ts";
import type { JournalProblem } from "./problem.ts";

/** The next record of a file, with its place, before it is folded. */
export interface Head {
  readonly record: PlacedRecord;
  readonly key: OrderKey;
  readonly raw: string;
  readonly text: string;
  readonly isCopy: boolean;
  readonly lineStart: number;
  readonly end: number;
}

/** A journal file as a fold finds it. */
export interface FoundFile {
  readonly clone: CloneId;
  readonly path: string;
  readonly stat: FileSight;
  /** Opens it, the first time; it is closed by whoever found it. */
  readonly fd: () => number;
}

/**
 * The records of one file from a mark on, in byte order, each given its ordinal and effective time.
 * The mark moves when a record is taken, so a source can be looked into and dropped.
 *
 * Effective time is the record's own time, but at least one more than that of the line before it. Hence it
 * rises strictly within a file; it depends on nothing but that file's prefix, so every reader finds the same;
 * and as a writer's time exceeds the effective time of all that it had folded, so does the effective time.
 */
export class Source {
  head: Head | undefined;
  readonly file: FoundFile;
  readonly mark: Mark;
  readonly #lines: LineReader;
  #skipped: JournalProblem[] = [];

  private constructor(file: FoundFile, mark: Mark, lines: LineReader) {
    this.file = file;
    this.mark = mark;
    this.#lines = lines;
    this.#find();
  }

  /** Undefined where the file does not continue what the mark says was folded. */
  static open(file: FoundFile, mark: Mark): Source | undefined {
    const lines = new LineReader(file.fd(), mark.ordinal === 0 ? 0 : mark.lineStart, file.stat.size);
    if (mark.line !== undefined) {
      if (!lines.next() || lines.start !== mark.lineStart || lines.text === undefined) return undefined;
      const isSame = "text" in mark.line ? lines.text === mark.line.text : digestText(lines.text) === mark.line.digest;
      if (!isSame) return undefined;
    }
    return new Source(file, mark, lines);
  }

  /** Whether somebody's unfinished line stands at the end; known once there is no head any more. */
  get hasTail(): boolean {
    return this.#lines.hasTail;
  }

  /** Moves the mark past the head and finds the next. */
  take(report: (problem: JournalProblem) => void): void {
    const { head, mark } = this;
    if (head === undefined) return;
    mark.first ??= head.record.id;
    mark.bytes = head.end;
    mark.ordinal = head.record.ordinal;
    mark.lineStart = head.lineStart;
    mark.id = head.record.id;
    mark.line = { text: head.text };
    mark.digest = extendChain(mark.digest, head.raw);
    mark.effectiveTime = head.record.effectiveTime;
    // A copy's ordinal already tells a repetition; only what a writer appended itself can be there twice.
    if (!head.isCopy) remember(mark.recent, head.record.id);
    this.#flush(report);
    this.#find();
  }

  /** To be called when there is no head any more: moves the mark past what was skipped. */
  finish(report: (problem: JournalProblem) => void): void {
    this.mark.bytes = this.#lines.position;
    this.mark.seen = this.file.stat;
    this.#flush(report);
  }

  #flush(report: (problem: JournalProblem) => void): void {
    if (this.#skipped.length === 0) return;
    for (const problem of this.#skipped) report(problem);
    this.#skipped = [];
  }

  #find(): void {
    this.head = undefined;
    while (this.#lines.next()) {
      const head = this.#place(this.#lines.text);
      if (head === undefined) continue;
      this.head = head;
      return;
    }
  }

  #place(text: string | undefined): Head | undefined {
    const { mark, file } = this;
    const line = text === undefined ? undefined : decodeLine(text, file.clone);
    if (line === undefined || text === undefined)
      return this.#skip("torn-line", "A line that is no record was skipped.");
    const ordinal = line.ordinal ?? mark.ordinal + 1;
    if (line.ordinal === undefined ? mark.recent.has(line.record.id) : ordinal <= mark.ordinal) return undefined;
    if (ordinal > mark.ordinal + 1) {
      return this.#skip("gap", `Record ${ordinal} waits: record ${mark.ordinal + 1} has not arrived yet.`);
    }
    if (line.record.format > FORMAT) {
      this.#skip("newer-format", `Record ${ordinal} was written by a newer Holdfast and is not understood here.`);
    }
    const effectiveTime = Math.max(line.record.time, mark.effectiveTime + 1);
    return {
      record: placeRecord(line.record, ordinal, effectiveTime),
      key: [effectiveTime, file.clone, ordinal],
      raw: line.raw,
      text,
      isCopy: line.ordinal !== undefined,
      lineStart: this.#lines.start,
      end: this.#lines.position,
    };
  }

  #skip(reason: JournalProblem["reason"], message: string): undefined {
    const { clone, path } = this.file;
    this.#skipped.push({ reason, clone, file: path, offset: this.#lines.start, message });
  }
}

/** Adds a record's place to it. The record must be the caller's own: it is not copied. */
function placeRecord(record: JournalRecord, ordinal: number, effectiveTime: number): PlacedRecord {
  return Object.assign(record, { ordinal, effectiveTime });
}

/** The source, other than `except`, whose head comes first in the total order. */
export function firstOf(sources: readonly Source[], except?: Source): Source | undefined {
  let best: Source | undefined;
  for (const source of sources) {
    if (source === except || source.head === undefined) continue;
    if (best?.head === undefined || compareKeys(source.head.key, best.head.key) < 0) best = source;
  }
  return best;
}
