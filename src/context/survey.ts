import {
  byOffer,
  byPlace,
  countByStatus,
  currentWave,
  isDoubtful,
  isHeldUp,
  isWorking,
  lastWave,
  openTasks,
  paceAllows,
  parentsAllow,
} from "../plan/graph.ts";
import { needsDecision } from "../plan/reviews.ts";
import type { Conflict, PlanState, Task, TaskStatus } from "../plan/state.ts";

/** What every text about a plan asks of its tasks. Lists are by wave, then by priority, then in the plan's order. */
export interface Survey {
  readonly counts: Readonly<Record<TaskStatus, number>>;
  /** All but the dropped. */
  readonly total: number;
  /** The wave in progress, never above the last. */
  readonly wave: number;
  readonly waves: number;
  /** Not done and not dropped. */
  readonly open: readonly Task[];
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
  /** Open, and reviewed and blocked so often that a person is asked what now. */
  readonly contested: readonly Task[];
}

/** Goes over the plan's tasks once for every text that is made of them. */
export function surveyTasks(state: PlanState): Survey {
  const open = openTasks(state);
  const lists = {
    held: [] as Task[],
    ready: [] as Task[],
    waiting: [] as Task[],
    implemented: [] as Task[],
    blocked: [] as Task[],
    failed: [] as Task[],
  };
  const mayBegin = isWorking(state) && !isHeldUp(state);
  for (const task of open) {
    const { status } = task;
    if (task.claim !== undefined) lists.held.push(task);
    if (status === "todo") {
      const isReady = mayBegin && paceAllows(state, task) && parentsAllow(state.tasks, task);
      (isReady ? lists.ready : lists.waiting).push(task);
    } else if (status === "implemented" || status === "blocked" || status === "failed") lists[status].push(task);
  }
  lists.ready.sort(byOffer);
  const counts = countByStatus(state);
  const waves = lastWave(state.tasks.values());
  return {
    counts,
    total: state.tasks.size - counts.dropped,
    wave: Math.min(currentWave(state), waves),
    waves,
    open,
    ...lists,
    doubtful: doubtfulTasks(state),
    contested: open.filter(({ reviews }) => needsDecision(reviews)),
  };
}

function doubtfulTasks(state: PlanState): readonly Task[] {
  const doubtful: Task[] = [];
  for (const task of state.tasks.values()) if (task.status !== "dropped" && isDoubtful(task)) doubtful.push(task);
  return doubtful.sort(byPlace);
}

/** Conflicts of merges that nobody has settled, oldest first. */
export const openConflicts = (state: PlanState): readonly Conflict[] =>
  state.conflicts.filter(({ settled }) => settled === undefined);

/** `wave 2 of 4, 3/7 tasks done`. */
export const describeDone = ({ counts, total, wave, waves }: Survey): string =>
  total === 0 ? "no tasks yet" : `wave ${wave} of ${waves}, ${counts.done}/${total} tasks done`;

/** `wave 2 of 4, 3/7 tasks done, 1 in progress, 1 blocked`. */
export function describeProgress(survey: Survey): string {
  const { counts } = survey;
  const more = (["in_progress", "implemented", "blocked", "failed"] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => `, ${counts[status]} ${status.replace("_", " ")}`);
  return describeDone(survey) + more.join("");
}
