import { readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { isEntry } from "./reading.ts";
import { realPath } from "./real-path.ts";

/** Where Git keeps things for one checkout. All paths absolute and real. */
export interface GitLayout {
  /** The folder that holds `.git`. */
  readonly toplevel: string;
  /** This checkout's own Git folder. */
  readonly gitDir: string;
  /** The Git folder that all worktrees of the repository share. */
  readonly commonDir: string;
  /** Whether this is a worktree that was added to a repository. */
  readonly isLinked: boolean;
  /** The repository's first worktree; a bare repository has none. */
  readonly mainWorktree?: string;
}

const MAX_POINTER_BYTES = 64 * 1024;
const MAX_PACKED_REFS_BYTES = 16 * 1024 * 1024;

const readSmall = (path: string, limit = MAX_POINTER_BYTES): string | undefined => {
  try {
    const { size } = statSync(path);
    return size > limit ? undefined : readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};

/** A value of the `[core]` section, read the way Git writes it. */
const coreValue = (config: string, key: string): string | undefined => {
  let isCore = false;
  let value: string | undefined;
  for (const line of config.split(/\r?\n/)) {
    const section = /^\s*\[([^\]]*)\]/.exec(line);
    if (section) isCore = section[1]?.trim().toLowerCase() === "core";
    const pair = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (isCore && pair?.[1]?.toLowerCase() === key) value = pair[2]?.replace(/^"(.*)"$/, "$1").replaceAll("\\\\", "\\");
  }
  return value;
};

const findMainWorktree = (commonDir: string): string | undefined => {
  const config = `${readSmall(join(commonDir, "config")) ?? ""}\n${readSmall(join(commonDir, "config.worktree")) ?? ""}`;
  const configured = coreValue(config, "worktree");
  if (configured !== undefined) return realPath(resolve(commonDir, configured));
  if (coreValue(config, "bare")?.toLowerCase() === "true") return undefined;
  return basename(commonDir) === ".git" ? dirname(commonDir) : undefined;
};

/** The layout of the checkout whose toplevel is `dir`, which is a real path; undefined where `dir` is not one. */
export const readGitLayout = (dir: string): GitLayout | undefined => {
  const dotGit = join(dir, ".git");
  let isFile: boolean;
  try {
    isFile = !statSync(dotGit).isDirectory();
  } catch {
    return undefined;
  }
  const pointer = isFile ? /^gitdir: (.+?)\r?\n?$/.exec(readSmall(dotGit) ?? "")?.[1] : dotGit;
  const gitDir = pointer === undefined ? undefined : realPath(resolve(dir, pointer));
  if (gitDir === undefined || !isEntry(join(gitDir, "HEAD"))) return undefined;
  const shared = readSmall(join(gitDir, "commondir"))?.trim();
  const commonDir = shared === undefined ? gitDir : realPath(resolve(gitDir, shared));
  if (commonDir === undefined) return undefined;
  const isLinked = commonDir !== gitDir;
  const mainWorktree = isLinked ? findMainWorktree(commonDir) : dir;
  return { toplevel: dir, gitDir, commonDir, isLinked, ...(mainWorktree === undefined ? {} : { mainWorktree }) };
};

/**
 * The checkout that `start`, a real path, lies in. Reads files and starts no process, so that hooks can afford it.
 * Undefined outside any checkout.
 */
export const locateGit = (start: string): GitLayout | undefined => {
  for (let dir = start; ;) {
    const layout = readGitLayout(dir);
    if (layout) return layout;
    const up = dirname(dir);
    if (up === dir) return undefined;
    dir = up;
  }
};

/** The branch a checkout is on, without a process; undefined when detached or when only Git itself can tell. */
export const readBranch = (layout: GitLayout): string | undefined => {
  const branch = /^ref: refs\/heads\/(.+?)\s*$/.exec(readSmall(join(layout.gitDir, "HEAD")) ?? "")?.[1];
  return branch === ".invalid" ? undefined : branch;
};

const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** The commit that is checked out, without a process; undefined before the first, or when only Git itself can tell. */
export const readHeadCommit = ({ gitDir, commonDir }: GitLayout): string | undefined => {
  const head = readSmall(join(gitDir, "HEAD"))?.trim() ?? "";
  if (COMMIT.test(head)) return head;
  const ref = /^ref: (refs\/.+)$/.exec(head)?.[1];
  if (ref === undefined || ref.split("/").includes("..")) return undefined;
  const loose = readSmall(join(commonDir, ref))?.trim();
  if (loose !== undefined && COMMIT.test(loose)) return loose;
  const packed = readSmall(join(commonDir, "packed-refs"), MAX_PACKED_REFS_BYTES);
  const line = packed?.split("\n").find((entry) => entry.endsWith(` ${ref}`));
  const commit = line?.slice(0, line.indexOf(" "));
  return commit !== undefined && COMMIT.test(commit) ? commit : undefined;
};
