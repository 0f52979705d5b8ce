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
]);

const OF_A_PERSON: ReadonlySet<PlanEventType> = new Set([
  "waiver.given",
  "waiver.withdrawn",
  "confidence.waived",
  "conflict.settled",
]);

const isLane = (type: string): boolean => type.startsWith("lane.");

/** Whether a record is a person's act. */
export const isPersons = (by: Author): boolean => typeof by.person === "string" && by.person !== "";

/** The roles of design.md §5. `confidence.recorded` about a task in hand is checked with the task. */
export function permit(event: PlanEvent, by: Author): Refusal | undefined {
  if (OF_A_PERSON.has(event.type)) {
    if (isPersons(by)) return undefined;
    return refuse("needs-a-person", `${event.type} takes a person`, {
      hint: "ask the person to run it in a terminal of their own",
    });
  }
  if (by.role === "writer" || by.role === "person") return undefined;
  const isKnown = by.role === "observer" || by.role === "worker";
  if (isKnown && isLane(event.type) && event.type !== "lane.promoted") return undefined;
  if (by.role === "worker" && (OF_ONE_TASK.has(event.type) || isAboutTask(event))) return undefined;
  const what = by.role === "worker" ? "a worker may write the task it holds only" : "an observer may use lanes only";
  return refuse("not-writer", `${by.session} cannot write ${event.type}: ${what}`, {
    hint: "holdfast session bind --steal, once the person agrees",
  });
}

const isAboutTask = (event: PlanEvent): boolean => event.type === "confidence.recorded" && event.task !== undefined;
