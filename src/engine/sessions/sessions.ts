import type { JournalEvent } from "../../plan/record.ts";
import { ok, refuse, refused, type Refusal, type Result } from "../../plan/refusal.ts";
import type { Binding, WorkspaceState } from "../../workspace/facts.ts";
import { assessIsolation, type RepositoryIsolation } from "../../workspace/isolation.ts";
import {
  effectiveCheckouts,
  effectiveRepositories,
  type Checkout,
  type Repository,
  type Scope,
} from "../../workspace/repositories.ts";
import { bindingOf, COLLECT_GRACE_MS, deadBindings, isExpired, isLive, writerOf } from "../../workspace/sessions.ts";
import { readPlan } from "../plans/read-plan.ts";
import type { Workspace } from "../workspace.ts";

export interface BindOptions {
  readonly role?: "writer" | "observer";
  /** Takes the plan from its writer, who becomes an observer. */
  readonly steal?: boolean;
  /** Takes a checkout that another plan is being written in. */
  readonly shared?: boolean;
}

/** How a session came to stand to a plan. `default`: no session is known, so the plan is the workspace's default. */
export type Bound = { readonly plan: string; readonly as: "writer" | "observer" | "default" };

/** What binding would be refused for; undefined where it may go on. Writes nothing. */
export function whyNotBind(workspace: Workspace, scope: Scope, options: BindOptions): Refusal | undefined {
  const facts = workspace.facts();
  if (!facts.ok) return facts.refusal;
  const isShell = workspace.actor.source === "shell";
  if (isShell && (options.role === "observer" || options.steal === true)) {
    return refuse("needs-session", "only a session can observe or steal, and this is a shell without one", {
      hint: "--session <host>:<id>, or HOLDFAST_SESSION",
    });
  }
  if (isShell || options.role === "observer") return undefined;
  const { state } = facts.value;
  const writer = writerOf(state, scope.plan);
  const isOther = writer !== undefined && writer.session !== workspace.actor.session;
  if (isOther && options.steal !== true && isLive(writer, workspace.now(), workspace.alive)) {
    return refuse("writer-taken", `${scope.plan} has a writer: ${writer.session}, since ${isoTime(writer.at)}`, {
      hint: "--observe to look on, or --steal once the person agrees",
    });
  }
  return options.shared === true ? undefined : whyNotShared(workspace, state, scope);
}

/** Another plan that is being written in the same checkout, with the command that keeps the two apart. */
function whyNotShared(workspace: Workspace, state: WorkspaceState, plan: Scope): Refusal | undefined {
  const assessed = isolationOf(workspace, state, plan);
  if (!assessed.ok) return assessed.refusal;
  const conflict = assessed.value.find(({ isolation }) => isolation === "needs_worktree");
  if (conflict === undefined) return undefined;
  const others = conflict.conflictsWith.join(", ");
  return refuse("needs-worktree", `${others} is being written in the same checkout of ${conflict.repo}`, {
    hint: `${conflict.command ?? "holdfast worktree prepare"}; or --shared to work beside it all the same`,
  });
}

/** How a plan stands to those that other sessions are writing. Refuses a scope with unknown repositories. */
export function isolationOf(
  workspace: Workspace,
  state: WorkspaceState,
  plan: Scope,
): Result<readonly RepositoryIsolation[]> {
  const written = [...state.bindings.values()].filter(
    (binding) =>
      binding.role === "writer" &&
      binding.plan !== plan.plan &&
      binding.session !== workspace.actor.session &&
      isLive(binding, workspace.now(), workspace.alive),
  );
  const assessed = assessIsolation({
    root: workspace.place.root,
    repositories: repositoriesOf(workspace, state),
    recorded: checkoutsOf(state),
    plan,
    written: written.map((binding) => ({ plan: binding.plan, repos: readPlan(workspace, binding.plan)?.repos ?? [] })),
  });
  if (!assessed.ok || workspace.slugs().includes(plan.plan)) return assessed;
  // The plan is still to be made, and its worktree comes first.
  return ok(
    assessed.value.map((entry) =>
      entry.command === undefined ? entry : { ...entry, command: `${entry.command} --new` },
    ),
  );
}

export const repositoriesOf = (workspace: Workspace, state: WorkspaceState): readonly Repository[] =>
  effectiveRepositories(workspace.place.root, [...state.repositories.values()], [...state.checkouts.values()]);

export const checkoutsOf = (state: WorkspaceState): readonly Checkout[] =>
  [...state.checkouts.values()].map((fact): Checkout => ({ ...fact, mode: "worktree" }));

/** The checkouts that a plan works in: its worktrees, else the repositories themselves. */
export function checkoutsOfPlan(workspace: Workspace, scope: Scope): Result<readonly Checkout[]> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const { state } = facts.value;
  return effectiveCheckouts(workspace.place.root, repositoriesOf(workspace, state), checkoutsOf(state), scope);
}

