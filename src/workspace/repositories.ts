import { readdirSync, realpathSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { ok, refused, type Result } from "../plan/refusal.ts";
import { containedPath, isInside, portablePath } from "./contained-path.ts";
import { realPathSoFar } from "./real-path.ts";
import { locateGit, readBranch, readGitLayout } from "./git-layout.ts";
import { slugify, validateSlug } from "../plan/names.ts";
import { hintNear } from "../plan/suggest.ts";

/** A repository that plans of the workspace may take into their scope. */
export interface Repository {
  readonly id: string;
  /** From the workspace's root, `/` between names; `.` is the root itself. */
  readonly path: string;
  /** Registered by nobody: the repository that the workspace's own folder is. It goes by that folder's name. */
  readonly isImplicit?: boolean;
}

/** Where a plan works on a repository. */
export interface Checkout {
  readonly repo: string;
  readonly plan: string;
  /** `shared`: the repository's own folder. */
  readonly mode: "shared" | "worktree";
  /** From the workspace's root, `/` between names; beside a repository it begins with `..`. */
  readonly path: string;
  /** Absent when detached. */
  readonly branch?: string;
  /** What the branch was begun from. */
  readonly base?: string;
  /** Holdfast made this worktree; only such a one may it remove. */
  readonly isOurs?: true;
}

/** A repository that could be registered. */
export interface Candidate extends Repository {
  readonly isRegistered: boolean;
}

/** The absolute path of a repository or checkout. */
export const absolutePath = (root: string, place: { readonly path: string }): string => resolve(root, place.path);

const withinRoot = (root: string, given: string): Result<string> => {
  const absolute = resolve(root, given);
  if (absolute === resolve(root)) return ok(root);
  return containedPath(root, isInside(root, absolute) ? portablePath(root, absolute) : given);
};

/** The plan in whose own worktree a folder lies; undefined in a checkout that plans share, or that is several plans'. */
export function planOfWorktree(root: string, checkouts: Iterable<Checkout>, folder: string): string | undefined {
  const own = [...checkouts].filter(({ mode }) => mode === "worktree");
  if (own.length === 0) return undefined;
  const real = realPathSoFar(folder);
  const around = own.filter((checkout) => isInside(realPathSoFar(absolutePath(root, checkout)), real));
  const plans = new Set(around.map(({ plan }) => plan));
  return plans.size === 1 ? around[0]!.plan : undefined;
}

/** What keeps a folder from being registered; undefined where nothing does. */
const refuseFolder = (root: string, given: string, path: string): Result<never> | undefined => {
  const git = locateGit(path);
  if (!git || !isInside(root, git.toplevel))
    return refused("not-a-repository", `${given} is not a Git repository in the workspace.`);
  if (git.toplevel !== path)
    return refused("not-a-repository", `${given} is a folder of the repository ${portablePath(root, git.toplevel)}.`, {
      hint: `Register ${portablePath(root, git.toplevel)} instead.`,
    });
  if (git.isLinked)
    return refused("not-a-repository", `${given} is a worktree that was added to a repository.`, {
      hint: `Register ${git.mainWorktree ?? "the repository it was added to"} instead.`,
    });
  return undefined;
};

/**
 * The repository at `given`, a path in the workspace, ready to be recorded. An id and a path each stand for one
 * repository only; asking again for what is registered already gives it back.
 */
export const defineRepository = (
  root: string,
  registered: readonly Repository[],
  given: string,
  id?: string,
): Result<Repository> => {
  const contained = withinRoot(root, given);
  if (!contained.ok) return contained;
  let real: string;
  try {
    real = realpathSync.native(contained.value);
  } catch {
    return refused("no-folder", `The folder ${given} does not exist.`);
  }
  const obstacle = refuseFolder(root, given, real);
  if (obstacle) return obstacle;
  const path = portablePath(root, real);
  const samePath = registered.find((repository) => repository.path === path);
  if (samePath && (id === undefined || id === samePath.id)) return ok(samePath);
  if (samePath) return refused("repository-registered", `${path} is registered as ${samePath.id} already.`);
  const valid = validateSlug(id ?? slugify(basename(real)));
  if (!valid.ok) return valid;
  const sameId = registered.find((repository) => repository.id === valid.value);
  if (!sameId) return ok({ id: valid.value, path });
  return refused("repository-registered", `The id ${valid.value} stands for ${sameId.path} already.`, {
    hint: "Give this repository another id.",
  });
};

const isSkipped = (name: string): boolean =>
  name.startsWith(".") ||
  name === "node_modules" ||
  name === "vendor" ||
  name === "worktrees" ||
  name.endsWith(".worktrees");

/** The repositories at the root and one level below, for somebody to choose from: nothing is registered by this. */
export const discoverRepositories = (root: string, registered: readonly Repository[]): readonly Candidate[] => {
  const children = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !isSkipped(entry.name))
    .map((entry) => entry.name)
    .sort();
  const paths = [".", ...children].filter((path) => readGitLayout(join(root, path))?.isLinked === false);
  const taken = new Set(registered.map(({ id }) => id));
  return paths.map((path) => {
    const known = registered.find((repository) => repository.path === path);
    if (known) return { ...known, isRegistered: true };
    const name = slugify(basename(resolve(root, path)));
    let id = name;
    for (let n = 2; taken.has(id); n++) id = `${name}-${n}`;
    taken.add(id);
    return { id, path, isRegistered: false };
  });
};

