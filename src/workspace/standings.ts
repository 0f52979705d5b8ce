import { isPause, type Grant } from "../continuation/grant.ts";
import { isMode, type Mode } from "../continuation/mode.ts";
import { omit } from "../plan/omit.ts";
import { misshapen, type Shape } from "../plan/shape.ts";
import type { WorkspaceState } from "./facts.ts";
import { bindingOf, writerOf } from "./sessions.ts";

/** How a session, or a plan for whoever writes it, stands to working on by itself. */
export interface Standing {
  /** A session's key, or a plan's slug: the one has a colon, the other never. */
  readonly subject: string;
  readonly mode?: Mode;
  readonly grant?: Grant;
  /** Nothing is continued until a person gives a grant again. */
  readonly stopped?: { readonly at: number; readonly session: string; readonly why?: string };
  /** Of a plan: a person said yes to it. */
  readonly approved?: { readonly at: number; readonly person: string };
}

export const isSessionSubject = (subject: string): boolean => subject.includes(":");

/** So many sessions are remembered: the longest untouched go first. */
const KEPT_SESSIONS = 200;

export const STANDING = {
  subject: "string",
  mode: "string?",
  grant: "object?",
  stopped: "object?",
  approved: "object?",
} as const satisfies Shape;
const STOPPED = { at: "number", session: "string", why: "string?" } as const satisfies Shape;
const APPROVED = { at: "number", person: "string" } as const satisfies Shape;
const GRANT = {
  id: "string",
  person: "string",
  at: "number",
  plan: "string?",
  turns: "count",
  used: "count",
  tokens: "count?",
  tokensUsed: "count",
  meter: "count?",
  until: "number?",
  stall: "count",
  mark: "count",
  idle: "count",
  errors: "count",
  failedAt: "number?",
  turn: "string?",
  failedTurn: "string?",
  isWrapped: "boolean",
  paused: "string?",
  acts: "strings",
} as const satisfies Shape;

/** Whether what has the shape of a standing can have been one. */
export function isStanding({ mode, grant, stopped, approved }: Standing): boolean {
  if (mode !== undefined && !isMode(mode)) return false;
  if (!hasShape(stopped, STOPPED) || !hasShape(approved, APPROVED) || !hasShape(grant, GRANT)) return false;
  const { paused, used = 0, turns = 0 } = grant ?? {};
  return (paused === undefined || isPause(paused)) && used <= turns;
}

const hasShape = (value: object | undefined, shape: Shape): boolean =>
  value === undefined || misshapen({ ...value }, shape) === undefined;

/** The state with a standing, which is now the last touched; one that says nothing any more goes. */
export function withStanding(state: WorkspaceState, standing: Standing): WorkspaceState {
  const standings = new Map(state.standings);
  standings.delete(standing.subject);
  if (Object.keys(standing).length > 1) standings.set(standing.subject, standing);
  let extra = -KEPT_SESSIONS;
  for (const subject of standings.keys()) if (isSessionSubject(subject)) extra += 1;
  for (const subject of standings.keys()) {
    if (extra <= 0) break;
    if (!isSessionSubject(subject)) continue;
    standings.delete(subject);
    extra -= 1;
  }
  return { ...state, standings };
}

/** A plan that is put away takes with it what was allowed for it. */
export function forgetPlan(state: WorkspaceState, plan: string): WorkspaceState {
  let next = state;
  for (const standing of state.standings.values()) {
    if (standing.subject === plan) next = withStanding(next, { subject: plan });
    else if (standing.grant?.plan === plan) next = withStanding(next, omit(standing, "grant"));
  }
  return next;
}

/** What a session may go on by: its own standing and, where it writes a plan, that plan's. */
export interface SessionStanding {
  readonly session: string;
  /** The plan that it is bound to or works on. */
  readonly plan?: string;
  readonly mode?: Mode;
  /** The later of the two grants that hold for it now. */
  readonly grant?: Grant;
  /** Whose grant that is. */
  readonly subject: string;
  readonly stopped?: NonNullable<Standing["stopped"]>;
  /** A person said yes to the plan. */
  readonly isApproved: boolean;
}

/** How a session stands; `plan` is what it works on where it is bound to none. Nobody (an empty name) may write it. */
export function standingOf(
  state: WorkspaceState,
  session: string,
  plan: string | undefined = bindingOf(state, session)?.plan,
): SessionStanding {
  const own = state.standings.get(session);
  const plans = plan === undefined ? undefined : state.standings.get(plan);
  const isWriter = plan !== undefined && (writerOf(state, plan)?.session ?? "") === session;
  const ownGrant = own?.grant?.plan === undefined || own.grant.plan === plan ? own?.grant : undefined;
  const plansGrant = isWriter ? plans?.grant : undefined;
  const isPlans = plansGrant !== undefined && (ownGrant === undefined || plansGrant.at > ownGrant.at);
  const grant = isPlans ? plansGrant : ownGrant;
  const mode = own?.mode ?? plans?.mode;
  const stopped = own?.stopped ?? plans?.stopped;
  return {
    session,
    subject: isPlans ? plan! : session,
    isApproved: plans?.approved !== undefined,
    ...(plan !== undefined && { plan }),
    ...(mode !== undefined && { mode }),
    ...(grant !== undefined && { grant }),
    ...(stopped !== undefined && { stopped }),
  };
}
