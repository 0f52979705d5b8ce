import {
  failTurn as failGrant,
  isPause,
  isSpent,
  MAX_TURNS,
  newGrant,
  renewGrant,
  takeTurn,
  whyNotContinue,
} from "../continuation/grant.ts";
import type { Grant, NewGrant } from "../continuation/grant.ts";
import { isMode } from "../continuation/mode.ts";
import { omit } from "../plan/omit.ts";
import { refuse, type Refusal } from "../plan/refusal.ts";
import type { FactEvent } from "./fact-events.ts";
import { misnamed, misworded } from "./fact-names.ts";
import type { FactContext, FactOutcome, WorkspaceState } from "./facts.ts";
import { parseSessionKey } from "./session-key.ts";
import { bindingOf, writerOf } from "./sessions.ts";
import { isSessionSubject, standingOf, withStanding, type Standing } from "./standings.ts";

export function setMode(state: WorkspaceState, event: FactEvent<"mode.set">, context: FactContext): FactOutcome {
  const subject = subjectOf(event.subject, context);
  if (typeof subject !== "string") return subject;
  const { mode } = event;
  if (!isMode(mode)) return refuse("malformed-event", "There is no such mode.");
  if (mode === "proceed" && context.person === undefined) return needsPerson("lets an agent proceed");
  const standing = standingIn(state, subject);
  return standing.mode === mode ? state : withStanding(state, { ...standing, mode });
}

export function give(state: WorkspaceState, event: FactEvent<"grant.given">, context: FactContext): FactOutcome {
  const act = actOf(event, context);
  if ("reason" in act) return act;
  if (act.turns === 0) return refuse("malformed-event", "A grant has at least one turn.");
  const { subject, plan, tokens, until, stall } = event;
  const grant = newGrant({
    ...act,
    ...(tokens !== undefined && { tokens: tokens + 0 }),
    ...(until !== undefined && { until: until + 0 }),
    ...(stall !== undefined && stall > 0 && { stall }),
  });
  const standing = omit(standingIn(state, act.subject), "stopped");
  const given = withStanding(state, { ...standing, mode: "proceed", grant });
  if (plan === undefined) return given;
  return approve(subject === plan ? overrule(given, plan) : given, plan, subject === plan, context);
}

/** What a plan's writer was told before gives way to what a person says of the plan now. */
function overrule(state: WorkspaceState, plan: string): WorkspaceState {
  const writer = state.standings.get(writerOf(state, plan)?.session ?? "");
  if (writer === undefined || (writer.stopped === undefined && writer.mode === undefined)) return state;
  return withStanding(state, omit(writer, "stopped", "mode"));
}

/** A person who lets a plan go on has said yes to it, and whoever stopped it is overruled. */
function approve(state: WorkspaceState, plan: string, isSubject: boolean, context: FactContext): WorkspaceState {
  const standing = omit(standingIn(state, plan), "stopped");
  if (!isSubject && standing.approved !== undefined && state.standings.get(plan)?.stopped === undefined) return state;
  return withStanding(state, { ...standing, approved: { at: context.at, person: context.person! } });
}

export function renew(state: WorkspaceState, event: FactEvent<"grant.renewed">, context: FactContext): FactOutcome {
  const act = actOf(event, context);
  if ("reason" in act) return act;
  const { plan } = event;
  const standing = standingIn(state, act.subject);
  const { stopped, grant } = standing;
  if (stopped !== undefined || (plan !== undefined && state.standings.get(plan)?.stopped !== undefined)) {
    return refuse("grant-stopped", "Somebody said stop, and nobody has said proceed since.");
  }
  const held = grant === undefined || (grant.plan ?? plan) !== plan ? undefined : grant;
  const isApproved = plan !== undefined && state.standings.get(plan)?.approved !== undefined;
  if (act.turns > 0 && !isApproved) return refuse("not-approved", "No person has said yes to that plan.");
  if (act.turns === 0 && (held === undefined || isSpent(held, context.at))) {
    return refuse("no-grant", "There is no grant that could go on.");
  }
  const renewed = held === undefined ? newGrant(act) : renewGrant(held, act);
  return withStanding(state, { ...standing, mode: standing.mode ?? "proceed", grant: renewed });
}

export function pause(state: WorkspaceState, event: FactEvent<"grant.paused">, context: FactContext): FactOutcome {
  const found = ownGrant(state, event, context);
  if ("reason" in found) return found;
  const { why } = event;
  if (!isPause(why)) return refuse("malformed-event", "A grant does not rest for that.");
  const { standing, grant } = found;
  if (grant.paused !== undefined) return refuse("grant-rests", `The grant rests already: ${grant.paused}.`);
  return withStanding(state, { ...standing, grant: { ...grant, paused: why } });
}

