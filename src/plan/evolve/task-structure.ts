import type { Draft } from "../draft.ts";
import type { PlanEventOf } from "../events.ts";
import { describeTask, isOpen } from "../graph.ts";
import { validateId } from "../names.ts";
import { omit } from "../omit.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { Task, TaskUid } from "../state.ts";
import { findCycle, passWaves, settleWaves, waveAfter } from "../waves.ts";
import { causeOf } from "./holder.ts";

/** What a task is asked to do, which does not change while somebody does it or after it is done. */
const FROZEN = ["description", "steps", "outputPaths"] as const;
const EDITABLE = [
  "title",
  "description",
  "kind",
  "priority",
  "touches",
  "agent",
  "promptPrefix",
  "model",
  "outputPaths",
] as const;
/** Fields that may be taken away again. */
const CLEARABLE = ["description", "kind", "agent", "promptPrefix", "model"] as const;

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
    (["description", "kind", "agent", "promptPrefix", "model", "extra"] as const).flatMap((field) =>
      event[field] === undefined ? [] : [[field, event[field]]],
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

/** Later of two tasks that were given one id by two clones: the id with a piece of its clone's name. */
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
  const plan = omit(draft.plan, "proof");
  draft.plan = { ...plan, status: "active", statusAt: draft.record.at, stamps: { ...plan.stamps, status: draft.stamp } };
  draft.tell("plan.reopened", undefined, why);
}

export function editTask(draft: Draft, event: PlanEventOf<"task.edited">): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  const frozen = FROZEN.find((field) => event[field] !== undefined || event.cleared?.includes(field));
  if (frozen !== undefined && isUnderWay(task)) {
    return refuse("task-under-way", `${describeTask(task)}: its ${frozen} does not change under it`, {
      hint: `holdfast task retry ${task.id} --note "…" sends it back with the correction`,
      ...causeOf(task),
    });
  }
  const fields: Record<string, unknown> = {};
  for (const field of EDITABLE) if (event[field] !== undefined) fields[field] = event[field];
  if (event.steps !== undefined) fields["steps"] = keepDone(task, event.steps);
  if (event.extra !== undefined) fields["extra"] = { ...task.extra, ...event.extra };
  const changed = Object.keys(fields) as (keyof Task)[];
  for (const field of changed) reportOverwrite(draft, task, field, fields[field]);
  const next = draft.change(task, fields as Partial<Task>, changed);
  const cleared = CLEARABLE.filter((field) => event.cleared?.includes(field));
  if (cleared.length > 0) draft.put(omit(next, ...cleared));
  draft.tell(event.type, task.id, [...changed, ...cleared].join(", "));
  return undefined;
}

/** New steps under an old list: what was ticked and still stands stays ticked. */
function keepDone(task: Task, steps: readonly string[]): Task["steps"] {
  const done = new Set(task.steps.filter((step) => step.done).map((step) => step.text));
  return steps.map((text) => ({ text, done: done.has(text) }));
}

/** A value that another clone gave, unknown to this writer, is overwritten: both sides are kept for a person. */
function reportOverwrite(draft: Draft, task: Task, field: keyof Task, value: unknown): void {
  const stamp = task.stamps[field];
  if (stamp === undefined || !draft.isUnseen(stamp)) return;
  if (JSON.stringify(task[field]) === JSON.stringify(value)) return;
  draft.addConflict(
    {
      kind: "field",
      task: task.uid,
      field,
      kept: { stamp: draft.stamp, value },
      lost: { stamp, value: task[field] },
      message: `${task.id}: two copies of the plan changed its ${field}`,
    },
    `.${task.uid}.${field}`,
  );
}

export function reparentTask(draft: Draft, event: PlanEventOf<"task.reparented">): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  if (isUnderWay(task)) {
    return refuse("task-under-way", `${describeTask(task)}: its parents do not change under it`, {
      hint: `holdfast task retry ${task.id} first`,
      ...causeOf(task),
    });
  }
  const parents = uniqueUids(event.parents);
  const missing = parents.find((uid) => draft.get(uid) === undefined);
  if (missing !== undefined) return refuse("unknown-parent", `${task.id}: no task ${missing} to depend on`);
  const cycle = findCycle(draft, task, parents);
  if (cycle !== undefined) {
    const through = cycle.slice(1, -1).map((other) => other.stamps["parents"]);
    const cause = through.find((stamp) => draft.isUnseen(stamp)) ?? task.stamps["added"]!;
    return refuse("cycle", `${task.id} would wait for itself: ${cycle.map(({ id }) => id).join(" → ")}`, {
      hint: "leave one of these dependencies out",
      cause,
    });
  }
  reportOverwrite(draft, task, "parents", parents);
  settleWaves(draft, draft.change(task, { parents }, ["parents"]));
  draft.tell(event.type, task.id);
  return undefined;
}

export function reorderTask(draft: Draft, event: PlanEventOf<"task.reordered">): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  const priority = event.priority ?? task.priority;
  const order = event.order ?? task.order;
  draft.change(task, { priority, order }, ["priority", "order"]);
  draft.set({ nextOrder: Math.max(draft.plan.nextOrder, Math.floor(order) + 1) });
  draft.tell(event.type, task.id);
  return undefined;
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
  const dropped = draft.change(task, { status: "dropped", statusAt: draft.record.at }, ["status"]);
  passWaves(draft, dropped);
  draft.tell(event.type, task.id, event.why);
  return undefined;
}

export function restoreTask(draft: Draft, event: PlanEventOf<"task.restored">): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  if (task.status !== "dropped") return refuse("not-dropped", `${describeTask(task)}: it is not dropped`);
  reopenTask(draft, task, { status: "todo" });
  reopenPlan(draft, `${task.id} was restored`);
  draft.tell(event.type, task.id);
  return undefined;
}

/** Makes a closed task part of the open plan again: it joins the current wave or a later one. */
export function reopenTask(draft: Draft, task: Task, fields: Partial<Task>): void {
  const wasOpen = isOpen(task);
  const wave = wasOpen ? task.wave : waveAfter(draft, task.parents);
  const reopened = draft.change(task, { ...fields, wave, statusAt: draft.record.at }, ["status"]);
  if (!wasOpen) settleWaves(draft, reopened);
}

const uniqueUids = (uids: readonly string[]): readonly TaskUid[] => [...new Set(uids)] as TaskUid[];
