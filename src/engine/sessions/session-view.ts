import { ok, type Result } from "../../plan/refusal.ts";
import type { Role } from "../../plan/record.ts";
import type { ActorSource } from "../../workspace/actor.ts";
import type { BindingRole } from "../../workspace/facts.ts";
import { thisMachine } from "../../workspace/machine.ts";
import { detectPerson } from "../../workspace/person.ts";
import { isStrong, type PlanSource } from "../../workspace/resolve-plan.ts";
import { bindingOf, isExpired, isLive, type Liveness } from "../../workspace/sessions.ts";
import type { Workspace } from "../workspace.ts";

/** A binding as people see it. Times are milliseconds since the epoch. */
export interface SessionView {
  readonly session: string;
  readonly plan: string;
  readonly role: BindingRole;
  readonly since: number;
  readonly leaseEndsAt: number;
  readonly isExpired: boolean;
  readonly liveness: Liveness;
  /** Another session has to reckon with it: its lease runs, or it shows itself. */
  readonly isLive: boolean;
  readonly machine?: string;
  readonly isThisMachine: boolean;
  /** The caller's own. */
  readonly isOwn: boolean;
}

/** All bindings, by plan; a plan's writer first, then its observers, the longest there first. */
export function listSessions(workspace: Workspace): Result<readonly SessionView[]> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const now = workspace.now();
  const here = thisMachine();
  const views = [...facts.value.state.bindings.values()].map((binding): SessionView => {
    const { session, plan, role, at, renewedAt, leaseMs, machine } = binding;
    return {
      session,
      plan,
      role,
      since: at,
      leaseEndsAt: renewedAt + leaseMs,
      isExpired: isExpired(binding, now),
      liveness: workspace.alive(binding),
      isLive: isLive(binding, now, workspace.alive),
      ...(machine === undefined ? {} : { machine }),
      isThisMachine: machine === undefined || machine === here,
      isOwn: session === workspace.actor.session,
    };
  });
  return ok(views.sort(byPlan));
}

function byPlan(a: SessionView, b: SessionView): number {
  if (a.plan !== b.plan) return a.plan < b.plan ? -1 : 1;
  if (a.role !== b.role) return a.role === "writer" ? -1 : 1;
  return a.since - b.since || (a.session < b.session ? -1 : 1);
}

/** Who is calling, on which plan and as what, and why. */
export interface CallerView {
  readonly session: string;
  /** Where the session's name came from. */
  readonly source: ActorSource;
  /** What the session is bound to, whatever is asked for now. */
  readonly binding?: { readonly plan: string; readonly role: BindingRole };
  /** The plan that a command would work on, and how it was chosen. */
  readonly plan?: string;
  readonly chosenBy: PlanSource | "none";
  /** Whether somebody meant this plan; otherwise it is only proposed. */
  readonly isMeant: boolean;
  /** What the caller may do to that plan. */
  readonly role?: Role;
  readonly person?: string;
  /** Why the caller does not count as a person. */
  readonly whyNoPerson?: { readonly reason: string; readonly message: string };
  readonly notes: readonly string[];
}

/** Describes the caller. Refuses a plan's name that is wrong, as every command would. */
export async function describeCaller(workspace: Workspace, flag: string | undefined): Promise<Result<CallerView>> {
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const choice = workspace.choose(flag, { allowPrefix: true });
  if (!choice.ok) return choice;
  const plan = choice.value.source === "none" ? undefined : choice.value.slug;
  const author = await workspace.author(plan);
  if (!author.ok) return author;
  const { session, source } = workspace.actor;
  const { env, isTerminal = false } = workspace.caller;
  const person = await detectPerson({ env, isTerminal });
  const binding = bindingOf(facts.value.state, session);
  return ok({
    session,
    source,
    ...(binding === undefined ? {} : { binding: { plan: binding.plan, role: binding.role } }),
    ...(plan === undefined ? {} : { plan, role: author.value.role }),
    chosenBy: choice.value.source,
    isMeant: isStrong(choice.value),
    ...(person.ok
      ? { person: person.value.person }
      : { whyNoPerson: { reason: person.refusal.reason, message: person.refusal.message } }),
    notes: choice.value.notes,
  });
}
