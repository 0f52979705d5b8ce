import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  type Stats,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { ok, refuse, refused, type Refusal, type Result } from "../plan/refusal.ts";
import { isInside } from "./contained-path.ts";

const TEMPORARY = /^\.holdfast-\d+-[0-9a-z]+\.tmp$/;

/** Whether a file bears a name that only a writer's draft has. */
export const isTemporaryName = (name: string): boolean => TEMPORARY.test(name);

export interface WriteOptions {
  /** Survives a power cut once this returns. */
  readonly sync?: boolean;
  /** For a new file; an existing one keeps its own. */
  readonly mode?: number;
  /** A folder that the file must lie in, whatever links lead there; its own folder by default. */
  readonly within?: string;
}

/**
 * Puts a file in place whole: who reads meanwhile sees the old text or the new. A link is followed only to a place
 * within; a folder, a device, or a link that leads out is refused and left as it is.
 */
export function writeFileAtomic(path: string, text: string, options: WriteOptions = {}): Result<void> {
  return attempt(path, () => {
    const target = findTarget(path, options.within);
    if (!target.ok) return target;
    const { place, stats } = target.value;
    const temporary = writeTemporary(dirname(place), text, options, stats);
    try {
      renameSync(temporary, place);
    } catch (error) {
      removeQuietly(temporary);
      throw error;
    }
    if (options.sync === true) syncFolder(dirname(place));
    return ok(undefined);
  });
}

/** As `writeFileAtomic`, but a file that already says so is not touched. */
export function writeIfChanged(
  path: string,
  text: string,
  options: WriteOptions = {},
): Result<"written" | "unchanged"> {
  const isSame = attempt(path, () => {
    const target = findTarget(path, options.within);
    if (!target.ok) return target;
    const { place, stats } = target.value;
    return ok(stats?.size === Buffer.byteLength(text) && readFileSync(place, "utf8") === text);
  });
  if (!isSame.ok) return isSame;
  if (isSame.value) return ok("unchanged");
  const written = writeFileAtomic(path, text, options);
  return written.ok ? ok("written") : written;
}

/**
 * Puts a file where none is, whole and synced. False where somebody else was first: then theirs stands.
 */
export function createExclusive(path: string, text: string, mode = 0o600): Result<boolean> {
  return attempt(path, () => {
    const folder = dirname(path);
    const temporary = writeTemporary(folder, text, { sync: true, mode }, undefined);
    try {
      linkSync(temporary, path);
    } catch (error) {
      if (codeOf(error) === "EEXIST") return ok(false);
      if (!HARD_LINKS_MISSING.has(codeOf(error))) throw error;
      return ok(createInPlace(path, text, mode));
    } finally {
      removeQuietly(temporary);
    }
    syncFolder(folder);
    return ok(true);
  });
}

/**
 * A real folder at `root/...parts`, made where it is missing; `root` itself must be there. Refused where a link or a
 * file stands in the way.
 */
export function makeFolder(root: string, ...parts: readonly string[]): Result<string> {
  let folder = root;
  for (const part of parts) {
    folder = join(folder, part);
    const made = attempt(folder, () => {
      if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) makeOneFolder(folder);
      if (lstatSync(folder).isDirectory()) return ok(undefined);
      return refused("not-a-folder", `${folder} is not a folder.`, { place: folder });
    });
    if (!made.ok) return made;
  }
  return ok(folder);
}

/** Removes what a killed writer left in a folder; nothing younger, and nothing that is not ours. Says how many. */
export function sweepTemporaries(folder: string, olderThanMs: number, now: number = Date.now()): number {
  return sweepFiles(folder, (name, stats) => TEMPORARY.test(name) && now - stats.mtimeMs > olderThanMs);
}

/** Removes the plain files that `isOurs` owns up to; says how many. What cannot be removed stays. */
export function sweepFiles(folder: string, isOurs: (name: string, stats: Stats) => boolean): number {
  let swept = 0;
  for (const name of listQuietly(folder)) {
    const path = join(folder, name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isFile() === true && isOurs(name, stats) && removeQuietly(path)) swept++;
  }
  return swept;
}

/** The text of a small plain file; undefined where there is none, it is larger than `limit` bytes, or cannot be read. */
export function readSmallFile(path: string, limit = 64 * 1024): string | undefined {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(descriptor);
      return stats.isFile() && stats.size <= limit ? readFileSync(descriptor, "utf8") : undefined;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

/** What the system calls an error, such as ENOSPC. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";

const HARD_LINKS_MISSING: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

interface Target {
  readonly place: string;
  readonly stats: Stats | undefined;
}

function findTarget(path: string, within: string | undefined): Result<Target> {
  const folder = realpathSync.native(dirname(path));
  const root = within === undefined ? folder : realpathSync.native(within);
  if (!isInside(root, folder)) return leadsOut(path);
  const place = join(folder, basename(path));
  const stats = lstatSync(place, { throwIfNoEntry: false });
  if (stats?.isSymbolicLink() !== true) return plainFile(path, place, stats);
  // A link to nothing could come to lead anywhere.
  if (!existsSync(place)) return leadsOut(path);
  const real = realpathSync.native(place);
  return isInside(root, dirname(real)) ? plainFile(path, real, statSync(real)) : leadsOut(path);
}

function plainFile(path: string, place: string, stats: Stats | undefined): Result<Target> {
  if (stats === undefined || stats.isFile()) return ok({ place, stats });
  return refused("not-a-file", `${path} is not a plain file.`, { place: path });
}

const leadsOut = (path: string): Result<never> =>
  refused("leads-out", `${path} is a link that leads out of its folder.`, {
    hint: "Put a plain file in its place, or none.",
    place: path,
  });

let written = 0;

function writeTemporary(folder: string, text: string, options: WriteOptions, before: Stats | undefined): string {
  const random = Math.random().toString(36).slice(2, 10).padEnd(8, "0");
  const temporary = join(folder, `.holdfast-${process.pid}-${(written++).toString(36)}${random}.tmp`);
  const descriptor = openSync(temporary, "wx", options.mode ?? 0o666);
  try {
    writeFileSync(descriptor, text);
    if (before !== undefined) fchmodSync(descriptor, before.mode & 0o777);
    if (options.sync === true) fsyncSync(descriptor);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  } finally {
    closeSync(descriptor);
  }
  return temporary;
}

function makeOneFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

function createInPlace(path: string, text: string, mode: number): boolean {
  try {
    writeFileSync(path, text, { flag: "wx", mode, flush: true });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function removeQuietly(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

function listQuietly(folder: string): readonly string[] {
  try {
    return lstatSync(folder).isDirectory() ? readdirSync(folder) : [];
  } catch {
    return [];
  }
}

function attempt<T>(path: string, act: () => Result<T>): Result<T> {
  try {
    return act();
  } catch (error) {
    return { ok: false, refusal: unwritable(path, error) };
  }
}

const unwritable = (path: string, error: unknown): Refusal =>
  refuse("cannot-write", `${path} could not be written (${codeOf(error)}).`, { place: path });
