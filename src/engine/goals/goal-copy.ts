import type { GoalView } from "../../context/goal.ts";
import { ok, type Result } from "../../plan/refusal.ts";
import { goalOf, type GoalFact } from "../../workspace/goals.ts";
import { goalOfPlan } from "./goal-of-plan.ts";
import { goalPlanOf, goalViewOf, importGoal, type ForeignGoal } from "./goals.ts";
import type { Workspace } from "../workspace.ts";

/** How far a goal is; a copy that is less far is an old one. */
const RANK = { active: 0, completed: 1, validated: 2, cancelled: 3, replaced: 3 } as const;

/**
 * What a copy of the caller's goal in another program's file should say, after a look at what it says. The journal is
 * the truth: an older state of a goal that it knows is an old copy. What it does not know was written by another
 * program, and is taken in. Undefined where there is nothing to copy.
 */
export async function reconcileGoal(
  workspace: Workspace,
  copy: ForeignGoal | undefined,
): Promise<Result<GoalView | undefined>> {
  const slug = goalPlanOf(workspace, undefined);
  if (!slug.ok) return slug;
  if (slug.value !== undefined) return goalOfPlan(workspace, slug.value);
  const facts = workspace.facts();
  if (!facts.ok) return facts;
  const { session } = workspace.actor;
  const { goals } = facts.value.state;
  const own = goalOf(facts.value.state, session);
  const same = copy === undefined ? [] : goals.filter((goal) => isSame(goal, copy, session));
  const known = same.at(-1);
  if (copy !== undefined && same.every((goal) => isAhead(copy, goal))) {
    // What it says of a goal that is not this session's any more would put that in its own goal's place.
    if (known === undefined || known === own) return importGoal(workspace, copy);
  }
  if (own !== undefined) return ok(goalViewOf(own));
  const last = known ?? goals.findLast((goal) => goal.session === session);
  return ok(last === undefined ? undefined : endedView(last, session));
}

const isSame = (goal: GoalFact, copy: ForeignGoal, session: string): boolean =>
  goal.title === copy.title &&
  goal.doneWhen === copy.doneWhen &&
  (copy.setAt === undefined || goal.setAt === copy.setAt) &&
  (goal.session === session || goal.adoptedFrom === session);

/** That a goal with a check is validated no file can say. */
const isAhead = (copy: ForeignGoal, goal: GoalFact): boolean =>
  copy.status === "validated" && goal.check !== undefined ? false : isFurther(copy, goal);

const isFurther = (copy: ForeignGoal, goal: GoalFact): boolean =>
  RANK[copy.status] > RANK[goal.status] || (copy.status === goal.status && copy.description !== goal.description);

function endedView(goal: GoalFact, session: string): GoalView {
  const view = goalViewOf(goal);
  if (goal.session === session) return view;
  return { ...view, status: "cancelled", reason: `adopted by ${goal.session}` };
}
