import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ok, refused, type Result } from "../plan/refusal.ts";
import { gitEnvironment } from "./git-environment.ts";
import { readText } from "./reading.ts";

/** A worktree as Git lists it. */
export interface GitWorktree {
  readonly path: string;
  readonly head?: string;
  /** Absent when detached or bare. */
  readonly branch?: string;
  readonly isBare: boolean;
  readonly isLocked: boolean;
  /** Git no longer finds it where it was. */
  readonly isPrunable: boolean;
}

/** What differs from the last commit. Paths from the toplevel; folders end with `/`. */
export interface GitStatus {
  /** Staged or changed. */
  readonly changed: readonly string[];
  readonly unmerged: readonly string[];
  /** A folder here is a repository of its own. */
  readonly untracked: readonly string[];
  /** Only where it was asked for. */
  readonly ignored: readonly string[];
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly input?: string;
}

interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const QUICK_MS = 60_000;
const SLOW_MS = 15 * 60_000;
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

const errorCode = (error: object | undefined): unknown => (error && "code" in error ? error.code : undefined);

const DUBIOUS = /^fatal: detected dubious ownership in repository at '(.*)'$/m;

const refuseUntrusted = (stderr: string, cwd: string): Result<never> => {
  const place = DUBIOUS.exec(stderr)?.[1] ?? cwd;
  return refused("git-untrusted", `${place} belongs to another account, and Git does nothing there until it may.`, {
    hint: `Once the person agrees: git config --global --add safe.directory '${place.replaceAll("'", `'\\''`)}'`,
  });
};

/** Runs Git to its end and hands back its exit code; refuses only what kept it from running. */
const run = (cwd: string, args: readonly string[], options: RunOptions = {}): Result<Run> => {
  const timeoutMs = options.timeoutMs ?? QUICK_MS;
  // A bare repository that somebody committed into a folder would otherwise bring its own configuration.
  const child = spawnSync("git", ["-c", "safe.bareRepository=explicit", ...args], {
    cwd,
    env: { ...gitEnvironment(), ...options.env },
    encoding: "utf8",
    timeout: timeoutMs,
    maxBuffer: MAX_OUTPUT_BYTES,
    windowsHide: true,
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  const code = errorCode(child.error);
  if (code === "ENOENT" && !existsSync(cwd)) return refused("no-folder", `The folder ${cwd} does not exist.`);
  if (code === "ENOENT") return refused("git-missing", "Git is not installed, or not on the PATH.");
  if (code === "ETIMEDOUT")
    return refused("git-timeout", `\`git ${args[0]}\` in ${cwd} did not end within ${timeoutMs / 1000} s.`);
  if (child.error)
    return refused("git-failed", `\`git ${args[0]}\` in ${cwd} could not be run: ${child.error.message}.`);
  if (child.status === null) return refused("git-failed", `\`git ${args[0]}\` in ${cwd} was ended by ${child.signal}.`);
  // To be told from "no such thing", which Git answers by the same exit code.
  if (child.status !== 0 && DUBIOUS.test(child.stderr)) return refuseUntrusted(child.stderr, cwd);
  return ok({ status: child.status, stdout: child.stdout, stderr: child.stderr });
};

/** What Git says, minus the suggestions: some of them are commands that lose work. */
const reasonOf = (stderr: string): string =>
  stderr
    .split("\n")
    .filter((line) => /^(fatal|error):/.test(line))
    .map((line) => line.replace(/^(fatal|error):\s*/, "").replace(/[,;]?\s*\b[Uu]se\b.*$/, ""))
    .join("; ")
    .trim()
    .slice(0, 500) || "it gave no reason";

/** Standard output of a Git command that must succeed. */
const git = (cwd: string, args: readonly string[], options: RunOptions = {}): Result<string> => {
  const done = run(cwd, args, options);
  if (!done.ok) return done;
  const { status, stdout, stderr } = done.value;
  return status === 0 ? ok(stdout) : refused("git-failed", `\`git ${args[0]}\` in ${cwd} failed: ${reasonOf(stderr)}.`);
};

/** Standard output, or undefined where Git answers "no such thing" by its exit code. */
const ask = (cwd: string, args: readonly string[]): Result<string | undefined> => {
  const done = run(cwd, args);
  if (!done.ok) return done;
  return ok(done.value.status === 0 ? done.value.stdout.replace(/\n$/, "") : undefined);
};

/** The branch that is checked out, also before its first commit; undefined when detached. */
export const currentBranch = (dir: string): Result<string | undefined> =>
  ask(dir, ["symbolic-ref", "--quiet", "--short", "HEAD"]);

/** The commit a revision names; undefined where there is none. Names that look like options name nothing. */
export const resolveCommit = (dir: string, revision: string): Result<string | undefined> =>
  revision.startsWith("-") ? ok(undefined) : ask(dir, ["rev-parse", "--verify", "--quiet", `${revision}^{commit}`]);

/** The commit that is checked out; undefined before the first. */
export const headCommit = (dir: string): Result<string | undefined> => resolveCommit(dir, "HEAD");

export const hasBranch = (dir: string, branch: string): Result<boolean> => {
  const found = ask(dir, ["show-ref", "--verify", `refs/heads/${branch}`]);
  return found.ok ? ok(found.value !== undefined) : found;
};

export const isBranchName = (dir: string, name: string): Result<boolean> => {
  if (name.startsWith("-")) return ok(false);
  const found = ask(dir, ["check-ref-format", `refs/heads/${name}`]);
  return found.ok ? ok(found.value !== undefined) : found;
};

const parseWorktree = (lines: readonly string[]): GitWorktree | undefined => {
  const fields = new Map<string, string>();
  for (const line of lines) {
    const space = line.indexOf(" ");
    fields.set(space < 0 ? line : line.slice(0, space), space < 0 ? "" : line.slice(space + 1));
  }
  const path = fields.get("worktree");
  if (path === undefined) return undefined;
  const head = fields.get("HEAD");
  const branch = fields.get("branch")?.replace(/^refs\/heads\//, "");
  return {
    path,
    ...(head === undefined ? {} : { head }),
    ...(branch === undefined ? {} : { branch }),
    isBare: fields.has("bare"),
    isLocked: fields.has("locked"),
    isPrunable: fields.has("prunable"),
  };
};

/** All worktrees of a repository, the main one first. */
export const listWorktrees = (dir: string): Result<readonly GitWorktree[]> => {
  let listed = run(dir, ["worktree", "list", "--porcelain", "-z"]);
  if (!listed.ok) return listed;
  // Git before 2.36 knows no `-z` here and answers with its usage.
  const separator = listed.value.status === 129 ? "\n" : "\0";
  if (listed.value.status === 129) listed = run(dir, ["worktree", "list", "--porcelain"]);
  if (!listed.ok) return listed;
  if (listed.value.status !== 0)
    return refused("git-failed", `The worktrees of ${dir} cannot be listed: ${reasonOf(listed.value.stderr)}.`);
  const blocks = listed.value.stdout.split(separator + separator).map((block) => parseWorktree(block.split(separator)));
  return ok(blocks.filter((worktree) => worktree !== undefined));
};

/** The path of a porcelain v2 entry, which stands after a number of fields that depends on the kind. */
const entryPath = (entry: string, fields: number): string => {
  let at = 0;
  for (let i = 0; i < fields; i++) at = entry.indexOf(" ", at) + 1;
  return entry.slice(at);
};

const parseStatus = (text: string): GitStatus => {
  const status = {
    changed: [] as string[],
    unmerged: [] as string[],
    untracked: [] as string[],
    ignored: [] as string[],
  };
  const entries = text.split("\0");
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] ?? "";
    if (entry.startsWith("1 ")) status.changed.push(entryPath(entry, 8));
    else if (entry.startsWith("2 ")) {
      status.changed.push(entryPath(entry, 9));
      // A rename is followed by the old name, in an entry of its own.
      i++;
    } else if (entry.startsWith("u ")) status.unmerged.push(entryPath(entry, 10));
    else if (entry.startsWith("? ")) status.untracked.push(entry.slice(2));
    else if (entry.startsWith("! ")) status.ignored.push(entry.slice(2));
  }
  return status;
};

