import type { Draft } from "../draft.ts";
import type { PlanEventOf } from "../events.ts";
import { describeTask } from "../graph.ts";
import { omit } from "../omit.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { Task, TaskUid } from "../state.ts";
import { findCycle, passWaves, settleWaves } from "../waves.ts";
import { sameReviewer } from "../reviews.ts";
import { causeOf } from "./holder.ts";
import { isPersons } from "./permission.ts";
import { isOrder, isUnderWay, notAnOrder, noTask, uniqueUids } from "./task-structure.ts";

/** What a task is asked to do, which does not change while somebody does it or after it is done. */
const FROZEN = ["description", "steps", "outputPaths"] as const;
/** What is put in the place of what was there; steps and what this program does not know are merged with it. */
export const EDITABLE = [
  "title",
  "description",
  "kind",
  "priority",
  "touches",
  "agent",
  "promptPrefix",
  "model",
  "outputPaths",
  "reviewers",
  "newTests",
] as const;
/** Fields that may be taken away again. */
const CLEARABLE = ["description", "kind", "agent", "promptPrefix", "model"] as const;

/** A list of things is several. */
function staysAsItIs(field: (typeof FROZEN)[number]): string {
  if (field === "description") return "its description does not change under it";
  return `its ${field === "steps" ? "steps" : "outputs"} do not change under it`;
}

export function editTask(draft: Draft, event: PlanEventOf<"task.edited">): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  const frozen = FROZEN.find((field) => event[field] !== undefined || event.cleared?.includes(field));
  if (frozen !== undefined && isUnderWay(task)) return underWay(task, staysAsItIs(frozen));
  const fewer = whyFewerReviewers(draft, task, event.reviewers);
  if (fewer !== undefined) return fewer;
  if (task.newTests === true && event.newTests === false && !isPersons(draft.record.by)) {
    return needsPerson(task, `letting ${task.id} pass without new tests takes a person`);
  }
  const fields: Record<string, unknown> = {};
  for (const field of EDITABLE) if (event[field] !== undefined) fields[field] = event[field];
  if (event.steps !== undefined) fields["steps"] = keepDone(task, event.steps);
  if (event.extra !== undefined) fields["extra"] = { ...task.extra, ...event.extra };
  const cleared = CLEARABLE.filter((field) => event.cleared?.includes(field));
  const changed = [...new Set([...Object.keys(fields), ...cleared])] as (keyof Task)[];
  for (const field of changed) reportOverwrite(draft, task, field, fields[field]);
  const next = draft.change(task, fields, changed);
  if (cleared.length > 0) draft.put(omit(next, ...cleared));
  draft.tell(event.type, task.id, changed.join(", "));
  return undefined;
}

/** Who has to review a task only grows, unless a person says otherwise. */
function whyFewerReviewers(draft: Draft, task: Task, reviewers: readonly string[] | undefined): Refusal | undefined {
  if (reviewers === undefined || isPersons(draft.record.by)) return undefined;
  const lost = (task.reviewers ?? []).find((name) => !reviewers.some((other) => sameReviewer(other, name)));
  if (lost === undefined) return undefined;
  return needsPerson(task, `taking ${lost} from the reviewers of ${task.id} takes a person`);
}

const needsPerson = (task: Task, message: string): Refusal =>
  refuse("needs-a-person", message, {
    hint: "ask the person to run it in a terminal of their own",
    ...causeOf(task),
  });

/** What a task is asked to do is fixed while somebody does it; the way out depends on how far it is. */
function underWay(task: Task, what: string): Refusal {
  const hint =
    task.status === "in_progress"
      ? `holdfast task release ${task.id} --note "…" first, so that its next holder gets the correction`
      : `holdfast task retry ${task.id} --note "…" sends it back with the correction`;
  return refuse("task-under-way", `${describeTask(task)}: ${what}`, { hint, ...causeOf(task) });
}

/** New steps under an old list: what was ticked and still stands stays ticked, each tick once. */
function keepDone(task: Task, steps: readonly string[]): Task["steps"] {
  const ticks = new Map<string, boolean[]>();
  for (const { text, done } of task.steps) ticks.set(text, [...(ticks.get(text) ?? []), done]);
  return steps.map((text) => ({ text, done: ticks.get(text)?.shift() ?? false }));
}

/** A value that another clone gave, unknown to this writer, is overwritten: both sides are kept for a person. */
export function reportOverwrite(draft: Draft, task: Task, field: keyof Task, value: unknown): void {
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

/** Puts a value back that lost to another, where the task is not under way. */
export function giveTaskField(draft: Draft, task: Task, field: string, value: unknown): Refusal | undefined {
  const known = [...EDITABLE, "steps", "extra", "order", "confidence"].find((name) => name === field) as
    | keyof Task
    | undefined;
  if (known === undefined) {
    return refuse("cannot-take", `the ${field} of ${task.id} cannot be put back as it stands`, {
      hint: "take kept, and make the change anew",
    });
  }
  const frozen = FROZEN.find((name) => name === field);
  if (frozen !== undefined && isUnderWay(task)) return underWay(task, staysAsItIs(frozen));
  reportOverwrite(draft, task, known, value);
  const given = draft.change(task, value === undefined ? {} : { [known]: value }, [known]);
  if (value === undefined) draft.put(omit(given, known) as Task);
  return undefined;
}

export function reparentTask(draft: Draft, event: PlanEventOf<"task.reparented">): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  if (isUnderWay(task)) return underWay(task, "its parents do not change under it");
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
  passWaves(draft);
  draft.tell(event.type, task.id);
  return undefined;
}

export function reorderTask(draft: Draft, event: PlanEventOf<"task.reordered">): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  const { priority, order } = event;
  if (order !== undefined && !isOrder(order)) return notAnOrder(task.id, order);
  const fields = { ...(priority === undefined ? {} : { priority }), ...(order === undefined ? {} : { order }) };
  const changed = Object.keys(fields) as (keyof typeof fields)[];
  for (const field of changed) reportOverwrite(draft, task, field, fields[field]);
  draft.change(task, fields, changed);
  if (order !== undefined) draft.set({ nextOrder: Math.max(draft.plan.nextOrder, Math.floor(order) + 1) });
  draft.tell(event.type, task.id);
  return undefined;
}
