import { ok, refused, type Refusal, type Result } from "../plan/refusal.ts";
import { readGitLayout } from "../workspace/git-layout.ts";
import { countUnsavedCommits, headCommit, readStatus } from "../workspace/git.ts";
import { realPathSoFar } from "../workspace/real-path.ts";
import type { RepositoryIsolation } from "../workspace/isolation.ts";
import {
  absolutePath,
  findCheckout,
  scopedRepositories,
  type Checkout,
  type Repository,
} from "../workspace/repositories.ts";
import { removeCheckout } from "../workspace/worktree-removal.ts";
import { listCheckouts, prepareWorktree, type ListedCheckout, type Prepared } from "../workspace/worktrees.ts";
import { hintNear } from "../plan/suggest.ts";
import { readPlan } from "./plans/read-plan.ts";
import { checkoutsOf, isolationOf, repositoriesOf } from "./sessions/sessions.ts";
import type { Workspace } from "./workspace.ts";

/** How a plan stands to the plans that others write, one entry for each of its repositories. */
export function describeIsolation(workspace: Workspace, slug: string): Result<readonly RepositoryIsolation[]> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const state = readPlan(workspace, slug);
  if (state === undefined) return refused("damaged-plan", `${slug} cannot be read`, { hint: "holdfast doctor" });
  return isolationOf(workspace, facts.value.state, { plan: slug, repos: state.repos });
}

export interface PrepareOptions {
  readonly repo?: string;
  readonly branch?: string;
  readonly base?: string;
  /** Absolute. */
  readonly path?: string;
  /** The plan is to be made afterwards: its slug must be free. */
  readonly isNewPlan?: boolean;
}

export interface PreparedWorktree extends Prepared {
  /** Absolute. */
  readonly path: string;
}

/** Gives a plan a worktree of its own of one repository, and records it as the plan's checkout. */
export async function prepareForPlan(
  workspace: Workspace,
  flag: string | undefined,
  options: PrepareOptions,
): Promise<Result<PreparedWorktree>> {
  const plan = options.isNewPlan === true ? newPlan(workspace, flag) : choosePlan(workspace, flag);
  if (!plan.ok) return plan;
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const refusal = await whyNotWrite(workspace, plan.value);
  if (refusal !== undefined) return { ok: false, refusal };
  const { state } = facts.value;
  const repository = chooseRepository(workspace, plan.value, repositoriesOf(workspace, state), options.repo);
  if (!repository.ok) return repository;
  const { root } = workspace.place;
  const recorded = checkoutsOf(state).find(({ plan: of, repo }) => of === plan.value && repo === repository.value.id);
  const another = refuseAnother(root, recorded, options.path);
  if (another !== undefined) return another;
  const prepared = prepareWorktree({
    root,
    repository: repository.value,
    plan: plan.value,
    placement: workspace.settings.worktrees,
    ...(recorded === undefined ? {} : { recorded }),
    ...(options.branch === undefined ? {} : { branch: options.branch }),
    ...(options.base === undefined ? {} : { base: options.base }),
    // Without a place asked for, a plan keeps the one it has.
    ...placeOf(root, options.path, recorded),
  });
  if (!prepared.ok) return prepared;
  const by = await workspace.author(undefined);
  if (!by.ok) return by;
  const written = facts.value.write(by.value, [{ type: "checkout.prepared", ...prepared.value.checkout }]);
  if (!written.ok) return written;
  return ok({ ...prepared.value, path: absolutePath(root, prepared.value.checkout) });
}

/** A plan has one worktree of a repository: a second would be made, and then belong to nobody. */
function refuseAnother(root: string, recorded: Checkout | undefined, wanted: string | undefined) {
  if (recorded?.isOurs !== true || wanted === undefined) return undefined;
  const path = absolutePath(root, recorded);
  if (realPathSoFar(path) === realPathSoFar(wanted)) return undefined;
  const { plan, repo } = recorded;
  return refused("checkout-exists", `${plan} has its worktree of ${repo} at ${path}`, {
    hint: `holdfast worktree remove --plan ${plan} --repo ${repo}, then prepare it at the other place`,
  });
}

