import { textOf, type Payload } from "../payload.ts";
import { fieldsOf } from "./fields.ts";

/** A message of a request: `info` says whose it is. */
export interface Entry {
  readonly info: unknown;
  readonly parts: readonly unknown[];
}

/** A text of ours and where it stands. It is put there again with each request, so that the bytes before it stay. */
interface Placed {
  readonly message: string;
  /** A tool's call, at the end of whose result it stands; without one it is a part of the user's message. */
  readonly part?: string;
  readonly text: string;
}

/** What the model has been shown so far in one conversation. */
export interface Trail {
  readonly placed: readonly Placed[];
  /** The lines it knows by now. */
  readonly said: readonly string[];
}

export const NO_TRAIL: Trail = { placed: [], said: [] };

/** What moves, as lines, with the tag that they stand in. */
export interface Moving {
  readonly lines: readonly string[];
  /** Opens the block; where the model has seen one before, with `isUpdate`. */
  readonly frame: (lines: readonly string[], isUpdate: boolean) => string;
}

/** What is said once, with the next request. */
export interface News {
  /** Lines for the block. */
  readonly lines: readonly string[];
  /** What stands outside of it. */
  readonly texts: readonly string[];
}

export const NO_NEWS: News = { lines: [], texts: [] };

export interface Told {
  readonly moving: Moving | undefined;
  readonly news?: News;
}

/**
 * Puts into the messages of a request what the model should know: the whole block once, then only the lines that
 * moved, each time in what is then the last message. Nothing that was sent before is changed, since a provider's
 * cache is good up to the first byte that differs; where the host dropped a message that we stood in, it begins anew.
 */
export function placeMoving(messages: Entry[], trail: Trail, { moving, news = NO_NEWS }: Told): Trail {
  const isWhole = trail.placed.every((placed) => find(messages, placed) !== undefined);
  const start = isWhole ? trail : NO_TRAIL;
  const fresh = [...news.texts, ...tell(moving, start, news.lines)];
  const anchor = fresh.length === 0 ? undefined : lastPlace(messages);
  const placed = anchor === undefined ? start.placed : [...start.placed, { ...anchor, text: fresh.join("\n") }];
  for (const one of placed) put(messages, one);
  if (fresh.length > 0 && anchor === undefined) return start;
  return { placed, said: moving?.lines ?? [] };
}

function tell(moving: Moving | undefined, { said }: Trail, more: readonly string[]): readonly string[] {
  if (moving === undefined) return more;
  const { lines, frame } = moving;
  if (said.length === 0) return lines.length + more.length === 0 ? [] : [frame([...lines, ...more], false)];
  const known = new Set(said);
  const labels = new Set(lines.map(labelOf));
  const gone = said.map(labelOf).filter((label) => !labels.has(label));
  const moved = [
    ...lines.filter((line) => !known.has(line)),
    ...gone.map((label) => `${label}: nothing now`),
    ...more.filter((line) => !known.has(line)),
  ];
  return moved.length === 0 ? [] : [frame(moved, true)];
}

/** A computed next action replaces a recorded one. */
const labelOf = (line: string): string => line.slice(0, line.indexOf(":")).replace(" (computed)", "");

const idOfMessage = ({ info }: Entry): string | undefined => textOf(fieldsOf(info), "id");

function find(messages: readonly Entry[], { message, part }: Omit<Placed, "text">): number | undefined {
  const at = messages.findIndex((entry) => idOfMessage(entry) === message);
  if (at < 0) return undefined;
  const isThere = part === undefined || messages[at]!.parts.some((one) => resultOf(one)?.part === part);
  return isThere ? at : undefined;
}

/** The field of a finished call that its result is made of; undefined once the host has dropped the result. */
function resultOf(part: unknown): { readonly part: string; readonly field: "output" | "error" } | undefined {
  const { id, type, state } = fieldsOf(part);
  const { status, time, output, error } = fieldsOf(state);
  if (type !== "tool" || typeof id !== "string") return undefined;
  if (status === "completed" && typeof output === "string" && fieldsOf(time)["compacted"] === undefined) {
    return { part: id, field: "output" };
  }
  return status === "error" && typeof error === "string" ? { part: id, field: "error" } : undefined;
}

/** The end of the request: the user's message, or the last result of a tool; else the last thing the user said. */
function lastPlace(messages: readonly Entry[]): Omit<Placed, "text"> | undefined {
  const last = messages.at(-1);
  const message = last === undefined ? undefined : idOfMessage(last);
  if (last !== undefined && message !== undefined && !isUsers(last)) {
    const result = last.parts.map(resultOf).findLast((found) => found !== undefined);
    if (result !== undefined) return { message, part: result.part };
  }
  const users = messages.findLast((entry) => isUsers(entry) && idOfMessage(entry) !== undefined);
  return users === undefined ? undefined : { message: idOfMessage(users)! };
}

const isUsers = ({ info }: Entry): boolean => fieldsOf(info)["role"] === "user";

/** Replaces the message by one with the text: the host uses its own copy elsewhere, to name the conversation by. */
function put(messages: Entry[], placed: Placed): void {
  const at = find(messages, placed);
  if (at === undefined) return;
  const entry = messages[at]!;
  const parts =
    placed.part === undefined
      ? [...entry.parts, textPart(entry, placed.text)]
      : entry.parts.map((part) => (resultOf(part)?.part === placed.part ? withResult(part, placed.text) : part));
  messages[at] = { ...entry, parts };
}

function textPart({ info }: Entry, text: string): Payload {
  const { id, sessionID } = fieldsOf(info);
  return { id: "prt_holdfast", messageID: id, sessionID, type: "text", text, synthetic: true };
}

function withResult(part: unknown, text: string): unknown {
  const { field } = resultOf(part)!;
  const state = fieldsOf(fieldsOf(part)["state"]);
  return { ...fieldsOf(part), state: { ...state, [field]: `${String(state[field])}\n\n${text}` } };
}
