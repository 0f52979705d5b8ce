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

/**
 * Gives a journal its meaning. Pure and total: never throws, whatever the record holds.
 * `apply` consumes the state that it is given: only the returned one may be used afterwards.
 */
export interface Reducer<S, Spill = never> {
  initial(): S;
  apply(state: S, record: PlacedRecord): Applied<S, Spill>;
  /** A JSON value from which `restore` makes the same state again. */
  snapshot(state: S): unknown;
  /**
   * Consumes the value; undefined where it is not a snapshot that this program can read. `isOwn`: a keyed digest shows
   * that `snapshot` made it, so its shape need not be checked.
   */
  restore(value: unknown, isOwn?: boolean): S | undefined;
}
