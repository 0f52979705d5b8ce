import { checksOfWaves, type Trees } from "../checks.ts";
import { describeTask, isDoubtful, isOpen, lastWave, paceAllows, parentsAllow } from "../graph.ts";
import type { Conflict, PlanState, Task } from "../state.ts";
import { checkConditions } from "./check-conditions.ts";
import { unmetOf, type Condition, type JudgedPlan } from "./condition.ts";
import { taskConditions } from "./task-gate.ts";

/** What must hold before a wave passes: its tasks are done, no merge left anything open in it, and its checks passed. */
export function waveConditions(plan: JudgedPlan, wave: number, trees?: Trees): readonly Condition[] {
  if (wave <= plan.passedWaves) {
    return [{ kind: "wave", subject: String(wave), standing: "passed", isMet: true, says: `wave ${wave} has passed` }];
  }
  const tasks = [...plan.tasks.values()].filter((task) => task.wave === wave && task.status !== "dropped");
  const uids = new Set(tasks.map(({ uid }) => uid));
  return [
    ...tasks.map((task) => taskCondition(plan, task)),
    ...conflictConditions(plan, ({ task }) => task !== undefined && uids.has(task)),
    ...checkConditions(checksOfWaves(plan), plan.level, trees, `holdfast verify --wave ${wave}`),
  ];
}

/** Whether there is such a wave to be judged: one of those that passed, or the current one. */
export const isJudgeable = (plan: JudgedPlan, wave: number): boolean =>
  Number.isInteger(wave) && wave >= 1 && wave <= Math.min(plan.passedWaves + 1, lastWave(plan.tasks.values()));

/** How a task stands before the gate of its wave, or of the plan. */
export function taskCondition(plan: JudgedPlan, task: Task): Condition {
  const isDoubt = task.status === "done" && isDoubtful(task);
  const isMet = !isOpen(task) && !isDoubt;
  const cause = task.stamps["status"] ?? task.stamps["added"];
  const first = task.status === "implemented" ? firstToMove(plan, task) : undefined;
  return {
    kind: isDoubt ? "confidence" : "task",
    subject: task.id,
    standing: isDoubt ? "low" : task.status,
    isMet,
    says: saysOf(task),
    ...(isMet ? {} : { way: first?.way ?? wayOn(plan, task) }),
    ...(cause === undefined ? {} : { cause }),
  };
}

/** What holds the task up. Whether a pass goes for the tree as it is, is looked at when the task is called done. */
const firstToMove = (plan: JudgedPlan, task: Task): Condition | undefined =>
  unmetOf(taskConditions(plan, task)).find(({ standing }) => standing !== "unknown");

function saysOf(task: Task): string {
  if (task.status === "done" && isDoubtful(task)) return `${task.id} is done at confidence ${task.confidence!.score}/5`;
  return describeTask(task).replace(": ", " is ");
}

/** The command that moves a task on. */
function wayOn(plan: JudgedPlan, task: Task): string {
  const { id, status } = task;
  switch (status) {
    case "todo":
      return `holdfast task ${paceAllows(plan, task) && parentsAllow(plan.tasks, task) ? "claim" : "show"} ${id}`;
    case "in_progress":
    case "implemented":
      return `holdfast task done ${id}`;
    case "blocked":
      return `holdfast task unblock ${id}`;
    case "failed":
      return `holdfast task retry ${id} --note "…"`;
    case "done":
      return `a person runs: holdfast waive confidence ${id} --why "…"`;
    case "dropped":
      return `holdfast task show ${id}`;
    default:
      return status satisfies never;
  }
}

/** What a merge left to be settled. A task that is merely shown under another id is nobody's question. */
export const conflictConditions = (
  plan: Pick<PlanState, "conflicts">,
  isWanted: (conflict: Conflict) => boolean,
): readonly Condition[] =>
  plan.conflicts
    .filter((conflict) => conflict.kind !== "renamed" && conflict.settled === undefined && isWanted(conflict))
    .map((conflict) => ({
      kind: "conflict",
      subject: conflict.id,
      standing: "open",
      isMet: false,
      says: conflict.message,
      way: `a person runs: holdfast journal conflicts`,
      cause: conflict.lost.stamp,
    }));
