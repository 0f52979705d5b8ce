import type { Draft } from "../draft.ts";
import { omit } from "../omit.ts";
import { BASE_FORM, FILES_FORM, fits } from "../state-shapes.ts";
import {
  KEPT_ATTEMPTS,
  type Attempt,
  type AttemptFiles,
  type Proof,
  type Task,
  type TaskStatus,
  type TaskUid,
} from "../state.ts";
import { passWaves } from "../waves.ts";

type End = NonNullable<Attempt["end"]>;

/** What an event says of where an attempt began; what is of another form says nothing. */
export const baseIn = ({ base }: { readonly base?: unknown }): Pick<Attempt, "base"> =>
  fits(base, BASE_FORM) ? { base } : {};

/** What an event says of the files that an attempt changed. */
export const filesIn = ({ changed }: { readonly changed?: unknown }): Pick<Attempt, "files"> =>
  fits(changed, FILES_FORM) ? { files: changed as unknown as AttemptFiles } : {};

export const closeAttempt = (draft: Draft, attempt: Attempt, end: End, note?: string): Attempt => ({
  ...attempt,
  endedAt: draft.record.at,
  end,
  ...(note === undefined ? {} : { note }),
});

/** The task with its claim ended and kept among the last few. */
export function endAttempt(draft: Draft, task: Task, attempt: Attempt, end: End, note?: string): Task {
  const others = task.attempts.filter(({ fence }) => fence !== attempt.fence);
  const attempts = [...others, closeAttempt(draft, attempt, end, note)].slice(-KEPT_ATTEMPTS);
  return { ...omit(task, "claim"), attempts };
}

/** Gives a task a status; one that another clone gave it, unknown to this writer, is listed and not lost. */
export function moveTask(draft: Draft, task: Task, status: TaskStatus, fields: Partial<Task> = {}): Task {
  const stamp = task.stamps["status"];
  if (stamp !== undefined && task.status !== status && draft.isUnseen(stamp)) {
    draft.addConflict(
      {
        kind: "field",
        task: task.uid,
        field: "status",
        kept: { stamp: draft.stamp, value: status },
        lost: { stamp, value: task.status },
        message: `${task.id}: one copy of the plan made it ${task.status}, the other ${status} without knowing`,
      },
      `.${task.uid}.status`,
    );
  }
  const { at } = draft.record;
  const isFirst = task.landedAt === undefined && (status === "implemented" || status === "done");
  return draft.change(task, { ...fields, status, statusAt: at, ...(isFirst && { landedAt: at }) }, ["status"]);
}

/** Done, and the waves that this ends. `proof`: what it rests on; where nothing is to prove it, somebody said so. */
export function closeTask(draft: Draft, task: Task, proof: Proof): void {
  moveTask(draft, task, "done", { proof });
  passWaves(draft);
}

/** The task without its rival, whose attempt is kept, but never as the last where that one gave the task its status. */
export function loseRival(draft: Draft, task: Task, end: NonNullable<Attempt["end"]>, note?: string): Task {
  if (task.rival === undefined) return task;
  const { status, ...attempt } = task.rival;
  const lost = status === "in_progress" ? closeAttempt(draft, attempt, end, note) : attempt;
  const kept = task.claim === undefined ? task.attempts.slice(0, -1) : task.attempts;
  const attempts = [...kept, lost, ...task.attempts.slice(kept.length)].slice(-KEPT_ATTEMPTS);
  return { ...omit(task, "rival"), attempts };
}

/** The task goes another way than either holder's: both claims are over. */
export function dismissRival(draft: Draft, task: Task, why: string): Task {
  if (task.rival === undefined) return task;
  settleClaim(draft, task.uid, "kept", why);
  return loseRival(draft, task, "lost-merge", why);
}

export function settleClaim(draft: Draft, task: TaskUid, take: "kept" | "lost", why: string): void {
  draft.set({
    conflicts: draft.plan.conflicts.map((conflict) =>
      conflict.kind === "claim" && conflict.task === task && conflict.settled === undefined
        ? { ...conflict, settled: { take, why, by: "merge" } }
        : conflict,
    ),
  });
}
