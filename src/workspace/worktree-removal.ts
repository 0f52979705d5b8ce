import { existsSync, lstatSync, readdirSync, type Dirent } from "node:fs";
import { basename, join } from "node:path";
import { counted, listed } from "../plan/counted.ts";
import { ok, refuse, refused, type Refusal, type Result } from "../plan/refusal.ts";
import { isInside } from "./contained-path.ts";
import {
  countUnsavedCommits,
  headCommit,
  hiddenChanges,
  listStashes,
  listSubmodules,
  listWorktrees,
  readStatus,
  removeWorktree,
  type GitStatus,
  type GitWorktree,
} from "./git.ts";
import { readGitLayout, type GitLayout } from "./git-layout.ts";
import { realPathSoFar } from "./real-path.ts";
import { absolutePath, type Checkout, type Repository } from "./repositories.ts";
import { isCutOff, refuseCutOff, worktreeAt } from "./worktrees.ts";

/** Folders that a build or an install makes again. */
const REGENERABLE = new Set([
  "node_modules",
  "dist",
  "build",
  "target",
  "coverage",
  ".venv",
  "__pycache__",
  ".next",
  ".nuxt",
  ".svelte-kit",
  ".cache",
  ".parcel-cache",
  ".turbo",
  ".gradle",
  ".tox",
  ".nyc_output",
  ".pytest_cache",
  ".mypy_cache",
  ".ruff_cache",
]);

const UNFINISHED = [
  "rebase-merge",
  "rebase-apply",
  "MERGE_HEAD",
  "CHERRY_PICK_HEAD",
  "REVERT_HEAD",
  "BISECT_LOG",
  "index.lock",
];

export interface RemovalRequest {
  readonly root: string;
  readonly repository: Repository;
  readonly checkout: Checkout;
  /** Where whoever asks stands; nobody's ground is taken away. */
  readonly cwd?: string;
}

const nameSome = (paths: readonly string[]): string => listed(paths.slice(0, 5), paths.length);

const isRegenerable = (toplevel: string, entry: string): boolean => {
  if (!REGENERABLE.has(basename(entry))) return false;
  // Of a link only the link goes.
  return entry.endsWith("/") || lstatSync(join(toplevel, entry), { throwIfNoEntry: false })?.isSymbolicLink() === true;
};

const entriesOf = (folder: string): readonly Dirent[] => {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
};

/** Repositories in a folder that a build makes again: what is published from `dist`, say. No build makes their history. */
const repositoriesIn = (toplevel: string, folder: string): readonly string[] => {
  const entries = entriesOf(join(toplevel, folder));
  const names = new Set(entries.map(({ name }) => name));
  if (names.has(".git") || ["HEAD", "objects", "refs"].every((name) => names.has(name))) return [folder];
  return entries.flatMap((entry) => (entry.isDirectory() ? repositoriesIn(toplevel, `${folder}${entry.name}/`) : []));
};

const unsavedFiles = (path: string, status: GitStatus, hidden: readonly string[]): readonly Refusal[] => {
  const changed = [...new Set([...status.changed, ...status.unmerged, ...hidden])];
  const ignored = status.ignored.filter((entry) => !isRegenerable(path, entry));
  const built = status.ignored.filter((entry) => entry.endsWith("/") && isRegenerable(path, entry));
  const repositories = built.flatMap((entry) => repositoriesIn(path, entry));
  const found: Refusal[] = [];
  const commit = { hint: "Commit them, or move them elsewhere." };
  if (changed.length > 0) found.push(refuse("uncommitted", `Not committed: ${nameSome(changed)}.`, commit));
  if (status.untracked.length > 0)
    found.push(refuse("untracked", `Unknown to Git: ${nameSome(status.untracked)}.`, commit));
  if (ignored.length > 0)
    found.push(
      refuse("ignored-files", `Ignored by Git, and nothing would make them again: ${nameSome(ignored)}.`, {
        hint: "Move elsewhere what is worth keeping.",
      }),
    );
  if (repositories.length > 0)
    found.push(
      refuse("repository-inside", `Repositories of their own, in what Git ignores: ${nameSome(repositories)}.`, {
        hint: "Push what is in them, and move them elsewhere.",
      }),
    );
  return found;
};

/** Git removes no worktree that has submodules: what is only in those would go with it. */
const withSubmodules = (path: string): Result<readonly Refusal[]> => {
  const listed = listSubmodules(path);
  if (!listed.ok) return listed;
  if (listed.value.length === 0) return ok([]);
  return ok([
    refuse("has-submodules", `Git removes no worktree with submodules: ${nameSome(listed.value)}.`, {
      hint: "holdfast worktree remove --forget leaves the folder to you.",
    }),
  ]);
};