/** Anybody may stop a plan, and every session itself. */
export function revoke(state: WorkspaceState, event: FactEvent<"grant.revoked">, context: FactContext): FactOutcome {
  const subject = subjectOf(event.subject, context);
  if (typeof subject !== "string") return subject;
  const { why } = event;
  const flaw = why === undefined ? undefined : misworded("reason", why);
  if (flaw !== undefined) return flaw;
  const standing = omit(standingIn(state, subject), "grant");
  const { at, session } = context;
  return withStanding(state, { ...standing, stopped: { at, session, ...(why !== undefined && { why }) } });
}

export function continueTurn(
  state: WorkspaceState,
  event: FactEvent<"turn.continued">,
  context: FactContext,
): FactOutcome {
  const found = ownGrant(state, event, context);
  if ("reason" in found) return found;
  const { standing, grant, session } = found;
  const { number, mark, turn, tokens, meter, isLast = false, after = "clean" } = event;
  const plan = grant.plan ?? bindingOf(state, session)?.plan;
  if (standingOf(state, session, plan).stopped !== undefined) return refuse("grant-stopped", "Somebody said stop.");
  if (after !== "clean" && after !== "error") return refuse("malformed-event", "A turn ends clean or in an error.");
  const continued = {
    number,
    mark: mark + 0,
    isLast,
    after,
    ...(turn !== undefined && { turn }),
    ...(tokens !== undefined && { tokens }),
    ...(meter !== undefined && { meter: meter + 0 }),
  } as const;
  const why = whyNotContinue(grant, continued);
  if (why !== undefined) return refuse("not-continued", `Not continued: ${why}.`);
  return withStanding(state, { ...standing, grant: takeTurn(grant, continued) });
}

export function failTurn(state: WorkspaceState, event: FactEvent<"turn.failed">, context: FactContext): FactOutcome {
  const found = ownGrant(state, event, context);
  if ("reason" in found) return found;
  const { standing, grant } = found;
  const { turn } = event;
  if (turn !== undefined && turn === grant.failedTurn) return state;
  return withStanding(state, { ...standing, grant: failGrant(grant, context.at, turn) });
}

const standingIn = (state: WorkspaceState, subject: string): Standing => state.standings.get(subject) ?? { subject };

const needsPerson = (what: string): Refusal => refuse("needs-a-person", `Only a person ${what}.`);

/** The subject that is meant: a plan, or a session that its author may speak for. */
function subjectOf(given: string, context: FactContext): string | Refusal {
  if (!isSessionSubject(given)) return misnamed("plan", given) ?? given;
  const session = parseSessionKey(given);
  if (session === undefined) return refuse("malformed-session", "A session is named <host>:<id>.");
  if (session === parseSessionKey(context.session) || context.person !== undefined) return session;
  return refuse("not-your-session", `${context.session} may not decide for ${session}.`);
}

/** A person's act, in figures. */
function actOf(
  event: FactEvent<"grant.renewed">,
  context: FactContext,
): (NewGrant & { readonly subject: string }) | Refusal {
  const { at, person, stamp } = context;
  const { turns, mark, plan } = event;
  if (person === undefined) return needsPerson("lets an agent go on by itself");
  const subject = subjectOf(event.subject, context);
  if (typeof subject !== "string") return subject;
  const flaw = plan === undefined ? undefined : misnamed("plan", plan);
  if (flaw !== undefined) return flaw;
  if (turns > MAX_TURNS) return refuse("malformed-event", `A grant has at most ${MAX_TURNS} turns.`);
  if (!isSessionSubject(subject) && plan !== subject) {
    return refuse("malformed-event", "A grant for a plan's writer is for that plan.");
  }
  // A negative zero would not survive a snapshot.
  return { subject, id: stamp, person, at, turns: turns + 0, mark: mark + 0, ...(plan !== undefined && { plan }) };
}

/** The grant that an author spends: its session's own, or that of the plan that it writes. */
function ownGrant(
  state: WorkspaceState,
  event: { readonly subject: string; readonly session: string; readonly grant: string },
  context: FactContext,
): { readonly session: string; readonly standing: Standing; readonly grant: Grant } | Refusal {
  const session = parseSessionKey(event.session);
  if (session === undefined) return refuse("malformed-session", "A session is named <host>:<id>.");
  const { subject } = event;
  const isOwn = isSessionSubject(subject) ? subject === session : writerOf(state, subject)?.session === session;
  if (session !== parseSessionKey(context.session) || !isOwn) {
    return refuse("not-your-grant", `${context.session} may not spend that grant.`);
  }
  const standing = standingIn(state, subject);
  const { grant } = standing;
  if (grant === undefined || grant.id !== event.grant) return refuse("no-grant", "There is no such grant any more.");
  return { session, standing, grant };
}
