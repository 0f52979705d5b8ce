import type { AssessmentInput, CommandOf } from "../commands.ts";
import { refuse } from "../refusal.ts";
import {
  blockingFindings,
  diffKey,
  NO_REVIEWS,
  reviewedAttempt,
  reviewersOf,
  reviewStanding,
  uniqueReviewers,
  type Reviews,
} from "../reviews.ts";
import type { PlanState, Task } from "../state.ts";
import { advise, deny, events, type Decision } from "./decision.ts";
import { findCriterion, findFinding, findTask, type Found } from "./find.ts";

/** What a command reviews, and the fields by which an event names it. */
interface Subject {
  readonly name: string;
  readonly reviews: Reviews;
  readonly task?: Task;
  readonly about: { readonly task?: string; readonly attempt?: string };
}

function subjectOf(state: PlanState, id: string | undefined, attempt?: string): Found<Subject> {
  if (id === undefined) return { found: { name: state.slug, reviews: state.reviews ?? NO_REVIEWS, about: {} } };
  const task = findTask(state, id);
  if ("refusal" in task) return task;
  // Named, so that a review which meets a newer attempt in a race is not taken for one of that.
  const fence = attempt ?? reviewedAttempt(task.found)?.fence;
  const about = { task: task.found.uid, ...(fence === undefined ? {} : { attempt: fence }) };
  return { found: { name: task.found.id, reviews: task.found.reviews ?? NO_REVIEWS, task: task.found, about } };
}

export function requestReviews(state: PlanState, command: CommandOf<"request-reviews">): Decision {
  const subject = subjectOf(state, command.id, command.attempt);
  if ("refusal" in subject) return subject;
  const { name, reviews, task, about } = subject.found;
  const roster = task === undefined ? asked(reviews) : reviewersOf(state, task);
  const named = command.reviewers ?? [];
  const all = named.length > 0 ? named : roster;
  if (all.length === 0) {
    return deny(
      refuse("no-reviewers", `nobody is named to review ${name}`, {
        hint: `holdfast review request ${task?.id ?? "plan"} --reviewer <name>`,
      }),
    );
  }
  const diff = command.trees?.[diffKey(task?.uid)];
  const now = {
    ...(about.attempt === undefined ? {} : { attempt: about.attempt }),
    ...(diff === undefined ? {} : { diff }),
  };
  const stands = (reviewer: string): boolean =>
    ["passed", "waived"].includes(reviewStanding(reviews, reviewer, now, state.blocks));
  const reviewers = command.again === true ? all.filter((reviewer) => !stands(reviewer)) : all;
  if (reviewers.length === 0) return advise(`every review of ${name} stands`);
  return events({ type: "review.requested", ...about, reviewers });
}

const asked = ({ rounds }: Reviews): readonly string[] => uniqueReviewers(rounds.map(({ reviewer }) => reviewer));

export function reportReview(state: PlanState, command: CommandOf<"report-review">): Decision {
  const subject = subjectOf(state, command.id, command.attempt);
  if ("refusal" in subject) return subject;
  const { reviewer, verdict, findings, assessments = [], criteria = [], diff, format } = command;
  const assessed = nameFindings(state, subject.found, assessments);
  if ("refusal" in assessed) return assessed;
  const judged: object[] = [];
  for (const { criterion, ...said } of criteria) {
    const known = findCriterion(state, criterion);
    if ("refusal" in known) return known;
    judged.push({ why: "", ...said, criterion: known.found.uid });
  }
  return events({
    type: "review.reported",
    ...subject.found.about,
    reviewer,
    ...(verdict === undefined ? {} : { verdict }),
    findings: findings.map((finding) => ({ ...finding })),
    ...(assessed.found.length === 0 ? {} : { assessments: assessed.found }),
    ...(judged.length === 0 ? {} : { criteria: judged }),
    ...(diff === undefined ? {} : { diff }),
    ...(format === undefined ? {} : { format }),
  });
}

/** Assessments with findings by uid; one about something else than what is reviewed is a mistake. */
function nameFindings(
  state: PlanState,
  { name, task }: Subject,
  assessments: readonly AssessmentInput[],
): Found<readonly object[]> {
  const named: object[] = [];
  for (const { finding, state: became, why = "" } of assessments) {
    const known = findFinding(state, finding);
    if ("refusal" in known) return known;
    if (known.found.task?.uid !== task?.uid) {
      const about = known.found.task?.id ?? "the plan";
      return {
        refusal: refuse("no-such-finding", `${known.found.finding.id} is a review finding of ${about}, not of ${name}`),
      };
    }
    named.push({ finding: known.found.finding.uid, state: became, why });
  }
  return { found: named };
}

export function failReview(state: PlanState, { id, attempt, reviewer, why }: CommandOf<"fail-review">): Decision {
  const subject = subjectOf(state, id, attempt);
  if ("refusal" in subject) return subject;
  return events({ type: "review.failed", ...subject.found.about, reviewer, why });
}

export function assessFinding(state: PlanState, command: CommandOf<"assess-finding">): Decision {
  const known = findFinding(state, command.finding);
  if ("refusal" in known) return known;
  const { finding, task } = known.found;
  const { state: became, why } = command;
  if (finding.status === "resolved" && became === "resolved") return advise(`${finding.id} is resolved already`);
  const about = task === undefined ? {} : { task: task.uid };
  return events({ type: "review.assessed", ...about, finding: finding.uid, state: became, why });
}

export function waiveFinding(state: PlanState, { finding: id, why }: CommandOf<"waive-finding">): Decision {
  const known = findFinding(state, id);
  if ("refusal" in known) return known;
  const { finding, task } = known.found;
  if (finding.status !== "open") return advise(`${finding.id} is ${finding.status} already`);
  const about = task === undefined ? {} : { task: task.uid };
  return events({ type: "review.waived", ...about, finding: finding.uid, why });
}

export function waiveReviewer(state: PlanState, { id, reviewer, why }: CommandOf<"waive-reviewer">): Decision {
  const subject = subjectOf(state, id);
  if ("refusal" in subject) return subject;
  const { reviews, name, task } = subject.found;
  const open = blockingFindings(reviews, state.blocks).find((finding) => finding.reviewer === reviewer);
  const about = task === undefined ? {} : { task: task.uid };
  const waived: Decision = events({ type: "review.waived", ...about, reviewer, why });
  if (open === undefined || "refusal" in waived) return waived;
  return { ...waived, advice: `${open.id} of ${name} is still open: waive it too, or have it fixed` };
}
