/* Code as the documentation of agent-loop-plugin shows it, with one import changed. Type-checked, never run. */
import agentLoopPlugin, * as door from "../src/hosts/opencode/agent-loop/index.ts";
import type * as Api from "../src/hosts/opencode/agent-loop/api.ts";

type Declared = typeof Api;

/** What is declared is what is there: neither lacks anything of the other. */
export const declared: Declared = door;
export const there: keyof Declared extends keyof typeof door ? keyof typeof door : never = "default";
export const nothingMore: keyof typeof door extends keyof Declared ? true : never = true;

const { createGoalManagement, createTaskContinuation } = declared;

export const plugin: Api.Plugin = agentLoopPlugin;
export const configured = { plugins: [door.agentLoopPlugin] };

export function goalsOnly() {
  const goalManagement = createGoalManagement({});
  const elsewhere = createGoalManagement({ goalsBasePath: "/custom/path/to/goals" });
  return { goalManagement, elsewhere };
}

export function tasksOnly(ctx: Api.PluginContext) {
  const taskContinuation = createTaskContinuation(ctx, {});
  ctx["on"]("event", taskContinuation.handler);
  return { taskContinuation };
}

export function both(ctx: Api.PluginContext) {
  const goalManagement = createGoalManagement(ctx, { goalsBasePath: "/custom/path/to/goals" });
  const taskContinuation = createTaskContinuation(ctx, {
    countdownSeconds: 3,
    errorCooldownMs: 5000,
    toastDurationMs: 1000,
    agent: "build",
    model: "provider/model",
    logFilePath: "/tmp/agent-loop.log",
    goalManagement,
  });
  return {
    event: async ({ event }: { event: Api.LoopEvent }) => {
      await goalManagement.handler({ event });
      await taskContinuation.handler({ event });
    },
  };
}

export async function oneGoal(goals: Api.GoalManagement, sessionID: string): Promise<string | null> {
  const goal = await goals.createGoal(
    sessionID,
    "Implement sign-in",
    "People can sign up, log in and log out",
    "With tokens, not with cookies",
  );
  const current: Api.Goal | null = await goals.getGoal(sessionID);
  if (current !== null && (await goals.hasActiveGoal(sessionID)))
    await goals.writeGoal(sessionID, { ...goal, title: "x" });
  const completed = await goals.completeGoal(sessionID);
  if (await goals.checkPendingValidation(sessionID)) await goals.clearPendingValidation(sessionID);
  await goals.validateGoal(sessionID);
  await goals.cleanup();
  return completed?.completed_at ?? null;
}

export async function control(loop: Api.TaskContinuation, sessionID: string): Promise<void> {
  loop.markRecovering(sessionID);
  loop.markRecoveryComplete(sessionID);
  loop.cancel(sessionID);
  await loop.handler({ event: { type: "session.idle", properties: { sessionID } } });
  await loop.cleanup();
}

export const todo: Api.Todo = { id: "1", content: "x", status: "pending", priority: "high" };
