import { asPayload, parseJson, payloadOf } from "../payload.ts";
import { linesWith } from "../transcript.ts";

/** The last count stands near the end, unless a tool printed more than this after it. */
const TAIL = 8 * 1024 * 1024;

/** The tokens of all requests and answers of a conversation, cached ones too, as its transcript counts them. */
export function readMeter(transcript: string): number | undefined {
  const last = linesWith(transcript, ['"total_token_usage"'], TAIL)?.at(-1);
  const info = payloadOf(payloadOf(asPayload(parseJson(last ?? "")), "payload"), "info");
  const total = payloadOf(info, "total_token_usage")?.["total_tokens"];
  return typeof total === "number" && Number.isSafeInteger(total) && total >= 0 ? total : undefined;
}
