import { proofOf, type Trees } from "../checks.ts";
import { checksOfCriterion, provesCriterion } from "../criteria.ts";
import type { Check } from "../check-state.ts";
import type { PlanState, Proof } from "../state.ts";
import { checkConditions } from "./check-conditions.ts";
import type { Condition, JudgedPlan } from "./condition.ts";
import { planReviewConditions } from "./review-conditions.ts";
import { criterionConditions } from "./criterion-conditions.ts";
import { waiverOf } from "./waiver.ts";
import { conflictConditions, taskCondition } from "./wave-gate.ts";

/** What must hold before a plan may be done. `trees`: what is in the scopes of its checks now. */
export const planConditions = (plan: JudgedPlan, trees?: Trees): readonly Condition[] => [
  ...openTasks(plan),
  ...conflictConditions(plan, () => true),
  ...lanes(plan),
  ...phases(plan),
  ...confidence(plan),
  ...proof(plan),
  ...criterionConditions(plan, trees),
  ...checkConditions(checksOfWhole(plan), plan.level, trees, "holdfast verify --for-plan"),
  ...planReviewConditions(plan, trees),
];

const isOfWhole = ({ isForPlan, isForWaves }: Check): boolean => isForPlan || isForWaves;
const checksOfWhole = ({ checks }: Pick<PlanState, "checks">): readonly Check[] => checks.filter(isOfWhole);

/** The checks that the gate of a plan looks at: its own, those of its waves, and those of its acceptance criteria. */
export const checksForPlan = (plan: Pick<PlanState, "checks" | "criteria">): readonly Check[] =>
  plan.checks.filter((check) => isOfWhole(check) || provesCriterion(plan, check));

/** What a plan that is done rests on: its checks, unless a criterion stands on somebody's word alone. */
export function proofOfPlan(plan: JudgedPlan, trees?: Trees): Proof {
  const isSaid = plan.criteria.some(
    (criterion) => criterion.takenOut === undefined && checksOfCriterion(plan, criterion).length === 0,
  );
  return isSaid ? "claimed" : proofOf(checksForPlan(plan), trees);
}

const openTasks = (plan: JudgedPlan): readonly Condition[] =>
  [...plan.tasks.values()].map((task) => taskCondition(plan, task)).filter(({ isMet }) => !isMet);

const lanes = ({ lanes }: JudgedPlan): readonly Condition[] =>
  [...lanes.values()].flatMap((lane) => {
    if (lane.status === "complete" || lane.status === "cancelled") return [];
    const says = `lane ${lane.id} is ${lane.status}`;
    const way = `holdfast lane complete ${lane.id} --summary "…"`;
    return [{ kind: "lane", subject: lane.id, standing: lane.status, isMet: false, says, way }];
  });

const phases = ({ phases }: JudgedPlan): readonly Condition[] =>
  phases
    .filter(({ status }) => status === "blocked")
    .map(({ id }) => ({
      kind: "phase",
      subject: id,
      standing: "blocked",
      isMet: false,
      says: `phase ${id} is blocked`,
      way: `holdfast plan phase ${id} --status in_progress`,
    }));

function confidence({ confidence, slug }: JudgedPlan): readonly Condition[] {
  if (confidence === undefined || confidence.score >= 4 || confidence.waived !== undefined) return [];
  const says = `the plan is at confidence ${confidence.score}/5 (${confidence.why})`;
  const way = `a person runs: holdfast waive confidence plan --why "…"`;
  return [{ kind: "confidence", subject: slug, standing: "low", isMet: false, says, way }];
}

/** A plan in which nothing at all is to prove anything is not done on somebody's word, unless that is a person's. */
function proof(plan: JudgedPlan): readonly Condition[] {
  if (plan.level === "claimed" || plan.checks.length > 0 || plan.brief.acceptance.length > 0) return [];
  const about = { kind: "proof", subject: plan.slug };
  const waived = waiverOf(plan, "proof", plan.slug);
  if (waived !== undefined) {
    return [{ ...about, standing: "waived", isMet: true, says: `it needs no proof (${waived.why})` }];
  }
  const says = `nothing is to prove ${plan.slug}: it has no check and no acceptance criterion`;
  const way = `holdfast check add <id> --for-plan -- <command>; or a person runs holdfast waive proof plan --why "…"`;
  return [{ ...about, standing: "missing", isMet: false, says, way }];
}
