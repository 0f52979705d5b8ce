import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { CloneId } from "../plan/record.ts";
import { ok, refused, type Result } from "../plan/refusal.ts";
import { newMark } from "./cursor.ts";
import { openToAppend, realIo, refuseIo, removeQuietly, statFile, syncFolder, tempName, withFile } from "./disk.ts";
import { closeQuietly, journalFile, listClones } from "./journal-file.ts";
import { decodeLine, withOrdinal } from "./line.ts";
import { LineReader } from "./line-reader.ts";
import { Source } from "./source.ts";

export interface PublishOptions {
  readonly own: CloneId;
  readonly dir: string;
  readonly published: string;
}

/**
 * Copies the records of every clone in the local store to `published/`, each with its ordinal, one file a clone.
 * A file is replaced whole and only if something new is in it; records in it that the store lacks stay. Answers
 * the clones whose file changed. Refuses where this clone has published something else than its journal holds.
 */
export function publishRecords(options: PublishOptions): Result<readonly CloneId[]> {
  const changed: CloneId[] = [];
  for (const clone of listClones(options.dir)) {
    const file = journalFile(options.published, clone);
    try {
      const theirs = readCopies(file, clone);
      const merged = mergeRecords(readStore(journalFile(options.dir, clone), clone), theirs);
      if (merged === undefined && clone === options.own) return refuseDifference(file);
      if (merged === undefined || merged.size === theirs.size) continue;
      writeLines(
        file,
        [...merged].sort(([a], [b]) => a - b).map(([ordinal, raw]) => withOrdinal(raw, ordinal)),
      );
      changed.push(clone);
    } catch (error) {
      return { ok: false, refusal: refuseIo(error, "publish the journal", file) };
    }
  }
  return ok(changed);
}

/** Undefined where the two disagree about a record. */
function mergeRecords(ours: ReadonlyMap<number, string>, theirs: ReadonlyMap<number, string>) {
  const merged = new Map(theirs);
  for (const [ordinal, raw] of ours) {
    if ((merged.get(ordinal) ?? raw) !== raw) return undefined;
    merged.set(ordinal, raw);
  }
  return merged;
}

function refuseDifference(file: string): Result<never> {
  return refused("published-differs", "What this clone has published is not what its journal holds.", {
    hint: "Run `holdfast journal verify`; `holdfast journal rescue` brings back what was published.",
    place: file,
  });
}

/** The records of a journal file by ordinal, as written. */
export function readStore(file: string, clone: CloneId): Map<number, string> {
  const records = new Map<number, string>();
  const stat = statFile(file);
  if (stat === undefined) return records;
  withFile(file, (fd) => {
    const source = Source.open({ clone, path: file, fd: () => fd, stat }, newMark());
    for (let head = source?.head; head !== undefined; head = source?.head) {
      records.set(head.record.ordinal, head.raw);
      source?.take(() => undefined);
    }
  });
  return records;
}

/** The records of a published file by ordinal, whatever their order; of two with one ordinal the first. */
export function readCopies(file: string, clone: CloneId): Map<number, string> {
  const records = new Map<number, string>();
  const stat = statFile(file);
  if (stat === undefined) return records;
  withFile(file, (fd) => {
    const lines = new LineReader(fd, 0, stat.size);
    while (lines.next()) {
      const line = lines.text === undefined ? undefined : decodeLine(lines.text, clone);
      if (line?.ordinal !== undefined && !records.has(line.ordinal)) records.set(line.ordinal, line.raw);
    }
  });
  return records;
}

const BATCH_LINES = 10_000;

/** Writes lines to a file that takes another's place whole and durably. Throws where it cannot. */
function writeLines(file: string, lines: readonly string[]): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const temp = tempName(file);
  try {
    writeFileSync(temp, "", { flag: "wx" });
    appendLines(temp, lines);
    renameSync(temp, file);
  } catch (error) {
    removeQuietly(temp);
    throw error;
  }
  syncFolder(path.dirname(file));
}

function appendLines(file: string, lines: readonly string[]): void {
  const fd = openToAppend(file);
  try {
    for (let at = 0; at < lines.length; at += BATCH_LINES) {
      let bytes = Buffer.from(`${lines.slice(at, at + BATCH_LINES).join("\n")}\n`);
      while (bytes.length > 0) bytes = bytes.subarray(realIo.write(fd, bytes));
    }
    realIo.sync(fd);
  } finally {
    closeQuietly(fd);
  }
}
