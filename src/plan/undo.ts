import { readEvent, type PlanEvent, type PlanEventOf } from "./events.ts";
import type { PlacedRecord } from "./record.ts";
import { refuse, type Refusal } from "./refusal.ts";
import type { PlanState, Task, TaskUid } from "./state.ts";

/**
 * The events that take a record back, last first: nothing is erased, the opposite is written after it.
 * `before` is the state that the record met, `now` the present one. Waivers are taken back only by a person.
 */
export function invertRecord(
  before: PlanState,
  now: PlanState,
  record: PlacedRecord,
): { readonly events: readonly PlanEvent[] } | { readonly refusal: Refusal } {
  const inverse: PlanEvent[] = [];
  for (const [index, entry] of [...record.events.entries()].toReversed()) {
    const read = readEvent(entry);
    if ("unknown" in read || "misshapen" in read) continue;
    const opposite = invert(before, now, record, read.event, index);
    if (opposite === "impossible") {
      return {
        refusal: refuse("cannot-undo", `${read.event.type} cannot be taken back by a record of its own`, {
          hint: "write what should hold now instead",
        }),
      };
    }
    inverse.push(...opposite);
  }
  return { events: inverse };
}

type Opposite = readonly PlanEvent[] | "impossible";

function invert(before: PlanState, now: PlanState, record: PlacedRecord, event: PlanEvent, index: number): Opposite {
  switch (event.type) {
    case "plan.edited":
      return [{ type: "plan.edited", title: before.title, planType: before.type, onBlocked: before.onBlocked, leaseMs: before.leaseMs, repos: before.repos }];
    case "brief.edited":
      return [{ ...pick(before.brief, Object.keys(event)), type: "brief.edited" }];
    case "plan.paused":
    case "plan.blocked":
      return [{ type: "plan.resumed" }];
    case "plan.resumed":
      return [{ type: "plan.paused" }];
    case "plan.done":
    case "plan.aborted":
    case "plan.archived":
      return now.status === "done" || now.status === "aborted" || now.status === "archived"
        ? [{ type: "plan.reopened" }]
        : [];
    case "phase.entered":
      return [{ type: "phase.entered", phase: before.phase }];
    case "phase.edited":
      return before.phases
        .filter(({ id }) => id === event.phase)
        .map((phase) => ({ type: event.type, phase: phase.id, title: phase.title, status: phase.status, doneWhen: phase.doneWhen }));
    case "next.recorded":
    case "next.cleared":
      return nextBefore(before);
    case "task.added":
      return [{ type: "task.dropped", task: `${record.id}.${index}`, why: "its adding was undone" }];
    case "task.edited":
    case "task.reparented":
    case "task.reordered":
      return taskBefore(before, event);
    case "task.dropped":
      return [{ type: "task.restored", task: event.task }];
    case "task.restored":
      return [{ type: "task.dropped", task: event.task }];
    case "task.claimed":
      return [{ type: "task.released", task: event.task, fence: record.id }];
    case "task.started":
      return [];
    case "task.step-done":
      return [{ ...event, type: "task.step-reopened" }];
    case "task.step-reopened":
      return [{ ...event, type: "task.step-done" }];
    case "task.implemented":
    case "task.done":
    case "task.failed":
      return retryOnce(now, record, event, index);
    case "task.blocked":
      return [{ type: "task.unblocked", task: event.task }];
    case "task.logged":
    case "entry.added":
      return [{ type: "entry.retracted", entry: `${record.id}.${index}` }];
    case "confidence.recorded":
      return confidenceBefore(before, event);
    case "waiver.given":
      return [{ type: "waiver.withdrawn", waiver: `${record.id}.${index}` }];
    case "lane.created":
      return [{ type: "lane.cancelled", lane: event.lane, why: "its making was undone" }];
    default:
      return "impossible";
  }
}

/** `implemented` and `done` of one record go back together. */
function retryOnce(
  now: PlanState,
  record: PlacedRecord,
  event: PlanEventOf<"task.implemented"> | PlanEventOf<"task.done"> | PlanEventOf<"task.failed">,
  index: number,
): Opposite {
  const isLast = !record.events.slice(index + 1).some((later) => later["task"] === event.task);
  return isLast && now.tasks.get(event.task as TaskUid)?.status !== "todo" ? [{ type: "task.retried", task: event.task }] : [];
}

const pick = <T extends object>(from: T, fields: readonly string[]): Partial<T> =>
  Object.fromEntries(Object.entries(from).filter(([field]) => fields.includes(field))) as Partial<T>;

function nextBefore(before: PlanState): Opposite {
  if (before.nextAction === undefined) return [{ type: "next.cleared" }];
  const { what, file } = before.nextAction;
  return [{ type: "next.recorded", what, ...(file === undefined ? {} : { file }) }];
}

const CLEARED_BY_UNDO = ["description", "kind", "agent", "promptPrefix", "model"] as const;

function taskBefore(
  before: PlanState,
  event: PlanEventOf<"task.edited"> | PlanEventOf<"task.reparented"> | PlanEventOf<"task.reordered">,
): Opposite {
  const task: Task | undefined = before.tasks.get(event.task as TaskUid);
  if (task === undefined) return "impossible";
  const about = { task: task.uid };
  if (event.type === "task.reparented") return [{ type: event.type, ...about, parents: task.parents }];
  if (event.type === "task.reordered") return [{ type: event.type, ...about, priority: task.priority, order: task.order }];
  const given = Object.keys(event).concat(event.cleared ?? []);
  const { title, description, kind, priority, touches, agent, promptPrefix, model, outputPaths } = task;
  const old = { title, description, kind, priority, touches, agent, promptPrefix, model, outputPaths };
  const steps = given.includes("steps") ? { steps: task.steps.map(({ text }) => text) } : {};
  const values = Object.fromEntries(Object.entries(pick(old, given)).filter(([, value]) => value !== undefined));
  const cleared = CLEARED_BY_UNDO.filter((field) => given.includes(field) && task[field] === undefined);
  return [{ type: "task.edited", ...about, ...values, ...steps, ...(cleared.length === 0 ? {} : { cleared }) }];
}

function confidenceBefore(before: PlanState, event: PlanEventOf<"confidence.recorded">): Opposite {
  const old = event.task === undefined ? before.confidence : before.tasks.get(event.task as TaskUid)?.confidence;
  if (old === undefined) return "impossible";
  return [{ ...event, score: old.score, why: old.why }];
}
