import type { WireEvent, WireIds } from "./wire.ts";
import type { ToolCall, Turn } from "./turn.ts";

/** A turn as one message of the Messages API. */
export function toMessage(turn: Turn, model: string, id: WireIds): Readonly<Record<string, unknown>> {
  const calls = turn.calls ?? [];
  return {
    ...envelope(turn, model, id),
    content: [...textBlocks(turn), ...calls.map((call) => toolBlock(call, id, call.input))],
    stop_reason: stopReason(turn),
    usage: { ...usageOf(turn), output_tokens: turn.usage?.output ?? 10 },
  };
}

/** The same, as the stream of events that it is sent in. */
export function toMessageEvents(turn: Turn, model: string, id: WireIds): readonly WireEvent[] {
  const text = textBlocks(turn).map((block) => ({
    start: { type: "text", text: "" },
    delta: { type: "text_delta", text: block.text },
  }));
  const calls = (turn.calls ?? []).map((call) => ({
    start: toolBlock(call, id, {}),
    delta: { type: "input_json_delta", partial_json: JSON.stringify(call.input) },
  }));
  return [
    { type: "message_start", message: { ...envelope(turn, model, id), content: [], stop_reason: null } },
    ...[...text, ...calls].flatMap(({ start, delta }, index) => [
      { type: "content_block_start", index, content_block: start },
      { type: "content_block_delta", index, delta },
      { type: "content_block_stop", index },
    ]),
    {
      type: "message_delta",
      delta: { stop_reason: stopReason(turn), stop_sequence: null },
      usage: { output_tokens: turn.usage?.output ?? 10 },
    },
    { type: "message_stop" },
  ].map((data) => ({ event: data.type, data }));
}

const envelope = (turn: Turn, model: string, id: WireIds): Readonly<Record<string, unknown>> => ({
  id: id("msg"),
  type: "message",
  role: "assistant",
  model,
  stop_sequence: null,
  usage: { ...usageOf(turn), output_tokens: 1 },
});

/** A message without calls has a text, if only an empty one: without any block it would be an error to the host. */
const textBlocks = ({ text, calls }: Turn): readonly { readonly type: "text"; readonly text: string }[] =>
  text === undefined && calls !== undefined && calls.length > 0 ? [] : [{ type: "text", text: text ?? "" }];

const toolBlock = ({ name }: ToolCall, id: WireIds, input: unknown) => ({
  type: "tool_use",
  id: id("toolu"),
  name,
  input,
});

const stopReason = ({ calls }: Turn): string => ((calls ?? []).length > 0 ? "tool_use" : "end_turn");

const usageOf = ({ usage }: Turn) => ({
  input_tokens: usage?.input ?? 100,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
});
