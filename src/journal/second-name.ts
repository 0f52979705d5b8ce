import { closeSync, fstatSync, linkSync, mkdirSync, readSync, renameSync } from "node:fs";
import path from "node:path";
import { ok, refused, type Result } from "../plan/refusal.ts";
import {
  codeOf,
  isSameFile,
  openToAppend,
  openToRead,
  readAt,
  realIo,
  refuseIo,
  removeQuietly,
  statFile,
  syncFolder,
  tempName,
} from "./disk.ts";

/** Whether a file has its second name: not wanted, there, or not to be had on these disks. */
export type SecondName = "off" | "linked" | "none";

/**
 * Makes two names lead to one file: a missing one is linked back from the other, and of two files the longer
 * takes both names if it continues the shorter. Refuses where they have gone different ways.
 */
export function joinNames(primary: string, second: string): Result<SecondName> {
  try {
    const a = statFile(primary);
    const b = statFile(second);
    if (a === undefined && b === undefined) return ok("off");
    if (a === undefined) return ok(addName(second, primary));
    if (b === undefined) return ok(addName(primary, second));
    if (isSameFile(a, b)) return ok("linked");
    return joinFiles(primary, second);
  } catch (error) {
    return isUnlinkable(error)
      ? ok("none")
      : { ok: false, refusal: refuseIo(error, "join the journal's two names", primary) };
  }
}

function addName(from: string, to: string): SecondName {
  mkdirSync(path.dirname(to), { recursive: true });
  try {
    linkSync(from, to);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
  syncFolder(path.dirname(to));
  return "linked";
}

function joinFiles(primary: string, second: string): Result<SecondName> {
  const a = openToRead(primary);
  const b = openToRead(second);
  try {
    const sizes = [fstatSync(a).size, fstatSync(b).size] as const;
    const common = Math.min(...sizes);
    if (!isPrefixEqual(a, b, common)) {
      return refused("journal-diverged", "The journal's two names lead to files that have gone different ways.", {
        hint: "Run `holdfast journal rescue`: it unites them and keeps both as they are.",
        place: primary,
        details: [
          { reason: "journal-diverged", message: `One of them is ${primary}.`, place: primary },
          { reason: "journal-diverged", message: `The other is ${second}.`, place: second },
        ],
      });
    }
    if (sizes[0] >= sizes[1]) takeOver(primary, second, b, common);
    else takeOver(second, primary, a, common);
    return ok("linked");
  } finally {
    closeSync(a);
    closeSync(b);
  }
}

function takeOver(longer: string, shorter: string, shorterFd: number, common: number): void {
  linkOver(longer, shorter);
  // Whoever had the shorter file open may have appended since it was compared. From here on writers notice by
  // themselves that their file has lost its name; what they wrote before is carried over (ids keep it single).
  const late = fstatSync(shorterFd).size - common;
  if (late > 0) {
    const fd = openToAppend(longer);
    try {
      realIo.write(fd, Buffer.concat([Buffer.from("\n"), readAt(shorterFd, common, late), Buffer.from("\n")]));
      realIo.sync(fd);
    } finally {
      closeSync(fd);
    }
  }
}

/** Makes a name lead to another file, at no moment to none. */
export function linkOver(file: string, name: string): void {
  const temp = tempName(name);
  linkSync(file, temp);
  try {
    renameSync(temp, name);
  } finally {
    removeQuietly(temp);
  }
  syncFolder(path.dirname(name));
}

function isPrefixEqual(a: number, b: number, length: number): boolean {
  const size = Math.min(length, 1024 * 1024);
  const [left, right] = [Buffer.allocUnsafe(size), Buffer.allocUnsafe(size)];
  for (let at = 0; at < length;) {
    const count = readSync(a, left, 0, Math.min(size, length - at), at);
    const other = readSync(b, right, 0, count, at);
    if (count === 0 || other !== count || !left.subarray(0, count).equals(right.subarray(0, count))) return false;
    at += count;
  }
  return true;
}

/** Whether an error says that these disks or this account cannot have two names for one file. */
function isUnlinkable(error: unknown): boolean {
  return ["EXDEV", "EPERM", "ENOTSUP", "EOPNOTSUPP", "EMLINK", "EROFS", "EACCES", "ENOSYS"].includes(codeOf(error));
}
