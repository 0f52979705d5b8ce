import { counted } from "../counted.ts";
import type { Draft } from "../draft.ts";
import type { PlanEventOf } from "../events.ts";
import { describeTask } from "../graph.ts";
import { validateId } from "../names.ts";
import { omit } from "../omit.ts";
import { refuse, type Refusal } from "../refusal.ts";
import {
  blockingFindings,
  isBlockingFinding,
  isOwnAttempt,
  NO_REVIEWS,
  reviewedAttempt,
  sameReviewer,
  uniqueReviewers,
  type FindingAssessment,
  type Review,
  type ReviewFinding,
  type Reviews,
} from "../reviews.ts";
import { isAtLeast, isSeverity, type Severity } from "../severity.ts";
import { isObject } from "../shape.ts";
import type { Attempt, Task, TaskUid } from "../state.ts";
import { causeOf } from "./holder.ts";
import { judgeCriteria } from "./acceptance.ts";
import { isPersons } from "./permission.ts";
import { noTask, reopenPlan, reopenTask } from "./task-structure.ts";

const KEPT_ROUNDS = 4;
const KEPT_CLOSED = 20;
const KEPT_ASSESSMENTS = 6;
const MAX_REVIEWERS = 32;
const MAX_FINDINGS = 200;
const MAX_OPEN = 1000;
const MAX_MESSAGE = 4000;

/** What is reviewed: a task's attempt, or the plan as a whole. */
interface Subject {
  readonly name: string;
  readonly reviews: Reviews;
  readonly task?: Task;
  /** The attempt that the event is about. */
  readonly attempt?: Attempt;
}

type ReviewEvent =
  | PlanEventOf<"review.requested">
  | PlanEventOf<"review.reported">
  | PlanEventOf<"review.failed">
  | PlanEventOf<"review.assessed">
  | PlanEventOf<"review.waived">;

function subjectOf(draft: Draft, event: ReviewEvent): Subject | { readonly refusal: Refusal } {
  const { plan } = draft;
  if (event.task === undefined) return { name: plan.slug, reviews: plan.reviews ?? NO_REVIEWS };
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return { refusal: noTask(event.task) };
  const reviews = task.reviews ?? NO_REVIEWS;
  const named = "attempt" in event ? event.attempt : undefined;
  const known = [task.claim, task.rival, ...task.attempts].find((attempt) => attempt?.fence === named);
  const attempt = named === undefined ? reviewedAttempt(task) : known;
  if (named !== undefined && attempt === undefined) {
    return {
      refusal: refuse(
        "stale-fence",
        `${task.id} has no attempt ${named.slice(0, 80)} that is remembered`,
        causeOf(task),
      ),
    };
  }
  return { name: task.id, reviews, task, ...(attempt === undefined ? {} : { attempt }) };
}

/** Nothing is to be said of work that nobody has begun. */
function whyNothing({ task, attempt }: Subject): Refusal | undefined {
  if (task === undefined || attempt !== undefined) return undefined;
  return refuse("nothing-to-review", `${describeTask(task)}: there is no work of it to review`, {
    hint: `holdfast task show ${task.id}`,
    ...causeOf(task),
  });
}

/** Nobody reviews their own attempt, whatever name they do it by. */
function whyOwn(draft: Draft, { task, attempt }: Subject): Refusal | undefined {
  const { by } = draft.record;
  if (task === undefined || isPersons(by)) return undefined;
  const worker = typeof by.worker === "string" ? { worker: by.worker } : {};
  // What is to be done again is still the work of whoever did it last.
  const own = [attempt, task.claim ?? task.attempts.at(-1)].find(
    (one) => one !== undefined && isOwnAttempt(one, { session: by.session, ...worker }),
  );
  if (own === undefined) return undefined;
  const whose = own.session === by.session ? "its own" : `that of ${own.session}, which it cannot be told from`;
  return refuse("own-review", `${by.session} cannot review attempt ${own.number} of ${task.id}: it is ${whose}`, {
    hint: "another session, a subagent started to review it, or a person reviews it",
    ...causeOf(task),
  });
}

const badReviewer = (name: string): Refusal | undefined => {
  const valid = validateId(name);
  return valid.ok
    ? undefined
    : { ...valid.refusal, message: `a reviewer goes by a name like an id: ${valid.refusal.message}` };
};

