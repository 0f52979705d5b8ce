import type { CloneId } from "../plan/record.ts";
import type { Cursor, FileCursor, Mark } from "./cursor.ts";

/** Records that a cursor knew of and the files no longer have. */
export class LossList {
  readonly #claims = new Map<CloneId, FileCursor>();
  #gone: ReadonlyMap<CloneId, number> = new Map();

  /** How many records of which clones are gone, as last judged. */
  get gone(): ReadonlyMap<CloneId, number> {
    return this.#gone;
  }

  /** Remembers how much a cursor that did not fit the files says there was. */
  claim(cursor: Cursor): void {
    for (const [clone, file] of Object.entries(cursor.files) as [CloneId, FileCursor][]) {
      if (file.ordinal > (this.#claims.get(clone)?.ordinal ?? 0)) this.#claims.set(clone, file);
    }
  }

  /** Finds out what is gone now that `marks` have been folded; what has come back is forgotten. */
  judge(marks: ReadonlyMap<CloneId, Mark>): void {
    const gone = new Map<CloneId, number>();
    for (const [clone, claim] of this.#claims) {
      const mark = marks.get(clone);
      // Another first record makes it another journal's cursor, which says nothing about this one.
      const isOurs = mark?.first === undefined || mark.first === claim.first;
      const missing = claim.ordinal - (mark?.ordinal ?? 0);
      if (isOurs && missing > 0) gone.set(clone, missing);
      else this.#claims.delete(clone);
    }
    this.#gone = gone;
  }
}
