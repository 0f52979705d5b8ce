import { checksOf, standingOf, type CheckStanding } from "../plan/checks.ts";
import { listed } from "../plan/counted.ts";
import { reviewConditions } from "../plan/gate/review-conditions.ts";
import type { PlanState, Task } from "../plan/state.ts";
import { neutralizeLine } from "./neutralize.ts";

type Plan = Pick<PlanState, "checks" | "reviewers" | "blocks">;

/** How a task's checks and reviews stand, as last seen: the tree is not looked at. Absent where there are none. */
export interface TaskSeen {
  readonly checks?: readonly { readonly id: string; readonly standing: CheckStanding }[];
  readonly reviewed?: readonly { readonly reviewer: string; readonly standing: string }[];
}

export function taskSeen(plan: Plan, task: Task): TaskSeen {
  const checks = checksOf(plan, task.uid).map((check) => ({ id: check.id, standing: standingOf(check, undefined) }));
  const reviewed = reviewConditions(plan, task).flatMap(({ kind, subject, standing }) =>
    kind === "review" ? [{ reviewer: subject, standing }] : [],
  );
  return { ...(checks.length === 0 ? {} : { checks }), ...(reviewed.length === 0 ? {} : { reviewed }) };
}

const WORDS: Readonly<Record<string, string>> = {
  unknown: "passed",
  missing: "not run",
  void: "proves nothing",
  changed: "ran something else",
  elsewhere: "ran elsewhere",
};

const REVIEW_WORDS: Readonly<Record<string, string>> = {
  missing: "not asked",
  requested: "asked",
  "capture-failed": "not captured",
  blocked: "blocks",
  elsewhere: "from elsewhere",
};

interface Seen {
  readonly name: string;
  readonly word: string;
}

const seenChecks = ({ checks = [] }: TaskSeen): readonly Seen[] =>
  checks.map(({ id, standing }) => ({ name: neutralizeLine(id, 64), word: WORDS[standing] ?? standing }));

const seenReviews = ({ reviewed = [] }: TaskSeen): readonly Seen[] =>
  reviewed.map(({ reviewer, standing }) => ({
    name: neutralizeLine(reviewer, 64),
    word: REVIEW_WORDS[standing] ?? standing,
  }));

const asLine = ({ name, word }: Seen): string => `${name}: ${word}`;

/** `unit: passed`, a check each. */
export const checkLines = (seen: TaskSeen): readonly string[] => seenChecks(seen).map(asLine);

/** `security: blocks`, a reviewer each. */
export const reviewLines = (seen: TaskSeen): readonly string[] => seenReviews(seen).map(asLine);

const SHOWN = 2;

/** For a line: `checks passed`, or `checks: unit failed, lint not run and 3 more`; what passed comes last. */
export const describeSeen = (seen: TaskSeen): readonly string[] => [
  ...inLine("checks", seenChecks(seen)),
  ...inLine("reviews", seenReviews(seen)),
];

function inLine(what: string, all: readonly Seen[]): readonly string[] {
  const [first] = all;
  if (first === undefined) return [];
  if (all.every(({ word }) => word === first.word)) return [`${what} ${first.word}`];
  const hasPassed = ({ word }: Seen): number => Number(word === "passed");
  const shown = all.toSorted((a, b) => hasPassed(a) - hasPassed(b)).slice(0, SHOWN);
  const words = shown.map(({ name, word }) => `${name} ${word}`);
  return [`${what}: ${listed(words, all.length)}`];
}
