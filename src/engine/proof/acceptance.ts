import { lastEvidence, standingOf, type CheckStanding, type Trees } from "../../plan/checks.ts";
import { askedCriteria, checksOfCriterion, type Criterion, type CriterionVerdict } from "../../plan/criteria.ts";
import { describeStanding } from "../../plan/gate/check-conditions.ts";
import type { Condition } from "../../plan/gate/condition.ts";
import { criterionCondition } from "../../plan/gate/criterion-conditions.ts";
import { ok, type Result } from "../../plan/refusal.ts";
import { diffKey } from "../../plan/reviews.ts";
import type { Check, Evidence } from "../../plan/check-state.ts";
import type { PlanState } from "../../plan/state.ts";
import type { PlanStore } from "../plans/plan-store.ts";

export interface ProvingCheck {
  readonly check: Check;
  readonly standing: CheckStanding;
  readonly says: string;
  readonly last?: Evidence;
}

/** A criterion, how it stands on the tree as it is, and what that rests on. */
export interface AcceptanceRow {
  readonly criterion: Criterion;
  readonly condition: Condition;
  readonly checks: readonly ProvingCheck[];
  /** What reviewers last said of it; no evidence. */
  readonly reviews: readonly JudgedCriterion[];
}

export interface JudgedCriterion extends CriterionVerdict {
  /** What was looked at is not what is there now. */
  readonly isStale: boolean;
}

/** The acceptance criteria of a plan on the tree as it is. Nothing is changed, and no check is run. */
export async function readAcceptance({ workspace, state }: PlanStore): Promise<Result<readonly AcceptanceRow[]>> {
  const { readPlanTrees } = await import("./check-trees.ts");
  const trees = await readPlanTrees(workspace, state);
  if (!trees.ok) return trees;
  return ok(askedCriteria(state).map((criterion) => rowOf(state, criterion, trees.value)));
}

const rowOf = (state: PlanState, criterion: Criterion, trees: Trees): AcceptanceRow => ({
  criterion,
  condition: criterionCondition(state, criterion, trees),
  checks: checksOfCriterion(state, criterion).map((check): ProvingCheck => {
    const standing = standingOf(check, trees);
    const last = lastEvidence(check);
    return { check, standing, says: describeStanding(check, standing), ...(last === undefined ? {} : { last }) };
  }),
  reviews: criterion.verdicts.map((verdict) => ({ ...verdict, isStale: verdict.diff !== trees[diffKey()] })),
});
