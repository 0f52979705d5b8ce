import { currentWave, isDoubtful, isHeldUp, isOpen, isWorking, parentsAllow } from "../plan/graph.ts";
import type { Conflict, PlanState, Task, TaskStatus } from "../plan/state.ts";

/** What every text about a plan asks of its tasks, gathered in one pass. Lists are in wave order. */
export interface Survey {
  readonly counts: Readonly<Record<TaskStatus, number>>;
  /** All but the dropped. */
  readonly total: number;
  /** The wave in progress, never above the last. */
  readonly wave: number;
  readonly waves: number;
  readonly held: readonly Task[];
  /** Status `todo`, and nothing in the way. In the order in which they are offered. */
  readonly ready: readonly Task[];
  /** Status `todo`, with something in the way. */
  readonly waiting: readonly Task[];
  readonly implemented: readonly Task[];
  readonly blocked: readonly Task[];
  readonly failed: readonly Task[];
  /** Confidence too low, and no person has waved it through. */
  readonly doubtful: readonly Task[];
}

const byWave = (a: Task, b: Task): number => a.wave - b.wave || a.priority - b.priority || a.order - b.order;
const byOffer = (a: Task, b: Task): number => a.priority - b.priority || a.wave - b.wave || a.order - b.order;

/** One pass over the plan's tasks. */
export function surveyTasks(state: PlanState): Survey {
  const counts = { todo: 0, in_progress: 0, implemented: 0, done: 0, blocked: 0, failed: 0, dropped: 0 };
  const lists = {
    held: [] as Task[],
    ready: [] as Task[],
    waiting: [] as Task[],
    implemented: [] as Task[],
    blocked: [] as Task[],
    failed: [] as Task[],
    doubtful: [] as Task[],
  };
  const mayBegin = isWorking(state) && !isHeldUp(state);
  let waves = 0;
  for (const task of state.tasks.values()) {
    const { status } = task;
    counts[status] += 1;
    if (status === "dropped") continue;
    if (task.wave > waves) waves = task.wave;
    if (task.claim !== undefined && isOpen(task)) lists.held.push(task);
    if (isDoubtful(task)) lists.doubtful.push(task);
    if (status === "todo") (mayBegin && parentsAllow(state.tasks, task) ? lists.ready : lists.waiting).push(task);
    else if (status === "implemented" || status === "blocked" || status === "failed") lists[status].push(task);
  }
  for (const list of Object.values(lists)) list.sort(list === lists.ready ? byOffer : byWave);
  const total = state.tasks.size - counts.dropped;
  return { counts, total, waves, wave: Math.min(currentWave(state), waves), ...lists };
}

/** Conflicts of merges that nobody has settled, oldest first. */
export const openConflicts = (state: PlanState): readonly Conflict[] =>
  state.conflicts.filter(({ settled }) => settled === undefined);

/** `wave 2 of 4, 3/7 tasks done, 1 in progress, 1 blocked`. */
export function describeProgress({ counts, total, wave, waves }: Survey): string {
  if (total === 0) return "no tasks yet";
  const more = (["in_progress", "implemented", "blocked", "failed"] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => `, ${counts[status]} ${status.replace("_", " ")}`);
  return `wave ${wave} of ${waves}, ${counts.done}/${total} tasks done${more.join("")}`;
}