const placeOf = (root: string, wanted: string | undefined, recorded: Checkout | undefined): { path?: string } => {
  if (wanted !== undefined) return { path: wanted };
  return recorded === undefined ? {} : { path: absolutePath(root, recorded) };
};

export interface WorktreeView extends ListedCheckout {
  /** Paths with changes that no commit holds; undefined where it is gone. */
  readonly dirty?: number;
  /** Commits that are on no other branch and no remote; undefined where it is gone. */
  readonly ahead?: number;
  /** The caller stands in it. */
  readonly isHere: boolean;
}

/** The worktrees of a plan or, without one named, of all; by plan, then by repository. */
export function listWorktreesOf(workspace: Workspace, flag: string | undefined): Result<readonly WorktreeView[]> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const only = flag === undefined ? ok(undefined) : choosePlan(workspace, flag);
  if (!only.ok) return only;
  const { root } = workspace.place;
  const { state } = facts.value;
  const recorded = checkoutsOf(state).filter(({ plan }) => only.value === undefined || plan === only.value);
  const here = findCheckout(root, recorded, workspace.caller.cwd);
  const listed = listCheckouts(root, repositoriesOf(workspace, state), recorded).map((view) => ({
    ...view,
    ...(view.exists ? workIn(view) : {}),
    isHere: view.checkout === here,
  }));
  return ok(listed.sort((a, b) => compare(keyOf(a), keyOf(b))));
}

const keyOf = ({ checkout }: ListedCheckout): string => `${checkout.plan}\0${checkout.repo}`;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function workIn({ path, branch }: ListedCheckout): { readonly dirty?: number; readonly ahead?: number } {
  const status = readStatus(path);
  const head = headCommit(path);
  const ahead = head.ok && head.value !== undefined ? countUnsavedCommits(path, head.value, branch) : undefined;
  return {
    ...(status.ok
      ? { dirty: status.value.changed.length + status.value.untracked.length + status.value.unmerged.length }
      : {}),
    ...(ahead?.ok ? { ahead: ahead.value } : {}),
  };
}

export interface RemovedWorktree {
  readonly plan: string;
  readonly repo: string;
  readonly path: string;
  /** `gone`: somebody had removed it before; `kept`: only the record went. */
  readonly outcome: "removed" | "gone" | "kept";
  /** It stays where it is. */
  readonly branch?: string;
}

/**
 * Takes a plan's worktree away, but nothing that is not saved elsewhere: then it refuses and says what. With
 * `forget`, the folder stays as it is and only the record goes.
 */
export async function removeWorktreeOf(
  workspace: Workspace,
  flag: string | undefined,
  options: { readonly repo?: string; readonly forget?: boolean },
): Promise<Result<RemovedWorktree>> {
  const plan = choosePlan(workspace, flag);
  if (!plan.ok) return plan;
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const refusal = await whyNotWrite(workspace, plan.value);
  if (refusal !== undefined) return { ok: false, refusal };
  const { state } = facts.value;
  const checkout = chooseCheckout(plan.value, checkoutsOf(state), options.repo);
  if (!checkout.ok) return checkout;
  const { root } = workspace.place;
  const { repo, branch } = checkout.value;
  const repository = repositoriesOf(workspace, state).find(({ id }) => id === repo);
  const isThere = repository !== undefined && readGitLayout(absolutePath(root, repository)) !== undefined;
  if (!isThere && options.forget !== true) {
    const where = repository === undefined ? "a repository of this workspace" : `at ${repository.path}`;
    return refused("unknown-repository", `${repo} is not ${where} any more`, {
      hint: "holdfast worktree remove --forget lets go of the record and leaves the folder",
    });
  }
  const { cwd } = workspace.caller;
  const removed =
    options.forget === true || repository === undefined
      ? ok("kept" as const)
      : removeCheckout({ root, repository, checkout: checkout.value, cwd });
  if (!removed.ok) return removed;
  const by = await workspace.author(undefined);
  if (!by.ok) return by;
  const written = facts.value.write(by.value, [{ type: "checkout.removed", plan: plan.value, repo }]);
  if (!written.ok) return written;
  const path = absolutePath(root, checkout.value);
  return ok({ plan: plan.value, repo, path, outcome: removed.value, ...(branch === undefined ? {} : { branch }) });
}

