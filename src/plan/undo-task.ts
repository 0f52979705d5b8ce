import type { PlanEvent, PlanEventOf } from "./events.ts";
import { EDITABLE } from "./evolve/task-edit.ts";
import { isOpen } from "./graph.ts";
import type { PlacedRecord, Stamp } from "./record.ts";
import type { PlanState, Task, TaskUid } from "./state.ts";

/** What an event is taken back with: the opposite events, or in words why there are none. */
export type Opposite = readonly PlanEvent[] | { readonly because: string; readonly hint?: string };

/** A record to be taken back, the state that it met, and the present one. */
export interface Undoing {
  readonly before: PlanState;
  readonly now: PlanState;
  readonly record: PlacedRecord;
  readonly stamp: Stamp;
}

export const CHANGED_SINCE = { because: "what it changed was changed again since" } as const;

type TaskEvent = Extract<
  PlanEvent,
  {
    readonly type:
      | "task.edited"
      | "task.reparented"
      | "task.reordered"
      | "task.dropped"
      | "task.restored"
      | "task.started"
      | "task.step-done"
      | "task.step-reopened"
      | "task.implemented"
      | "task.done"
      | "task.failed"
      | "task.blocked";
  }
>;

/** What gives a task back the fields that an event changed. */
export function taskBefore(undoing: Undoing, event: TaskEvent, index: number): Opposite {
  const { before, now, record, stamp } = undoing;
  const uid = event.task as TaskUid;
  // A task that the record itself added goes with its adding.
  const old = before.tasks.get(uid);
  if (old === undefined) return [];
  const isOurs = (field: string): boolean => now.tasks.get(uid)?.stamps[field] === stamp;
  const about = { task: uid };
  switch (event.type) {
    case "task.edited":
      return editedBefore(old, event, isOurs);
    case "task.reparented":
      return isOurs("parents") ? [{ type: event.type, ...about, parents: old.parents }] : CHANGED_SINCE;
    case "task.reordered": {
      const given = (["priority", "order"] as const).filter((field) => event[field] !== undefined);
      if (!given.every(isOurs)) return CHANGED_SINCE;
      return [{ type: event.type, ...about, ...Object.fromEntries(given.map((field) => [field, old[field]])) }];
    }
    case "task.dropped":
      return isOurs("status") ? [{ type: "task.restored", ...about, status: old.status }] : CHANGED_SINCE;
    case "task.restored":
      return isOurs("status") ? [{ type: "task.dropped", ...about }] : CHANGED_SINCE;
    case "task.started":
      if (claims(record, uid)) return [];
      return { because: "a start is not taken back without its claim" };
    case "task.step-done":
    case "task.step-reopened":
      return stepBefore(old, now.tasks.get(uid), event);
    case "task.implemented":
    case "task.done":
    case "task.failed":
      if (now.tasks.get(uid)?.status === "todo") return { because: "the task is to be done again already" };
      // What one record moved twice goes back once, with the last.
      if (record.events.slice(index + 1).some((later) => later["task"] === uid && MOVES.has(later.type))) return [];
      return isOurs("status") ? [{ type: "task.retried", ...about }] : CHANGED_SINCE;
    case "task.blocked":
      return isOurs("status") ? [{ type: "task.unblocked", ...about }] : CHANGED_SINCE;
    default: {
      const never: never = event;
      return never;
    }
  }
}

/** Drops a task that was added, unless somebody has worked on it since, or others wait for it. */
export function addingBefore({ now, record, stamp }: Undoing, uid: TaskUid): Opposite {
  const task = now.tasks.get(uid);
  if (task === undefined) return [];
  const hint = `holdfast task drop ${task.id}`;
  const isAlso = (other: Task): boolean => other.uid.startsWith(`${record.id}.`);
  const waiting = [...now.tasks.values()].filter(
    (other) => isOpen(other) && other.parents.includes(uid) && !isAlso(other),
  );
  if (waiting.length > 0) {
    const ids = waiting.map(({ id }) => id);
    const because = `${ids.slice(0, 5).join(", ")} ${ids.length === 1 ? "waits" : "wait"} for ${task.id}`;
    return { because, hint: `${hint} --detach, or --cascade to drop what waits too` };
  }
  const isTouched = Object.values(task.stamps).some((each) => each !== stamp);
  if (isTouched) return { ...CHANGED_SINCE, hint };
  return [{ type: "task.dropped", task: uid, why: "its adding was undone" }];
}

const MOVES: ReadonlySet<string> = new Set(["task.implemented", "task.done", "task.failed"]);

const claims = ({ events }: PlacedRecord, uid: TaskUid): boolean =>
  events.some((event) => event.type === "task.claimed" && event["task"] === uid);

function editedBefore(old: Task, event: PlanEventOf<"task.edited">, isOurs: (field: string) => boolean): Opposite {
  const given = EDITABLE.filter((field) => event[field] !== undefined || event.cleared?.includes(field));
  const more = (["steps", "extra"] as const).filter((field) => event[field] !== undefined);
  if (![...given, ...more].every(isOurs)) return CHANGED_SINCE;
  const steps = old.steps.map(({ text }) => text);
  const kept = [...(event.steps ?? steps)];
  for (const { text, done } of old.steps) {
    const at = kept.indexOf(text);
    if (done && at < 0) return { because: "a step that was ticked would come back without its tick" };
    if (at >= 0) kept.splice(at, 1);
  }
  const isNew = Object.keys(event.extra ?? {}).some((key) => !Object.hasOwn(old.extra ?? {}, key));
  if (isNew) return { because: "it added fields that this program does not know" };
  const was = {
    ...(given.includes("reviewers") ? { reviewers: [] } : {}),
    ...(given.includes("newTests") ? { newTests: false } : {}),
    ...old,
  };
  const values = Object.fromEntries(given.flatMap((field) => (was[field] === undefined ? [] : [[field, was[field]]])));
  const cleared = given.filter((field) => was[field] === undefined);
  return [
    {
      ...values,
      ...(event.steps === undefined ? {} : { steps }),
      ...(event.extra === undefined ? {} : { extra: old.extra }),
      ...(cleared.length === 0 ? {} : { cleared }),
      type: event.type,
      task: event.task,
    },
  ];
}

function stepBefore(
  old: Task,
  now: Task | undefined,
  event: PlanEventOf<"task.step-done"> | PlanEventOf<"task.step-reopened">,
): Opposite {
  const was = old.steps[event.step];
  if (was === undefined || now?.steps[event.step]?.text !== was.text) return CHANGED_SINCE;
  const isDone = event.type === "task.step-done";
  if (was.done === isDone) return [];
  return [{ ...event, type: isDone ? "task.step-reopened" : "task.step-done" }];
}
