import type { Stamp } from "./record.ts";
import { isAtLeast, type Severity } from "./severity.ts";
import type { Doubt } from "./check-state.ts";
import type { Attempt, PlanState, Task } from "./state.ts";

/** `capture-failed`: what the reviewer said could not be read; `waived`: a person does without it. */
export type ReviewState = "requested" | "reported" | "capture-failed" | "waived";
export type ReviewVerdict = "passed" | "blocked";

/** One round of one reviewer. */
export interface Review {
  /** `<record id>.<index>`. */
  readonly id: string;
  readonly reviewer: string;
  readonly state: ReviewState;
  /** The attempt that it looked at, by its fence. */
  readonly attempt?: string;
  /** Digest of what the attempt had changed when it was looked at. */
  readonly diff?: string;
  /** The reviewer's own word, where no review finding says it. */
  readonly says?: ReviewVerdict;
  /** Why it could not be read, or is done without. */
  readonly why?: string;
  /** What it was the first to find, by uid. */
  readonly findings: readonly string[];
  readonly at: number;
  readonly session: string;
  readonly person?: string;
  readonly stamp: Stamp;
  /** Why its record does not count here; never stored. */
  readonly doubt?: Doubt;
}

export type ReviewFindingStatus = "open" | "resolved" | "waived";

/** What was said of a review finding later on, by whom. */
export interface FindingAssessment {
  readonly state: "resolved" | "still-there" | "waived";
  readonly why: string;
  readonly at: number;
  readonly session: string;
  readonly person?: string;
  readonly stamp: Stamp;
}

/** Something that a reviewer found wrong. */
export interface ReviewFinding {
  /** `<record id>.<index>.<n>`: what it goes by inside. */
  readonly uid: string;
  /** `R<n>`, as people see it; never given twice. */
  readonly id: string;
  readonly reviewer: string;
  readonly severity: Severity;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly status: ReviewFindingStatus;
  readonly attempt?: string;
  readonly at: number;
  readonly session: string;
  /** When it was first resolved, whatever was said of it since. */
  readonly resolvedAt?: number;
  /** The last few, oldest first. */
  readonly assessments: readonly FindingAssessment[];
  readonly stamp: Stamp;
  /** Why what settled it does not count here; never stored. */
  readonly doubt?: Doubt;
}

/** The reviews of a task, or of the plan as a whole. */
export interface Reviews {
  /** The last few of each reviewer, oldest first. */
  readonly rounds: readonly Review[];
  /** All that are open, and the last few of the others. */
  readonly findings: readonly ReviewFinding[];
  /** How many findings that blocked were ever resolved, each counted once; absent for none. */
  readonly resolved?: number;
  /** How many attempts were reviewed and blocked. */
  readonly failed: number;
  /** The last of those. */
  readonly failedAttempt?: string;
  /** How many of those a person has answered. */
  readonly answered: number;
}

export const NO_REVIEWS: Reviews = { rounds: [], findings: [], failed: 0, answered: 0 };

/** After this many failed rounds a person is asked: fix, waive or abort. */
const FAILED_ROUNDS = 2;

/** How a reviewer stands before a gate. */
export type ReviewStanding =
  | "missing"
  | "requested"
  | "capture-failed"
  | "stale"
  | "blocked"
  | "passed"
  | "waived"
  | Doubt;

/** What a review would have to be about now. */
export interface Reviewed {
  readonly attempt?: string;
  /** Where somebody has looked. */
  readonly diff?: string;
}

/** The attempt of a task that there is something to say of: the live one, or the one that gave it its status. */
export const reviewedAttempt = (task: Pick<Task, "claim" | "status" | "attempts">): Attempt | undefined =>
  task.claim ?? (task.status === "todo" || task.status === "dropped" ? undefined : task.attempts.at(-1));

/** Under this name stands, among the digests of trees, that of what a task's attempt has changed. */
export const diffKey = (uid?: string): string => `diff:${uid ?? "plan"}`;

/** Under this name stands, among them too, why a record by which a review stands does not count here. */
export const doubtKey = (stamp: Stamp): string => `record:${stamp}`;

