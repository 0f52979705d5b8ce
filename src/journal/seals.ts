import { closeSync } from "node:fs";
import type { CloneId, PlacedRecord, Stamp } from "../plan/record.ts";
import { newMark } from "./cursor.ts";
import { openToRead, statFile } from "./disk.ts";
import { journalFile } from "./journal-file.ts";
import { checkMac, type Key, type MacState } from "./line.ts";
import { Source } from "./source.ts";

/** A record as it is in the journal, and what its keyed digest says of it. */
export interface Sealed {
  readonly record: PlacedRecord;
  readonly raw: string;
  readonly seal: MacState;
}

interface SealOptions {
  readonly dir: string;
  readonly key: Key;
}

/**
 * Some records by stamp, with what their digests say; those that are not there are missing. Reads each file up to the
 * last of them. Throws where a file cannot be read.
 */
export function readSeals({ dir, key }: SealOptions, stamps: readonly Stamp[]): ReadonlyMap<Stamp, Sealed> {
  const found = new Map<Stamp, Sealed>();
  for (const clone of new Set(stamps.map(cloneOf))) {
    const ordinals = new Set(stamps.filter((stamp) => cloneOf(stamp) === clone).map(ordinalOf));
    for (const sealed of sealsIn(journalFile(dir, clone), clone, ordinals, key)) {
      found.set(`${clone}:${sealed.record.ordinal}` as Stamp, sealed);
    }
  }
  return found;
}

/** Those of some records that are there as their writer signed them. */
export function readSealed(options: SealOptions, stamps: readonly Stamp[]): ReadonlyMap<Stamp, PlacedRecord> {
  const seals = [...readSeals(options, stamps)].filter(([, { seal }]) => seal === "ok");
  return new Map(seals.map(([stamp, { record }]) => [stamp, record]));
}

const cloneOf = (stamp: Stamp): CloneId => stamp.slice(0, stamp.indexOf(":")) as CloneId;
const ordinalOf = (stamp: Stamp): number => Number(stamp.slice(stamp.indexOf(":") + 1));

function sealsIn(path: string, clone: CloneId, ordinals: ReadonlySet<number>, key: Key): readonly Sealed[] {
  const found: Sealed[] = [];
  const last = Math.max(...ordinals);
  const stat = statFile(path);
  if (stat === undefined) return found;
  const fd = openToRead(path);
  try {
    const source = Source.open({ clone, path, stat, fd: () => fd }, newMark());
    for (let head = source?.head; head !== undefined && head.record.ordinal <= last; head = source?.head) {
      const { record, raw } = head;
      if (ordinals.has(record.ordinal)) found.push({ record, raw, seal: checkMac(raw, record, key) });
      source?.take(() => undefined);
    }
  } finally {
    closeSync(fd);
  }
  return found;
}
