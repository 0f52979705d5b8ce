import { Draft } from "../draft.ts";
import { readEvent, type PlanEvent } from "../events.ts";
import type { PlacedRecord } from "../record.ts";
import type { Applied, Reducer } from "../reducer.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { emptyPlan, isBeforeCriteria, restoreSnapshot, snapshotTask, snapshotWithoutTasks } from "../snapshot.ts";
import type { PlanState, Spill, Task } from "../state.ts";
import { acceptCheck, approvePlan, proposeChange, settleProposal } from "./approval.ts";
import { signOff } from "./acceptance.ts";
import { addCheck, dropCheck, editCheck, recordEvidence, recordObserved } from "./checks.ts";
import { createLane, moveLane } from "./lanes.ts";
import { addEntry, giveWaiver, retractEntry, settleConflict, withdrawWaiver } from "./notes.ts";
import { passWave } from "./pass-wave.ts";
import { permit } from "./permission.ts";
import { createPlan, movePlan, renamePlan } from "./plan-events.ts";
import { clearNext, editBrief, editPhase, editPlan, enterPhase, recordNext } from "./plan-fields.ts";
import { rescuePlan, rescueTask } from "./rescue.ts";
import { assessFinding, failReview, reportReview, requestReviews, waiveReview } from "./reviews.ts";
import {
  blockTask,
  claimTask,
  failTask,
  finishTask,
  implementTask,
  releaseTask,
  retryTask,
  startTask,
  tickStep,
  unblockTask,
} from "./task-attempt.ts";
import { addOutput, logTask, recordConfidence, waiveConfidence } from "./task-notes.ts";
import { editTask, reorderTask, reparentTask } from "./task-edit.ts";
import { addTask, dropTask, restoreTask } from "./task-structure.ts";
import { wayBack } from "./plan-status.ts";

/**
 * What a record makes of a plan: all of it or nothing. Total: any record is either applied or refused.
 * A refusal whose cause the writer could not know of, because it came from another clone, is listed as a conflict.
 */
export function evolve(state: PlanState, record: PlacedRecord): Applied<PlanState, Spill> {
  const tried = tryRecord(state, record);
  if ("draft" in tried) {
    if (tried.applied === 0) return { state };
    return { state: tried.draft.commit(), spills: tried.draft.spills };
  }
  const { refusal, event } = tried;
  const draft = new Draft(state, record);
  // What a session elsewhere ran, and nobody asked it to, is nothing for a person to settle.
  const isWanted = event !== undefined && event.type !== "check.observed";
  const cause = isWanted ? draft.unforeseen(refusal.cause) : undefined;
  if (cause === undefined) return { state, refusal };
  const task = event !== undefined && "task" in event && typeof event.task === "string" ? event.task : undefined;
  const known = task === undefined ? undefined : state.tasks.get(task as never);
  draft.addConflict({
    kind: "refused",
    ...(known === undefined ? {} : { task: known.uid }),
    kept: { stamp: cause },
    lost: { stamp: draft.stamp, value: record.events.map(({ type }) => type).join(", ") },
    message: `written in another copy of the plan, and refused in the merge: ${refusal.message}`,
  });
  draft.tell("conflict.listed", known?.id, refusal.message);
  return { state: draft.commit(), refusal };
}

type Tried =
  | { readonly draft: Draft; readonly applied: number }
  /** With the event, where it was the state that refused it. */
  | { readonly refusal: Refusal; readonly event?: PlanEvent };

/** Runs a record dry: the state is left as it is. */
export function tryRecord(state: PlanState, record: PlacedRecord): Tried {
  const draft = new Draft(state, record);
  let applied = 0;
  for (const [index, entry] of record.events.entries()) {
    const read = readEvent(entry);
    if ("unknown" in read) continue;
    if ("misshapen" in read) {
      return {
        refusal: refuse("malformed-event", `${entry.type}: its ${read.misshapen} is missing or of another type`),
      };
    }
    const { event } = read;
    const denied = permit(event, record.by);
    if (denied !== undefined) return { refusal: denied };
    const refusal = notBegun(draft, event) ?? apply(draft, event, index);
    if (refusal !== undefined) return { refusal, event };
    applied += 1;
  }
  return { draft, applied };
}

/** Nothing happens to a plan that does not exist, and little to one that was put away. */
function notBegun(draft: Draft, event: PlanEvent): Refusal | undefined {
  const { status, slug } = draft.plan;
  if (status === "none" && event.type !== "plan.created" && event.type !== "plan.rescued") {
    return refuse("no-such-plan", "the plan does not exist yet", { hint: "holdfast plan new" });
  }
  if ((status === "archived" || status === "aborted") && !STILL_ALLOWED.has(event.type)) {
    return refuse("plan-closed", `${slug} is ${status}`, {
      hint: wayBack(draft.plan),
      ...(draft.plan.stamps["status"] === undefined ? {} : { cause: draft.plan.stamps["status"] }),
    });
  }
  return undefined;
}

