import type { LoopEvent, Plugin, PluginContext } from "./api.ts";
import { Client } from "./client.ts";
import { fieldsOf, textOf } from "./event.ts";
import { goalContext } from "./goal-context.ts";
import { Goals } from "./goal-management.ts";
import { createLog } from "./log.ts";
import { loadOptions } from "./options.ts";
import { Continuation } from "./task-continuation.ts";
import { goalTools } from "./tools.ts";

const NOTICE_MS = 5_000;

/** The whole plugin for OpenCode: goal tools, the goal in every request, and going on by itself. */
export const agentLoopPlugin: Plugin = async (context: PluginContext, given?: Record<string, unknown>) => {
  const { options, problems } = loadOptions(given);
  const log = createLog({ client: context.client, ...options, source: "plugin" });
  for (const problem of problems) log.warn(problem);
  const goals = new Goals(context, { goalsBasePath: options.goalsBasePath }, log);
  const { taskLoop, goalsBasePath: _, ...looping } = options;
  const continuation = taskLoop
    ? new Continuation(context, { ...looping, goalManagement: goals }, { log, asksToValidate: true })
    : undefined;
  const untold = [...problems];
  const addGoal = async (input: unknown, list: unknown): Promise<void> => {
    const sessionID = textOf(fieldsOf(input)["sessionID"]);
    if (sessionID === undefined || !Array.isArray(list)) return;
    const text = goalContext(await goals.readGoal(sessionID).catch(() => null));
    if (text !== undefined) list.push(text);
  };
  return {
    tool: goalTools(goals),
    event: async ({ event }: { event: LoopEvent }) => {
      await goals.handler({ event });
      await continuation?.handler({ event });
    },
    "chat.message": async (input, output) => {
      const { message, parts } = fieldsOf(output);
      const sessionID = textOf(fieldsOf(input)["sessionID"]);
      if (sessionID !== undefined && message !== undefined) continuation?.noteMessage(sessionID, message, parts);
      // Before there is somebody to see it, a notice is lost.
      for (const problem of untold.splice(0)) new Client(context).toast("agent-loop", problem, "warning", NOTICE_MS);
    },
    "experimental.chat.system.transform": async (input, output) => addGoal(input, fieldsOf(output)["system"]),
    "experimental.session.compacting": async (input, output) => addGoal(input, fieldsOf(output)["context"]),
    dispose: async () => {
      await continuation?.cleanup();
      await goals.cleanup();
    },
  };
};
