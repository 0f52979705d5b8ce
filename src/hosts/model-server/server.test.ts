import { afterEach, describe, expect, test } from "vitest";
import { startModelServer, type ModelServer } from "./server.ts";
import { firstOf, inOrder, when, type Turn } from "./turn.ts";

const servers: ModelServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(...turns: readonly Turn[]): Promise<ModelServer> {
  const server = await startModelServer(inOrder(...turns));
  servers.push(server);
  return server;
}

const post = (server: ModelServer, path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  fetch(server.url + path, {
    method: "POST",
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

/** The data of a stream's events. */
async function events(response: Response): Promise<readonly Record<string, unknown>[]> {
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  return (await response.text())
    .split("\n")
    .flatMap((line) => (line.startsWith("data: {") ? [JSON.parse(line.slice(6)) as Record<string, unknown>] : []));
}

const CALL: Turn = { text: "I look.", calls: [{ name: "Bash", input: { command: 'echo "ä"' } }] };

describe("the Messages protocol", () => {
  const ask = { model: "m", messages: [{ role: "user", content: "hello" }] };

  test("answers at once with text, calls and usage", async () => {
    const server = await serve({ ...CALL, usage: { input: 7, output: 8 } });
    const answer = (await (await post(server, "/v1/messages?beta=true", ask)).json()) as Record<string, unknown>;
    expect(answer).toMatchObject({
      type: "message",
      role: "assistant",
      model: "m",
      stop_reason: "tool_use",
      usage: { input_tokens: 7, output_tokens: 8 },
      content: [
        { type: "text", text: "I look." },
        { type: "tool_use", name: "Bash", input: { command: 'echo "ä"' } },
      ],
    });
  });

  test("streams the same", async () => {
    const server = await serve(CALL);
    const sent = await events(await post(server, "/v1/messages", { ...ask, stream: true }));
    expect(sent.map(({ type }) => type)).toEqual([
      "message_start",
      "content_block_start",
      "content_block_delta",
      "content_block_stop",
      "content_block_start",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
    const { partial_json } = sent[5]!["delta"] as { partial_json: string };
    expect(JSON.parse(partial_json)).toEqual({ command: 'echo "ä"' });
  });

  test("counts tokens without asking the model", async () => {
    const server = await serve();
    const counted = await post(server, "/v1/messages/count_tokens", ask);
    expect(await counted.json()).toEqual({ input_tokens: 100 });
    expect(server.requests).toEqual([]);
  });
});

test("the Responses protocol streams text, function calls in a namespace, and free-form calls", async () => {
  const calls = [
    { name: "status", namespace: "mcp__holdfast", input: { plan: "a" } },
    { name: "exec", input: "1 + 1" },
  ];
  const server = await serve({ text: "hm", calls, usage: { input: 5, output: 6 } });
  const sent = await events(await post(server, "/v1/responses", { model: "m", input: "hello", stream: true }));
  const done = sent.filter(({ type }) => type === "response.output_item.done").map(({ item }) => item);
  expect(done).toMatchObject([
    { type: "message", content: [{ text: "hm" }] },
    { type: "function_call", name: "status", namespace: "mcp__holdfast", arguments: '{"plan":"a"}' },
    { type: "custom_tool_call", name: "exec", input: "1 + 1" },
  ]);
  expect(sent.at(-1)).toMatchObject({ type: "response.completed", response: { usage: { total_tokens: 11 } } });
});

test("Chat Completions are streamed with their calls and usage", async () => {
  const server = await serve({ ...CALL, usage: { input: 5, output: 6 } });
  const response = await post(server, "/v1/chat/completions", { model: "m", messages: [], stream: true });
  const sent = await events(response);
  expect(JSON.stringify(sent[1])).toContain('"name":"Bash"');
  expect(sent[2]).toMatchObject({ choices: [{ finish_reason: "tool_calls" }] });
  expect(sent[3]).toMatchObject({ usage: { prompt_tokens: 5, completion_tokens: 6, total_tokens: 11 } });
});

describe("what the model was sent", () => {
  test("is kept: texts, tools, the last user text, and whether a subagent asked", async () => {
    const server = await serve();
    const body = {
      system: [{ type: "text", text: "be kind" }],
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "<system-reminder>today</system-reminder>" },
            { type: "text", text: "do it" },
          ],
        },
        { role: "assistant", content: [{ type: "tool_use", id: "1", name: "Bash", input: { command: "ls" } }] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "1", content: "a.txt" }] },
      ],
      tools: [{ name: "Bash", description: "runs a shell" }],
    };
    await post(server, "/v1/messages", body, { "x-claude-code-agent-id": "a1" });
    const request = server.requests[0];
    expect(request).toMatchObject({ lastUser: "do it", tools: ["Bash"], subagent: "a1", protocol: "anthropic" });
    for (const text of ["be kind", "today", "a.txt", "ls"]) expect(request?.text).toContain(text);
    expect(request?.text).not.toContain("runs a shell");
  });

  test("tools count wherever a protocol puts them", async () => {
    const server = await serve();
    const tools = [
      { type: "function", name: "shell" },
      { type: "namespace", name: "mcp__holdfast", tools: [{ type: "function", name: "status" }] },
      { type: "web_search" },
    ];
    const input = [
      { type: "additional_tools", tools: [{ type: "custom", name: "exec", description: "runs code" }] },
      { type: "message", role: "user", content: [{ type: "input_text", text: "go" }] },
    ];
    await post(server, "/v1/responses", { input, tools });
    await post(server, "/v1/chat/completions", {
      messages: [],
      tools: [{ type: "function", function: { name: "x" } }],
    });
    const [responses, chat] = server.requests;
    expect(responses?.tools).toEqual(["shell", "mcp__holdfast.status", "web_search", "exec"]);
    expect(responses).toMatchObject({ lastUser: "go", text: expect.not.stringContaining("runs code") as string });
    expect(chat?.tools).toEqual(["x"]);
  });

  test("can be awaited, whether it has come already or not", async () => {
    const server = await serve();
    const coming = server.waitFor(({ lastUser }) => lastUser === "second");
    await post(server, "/v1/responses", { input: "first" });
    await post(server, "/v1/responses", { input: "second" });
    expect(await coming).toBe(server.requests[1]);
    expect(await server.waitFor(({ lastUser }) => lastUser === "first")).toBe(server.requests[0]);
  });
});

