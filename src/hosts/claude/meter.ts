import { asPayload, parseJson, payloadOf, textOf } from "../payload.ts";
import { linesWith } from "../transcript.ts";

const PARTS = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"] as const;

/**
 * The tokens of all requests and answers of a conversation, cached ones too, as its transcript tells. A message stands
 * there in several lines, each with the same usage.
 */
export function readMeter(transcript: string): number | undefined {
  const messages = new Map<string, number>();
  const lines = linesWith(transcript, ['"usage"']);
  for (const line of lines ?? []) {
    const message = payloadOf(asPayload(parseJson(line)), "message");
    const usage = payloadOf(message, "usage");
    const id = textOf(message, "id");
    if (usage === undefined || id === undefined) continue;
    const counts = PARTS.map((part) => usage[part]).filter((count) => Number.isSafeInteger(count)) as number[];
    messages.set(
      id,
      counts.reduce((sum, count) => sum + Math.max(count, 0), 0),
    );
  }
  return lines === undefined ? undefined : [...messages.values()].reduce((sum, count) => sum + count, 0);
}
