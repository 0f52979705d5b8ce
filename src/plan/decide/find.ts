import { checkById } from "../checks.ts";
import { criterionById, type Criterion } from "../criteria.ts";
import { laneById, taskById } from "../graph.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { Check } from "../check-state.ts";
import type { Lane, PlanState, Task } from "../state.ts";
import { findingById, type ReviewFinding } from "../reviews.ts";
import { suggest } from "../suggest.ts";

export type Found<T> = { readonly found: T } | { readonly refusal: Refusal };

/** The task of that id; a wrong id is an error that lists the near ones. */
export function findTask(state: PlanState, id: string): Found<Task> {
  const task = taskById(state, id);
  if (task !== undefined) return { found: task };
  const near = suggest(
    id,
    [...state.tasks.values()].map((other) => other.id),
  );
  const hint = near.length > 0 ? `did you mean ${near.join(", ")}?` : "holdfast task list";
  return {
    refusal: refuse("no-such-task", `there is no task ${JSON.stringify(id.slice(0, 80))} in ${state.slug}`, { hint }),
  };
}

export function findLane(state: PlanState, id: string): Found<Lane> {
  const lane = laneById(state.lanes, id);
  if (lane !== undefined) return { found: lane };
  const near = suggest(id, state.lanes.keys());
  const hint = near.length > 0 ? `did you mean ${near.join(", ")}?` : "holdfast lane list";
  return {
    refusal: refuse("no-such-lane", `there is no lane ${JSON.stringify(id.slice(0, 80))} in ${state.slug}`, { hint }),
  };
}

/** The review finding of that id, and the task that it is about; none where it is about the plan as a whole. */
export function findFinding(
  state: PlanState,
  id: string,
): Found<{ readonly finding: ReviewFinding; readonly task?: Task }> {
  const known = findingById(state, id);
  if (known !== undefined) return { found: known };
  return {
    refusal: refuse(
      "no-such-finding",
      `there is no review finding ${JSON.stringify(id.slice(0, 80))} in ${state.slug}`,
      {
        hint: "holdfast review list",
      },
    ),
  };
}

export function findCriterion(state: PlanState, id: string): Found<Criterion> {
  const criterion = criterionById(state, id);
  if (criterion !== undefined) return { found: criterion };
  const near = suggest(
    id,
    state.criteria.map((other) => other.id),
  );
  const hint = near.length > 0 ? `did you mean ${near.join(", ")}?` : "holdfast plan acceptance";
  const said = JSON.stringify(id.slice(0, 80));
  return {
    refusal: refuse("no-such-criterion", `there is no acceptance criterion ${said} in ${state.slug}`, { hint }),
  };
}

export function findCheck(state: PlanState, id: string): Found<Check> {
  const check = checkById(state, id);
  if (check !== undefined) return { found: check };
  const near = suggest(
    id,
    state.checks.map((other) => other.id),
  );
  const hint = near.length > 0 ? `did you mean ${near.join(", ")}?` : "holdfast check list";
  return {
    refusal: refuse("no-such-check", `there is no check ${JSON.stringify(id.slice(0, 80))} in ${state.slug}`, { hint }),
  };
}