describe("a script", () => {
  const say = async (server: ModelServer, content: string, headers: Readonly<Record<string, string>> = {}) => {
    const body = { messages: [{ role: "user", content }], tools: [{ name: "Bash" }] };
    const answer = (await (await post(server, "/v1/messages", body, headers)).json()) as {
      content: { text: string }[];
    };
    return answer.content[0]?.text;
  };

  test("picks by what the user said, what is offered, a header, or who asks; the rest is told that it is done", async () => {
    const server = await serve();
    server.use(
      firstOf(
        when({ lastUser: "sum up" }, inOrder({ text: "a summary" })),
        when({ isSubagent: true }, inOrder({ text: "to the subagent" })),
        when({ header: "x-odd" }, inOrder({ text: "odd" })),
        when({ offers: "Bash", isSubagent: false }, inOrder({ text: "one" }, { text: "two" })),
        when({ offers: "Nothing" }, inOrder({ text: "never" })),
      ),
    );
    expect(await say(server, "hello")).toBe("one");
    expect(await say(server, "sum up")).toBe("a summary");
    expect(await say(server, "hello", { "x-claude-code-agent-id": "a1" })).toBe("to the subagent");
    expect(await say(server, "hello", { "x-odd": "1" })).toBe("odd");
    expect(await say(server, "hello")).toBe("two");
    expect(await say(server, "hello")).toBe("Done.");
  });

  test("may refuse a request, and a script that throws is an error of the server", async () => {
    const server = await serve({ error: { status: 529, message: "overloaded" } });
    const refused = await post(server, "/v1/messages", { messages: [] });
    expect(refused.status).toBe(529);
    expect(await refused.json()).toMatchObject({ type: "error", error: { message: "overloaded" } });
    server.use(() => {
      throw new Error("bad script");
    });
    const broken = await post(server, "/v1/responses", { input: "x" });
    expect(broken.status).toBe(500);
    expect(await broken.text()).toContain("bad script");
  });

  test("may wait before it answers", async () => {
    const server = await serve({ text: "late", delayMs: 30 });
    expect(await say(server, "x")).toBe("late");
    expect(server.answeredAt[0]! - server.requests[0]!.arrivedAt).toBeGreaterThanOrEqual(25);
  });
});

test("what is no request to a model is answered, and not kept", async () => {
  const server = await serve();
  expect((await fetch(server.url, { method: "HEAD" })).status).toBe(200);
  expect(await (await fetch(`${server.url}/v1/models`)).json()).toMatchObject({ object: "list" });
  expect((await fetch(`${server.url}/elsewhere`)).status).toBe(404);
  for (const body of ["", "[]", "{", "null"]) expect((await post(server, "/v1/messages", body)).status).toBe(400);
  expect(server.requests).toEqual([]);
});
