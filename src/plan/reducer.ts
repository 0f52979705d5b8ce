import type { PlacedRecord } from "./record.ts";
import type { Refusal } from "./refusal.ts";

/** What one record did to a state. */
export interface Applied<S, Spill> {
  readonly state: S;
  /** Present where the record was refused: the state is then as it was, but for listed conflicts. */
  readonly refusal?: Refusal;
  /** Text that has left the state for files, to be written by whoever projects. */
  readonly spills?: readonly Spill[];
}

/** A long list in a snapshot, most of whose items are the same from one to the next. */
export interface SnapshotList {
  readonly items: Iterable<object>;
  readonly toJson: (item: never) => unknown;
}

/**
 * Gives a journal its meaning. Pure and total: never throws, whatever the record holds.
 * `apply` consumes the state that it is given: only the returned one may be used afterwards.
 */
export interface Reducer<S, Spill = never> {
  initial(): S;
  apply(state: S, record: PlacedRecord): Applied<S, Spill>;
  /** With the lists, a JSON value from which `restore` makes the same state again. */
  snapshot(state: S): unknown;
  /** The snapshot's long lists, by field. An item that `restore` kept as it was is written as it was. */
  lists?(state: S): Readonly<Record<string, SnapshotList>>;
  /**
   * Consumes the value; undefined where it is not a snapshot that this program can read. `isOwn`: a keyed digest shows
   * that `snapshot` made it, so its shape need not be checked.
   */
  restore(value: unknown, isOwn?: boolean): S | undefined;
}
