import { closeSync } from "node:fs";
import type { CloneId, PlacedRecord, Stamp } from "../plan/record.ts";
import { newMark } from "./cursor.ts";
import { openToRead, statFile } from "./disk.ts";
import { journalFile } from "./journal-file.ts";
import { checkMac, type Key } from "./line.ts";
import { Source } from "./source.ts";

/**
 * Those of some records that are there as their writer signed them, by stamp. Reads each file up to the last of them.
 * Throws where a file cannot be read.
 */
export function readSealed(
  { dir, key }: { readonly dir: string; readonly key: Key },
  stamps: readonly Stamp[],
): ReadonlyMap<Stamp, PlacedRecord> {
  const sealed = new Map<Stamp, PlacedRecord>();
  for (const clone of new Set(stamps.map(cloneOf))) {
    const ordinals = new Set(stamps.filter((stamp) => cloneOf(stamp) === clone).map(ordinalOf));
    for (const record of sealedIn(journalFile(dir, clone), clone, ordinals, key)) {
      sealed.set(`${clone}:${record.ordinal}` as Stamp, record);
    }
  }
  return sealed;
}

const cloneOf = (stamp: Stamp): CloneId => stamp.slice(0, stamp.indexOf(":")) as CloneId;
const ordinalOf = (stamp: Stamp): number => Number(stamp.slice(stamp.indexOf(":") + 1));

function sealedIn(path: string, clone: CloneId, ordinals: ReadonlySet<number>, key: Key): readonly PlacedRecord[] {
  const sealed: PlacedRecord[] = [];
  const last = Math.max(...ordinals);
  const stat = statFile(path);
  if (stat === undefined) return sealed;
  const fd = openToRead(path);
  try {
    const source = Source.open({ clone, path, stat, fd: () => fd }, newMark());
    for (let head = source?.head; head !== undefined && head.record.ordinal <= last; head = source?.head) {
      const isSealed = ordinals.has(head.record.ordinal) && checkMac(head.raw, head.record, key) === "ok";
      if (isSealed) sealed.push(head.record);
      source?.take(() => undefined);
    }
  } finally {
    closeSync(fd);
  }
  return sealed;
}
