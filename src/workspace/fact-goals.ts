import { refuse, type Refusal } from "../plan/refusal.ts";
import type { EvidenceOutcome } from "../plan/check-state.ts";
import type { FactEvent } from "./fact-events.ts";
import type { FactContext, FactOutcome, WorkspaceState } from "./facts.ts";
import {
  goalOf,
  isUnfinished,
  whyNotAdopt,
  whyNotCancel,
  whyNotComplete,
  whyNotValidate,
  type GoalFact,
  type GoalRun,
} from "./goals.ts";
import { ownSession } from "./fact-session.ts";

/** Goals that stay in the state when they are over, and those that nobody ever finished. */
const KEPT_ENDED = 200;
const KEPT_UNFINISHED = 1_000;
const LAST_MOMENT = 8.64e15;

/** The longest text about a goal, in UTF-16 units. */
export const LONGEST_GOAL_TEXT = 20_000;

export function setGoal(state: WorkspaceState, event: FactEvent<"goal.set">, context: FactContext): FactOutcome {
  const session = ownSession(event.session, context);
  if (typeof session !== "string") return session;
  const { check } = event;
  const flaw = badText(event) ?? (check === undefined || isText(check) ? undefined : NO_CHECK);
  if (flaw !== undefined) return flaw;
  const checked = check === undefined ? {} : { check: { command: check, stamp: context.stamp } };
  return add(state, { ...textOf(event), ...checked, session, status: "active", setAt: context.at }, context);
}

const NO_CHECK = refuse("malformed-event", "A goal's check is a command.");

/**
 * A goal as another program left it. The same goal moved on is changed in place; any other takes the place of the
 * session's own.
 */
export function importGoal(
  state: WorkspaceState,
  event: FactEvent<"goal.imported">,
  context: FactContext,
): FactOutcome {
  const session = ownSession(event.session, context);
  if (typeof session !== "string") return session;
  const { status } = event;
  if (status !== "active" && status !== "completed" && status !== "validated") {
    return refuse("malformed-event", "An imported goal is active, completed or validated.");
  }
  const flaw = badText(event);
  if (flaw !== undefined) return flaw;
  const setAt = momentOf(event.setAt) ?? context.at;
  const completedAt = momentOf(event.completedAt) ?? (status === "active" ? undefined : context.at);
  const validatedAt = momentOf(event.validatedAt) ?? (status === "validated" ? context.at : undefined);
  const given: Given = {
    ...textOf(event),
    session,
    status,
    setAt,
    ...(status !== "active" && completedAt !== undefined && { completedAt }),
    ...(status === "validated" && validatedAt !== undefined && { validatedAt }),
  };
  const own = goalOf(state, session);
  const isSame = own?.title === given.title && own.doneWhen === given.doneWhen && own.setAt === setAt;
  if (!isSame) return add(state, given, context);
  if (status === "validated" && own.check !== undefined) return NOT_SHOWN;
  const { completedAt: _, validatedAt: __, description: ___, ...kept } = own;
  return replace(state, { ...kept, ...given, stamp: context.stamp });
}

export function completeGoal(
  state: WorkspaceState,
  event: FactEvent<"goal.completed">,
  context: FactContext,
): FactOutcome {
  const goal = ownGoal(state, event, context, whyNotComplete);
  if ("message" in goal) return goal;
  return replace(state, { ...goal, status: "completed", completedAt: context.at, stamp: context.stamp });
}

export function noteCheck(state: WorkspaceState, event: FactEvent<"goal.checked">, context: FactContext): FactOutcome {
  const goal = ownGoal(state, event, context, whyNotValidate);
  if ("message" in goal) return goal;
  const { outcome, why, durationMs, exit, tree, logDigest } = event;
  if (!isOutcome(outcome)) return refuse("malformed-event", "A run passed, failed or is void.");
  if (goal.check === undefined) return refuse("no-goal-check", `The goal ${goal.id} has no check.`);
  const seen = { outcome, why, at: context.at, durationMs, tree, logDigest, stamp: context.stamp };
  const last: GoalRun = exit === undefined ? seen : { ...seen, exit };
  return replace(state, { ...goal, check: { ...goal.check, last } });
}

const isOutcome = (outcome: string): outcome is EvidenceOutcome =>
  outcome === "passed" || outcome === "failed" || outcome === "void";

const NOT_SHOWN = refuse(
  "goal-not-shown",
  "The goal has a check, and is validated only where Holdfast saw that pass.",
  {
    hint: "holdfast goal validate",
  },
);

