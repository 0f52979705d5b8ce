import { renewCriteria } from "./criteria.ts";
import { stampOf } from "./draft.ts";
import { readEvent, type PlanEvent, type PlanEventOf } from "./events.ts";
import { phasesIn } from "./evolve/plan-fields.ts";
import { laneById } from "./graph.ts";
import type { PlacedRecord } from "./record.ts";
import { refuse, type Refusal } from "./refusal.ts";
import type { PlanState, TaskUid } from "./state.ts";
import { addingBefore, CHANGED_SINCE, taskBefore, type Opposite, type Undoing } from "./undo-task.ts";

/**
 * The events that take a record back, last first: nothing is erased, the opposite is written after it. Fields get the
 * values that they had; work that had moved on goes back to todo. What was changed again since is left alone.
 * `before` is the state that the record met, `now` the present one. Waivers are taken back only by a person.
 */
export function invertRecord(
  before: PlanState,
  now: PlanState,
  record: PlacedRecord,
): { readonly events: readonly PlanEvent[] } | { readonly refusal: Refusal } {
  const undoing: Undoing = { before, now, record, stamp: stampOf(record.clone, record.ordinal) };
  const inverse: PlanEvent[] = [];
  for (const [index, entry] of [...record.events.entries()].toReversed()) {
    const read = readEvent(entry);
    if ("unknown" in read || "misshapen" in read) continue;
    const opposite = invert(undoing, read.event, index);
    if ("because" in opposite) {
      return {
        refusal: refuse("cannot-undo", `${read.event.type} cannot be taken back: ${opposite.because}`, {
          hint: opposite.hint ?? "write what should hold now instead",
        }),
      };
    }
    inverse.push(...opposite);
  }
  return { events: [...inverse, ...doneAgain(undoing, inverse)] };
}

const NO_OPPOSITE = { because: "it has no opposite" } as const;

function invert(undoing: Undoing, event: PlanEvent, index: number): Opposite {
  const { before, record } = undoing;
  switch (event.type) {
    case "plan.edited":
      return settingsBefore(undoing, event);
    case "brief.edited":
      return briefBefore(undoing, event);
    case "plan.paused":
    case "plan.resumed":
    case "plan.blocked":
    case "plan.done":
    case "plan.aborted":
    case "plan.archived":
      return statusBefore(undoing);
    case "phase.entered":
    case "phase.edited":
      return phasesBefore(undoing, event);
    case "next.recorded":
    case "next.cleared":
      return isOurs(undoing, "nextAction") ? nextBefore(before) : CHANGED_SINCE;
    case "task.added":
      return addingBefore(undoing, `${record.id}.${index}` as TaskUid);
    case "task.claimed":
      if (event.takeOver !== undefined) return { because: "the holder before was told that it lost the task" };
      return [{ type: "task.released", task: event.task, fence: record.id }];
    case "task.logged":
    case "entry.added":
      return [{ type: "entry.retracted", entry: `${record.id}.${index}` }];
    case "confidence.recorded":
      return confidenceBefore(undoing, event);
    case "waiver.given":
      return [{ type: "waiver.withdrawn", waiver: `${record.id}.${index}` }];
    case "lane.created":
      if (laneById(before.lanes, event.lane) === undefined)
        return [{ type: "lane.cancelled", lane: event.lane, why: "its making was undone" }];
      return NO_OPPOSITE;
    case "task.edited":
    case "task.reparented":
    case "task.reordered":
    case "task.dropped":
    case "task.restored":
    case "task.started":
    case "task.step-done":
    case "task.step-reopened":
    case "task.implemented":
    case "task.done":
    case "task.failed":
    case "task.blocked":
      return taskBefore(undoing, event, index);
    case "wave.passed":
    case "plan.created":
    case "plan.renamed":
    case "plan.reopened":
    case "plan.rescued":
    case "task.rescued":
    case "task.released":
    case "task.unblocked":
    case "task.retried":
    case "task.output-added":
    case "entry.retracted":
    case "confidence.waived":
    case "waiver.withdrawn":
    case "acceptance.signed-off":
    case "lane.started":
    case "lane.blocked":
    case "lane.completed":
    case "lane.cancelled":
    case "lane.promoted":
    case "check.added":
    case "check.edited":
    case "check.dropped":
    case "plan.approved":
    case "check.accepted":
    case "check.proposed":
    case "proposal.settled":
    case "check.observed":
    case "evidence.recorded":
    case "review.requested":
    case "review.reported":
    case "review.failed":
    case "review.assessed":
    case "review.waived":
    case "conflict.settled":
      return NO_OPPOSITE;
    default: {
      const never: never = event;
      return never;
    }
  }
}

/** Whether a field of the plan still has the value that the record gave it. */
const isOurs = ({ now, stamp }: Undoing, field: string): boolean => now.stamps[field] === stamp;

