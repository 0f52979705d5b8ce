import { refuse, type Refusal } from "../plan/refusal.ts";
import { DEFAULT_LEASE_MS } from "../plan/state.ts";
import type { FactEvent } from "./fact-events.ts";
import { misnamed } from "./fact-names.ts";
import type { Binding, BindingRole, FactContext, FactOutcome, WorkspaceState } from "./facts.ts";
import { ownSession } from "./fact-session.ts";
import { parseSessionKey } from "./session-key.ts";
import { isExpired, writerOf } from "./sessions.ts";
import { forgetPlan } from "./standings.ts";

/** Nobody's lease outlives a week without a word. */
const LONGEST_LEASE_MS = 7 * 24 * 3_600_000;

/** Binds a session to a plan, and so releases it from the one before. */
export function bind(state: WorkspaceState, event: FactEvent<"session.bound">, context: FactContext): FactOutcome {
  const session = ownSession(event.session, context);
  if (typeof session !== "string") return session;
  const { plan, role, leaseMs = DEFAULT_LEASE_MS } = event;
  if (!isRole(role)) return refuse("malformed-event", "A session is bound as writer or as observer.");
  if (!(leaseMs > 0 && leaseMs <= LONGEST_LEASE_MS)) return refuse("malformed-event", "A lease runs up to a week.");
  const flaw = misnamed("plan", plan);
  if (flaw !== undefined) return flaw;

  const next = new Map(state.bindings);
  const holder = role === "writer" ? writerOf(state, plan) : undefined;
  if (holder !== undefined && holder.session !== session) {
    const mayTakeOver = event.steal === true || (event.expired === true && isExpired(holder, context.at));
    if (!mayTakeOver) return occupied(holder, event.expired === true);
    next.set(holder.session, { ...holder, role: "observer", at: context.at, stamp: context.stamp });
  }
  const before = state.bindings.get(session);
  const isSame = before !== undefined && before.plan === plan && before.role === role;
  const machine = event.machine ?? context.machine;
  const { pid } = event;
  next.set(session, {
    session,
    plan,
    role,
    at: isSame ? before.at : context.at,
    renewedAt: isSame ? Math.max(before.renewedAt, context.at) : context.at,
    leaseMs,
    ...(machine !== undefined && { machine }),
    ...(isPid(pid) && { pid }),
    stamp: isSame ? before.stamp : context.stamp,
  });
  return { ...state, bindings: next };
}

export function renew(state: WorkspaceState, event: FactEvent<"session.renewed">, context: FactContext): FactOutcome {
  const binding = ownBinding(state, event.session, context);
  if ("reason" in binding) return binding;
  const { machine, pid } = event;
  const renewed = {
    ...binding,
    renewedAt: Math.max(binding.renewedAt, context.at),
    ...(machine !== undefined && { machine }),
    ...(isPid(pid) && { pid }),
  };
  return { ...state, bindings: new Map(state.bindings).set(binding.session, renewed) };
}

export function release(
  state: WorkspaceState,
  event: FactEvent<"session.released">,
  context: FactContext,
): FactOutcome {
  const binding = ownBinding(state, event.session, context);
  return "reason" in binding ? binding : without(state, [binding.session]);
}

/** Anybody may sweep up a binding, but only after its lease: that the holder is dead was looked up by the author. */
export function collect(
  state: WorkspaceState,
  event: FactEvent<"session.collected">,
  context: FactContext,
): FactOutcome {
  const binding = state.bindings.get(parseSessionKey(event.session) ?? "");
  if (binding === undefined) return notBound(event.session);
  if (!isExpired(binding, context.at)) {
    return refuse("lease-running", `The lease of ${binding.session} runs until ${time(leaseEnd(binding))}.`, {
      cause: binding.stamp,
    });
  }
  return without(state, [binding.session]);
}

export function releasePlan(
  state: WorkspaceState,
  event: FactEvent<"plan.released">,
  context: FactContext,
): FactOutcome {
  const flaw = misnamed("plan", event.plan);
  if (flaw !== undefined) return flaw;
  const writer = writerOf(state, event.plan);
  const isForeign = writer !== undefined && writer.session !== parseSessionKey(context.session);
  if (isForeign && !context.isPerson && !isExpired(writer, context.at)) return occupied(writer, false);
  const bound = [...state.bindings.values()].filter((binding) => binding.plan === event.plan);
  const released =
    bound.length === 0
      ? state
      : without(
          state,
          bound.map(({ session }) => session),
        );
  const forgotten = forgetPlan(released, event.plan);
  if (forgotten.defaultPlan !== event.plan) return forgotten;
  const { defaultPlan: _, ...rest } = forgotten;
  return rest;
}

const isRole = (role: string): role is BindingRole => role === "writer" || role === "observer";
const isPid = (pid: number | undefined): pid is number => pid !== undefined && Number.isSafeInteger(pid) && pid > 0;
const leaseEnd = (binding: Binding): number => binding.renewedAt + binding.leaseMs;
/** A snapshot may have been written by anybody: what no Date can name is shown as its nearest. */
const time = (at: number): string => new Date(Math.min(Math.max(at, 0), 8.64e15)).toISOString();

function without(state: WorkspaceState, sessions: readonly string[]): WorkspaceState {
  const bindings = new Map(state.bindings);
  for (const session of sessions) bindings.delete(session);
  return { ...state, bindings };
}

function ownBinding(state: WorkspaceState, given: string, context: FactContext): Binding | Refusal {
  const session = ownSession(given, context);
  if (typeof session !== "string") return session;
  return state.bindings.get(session) ?? notBound(session);
}

const notBound = (session: string): Refusal =>
  refuse("not-bound", `The session ${parseSessionKey(session) ?? "given"} is bound to no plan.`);

function occupied(holder: Binding, claimsExpired: boolean): Refusal {
  const lease = claimsExpired ? `, and its lease runs until ${time(leaseEnd(holder))}` : "";
  return refuse(
    "plan-has-writer",
    `The plan ${holder.plan} has a writer: ${holder.session}, since ${time(holder.at)}${lease}.`,
    { hint: "Join as an observer, or steal the role and make that session an observer.", cause: holder.stamp },
  );
}