/**
 * The registered repositories; where none is, the one whose checkout the root is. Its folder may have been renamed: what
 * is recorded of its worktrees keeps the name that it had.
 */
export const effectiveRepositories = (
  root: string,
  registered: readonly Repository[],
  recorded: readonly Pick<Checkout, "repo">[] = [],
): readonly Repository[] => {
  if (registered.length > 0 || readGitLayout(root) === undefined) return registered;
  const [name = slugify(basename(root)), ...others] = new Set(recorded.map(({ repo }) => repo));
  return [{ id: others.length === 0 ? name : slugify(basename(root)), path: ".", isImplicit: true }];
};

/** A plan's reach: its slug, and the ids of its repositories (none: all of the workspace's). */
export interface Scope {
  readonly plan: string;
  readonly repos: readonly string[];
}

/** The repositories of a plan, in its order. Refuses ids that name none, but for earlier names of the only one. */
export const scopedRepositories = (
  repositories: readonly Repository[],
  scope: Scope,
): Result<readonly Repository[]> => {
  if (scope.repos.length === 0) return ok(repositories);
  const found: Repository[] = [];
  for (const id of scope.repos) {
    const repository =
      repositories.find((candidate) => candidate.id === id) ?? repositories.find(({ isImplicit }) => isImplicit);
    if (!repository) {
      const ids = repositories.map((candidate) => candidate.id);
      return refused(
        "unknown-repository",
        `There is no repository ${JSON.stringify(id)} in the workspace.`,
        hintNear(id, ids, "holdfast repo list; holdfast plan repos <id> says what the plan works on"),
      );
    }
    if (!found.includes(repository)) found.push(repository);
  }
  return ok(found);
};

const sharedCheckout = (root: string, repository: Repository, plan: string): Checkout => {
  const git = readGitLayout(absolutePath(root, repository));
  const branch = git && readBranch(git);
  return {
    repo: repository.id,
    plan,
    mode: "shared",
    path: repository.path,
    ...(branch === undefined ? {} : { branch }),
  };
};

/** Where a plan works on each of its repositories: what is recorded for it, otherwise the repository's own folder. */
export const effectiveCheckouts = (
  root: string,
  repositories: readonly Repository[],
  recorded: readonly Checkout[],
  scope: Scope,
): Result<readonly Checkout[]> => {
  const scoped = scopedRepositories(repositories, scope);
  if (!scoped.ok) return scoped;
  return ok(
    scoped.value.map(
      (repository) =>
        recorded.find(({ plan, repo }) => plan === scope.plan && repo === repository.id) ??
        sharedCheckout(root, repository, scope.plan),
    ),
  );
};

/** The recorded worktree that `path`, a real path, lies in: working there means its plan. */
export const findCheckout = (root: string, recorded: readonly Checkout[], path: string): Checkout | undefined => {
  const holding = recorded.filter(({ mode, path: at }) => mode === "worktree" && isInside(resolve(root, at), path));
  return holding.sort((a, b) => b.path.length - a.path.length)[0];
};
