import { changedParts, lastEvidence } from "../plan/checks.ts";
import { needsDecision, type Reviews } from "../plan/reviews.ts";
import { CRASH_RETRIES, type Conflict, type PlanState, type Task } from "../plan/state.ts";
import * as commands from "./commands.ts";
import { neutralizeLine } from "./neutralize.ts";
import { openConflicts, type Survey } from "./survey.ts";

/** Something that only a person can settle. */
export interface PersonNeed {
  readonly kind: "confidence" | "conflict" | "crash" | "review" | "check" | "plan";
  /** Display id of the task it is about. */
  readonly task?: string;
  readonly text: string;
  /** Shows it, or moves it. */
  readonly command: string;
}

/** All that waits for a person: what holds up most comes first. */
export function listPersonNeeds(state: PlanState, survey: Survey): readonly PersonNeed[] {
  return [
    ...planNeeds(state),
    ...openConflicts(state).map((conflict) => conflictNeed(state, conflict)),
    ...crashes(survey),
    ...failedRounds(state, survey),
    ...proposals(state),
    ...doubts(survey),
  ];
}

function planNeeds(state: PlanState): readonly PersonNeed[] {
  const needs: PersonNeed[] = [];
  if (state.status === "paused" || state.status === "blocked") {
    const blocker = state.status === "blocked" ? state.blockers.at(-1) : undefined;
    const why = blocker === undefined ? "" : `: ${neutralizeLine(`${blocker.why} → ${blocker.resolve}`, 120)}`;
    needs.push({ kind: "plan", text: `the plan is ${state.status}${why}`, command: commands.planResume });
  }
  const { confidence } = state;
  if (confidence !== undefined && confidence.score < 4 && confidence.waived === undefined) {
    const text = `the plan has confidence ${confidence.score}/5: ${neutralizeLine(confidence.why, 120)}`;
    needs.push({ kind: "plan", text, command: commands.doubts });
  }
  return needs;
}

function conflictNeed(state: PlanState, conflict: Conflict): PersonNeed {
  const task = conflict.task === undefined ? undefined : state.tasks.get(conflict.task);
  return {
    kind: "conflict",
    ...(task === undefined ? {} : { task: nameOf(task) }),
    text: neutralizeLine(conflict.message, 160),
    command: commands.conflictList,
  };
}

const crashes = (survey: Survey): readonly PersonNeed[] =>
  survey.failed
    .filter((task) => (task.crashes ?? 0) > CRASH_RETRIES)
    .map((task) => ({
      kind: "crash",
      task: nameOf(task),
      text: `its attempts crashed ${task.crashes} times: ${neutralizeLine(task.failure?.why ?? "", 120)}`,
      command: commands.retry(nameOf(task)),
    }));

/** Fix once more, waive or give up: nobody but a person says which. */
function failedRounds(state: PlanState, { contested }: Survey): readonly PersonNeed[] {
  const text = (reviews: Reviews | undefined): string =>
    `reviewed and blocked ${reviews?.failed ?? 0} times: fix, waive or give up`;
  const ofPlan: readonly PersonNeed[] = needsDecision(state.reviews)
    ? [{ kind: "review", text: `the plan was ${text(state.reviews)}`, command: commands.reviewList("plan") }]
    : [];
  return [
    ...ofPlan,
    ...contested.map((task): PersonNeed => {
      const id = nameOf(task);
      return { kind: "review", task: id, text: text(task.reviews), command: commands.reviewList(id) };
    }),
  ];
}

/** Weaker forms of checks that a person approved, and approved checks that ran something else. */
const proposals = (state: PlanState): readonly PersonNeed[] => [
  ...state.proposals.map(({ check, change, why }): PersonNeed => {
    const what = change === undefined ? "that it is dropped" : `a weaker form (${Object.keys(change).join(", ")})`;
    const text = `${check}: ${what} is proposed${why === undefined ? "" : `: ${why}`}`;
    return { kind: "check", text: neutralizeLine(text, 160), command: commands.acceptCheck(check) };
  }),
  ...state.checks.flatMap((check): readonly PersonNeed[] => {
    const parts = lastEvidence(check)?.outcome === "passed" ? changedParts(check) : [];
    if (parts.length === 0) return [];
    const text = neutralizeLine(`${check.id} ran something else than was approved: ${parts.join(", ")}`, 160);
    return [{ kind: "check", text, command: commands.acceptCheck(check.id) }];
  }),
];

const doubts = (survey: Survey): readonly PersonNeed[] =>
  survey.doubtful.map((task) => ({
    kind: "confidence",
    task: nameOf(task),
    text: `confidence ${task.confidence?.score}/5: ${neutralizeLine(task.confidence?.why ?? "", 120)}`,
    command: commands.showTask(nameOf(task)),
  }));

/** A task's id, fit for a line. */
export const nameOf = (task: Task): string => neutralizeLine(task.id, 64);
