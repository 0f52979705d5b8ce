import type { HostEvent, HostReply } from "../../engine/host-event.ts";

/**
 * What Codex takes for an answer to an event of its hooks; empty for none. It drops the whole of an output that has one
 * key it does not know there, so nothing is said that has not been seen to arrive.
 */
export function writeReply(event: HostEvent, reply: HostReply): string {
  const output = speak(event, reply);
  return output === undefined ? "" : JSON.stringify(output);
}

function speak(event: HostEvent, reply: HostReply): object | undefined {
  switch (event.type) {
    case "session-started":
      return withContext("SessionStart", reply);
    case "prompt-submitted":
      return withContext("UserPromptSubmit", reply);
    case "subagent-starting":
      return withContext("SubagentStart", reply);
    case "tool-finished":
      return withContext("PostToolUse", reply);
    case "tool-starting":
      return reply.deny === undefined ? withContext("PreToolUse", reply) : denied(reply.deny);
    case "turn-ended":
    case "subagent-finished":
      return reply.goOn === undefined ? undefined : { decision: "block", reason: reply.goOn };
    case "compacting":
    case "compacted":
    case "session-ended":
      return undefined;
    default:
      return event satisfies never;
  }
}

const withContext = (hookEventName: string, { context }: HostReply): object | undefined =>
  context === undefined ? undefined : { hookSpecificOutput: { hookEventName, additionalContext: context } };

const denied = (reason: string): object => ({
  hookSpecificOutput: {
    hookEventName: "PreToolUse",
    permissionDecision: "deny",
    permissionDecisionReason: reason,
  },
});
