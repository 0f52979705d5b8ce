import { isMachineMade } from "../machine-prompt.ts";
import { asPayload, parseJson, payloadOf, textOf } from "../payload.ts";
import { linesWith } from "../transcript.ts";

/** A turn that is longer than this is not read back to its beginning. */
const TAIL = 16 * 1024 * 1024;

/** A command as it is kept: what it expands to stands elsewhere. */
const COMMAND = /<command-name>(\/[^<\n]+)<\/command-name>/;

/**
 * The words that a turn began with, by the prompt's id, as the transcript keeps them. Anybody with the account can have
 * written them: nothing is ever allowed on them.
 */
export function readPromptOf(transcript: string, promptId: string): string | undefined {
  for (const line of linesWith(transcript, JSON.stringify(promptId), TAIL) ?? []) {
    const entry = asPayload(parseJson(line));
    if (entry?.["type"] !== "user" || entry["promptId"] !== promptId || entry["isMeta"] === true) continue;
    const text = textOf(payloadOf(entry, "message"), "content");
    const command = COMMAND.exec(text ?? "")?.[1];
    if (command !== undefined) return command;
    if (text !== undefined && !isMachineMade(text)) return text;
  }
  return undefined;
}

/**
 * What was put in line since a moment. It reaches the model in the middle of the turn, and no hook tells of it; of
 * anybody's account, as all of the transcript.
 */
export function readQueued(transcript: string, since: number): readonly string[] {
  return (linesWith(transcript, '"queue-operation"', TAIL) ?? []).flatMap((line) => {
    const entry = asPayload(parseJson(line));
    const text = textOf(entry, "content");
    const isPut = entry?.["type"] === "queue-operation" && entry["operation"] === "enqueue";
    if (!isPut || text === undefined || isMachineMade(text)) return [];
    return Date.parse(textOf(entry, "timestamp") ?? "") > since ? [text] : [];
  });
}
