import { newGrant, type Grant } from "./grant.ts";
import type { EndedTurn, LooseWork, PlanWork, Snapshot } from "./snapshot.ts";

export const CLEAN_TURN: EndedTurn = {
  ending: "clean",
  isFatal: false,
  isSubagent: false,
  isHeadless: false,
  isContinued: true,
  backgroundTasks: 0,
  isAwaited: false,
  lastMessage: "T1 is done.",
};

export const PLAN_WORK: PlanWork = {
  kind: "plan",
  slug: "dates",
  status: "active",
  isObserver: false,
  open: 4,
  ready: 2,
  own: 1,
  others: 0,
  implemented: 0,
  stopped: 0,
  needsPerson: 0,
  isHeldUp: false,
  inHand: "T2 Parse dates",
  firstReady: "T3 Print dates",
  next: "write the parser (file: src/dates.ts)",
};

export const TODOS: LooseWork = { kind: "loose", todos: { open: 2, items: ["[pending] a", "[in_progress] b"] } };

export const grantOf = (more: Partial<Grant> = {}): Grant => ({
  ...newGrant({ id: "c:1", person: "mo", at: 0, turns: 10, mark: 0 }),
  ...more,
});

/** A turn that ended with work left, under a grant that has not been touched. */
export const snapshotOf = (more: Partial<Snapshot> = {}): Snapshot => ({
  now: 1_000,
  turn: CLEAN_TURN,
  grant: grantOf(),
  mode: "proceed",
  isStopped: false,
  work: PLAN_WORK,
  mark: 0,
  ...more,
});
