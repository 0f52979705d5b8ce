import type { Stamp } from "../record.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { PlanState, Task, TaskUid } from "../state.ts";

/** What of a plan gates look at, as it is or as a record would leave it. */
export type JudgedPlan = Omit<PlanState, "tasks"> & {
  readonly tasks: { get(uid: TaskUid): Task | undefined; values(): Iterable<Task> };
};

/** One thing that must hold before a task, a wave or the plan may be done. */
export interface Condition {
  /** What it asks about: `check`, `proof`, `task`, `confidence`, `lane`, … */
  readonly kind: string;
  /** Which one: the id of a check, a task, a lane. */
  readonly subject: string;
  /** How that stands, in a word. */
  readonly standing: string;
  readonly isMet: boolean;
  /** The same in a sentence without its end. */
  readonly says: string;
  /** What would move it, as a command. */
  readonly way?: string;
  /** Worth telling although it is met. */
  readonly isFlaky?: true;
  /** The record by which it stands as it does. */
  readonly cause?: Stamp;
}

export const unmetOf = (conditions: readonly Condition[]): readonly Condition[] =>
  conditions.filter(({ isMet }) => !isMet);

/** What an unmet condition is called as a reason, where that is not its kind with `-open`. */
const REASONS: Readonly<Record<string, string>> = { confidence: "low-confidence", phase: "phase-blocked" };

/** An unmet condition as one of the details of a refusal. */
export const asDetail = ({ kind, says, way, cause }: Condition): Refusal =>
  refuse(REASONS[kind] ?? `${kind}-open`, says, {
    ...(way === undefined ? {} : { hint: way }),
    ...(cause === undefined ? {} : { cause }),
  });
