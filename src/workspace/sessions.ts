import type { Role } from "../plan/record.ts";
import type { Actor } from "./actor.ts";
import type { Binding, WorkspaceState } from "./facts.ts";

/**
 * What a heartbeat says of a session. `gone`: its process has ended; `stale`: nothing was heard of it lately;
 * `unknown`: it is on another machine.
 */
export type Liveness = "alive" | "stale" | "gone" | "unknown";

/** Whether the one who holds a binding still runs. */
export type LivenessOf = (binding: Pick<Binding, "session" | "machine" | "leaseMs">) => Liveness;

/** How long a silent session keeps its binding where nobody needs it: over night and a weekend. */
export const COLLECT_GRACE_MS = 3 * 24 * 3_600_000;

export const isExpired = (binding: Binding, now: number): boolean => binding.renewedAt + binding.leaseMs <= now;

export function writerOf(state: WorkspaceState, plan: string): Binding | undefined {
  for (const binding of state.bindings.values()) {
    if (binding.plan === plan && binding.role === "writer") return binding;
  }
  return undefined;
}

export const bindingOf = (state: WorkspaceState, session: string): Binding | undefined => state.bindings.get(session);

/** Longest there first. */
export function observersOf(state: WorkspaceState, plan: string): readonly Binding[] {
  const observers = [...state.bindings.values()].filter((it) => it.plan === plan && it.role === "observer");
  return observers.sort((a, b) => a.at - b.at || (a.session < b.session ? -1 : 1));
}

/** Until its lease runs out a holder counts as there; after that, only while it shows itself. */
export const isLive = (binding: Binding, now: number, alive: LivenessOf): boolean =>
  !isExpired(binding, now) || alive(binding) === "alive";

/**
 * What the actor may do to a plan. A person at a terminal may all; a session has the role that it is bound as;
 * one that is not bound writes where nobody else does, and beside a live writer it may only claim tasks.
 */
export function roleIn(state: WorkspaceState, plan: string, actor: Actor, now: number, alive: LivenessOf): Role {
  if (actor.person !== undefined && actor.source === "shell") return "person";
  const own = bindingOf(state, actor.session);
  if (own?.plan === plan) return own.role;
  const writer = writerOf(state, plan);
  return writer !== undefined && isLive(writer, now, alive) ? "worker" : "writer";
}

/**
 * Bindings whose lease ran out at least `graceMs` ago and whose holder does not show itself. Of one on another machine
 * nothing but the lease is known.
 */
export function deadBindings(state: WorkspaceState, now: number, alive: LivenessOf, graceMs = 0): readonly Binding[] {
  return [...state.bindings.values()].filter(
    (binding) => isExpired(binding, now - graceMs) && alive(binding) !== "alive",
  );
}