export function requestReviews(
  draft: Draft,
  event: PlanEventOf<"review.requested">,
  index: number,
): Refusal | undefined {
  const subject = subjectOf(draft, event);
  if ("refusal" in subject) return subject.refusal;
  const names = uniqueReviewers(event.reviewers);
  const bad = names.map(badReviewer).find((refusal) => refusal !== undefined) ?? whyNothing(subject);
  if (bad !== undefined) return bad;
  if (names.length === 0) return refuse("bad-value", "a review is asked of somebody: name a reviewer");
  const asked = names.map((reviewer, n) => ({
    ...newRound(draft, subject, reviewer, `${index}.${n}`),
    state: "requested" as const,
  }));
  const { failed, answered } = subject.reviews;
  const kept = keep(draft, subject, {
    rounds: [...subject.reviews.rounds, ...asked],
    answered: isPersons(draft.record.by) ? failed : answered,
  });
  if (kept !== undefined) return kept;
  draft.tell(event.type, subject.name, names.join(", "));
  return undefined;
}

export function failReview(draft: Draft, event: PlanEventOf<"review.failed">, index: number): Refusal | undefined {
  const subject = subjectOf(draft, event);
  if ("refusal" in subject) return subject.refusal;
  const bad = badReviewer(event.reviewer) ?? whyNothing(subject);
  if (bad !== undefined) return bad;
  const round: Review = {
    ...newRound(draft, subject, event.reviewer, `${index}`),
    state: "capture-failed",
    why: cut(event.why),
  };
  const kept = keep(draft, subject, { rounds: [...subject.reviews.rounds, round] });
  if (kept !== undefined) return kept;
  draft.tell(event.type, subject.name, `${event.reviewer}: ${event.why}`);
  return undefined;
}

/** What a reviewer found, and what became of what it found before: every one of those that blocks must be answered. */
export function reportReview(draft: Draft, event: PlanEventOf<"review.reported">, index: number): Refusal | undefined {
  const subject = subjectOf(draft, event);
  if ("refusal" in subject) return subject.refusal;
  const bad = badReviewer(event.reviewer) ?? whyNothing(subject) ?? whyOwn(draft, subject);
  if (bad !== undefined) return bad;
  const { reviewer, verdict, diff } = event;
  if (verdict !== undefined && verdict !== "passed" && verdict !== "blocked") {
    return refuse("bad-value", `a review has passed or is blocked, not ${verdict.slice(0, 80)}`);
  }
  const assessed = assessAll(draft, subject, event);
  if ("reason" in assessed) return assessed;
  const given = readFindings(draft, subject, event, index);
  if ("reason" in given) return given;
  const judged = judgeCriteria(draft, event);
  if ("reason" in judged) return judged;
  const round: Review = {
    ...newRound(draft, subject, reviewer, `${index}`),
    state: "reported",
    ...(diff === undefined ? {} : { diff }),
    ...(verdict === undefined ? {} : { says: verdict }),
    findings: given.map(({ uid }) => uid),
  };
  const findings = [...assessed, ...given];
  const isListed = findings.some(
    (one) => sameReviewer(one.reviewer, reviewer) && isBlockingFinding(one, draft.plan.blocks),
  );
  const isBlocked = isListed || verdict === "blocked";
  const rounds = [...subject.reviews.rounds, isListed ? omit(round, "says") : round];
  const kept = keep(draft, subject, { rounds, findings, ...(isBlocked ? failedOnce(subject) : {}) });
  if (kept !== undefined) return kept;
  draft.set({ mintedFindings: draft.plan.mintedFindings + given.length, criteria: judged });
  draft.tell(
    event.type,
    subject.name,
    `${reviewer}: ${isBlocked ? "blocked" : "passed"}, ${counted(given.length, "new finding")}`,
  );
  if (isBlocked) reopenOn(draft, subject, reviewer);
  return undefined;
}

/** A round fails once for each attempt, however many reviewers block it. */
function failedOnce({ reviews, attempt }: Subject): Partial<Reviews> {
  if (attempt !== undefined && attempt.fence === reviews.failedAttempt) return {};
  return { failed: reviews.failed + 1, ...(attempt === undefined ? {} : { failedAttempt: attempt.fence }) };
}

function reopenOn(draft: Draft, { task, name }: Subject, reviewer: string): void {
  const why = `${reviewer} blocks ${name}`;
  const now = task === undefined ? undefined : draft.get(task.uid);
  if (now?.status === "done") reopenTask(draft, omit(now, "proof"), "implemented");
  if (now === undefined || task?.status === "done") reopenPlan(draft, why);
}

