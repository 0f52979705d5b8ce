import type { HostEvent, SessionSource, ToolUse } from "../../engine/hooks/host-event.ts";
import { parseSessionKey } from "../../workspace/session-key.ts";
import { isMachineMade } from "../machine-prompt.ts";
import {
  asPayload,
  idOf,
  isTrue,
  itemsOf,
  lastMessageOf,
  listItemsIn,
  objectOf,
  pathsIn,
  promptIdOf,
  readOrigin,
  sourceOf,
  textOf,
  toolCallOf,
  triggerOf,
  type Origin,
  type Payload,
} from "../payload.ts";
import { EDITING, LISTING, SHELL, SPAWNING } from "./tool-names.ts";

const SPAWN: ReadonlySet<string> = new Set(SPAWNING.split("|"));
const EDIT: ReadonlySet<string> = new Set(EDITING.split("|"));
const LIST: ReadonlySet<string> = new Set(["TodoWrite", ...LISTING.split("|")]);

/** What a payload of Claude Code's hooks says; undefined where it is none, or of no interest. Never throws. */
export function readEvent(input: unknown, env: Env = {}): HostEvent | undefined {
  const payload = asPayload(input);
  const origin = payload && readOrigin("claude", payload);
  if (payload === undefined || origin === undefined) return undefined;
  switch (textOf(payload, "hook_event_name") ?? "") {
    case "SessionStart":
      return { ...readStart(origin, payload, env), ...idOf(payload, "prompt_id"), type: "session-started" };
    case "UserPromptSubmit":
      return readPrompt(origin, payload);
    case "PreToolUse":
      return {
        ...origin,
        ...idOf(payload, "tool_use_id"),
        type: "tool-starting",
        tool: readTool(payload, origin.cwd),
      };
    case "PostToolUse":
    case "PostToolUseFailure":
      return readFinished(origin, payload);
    case "SubagentStart":
      return isSubagent(origin) ? { ...origin, ...idOf(payload, "agent_id"), type: "subagent-starting" } : undefined;
    case "SubagentStop":
      return isSubagent(origin) ? { ...origin, type: "subagent-finished", ...lastMessageOf(payload) } : undefined;
    case "Stop":
      return readStop(origin, payload, "clean");
    case "StopFailure":
      return readStop(origin, payload, "error");
    case "PreCompact":
      return { ...origin, type: "compacting", trigger: triggerOf(payload) };
    case "PostCompact":
      return { ...origin, type: "compacted" };
    case "SessionEnd":
      return {
        ...origin,
        ...idOf(payload, "prompt_id"),
        type: "session-ended",
        reason: textOf(payload, "reason") ?? "other",
      };
    default:
      return undefined;
  }
}

type Env = Readonly<Record<string, string | undefined>>;

const ENV_FILE = /[/\\]session-env[/\\]([0-9a-f-]{36})[/\\][^/\\]+$/;

/**
 * The start of a fork names the conversation that it is forked from. Its own name stands in the path of the file that it
 * is to take variables from.
 */
function readStart(origin: Origin, payload: Payload, env: Env): Origin & { readonly source: SessionSource } {
  const source = sourceOf(payload);
  const own = ENV_FILE.exec(env["CLAUDE_ENV_FILE"] ?? "")?.[1];
  const session = own === undefined ? undefined : parseSessionKey(`claude:${own}`);
  if (source !== "resume" || session === undefined || session === origin.session) return { ...origin, source };
  return { ...origin, session, source: "fork" };
}

/** The agent that writes the summary of a compaction has no type: it is nobody's subagent. */
const isSubagent = (origin: Origin): boolean => origin.agent !== undefined && origin.agentType !== undefined;

function readPrompt(origin: Origin, payload: Payload): HostEvent {
  const prompt = textOf(payload, "prompt") ?? "";
  return {
    ...origin,
    ...promptIdOf(payload, "prompt_id", prompt),
    type: "prompt-submitted",
    prompt,
    by: origin.agent === undefined && prompt !== "" && !isMachineMade(prompt) ? "person" : "machine",
  };
}

function readTool(payload: Payload, cwd: string): ToolUse {
  const base = toolCallOf(payload);
  const { name } = base;
  const input = objectOf(payload, "tool_input");
  if (name === SHELL) {
    const command = textOf(input, "command");
    return { ...base, kind: "shell", ...(command === undefined ? {} : { command }) };
  }
  if (EDIT.has(name) || name === "Read") {
    const paths = pathsIn(cwd, [textOf(input, "file_path"), textOf(input, "notebook_path")]);
    return { ...base, kind: name === "Read" ? "read" : "edit", paths };
  }
  if (LIST.has(name)) return { ...base, kind: "list", ...readListed(name, input, payload) };
  if (!SPAWN.has(name)) return { ...base, kind: "other" };
  const prompt = textOf(input, "prompt");
  const subagentType = textOf(input, "subagent_type");
  return {
    ...base,
    kind: "spawn",
    ...(prompt === undefined ? {} : { prompt }),
    ...(subagentType === undefined ? {} : { subagentType }),
    ...readSpawned(payload),
  };
}

