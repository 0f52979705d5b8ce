import type { HostEvent, ToolUse } from "../../engine/hooks/host-event.ts";
import { omit } from "../../plan/omit.ts";
import { readEvent as readLikeClaude } from "../claude/event.ts";
import { asPayload, itemsOf, objectOf, readOrigin, textOf, type Payload } from "../payload.ts";

/** TraeCLI's names of events, each with Claude Code's, whose payloads its own are written after. */
const NAMES: Readonly<Record<string, string>> = {
  session_start: "SessionStart",
  user_prompt_submit: "UserPromptSubmit",
  pre_tool_use: "PreToolUse",
  post_tool_use: "PostToolUse",
  post_tool_use_failure: "PostToolUseFailure",
  subagent_start: "SubagentStart",
  subagent_stop: "SubagentStop",
  stop: "Stop",
  pre_compact: "PreCompact",
  post_compact: "PostCompact",
  session_end: "SessionEnd",
};

/** What a payload of TraeCLI's hooks says. Written from its reference; it has not been run on a live host. */
export function readEvent(input: unknown): HostEvent | undefined {
  const payload = asPayload(input);
  const origin = payload && readOrigin("trae", payload);
  if (payload === undefined || origin === undefined) return undefined;
  const name = textOf(payload, "hook_event_name") ?? "";
  const known = Object.hasOwn(NAMES, name) ? NAMES[name] : name;
  const event = readLikeClaude({ ...payload, hook_event_name: known });
  if (event === undefined) return undefined;
  const read: HostEvent = { ...event, host: "trae", session: origin.session };
  if (read.type !== "tool-finished") return read;
  // What it says of a shell's end has been seen by nobody, so nothing is made of it.
  const finished = omit(read, "exitCode", "printed");
  return finished.tool.kind === "spawn" ? { ...finished, ...spawnEnd(finished.tool, payload) } : finished;
}

/** It has no event for a subagent's end: what that said stands in the answer of the call, or is not known. */
function spawnEnd(tool: ToolUse, payload: Payload): Pick<ToolFinished, "tool" | "outcome"> {
  const response = objectOf(payload, "tool_response");
  const parts =
    response === undefined ? [] : itemsOf(response, "content").map((part) => textOf(asPayload(part), "text"));
  const said =
    parts.filter((text) => text !== undefined).join("\n") ||
    (response === undefined ? textOf(payload, "tool_response") : undefined);
  return said === undefined ? { tool, outcome: "unknown" } : { tool: { ...tool, result: said }, outcome: "ok" };
}

type ToolFinished = Extract<HostEvent, { readonly type: "tool-finished" }>;
