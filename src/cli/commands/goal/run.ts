import {
  adoptGoal,
  cancelGoal,
  completeGoal,
  setGoal,
  showGoal,
  validateGoal,
  type GoalAnswer,
} from "../../../engine/goals/goals.ts";
import type { Workspace } from "../../../engine/workspace.ts";
import type { Result } from "../../../plan/refusal.ts";
import type { Context, Outcome, Run } from "../../command.ts";
import { readGivenText } from "../../given-text.ts";
import { stopOnSignals } from "../../stop-signals.ts";
import { withWorkspace } from "../../workspace.ts";
import type { adopt, cancel, done, set, status, validate } from "../goal.ts";

export const setCallersGoal: Run<typeof set> = async ({ args, options }, context) => {
  const title = await readGivenText(args.title, context.io, "title");
  if (!title.ok) return title;
  const { "done-when": doneWhen, description, check } = options;
  const more = { ...(description === undefined ? {} : { description }), ...(check === undefined ? {} : { check }) };
  const goal = { title: title.value, doneWhen, ...more };
  return answer(context, (workspace) => setGoal(workspace, goal, context.global.plan));
};

export const showCallersGoal: Run<typeof status> = async (_input, context) =>
  answer(context, async (workspace) => showGoal(workspace, context.global.plan));

export const completeCallersGoal: Run<typeof done> = async (_input, context) =>
  answer(context, (workspace) => completeGoal(workspace, context.global.plan));

export const validateCallersGoal: Run<typeof validate> = async ({ options }, context) => {
  const stop = stopOnSignals();
  const validation = { looked: options["looked-at"], runsCheck: true, stop: stop.signal };
  try {
    return await answer(context, (workspace) => validateGoal(workspace, validation, context.global.plan));
  } finally {
    stop.release();
  }
};

export const cancelCallersGoal: Run<typeof cancel> = async ({ options }, context) =>
  answer(context, (workspace) => cancelGoal(workspace, { reason: options.reason }, context.global.plan));

export const adoptForCaller: Run<typeof adopt> = async ({ args, options }, context) =>
  answer(context, (workspace) => adoptGoal(workspace, { id: args.goal, steal: options.steal }));

const answer = (context: Context, ask: (workspace: Workspace) => Promise<Result<GoalAnswer>>): Promise<Outcome> =>
  withWorkspace(context, async (workspace) => {
    const { global, out } = context;
    const answered = await ask(workspace);
    if (!answered.ok) return answered;
    const { goal, elsewhere, text } = answered.value;
    if (!global.json) return out.print(text);
    const more = elsewhere === undefined ? {} : { elsewhere };
    return out.printJson({ session: workspace.actor.session, goal: goal ?? null, ...more });
  });
