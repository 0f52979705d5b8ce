import type { PlanState } from "../../plan/state.ts";

/** Where a plan stood, kept apart from its state, which a fold may write into. */
export type Standing = Pick<PlanState, "status" | "revision">;

export const standingOf = ({ status, revision }: PlanState): Standing => ({ status, revision });

/** What is said where work reopened a plan that was done; nothing where nothing of the kind happened. */
export function sayReopened(before: Standing, after: PlanState): readonly string[] {
  if (before.status !== "done") return [];
  const isOfNow = ({ type, revision }: PlanState["changes"][number]): boolean =>
    type === "plan.reopened" && revision > before.revision;
  const change = after.changes.findLast(isOfNow);
  if (change === undefined) return [];
  return [`${after.slug} was done and is active again${change.text === undefined ? "" : `: ${change.text}`}`];
}
