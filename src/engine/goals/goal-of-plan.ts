import { renderGoalDone, renderGoalSet, type GoalView } from "../../context/goal.ts";
import { surveyTasks } from "../../context/survey.ts";
import { ok, refuse, type Refusal, type Result } from "../../plan/refusal.ts";
import type { PlanState } from "../../plan/state.ts";
import type { GoalAnswer, NewGoal } from "./goals.ts";
import { perform } from "../perform.ts";
import { putAway } from "../plans/plans.ts";
import { readPlan } from "../plans/read-plan.ts";
import type { Workspace } from "../workspace.ts";

/** The goal of a plan's brief; undefined where the brief has none. */
export function goalOfPlan(workspace: Workspace, slug: string): Result<GoalView | undefined> {
  const store = workspace.plan(slug, { isReading: true });
  if (!store.ok) return store;
  store.value.close();
  return ok(viewOf(store.value.state));
}

/** Writes a goal into the brief: it is kept there and nowhere else. */
export async function setInPlan(
  workspace: Workspace,
  slug: string,
  goal: Omit<NewGoal, "check">,
): Promise<Result<GoalAnswer>> {
  const { title, doneWhen, description } = goal;
  const brief = { goal: description === undefined ? title : `${title}\n\n${description}`, doneWhen };
  const performed = await perform(workspace, slug, { type: "edit-plan", brief });
  if (!performed.ok) return performed;
  const set = viewOf(performed.value.state);
  return ok({ ...(set === undefined ? {} : { goal: set }), text: renderGoalSet(set ?? { ...goal, status: "active" }) });
}

/** Finishes the plan, where its own rules let it be done; they say what is left otherwise. */
export async function finishInPlan(workspace: Workspace, slug: string): Promise<Result<GoalAnswer>> {
  const state = readPlan(workspace, slug);
  const goal = state === undefined ? undefined : viewOf(state);
  if (state !== undefined && (goal === undefined || state.status === "done")) {
    const why = goal === undefined ? "whose brief has none" : "which is done already";
    return {
      ok: false,
      refusal: refuse("no-such-goal", `No active goal to complete. The session is on the plan ${slug}, ${why}.`),
    };
  }
  const performed = await putAway(workspace, slug, { type: "finish-plan" });
  if (!performed.ok) return { ok: false, refusal: byItsRules(slug, performed.refusal) };
  const done = viewOf(performed.value.state);
  const view: GoalView = {
    ...(done ?? { title: slug, status: "completed" }),
    completedAt: performed.value.state.statusAt,
  };
  return ok({ goal: view, text: renderGoalDone(view) });
}

const byItsRules = (slug: string, refusal: Refusal): Refusal => ({
  ...refusal,
  message: `The goal is that of the plan ${slug}, which is finished by its own rules: ${refusal.message}`,
});

/** A plan is judged by its own checks and gates, never by a statement about its goal. */
export function validateInPlan(workspace: Workspace, slug: string): Refusal {
  const state = readPlan(workspace, slug);
  if (state?.status === "done") {
    return refuse(
      "goal-is-plans",
      `The goal is that of the plan ${slug}, which is done by its own rules: nothing is left to validate.`,
    );
  }
  return refuse("goal-active", "The goal is still active. Use goal_done to mark it as completed first.", {
    hint: `It is that of the plan ${slug}: goal_done finishes the plan where its own rules allow it, and a statement cannot take their place.`,
  });
}

/** Giving up a goal that is a plan's would give up the plan, and that is asked for by name. */
export const cancelInPlan = (slug: string): Refusal =>
  refuse("goal-is-plans", `The goal is that of the plan ${slug}, and is not cancelled without the plan.`, {
    hint: "To go after something else, set another goal; to give the plan up, see holdfast plan abort --help",
  });

function viewOf(state: PlanState): GoalView | undefined {
  const { goal, doneWhen } = state.brief;
  if (goal === undefined) return undefined;
  const [title = goal, ...rest] = goal.split(/\n\s*\n/);
  const { counts, total } = surveyTasks(state);
  return {
    title,
    ...(rest.length === 0 ? {} : { description: rest.join("\n\n") }),
    ...(doneWhen === undefined ? {} : { doneWhen }),
    status: statusOf(state),
    setAt: state.createdAt,
    plan: { slug: state.slug, status: state.status, done: counts.done, total },
  };
}

const statusOf = ({ status }: PlanState): GoalView["status"] =>
  status === "done" || status === "archived" ? "completed" : status === "aborted" ? "cancelled" : "active";
