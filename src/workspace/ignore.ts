import { lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ok, refused, type Result } from "../plan/refusal.ts";
import { GIT_FILE_HEADER, isForeignPlanning } from "./root.ts";

const file = (...lines: readonly string[]): string => [GIT_FILE_HEADER, ...lines, ""].join("\n");

const HIDDEN = file("*");

/** Everything but what is exchanged. A folder has to be let through before a file in it can be. */
const TRACKED = file(
  "*",
  "!/.gitignore",
  "!/.gitattributes",
  "!/holdfast.json",
  "!/*/",
  "/.*/",
  "!/*/published/",
  "!/*/published/*.jsonl",
);

/** Published records are only ever added: both sides' lines stay, and no line ending is touched. */
const ATTRIBUTES = file("*/published/*.jsonl merge=union -text");

type Outcome = "written" | "unchanged";

const readOwn = (path: string): Result<string | undefined> => {
  let isFile: boolean;
  try {
    isFile = lstatSync(path).isFile();
  } catch {
    return ok(undefined);
  }
  const text = isFile ? readFileSync(path, "utf8") : "";
  if (isFile && text.startsWith(GIT_FILE_HEADER)) return ok(text);
  return refused("foreign-file", `${path} is not Holdfast's and is left as it is.`, {
    hint: "Move it elsewhere, or add its lines to the file of the same name above.",
  });
};

const keepFile = (path: string, text: string): Result<Outcome> => {
  const own = readOwn(path);
  if (!own.ok) return own;
  if (own.value?.replaceAll("\r\n", "\n") === text) return ok("unchanged");
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, text, { flag: "wx" });
  renameSync(draft, path);
  return ok("written");
};

/**
 * Keeps the workspace's folder out of Git; with `isTracked`, all but the settings and the published records.
 * Changes nothing where a file is already right, and nothing at all where one is somebody else's.
 */
export const writeGitFiles = (planning: string, isTracked: boolean): Result<Outcome> => {
  if (isForeignPlanning(planning))
    return refused("folder-taken", `${planning} holds another tool's files; hiding them from Git is not ours to do.`);
  const attributes = join(planning, ".gitattributes");
  const foreign = isTracked ? readOwn(attributes) : ok(undefined);
  if (!foreign.ok) return foreign;
  const ignore = keepFile(join(planning, ".gitignore"), isTracked ? TRACKED : HIDDEN);
  if (!ignore.ok || !isTracked) return ignore;
  const kept = keepFile(attributes, ATTRIBUTES);
  return kept.ok && ignore.value === "written" ? ignore : kept;
};

/** Keeps `.worktrees/` in a repository out of Git, and of what scans the repository by Git's rules. */
export const hideWorktrees = (folder: string): Result<Outcome> => keepFile(join(folder, ".gitignore"), HIDDEN);
