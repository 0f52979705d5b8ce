import type { HostEvent, ToolUse } from "../../engine/hooks/host-event.ts";
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

const PATCHED = /^\*\*\* (?:Add File|Update File|Delete File|Move to): (.+)$/gm;

/** What a payload of Codex's hooks says; undefined where it is none, or of no interest. Never throws. */
export function readEvent(input: unknown): HostEvent | undefined {
  const payload = asPayload(input);
  const origin = payload && readOrigin("codex", payload);
  if (payload === undefined || origin === undefined) return undefined;
  switch (textOf(payload, "hook_event_name") ?? "") {
    case "SessionStart":
      return { ...origin, type: "session-started", source: sourceOf(payload) };
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
      return readFinished(origin, payload);
    case "SubagentStart":
      return origin.agent === undefined
        ? undefined
        : { ...origin, ...idOf(payload, "agent_id"), type: "subagent-starting" };
    case "SubagentStop":
      return origin.agent === undefined
        ? undefined
        : { ...origin, type: "subagent-finished", ...lastMessageOf(payload) };
    case "Stop":
      return readEnd(origin, payload, "clean");
    case "Interrupt":
      return readEnd(origin, payload, "interrupted");
    case "PreCompact":
      return { ...origin, type: "compacting", trigger: triggerOf(payload) };
    case "PostCompact":
      return { ...origin, type: "compacted" };
    case "SessionEnd":
      return { ...origin, type: "session-ended", reason: textOf(payload, "reason") ?? "other" };
    default:
      return undefined;
  }
}

/** The prompt that a model wrote for its subagent is submitted too, under the subagent's id. */
function readPrompt(origin: Origin, payload: Payload): HostEvent {
  const prompt = textOf(payload, "prompt") ?? "";
  const isPersons = origin.agent === undefined && prompt !== "" && !isMachineMade(prompt);
  return {
    ...origin,
    ...promptIdOf(payload, "turn_id", prompt),
    type: "prompt-submitted",
    prompt,
    by: isPersons ? "person" : "machine",
  };
}

function readTool(payload: Payload, cwd: string): ToolUse {
  const base = toolCallOf(payload);
  const { name } = base;
  const input = objectOf(payload, "tool_input");
  const command = textOf(input, "command");
  if (name === "apply_patch") {
    const paths = [...(command ?? "").matchAll(PATCHED)].map(([, path]) => path?.trim());
    return { ...base, kind: "edit", paths: pathsIn(cwd, paths) };
  }
  if (name === "Bash") return { ...base, kind: "shell", ...(command === undefined ? {} : { command }) };
  if (name === "update_plan" && input !== undefined) {
    return { ...base, kind: "list", items: listItemsIn(itemsOf(input, "plan"), "step") };
  }
  // Both generations: `spawn_agent`, and `collaborationspawn_agent`, whose message may be opaque.
  if (!name.endsWith("spawn_agent")) return { ...base, kind: "other" };
  const prompt = textOf(input, "message");
  const subagentType = textOf(input, "agent_type");
  const isFinished = Object.hasOwn(payload, "tool_response");
  const agent = textOf(objectOf(payload, "tool_response"), "agent_id");
  return {
    ...base,
    kind: "spawn",
    ...(prompt === undefined ? {} : { prompt }),
    ...(subagentType === undefined ? {} : { subagentType }),
    ...(agent === undefined ? {} : { agent }),
    // A spawn returns at once; its agent goes on.
    ...(isFinished ? { isBackground: true } : {}),
  };
}

/** The shell's exit is not told, so how it went is unknown; a patch says its own. */
function readFinished(origin: Origin, payload: Payload): HostEvent {
  const tool = readTool(payload, origin.cwd);
  const code =
    tool.kind === "edit" ? /^Exit code: (\d{1,3})$/m.exec(textOf(payload, "tool_response") ?? "")?.[1] : undefined;
  const exitCode = code === undefined ? undefined : Number(code);
  return {
    ...origin,
    ...idOf(payload, "tool_use_id"),
    type: "tool-finished",
    tool,
    outcome: exitCode === undefined ? "unknown" : exitCode === 0 ? "ok" : "failed",
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}

function readEnd(origin: Origin, payload: Payload, ending: "clean" | "interrupted"): HostEvent | undefined {
  if (origin.agent !== undefined) return undefined;
  return {
    ...origin,
    type: "turn-ended",
    isContinued: isTrue(payload, "stop_hook_active"),
    backgroundTasks: 0,
    ending,
    ...lastMessageOf(payload),
  };
}
