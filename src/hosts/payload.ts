import { isAbsolute, resolve } from "node:path";
import { isPlanItem, type ListItem } from "../context/plan-item.ts";
import type { HostName, SessionSource, ToolUse } from "../engine/hooks/host-event.ts";
import { fingerprint } from "../workspace/fingerprint.ts";
import { parseSessionKey } from "../workspace/session-key.ts";

/** What a host said, before anything of it is believed. */
export type Payload = Readonly<Record<string, unknown>>;

const LONGEST_PATH = 4096;

export const asPayload = (value: unknown): Payload | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Payload) : undefined;

/** A text that says something; undefined for everything else. */
export function textOf(payload: Payload | undefined, name: string): string | undefined {
  const value = payload !== undefined && Object.hasOwn(payload, name) ? payload[name] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}

export const payloadOf = (payload: Payload | undefined, name: string): Payload | undefined =>
  payload !== undefined && Object.hasOwn(payload, name) ? asPayload(payload[name]) : undefined;

/** The items of a list; none where it is not one. A transport may have made text of it. */
export function itemsOf(payload: Payload, name: string): readonly unknown[] {
  const value = Object.hasOwn(payload, name) ? payload[name] : undefined;
  if (Array.isArray(value)) return value;
  const parsed = typeof value === "string" ? parseJson(value) : undefined;
  return Array.isArray(parsed) ? parsed : [];
}

/** A flag, also where a transport made text of it. */
export const isTrue = (payload: Payload, name: string): boolean => payload[name] === true || payload[name] === "true";

/** A part that is an object, or the JSON text of one. */
export function objectOf(payload: Payload, name: string): Payload | undefined {
  const direct = payloadOf(payload, name);
  if (direct !== undefined) return direct;
  const text = textOf(payload, name);
  return text === undefined ? undefined : asPayload(parseJson(text));
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Whose an event is, and where. */
export type Origin = NonNullable<ReturnType<typeof readOrigin>>;

/** What every event says: whose it is, and where. Undefined where that cannot be told. */
export function readOrigin(host: HostName, payload: Payload) {
  const id = textOf(payload, "session_id");
  const session = id === undefined ? undefined : parseSessionKey(`${host}:${id}`);
  const cwd = textOf(payload, "cwd");
  if (session === undefined || cwd === undefined) return undefined;
  if (!isAbsolute(cwd) || cwd.length > LONGEST_PATH || cwd.includes("\0")) return undefined;
  const agent = textOf(payload, "agent_id");
  const agentType = textOf(payload, "agent_type");
  const transcript = textOf(payload, "transcript_path");
  return {
    host,
    session,
    cwd,
    ...(agent === undefined ? {} : { agent }),
    ...(agentType === undefined ? {} : { agentType }),
    ...(transcript === undefined ? {} : { transcript }),
  };
}

/** What tells a prompt from all others: several may come within one turn, and under its id. */
export const promptIdOf = (payload: Payload, name: string, prompt: string): { readonly id?: string } => {
  const id = textOf(payload, name);
  return id === undefined ? {} : { id: `${id.slice(0, 100)}:${fingerprint(prompt)}` };
};

const SOURCES: ReadonlySet<string> = new Set<SessionSource>(["startup", "resume", "clear", "compact", "fork"]);
const LONGEST_ID = 200;

/** What tells an event, or a call of a tool, from all others of its session. */
export const idOf = (payload: Payload, name: string): { readonly id?: string } => {
  const id = textOf(payload, name);
  return id === undefined ? {} : { id: id.slice(0, LONGEST_ID) };
};

/** How a session came to start; one that does not say so is new. */
export const sourceOf = (payload: Payload): SessionSource => {
  const source = textOf(payload, "source") ?? "";
  return SOURCES.has(source) ? (source as SessionSource) : "startup";
};

export const triggerOf = (payload: Payload): "manual" | "auto" =>
  textOf(payload, "trigger") === "manual" ? "manual" : "auto";

export const lastMessageOf = (payload: Payload): { readonly lastMessage?: string } => {
  const text = textOf(payload, "last_assistant_message");
  return text === undefined ? {} : { lastMessage: text };
};

/** A tool by its name, and which call of it this is. */
export const toolCallOf = (payload: Payload): Pick<ToolUse, "name" | "callId"> => {
  const { id: callId } = idOf(payload, "tool_use_id");
  return { name: textOf(payload, "tool_name") ?? "", ...(callId === undefined ? {} : { callId }) };
};

/** Paths that a tool was given, absolute; those that are none are left out. */
export const pathsIn = (cwd: string, given: readonly (string | undefined)[]): readonly string[] =>
  given
    .filter((path): path is string => path !== undefined && path.length <= LONGEST_PATH && !path.includes("\0"))
    .map((path) => resolve(cwd, path));

/** Items of a host's own list, each with its text under some name; what is none of them is left out. */
export const listItemsIn = (items: readonly unknown[], text: string): readonly ListItem[] =>
  items.flatMap((item) => {
    const payload = asPayload(item);
    const content = textOf(payload, text);
    const status = textOf(payload, "status");
    return content === undefined || status === undefined ? [] : [{ content, status }];
  });

/** Items as a host has them, without those that a plan put among them. */
export const ownItems = (items: readonly unknown[], text: string): readonly unknown[] =>
  items.filter((item) => !isPlanItem(textOf(asPayload(item), text) ?? ""));
