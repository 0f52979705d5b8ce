import type { CommandOf, PlanCommand } from "../../plan/commands.ts";
import { slugify, validateSlug } from "../../plan/names.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import { bindingOf } from "../../workspace/sessions.ts";
import {
  assessSwitch,
  refuseSwitch,
  stashForSwitch,
  type Stashed,
  type SwitchRequest,
  type SwitchSource,
} from "../../workspace/switch-safety.ts";
import { performOn, type Performed } from "../perform.ts";
import { wouldTake } from "../perform-checked.ts";
import { PlanStore } from "./plan-store.ts";
import { whyActDoubted } from "../proof/act-doubts.ts";
import { whyUnverified } from "../proof/record-doubts.ts";
import { readPlan } from "./read-plan.ts";
import {
  bindSession,
  checkoutsOfPlan,
  releasePlan,
  repositoriesOf,
  whyNotBind,
  type BindOptions,
  type Bound,
} from "../sessions/sessions.ts";
import { isUnbegun } from "./unbegun.ts";
import type { Workspace } from "../workspace.ts";

/** What to do about uncommitted changes of the plan that is left. Asking is the caller's part. */
export interface SwitchOptions extends BindOptions {
  readonly stash?: boolean;
  readonly allowDirty?: boolean;
}

export interface Switched {
  readonly bound: Bound;
  readonly stashed: readonly Stashed[];
}

export type NewPlan = Omit<CommandOf<"create-plan">, "type" | "slug"> & { readonly slug?: string };

/** Makes a plan, whole or not at all, and turns the caller to it. */
export async function createPlan(
  workspace: Workspace,
  plan: NewPlan,
  options: SwitchOptions = {},
): Promise<Result<Performed & Switched>> {
  const slug = plan.slug ?? slugify(plan.title);
  const free = checkName(workspace, slug);
  if (!free.ok && !(free.refusal.reason === "plan-exists" && isUnbegun(workspace, slug))) return free;
  const unknown = checkRepos(workspace, plan.repos);
  if (!unknown.ok) return unknown;
  const left = await leavePlan(workspace, slug, plan.repos ?? [], options);
  if (!left.ok) return left;
  const prepared = workspace.prepare();
  if (!prepared.ok) return prepared;
  const store = PlanStore.open(workspace, slug);
  if (!store.ok) return store;
  const { onBlocked, leaseMs } = workspace.settings;
  try {
    const made = await performOn(store.value, { type: "create-plan", onBlocked, leaseMs, ...plan, slug });
    if (!made.ok) return made;
    const bound = await bindSession(workspace, { plan: slug, repos: plan.repos ?? [] }, options);
    return bound.ok ? ok({ ...made.value, bound: bound.value, stashed: left.value }) : bound;
  } finally {
    store.value.close();
  }
}

/** A name that a plan may take: well formed, and no other plan's, old names included. */
function checkName(workspace: Workspace, name: string, own?: string): Result<void> {
  const valid = validateSlug(name);
  if (!valid.ok) return valid;
  const taken = workspace.slugs().find((slug) => slug === name && slug !== own);
  const other = taken ?? workspace.list().find(({ slug, aliases }) => slug !== own && aliases.includes(name))?.slug;
  if (other === undefined) return ok(undefined);
  return refused("plan-exists", `there is a plan ${other} already${other === name ? "" : `, also called ${name}`}`, {
    hint: `choose another name, or holdfast plan switch ${other}`,
  });
}

/** Refuses repositories that nobody has registered. */
export function checkRepos(workspace: Workspace, repos: readonly string[] | undefined): Result<void> {
  if (repos === undefined || repos.length === 0) return ok(undefined);
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const known = repositoriesOf(workspace, facts.value.state).map(({ id }) => id);
  const unknown = repos.find((id) => !known.includes(id));
  if (unknown === undefined) return ok(undefined);
  return refused("no-such-repository", `no repository ${unknown} is registered`, {
    hint: known.length === 0 ? "holdfast repo add <path>" : `one of ${known.join(", ")}`,
  });
}

/** Turns the caller's session (or, without one, the workspace's default) to another plan. */
export async function switchPlan(
  workspace: Workspace,
  name: string,
  options: SwitchOptions = {},
): Promise<Result<Switched>> {
  const choice = workspace.choose(name);
  if (!choice.ok) return choice;
  if (choice.value.source === "none") return refused("no-such-plan", `there is no plan ${name}`);
  const { slug } = choice.value;
  const state = readPlan(workspace, slug);
  if (state === undefined)
    return refused("damaged-plan", `${slug} cannot be read`, { hint: "holdfast journal verify" });
  if (state.status === "archived") {
    return refused("plan-closed", `${slug} is archived`, { hint: `holdfast plan reopen --plan ${slug}` });
  }
  const left = await leavePlan(workspace, slug, state.repos, options);
  if (!left.ok) return left;
  const bound = await bindSession(workspace, { plan: slug, repos: state.repos }, options);
  return bound.ok ? ok({ bound: bound.value, stashed: left.value }) : bound;
}

