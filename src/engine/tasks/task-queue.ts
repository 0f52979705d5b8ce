import { leaseEnd } from "../../context/stuck.ts";
import {
  countByStatus,
  describeWaits,
  explainWait,
  isHeldUp,
  isWorking,
  readyTasks,
  tasksInHand,
} from "../../plan/graph.ts";
import type { PlanState, Task } from "../../plan/state.ts";
import { thisMachine } from "../../workspace/machine.ts";
import type { Workspace } from "../workspace.ts";

/** What a session could do now, in the order in which it should. */
export interface TaskQueue {
  /** In this session's hand. */
  readonly mine: readonly Task[];
  readonly ready: readonly Task[];
  /** Claimed by others whose lease has run out and who do not show themselves. */
  readonly abandoned: readonly Task[];
  /** In the hands of others who are at work. */
  readonly others: readonly Task[];
}

export function queueFor(workspace: Workspace, state: PlanState): TaskQueue {
  const { session } = workspace.actor;
  const held = tasksInHand(state).filter(({ status }) => status === "in_progress");
  const mine = held.filter(({ claim }) => claim?.session === session);
  const foreign = held.filter(({ claim }) => claim?.session !== session);
  const abandoned = foreign.filter((task) => isAbandoned(workspace, task));
  const others = foreign.filter((task) => !abandoned.includes(task));
  return { mine, ready: readyTasks(state), abandoned, others };
}

function isAbandoned(workspace: Workspace, { claim }: Task): boolean {
  if (claim === undefined || leaseEnd(claim) > workspace.now()) return false;
  return (
    claim.machine !== thisMachine() || workspace.livenessOf(claim.session, claim.machine, claim.leaseMs) !== "alive"
  );
}

const SHOWN_WAITS = 5;

/** Why no task can be claimed, in sentences; what moves it stands in them. */
export function explainNothingReady(state: PlanState, { others, abandoned }: TaskQueue): readonly string[] {
  const counts = countByStatus(state);
  const total = state.tasks.size - counts.dropped;
  if (total === 0) return [`${state.slug} has no tasks: holdfast task add "<title>"`];
  if (counts.done === total) return [`all ${total} tasks of ${state.slug} are done: holdfast plan done`];
  if (!isWorking(state)) return [`${state.slug} is ${state.status}: holdfast plan resume`];
  const reasons: string[] = [];
  const list = (status: Task["status"]): readonly Task[] =>
    [...state.tasks.values()].filter((task) => task.status === status);
  for (const task of list("blocked")) {
    const held = isHeldUp(state) ? ", and the plan stops while a task is blocked" : "";
    reasons.push(`${task.id} is blocked: ${task.blockers.at(-1)?.why ?? "no reason was given"}${held}`);
  }
  for (const task of list("failed")) reasons.push(`${task.id} failed: ${task.failure?.why ?? "no reason was given"}`);
  for (const task of list("implemented"))
    reasons.push(`${task.id} is implemented and not done: holdfast task done ${task.id}`);
  for (const task of [...others, ...abandoned]) reasons.push(`${task.id} is in the hands of ${task.claim?.session}`);
  const waiting = isHeldUp(state) ? [] : list("todo");
  for (const task of waiting.slice(0, SHOWN_WAITS)) {
    const waits = explainWait(state, task);
    if (waits.length > 0) reasons.push(describeWaits(task, waits));
  }
  if (waiting.length > SHOWN_WAITS) reasons.push(`${waiting.length - SHOWN_WAITS} more tasks wait: holdfast status`);
  return reasons;
}
