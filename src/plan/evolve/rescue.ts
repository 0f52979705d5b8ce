import type { Draft } from "../draft.ts";
import type { PlanEventOf } from "../events.ts";
import { validateId } from "../names.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { restorePlan, restoreTask } from "../snapshot.ts";

/** A plan made again from a projection: what it says is somebody's word, so done is only claimed. */
export function rescuePlan(draft: Draft, event: PlanEventOf<"plan.rescued">): Refusal | undefined {
  if (draft.plan.status !== "none") return refuse("plan-exists", `there is a plan ${draft.plan.slug} already`);
  const plan = restorePlan(event.plan);
  if (plan === undefined) return refuse("bad-value", "what was to be rescued is not a plan");
  draft.set({
    ...plan,
    ...(plan.status === "done" ? { proof: "claimed" as const } : {}),
    stamps: { created: draft.stamp },
    revision: draft.plan.revision,
  });
  draft.tell(event.type, undefined, `from ${event.source}`);
  return undefined;
}

export function rescueTask(draft: Draft, event: PlanEventOf<"task.rescued">): Refusal | undefined {
  const task = restoreTask(event.task, (id) => draft.taskById(id)?.uid);
  if (task === undefined) return refuse("bad-value", "what was to be rescued is not a task");
  const valid = validateId(task.id);
  if (!valid.ok) return valid.refusal;
  if (draft.get(task.uid) !== undefined || draft.taskById(task.id) !== undefined) {
    return refuse("duplicate-id", `there is a task ${task.id} already`);
  }
  draft.put({
    ...task,
    ...(task.status === "done" ? { proof: "claimed" as const } : {}),
    stamps: { added: draft.stamp },
  });
  draft.set({ nextOrder: Math.max(draft.plan.nextOrder, task.order + 1) });
  draft.tell(event.type, task.id);
  return undefined;
}