/** Sees to it that leaving the present plan is safe, and that the next can be taken, before anything is written. */
async function leavePlan(
  workspace: Workspace,
  to: string,
  repos: readonly string[],
  options: SwitchOptions,
): Promise<Result<readonly Stashed[]>> {
  const cannot = whyNotBind(workspace, { plan: to, repos }, options);
  if (cannot !== undefined) return { ok: false, refusal: cannot };
  const request = switchRequest(workspace, to);
  if (!request.ok) return request;
  if (options.allowDirty === true) return ok([]);
  const safety = assessSwitch(request.value);
  if (!safety.ok) return safety;
  if (safety.value.isSafe) return ok([]);
  if (options.stash === true) return stashForSwitch(request.value, safety.value);
  return { ok: false, refusal: refuseSwitch(request.value, safety.value) };
}

function switchRequest(workspace: Workspace, to: string): Result<SwitchRequest> {
  const { root, planning } = workspace.place;
  const source = switchSource(workspace);
  if (!source.ok) return source;
  return ok({ root, planning, to, ...(source.value === undefined ? {} : { from: source.value }) });
}

/** The plan that the caller is on now: what it is bound to, else the default. */
function switchSource(workspace: Workspace): Result<SwitchSource | undefined> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const { state } = facts.value;
  const isShell = workspace.actor.source === "shell";
  const plan = bindingOf(state, workspace.actor.session)?.plan ?? (isShell ? state.defaultPlan : undefined);
  const left = plan === undefined ? undefined : readPlan(workspace, plan);
  if (plan === undefined || left === undefined) return ok(undefined);
  const checkouts = checkoutsOfPlan(workspace, { plan, repos: left.repos });
  if (!checkouts.ok) return checkouts;
  return ok({ plan, status: left.status, phase: left.phase, checkouts: checkouts.value });
}

/** Steps after which nobody works on the plan: its sessions are let go. */
type Leaving = CommandOf<"pause-plan" | "finish-plan" | "abort-plan" | "archive-plan">;

export async function putAway(
  workspace: Workspace,
  plan: string | undefined,
  command: Extract<PlanCommand, Leaving>,
): Promise<Result<Performed>> {
  const store = workspace.plan(plan);
  if (!store.ok) return store;
  try {
    const proven = await withPlanTrees(store.value, command);
    if (!proven.ok) return proven;
    const done = await performOn(store.value, proven.value);
    if (!done.ok) return done;
    const released = await releasePlan(workspace, store.value.slug);
    return released.ok ? done : released;
  } finally {
    store.value.close();
  }
}

/** Calling a plan done is judged on the tree as it is: what its checks look at is looked at now. */
async function withPlanTrees<C extends Leaving>(store: PlanStore, command: C): Promise<Result<C>> {
  const { workspace, state, layout } = store;
  if (command.type !== "finish-plan") return ok(command);
  const unverified = whyUnverified(workspace, layout.journal, state);
  const doubted = unverified ?? whyActDoubted(store);
  if (doubted !== undefined) return { ok: false, refusal: doubted };
  if (state.checks.length === 0 && state.criteria.length === 0 && state.reviews === undefined) return ok(command);
  const { readPlanTrees } = await import("../proof/check-trees.ts");
  const trees = await readPlanTrees(workspace, state);
  return trees.ok ? ok({ ...command, trees: trees.value }) : trees;
}

/** Takes a paused or finished plan up again and turns the caller to it. */
export async function takeUp(
  workspace: Workspace,
  plan: string | undefined,
  command: CommandOf<"resume-plan"> | CommandOf<"reopen-plan">,
  options: SwitchOptions = {},
): Promise<Result<Performed & Switched>> {
  const store = workspace.plan(plan);
  if (!store.ok) return store;
  const { slug, state } = store.value;
  try {
    // Nothing is asked or put aside for a plan that cannot be taken up.
    const taken = await wouldTake(store.value, [command]);
    if (!taken.ok) return taken;
    const left = await leavePlan(workspace, slug, state.repos, options);
    if (!left.ok) return left;
    const done = await performOn(store.value, command);
    if (!done.ok) return done;
    const bound = await bindSession(workspace, { plan: slug, repos: state.repos }, options);
    return bound.ok ? ok({ ...done.value, bound: bound.value, stashed: left.value }) : bound;
  } finally {
    store.value.close();
  }
}

/** Gives a plan another name to go by; its folder and slug stay. */
export async function renamePlan(
  workspace: Workspace,
  plan: string | undefined,
  name: string,
): Promise<Result<Performed>> {
  const store = workspace.plan(plan);
  if (!store.ok) return store;
  try {
    const { slug, state } = store.value;
    if (name === slug || state.aliases.includes(name)) {
      return refused("has-that-name", `${slug} goes by ${name} already`, { hint: "holdfast plan edit --title <text>" });
    }
    const free = checkName(workspace, name, slug);
    return free.ok ? await performOn(store.value, { type: "rename-plan", name }) : free;
  } finally {
    store.value.close();
  }
}
