import { lstatSync, readdirSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { ok, refused, type Result } from "../plan/refusal.ts";
import { containedPath, isInside, portablePath } from "./contained-path.ts";
import {
  addWorktree,
  currentBranch,
  hasBranch,
  isBranchName,
  listWorktrees,
  resolveCommit,
  type GitWorktree,
} from "./git.ts";
import { readGitLayout } from "./git-layout.ts";
import { hideWorktrees } from "./ignore.ts";
import { realPathSoFar } from "./real-path.ts";
import { absolutePath, type Checkout, type Repository } from "./repositories.ts";
import { validateSlug } from "../plan/names.ts";

/** The folder of worktrees inside a workspace. */
export const INSIDE = ".worktrees";

export type Placement = "beside" | "inside";

export interface Prepared {
  readonly checkout: Checkout;
  /** False where a worktree was there already. */
  readonly isNew: boolean;
  readonly isNewBranch: boolean;
}

export interface PrepareRequest {
  readonly root: string;
  readonly repository: Repository;
  readonly plan: string;
  readonly placement: Placement;
  /** What is recorded for this plan and repository so far. */
  readonly recorded?: Checkout;
  readonly branch?: string;
  readonly base?: string;
  /** Absolute, or from the root. */
  readonly path?: string;
}

/** A worktree's state beside what is recorded of it. */
export interface ListedCheckout {
  readonly checkout: Checkout;
  /** Absolute. */
  readonly path: string;
  readonly exists: boolean;
  /** It is there, and knows its repository no more, as after that was moved. */
  readonly isCutOff: boolean;
  readonly isLocked: boolean;
  /** What is checked out now; absent when detached or gone. */
  readonly branch?: string;
}

const besideFolder = (repository: string): string => join(dirname(repository), `${basename(repository)}.worktrees`);

/** Absolute path of a plan's worktree where nobody says otherwise. */
const defaultWorktreePath = (root: string, repository: Repository, plan: string, placement: Placement): string =>
  placement === "beside" && repository.path === "."
    ? join(besideFolder(root), plan)
    : join(root, INSIDE, plan, repository.id);

/** Refuses a place outside the two folders that worktrees go to, or behind a link. */
const placeWorktree = (request: PrepareRequest): Result<string> => {
  const { root, repository, plan, placement } = request;
  const target = request.path ? resolve(root, request.path) : defaultWorktreePath(root, repository, plan, placement);
  const source = absolutePath(root, repository);
  // Where the workspace was moved, a worktree of ours stays beside where it was.
  const kept = request.recorded?.isOurs === true ? [dirname(absolutePath(root, request.recorded))] : [];
  const isGits = target.split(sep).some((name) => name.toLowerCase() === ".git");
  const folder = [join(root, INSIDE), besideFolder(source), ...kept].find(
    (folder) => !isGits && folder !== target && isInside(folder, target),
  );
  if (folder === undefined)
    return refused("path-escapes", `A worktree cannot go to ${target}.`, {
      hint: `Choose a place in ${besideFolder(source)} or in ${join(root, INSIDE)}.`,
    });
  return containedPath(dirname(folder), relative(dirname(folder), target).split(sep).join("/"));
};

/** The entry of Git's list that stands for a path, however the path is spelt. */
export const worktreeAt = (listed: readonly GitWorktree[], path: string): GitWorktree | undefined => {
  const real = realPathSoFar(path);
  return listed.find((worktree) => realPathSoFar(worktree.path) === real);
};

/** Whether a listed worktree leads to no repository: nothing that Git says of such a folder is about it. */
export const isCutOff = (path: string): boolean =>
  exists(join(path, ".git")) && readGitLayout(realPathSoFar(path)) === undefined;

export const refuseCutOff = (path: string): Result<never> =>
  refused("worktree-cut-off", `The worktree ${path} has lost its repository, as when that is moved.`, {
    hint: `git worktree repair '${path.replaceAll("'", `'\\''`)}', in the repository`,
  });

const isFree = (path: string): boolean => {
  try {
    return lstatSync(path).isDirectory() && readdirSync(path).length === 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
};

const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

const reuse = (request: PrepareRequest, path: string, listed: GitWorktree): Result<Prepared> => {
  const { root, repository, plan, recorded } = request;
  if (request.branch !== undefined && listed.branch !== request.branch)
    return refused(
      "branch-differs",
      `The worktree ${path} is on ${listed.branch ?? "no branch"}, not on ${request.branch}.`,
      {
        hint: "Ask for it without --branch, or choose another --path.",
      },
    );
  const place = portablePath(root, path);
  const known = recorded?.mode === "worktree" && recorded.path === place ? recorded : undefined;
  const checkout: Checkout = {
    repo: repository.id,
    plan,
    mode: "worktree",
    path: place,
    ...(listed.branch === undefined ? {} : { branch: listed.branch }),
    ...(known?.base === undefined ? {} : { base: known.base }),
    ...(known?.isOurs ? { isOurs: true } : {}),
  };
  return ok({ checkout, isNew: false, isNewBranch: false });
};

/** The name and the commit a new branch begins from. */
const findBase = (
  source: string,
  base: string | undefined,
): Result<{ readonly name: string; readonly start: string }> => {
  const commit = resolveCommit(source, base ?? "HEAD");
  if (!commit.ok) return commit;
  if (commit.value === undefined)
    return base === undefined
      ? refused("no-commit", `${source} has no commit yet, and a worktree needs one.`, {
          hint: "Commit something first.",
        })
      : refused("unknown-base", `There is no commit ${JSON.stringify(base)} in ${source}.`);
  const current = base === undefined ? currentBranch(source) : ok(base);
  return current.ok ? ok({ name: current.value ?? commit.value, start: commit.value }) : current;
};

const create = (request: PrepareRequest, path: string, listed: readonly GitWorktree[]): Result<Prepared> => {
  const { root, repository, plan } = request;
  const source = absolutePath(root, repository);
  const branch = request.branch ?? `task/${plan}`;
  const isValid = isBranchName(source, branch);
  if (!isValid.ok) return isValid;
  if (!isValid.value) return refused("bad-branch", `${JSON.stringify(branch)} cannot name a branch.`);
  const holder = listed.find(
    (worktree) => worktree.branch === branch && realPathSoFar(worktree.path) !== realPathSoFar(path),
  );
  if (holder)
    return refused("branch-in-use", `The branch ${branch} is checked out in ${holder.path}.`, {
      hint: placeWorktree({ ...request, path: holder.path }).ok
        ? "Choose another with --branch, or name that place with --path."
        : "Choose another with --branch.",
    });
  const found = hasBranch(source, branch);
  if (!found.ok) return found;
  const base = found.value ? undefined : findBase(source, request.base);
  if (base && !base.ok) return base;
  if (isInside(join(root, INSIDE), path)) {
    const hidden = hideWorktrees(join(root, INSIDE));
    if (!hidden.ok) return hidden;
  }
  const isRegistered = worktreeAt(listed, path) !== undefined;
  const added = addWorktree(source, { path, branch, isRegistered, ...(base ? { start: base.value.start } : {}) });
  if (!added.ok) return added;
  const checkout: Checkout = {
    repo: repository.id,
    plan,
    mode: "worktree",
    path: portablePath(root, path),
    branch,
    ...(base ? { base: base.value.name } : {}),
    isOurs: true,
  };
  return ok({ checkout, isNew: true, isNewBranch: base !== undefined });
};

/**
 * Makes a plan's own worktree of a repository, or takes the one that is at its place. The branch is `task/<slug>`: an
 * existing one is used again, a new one begins at `base` or at what is checked out. Returns what is to be recorded.
 */
export const prepareWorktree = (request: PrepareRequest): Result<Prepared> => {
  const slug = validateSlug(request.plan);
  if (!slug.ok) return slug;
  const placed = placeWorktree(request);
  if (!placed.ok) return placed;
  const path = placed.value;
  const worktrees = listWorktrees(absolutePath(request.root, request.repository));
  if (!worktrees.ok) return worktrees;
  const listed = worktreeAt(worktrees.value, path);
  if (listed && exists(path) && !listed.isPrunable)
    return isCutOff(path) ? refuseCutOff(path) : reuse(request, path, listed);
  if (listed?.isLocked)
    return refused("worktree-locked", `${path} is the place of a locked worktree that is not there now.`, {
      hint: "Bring it back, or choose another --path.",
    });
  if (!isFree(path))
    return refused("path-taken", `${path} exists and is not a worktree of ${request.repository.id}.`, {
      hint: "Choose another --path.",
    });
  return create(request, path, worktrees.value);
};

/** What became of the recorded worktrees. A repository that cannot be asked counts as having none. */
export const listCheckouts = (
  root: string,
  repositories: readonly Repository[],
  recorded: readonly Checkout[],
): readonly ListedCheckout[] => {
  const byRepository = new Map<string, readonly GitWorktree[]>();
  for (const repository of repositories) {
    if (!recorded.some(({ mode, repo }) => mode === "worktree" && repo === repository.id)) continue;
    const listed = listWorktrees(absolutePath(root, repository));
    byRepository.set(repository.id, listed.ok ? listed.value : []);
  }
  return recorded
    .filter(({ mode }) => mode === "worktree")
    .map((checkout) => {
      const path = absolutePath(root, checkout);
      const listed = worktreeAt(byRepository.get(checkout.repo) ?? [], path);
      const isLost = isCutOff(path);
      const isListed = listed !== undefined && !listed.isPrunable && exists(path);
      const branch = isListed && listed.branch !== undefined ? { branch: listed.branch } : {};
      const isThere = isListed || isLost;
      return { checkout, path, exists: isThere, isCutOff: isLost, isLocked: listed?.isLocked ?? false, ...branch };
    });
};
