import { answerHost } from "../engine/hooks/answer-host.ts";
import type { HostEvent, TypedQuery } from "../engine/hooks/host-event.ts";
import type { HostAdapter } from "./adapter.ts";
import { adapterOf } from "./adapters.ts";

export interface PayloadWay {
  /** The payload came by a way that an agent cannot take by its tools. */
  readonly isTrusted: boolean;
  /** The event's name, for transports whose payload does not have it. */
  readonly event?: string;
}

/**
 * Answers a payload of a host's hook with the text that the host takes; empty for nothing, and for what is no payload.
 * Never throws.
 */
export async function answerPayload(
  host: string,
  payload: unknown,
  env: Readonly<Record<string, string | undefined>>,
  { isTrusted, event: name }: PayloadWay,
): Promise<string> {
  const adapter = adapterOf(host);
  const named = name === undefined ? payload : withName(payload, name);
  const read = adapter?.read(named, env);
  if (adapter === undefined || read === undefined) return "";
  const event = withContextUse(read, adapter);
  const { limits } = adapter;
  const reply = await answerHost(event, { cwd: event.cwd, env, isTrusted, limits, ...readersOf(adapter, event) });
  return adapter.write(event, reply, named);
}

/** What the conversation's transcript can be asked, where the host has one. */
function readersOf({ readMeter, readTyped }: HostAdapter, { transcript }: HostEvent) {
  if (transcript === undefined) return {};
  return {
    ...(readMeter === undefined ? {} : { meter: () => readMeter(transcript) }),
    ...(readTyped === undefined ? {} : { typed: (query: TypedQuery) => readTyped(transcript, query) }),
  };
}

/** With a prompt it matters how full the context is. */
function withContextUse(event: HostEvent, { readContextUse }: HostAdapter): HostEvent {
  if (event.type !== "prompt-submitted" || event.agent !== undefined || event.transcript === undefined) return event;
  const contextUse = readContextUse?.(event.transcript);
  return contextUse === undefined ? event : { ...event, contextUse };
}

function withName(payload: unknown, name: string): unknown {
  if (typeof payload !== "object" || payload === null || "hook_event_name" in payload) return payload;
  return { ...payload, hook_event_name: name };
}