/** A pathspec that takes all but these paths, each given from the toplevel. */
const allBut = (paths: readonly string[]): readonly string[] => [
  ":/",
  ...paths.map((path) => `:(top,exclude,literal)${path}`),
];

/** What differs from the last commit, leaving out the given paths (from the toplevel). */
export const readStatus = (
  dir: string,
  options: { readonly withIgnored?: boolean; readonly except?: readonly string[] } = {},
): Result<GitStatus> => {
  const args = ["status", "--porcelain=v2", "-z", "--untracked-files=all", "--ignore-submodules=none"];
  if (options.withIgnored) args.push("--ignored=matching");
  const said = git(dir, [...args, "--", ...allBut(options.except ?? [])]);
  return said.ok ? ok(parseStatus(said.value)) : said;
};

/** Changed files that `git status` does not show, because the index was told to take them as unchanged. */
export const hiddenChanges = (dir: string): Result<readonly string[]> => {
  const tagged = git(dir, ["ls-files", "-v", "-z"]);
  if (!tagged.ok) return tagged;
  const flagged = tagged.value.split("\0").filter((entry) => /^[a-zS] /.test(entry));
  const paths = flagged.map((entry) => entry.slice(2)).filter((path) => existsSync(`${dir}/${path}`));
  if (paths.length === 0) return ok([]);
  const indexed = git(dir, ["ls-files", "-s", "-z"]);
  if (!indexed.ok) return indexed;
  const blobs = new Map(
    indexed.value.split("\0").map((entry) => {
      const [meta = "", path = ""] = entry.split("\t", 2);
      return [path, meta.split(" ")[1]] as const;
    }),
  );
  const named = paths.filter((path) => !path.includes("\n"));
  const hashes = git(dir, ["hash-object", "--stdin-paths"], { input: named.map((path) => `${path}\n`).join("") });
  // What cannot be compared counts as changed.
  if (!hashes.ok) return ok(paths);
  const actual = new Map(hashes.value.split("\n").map((hash, i) => [named[i] ?? "", hash] as const));
  return ok(paths.filter((path) => actual.get(path) !== blobs.get(path)));
};

