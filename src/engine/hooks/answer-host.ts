import type { HostEvent, HostLimits, HostReply, Typed, TypedQuery } from "./host-event.ts";
import type { Caller } from "../place.ts";

export interface HostCaller extends Caller {
  /** The event came by a way that an agent cannot take by its tools; only then does a prompt count as a person's act. */
  readonly isTrusted: boolean;
  readonly limits?: HostLimits;
  /** Tells how many tokens the conversation has used in all; asked only where that matters. */
  readonly meter?: () => number | undefined;
  /** Tells what was typed of which no hook told; it costs a reading, so it is asked for everything at once. */
  readonly typed?: (query: TypedQuery) => Typed;
}

/**
 * Decides what a host is to do about an event, for all hosts alike. Never throws and never refuses: what goes wrong is
 * left in the session's receipt, and the host goes on. Loads the rest of the engine only where there is something to
 * decide.
 */
export async function answerHost(event: HostEvent, caller: HostCaller): Promise<HostReply> {
  if (isOff(caller.env["HOLDFAST"]) || !isOfInterest(event)) return {};
  try {
    return await (await import("./host-place.ts")).answerInPlace(event, caller);
  } catch {
    return {};
  }
}

/** Whether HOLDFAST says that Holdfast is to do nothing. */
export const isOff = (value: string | undefined): boolean => value !== undefined && /^(?:off|0|false)$/i.test(value);

/** What nothing is ever said or done about costs nothing but this look. */
function isOfInterest(event: HostEvent): boolean {
  switch (event.type) {
    case "compacted":
      return false;
    case "tool-starting":
      return (
        event.tool.kind === "edit" ||
        event.tool.kind === "shell" ||
        event.tool.kind === "spawn" ||
        event.tool.kind === "list"
      );
    case "session-started":
    case "prompt-submitted":
    case "tool-finished":
    case "subagent-starting":
    case "subagent-finished":
    case "turn-ended":
    case "compacting":
    case "session-ended":
      return true;
    default:
      return event satisfies never;
  }
}