const unsavedHistory = (path: string, listed: GitWorktree): Result<readonly Refusal[]> => {
  const head = headCommit(path);
  if (!head.ok) return head;
  const found: Refusal[] = [];
  const name = listed.branch ?? "the detached HEAD";
  if (head.value !== undefined) {
    const count = countUnsavedCommits(path, head.value, listed.branch);
    if (!count.ok) return count;
    if (count.value > 0)
      found.push(
        refuse("unmerged", `${counted(count.value, "commit")} of ${name} are on no other branch and no remote.`, {
          hint: "Merge or push the branch.",
        }),
      );
  }
  const stashes = listed.branch === undefined ? ok([]) : listStashes(path, listed.branch);
  if (!stashes.ok) return stashes;
  if (stashes.value.length > 0)
    found.push(
      refuse("stashed", `Stashed on ${name}: ${nameSome(stashes.value)}.`, {
        hint: "Apply the stash there and commit, or turn it into a branch.",
      }),
    );
  return ok(found);
};

const unfinishedWork = (git: GitLayout): readonly Refusal[] => {
  const signs = UNFINISHED.filter((name) => existsSync(join(git.gitDir, name)));
  if (signs.length === 0) return [];
  return [
    refuse("git-busy", `Git has something unfinished there (${signs.join(", ")}).`, {
      hint: "Let it end, or conclude it there.",
    }),
  ];
};

const assess = (path: string, git: GitLayout, listed: GitWorktree): Result<readonly Refusal[]> => {
  const status = readStatus(path, { withIgnored: true });
  if (!status.ok) return status;
  const hidden = hiddenChanges(path);
  if (!hidden.ok) return hidden;
  const history = unsavedHistory(path, listed);
  if (!history.ok) return history;
  const submodules = withSubmodules(path);
  if (!submodules.ok) return submodules;
  const files = unsavedFiles(path, status.value, hidden.value);
  return ok([...unfinishedWork(git), ...files, ...history.value, ...submodules.value]);
};

/** What must be so before anything in the worktree is looked at. */
const findOwn = (request: RemovalRequest): Result<{ readonly path: string; readonly listed: GitWorktree } | "gone"> => {
  const { root, repository, checkout, cwd } = request;
  const path = absolutePath(root, checkout);
  if (checkout.mode !== "worktree" || !checkout.isOurs || checkout.repo !== repository.id)
    return refused("not-ours", `${path} was not made by Holdfast and is not removed by it.`);
  const worktrees = listWorktrees(absolutePath(root, repository));
  if (!worktrees.ok) return worktrees;
  const listed = worktreeAt(worktrees.value, path);
  const isThere = lstatSync(path, { throwIfNoEntry: false });
  if (!isThere && !listed?.isLocked) return ok("gone");
  if (!listed || (isThere && !isThere.isDirectory()))
    return refused("not-ours", `${path} is not a worktree of ${repository.id} any more.`);
  if (listed.isLocked)
    return refused("worktree-locked", `The worktree ${path} is locked.`, {
      hint: "Whoever locked it has a reason; see it with `git worktree list --verbose`.",
    });
  if (cwd !== undefined && isInside(realPathSoFar(path), realPathSoFar(cwd)))
    return refused("in-use", `You are in the worktree ${path}.`, { hint: `Go to ${root} first.` });
  return isCutOff(path) ? refuseCutOff(path) : ok({ path, listed });
};

/**
 * Everything that would be lost with a worktree, or keeps it from being removed; none where it can go.
 * Refuses as a whole what is not ours to remove.
 */
export const assessRemoval = (request: RemovalRequest): Result<readonly Refusal[]> => {
  const own = findOwn(request);
  if (!own.ok) return own;
  if (own.value === "gone") return ok([]);
  const git = readGitLayout(realPathSoFar(own.value.path));
  if (!git?.isLinked)
    return refused("not-ours", `${own.value.path} is not a worktree of ${request.repository.id} any more.`);
  return assess(own.value.path, git, own.value.listed);
};

/**
 * Removes a worktree that Holdfast made, once everything in it is saved elsewhere; its branch stays.
 * `gone` where somebody else removed it before.
 */
export const removeCheckout = (request: RemovalRequest): Result<"removed" | "gone"> => {
  const own = findOwn(request);
  if (!own.ok) return own;
  if (own.value === "gone") return ok("gone");
  const obstacles = assessRemoval(request);
  if (!obstacles.ok) return obstacles;
  const { path } = own.value;
  if (obstacles.value.length > 0)
    return refused(
      "worktree-unsaved",
      `The worktree ${path} stays: ${obstacles.value.map(({ message }) => message).join(" ")}`,
      {
        hint: [...new Set(obstacles.value.map(({ hint }) => hint))].join(" "),
        details: obstacles.value,
      },
    );
  const removed = removeWorktree(absolutePath(request.root, request.repository), path);
  return removed.ok ? ok("removed") : removed;
};
