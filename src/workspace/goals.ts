import { refuse, type Refusal } from "../plan/refusal.ts";
import type { Stamp } from "../plan/record.ts";
import type { EvidenceOutcome } from "../plan/check-state.ts";
import type { WorkspaceState } from "./facts.ts";

/** `replaced`: its session set another one before it was validated. */
export type GoalStatus = "active" | "completed" | "validated" | "cancelled" | "replaced";

/** A command that shows whether a goal is reached, run by a shell. */
export interface GoalCheck {
  readonly command: string;
  /** The record that gave it. */
  readonly stamp: Stamp;
  readonly last?: GoalRun;
}

/** What Holdfast saw of one run of it. */
export interface GoalRun {
  readonly outcome: EvidenceOutcome;
  readonly why: string;
  readonly at: number;
  readonly durationMs: number;
  readonly exit?: number;
  /** Digest of the files that it ran on, and of all that it printed. */
  readonly tree: string;
  readonly logDigest: string;
  readonly stamp: Stamp;
}

/** What a session that is bound to no plan is after. Times are milliseconds since the epoch. */
export interface GoalFact {
  /** `G<n>`, counted over the workspace. */
  readonly id: string;
  /** Whose it is. */
  readonly session: string;
  readonly title: string;
  readonly doneWhen: string;
  readonly description?: string;
  readonly status: GoalStatus;
  readonly setAt: number;
  readonly completedAt?: number;
  readonly validatedAt?: number;
  /** When it was cancelled or replaced. */
  readonly endedAt?: number;
  readonly check?: GoalCheck;
  /** What was looked at before it was called validated. */
  readonly looked?: string;
  /** Why it was cancelled. */
  readonly reason?: string;
  /** The session that it was taken over from. */
  readonly adoptedFrom?: string;
  /** The folder it was set in, where goals of several projects come together. */
  readonly project?: string;
  readonly machine?: string;
  /** The record that gave it its status. */
  readonly stamp: Stamp;
}

/** Still to be done, or still to be validated. */
export const isUnfinished = ({ status }: GoalFact): boolean => status === "active" || status === "completed";

/** The goal of a session: the last one it set or took over, unless that was cancelled. */
export function goalOf(state: Pick<WorkspaceState, "goals">, session: string): GoalFact | undefined {
  const last = state.goals.findLast((goal) => goal.session === session && goal.status !== "replaced");
  return last?.status === "cancelled" ? undefined : last;
}

/** Goals of other sessions that wait for somebody, the newest first. */
export const unfinishedElsewhere = (state: Pick<WorkspaceState, "goals">, session: string): readonly GoalFact[] =>
  state.goals.filter((goal) => goal.session !== session && isUnfinished(goal)).toReversed();

export function whyNotComplete(goal: GoalFact | undefined): Refusal | undefined {
  if (goal?.status === "active") return undefined;
  return refuse("no-such-goal", "No active goal to complete. Use goal_set first.", hintOf(goal));
}

export function whyNotValidate(goal: GoalFact | undefined): Refusal | undefined {
  switch (goal?.status) {
    case "completed":
      return undefined;
    case "active":
      return refuse("goal-active", "The goal is still active. Use goal_done to mark it as completed first.");
    case "validated":
      return refuse("goal-validated", "The goal has already been validated.");
    case undefined:
      return refuse("no-such-goal", "No goal exists for this session to validate.");
    case "cancelled":
    case "replaced":
      return refuse("goal-ended", "Goal must be completed before it can be validated.");
    default:
      return goal?.status satisfies undefined;
  }
}

export function whyNotCancel(goal: GoalFact | undefined): Refusal | undefined {
  if (goal !== undefined && isUnfinished(goal)) return undefined;
  return refuse("no-such-goal", "No active goal to cancel.", hintOf(goal));
}

export function whyNotAdopt(wanted: GoalFact | undefined, own: GoalFact | undefined): Refusal | undefined {
  if (wanted === undefined) {
    return refuse("no-such-goal", "There is no such goal.", { hint: "holdfast goal list" });
  }
  if (wanted === own) return refuse("goal-is-yours", `${wanted.id} is this session's goal already.`);
  if (!isUnfinished(wanted))
    return refuse("goal-ended", `${wanted.id} is ${wanted.status}: there is nothing left of it to adopt.`);
  if (own === undefined || !isUnfinished(own)) return undefined;
  return refuse("has-a-goal", `This session has a goal of its own that is ${own.status}: ${own.id}.`, {
    hint: "Finish or cancel that one first.",
  });
}

const hintOf = (goal: GoalFact | undefined) =>
  goal === undefined ? {} : { hint: `The last one, ${goal.id}, is ${goal.status}.` };
