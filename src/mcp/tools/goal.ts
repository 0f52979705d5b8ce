import * as z from "zod/mini";
import {
  adoptGoal,
  cancelGoal,
  completeGoal,
  setGoal,
  showGoal,
  validateGoal,
  type GoalAnswer,
} from "../../engine/goals/goals.ts";
import { ok, type Result } from "../../plan/refusal.ts";
import type { Answer } from "../answer.ts";
import { defineTool } from "../tool.ts";
import { described, given, optionalText, text } from "./fields.ts";

const answer = (result: Result<GoalAnswer>): Result<Answer> => {
  if (!result.ok) return result;
  const { text, ...data } = result.value;
  return ok({ text, data });
};

const nothing = z.strictObject({});

/** The goal of a session; that of a session on a plan is the one of the plan's brief. */
export const goalTools = [
  defineTool({
    name: "goal_set",
    description: "Set what this session is after (on a plan: the brief's goal).",
    input: z.strictObject({ title: text, done_condition: text, description: optionalText }),
    run: async ({ title, done_condition: doneWhen, description }, workspace) =>
      answer(await setGoal(workspace, { title, doneWhen, ...given({ description }) })),
  }),
  defineTool({
    name: "goal_status",
    description: "Show the goal, or what other sessions left.",
    isReading: true,
    input: nothing,
    run: async (_, workspace) => answer(showGoal(workspace)),
  }),
  defineTool({
    name: "goal_done",
    description: "The done condition is met.",
    input: nothing,
    run: async (_, workspace) => answer(await completeGoal(workspace)),
  }),
  defineTool({
    name: "goal_validate",
    description: "Confirm a completed goal.",
    input: z.strictObject({ looked_at: described(optionalText, "what was looked at, and what it showed") }),
    run: async ({ looked_at: looked }, workspace) => answer(await validateGoal(workspace, { looked })),
  }),
  defineTool({
    name: "goal_cancel",
    description: "Give the goal up.",
    input: z.strictObject({ reason: optionalText }),
    run: async ({ reason }, workspace) => answer(await cancelGoal(workspace, { reason })),
  }),
  defineTool({
    name: "goal_adopt",
    description: "Take over a goal that another session left.",
    input: z.strictObject({ id: optionalText }),
    run: async ({ id }, workspace) => answer(await adoptGoal(workspace, { id })),
  }),
] as const;
