import type { CloneId, PlacedRecord, RecordId } from "../plan/record.ts";
import { FORMAT } from "../plan/record.ts";
import type { Reducer } from "../plan/reducer.ts";
import type { Refusal } from "../plan/refusal.ts";
import {
  compareKeys,
  type Cursor,
  freezeMark,
  isSameSight,
  type Mark,
  newMark,
  type OrderKey,
  thawMark,
} from "./cursor.ts";
import type { JournalProblem } from "./problem.ts";
import { firstOf, type FoundFile, Source } from "./source.ts";

/** A state and how far it has been folded. Moved on in place; `state` is consumed by the next step. */
export interface Folding<S> {
  state: S;
  readonly marks: Map<CloneId, Mark>;
  last: OrderKey | undefined;
  total: number;
  /** The lowest format among records that were too new to fold. */
  newer: number | undefined;
}

/** What the fold said about one record. */
export interface Verdict {
  readonly record: PlacedRecord;
  readonly refusal: Refusal | undefined;
}

/** A fold that has nothing behind it. */
export function startFolding<S>(state: S): Folding<S> {
  return { state, marks: new Map(), last: undefined, total: 0, newer: undefined };
}

/** A fold that goes on from a snapshot. */
export function resumeFolding<S>(state: S, cursor: Cursor): Folding<S> {
  const marks = new Map(Object.entries(cursor.files).map(([clone, file]) => [clone as CloneId, thawMark(file)]));
  return { state, marks, last: cursor.last, total: cursor.total, newer: cursor.newer };
}

/** How far a folding has come, as a plain value. */
export function cursorOf(folding: Folding<unknown>): Cursor {
  const files: [string, NonNullable<ReturnType<typeof freezeMark>>][] = [];
  for (const clone of [...folding.marks.keys()].sort()) {
    const frozen = freezeMark(folding.marks.get(clone) ?? newMark());
    if (frozen !== undefined) files.push([clone, frozen]);
  }
  return {
    files: Object.fromEntries(files),
    ...(folding.last === undefined ? {} : { last: folding.last }),
    ...(folding.newer === undefined ? {} : { newer: folding.newer }),
    total: folding.total,
  };
}

/**
 * The sources that a folding can go on with: undefined where a file does not continue what was folded,
 * or where a record has come up that belongs before the last one folded.
 */
export function continueFolding(folding: Folding<unknown>, files: readonly FoundFile[]): Source[] | undefined {
  const found = new Set(files.map((file) => file.clone));
  for (const [clone, mark] of folding.marks) {
    if (found.has(clone)) continue;
    if (mark.ordinal > 0) return undefined;
    folding.marks.delete(clone);
  }
  const sources: Source[] = [];
  for (const file of files) {
    const mark = folding.marks.get(file.clone) ?? newMark();
    if (isSameSight(mark.seen, file.stat)) continue;
    const source = Source.open(file, mark);
    if (source === undefined) return undefined;
    if (source.head && folding.last && compareKeys(source.head.key, folding.last) < 0) return undefined;
    sources.push(source);
  }
  return sources;
}

/** Folds all that the sources hold, in the total order. `onSpill` takes what leaves the state. */
export function drain<S, Spill>(
  reducer: Reducer<S, Spill>,
  folding: Folding<S>,
  sources: readonly Source[],
  hooks: {
    readonly report: (problem: JournalProblem) => void;
    readonly onSpill: (spill: Spill) => void;
    /** Meets the records that are passed over because of their format. */
    readonly onNewer?: ((record: PlacedRecord) => void) | undefined;
    /** Meets every record that is folded, with its text. */
    readonly inspect?: ((record: PlacedRecord, raw: string) => void) | undefined;
    /** Records of the own clone whose verdicts are wanted. */
    readonly own: CloneId;
    readonly watched: ReadonlyMap<RecordId, { verdict: Verdict | undefined }>;
  },
): void {
  for (const source of sources) folding.marks.set(source.file.clone, source.mark);
  for (let source = firstOf(sources); source !== undefined; source = firstOf(sources)) {
    const limit = firstOf(sources, source)?.head?.key;
    for (let head = source.head; head !== undefined; head = source.head) {
      if (limit !== undefined && compareKeys(head.key, limit) > 0) break;
      source.take(hooks.report);
      folding.last = head.key;
      folding.total++;
      if (head.record.format > FORMAT) {
        folding.newer = Math.min(folding.newer ?? Infinity, head.record.format);
        hooks.onNewer?.(head.record);
        continue;
      }
      hooks.inspect?.(head.record, head.raw);
      const watched = head.record.clone === hooks.own ? hooks.watched.get(head.record.id) : undefined;
      const applied = reducer.apply(folding.state, head.record);
      folding.state = applied.state;
      if (applied.spills !== undefined) for (const spill of applied.spills) hooks.onSpill(spill);
      if (watched !== undefined) watched.verdict = { record: head.record, refusal: applied.refusal };
    }
  }
  for (const source of sources) source.finish(hooks.report);
}
