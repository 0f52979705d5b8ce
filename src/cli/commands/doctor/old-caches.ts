import { lstatSync, rmdirSync, type Stats } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { DoctorOptions, Finding } from "../../../engine/setup/doctor-finding.ts";
import { sweepFiles } from "../../../workspace/files.ts";
import { namesIn } from "../../../workspace/reading.ts";

/** Digest of this build, which its cache is named for. */
declare const HOLDFAST_BUILD: string;

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: number;
}

/** So long after its last use nobody is thought to run a build any more; one that is run compiles anew. */
const UNUSED_MS = 30 * 24 * 3_600_000;
const FOLDER = /^v\d+\.\d+\.\d+-[a-z0-9]+(?:-[0-9a-f]{12})?$/;
const FILE = /^(?:[a-z-]+\.)?[\w-]+\.js\.cache(?:\.\d+\.tmp)?$/;
const isOurs = (name: string, stats: Stats): boolean => FILE.test(name) && stats.isFile();

/** Compiled code that earlier builds have left in the account's cache folder. What else lies there is not looked at. */
export function examineCaches({ env, now }: Surroundings, { fix }: DoctorOptions): readonly Finding[] {
  const base = env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache");
  const folders = findUnused(join(base, "holdfast"), now);
  if (folders.length === 0) return [];
  if (fix) for (const folder of folders) remove(folder);
  const message = `compiled code of ${folders.length} earlier builds, which nobody has used for 30 days, the first ${folders[0]}`;
  const isGone = fix && folders.every((folder) => contentsOf(folder).length === 0);
  if (isGone) return [{ check: "caches", level: "fixed", message }];
  return [{ check: "caches", level: "note", message, hint: "holdfast doctor --fix" }];
}

function findUnused(parent: string, now: number): readonly string[] {
  return namesIn(parent)
    .filter((name) => FOLDER.test(name) && !isThisBuild(name))
    .map((name) => join(parent, name))
    .filter((folder) => lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true)
    .filter((folder) => {
      const ours = contentsOf(folder);
      return ours.length > 0 && ours.every(({ atimeMs, mtimeMs }) => now - Math.max(atimeMs, mtimeMs) > UNUSED_MS);
    });
}

const isThisBuild = (name: string): boolean =>
  typeof HOLDFAST_BUILD === "string" && name.endsWith(`-${HOLDFAST_BUILD}`);

/** What we put into a cache's folder, as far as it is there. */
const contentsOf = (folder: string): readonly Stats[] =>
  namesIn(folder).flatMap((name) => {
    const stats = lstatSync(join(folder, name), { throwIfNoEntry: false });
    return stats !== undefined && isOurs(name, stats) ? [stats] : [];
  });

function remove(folder: string): void {
  sweepFiles(folder, isOurs);
  try {
    rmdirSync(folder);
  } catch {
    // Something of somebody else's is in it.
  }
}
