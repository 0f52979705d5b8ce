import { fields, HOOK_SERVER, partsOf, type HookTemplate } from "../hook-template.ts";

/** The events that are brought to the MCP server. A session's two ends never reach it, and what may refuse must not hang on it. */
export type ToolHookEvent =
  | "UserPromptSubmit"
  | "PostToolUse"
  | "PostToolUseFailure"
  | "SubagentStart"
  | "SubagentStop"
  | "Stop"
  | "StopFailure"
  | "PreCompact";

const EVERY: HookTemplate = {
  host: "claude",
  ...fields("hook_event_name", "session_id", "cwd", "transcript_path", "agent_id", "agent_type"),
};
const TOOL: HookTemplate = { ...EVERY, ...fields("tool_name", "tool_use_id") };
/** What is read of a tool's input; contents of files are not worth their way. */
const INPUT = partsOf(
  "tool_input",
  "command",
  "file_path",
  "notebook_path",
  "prompt",
  "subagent_type",
  "taskId",
  "subject",
  "status",
);
/** Of a shell: what it printed, and whether it has ended at all. */
const SHELL_END = ["stdout", "stderr", "backgroundTaskId", "returnCodeInterpretation", "persistedOutputPath"] as const;
const STOP: HookTemplate = {
  ...EVERY,
  ...fields("prompt_id", "permission_mode", "stop_hook_active"),
  ...fields("background_tasks", "session_crons", "last_assistant_message"),
};

/**
 * What Claude Code's hooks of the kind `mcp_tool` are to hand over, by event. It fills a field that is not there with
 * an empty text, and an object with its JSON.
 */
export const HOOK_INPUT: Readonly<Record<ToolHookEvent, HookTemplate>> = {
  UserPromptSubmit: { ...EVERY, ...fields("prompt", "prompt_id") },
  PostToolUse: {
    ...TOOL,
    ...INPUT,
    ...partsOf("tool_response", "interrupted", "agentId", "isAsync", "status", "task", ...SHELL_END),
  },
  PostToolUseFailure: { ...TOOL, ...INPUT, ...fields("error", "is_interrupt") },
  SubagentStart: EVERY,
  SubagentStop: { ...EVERY, ...fields("last_assistant_message") },
  Stop: STOP,
  StopFailure: STOP,
  PreCompact: { ...EVERY, ...fields("trigger") },
};

/**
 * Before each call of a tool of ours: the call itself does not say whether a subagent makes it, this event does. The
 * matcher fits the server's tools under its own name and under a plugin's.
 */
export const OWN_TOOL_HOOK = {
  event: "PreToolUse",
  matcher: `mcp__(plugin_.*_)?${HOOK_SERVER}__.*`,
  input: TOOL,
} as const satisfies { readonly event: string; readonly matcher: string; readonly input: HookTemplate };

/** Before the list of todos is written, where the host has that one: its input is given back with the plan in it. */
export const LIST_HOOK = {
  matcher: "TodoWrite",
  input: { ...TOOL, ...fields("tool_input") },
} as const satisfies { readonly matcher: string; readonly input: HookTemplate };

/** The tools that write the list one item after the other, which it has otherwise. */
export const LISTING = "TaskCreate|TaskUpdate";
