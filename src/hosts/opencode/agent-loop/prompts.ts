import { neutralizeBlock, neutralizeLine } from "../../../context/neutralize.ts";
import { counted } from "../../../plan/counted.ts";
import type { Goal } from "./api.ts";
import type { Todos } from "./todos.ts";

const MOST_LISTED = 30;

/** The prompt that sends an agent back to its open todos and its goal. */
export function continuationPrompt(todos: Todos, goal: Goal | undefined): string {
  const parts = [
    ...(todos.open.length === 0 ? [] : [todoPart(todos)]),
    ...(goal === undefined ? [] : [goalPart(goal)]),
  ];
  return parts.join("\n\n");
}

function todoPart({ open, done, total }: Todos): string {
  const shown = open.slice(0, MOST_LISTED);
  const more = open.length - shown.length;
  return `[SYSTEM - AUTO-CONTINUATION]

You have ${counted(open.length, "incomplete task")} (${done.length} of ${total} completed). Work on them NOW without asking for permission.

PENDING TASKS:
${shown.map(({ status, content }, at) => `${at + 1}. [${neutralizeLine(status, 20)}] ${neutralizeLine(content, 300)}`).join("\n")}${more > 0 ? `\n… and ${more} more` : ""}

INSTRUCTIONS:
1. Take the next incomplete task.
2. Use todowrite to mark it in_progress, and completed once it is done.
3. Go on until all are completed. Mark what waits for somebody else as blocked, and say what would resolve it.
4. Work independently, within what this agent is allowed to do. If a decision of the person is missing, ask and stop.`;
}

function goalPart({ title, description, done_condition: doneCondition }: Goal): string {
  const about = description === undefined ? "" : `\nDESCRIPTION: ${neutralizeBlock(description)}`;
  return `[SYSTEM - GOAL CONTINUATION]

CURRENT GOAL: ${neutralizeLine(title, 500)}${about}
DONE CONDITION: ${neutralizeLine(doneCondition, 1_000)}

INSTRUCTIONS:
1. Stay with this goal.
2. Call goal_done once the done condition is met, and not before.
3. Work independently. If a decision of the person is missing, ask and stop.`;
}

/** The prompt that asks for a look at a completed goal, once. */
export const validationPrompt = ({ title, description, done_condition: doneCondition }: Goal): string =>
  `[SYSTEM - GOAL VALIDATION]

The goal is marked as completed and is to be validated.
GOAL: ${neutralizeLine(title, 500)}${description === undefined ? "" : `\nDESCRIPTION: ${neutralizeBlock(description)}`}
DONE CONDITION: ${neutralizeLine(doneCondition, 1_000)}

1. Look at the result itself: run what shows it, read what was written.
2. Hold it against the done condition, point by point.
3. If it holds, call goal_validate and say in looked_at what you looked at and what it showed. If not, call goal_set and go on.`;
