import {
  isBlockingFinding,
  lastRound,
  NO_REVIEWS,
  reviewedAttempt,
  reviewersOf,
  reviewStanding,
  uniqueReviewers,
  type ReviewFinding,
} from "../../../plan/reviews.ts";
import type { PlanState, Task } from "../../../plan/state.ts";

/** The reviews of a task, or of the plan as a whole, as lists and answers have them under --json. */
export function rowOf(state: PlanState, task: Task | undefined) {
  const reviews = (task ?? state).reviews ?? NO_REVIEWS;
  const attempt = task === undefined ? undefined : reviewedAttempt(task);
  const now = attempt === undefined ? {} : { attempt: attempt.fence };
  const names =
    task === undefined ? uniqueReviewers(reviews.rounds.map((one) => one.reviewer)) : reviewersOf(state, task);
  return {
    task: task?.id ?? null,
    reviewers: names.map((reviewer) => {
      const standing = reviewStanding(reviews, reviewer, now, state.blocks);
      const { why, at, session, person } = lastRound(reviews, reviewer) ?? {};
      return { reviewer, standing, why: why ?? null, at: at ?? null, by: person ?? session ?? null };
    }),
    findings: reviews.findings.map((finding) => findingRow(state, finding)),
    failedRounds: reviews.failed,
  };
}

export function findingRow(state: PlanState, finding: ReviewFinding) {
  const { uid: _, stamp: _stamp, file, line, attempt, ...rest } = finding;
  const isBlocking = isBlockingFinding(finding, state.blocks);
  return { ...rest, file: file ?? null, line: line ?? null, attempt: attempt ?? null, isBlocking };
}