/** The findings there were, with what this report says of them; refuses one that leaves a blocking one unanswered. */
function assessAll(
  draft: Draft,
  { reviews, name }: Subject,
  { reviewer, assessments = [] }: PlanEventOf<"review.reported">,
): readonly ReviewFinding[] | Refusal {
  if (!Array.isArray(assessments)) return refuse("bad-value", "the assessments of a review are a list");
  const said = new Map<string, FindingAssessment>();
  for (const item of assessments as readonly unknown[]) {
    const read = isObject(item) ? assessmentOf(draft, item["state"], item["why"] ?? "") : undefined;
    const uid = isObject(item) ? item["finding"] : undefined;
    if (read === undefined || typeof uid !== "string") {
      return refuse("bad-value", "an assessment names a review finding that is resolved or still-there");
    }
    if (!reviews.findings.some((finding) => finding.uid === uid)) return noFinding(uid, name);
    said.set(uid, read);
  }
  const open = blockingFindings(reviews, draft.plan.blocks).filter(
    (finding) => sameReviewer(finding.reviewer, reviewer) && !said.has(finding.uid),
  );
  if (open.length > 0) {
    const ids = open.map(({ id }) => id).join(", ");
    return refuse("review-incomplete", `the review of ${name} by ${reviewer} does not say what became of ${ids}`, {
      hint: `each is resolved or still there: holdfast review add … --resolved ${open[0]!.id}, or --still-there ${open[0]!.id}`,
      cause: open[0]!.stamp,
    });
  }
  const isPerson = isPersons(draft.record.by);
  return reviews.findings.map((finding) => withAssessment(finding, said.get(finding.uid), isPerson));
}

function assessmentOf(draft: Draft, state: unknown, why: unknown): FindingAssessment | undefined {
  if ((state !== "resolved" && state !== "still-there") || typeof why !== "string") return undefined;
  const { at, by } = draft.record;
  const person = isPersons(by) ? { person: by.person! } : {};
  return { state, why: cut(why), at, session: by.session, ...person, stamp: draft.stamp };
}

/** What a person has waived only a person brings back. */
function withAssessment(finding: ReviewFinding, said: FindingAssessment | undefined, isPerson: boolean): ReviewFinding {
  if (said === undefined) return finding;
  const assessments = [...finding.assessments, said].slice(-KEPT_ASSESSMENTS);
  if (finding.status === "waived" && !isPerson && said.state !== "waived") return { ...finding, assessments };
  const status = said.state === "still-there" ? "open" : said.state;
  const isFirst = status === "resolved" && finding.resolvedAt === undefined;
  return { ...finding, status, assessments, ...(isFirst && { resolvedAt: said.at }) };
}

const noFinding = (uid: string, name: string): Refusal =>
  refuse("no-such-finding", `no review finding ${uid.slice(0, 80)} of ${name}`, { hint: "holdfast review list" });

function readFindings(
  draft: Draft,
  { attempt }: Subject,
  { reviewer, findings }: PlanEventOf<"review.reported">,
  index: number,
): readonly ReviewFinding[] | Refusal {
  if (!Array.isArray(findings)) return refuse("bad-value", "the findings of a review are a list");
  if (findings.length > MAX_FINDINGS) {
    return refuse("bad-value", `a review has at most ${MAX_FINDINGS} findings, not ${findings.length}`);
  }
  const { id, at, by } = draft.record;
  const read: ReviewFinding[] = [];
  for (const [n, item] of (findings as readonly unknown[]).entries()) {
    if (!isObject(item) || !isSeverity(item["severity"]) || typeof item["message"] !== "string") {
      return refuse("bad-value", "a review finding has a severity and a message", { place: `findings[${n}]` });
    }
    const { severity, message, file, line } = item;
    read.push({
      uid: `${id}.${index}.${n}`,
      id: `R${draft.plan.mintedFindings + n + 1}`,
      reviewer,
      severity,
      message: cut(message),
      ...(typeof file === "string" ? { file: file.slice(0, 500) } : {}),
      ...(Number.isSafeInteger(line) && (line as number) > 0 ? { line: line as number } : {}),
      status: "open",
      ...(attempt === undefined ? {} : { attempt: attempt.fence }),
      at,
      session: by.session,
      assessments: [],
      stamp: draft.stamp,
    });
  }
  return read;
}

export function assessFinding(draft: Draft, event: PlanEventOf<"review.assessed">): Refusal | undefined {
  const subject = subjectOf(draft, event);
  if ("refusal" in subject) return subject.refusal;
  const known = subject.reviews.findings.find(({ uid }) => uid === event.finding);
  if (known === undefined) return noFinding(event.finding, subject.name);
  const own = whyOwn(draft, subject);
  if (own !== undefined) return own;
  const said = assessmentOf(draft, event.state, event.why);
  if (said === undefined) return refuse("bad-value", "a review finding is resolved or still-there");
  const next = withAssessment(known, said, isPersons(draft.record.by));
  keep(draft, subject, { findings: put(subject.reviews, next) });
  draft.tell(event.type, known.id, `${event.state}: ${event.why}`);
  if (known.status !== "open" && isBlockingFinding(next, draft.plan.blocks)) reopenOn(draft, subject, next.reviewer);
  return undefined;
}

