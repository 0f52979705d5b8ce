import type { Trees } from "../checks.ts";
import {
  blockingFindings,
  diffKey,
  doubtKey,
  lastRound,
  placeBeside,
  reviewedAttempt,
  reviewersOf,
  reviewStanding,
  sameReviewer,
  uniqueReviewers,
  type Reviewed,
  type ReviewFinding,
  type Reviews,
  type ReviewStanding,
} from "../reviews.ts";
import { isAtLeast, type Severity } from "../severity.ts";
import type { Doubt } from "../check-state.ts";
import type { PlanState, Task } from "../state.ts";
import type { Condition } from "./condition.ts";

type Plan = Pick<PlanState, "reviewers" | "blocks">;

/**
 * What reviewers have to say of a task before it may be done. `trees` may hold what its attempt has changed by now, and
 * which records do not count.
 */
export function reviewConditions(plan: Plan, task: Task, trees: Trees = {}): readonly Condition[] {
  const names = reviewersOf(plan, task);
  if (names.length === 0) return [];
  const attempt = reviewedAttempt(task)?.fence;
  const diff = trees[diffKey(task.uid)];
  const now = { ...(attempt === undefined ? {} : { attempt }), ...(diff === undefined ? {} : { diff }) };
  return conditionsOf({ id: task.id, reviews: task.reviews, names, now, trees, blocks: plan.blocks });
}

/** The same of the plan as a whole: whoever was asked or had a say. */
export function planReviewConditions(
  { reviews, blocks }: Plan & Pick<PlanState, "reviews">,
  trees: Trees = {},
): readonly Condition[] {
  if (reviews === undefined) return [];
  const names = uniqueReviewers(reviews.rounds.map(({ reviewer }) => reviewer));
  const diff = trees[diffKey()];
  const now = diff === undefined ? {} : { diff };
  return conditionsOf({ id: "plan", reviews, names, now, trees, blocks });
}

interface Subject {
  readonly id: string;
  readonly reviews: Reviews | undefined;
  readonly names: readonly string[];
  readonly now: Reviewed;
  readonly trees: Trees;
  readonly blocks: Severity;
}

const conditionsOf = (subject: Subject): readonly Condition[] => [
  ...subject.names.map((reviewer) => reviewerCondition(subject, reviewer)),
  ...(subject.reviews?.findings ?? []).flatMap((finding) => findingCondition(subject, finding)),
];

function reviewerCondition({ id, reviews, now, trees, blocks }: Subject, reviewer: string): Condition {
  const standing = reviewStanding(reviews, reviewer, now, blocks);
  const last = lastRound(reviews, reviewer);
  const own = blockingFindings(reviews, blocks).filter((finding) => sameReviewer(finding.reviewer, reviewer));
  const stands = standing === "passed" || standing === "waived";
  const doubt = stands && last !== undefined ? trees[doubtKey(last.stamp)] : undefined;
  const isMet = stands && doubt === undefined;
  const says = describe((doubt as Doubt | undefined) ?? standing, own, last?.why);
  return {
    kind: "review",
    subject: reviewer,
    standing: doubt ?? standing,
    isMet,
    says: `${reviewer}: ${says}`,
    ...(isMet ? {} : { way: wayOn(standing, id, own) }),
    ...(last === undefined ? {} : { cause: last.stamp }),
  };
}

/** One that is open, or whose settling is in doubt. */
function findingCondition({ id, trees, blocks }: Subject, finding: ReviewFinding): readonly Condition[] {
  const { severity, message, status, assessments, stamp } = finding;
  const settled = status === "open" ? undefined : assessments.at(-1);
  const doubt = settled === undefined ? undefined : (finding.doubt ?? trees[doubtKey(settled.stamp)]);
  if (!isAtLeast(severity, blocks) || (status !== "open" && doubt === undefined)) return [];
  const place = placeBeside(finding);
  const what = `${finding.id} (${severity}${place === "" ? "" : `, ${place}`}): ${firstLine(message)}`;
  return [
    {
      kind: "review-finding",
      subject: finding.id,
      standing: doubt ?? status,
      isMet: false,
      says: doubt === undefined ? what : `${what}: that it is ${status} ${DOUBTS[doubt as Doubt]}`,
      way: wayOn("blocked", id, [finding]),
      cause: settled?.stamp ?? stamp,
    },
  ];
}

const DOUBTS: Readonly<Record<Doubt, string>> = {
  elsewhere: "was written on another machine, or its key is gone",
  unverified: "is unverified: Holdfast did not write its record as it stands (holdfast journal verify)",
};

function describe(standing: ReviewStanding, open: readonly ReviewFinding[], why: string | undefined): string {
  switch (standing) {
    case "missing":
      return "has not reviewed it";
    case "requested":
      return "was asked for a review, and has not answered";
    case "capture-failed":
      return `its review was not captured (${firstLine(why ?? "")})`;
    case "stale":
      return "reviewed something else: another attempt, or other changes";
    case "blocked":
      return open.length === 0 ? "blocks it" : `blocks it (${open.map(({ id }) => id).join(", ")})`;
    case "passed":
      return "passed";
    case "waived":
      return `is done without (${firstLine(why ?? "")})`;
    case "unverified":
    case "elsewhere":
      return `its review ${DOUBTS[standing]}`;
    default:
      return standing satisfies never;
  }
}

function wayOn(standing: ReviewStanding, id: string, open: readonly ReviewFinding[]): string {
  if (standing !== "blocked") return `holdfast review request ${id}${standing === "stale" ? " --again" : ""}`;
  const waive = open[0] === undefined ? "" : `; or a person runs holdfast review waive ${open[0].id} --why "…"`;
  return id === "plan" ? `holdfast review list plan${waive}` : `holdfast task prompt ${id} --fix${waive}`;
}

const LONGEST = 120;

function firstLine(text: string): string {
  const [line = ""] = text.split("\n", 1);
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