const STILL_ALLOWED: ReadonlySet<string> = new Set([
  "plan.created",
  "plan.rescued",
  "plan.reopened",
  "plan.archived",
  "plan.aborted",
  "plan.renamed",
  "entry.added",
  "entry.retracted",
  "conflict.settled",
  "waiver.given",
]);

function apply(draft: Draft, event: PlanEvent, index: number): Refusal | undefined {
  switch (event.type) {
    case "plan.created":
      return createPlan(draft, event);
    case "plan.edited":
      return editPlan(draft, event);
    case "plan.renamed":
      return renamePlan(draft, event);
    case "plan.paused":
    case "plan.resumed":
    case "plan.blocked":
    case "plan.done":
    case "plan.aborted":
    case "plan.archived":
    case "plan.reopened":
      return movePlan(draft, event);
    case "wave.passed":
      return passWave(draft, event);
    case "plan.rescued":
      return rescuePlan(draft, event);
    case "brief.edited":
      return editBrief(draft, event, index);
    case "acceptance.signed-off":
      return signOff(draft, event);
    case "phase.entered":
      return enterPhase(draft, event);
    case "phase.edited":
      return editPhase(draft, event);
    case "next.recorded":
      return recordNext(draft, event);
    case "next.cleared":
      return clearNext(draft, event);
    case "task.added":
      return addTask(draft, event, index);
    case "task.rescued":
      return rescueTask(draft, event);
    case "task.edited":
      return editTask(draft, event);
    case "task.reparented":
      return reparentTask(draft, event);
    case "task.reordered":
      return reorderTask(draft, event);
    case "task.dropped":
      return dropTask(draft, event);
    case "task.restored":
      return restoreTask(draft, event);
    case "task.claimed":
      return claimTask(draft, event);
    case "task.released":
      return releaseTask(draft, event);
    case "task.started":
      return startTask(draft, event);
    case "task.step-done":
    case "task.step-reopened":
      return tickStep(draft, event);
    case "task.implemented":
      return implementTask(draft, event);
    case "task.done":
      return finishTask(draft, event);
    case "task.blocked":
      return blockTask(draft, event);
    case "task.unblocked":
      return unblockTask(draft, event);
    case "task.failed":
      return failTask(draft, event);
    case "task.retried":
      return retryTask(draft, event);
    case "task.output-added":
      return addOutput(draft, event);
    case "task.logged":
      return logTask(draft, event, index);
    case "entry.added":
      return addEntry(draft, event, index);
    case "entry.retracted":
      return retractEntry(draft, event, index);
    case "confidence.recorded":
      return recordConfidence(draft, event, index);
    case "confidence.waived":
      return waiveConfidence(draft, event);
    case "waiver.given":
      return giveWaiver(draft, event, index);
    case "waiver.withdrawn":
      return withdrawWaiver(draft, event);
    case "lane.created":
      return createLane(draft, event);
    case "lane.started":
    case "lane.blocked":
    case "lane.completed":
    case "lane.cancelled":
    case "lane.promoted":
      return moveLane(draft, event, index);
    case "check.added":
      return addCheck(draft, event);
    case "check.edited":
      return editCheck(draft, event);
    case "check.dropped":
      return dropCheck(draft, event);
    case "plan.approved":
      return approvePlan(draft, event);
    case "check.accepted":
      return acceptCheck(draft, event);
    case "check.proposed":
      return proposeChange(draft, event, index);
    case "proposal.settled":
      return settleProposal(draft, event);
    case "evidence.recorded":
      return recordEvidence(draft, event, index);
    case "check.observed":
      return recordObserved(draft, event, index);
    case "review.requested":
      return requestReviews(draft, event, index);
    case "review.reported":
      return reportReview(draft, event, index);
    case "review.failed":
      return failReview(draft, event, index);
    case "review.assessed":
      return assessFinding(draft, event);
    case "review.waived":
      return waiveReview(draft, event, index);
    case "conflict.settled":
      return settleConflict(draft, event);
    default: {
      const never: never = event;
      return never;
    }
  }
}

/** What a plan's journal means. */
export const planReducer: Reducer<PlanState, Spill> = {
  initial: emptyPlan,
  apply: evolve,
  snapshot: snapshotWithoutTasks,
  lists: (state) => ({ tasks: { items: state.tasks.values(), toJson: (task: Task) => snapshotTask(state, task) } }),
  restore: (value, isOwn) => (isBeforeCriteria(value) ? undefined : restoreSnapshot(value, isOwn)),
};