/** A person does without the answer to a review finding, or without a reviewer. */
export function waiveReview(draft: Draft, event: PlanEventOf<"review.waived">, index: number): Refusal | undefined {
  const subject = subjectOf(draft, event);
  if ("refusal" in subject) return subject.refusal;
  const { finding: uid, reviewer } = event;
  const why = cut(event.why);
  const { reviews } = subject;
  const answered = reviews.failed;
  if (uid !== undefined) {
    const known = reviews.findings.find((finding) => finding.uid === uid);
    if (known === undefined) return noFinding(uid, subject.name);
    const { at, by } = draft.record;
    const person = by.person ?? "";
    const said: FindingAssessment = { state: "waived", why, at, session: by.session, person, stamp: draft.stamp };
    keep(draft, subject, { findings: put(reviews, withAssessment(known, said, true)), answered });
    draft.tell(event.type, known.id, event.why);
    return undefined;
  }
  if (reviewer === undefined) return refuse("bad-value", "a review finding is waived, or a reviewer");
  const bad = badReviewer(reviewer);
  if (bad !== undefined) return bad;
  const round: Review = { ...newRound(draft, subject, reviewer, `${index}`), state: "waived", why };
  const kept = keep(draft, subject, { rounds: [...reviews.rounds, round], answered });
  if (kept !== undefined) return kept;
  draft.tell(event.type, subject.name, `${reviewer}: ${event.why}`);
  return undefined;
}

function newRound(draft: Draft, { attempt }: Subject, reviewer: string, place: string): Omit<Review, "state"> {
  const { id, at, by } = draft.record;
  return {
    id: `${id}.${place}`,
    reviewer,
    ...(attempt === undefined ? {} : { attempt: attempt.fence }),
    findings: [],
    at,
    session: by.session,
    ...(isPersons(by) ? { person: by.person! } : {}),
    stamp: draft.stamp,
  };
}

const put = ({ findings }: Reviews, finding: ReviewFinding): readonly ReviewFinding[] =>
  findings.map((other) => (other.uid === finding.uid ? finding : other));

const cut = (text: string): string => (text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE - 1)}…` : text);

/** Writes down what changed: of each reviewer the last few rounds, and of what is settled the last few findings. */
function keep(draft: Draft, { task, reviews, name }: Subject, changed: Partial<Reviews>): Refusal | undefined {
  const next = { ...reviews, ...changed };
  const names = uniqueReviewers(next.rounds.map(({ reviewer }) => reviewer));
  if (names.length > MAX_REVIEWERS) return refuse("bad-value", `${name} has at most ${MAX_REVIEWERS} reviewers`);
  const open = next.findings.filter(({ status }) => status === "open");
  if (open.length > MAX_OPEN) return refuse("bad-value", `${name} has at most ${MAX_OPEN} open review findings`);
  const settled = next.findings.filter(({ status }) => status !== "open").slice(-KEPT_CLOSED);
  const resolved = (reviews.resolved ?? 0) + countFirst(reviews, next, draft.plan.blocks);
  const kept: Reviews = {
    ...next,
    ...(resolved > 0 && { resolved }),
    rounds: next.rounds.filter((round, at, all) => isRecent(all, round, at)),
    findings: next.findings.filter((finding) => finding.status === "open" || settled.includes(finding)),
  };
  const now = task === undefined ? undefined : draft.get(task.uid);
  if (now === undefined) draft.set({ reviews: kept });
  else draft.change(now, { reviews: kept });
  return undefined;
}

/** The findings that blocked, and that nobody had resolved before. */
const countFirst = (before: Reviews, next: Reviews, blocks: Severity): number =>
  next.findings.filter(
    ({ uid, severity, resolvedAt }) =>
      resolvedAt !== undefined &&
      isAtLeast(severity, blocks) &&
      before.findings.some((known) => known.uid === uid && known.resolvedAt === undefined),
  ).length;

const isRecent = (rounds: readonly Review[], { reviewer }: Review, at: number): boolean =>
  rounds.slice(at + 1).filter((later) => sameReviewer(later.reviewer, reviewer)).length < KEPT_ROUNDS;
