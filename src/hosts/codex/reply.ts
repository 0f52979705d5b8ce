import type { HostEvent, HostReply } from "../../engine/hooks/host-event.ts";
import { asPayload, objectOf, ownItems } from "../payload.ts";

/**
 * What Codex takes for an answer to an event of its hooks; empty for none. It drops the whole of an output that has one
 * key it does not know there, so nothing is said that has not been seen to arrive.
 */
export function writeReply(event: HostEvent, reply: HostReply, payload?: unknown): string {
  const output = speak(event, reply, payload);
  return output === undefined ? "" : JSON.stringify(output);
}

function speak(event: HostEvent, reply: HostReply, payload: unknown): object | undefined {
  switch (event.type) {
    case "session-started":
      return withContext("SessionStart", reply);
    case "prompt-submitted":
      return withNotice(withContext("UserPromptSubmit", reply), reply);
    case "subagent-starting":
      return withContext("SubagentStart", reply);
    case "tool-finished":
      return withContext("PostToolUse", reply);
    case "tool-starting":
      if (reply.deny !== undefined) return denied(reply.deny);
      return withPlan(reply, payload) ?? withContext("PreToolUse", reply);
    case "turn-ended":
    case "subagent-finished":
      return withNotice(reply.goOn === undefined ? undefined : { decision: "block", reason: reply.goOn }, reply);
    case "compacting":
    case "compacted":
    case "session-ended":
      return undefined;
    default:
      return event satisfies never;
  }
}

/** The person sees a notice as a warning. */
const withNotice = (output: object | undefined, { notice }: HostReply): object | undefined =>
  notice === undefined ? output : { ...output, systemMessage: notice };

const withContext = (hookEventName: string, { context }: HostReply): object | undefined =>
  context === undefined ? undefined : { hookSpecificOutput: { hookEventName, additionalContext: context } };

/**
 * The plan's items before the agent's own steps. It takes another input only with a permission, which this tool, that
 * shows a list, does not need in the first place.
 */
function withPlan({ items }: HostReply, payload: unknown): object | undefined {
  const input = objectOf(asPayload(payload) ?? {}, "tool_input");
  const steps = input?.["plan"];
  if (items === undefined || !Array.isArray(steps)) return undefined;
  const plan = [...items.map(({ content: step, status }) => ({ step, status })), ...ownItems(steps, "step")];
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "allow",
      updatedInput: { ...input, plan },
    },
  };
}

const denied = (reason: string): object => ({
  hookSpecificOutput: {
    hookEventName: "PreToolUse",
    permissionDecision: "deny",
    permissionDecisionReason: reason,
  },
});
