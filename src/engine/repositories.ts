import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { JournalEvent } from "../plan/record.ts";
import { ok, refused, type Result } from "../plan/refusal.ts";
import { isInside } from "../workspace/contained-path.ts";
import { readBranch, readGitLayout } from "../workspace/git-layout.ts";
import {
  absolutePath,
  defineRepository,
  discoverRepositories,
  type Candidate,
  type Repository,
} from "../workspace/repositories.ts";
import { hintNear } from "../plan/suggest.ts";
import { isSelectable } from "../workspace/resolve-plan.ts";
import { readPlan } from "./plans/read-plan.ts";
import { repositoriesOf } from "./sessions/sessions.ts";
import type { Workspace } from "./workspace.ts";

export interface RepositoryView extends Repository {
  /** Registered by nobody: the repository that the workspace's own folder is. */
  readonly isImplicit: boolean;
  /** Whether a repository is still there. */
  readonly exists: boolean;
  /** Absent when detached or gone. */
  readonly branch?: string;
}

export interface DiscoveredRepository extends Candidate {
  /** Registers it, from where the caller stands; absent for one that is registered. */
  readonly command?: string;
}

/** The repositories that plans may work on. */
export function listRepositories(workspace: Workspace): Result<readonly RepositoryView[]> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const { root } = workspace.place;
  const { state } = facts.value;
  return ok(
    repositoriesOf(workspace, state).map(({ id, path }) => {
      const git = readGitLayout(absolutePath(root, { path }));
      const branch = git === undefined ? undefined : readBranch(git);
      const isImplicit = !state.repositories.has(id);
      return { id, path, isImplicit, exists: git !== undefined, ...(branch === undefined ? {} : { branch }) };
    }),
  );
}

export interface AddedRepository {
  readonly repository: Repository;
  readonly isNew: boolean;
  /** The workspace's own repository, which had gone without saying and is now registered too. */
  readonly kept?: Repository;
}

/**
 * Registers a repository for plans to work on; `given` is a path from where the caller stands. The first one to be
 * registered does not push out the repository that the workspace's own folder is.
 */
export async function addRepository(
  workspace: Workspace,
  given: string,
  id?: string,
): Promise<Result<AddedRepository>> {
  if (!workspace.exists) {
    return refused("no-workspace", `there is no workspace here; ${workspace.place.root} would be its root`, {
      hint: "holdfast init in the folder that holds the repositories; or --root <that folder>",
    });
  }
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const { root } = workspace.place;
  const { repositories } = facts.value.state;
  const known = repositoriesOf(workspace, facts.value.state);
  const defined = defineRepository(
    root,
    id === undefined ? known : [...repositories.values()],
    fromRoot(workspace, given),
    id,
  );
  if (!defined.ok) return defined;
  const repository = asRegistered(defined.value);
  if (repositories.has(repository.id)) return ok({ repository, isNew: false });
  const own = known.find((implicit) => !repositories.has(implicit.id) && implicit.path !== repository.path);
  const kept = own === undefined ? undefined : asRegistered(own);
  if (kept !== undefined && kept.id === repository.id) {
    return refused("repository-registered", `the id ${kept.id} stands for the workspace's own repository already`, {
      hint: "Give this repository another --id.",
    });
  }
  const by = await workspace.author(undefined);
  if (!by.ok) return by;
  const added = [...(kept === undefined ? [] : [kept]), repository];
  const events = added.map(({ id, path }): JournalEvent => ({ type: "repository.added", id, path }));
  const written = facts.value.write(by.value, events);
  return written.ok ? ok({ repository, isNew: true, ...(kept === undefined ? {} : { kept }) }) : written;
}

const asRegistered = ({ id, path }: Repository): Repository => ({ id, path });

/** What people type is from where they stand; what `discover` and `list` print is from the root. Either is taken. */
function fromRoot(workspace: Workspace, given: string): string {
  const here = resolve(workspace.caller.cwd, given);
  const isHere = isInside(workspace.place.root, here) && existsSync(here);
  return isHere || resolve(given) === given ? here : given;
}

/** The repositories at the root and one level below, with the command for each. Registers nothing. */
export function discover(workspace: Workspace): Result<readonly DiscoveredRepository[]> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const { root } = workspace.place;
  const found = discoverRepositories(root, [...facts.value.state.repositories.values()]);
  return ok(
    found.map((candidate) => {
      if (candidate.isRegistered) return candidate;
      const { cwd } = workspace.caller;
      const way = relative(cwd, absolutePath(root, candidate)) || ".";
      // With another one registered, a repository that is not may be no part of the workspace any more.
      const from = cwd === root ? "" : ` --root ${quoteWord(relative(cwd, root))}`;
      return { ...candidate, command: `holdfast repo add ${quoteWord(way)} --id ${candidate.id}${from}` };
    }),
  );
}

/** A word as a POSIX shell takes it back. */
const quoteWord = (word: string): string =>
  /^[\w./@%+=:,][\w./@%+=:,-]*$/.test(word)
    ? word
    : `'${(word.startsWith("-") ? `./${word}` : word).replaceAll("'", `'\\''`)}'`;

/** Forgets a repository; its folder stays. Refused while an open plan names it or has a worktree of it. */
export async function removeRepository(workspace: Workspace, id: string): Promise<Result<Repository>> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const { repositories, checkouts } = facts.value.state;
  const repository = repositories.get(id);
  if (repository === undefined) {
    return refused("no-such-repository", `no repository is registered as ${JSON.stringify(id.slice(0, 80))}`, {
      hint:
        repositories.size === 0
          ? "none is registered here"
          : (hintNear(id, [...repositories.keys()]).hint ?? "holdfast repo list"),
    });
  }
  const naming = plansNaming(workspace, id);
  if (naming.length > 0) {
    return refused("repository-in-use", `${id} is in the scope of ${naming.join(", ")}`, {
      hint: `finish or abort it, or take ${id} out of its scope: holdfast plan repos`,
    });
  }
  const checkout = [...checkouts.values()].find(({ repo }) => repo === id);
  if (checkout !== undefined) {
    return refused("repository-in-use", `${checkout.plan} has a worktree of ${id} at ${checkout.path}`, {
      hint: `holdfast worktree remove --plan ${checkout.plan} --repo ${id}`,
    });
  }
  const by = await workspace.author(undefined);
  if (!by.ok) return by;
  const written = facts.value.write(by.value, [{ type: "repository.removed", id }]);
  return written.ok ? ok({ id, path: repository.path }) : written;
}

/** Plans that may still be worked on and say that they work on this repository. */
function plansNaming(workspace: Workspace, id: string): readonly string[] {
  return workspace
    .list()
    .filter((plan) => isSelectable(plan) || plan.status === "paused")
    .filter(({ slug }) => readPlan(workspace, slug)?.repos.includes(id) === true)
    .map(({ slug }) => slug);
}
