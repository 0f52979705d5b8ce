import type { Typed, TypedQuery } from "../../engine/hooks/host-event.ts";
import { isMachineMade } from "../machine-prompt.ts";
import { asPayload, parseJson, payloadOf, textOf, type Payload } from "../payload.ts";
import { linesWith } from "../transcript.ts";

/** A turn that is longer than this is not read back to its beginning. */
const TAIL = 16 * 1024 * 1024;
/** Where nothing hangs on it but a line for the person, less has to do. */
const SHORT_TAIL = 4 * 1024 * 1024;

const DELIVERED = '"queued_command"';

/** A command as it is kept: what it expands to stands elsewhere. */
const COMMAND = /<command-name>(\/[^<\n]+)<\/command-name>/;

/**
 * What was typed, as the transcript keeps it: the words that a turn began with, by the prompt's id, and what was put in
 * line since a moment, which reaches the model in the middle of a turn, and what has so reached it in one.
 */
export function readTyped(transcript: string, { promptId, since, during }: TypedQuery): Typed {
  const marks = [
    ...(promptId === undefined ? [] : [JSON.stringify(promptId)]),
    ...(since === undefined ? [] : ['"queue-operation"']),
  ];
  const turn = during === undefined ? [] : [JSON.stringify(during), DELIVERED];
  const tail = marks.length === 0 ? SHORT_TAIL : TAIL;
  const lines = linesWith(transcript, [...marks, ...turn], tail) ?? [];
  const entries = entriesOf(lines.filter((line) => marks.some((mark) => line.includes(mark))));
  const [prompt] = promptId === undefined ? [] : entries.flatMap((entry) => promptIn(entry, promptId) ?? []);
  return {
    ...(prompt === undefined ? {} : { prompt }),
    queued: since === undefined ? [] : entries.flatMap((entry) => queuedIn(entry, since) ?? []),
    during: during === undefined ? [] : deliveredIn(lines, JSON.stringify(during)),
  };
}

const entriesOf = (lines: readonly string[]): readonly Payload[] =>
  lines.map((line) => asPayload(parseJson(line))).filter((entry) => entry !== undefined);

/** What stands behind the turn's first line; of the others only these few are read. */
function deliveredIn(lines: readonly string[], turn: string): readonly string[] {
  const first = lines.findIndex((line) => line.includes(turn));
  const behind = first === -1 ? [] : lines.slice(first + 1).filter((line) => line.includes(DELIVERED));
  return entriesOf(behind).flatMap((entry) => {
    const attachment = payloadOf(entry, "attachment");
    const text = textOf(attachment, "prompt");
    const isTyped = textOf(attachment, "type") === "queued_command" && textOf(attachment, "commandMode") === "prompt";
    return !isTyped || text === undefined || isMachineMade(text) ? [] : [text];
  });
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
