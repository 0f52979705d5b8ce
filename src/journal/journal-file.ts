import { closeSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { CloneId } from "../plan/record.ts";
import { ok, type Result } from "../plan/refusal.ts";
import { codeOf, linkIntoPlace, listFolder, refuseIo, removeQuietly, syncFile, syncFolder, tempName } from "./disk.ts";
import { isCloneId } from "./ids.ts";
import { joinNames, type SecondName } from "./second-name.ts";

const SUFFIX = ".jsonl";

/** The file of a clone in a folder. */
export function journalFile(dir: string, clone: CloneId): string {
  return path.join(dir, clone + SUFFIX);
}

/** The clones that have a file in a folder, in order; whatever else lies there is not looked at. */
export function listClones(dir: string): readonly CloneId[] {
  const clones: CloneId[] = [];
  for (const name of listFolder(dir)) {
    const clone = name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : "";
    if (isCloneId(clone)) clones.push(clone);
  }
  return clones.sort();
}

/** Makes an empty journal file durably; one that is there already is left alone. */
export function createJournalFile(file: string): Result<void> {
  try {
    makeJournalFile(file);
    return ok(undefined);
  } catch (error) {
    return { ok: false, refusal: refuseIo(error, "create the journal", file) };
  }
}

/** Like `createJournalFile`, but throws where it cannot. */
export function makeJournalFile(file: string): void {
  const dir = path.dirname(file);
  const temp = tempName(file);
  mkdirSync(dir, { recursive: true });
  writeFileSync(temp, "", { flag: "wx" });
  try {
    syncFile(temp);
    giveName(temp, file);
  } finally {
    removeQuietly(temp);
  }
  syncFolder(dir);
}

/** Gives a finished file its final name; where the disk has no hard links, makes the file under it. */
function giveName(temp: string, file: string): void {
  try {
    linkIntoPlace(temp, file);
  } catch (error) {
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "EMLINK", "ENOSYS"].includes(codeOf(error))) throw error;
    try {
      writeFileSync(file, "", { flag: "wx" });
      syncFile(file);
    } catch (fallback) {
      if (codeOf(fallback) !== "EEXIST") throw fallback;
    }
  }
}

/** Joins both names of a clone's file, where a second folder is wanted. */
export function joinClone(dir: string, second: string | undefined, clone: CloneId): Result<SecondName> {
  if (second === undefined) return ok("off");
  return joinNames(journalFile(dir, clone), journalFile(second, clone));
}

/** Closes a descriptor, whatever state it is in. */
export function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // Nothing can be lost: all that matters was synced before.
  }
}
