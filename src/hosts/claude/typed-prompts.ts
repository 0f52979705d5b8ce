import type { Typed, TypedQuery } from "../../engine/hooks/host-event.ts";
import { isMachineMade } from "../machine-prompt.ts";
import { asPayload, parseJson, payloadOf, textOf, type Payload } from "../payload.ts";
import { linesWith } from "../transcript.ts";

/** A turn that is longer than this is not read back to its beginning. */
const TAIL = 16 * 1024 * 1024;

/** A command as it is kept: what it expands to stands elsewhere. */
const COMMAND = /<command-name>(\/[^<\n]+)<\/command-name>/;

/**
 * What was typed, as the transcript keeps it: the words that a turn began with, by the prompt's id, and what was put in
 * line since a moment, which reaches the model in the middle of a turn.
 */
export function readTyped(transcript: string, { promptId, since }: TypedQuery): Typed {
  const marks = [
    ...(promptId === undefined ? [] : [JSON.stringify(promptId)]),
    ...(since === undefined ? [] : ['"queue-operation"']),
  ];
  const lines = linesWith(transcript, marks, TAIL) ?? [];
  const entries = lines.map((line) => asPayload(parseJson(line))).filter((entry) => entry !== undefined);
  const [prompt] = promptId === undefined ? [] : entries.flatMap((entry) => promptIn(entry, promptId) ?? []);
  return {
    ...(prompt === undefined ? {} : { prompt }),
    queued: since === undefined ? [] : entries.flatMap((entry) => queuedIn(entry, since) ?? []),
  };
}

function promptIn(entry: Payload, promptId: string): string | undefined {
  if (entry["type"] !== "user" || entry["promptId"] !== promptId || entry["isMeta"] === true) return undefined;
  const text = textOf(payloadOf(entry, "message"), "content");
  const command = COMMAND.exec(text ?? "")?.[1];
  if (command !== undefined) return command;
  return text === undefined || isMachineMade(text) ? undefined : text;
}

function queuedIn(entry: Payload, since: number): string | undefined {
  const text = textOf(entry, "content");
  const isPut = entry["type"] === "queue-operation" && entry["operation"] === "enqueue";
  if (!isPut || text === undefined || isMachineMade(text)) return undefined;
  return Date.parse(textOf(entry, "timestamp") ?? "") > since ? text : undefined;
}
