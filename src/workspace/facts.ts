import type { PlacedRecord, Stamp } from "../plan/record.ts";
import type { Reducer } from "../plan/reducer.ts";
import { refuse, type Refusal } from "../plan/refusal.ts";
import { misshapen } from "../plan/shape.ts";
import { FACT_SHAPES, isFactType, type FactEvent, type FactType } from "./fact-events.ts";
import { restoreFacts, snapshotFacts } from "./fact-snapshot.ts";
import type { GoalFact } from "./goals.ts";
import type { Checkout, Repository } from "./repositories.ts";
import type { Standing } from "./standings.ts";
import * as bindings from "./fact-bindings.ts";
import * as delegation from "./fact-delegation.ts";
import * as goals from "./fact-goals.ts";
import * as grants from "./fact-grants.ts";
import * as places from "./fact-places.ts";

export type BindingRole = "writer" | "observer";

/** What ties one session to one plan. */
export interface Binding {
  readonly session: string;
  readonly plan: string;
  readonly role: BindingRole;
  /** Since when it has this role on this plan, milliseconds since the epoch. */
  readonly at: number;
  /** The lease runs from here. */
  readonly renewedAt: number;
  readonly leaseMs: number;
  readonly machine?: string;
  /** The host's long-lived process, where one is known. */
  readonly pid?: number;
  /** The record that gave it its role. */
  readonly stamp: Stamp;
}

export interface RepositoryFact extends Repository {
  readonly at: number;
}

export interface CheckoutFact extends Checkout {
  readonly at: number;
}

/** A check from elsewhere that a person has let run. */
export interface TrustFact {
  /** Digest of what was trusted; a changed check is another check. */
  readonly digest: string;
  readonly what: string;
  readonly person: string;
  readonly at: number;
  /** The record that says so. */
  readonly stamp: Stamp;
}

/** What the journal of a workspace says, beside its plans. Never changed in place. */
export interface WorkspaceState {
  /** By session. */
  readonly bindings: ReadonlyMap<string, Binding>;
  /** The plan that sessions without one are told of. */
  readonly defaultPlan?: string;
  /** By id. */
  readonly repositories: ReadonlyMap<string, RepositoryFact>;
  /** By `checkoutKey`. */
  readonly checkouts: ReadonlyMap<string, CheckoutFact>;
  /** By digest. */
  readonly trusted: ReadonlyMap<string, TrustFact>;
  /** Of sessions without a plan: each session's last is its goal. The oldest that are over are left out. */
  readonly goals: readonly GoalFact[];
  /** How many goals there ever were. */
  readonly goalCount: number;
  /** By session or plan, the longest untouched first. */
  readonly standings: ReadonlyMap<string, Standing>;
  /** By plan. */
  readonly delegations: ReadonlyMap<string, delegation.DelegationFact>;
  /** Counts the records that changed something. */
  readonly revision: number;
  readonly updatedAt: number;
}

/** A record's circumstances, as its events see them. */
export interface FactContext {
  readonly at: number;
  readonly session: string;
  readonly isPerson: boolean;
  readonly person?: string;
  readonly machine?: string;
  readonly stamp: Stamp;
}

/** The same state where nothing changed. */
export type FactOutcome = WorkspaceState | Refusal;

type Handlers = {
  readonly [T in FactType]: (state: WorkspaceState, event: FactEvent<T>, context: FactContext) => FactOutcome;
};

const HANDLERS: Handlers = {
  "session.bound": bindings.bind,
  "session.renewed": bindings.renew,
  "session.released": bindings.release,
  "session.collected": bindings.collect,
  "plan.released": bindings.releasePlan,
  "delegation.begun": delegation.beginDelegation,
  "delegation.ended": delegation.endDelegation,
  "default.set": places.setDefault,
  "default.cleared": places.clearDefault,
  "repository.added": places.addRepository,
  "repository.removed": places.removeRepository,
  "checkout.prepared": places.prepareCheckout,
  "checkout.removed": places.removeCheckout,
  "check.trusted": places.trust,
  "check.distrusted": places.distrust,
  "goal.set": goals.setGoal,
  "goal.imported": goals.importGoal,
  "goal.completed": goals.completeGoal,
  "goal.checked": goals.noteCheck,
  "goal.validated": goals.validateGoal,
  "goal.cancelled": goals.cancelGoal,
  "goal.adopted": goals.adoptGoal,
  "mode.set": grants.setMode,
  "grant.given": grants.give,
  "grant.renewed": grants.renew,
  "grant.paused": grants.pause,
  "grant.revoked": grants.revoke,
  "turn.continued": grants.continueTurn,
  "turn.failed": grants.failTurn,
};

/** The last moment that a Date can name. */
const LAST_MOMENT = 8.64e15;

export const EMPTY_FACTS: WorkspaceState = {
  bindings: new Map(),
  repositories: new Map(),
  checkouts: new Map(),
  trusted: new Map(),
  goals: [],
  goalCount: 0,
  standings: new Map(),
  delegations: new Map(),
  revision: 0,
  updatedAt: 0,
};

/** Gives the journal of a workspace its meaning. Total: whatever a record holds, it is applied or refused whole. */
export const workspaceReducer: Reducer<WorkspaceState> = {
  initial: () => EMPTY_FACTS,
  apply(state, record) {
    const outcome = applyRecord(state, record);
    return isRefusal(outcome) ? { state, refusal: outcome } : { state: outcome };
  },
  snapshot: snapshotFacts,
  restore: restoreFacts,
};

const isRefusal = (outcome: FactOutcome): outcome is Refusal => "reason" in outcome;

function applyRecord(state: WorkspaceState, record: PlacedRecord): FactOutcome {
  const context = contextOf(record);
  if (context === undefined) return refuse("malformed-record", "The record does not say when or by whom.");
  let next = state;
  for (const [index, event] of record.events.entries()) {
    const outcome = applyEvent(next, event, context);
    if (isRefusal(outcome)) return { ...outcome, place: `events[${index}]` };
    next = outcome;
  }
  if (next === state) return state;
  return { ...next, revision: state.revision + 1, updatedAt: Math.max(state.updatedAt, context.at) };
}

function applyEvent(state: WorkspaceState, event: unknown, context: FactContext): FactOutcome {
  if (typeof event !== "object" || event === null || !("type" in event) || typeof event.type !== "string") {
    return refuse("malformed-event", "An event without a type.");
  }
  const { type } = event;
  if (!isFactType(type)) return state;
  const field = misshapen({ ...event }, FACT_SHAPES[type]);
  if (field !== undefined) return refuse("malformed-event", `The field ${field} of ${type} is missing or misshapen.`);
  const handle = HANDLERS[type] as (state: WorkspaceState, event: unknown, context: FactContext) => FactOutcome;
  return handle(state, event, context);
}

/** Undefined where the journal let something through that is no record. */
function contextOf(record: PlacedRecord): FactContext | undefined {
  const { at, by, events } = record as { at: unknown; by: unknown; events: unknown };
  if (typeof at !== "number" || !(at >= 0 && at <= LAST_MOMENT)) return undefined;
  if (typeof by !== "object" || by === null || !Array.isArray(events)) return undefined;
  const { session, role, person, machine } = by as Record<string, unknown>;
  if (typeof session !== "string") return undefined;
  return {
    // A negative zero would not survive a snapshot.
    at: at + 0,
    session,
    isPerson: role === "person" || typeof person === "string",
    ...(typeof person === "string" && { person }),
    ...(typeof machine === "string" && { machine }),
    stamp: `${record.clone}:${record.ordinal}` as Stamp,
  };
}
