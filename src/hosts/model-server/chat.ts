import type { Turn } from "./turn.ts";
import type { WireIds } from "./wire.ts";

/** A turn as the chunks of the Chat Completions API. */
export function toChunks(turn: Turn, model: string, id: WireIds): readonly Readonly<Record<string, unknown>>[] {
  const envelope = { id: id("chatcmpl"), object: "chat.completion.chunk", created: 0, model };
  const choose = (delta: Readonly<Record<string, unknown>>, finish_reason: string | null) => ({
    ...envelope,
    choices: [{ index: 0, delta, finish_reason }],
  });
  const calls = (turn.calls ?? []).map((call, index) => ({
    index,
    id: id("call"),
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.input) },
  }));
  const input = turn.usage?.input ?? 100;
  const output = turn.usage?.output ?? 10;
  return [
    choose({ role: "assistant", content: turn.text ?? "" }, null),
    ...(calls.length > 0 ? [choose({ tool_calls: calls }, null)] : []),
    choose({}, calls.length > 0 ? "tool_calls" : "stop"),
    {
      ...envelope,
      choices: [],
      usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
    },
  ];
}