/** Ties the caller's session to a plan; without a session the plan becomes the workspace's default. */
export async function bindSession(
  workspace: Workspace,
  scope: Scope,
  options: BindOptions = {},
): Promise<Result<Bound>> {
  const refusal = whyNotBind(workspace, scope, options);
  if (refusal !== undefined) return { ok: false, refusal };
  const facts = workspace.facts();
  const by = await workspace.author(undefined);
  if (!facts.ok) return facts;
  if (!by.ok) return by;
  const { plan } = scope;
  if (workspace.actor.source === "shell") {
    const set = facts.value.write(by.value, [{ type: "default.set", plan }]);
    return set.ok ? ok({ plan, as: "default" }) : set;
  }
  const role = options.role ?? "writer";
  const { session } = workspace.actor;
  const { state } = facts.value;
  const writer = role === "writer" ? writerOf(state, plan) : undefined;
  const isOther = writer !== undefined && writer.session !== session;
  const bind: JournalEvent = {
    type: "session.bound",
    session,
    plan,
    role,
    leaseMs: workspace.settings.leaseMs,
    ...(isOther && options.steal === true ? { steal: true } : {}),
    ...(isOther && options.steal !== true && isExpired(writer, workspace.now()) ? { expired: true } : {}),
    ...(by.value.machine === undefined ? {} : { machine: by.value.machine }),
    ...(by.value.pid === undefined ? {} : { pid: by.value.pid }),
  };
  workspace.beat();
  const written = facts.value.write(by.value, [...collect(workspace, state), bind]);
  return written.ok ? ok({ plan, as: role }) : written;
}

/** Bindings whose sessions have been silent for days go whenever somebody binds. */
function collect(workspace: Workspace, state: WorkspaceState): readonly JournalEvent[] {
  const { session } = workspace.actor;
  return deadBindings(state, workspace.now(), workspace.alive, COLLECT_GRACE_MS)
    .filter((binding) => binding.session !== session)
    .map((binding) => ({ type: "session.collected", session: binding.session }));
}

/** How often a sweep looks again because somebody woke up while it was written. */
const COLLECT_ROUNDS = 3;

/** Ends the bindings of sessions whose lease ran out that long ago and that do not show themselves; tells which. */
export async function collectSessions(workspace: Workspace, graceMs = 0): Promise<Result<readonly Binding[]>> {
  const facts = workspace.facts();
  const by = await workspace.author(undefined);
  if (!facts.ok) return facts;
  if (!by.ok) return by;
  let written: Result<unknown> = ok(undefined);
  for (let round = 0; round < COLLECT_ROUNDS; round += 1) {
    const dead = deadBindings(facts.value.state, workspace.now(), workspace.alive, graceMs).filter(
      ({ session }) => session !== workspace.actor.session,
    );
    if (dead.length === 0) return ok([]);
    written = facts.value.write(
      by.value,
      dead.map(({ session }) => ({ type: "session.collected", session })),
    );
    if (written.ok) return ok(dead);
  }
  return written.ok ? ok([]) : written;
}

/** Ends the caller's own binding; a shell, which has none, lets go of the workspace's default plan. */
export async function releaseSession(workspace: Workspace): Promise<Result<{ readonly plan: string }>> {
  const facts = workspace.facts();
  const by = await workspace.author(undefined);
  if (!facts.ok) return facts;
  if (!by.ok) return by;
  const { session, source } = workspace.actor;
  const { defaultPlan } = facts.value.state;
  const binding = bindingOf(facts.value.state, session);
  if (binding === undefined && source === "shell" && defaultPlan !== undefined) {
    const cleared = facts.value.write(by.value, [{ type: "default.cleared" }]);
    return cleared.ok ? ok({ plan: defaultPlan }) : cleared;
  }
  if (binding === undefined) {
    return refused("not-bound", `${session} is bound to no plan`, { hint: "holdfast session list" });
  }
  const written = facts.value.write(by.value, [{ type: "session.released", session }]);
  return written.ok ? ok({ plan: binding.plan }) : written;
}

/** A plan that is put away lets all its sessions go. Silent where nobody is bound to it or may go on with it. */
export async function releasePlan(workspace: Workspace, plan: string): Promise<Result<void>> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const { bindings, defaultPlan, standings } = facts.value.state;
  const isBound = [...bindings.values()].some((binding) => binding.plan === plan);
  const isAllowed = standings.has(plan) || [...standings.values()].some(({ grant }) => grant?.plan === plan);
  if (defaultPlan !== plan && !isBound && !isAllowed) return ok(undefined);
  const by = await workspace.author(undefined);
  if (!by.ok) return by;
  const written = facts.value.write(by.value, [{ type: "plan.released", plan }]);
  return written.ok ? ok(undefined) : written;
}

const isoTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
