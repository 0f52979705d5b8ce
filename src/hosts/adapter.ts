import type { HostEvent, HostLimits, HostName, HostReply, Typed, TypedQuery } from "../engine/hooks/host-event.ts";

/** Translates between one host and the neutral events and replies. Neither way throws, whatever comes. */
export interface HostAdapter {
  readonly name: HostName;
  readonly limits: HostLimits;
  /** Undefined for what is no payload of this host, and for what is of no interest; `env` is that of the hook. */
  readonly read: (payload: unknown, env?: Readonly<Record<string, string | undefined>>) => HostEvent | undefined;
  /** How full the context window is, 0 to 1, by the conversation's transcript; absent where that does not say. */
  readonly readContextUse?: (transcript: string) => number | undefined;
  /** The text that the host takes for an answer; empty where there is nothing to say, or no way to say it. */
  readonly write: (event: HostEvent, reply: HostReply, payload: unknown) => string;
  /** What was typed and no hook told of; absent where hooks always do. */
  readonly readTyped?: (transcript: string, query: TypedQuery) => Typed;
  /** How many tokens a conversation has used in all, by its transcript; undefined where that does not tell. */
  readonly readMeter?: (transcript: string) => number | undefined;
}
