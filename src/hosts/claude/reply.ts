import type { ListItem } from "../../context/plan-item.ts";
import type { HostEvent, HostReply } from "../../engine/hooks/host-event.ts";
import { asPayload, objectOf, ownItems, textOf, type Payload } from "../payload.ts";

/** What Claude Code takes for an answer to an event of its hooks; empty for none. */
export function writeReply(event: HostEvent, reply: HostReply, payload: unknown): string {
  // The summariser is told by plain text only.
  if (event.type === "compacting") return reply.context ?? "";
  const output = { ...speak(event, reply, payload), ...notice(reply) };
  return Object.keys(output).length === 0 ? "" : JSON.stringify(output);
}

const notice = ({ notice: systemMessage }: HostReply) => (systemMessage === undefined ? {} : { systemMessage });

function speak(event: HostEvent, reply: HostReply, payload: unknown): object {
  switch (event.type) {
    case "session-started":
      return withContext("SessionStart", reply);
    case "prompt-submitted":
      return withContext("UserPromptSubmit", reply);
    case "subagent-starting":
      return withContext("SubagentStart", reply);
    case "tool-starting":
      return beforeTool(reply, payload);
    case "tool-finished": {
      const name = textOf(asPayload(payload), "hook_event_name");
      return withContext(name === "PostToolUseFailure" ? name : "PostToolUse", reply);
    }
    case "turn-ended":
    case "subagent-finished":
      return reply.goOn === undefined ? {} : { decision: "block", reason: reply.goOn };
    case "compacting":
    case "compacted":
    case "session-ended":
      return {};
    default:
      return event satisfies never;
  }
}

const withContext = (hookEventName: string, { context }: HostReply): object =>
  context === undefined ? {} : { hookSpecificOutput: { hookEventName, additionalContext: context } };

function beforeTool({ deny, prompt, items, context }: HostReply, payload: unknown): object {
  const input = objectOf(asPayload(payload) ?? {}, "tool_input");
  const todos = items === undefined || input === undefined ? undefined : withItems(items, input);
  const parts = {
    ...(deny === undefined ? {} : { permissionDecision: "deny", permissionDecisionReason: deny }),
    // The whole input has to be given again, and no permission with it: asking stays the host's.
    ...(deny !== undefined || prompt === undefined ? {} : { updatedInput: { ...input, prompt } }),
    ...(deny !== undefined || todos === undefined ? {} : { updatedInput: { ...input, todos } }),
    ...(context === undefined ? {} : { additionalContext: context }),
  };
  return Object.keys(parts).length === 0 ? {} : { hookSpecificOutput: { hookEventName: "PreToolUse", ...parts } };
}

/** The plan's items before the agent's own; undefined where this is no list. */
const withItems = (items: readonly ListItem[], input: Payload): readonly unknown[] | undefined =>
  Array.isArray(input["todos"])
    ? [
        ...items.map(({ content, status }) => ({ content, status, activeForm: content })),
        ...ownItems(input["todos"], "content"),
      ]
    : undefined;
