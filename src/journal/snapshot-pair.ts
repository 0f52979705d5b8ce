import type { Reducer } from "../plan/reducer.ts";
import type { Cursor } from "./cursor.ts";
import type { Key } from "./line.ts";
import { type LoadedSnapshot, loadSnapshot, saveSnapshot } from "./snapshot.ts";
import { KnownTexts } from "./snapshot-text.ts";

export interface SnapshotPairOptions<S, Spill> {
  readonly reducer: Reducer<S, Spill>;
  /** Where the later one is, and the earlier. */
  readonly snapshot?: string;
  readonly previous?: string;
  /** How many records the later one may run ahead before it becomes the earlier one. */
  readonly stride?: number;
  readonly key?: Key;
}

/** A snapshot that was read, and whether it is the later of the two. */
export interface FoundSnapshot<S> extends LoadedSnapshot<S> {
  readonly isLatest: boolean;
}

const STRIDE = 2000;
/** From here on writing a snapshot costs more than folding a few records again. */
const LARGE_BYTES = 256 * 1024;
const LAGGING_RECORDS = 32;

/** The snapshot of a journal and the earlier one. */
export class SnapshotPair<S, Spill> {
  readonly #options: SnapshotPairOptions<S, Spill>;
  readonly #known = new KnownTexts();
  /** The later one as this process read or wrote it last. */
  #latest: { readonly total: number; readonly bytes: number } | undefined;

  constructor(options: SnapshotPairOptions<S, Spill>) {
    this.#options = options;
  }

  /** Those that can be believed, the later first, each read only when it is asked for. */
  *read(): Generator<FoundSnapshot<S>, void, void> {
    const { reducer, snapshot, previous, key } = this.#options;
    for (const file of [snapshot, previous]) {
      const loaded = file === undefined ? undefined : loadSnapshot(reducer, file, { key, known: this.#known });
      if (loaded !== undefined) yield { ...loaded, isLatest: file === snapshot };
    }
  }

  /** Takes note of the one that a fold goes on from; undefined where that is the beginning. */
  use(found: FoundSnapshot<S> | undefined): void {
    this.#latest = found?.isLatest === true ? { total: found.cursor.total, bytes: found.bytes } : undefined;
  }

  /** Whether folding what came after the later one is far cheaper than writing another. */
  isNearlyNew(total: number): boolean {
    if (this.#latest === undefined || this.#latest.bytes < LARGE_BYTES) return false;
    return total - this.#latest.total < LAGGING_RECORDS;
  }

  /** Puts a state in the place of the later one, where such a file is wanted. Throws where it cannot be written. */
  write(state: S, cursor: Cursor): void {
    const { reducer, snapshot, previous, stride = STRIDE, key } = this.#options;
    if (snapshot === undefined) return;
    const options = { lists: reducer.lists?.(state), key, known: this.#known };
    const bytes = saveSnapshot(reducer.snapshot(state), cursor, { snapshot, previous, stride }, options);
    this.#latest = { total: cursor.total, bytes };
  }
}
