import { fields, HOOK_SERVER, partsOf, type HookTemplate } from "../hook-template.ts";
import { EDITING, LISTING, SHELL, SPAWNING } from "./tool-names.ts";

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
/** Of a shell: what it printed, and whether it has ended at all. */
const SHELL_END = ["stdout", "stderr", "backgroundTaskId", "returnCodeInterpretation", "persistedOutputPath"] as const;

/** What is read of a tool's input and of what came of it; the contents of files are not worth their way. */
const OF_TOOLS: readonly { readonly tools: string; readonly input: HookTemplate; readonly end: HookTemplate }[] = [
  { tools: EDITING, input: partsOf("tool_input", "file_path", "notebook_path"), end: {} },
  {
    tools: SHELL,
    input: partsOf("tool_input", "command"),
    end: partsOf("tool_response", "interrupted", ...SHELL_END),
  },
  {
    tools: SPAWNING,
    input: partsOf("tool_input", "prompt", "subagent_type"),
    end: partsOf("tool_response", "agentId", "isAsync", "status"),
  },
  {
    tools: LISTING,
    input: partsOf("tool_input", "taskId", "subject", "status"),
    end: partsOf("tool_response", "task"),
  },
];

const STOP: HookTemplate = {
  ...EVERY,
  ...fields("prompt_id", "permission_mode", "stop_hook_active"),
  ...fields("background_tasks", "session_crons", "last_assistant_message"),
};

/** A hook that calls the MCP server, for the tools of which it wants to hear. */
export interface ServerHook {
  /** Names with `|` between them: the host compares those without a pattern. */
  readonly matcher?: string;
  readonly input: HookTemplate;
}

/**
 * What Claude Code's hooks of the kind `mcp_tool` are to hand over, by event. It fills a field that is not there with
 * an empty text, and an object with its JSON.
 */
export const SERVER_HOOKS: Readonly<Record<ToolHookEvent, readonly ServerHook[]>> = {
  UserPromptSubmit: [{ input: { ...EVERY, ...fields("prompt", "prompt_id") } }],
  PostToolUse: OF_TOOLS.map(({ tools, input, end }) => ({ matcher: tools, input: { ...TOOL, ...input, ...end } })),
  PostToolUseFailure: OF_TOOLS.map(({ tools, input }) => ({
    matcher: tools,
    input: { ...TOOL, ...input, ...fields("error", "is_interrupt") },
  })),
  SubagentStart: [{ input: EVERY }],
  SubagentStop: [{ input: { ...EVERY, ...fields("last_assistant_message") } }],
  Stop: [{ input: STOP }],
  StopFailure: [{ input: STOP }],
  PreCompact: [{ input: { ...EVERY, ...fields("trigger") } }],
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
