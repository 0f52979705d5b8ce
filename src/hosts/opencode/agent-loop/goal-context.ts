import { neutralizeBlock, neutralizeLine } from "../../../context/neutralize.ts";
import type { Goal } from "./api.ts";

/** What a model reads about the goal with each request; undefined where the goal asks for nothing any more. */
export function goalContext(goal: Goal | null): string | undefined {
  if (goal === null || goal.status === "validated") return undefined;
  const { title, description, done_condition: doneCondition, status } = goal;
  const lines = [
    "<goal-context>",
    neutralizeLine(title, 500),
    ...(description === undefined ? [] : [`Description: ${neutralizeBlock(description)}`]),
    `Done Condition: ${neutralizeLine(doneCondition, 1_000)}`,
    `Status: ${status}`,
    "</goal-context>",
    "",
    "## Active Goal",
  ];
  const next =
    status === "active"
      ? "Work toward the goal's done condition. goal_status shows it, goal_done marks it as completed once the condition is met, goal_cancel gives it up."
      : "The goal is marked as completed. Look at the result, then call goal_validate and say what you looked at; goal_set sets another.";
  return [...lines, next].join("\n");
}
