import { resolve } from "node:path";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import type { Check } from "../../plan/check-state.ts";
import type { PlanState } from "../../plan/state.ts";
import { absolutePath, findCheckout, type Checkout } from "../../workspace/repositories.ts";
import { groundsOf } from "../attempts/attempt-ground.ts";
import { checkoutsOf, checkoutsOfPlan } from "../sessions/sessions.ts";
import type { Workspace } from "../workspace.ts";

/** The root of a checkout, and the repository it is of; none for a workspace outside of Git. */
export interface CheckCheckout {
  readonly repo?: string;
  readonly top: string;
}

/**
 * The checkout that a check runs in: where the attempts at what it proves are made, as long as that is one place; else
 * the caller's own worktree of the plan, else the plan's.
 */
export function checkoutOfCheck(workspace: Workspace, state: PlanState, check: Check): Result<CheckCheckout> {
  const checkouts = planCheckouts(workspace, state);
  if (!checkouts.ok) return checkouts;
  const wanted = check.repo ?? state.repos[0] ?? (checkouts.value.length === 1 ? checkouts.value[0]!.repo : undefined);
  if (wanted !== undefined) return checkoutIn(workspace, state, check, wanted, checkouts.value);
  if (checkouts.value.length === 0) return ok({ top: workspace.place.root });
  const ids = checkouts.value.map(({ repo }) => repo).join(", ");
  return refused("needs-repository", `check ${check.id} does not say in which repository it runs: ${ids}`, {
    hint: `holdfast check edit ${check.id} --repo <id>`,
  });
}

/** Those of the other repositories that it looks at, in one order whatever order they were given in. */
export function otherCheckouts(
  workspace: Workspace,
  state: PlanState,
  check: Check,
  own: string | undefined,
): Result<readonly Required<CheckCheckout>[]> {
  const wanted = [...new Set(check.withRepos ?? [])].filter((repo) => repo !== own).sort();
  if (wanted.length === 0) return ok([]);
  const checkouts = planCheckouts(workspace, state);
  if (!checkouts.ok) return checkouts;
  const found: Required<CheckCheckout>[] = [];
  for (const repo of wanted) {
    const one = checkoutIn(workspace, state, check, repo, checkouts.value);
    if (!one.ok) return one;
    found.push({ repo, top: one.value.top });
  }
  return ok(found);
}

/** The roots of the plan's checkouts; the workspace's where it has none. */
export function rootsOfPlan(workspace: Workspace, state: PlanState): Result<readonly string[]> {
  const { root } = workspace.place;
  const checkouts = planCheckouts(workspace, state);
  if (!checkouts.ok) return checkouts;
  const roots = checkouts.value.map((checkout) => absolutePath(root, checkout));
  return ok(roots.length === 0 ? [root] : roots);
}

const planCheckouts = (workspace: Workspace, { slug, repos }: PlanState): Result<readonly Checkout[]> =>
  checkoutsOfPlan(workspace, { plan: slug, repos });

function checkoutIn(
  workspace: Workspace,
  state: PlanState,
  check: Check,
  repo: string,
  checkouts: readonly Checkout[],
): Result<CheckCheckout> {
  const { root } = workspace.place;
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const attempted = attemptsPlace(workspace, state, check, repo);
  if (attempted !== undefined) return ok({ repo, top: attempted });
  const here = findCheckout(root, checkoutsOf(facts.value.state), resolve(workspace.caller.cwd));
  if (here?.plan === state.slug && here.repo === repo) return ok({ repo, top: absolutePath(root, here) });
  const checkout = checkouts.find((one) => one.repo === repo);
  if (checkout !== undefined) return ok({ repo, top: absolutePath(root, checkout) });
  return refused("unknown-repository", `check ${check.id} runs in ${repo}, which is none of the plan's`, {
    hint: "holdfast plan repos shows them",
  });
}

/**
 * Where the tasks that a check proves are being worked on, or were and are not done yet; undefined unless that is one
 * place. What proves a wave or the plan looks at what came together.
 */
function attemptsPlace(workspace: Workspace, state: PlanState, check: Check, repo: string): string | undefined {
  if (check.isForPlan || check.isForWaves) return undefined;
  const places = new Set<string>();
  for (const uid of check.tasks) {
    const task = state.tasks.get(uid);
    const attempt = task?.claim ?? task?.attempts.at(-1);
    if (task === undefined || attempt?.base?.places === undefined) continue;
    if (task.status !== "in_progress" && task.status !== "implemented") continue;
    const grounds = groundsOf(workspace, state, attempt);
    const ground = grounds.ok ? grounds.value.find((one) => one.repo === repo) : undefined;
    if (ground !== undefined) places.add(ground.top);
  }
  return places.size === 1 ? [...places][0] : undefined;
}
