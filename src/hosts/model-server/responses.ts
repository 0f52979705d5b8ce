import type { ToolCall, Turn } from "./turn.ts";
import type { WireEvent, WireIds } from "./wire.ts";

/** A turn as the stream of events of the Responses API. */
export function toResponseEvents(turn: Turn, model: string, id: WireIds): readonly WireEvent[] {
  const response = { id: id("resp"), object: "response", created_at: 0, model };
  const calls = (turn.calls ?? []).map((call) => callItem(call, id));
  const text = turn.text === undefined && calls.length > 0 ? [] : [textItem(turn.text ?? "", id)];
  const output = [...text, ...calls];
  const events = [
    { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
    ...output.flatMap((item, index) => [
      { type: "response.output_item.added", output_index: index, item: { ...item, status: "in_progress" } },
      ...deltasOf(item, index),
      { type: "response.output_item.done", output_index: index, item },
    ]),
    { type: "response.completed", response: { ...response, status: "completed", output, usage: usageOf(turn) } },
  ];
  return events.map((data, at) => ({ event: data.type, data: { ...data, sequence_number: at } }));
}

const textItem = (text: string, id: WireIds) => ({
  id: id("msg"),
  type: "message",
  role: "assistant",
  status: "completed",
  content: [{ type: "output_text", text, annotations: [] }],
});

const callItem = ({ name, namespace, input }: ToolCall, id: WireIds) => ({
  id: id("fc"),
  call_id: id("call"),
  name,
  ...(namespace === undefined ? {} : { namespace }),
  status: "completed",
  ...(typeof input === "string"
    ? { type: "custom_tool_call", input }
    : { type: "function_call", arguments: JSON.stringify(input) }),
});

/** A message's text is streamed as well; without a delta some hosts print nothing. */
function deltasOf(item: ReturnType<typeof textItem> | ReturnType<typeof callItem>, index: number) {
  if (!("content" in item)) return [];
  const text = item.content.map((part) => part.text).join("");
  return [{ type: "response.output_text.delta", item_id: item.id, output_index: index, content_index: 0, delta: text }];
}

function usageOf({ usage }: Turn) {
  const input = usage?.input ?? 100;
  const output = usage?.output ?? 10;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output,
  };
}
