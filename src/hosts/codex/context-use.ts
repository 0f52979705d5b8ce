import { asPayload, parseJson, payloadOf } from "../payload.ts";
import { linesWith } from "../transcript.ts";

/** The last count of tokens stands near the end; what comes after it is the end of a turn. */
const TAIL_BYTES = 128 * 1024;

/**
 * How full the context window of a conversation is, 0 to 1, as Codex writes it into the conversation's transcript after
 * each answer of the model; undefined where that is not to be found.
 */
export function readContextUse(transcript: string): number | undefined {
  for (const line of (linesWith(transcript, ['"last_token_usage"'], TAIL_BYTES) ?? []).toReversed()) {
    const info = payloadOf(payloadOf(asPayload(parseJson(line)), "payload"), "info");
    const used = payloadOf(info, "last_token_usage")?.["total_tokens"];
    const window = info?.["model_context_window"];
    if (typeof used !== "number" || typeof window !== "number" || !(used >= 0) || !(window > 0)) continue;
    return Math.min(used / window, 1);
  }
  return undefined;
}