export const sameReviewer = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export const isBlockingFinding = ({ status, severity, doubt }: ReviewFinding, blocks: Severity): boolean =>
  (status === "open" || doubt !== undefined) && isAtLeast(severity, blocks);

export const blockingFindings = (reviews: Reviews | undefined, blocks: Severity): readonly ReviewFinding[] =>
  (reviews?.findings ?? []).filter((finding) => isBlockingFinding(finding, blocks));

/** Who has to review: the plan's roster and the task's own, and whoever was asked or had a say. Each once. */
export function reviewersOf(
  plan: Pick<PlanState, "reviewers">,
  task: Pick<Task, "reviewers" | "reviews">,
): readonly string[] {
  const asked = (task.reviews?.rounds ?? []).map(({ reviewer }) => reviewer);
  return uniqueReviewers([...plan.reviewers, ...(task.reviewers ?? []), ...asked]);
}

/** Of names that differ in case only the first. */
export function uniqueReviewers(names: readonly string[]): readonly string[] {
  const unique = new Map<string, string>();
  for (const name of names) if (!unique.has(name.toLowerCase())) unique.set(name.toLowerCase(), name);
  return [...unique.values()];
}

export const lastRound = (reviews: Reviews | undefined, reviewer: string): Review | undefined =>
  reviews?.rounds.findLast((round) => sameReviewer(round.reviewer, reviewer));

export function reviewStanding(
  reviews: Reviews | undefined,
  reviewer: string,
  now: Reviewed,
  blocks: Severity,
): ReviewStanding {
  const last = lastRound(reviews, reviewer);
  if (last === undefined) return "missing";
  if (last.doubt !== undefined) return last.doubt;
  if (last.state !== "reported") return last.state;
  if (isStale(last, now)) return "stale";
  const own = (reviews?.findings ?? []).filter((finding) => sameReviewer(finding.reviewer, reviewer));
  const isBlocked = last.says === "blocked" || own.some((finding) => isBlockingFinding(finding, blocks));
  return isBlocked ? "blocked" : "passed";
}

/**
 * It looked at something else. Another attempt begins on another tree, so that what is the same of it says nothing of
 * what came between; a merge that leaves the attempt's own changes as they are leaves the review as it is.
 */
const isStale = ({ attempt, diff }: Review, now: Reviewed): boolean =>
  attempt !== now.attempt || (diff !== undefined && now.diff !== undefined && diff !== now.diff);

/** Two rounds have failed, and no person has said what now. */
export const needsDecision = (reviews: Reviews | undefined): boolean =>
  reviews !== undefined && reviews.failed - reviews.answered >= FAILED_ROUNDS;

/** Where a review finding is, `src/a.ts:3`, unless its message says so itself. */
export function placeBeside({ file, line, message }: Pick<ReviewFinding, "file" | "line" | "message">): string {
  if (file === undefined) return "";
  const place = line === undefined ? file : `${file}:${line}`;
  return message.includes(place) ? "" : place;
}

/** The task or the plan's own reviews that hold a review finding of this id, or of this uid. */
export function findingById(
  state: Pick<PlanState, "reviews" | "tasks">,
  id: string,
): { readonly finding: ReviewFinding; readonly task?: Task } | undefined {
  const isMeant = (finding: ReviewFinding): boolean =>
    finding.uid === id || finding.id.toLowerCase() === id.toLowerCase();
  const ofPlan = state.reviews?.findings.find(isMeant);
  if (ofPlan !== undefined) return { finding: ofPlan };
  for (const task of state.tasks.values()) {
    const finding = task.reviews?.findings.find(isMeant);
    if (finding !== undefined) return { finding, task };
  }
  return undefined;
}

/** Whether a session is the one that held an attempt, or one that a subagent of it cannot be told from. */
export function isOwnAttempt(
  attempt: Pick<Attempt, "session" | "worker">,
  by: { readonly session: string; readonly worker?: string },
): boolean {
  if (by.worker !== undefined && by.worker === attempt.worker) return true;
  return attempt.session === by.session || attempt.session.startsWith(`${by.session}+`);
}
