import type { PlanEvent, PlanEventType } from "../events.ts";
import type { Author } from "../record.ts";
import { refuse, type Refusal } from "../refusal.ts";

/** What the holder of a claim may write besides the claim itself: that task, and nothing else of the plan. */
const OF_ONE_TASK: ReadonlySet<PlanEventType> = new Set([
  "task.claimed",
  "task.released",
  "task.started",
  "task.step-done",
  "task.step-reopened",
  "task.implemented",
  "task.done",
  "task.blocked",
  "task.failed",
  "task.output-added",
  "task.logged",
  // Holdfast saw it; by whom it was asked to look does not matter.
  "evidence.recorded",
  "check.observed",
  // What is arithmetic is nobody's privilege.
  "wave.passed",
]);

const OF_A_PERSON: ReadonlyMap<string, string> = new Map<PlanEventType, string>([
  ["waiver.given", "a waiver"],
  ["waiver.withdrawn", "taking back a waiver"],
  ["plan.approved", "approving a plan"],
  ["check.accepted", "accepting what a check runs"],
  ["proposal.settled", "settling a proposal"],
  ["confidence.waived", "waiving low confidence"],
  ["acceptance.signed-off", "signing an acceptance criterion off"],
  ["conflict.settled", "settling a conflict"],
  ["review.waived", "waiving a review"],
]);

const isReview = (type: string): boolean => type.startsWith("review.");

const isLane = (type: string): boolean => type.startsWith("lane.");

/** Whether a record is a person's act. */
export const isPersons = (by: Author): boolean => typeof by.person === "string" && by.person !== "";

/** The roles of design.md §5. `confidence.recorded` about a task in hand is checked with the task. */
export function permit(event: PlanEvent, by: Author): Refusal | undefined {
  const act = OF_A_PERSON.get(event.type);
  if (act !== undefined) {
    if (isPersons(by)) return undefined;
    return refuse("needs-a-person", `${act} takes a person`, {
      hint: "ask the person to run it in a terminal of their own",
    });
  }
  if (by.role === "writer" || by.role === "person") return undefined;
  const isKnown = by.role === "observer" || by.role === "worker";
  // Whose attempt it is decides who may not review it.
  if (isKnown && isReview(event.type)) return undefined;
  if (isKnown && isLane(event.type) && event.type !== "lane.promoted") return undefined;
  if (by.role === "worker" && (OF_ONE_TASK.has(event.type) || isAboutTask(event))) return undefined;
  const what =
    by.role === "worker" ? "it may write the task it holds, lanes and reviews" : "an observer may use lanes and review";
  return refuse("not-writer", `${by.session} is not the plan's writer: ${what}`, {
    hint: by.session.startsWith("shell:")
      ? "holdfast session list names the writer; --session <host>:<id> says that you are it"
      : "holdfast session steal, once the person agrees",
  });
}

const isAboutTask = (event: PlanEvent): boolean => event.type === "confidence.recorded" && event.task !== undefined;
