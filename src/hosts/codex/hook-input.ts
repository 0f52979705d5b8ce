import { fields, type HookTemplate } from "../hook-template.ts";

/** The events that are brought to the MCP server; a session's end never reaches it, and what may refuse must not hang on it. */
export type ToolHookEvent =
  | "UserPromptSubmit"
  | "PostToolUse"
  | "SubagentStart"
  | "SubagentStop"
  | "Stop"
  | "Interrupt"
  | "PreCompact";

/** `agent_id` is not among them, for only subagents have it: the server takes it from the thread of the call. */
const every = (event: ToolHookEvent | "PreToolUse"): HookTemplate => ({
  host: "codex",
  hook_event_name: event,
  ...fields("session_id", "cwd", "transcript_path"),
});

/**
 * What Codex's hooks of the kind `mcp_tool` are to hand over, by event. A hook that names a field which its event does
 * not have is silently not run, so each names what is always there.
 */
export const HOOK_INPUT: Readonly<Record<ToolHookEvent, HookTemplate>> = {
  UserPromptSubmit: { ...every("UserPromptSubmit"), ...fields("turn_id", "prompt") },
  PostToolUse: { ...every("PostToolUse"), ...fields("tool_name", "tool_use_id", "tool_input", "tool_response") },
  SubagentStart: { ...every("SubagentStart"), ...fields("agent_id", "agent_type") },
  SubagentStop: { ...every("SubagentStop"), ...fields("agent_id", "agent_type", "last_assistant_message") },
  Stop: { ...every("Stop"), ...fields("stop_hook_active", "last_assistant_message") },
  Interrupt: every("Interrupt"),
  PreCompact: { ...every("PreCompact"), ...fields("trigger") },
};

/** Before the list of steps is written: its input is given back with the plan in it. */
export const LIST_HOOK = {
  matcher: "^update_plan$",
  input: { ...every("PreToolUse"), ...fields("tool_name", "tool_use_id", "tool_input") },
} as const satisfies { readonly matcher: string; readonly input: HookTemplate };
