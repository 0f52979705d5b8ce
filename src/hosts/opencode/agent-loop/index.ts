/* holdfast/agent-loop: the programmatic interface of agent-loop-plugin (docs/agent-loop.md). */
export { createGoalManagement } from "./goal-management.ts";
export { agentLoopPlugin } from "./plugin.ts";
export { createTaskContinuation } from "./task-continuation.ts";
// oxlint-disable-next-line import/no-default-export -- a plugin is one to OpenCode
export { agentLoopPlugin as default } from "./plugin.ts";
