import type { Draft } from "../draft.ts";
import type { PlanEventOf } from "../events.ts";
import { describeTask, isOpen } from "../graph.ts";
import { validateId } from "../names.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { Task, TaskStatus, TaskUid } from "../state.ts";
import { passWaves, settleWaves, waveAfter } from "../waves.ts";
import { dismissRival, moveTask } from "./attempts.ts";
import { causeOf } from "./holder.ts";
import { setPlanStatus } from "./plan-status.ts";

export const isUnderWay = (task: Task): boolean =>
  task.status === "in_progress" || task.status === "implemented" || task.status === "done";

export const noTask = (uid: string): Refusal =>
  refuse("no-such-task", `no task ${uid}`, { hint: "holdfast task list" });

export function addTask(draft: Draft, event: PlanEventOf<"task.added">, index: number): Refusal | undefined {
  const valid = validateId(event.id);
  if (!valid.ok) return valid.refusal;
  const parents = uniqueUids(event.parents);
  const missing = parents.find((uid) => draft.get(uid) === undefined);
  if (missing !== undefined) {
    return refuse("unknown-parent", `${event.id}: no task ${missing} to depend on`, { hint: "holdfast task list" });
  }
  const taken = draft.taskById(event.id);
  if (taken !== undefined && !draft.isUnseen(taken.stamps["added"])) {
    return refuse("duplicate-id", `there is a task ${taken.id} already`, {
      hint: `choose another id, or holdfast task edit ${taken.id}`,
      cause: taken.stamps["added"]!,
    });
  }
  const id = taken === undefined ? event.id : freeId(draft, event.id);
  const order = event.order ?? draft.plan.nextOrder;
  if (!isOrder(order)) return notAnOrder(event.id, order);
  const task = newTask(draft, event, index, { id, order, parents });
  draft.put(task);
  draft.set({ nextOrder: Math.max(draft.plan.nextOrder, order + 1) });
  draft.tell(event.type, task.id, task.title);
  if (taken !== undefined) reportRename(draft, task, taken);
  reopenPlan(draft, `${task.id} was added`);
  return undefined;
}

function newTask(
  draft: Draft,
  event: PlanEventOf<"task.added">,
  index: number,
  given: { readonly id: string; readonly order: number; readonly parents: readonly TaskUid[] },
): Task {
  const { at } = draft.record;
  const optional = Object.fromEntries(
    (["description", "kind", "agent", "promptPrefix", "model", "reviewers", "newTests", "extra"] as const).flatMap(
      (field) => (event[field] === undefined ? [] : [[field, event[field]]]),
    ),
  );
  return {
    uid: `${draft.record.id}.${index}` as TaskUid,
    id: given.id,
    ...(given.id === event.id ? {} : { givenId: event.id }),
    title: event.title,
    ...optional,
    status: "todo",
    steps: (event.steps ?? []).map((text) => ({ text, done: false })),
    parents: given.parents,
    priority: event.priority ?? 2,
    order: given.order,
    touches: event.touches ?? [],
    outputPaths: event.outputPaths ?? [],
    wave: waveAfter(draft, given.parents),
    attempts: [],
    attemptCount: 0,
    outputs: [],
    blockers: [],
    log: [],
    addedAt: at,
    changedAt: at,
    statusAt: at,
    stamps: { added: draft.stamp },
  };
}

/** The later of two tasks that were given one id by two clones gets the id with a piece of its clone's name. */
function freeId(draft: Draft, id: string): string {
  const base = `${id.slice(0, 56)}-${draft.record.clone.slice(1, 5)}`;
  for (let n = 1; ; n += 1) {
    const candidate = n === 1 ? base : `${base}${n}`;
    if (draft.taskById(candidate) === undefined) return candidate;
  }
}

function reportRename(draft: Draft, task: Task, taken: Task): void {
  draft.addConflict(
    {
      kind: "renamed",
      task: task.uid,
      field: "id",
      kept: { stamp: taken.stamps["added"]!, value: taken.title },
      lost: { stamp: draft.stamp, value: task.title },
      message: `two copies of the plan added a task ${taken.id}; the later one is shown as ${task.id}`,
    },
    `.${task.uid}`,
  );
}

/** Work that is added to a finished plan makes it active again. */
export function reopenPlan(draft: Draft, why: string): void {
  if (draft.plan.status !== "done") return;
  setPlanStatus(draft, "active");
  draft.tell("plan.reopened", undefined, why);
}

export function dropTask(draft: Draft, event: PlanEventOf<"task.dropped">): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  if (task.status === "dropped") return refuse("already-dropped", `${task.id} is dropped already`);
  if (isUnderWay(task)) {
    const hint =
      task.status === "done"
        ? "what is done stays in the plan; add a task that undoes it"
        : `holdfast task release ${task.id} or retry ${task.id} first`;
    return refuse("task-under-way", `${describeTask(task)}: it cannot be dropped now`, { hint, ...causeOf(task) });
  }
  moveTask(draft, dismissRival(draft, task, "the task was dropped"), "dropped");
  passWaves(draft);
  draft.tell(event.type, task.id, event.why);
  return undefined;
}

export function restoreTask(draft: Draft, event: PlanEventOf<"task.restored">): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  if (task.status !== "dropped") return refuse("not-dropped", `${describeTask(task)}: it is not dropped`);
  const status = event.status ?? "todo";
  const hadIt =
    status === "todo" || (status === "blocked" && task.blockers.length > 0) || (status === "failed" && task.failure);
  if (!hadIt) return refuse("bad-value", `${task.id} cannot come back as ${status}`);
  reopenTask(draft, task, status);
  reopenPlan(draft, `${task.id} was restored`);
  draft.tell(event.type, task.id);
  return undefined;
}

/** Makes a closed task part of the open plan again: it joins the current wave or a later one. */
export function reopenTask(draft: Draft, task: Task, status: TaskStatus, fields: Partial<Task> = {}): void {
  const wasOpen = isOpen(task);
  const wave = wasOpen ? task.wave : waveAfter(draft, task.parents);
  const reopened = moveTask(draft, task, status, { ...fields, wave });
  if (!wasOpen) settleWaves(draft, reopened);
}

/** Orders stay where halves and successors are still exact enough to tell tasks apart. */
export const isOrder = (order: number): boolean => Math.abs(order) <= 2 ** 40;
export const notAnOrder = (id: string, order: number): Refusal =>
  refuse("bad-value", `${id}: an order lies between -2^40 and 2^40, not at ${order}`);

export const uniqueUids = (uids: readonly string[]): readonly TaskUid[] => [...new Set(uids)] as TaskUid[];