/** The list as a whole, or one item of it, whichever the host has switched on. */
function readListed(name: string, input: Payload | undefined, payload: Payload): Pick<ToolUse, "items" | "item"> {
  if (input === undefined) return {};
  if (name === "TodoWrite") return { items: listItemsIn(itemsOf(input, "todos"), "content") };
  const made = objectOf(objectOf(payload, "tool_response") ?? {}, "task");
  const id = textOf(input, "taskId") ?? textOf(made, "id");
  const content = textOf(input, "subject");
  const status = textOf(input, "status");
  if (id === undefined) return {};
  return {
    item: {
      id: id.slice(0, LONGEST_ID),
      ...(content === undefined ? {} : { content }),
      ...(status === undefined ? {} : { status }),
    },
  };
}

const LONGEST_ID = 40;

function readSpawned(payload: Payload): Pick<ToolUse, "agent" | "isBackground"> {
  const response = objectOf(payload, "tool_response");
  const agent = textOf(response, "agentId");
  if (response === undefined || agent === undefined) return {};
  return { agent, isBackground: isTrue(response, "isAsync") || textOf(response, "status") === "async_launched" };
}

function readFinished(origin: Origin, payload: Payload): HostEvent {
  const tool = readTool(payload, origin.cwd);
  const isFailure = textOf(payload, "hook_event_name") === "PostToolUseFailure";
  const response = objectOf(payload, "tool_response");
  const isCutShort = isTrue(payload, "is_interrupt") || (response !== undefined && isTrue(response, "interrupted"));
  const code = /^Exit code (\d{1,3})\b/.exec(textOf(payload, "error") ?? "")?.[1];
  const isShell = tool.kind === "shell" && !isCutShort && !isFailure;
  return {
    ...origin,
    ...idOf(payload, "tool_use_id"),
    type: "tool-finished",
    tool,
    outcome: isCutShort ? "unknown" : isFailure ? "failed" : "ok",
    ...(code === undefined || isCutShort ? {} : { exitCode: Number(code) }),
    ...(isShell && response !== undefined ? readShellEnd(response) : {}),
    ...(tool.kind === "shell" ? { isCwdAfter: true } : {}),
  };
}

/**
 * A command of which the host tells no failure has ended with 0, but for what still runs, and for programs such as grep
 * whose other exits are no failure to the host. Settings of an older Holdfast do not hand over what tells these apart.
 */
function readShellEnd(response: Payload): { readonly exitCode?: number; readonly printed?: string } {
  const printed = response["stdout"];
  if (typeof printed !== "string" || OTHER_ENDS.some((name) => textOf(response, name) !== undefined)) return {};
  const stderr = textOf(response, "stderr");
  const isCut = textOf(response, "persistedOutputPath") !== undefined;
  return { exitCode: 0, ...(isCut ? {} : { printed: stderr === undefined ? printed : `${printed}\n${stderr}` }) };
}

const OTHER_ENDS = ["backgroundTaskId", "returnCodeInterpretation"] as const;

function readStop(origin: Origin, payload: Payload, ending: "clean" | "error"): HostEvent | undefined {
  // A subagent's end is told by an event of its own.
  if (origin.agent !== undefined) return undefined;
  const running = itemsOf(payload, "background_tasks").filter((task) => {
    const status = textOf(asPayload(task), "status");
    return status === undefined || status === "running" || status === "pending";
  });
  const { id: promptId } = idOf(payload, "prompt_id");
  const scheduled = itemsOf(payload, "session_crons").flatMap((cron) => textOf(asPayload(cron), "prompt") ?? []);
  return {
    ...origin,
    type: "turn-ended",
    isContinued: isTrue(payload, "stop_hook_active"),
    backgroundTasks: running.length,
    ending,
    ...(promptId === undefined ? {} : { promptId }),
    // The host's plan mode is to it what an agent that plans is to others.
    ...(textOf(payload, "permission_mode") === "plan" ? { agentName: "plan" } : {}),
    ...(scheduled.length === 0 ? {} : { scheduled: scheduled.slice(0, 20) }),
    ...lastMessageOf(payload),
  };
}