function settingsBefore(undoing: Undoing, event: PlanEventOf<"plan.edited">): Opposite {
  const { title, type, onBlocked, leaseMs, repos, pace, level, blocks, reviewers } = undoing.before;
  const old = { title, planType: type, onBlocked, leaseMs, repos, pace, level, blocks, reviewers };
  const given = (Object.keys(old) as (keyof typeof old)[]).filter((field) => event[field] !== undefined);
  if (!given.every((field) => isOurs(undoing, field === "planType" ? "type" : field))) return CHANGED_SINCE;
  return [{ ...Object.fromEntries(given.map((field) => [field, old[field]])), type: event.type }];
}

function briefBefore(undoing: Undoing, event: PlanEventOf<"brief.edited">): Opposite {
  const { brief } = undoing.before;
  const given = [...Object.keys(event), ...(event.cleared ?? [])].filter(
    (field) => field !== "type" && field !== "cleared",
  );
  if (!given.every((field) => isOurs(undoing, `brief.${field}`))) return CHANGED_SINCE;
  const cleared = given.filter((field) => brief[field as keyof typeof brief] === undefined);
  const values = Object.fromEntries(Object.entries(brief).filter(([field]) => given.includes(field)));
  return [{ ...values, ...(cleared.length === 0 ? {} : { cleared }), type: event.type }];
}

function statusBefore(undoing: Undoing): Opposite {
  const { before, now } = undoing;
  if (!isOurs(undoing, "status")) return CHANGED_SINCE;
  const wasClosed = now.status === "done" || now.status === "aborted" || now.status === "archived";
  const toActive: PlanEvent = wasClosed ? { type: "plan.reopened" } : { type: "plan.resumed" };
  switch (before.status) {
    case "active":
      return now.status === "done" ? [toActive, ...phasesAs(before, phasesAgain(now))] : [toActive];
    case "paused":
      return now.status === "active" ? [{ type: "plan.paused" }] : [toActive, { type: "plan.paused" }];
    case "done":
      return [toActive, { type: "plan.done" }];
    case "aborted":
      return [toActive, { type: "plan.aborted", why: "its archiving was undone" }];
    case "blocked":
    case "verifying":
    case "archived":
    case "none":
      return { because: `nothing but a blocker makes a plan ${before.status} again` };
    default: {
      const never: never = before.status;
      return never;
    }
  }
}

/** A done plan's phases once it is active again. */
const phasesAgain = ({ phases, phase }: PlanState): PlanState["phases"] =>
  phases.map((each) =>
    each.id === phase && each.status === "complete" ? { ...each, status: "in_progress" as const } : each,
  );

/** The edits that make phases again what they were. */
const phasesAs = (before: PlanState, phases: PlanState["phases"]): readonly PlanEvent[] =>
  before.phases.flatMap((old, n): readonly PlanEvent[] => {
    if (JSON.stringify(old) === JSON.stringify(phases[n])) return [];
    const { id, title, status, doneWhen } = old;
    return [{ type: "phase.edited", phase: id, title, status, doneWhen }];
  });

function phasesBefore(undoing: Undoing, event: PlanEventOf<"phase.entered"> | PlanEventOf<"phase.edited">): Opposite {
  const { before, now } = undoing;
  for (const [n, old] of before.phases.entries()) {
    for (const field of ["title", "status", "doneWhen"] as const) {
      const isChanged = JSON.stringify(old[field]) !== JSON.stringify(now.phases[n]?.[field]);
      if (isChanged && !isOurs(undoing, `phases.${old.id}.${field}`)) return CHANGED_SINCE;
    }
  }
  if (event.type === "phase.edited") return phasesAs(before, now.phases);
  if (!isOurs(undoing, "phase")) return CHANGED_SINCE;
  return [{ type: event.type, phase: before.phase }, ...phasesAs(before, phasesIn(now.phases, before.phase))];
}

function nextBefore(before: PlanState): Opposite {
  if (before.nextAction === undefined) return [{ type: "next.cleared" }];
  const { what, file } = before.nextAction;
  return [{ type: "next.recorded", what, ...(file === undefined ? {} : { file }) }];
}

function confidenceBefore(undoing: Undoing, event: PlanEventOf<"confidence.recorded">): Opposite {
  const { before, now, stamp } = undoing;
  const uid = event.task as TaskUid | undefined;
  const old = uid === undefined ? before.confidence : before.tasks.get(uid)?.confidence;
  const stamps = uid === undefined ? now.stamps : now.tasks.get(uid)?.stamps;
  if (old === undefined || old.waived !== undefined) return { because: "only a person could say what held before" };
  if (stamps?.["confidence"] !== stamp) return CHANGED_SINCE;
  return [{ ...event, score: old.score, why: old.why }];
}

/** A plan that the record opened again by adding to it, or that taking it back opens, is done once more. */
function doneAgain({ before, now, record, stamp }: Undoing, inverse: readonly PlanEvent[]): readonly PlanEvent[] {
  if (before.status !== "done") return [];
  const addsCriterion = (event: PlanEvent): boolean =>
    event.type === "brief.edited" &&
    event.acceptance !== undefined &&
    renewCriteria(now, event.acceptance, { uid: record.id, stamp }).mintedCriteria > now.mintedCriteria;
  const reopened = now.status === "active" && now.stamps["status"] === stamp;
  const reopens = now.status === "done" && inverse.some(addsCriterion);
  return reopened || reopens ? [{ type: "plan.done" }] : [];
}