/** The submodules of a checkout, populated or not, from the toplevel. */
export const listSubmodules = (dir: string): Result<readonly string[]> => {
  const staged = git(dir, ["ls-files", "-s", "-z"]);
  if (!staged.ok) return staged;
  const links = staged.value.split("\0").filter((entry) => entry.startsWith("160000 "));
  return ok(links.map((entry) => entry.slice(entry.indexOf("\t") + 1)));
};

/** Adds a worktree at an absolute path, on `branch`; `start` is the commit of a new branch, absent for an existing one. */
export const addWorktree = (
  repository: string,
  worktree: {
    readonly path: string;
    readonly branch: string;
    readonly start?: string;
    readonly isRegistered?: boolean;
  },
): Result<void> => {
  const { path, branch, start } = worktree;
  // Git still lists a worktree whose folder is gone; only then may its place be taken again.
  const again = worktree.isRegistered ? ["--force"] : [];
  const args = start === undefined ? [path, branch] : ["--no-track", "-b", branch, path, start];
  const added = git(repository, ["worktree", "add", ...again, ...args], { timeoutMs: SLOW_MS });
  return added.ok ? ok(undefined) : added;
};

/** Removes a worktree the careful way: Git itself refuses where anything is changed, untracked or locked. */
export const removeWorktree = (repository: string, path: string): Result<void> => {
  const removed = git(repository, ["worktree", "remove", path], { timeoutMs: SLOW_MS });
  return removed.ok ? ok(undefined) : removed;
};

/** How many commits of `revision` are on no other branch and no remote; `branch` is the one not to count as other. */
export const countUnsavedCommits = (dir: string, revision: string, branch?: string): Result<number> => {
  const own = branch === undefined ? [] : [`--exclude=${branch}`];
  const counted = git(dir, ["rev-list", "--count", revision, "--not", ...own, "--branches", "--remotes"]);
  return counted.ok ? ok(Number(counted.value.trim())) : counted;
};

/** The stashes that were made on a branch, as Git names them. */
export const listStashes = (dir: string, branch: string): Result<readonly string[]> => {
  const said = git(dir, ["stash", "list", "-z", "--format=%gd%x09%gs"]);
  if (!said.ok) return said;
  const isOfBranch = (text: string) => text.startsWith(`On ${branch}: `) || text.startsWith(`WIP on ${branch}: `);
  const entries = said.value.split("\0").map((entry) => entry.split("\t", 2));
  return ok(entries.filter(([, text = ""]) => isOfBranch(text)).map(([name = ""]) => name));
};

/**
 * Stashes everything that is changed or untracked, but the given paths (from the toplevel).
 * The stash's commit; undefined where there was nothing to stash.
 */