/** A plan, or the slug of one that is not there (yet, or any more) and has worktrees all the same. */
function choosePlan(workspace: Workspace, flag: string | undefined): Result<string> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  if (flag !== undefined && checkoutsOf(facts.value.state).some(({ plan }) => plan === flag)) return ok(flag);
  return workspace.chosen(flag);
}

function newPlan(workspace: Workspace, flag: string | undefined): Result<string> {
  if (flag === undefined) return refused("needs-plan", "a worktree for a plan to come needs --plan <slug>");
  if (!workspace.slugs().includes(flag)) return ok(flag);
  return refused("plan-exists", `there is a plan ${flag} already`, { hint: "leave out --new" });
}

function chooseRepository(
  workspace: Workspace,
  plan: string,
  repositories: readonly Repository[],
  id: string | undefined,
): Result<Repository> {
  const repos = readPlan(workspace, plan)?.repos ?? [];
  const ids = repositories.map((repository) => repository.id);
  if (id !== undefined && !ids.includes(id)) {
    return refused(
      "unknown-repository",
      `There is no repository ${JSON.stringify(id.slice(0, 80))} in the workspace.`,
      hintNear(id, ids, "holdfast repo list"),
    );
  }
  const known = scopedRepositories(repositories, { plan, repos: id === undefined ? repos : [id] });
  if (!known.ok) return known;
  if (id !== undefined && repos.length > 0 && !repos.includes(id)) {
    return refused("repository-out-of-scope", `${plan} does not work on ${id}, but on ${repos.join(", ")}`, {
      hint: "holdfast plan repos changes what a plan works on",
    });
  }
  const [repository, ...others] = known.value;
  if (repository === undefined) {
    return refused("no-such-repository", "this workspace has no repository", { hint: "holdfast repo add <path>" });
  }
  if (others.length === 0) return ok(repository);
  const several = known.value.map((candidate) => candidate.id).join(", ");
  return refused("needs-repository", `${plan} works on several repositories`, { hint: `--repo, one of ${several}` });
}

function chooseCheckout(plan: string, recorded: readonly Checkout[], repo: string | undefined): Result<Checkout> {
  const own = recorded.filter((checkout) => checkout.plan === plan);
  const fitting = own.filter((checkout) => repo === undefined || checkout.repo === repo);
  const [checkout, ...others] = fitting;
  if (checkout === undefined) {
    const of = repo === undefined ? "" : ` of ${repo}`;
    return refused("no-such-worktree", `${plan} has no worktree${of}`, { hint: "holdfast worktree list" });
  }
  if (others.length === 0) return ok(checkout);
  const ids = fitting.map((candidate) => candidate.repo).join(", ");
  return refused("needs-repository", `${plan} has several worktrees`, { hint: `--repo, one of ${ids}` });
}

/** A plan's ground is moved by its writer, or by anybody while it has none. */
async function whyNotWrite(workspace: Workspace, plan: string): Promise<Refusal | undefined> {
  const by = await workspace.author(plan);
  if (!by.ok) return by.refusal;
  if (by.value.role === "writer" || by.value.role === "person") return undefined;
  const refusal = refused("not-writer", `somebody else writes ${plan}, and its worktrees are theirs`, {
    hint: "holdfast session list",
  });
  return refusal.ok ? undefined : refusal.refusal;
}
