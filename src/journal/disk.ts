import {
  closeSync,
  constants,
  fdatasyncSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statfsSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { refuse, type Refusal } from "../plan/refusal.ts";
import { randomLetters } from "./ids.ts";

/** The two calls that durability hangs on, so that tests can make them fail. */
export interface Io {
  /** Writes once and answers how many bytes went out. */
  readonly write: (fd: number, bytes: Uint8Array) => number;
  readonly sync: (fd: number) => void;
}

export const realIo: Io = { write: (fd, bytes) => writeSync(fd, bytes), sync: fdatasyncSync };

/** The kind of file system that a path is on, as Linux numbers them; undefined where that cannot be told. */
export type FsType = (path: string) => number | undefined;

const UNFIT: Readonly<Record<number, string>> = {
  0x6969: "NFS",
  0x517b: "SMB",
  0xff534d42: "CIFS",
  0xfe534d42: "SMB",
  0x01021997: "9p",
  0x65735546: "FUSE",
};

const realFsType: FsType = (place) => {
  if (process.platform !== "linux") return undefined;
  try {
    return statfsSync(place).type;
  } catch {
    return undefined;
  }
};

/** A refusal where appends to files in a folder (or where it would be made) are not atomic. */
export function checkFileSystem(dir: string, fsType: FsType = realFsType): Refusal | undefined {
  const type = fsType(nearestFolder(dir));
  const name = type === undefined ? undefined : UNFIT[type >>> 0];
  if (name === undefined) return undefined;
  return refuse("unfit-file-system", `The journal cannot be kept on ${name}: appends there can overwrite each other.`, {
    hint: "Set journal.dir in holdfast.json to a folder on a local disk.",
    place: dir,
  });
}

function nearestFolder(dir: string): string {
  for (let at = path.resolve(dir); ; at = path.dirname(at)) {
    if (statOf(at) !== undefined || at === path.dirname(at)) return at;
  }
}

export interface FileStat {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly nlink: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/** What stands at a path; undefined where nothing does, or where it is no plain file or folder. */
export function statOf(place: string): FileStat | undefined {
  return statSync(place, { throwIfNoEntry: false });
}

/** Like `statOf`, for plain files only: nothing else is opened, whatever its name. */
export function statFile(file: string): FileStat | undefined {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  return stat?.isFile() ? stat : undefined;
}

/** Whether two names lead to one file. */
export function isSameFile(a: FileStat, b: FileStat): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

// A pipe that somebody put in a file's place must not hold us up, and a link must not lead us away.
const CAREFUL = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

// Each reader of a file that others append to would otherwise write its inode, and wait for the disk to do so.
const QUIET = constants.O_NOATIME ?? 0;

/** Opens a file for reading. Throws where it cannot. */
export function openToRead(file: string): number {
  return openQuietly(file, constants.O_RDONLY | CAREFUL);
}

/** Opens a file for appending and reading; never makes one. Throws where it cannot. */
export function openToAppend(file: string): number {
  return openQuietly(file, constants.O_RDWR | constants.O_APPEND | CAREFUL);
}

/** Only a file's owner may leave its access time alone. */
function openQuietly(file: string, flags: number): number {
  try {
    return openSync(file, flags | QUIET);
  } catch (error) {
    if (QUIET === 0 || codeOf(error) !== "EPERM") throw error;
    return openSync(file, flags);
  }
}

/** Runs `use` with a file open for reading. */
export function withFile<T>(file: string, use: (fd: number) => T): T {
  const fd = openToRead(file);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** Reads up to `length` bytes at an offset. */
export function readAt(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let count = 0;
  while (count < length) {
    const got = readSync(fd, bytes, count, length - count, offset + count);
    if (got === 0) break;
    count += got;
  }
  return bytes.subarray(0, count);
}

const TEMP = /^\..+\.[0-9]+\.[0-9a-hjkmnp-tv-z]{8}\.hf-tmp$/;

/** Whether a file bears a name that `tempName` makes. */
export const isTempName = (name: string): boolean => TEMP.test(name);

/** A name beside a file for writing it whole before it takes its place. */
export function tempName(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.${randomLetters(8)}.hf-tmp`);
}

/** Removes what dead writers left in a folder: only names that `tempName` makes, older than an hour. */
export function sweepTemps(dir: string, now: number): void {
  for (const name of listFolder(dir)) {
    if (!TEMP.test(name)) continue;
    const file = path.join(dir, name);
    const stat = statFile(file);
    if (stat !== undefined && now - stat.ctimeMs > 3_600_000) removeQuietly(file);
  }
}

/** Names in a folder; none where it cannot be read. */
export function listFolder(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

/** Removes a file that this program made; a failure is not worth a word. */
export function removeQuietly(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // Swept another time.
  }
}

/**
 * Puts a text, given in pieces, in a file's place whole: a reader sees the old one or the new one. It need not survive
 * a power cut. Throws where it cannot.
 */
export function replaceFile(file: string, pieces: readonly (string | Uint8Array)[]): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const temp = tempName(file);
  try {
    const fd = openSync(temp, "wx");
    try {
      for (const piece of pieces) writeFileSync(fd, piece);
    } finally {
      closeSync(fd);
    }
    renameSync(temp, file);
  } catch (error) {
    removeQuietly(temp);
    throw error;
  }
}

/** Gives a finished temporary file its name, unless somebody was faster. True where it is this file that has the name. */
export function linkIntoPlace(temp: string, file: string): boolean {
  try {
    linkSync(temp, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Flushes a file's content by name. */
export function syncFile(file: string): void {
  const fd = openSync(file, "r+");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Flushes a folder's names, where the system can. */
export function syncFolder(dir: string): void {
  let fd: number | undefined;
  try {
    fd = openSync(dir, "r");
    fsyncSync(fd);
  } catch (error) {
    // Windows knows no such call, and needs none.
    if (!["EPERM", "EISDIR", "EINVAL", "EACCES"].includes(codeOf(error))) throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** The system's name for an error, or the empty string. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** The refusal for a file operation that failed; a bug is thrown on. `what` completes "could not ...". */
export function refuseIo(error: unknown, what: string, place: string): Refusal {
  const code = codeOf(error);
  if (code === "") throw error;
  const [reason, why, hint] = IO_FAILURES[code] ?? ["io-failed", code, "Look at the disk, then run the command again."];
  return refuse(reason, `Could not ${what}: ${why}. Nothing was acknowledged.`, { hint, place });
}

const FULL = ["disk-full", "no room is left", "Make room on the disk, then run the command again."] as const;
const CLOSED = [
  "no-permission",
  "this account may not",
  "Run as the account that owns the workspace, or give this one access.",
] as const;
const MISSING = ["journal-missing", "the file is not there", "Look with `holdfast doctor` where it went."] as const;

const IO_FAILURES: Readonly<Record<string, readonly [reason: string, why: string, hint: string]>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EROFS: [
    "read-only",
    "the file system is read-only",
    "Make it writable, or set journal.dir in holdfast.json to a folder that is.",
  ],
  EACCES: CLOSED,
  EPERM: CLOSED,
  ENOENT: MISSING,
  ENOTDIR: MISSING,
};