export const pushStash = (dir: string, message: string, except: readonly string[]): Result<string | undefined> => {
  const before = resolveCommit(dir, "refs/stash");
  if (!before.ok) return before;
  const pushed = git(dir, ["stash", "push", "--include-untracked", "-m", message, "--", ...allBut(except)], {
    timeoutMs: SLOW_MS,
  });
  if (!pushed.ok) return pushed;
  const after = resolveCommit(dir, "refs/stash");
  if (!after.ok) return after;
  return ok(after.value === before.value ? undefined : after.value);
};

/** Files that the repository tracks although its rules ignore them, from the toplevel. */
export const trackedIgnored = (dir: string): Result<readonly string[]> => {
  const listed = git(dir, ["ls-files", "-z", "--cached", "--ignored", "--exclude-standard", "--full-name", ":/"]);
  return listed.ok ? ok(listed.value.split("\0").filter((path) => path !== "")) : listed;
};

/** Those of some paths, from the toplevel, that are ignored whether they stand for a file or a folder. */
export const ignoredPaths = (dir: string, paths: readonly string[]): Result<readonly string[]> => {
  const input = paths.flatMap((path) => [`${path}\0`, `${path}/\0`]).join("");
  const done = run(dir, ["check-ignore", "-z", "--stdin"], { input });
  if (!done.ok) return done;
  const { status, stdout, stderr } = done.value;
  if (status > 1) return refused("git-failed", `\`git check-ignore\` in ${dir} failed: ${reasonOf(stderr)}.`);
  const ignored = new Set(stdout.split("\0").map((path) => path.replace(/\/$/, "")));
  return ok(paths.filter((path) => ignored.has(path)));
};

/** The ignore rules of a repository beside those of its `.gitignore` files: its own, and the user's. */
export const extraIgnoreRules = (dir: string): Result<string> => {
  const own = ask(dir, ["rev-parse", "--path-format=absolute", "--git-path", "info/exclude"]);
  if (!own.ok) return own;
  const users = ask(dir, ["config", "--path", "--get", "core.excludesFile"]);
  if (!users.ok) return users;
  const { XDG_CONFIG_HOME: config, HOME: home = "" } = process.env;
  const usual = join(config === undefined || config === "" ? join(home, ".config") : config, "git", "ignore");
  // The repository's rules come later, where a later rule wins.
  const files = [users.value ?? usual, own.value];
  return ok(files.map((file) => (file === undefined ? undefined : readText(file)) ?? "").join("\n"));
};

/** The files of a commit, from the toplevel: mode, digest of the content, path. Submodules are left out. */
export const listCommit = (
  dir: string,
  commit: string,
): Result<readonly { readonly mode: string; readonly blob: string; readonly path: string }[]> => {
  const tip = resolveCommit(dir, commit);
  if (!tip.ok) return tip;
  if (tip.value === undefined) return refused("no-such-commit", `${dir} has no commit ${commit.slice(0, 80)}`);
  const listed = git(dir, ["ls-tree", "-r", "-z", "--full-tree", tip.value]);
  if (!listed.ok) return listed;
  return ok(
    listed.value.split("\0").flatMap((line) => {
      const [, mode, kind, blob, path] = /^(\d+) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
      return kind === "blob" && mode && blob && path ? [{ mode, blob, path }] : [];
    }),
  );
};

/** What a file of a commit says; undefined where it has none of that path, or one that is larger than `limit`. */
export const readFromCommit = (dir: string, commit: string, path: string, limit: number): string | undefined => {
  const name = `${commit}:${path}`;
  const size = commit.startsWith("-") ? ok(undefined) : ask(dir, ["cat-file", "-s", name]);
  if (!size.ok || size.value === undefined || Number(size.value) > limit) return undefined;
  const text = ask(dir, ["cat-file", "blob", name]);
  return text.ok ? text.value : undefined;
};

/** Writes the files of a commit into an empty folder, by an index of its own: no branch and no index of the user's moves. */
export const writeCommit = (dir: string, commit: string, folder: string, index: string): Result<void> => {
  const tip = resolveCommit(dir, commit);
  if (!tip.ok) return tip;
  if (tip.value === undefined) return refused("no-such-commit", `${dir} has no commit ${commit.slice(0, 80)}`);
  const options = { env: { GIT_INDEX_FILE: index }, timeoutMs: SLOW_MS };
  const read = git(dir, ["read-tree", tip.value], options);
  if (!read.ok) return read;
  const written = git(dir, ["checkout-index", "--all", `--prefix=${folder}/`], options);
  return written.ok ? ok(undefined) : written;
};