export function validateGoal(
  state: WorkspaceState,
  event: FactEvent<"goal.validated">,
  context: FactContext,
): FactOutcome {
  const goal = ownGoal(state, event, context, whyNotValidate);
  if ("message" in goal) return goal;
  const { looked } = event;
  const last = goal.check?.last;
  // What an earlier run saw was another tree.
  const isShown = last?.outcome === "passed" && last.stamp === context.stamp;
  if (goal.check !== undefined && !isShown) return NOT_SHOWN;
  if (!isText(looked)) return refuse("malformed-event", "A validation says what was looked at.");
  return replace(state, { ...goal, status: "validated", validatedAt: context.at, looked, stamp: context.stamp });
}

export function cancelGoal(
  state: WorkspaceState,
  event: FactEvent<"goal.cancelled">,
  context: FactContext,
): FactOutcome {
  const goal = ownGoal(state, event, context, whyNotCancel);
  if ("message" in goal) return goal;
  const { reason } = event;
  if (reason !== undefined && !isText(reason)) return refuse("malformed-event", "A reason is a text.");
  return replace(state, {
    ...goal,
    status: "cancelled",
    endedAt: context.at,
    ...(reason !== undefined && { reason }),
    stamp: context.stamp,
  });
}

/** That its owner is gone was looked up by the author. */
export function adoptGoal(state: WorkspaceState, event: FactEvent<"goal.adopted">, context: FactContext): FactOutcome {
  const session = ownSession(event.session, context);
  if (typeof session !== "string") return session;
  const wanted = state.goals.find(({ id }) => id === event.goal);
  const flaw = whyNotAdopt(wanted, goalOf(state, session));
  if (flaw !== undefined || wanted === undefined) return flaw ?? state;
  const { machine: _, ...kept } = wanted;
  const adopted: GoalFact = {
    ...kept,
    session,
    adoptedFrom: wanted.session,
    ...(context.machine !== undefined && { machine: context.machine }),
    stamp: context.stamp,
  };
  // Last, since that is what the session is after from now on.
  return { ...state, goals: [...state.goals.filter((goal) => goal !== wanted), adopted] };
}

type Given = Omit<GoalFact, "id" | "stamp" | "machine">;
type Text = Pick<GoalFact, "title" | "doneWhen" | "description" | "project">;

function add(state: WorkspaceState, given: Given, { at, machine, stamp }: FactContext): WorkspaceState {
  const goal: GoalFact = {
    id: `G${state.goalCount + 1}`,
    ...given,
    ...(machine !== undefined && { machine }),
    stamp,
  };
  const goals = state.goals.map((other): GoalFact =>
    other.session === goal.session && isUnfinished(other)
      ? { ...other, status: "replaced", endedAt: at, stamp }
      : other,
  );
  return { ...state, goalCount: state.goalCount + 1, goals: withinLimits([...goals, goal]) };
}

const replace = (state: WorkspaceState, goal: GoalFact): WorkspaceState => ({
  ...state,
  goals: withinLimits(state.goals.map((other) => (other.id === goal.id ? goal : other))),
});

/** Forgets the oldest; the journal has them all. */
function withinLimits(goals: readonly GoalFact[]): readonly GoalFact[] {
  const unfinished = goals.filter(isUnfinished).length;
  const left = { unfinished: unfinished - KEPT_UNFINISHED, ended: goals.length - unfinished - KEPT_ENDED };
  if (left.unfinished <= 0 && left.ended <= 0) return goals;
  return goals.filter((goal) => (isUnfinished(goal) ? left.unfinished-- : left.ended--) <= 0);
}

function ownGoal(
  state: WorkspaceState,
  event: { readonly session: string; readonly goal: string },
  context: FactContext,
  whyNot: (goal: GoalFact | undefined) => Refusal | undefined,
): GoalFact | Refusal {
  const session = ownSession(event.session, context);
  if (typeof session !== "string") return session;
  const goal = goalOf(state, session);
  const flaw = whyNot(goal);
  if (flaw !== undefined) return flaw;
  if (goal?.id === event.goal) return goal;
  return refuse("goal-changed", "The session has another goal by now.");
}

const isText = (text: string): boolean => text.trim() !== "" && text.length <= LONGEST_GOAL_TEXT;

function badText({ title, doneWhen, description, project }: Text): Refusal | undefined {
  const isFine = [title, doneWhen, description, project].every((text) => text === undefined || isText(text));
  return isFine
    ? undefined
    : refuse("malformed-event", "A goal has a title and a done condition, and neither is a book.");
}

const textOf = ({ title, doneWhen, description, project }: Text): Text => ({
  title,
  doneWhen,
  ...(description !== undefined && { description }),
  ...(project !== undefined && { project }),
});

/** Undefined for what no clock shows. A negative zero would not survive a snapshot. */
const momentOf = (at: number | undefined): number | undefined =>
  at !== undefined && at >= 0 && at <= LAST_MOMENT ? at + 0 : undefined;
