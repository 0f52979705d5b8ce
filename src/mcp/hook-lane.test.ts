import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import { withHookLane, type HookAnswer } from "./hook-lane.ts";

const call = (name: string, id = 1): JSONRPCMessage => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name, arguments: { host: "claude" }, _meta: { mark: "m" } },
});
const TEXT = { content: [{ type: "text" as const, text: "{}" }] };

async function open(answer: HookAnswer) {
  const sent: JSONRPCMessage[] = [];
  const passed: JSONRPCMessage[] = [];
  let isClosed = false;
  const wire: Transport = {
    start: async () => undefined,
    send: async (message) => void sent.push(message),
    close: async () => wire.onclose?.(),
  };
  const lane = withHookLane(wire, answer);
  const heard: Pick<Transport, "onclose" | "onmessage"> = {
    onclose: () => (isClosed = true),
    onmessage: (message) => passed.push(message),
  };
  Object.assign(lane, heard);
  await lane.start();
  const hear = async (message: JSONRPCMessage): Promise<void> => {
    wire.onmessage?.(message);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { lane, hear, sent, passed, isClosed: () => isClosed };
}

describe("a call of the hooks' tool", () => {
  test("is answered on the spot, with what the host says beside it", async () => {
    const heard: unknown[] = [];
    const { hear, sent, passed } = await open(async (...given) => (heard.push(given), TEXT));
    await hear(call("hook", 7));
    expect(heard).toEqual([[{ host: "claude" }, { mark: "m" }]]);
    expect(sent).toEqual([{ jsonrpc: "2.0", id: 7, result: TEXT }]);
    expect(passed).toEqual([]);
  });

  test("that cannot be answered is an error, so that the host does not wait", async () => {
    const { hear, sent } = await open(() => Promise.reject(new Error("no")));
    await hear(call("hook"));
    expect(sent).toMatchObject([{ id: 1, error: { code: -32_603 } }]);
  });

  test("goes the usual way where nobody answers it yet", async () => {
    const { hear, sent, passed } = await open(() => undefined);
    await hear(call("hook"));
    expect({ sent, passed }).toEqual({ sent: [], passed: [call("hook")] });
  });
});

test("everything else passes, both ways", async () => {
  const { lane, hear, sent, passed, isClosed } = await open(async () => TEXT);
  const others: readonly JSONRPCMessage[] = [
    call("status"),
    { jsonrpc: "2.0", method: "notifications/initialized" },
    { jsonrpc: "2.0", id: 2, method: "tools/list", params: { name: "hook" } },
    { jsonrpc: "2.0", id: 3, result: {} },
  ];
  for (const message of others) await hear(message);
  expect(passed).toEqual(others);
  await lane.send(call("x"));
  expect(sent).toEqual([call("x")]);
  await lane.close();
  expect(isClosed()).toBe(true);
});
