import type { TextLimits } from "../../context/session-texts.ts";
import type { HostEvent, HostLimits, HostReply, Typed, TypedQuery } from "./host-event.ts";
import type { MemoryNote } from "./memory-note.ts";
import type { SessionMemory } from "./session-memory.ts";
import type { Workspace } from "../workspace.ts";

export type HostEventOf<T extends HostEvent["type"]> = Extract<HostEvent, { readonly type: T }>;

/** An event with all that is needed to answer it. */
export interface Hook<E extends HostEvent = HostEvent> {
  readonly event: E;
  readonly workspace: Workspace;
  readonly memory: SessionMemory;
  readonly limits: TextLimits;
  readonly isTrusted: boolean;
  readonly meter?: () => number | undefined;
  readonly typed?: (query: TypedQuery) => Typed;
  /** The host takes another prompt for a subagent that is about to start. */
  readonly rewritesPrompts: boolean;
}

/** What an event comes to: what the host is to do, and what the session's memory keeps. */
export interface Answer {
  readonly reply: HostReply;
  readonly notes: readonly MemoryNote[];
}

export const NOTHING: Answer = { reply: {}, notes: [] };

/** What every host takes, where none says more. */
export const LEAST_LIMITS: HostLimits = { bytes: 9_500, tokens: 2_400 };
