import * as z from "zod/mini";
import type { GoalTool, PluginResult, ToolContext } from "./api.ts";
import { textOf } from "./event.ts";
import type { Goals } from "./goal-management.ts";

type Arguments = Readonly<Record<string, unknown>>;

const NO_SESSION = "default";

/** The five tools by which a model handles the goal of its session. Each answers at once and sends no prompt. */
export function goalTools(goals: Goals): PluginResult["tool"] {
  const tool = (
    description: string,
    args: GoalTool["args"],
    answer: (sessionID: string, args: Arguments) => Promise<string>,
  ): GoalTool => ({
    description,
    args,
    execute: (given: Arguments = {}, context: ToolContext) => answer(textOf(context?.sessionID) ?? NO_SESSION, given),
  });
  return {
    goal_set: tool(
      `Set what this session is after, in place of its former goal.

Parameters: title (short), done_condition (how to tell that it is reached), description (optional, more about it).
The goal stays in view until it is done, also after compaction. A session has one; the former one stays in the history.`,
      { title: z.string(), done_condition: z.string(), description: z.optional(z.string()) },
      (sessionID, { title, done_condition: doneWhen, description }) =>
        goals.answer(sessionID, (journal) =>
          journal.set(sessionID, {
            title: textOf(title) ?? "",
            doneWhen: textOf(doneWhen) ?? "",
            ...(textOf(description) === undefined ? {} : { description: String(description) }),
          }),
        ),
    ),
    goal_status: tool(
      `Show this session's goal and how far it is; without one, what other sessions of the project left unfinished.

Parameters: adopt (optional): the id of an unfinished goal to take over. Only if the person wants it continued.`,
      { adopt: z.optional(z.string()) },
      (sessionID, { adopt }) =>
        goals.answer(sessionID, (journal) => {
          const id = textOf(adopt);
          return id === undefined ? journal.show(sessionID) : journal.adopt(sessionID, id);
        }),
    ),
    goal_done: tool(
      `Mark this session's goal as completed, once its done condition is met and not before.

It is then to be validated: look at the result, and call goal_validate.`,
      {},
      (sessionID) => goals.answer(sessionID, (journal) => journal.complete(sessionID)),
    ),
    goal_validate: tool(
      `Confirm that a completed goal is reached, after a look at the result.

Parameters: looked_at: what was looked at (files, commands) and what it showed. It is kept with the goal.
Precondition: goal_done was called.`,
      { looked_at: z.optional(z.string()) },
      (sessionID, { looked_at: looked }) =>
        goals.answer(sessionID, (journal) => journal.validate(sessionID, textOf(looked))),
    ),
    goal_cancel: tool(
      `Give this session's goal up.

Parameters: reason (optional). The goal stays in the history as cancelled.`,
      { reason: z.optional(z.string()) },
      (sessionID, { reason }) => goals.answer(sessionID, (journal) => journal.cancel(sessionID, textOf(reason))),
    ),
  };
}
