import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { isObject } from "../../plan/shape.ts";
import { toMessage, toMessageEvents } from "./anthropic.ts";
import { toChunks } from "./chat.ts";
import { readRequest } from "./read-request.ts";
import { RequestLog } from "./request-log.ts";
import { toResponseEvents } from "./responses.ts";
import type { ModelRequest, Protocol, Script, Turn } from "./turn.ts";
import { toNamelessSse, toSse, type WireIds } from "./wire.ts";

/** A model on loopback that says what a script tells it to, for any of the hosts, and keeps what it was sent. */
export interface ModelServer {
  readonly port: number;
  /** `http://127.0.0.1:<port>`; the OpenAI protocols are below `/v1`. */
  readonly url: string;
  /** What the model was sent, oldest first. */
  readonly requests: readonly ModelRequest[];
  /** When each request was answered, on the same clock as its arrival. */
  readonly answeredAt: readonly number[];
  /** Replaces the script; what it leaves open is answered with `Done.`. */
  readonly use: (script: Script) => void;
  /** The first request, past or coming, of which that holds. */
  readonly waitFor: (holds: (request: ModelRequest) => boolean) => Promise<ModelRequest>;
  readonly close: () => Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: "application/json" | "text/event-stream";
  readonly text: string;
}

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  "/v1/messages": "anthropic",
  "/v1/responses": "responses",
  "/v1/chat/completions": "chat",
};
const FALLBACK: Turn = { text: "Done." };

/** Starts a model that speaks as the script says; whatever nobody scripted is answered with `Done.`. */
export async function startModelServer(script: Script = () => undefined): Promise<ModelServer> {
  let current = script;
  let minted = 0;
  const id: WireIds = (kind) => `${kind}_${(minted += 1).toString().padStart(6, "0")}`;
  const log = new RequestLog();
  const answeredAt: number[] = [];

  const talk = async (protocol: Protocol, message: IncomingMessage): Promise<Answer> => {
    const arrivedAt = performance.now();
    const body = parseBody(await readBody(message));
    if (body === undefined) return failure(protocol, { status: 400, message: "not a JSON object" });
    const request = readRequest(protocol, headersOf(message), body, arrivedAt);
    const at = log.add(request);
    const turn = (await current(request)) ?? FALLBACK;
    if (turn.delayMs !== undefined) await wait(turn.delayMs);
    answeredAt[at] = performance.now();
    return turn.error === undefined ? success(request, turn, id) : failure(protocol, turn.error);
  };

  const server = createServer((message, response) => {
    const { pathname } = new URL(message.url ?? "/", "http://127.0.0.1");
    const protocol = message.method === "POST" ? PROTOCOLS[pathname] : undefined;
    const answer = protocol === undefined ? Promise.resolve(smallTalk(message, pathname)) : talk(protocol, message);
    answer.then(
      (done) => send(response, done),
      (error: unknown) => send(response, failure("chat", { status: 500, message: String(error) })),
    );
  });
  const port = await listen(server);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests: log.all,
    answeredAt,
    use: (next) => {
      current = next;
    },
    waitFor: (holds) => log.waitFor(holds),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Begins to listen on loopback, at a port of the system's choice. */
async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** What hosts ask besides: whether anybody is there, which models there are, how long a text is. */
function smallTalk(message: IncomingMessage, pathname: string): Answer {
  message.resume();
  if (pathname === "/v1/models") return json(200, { object: "list", data: [{ id: "scripted", object: "model" }] });
  if (pathname === "/v1/messages/count_tokens") return json(200, { input_tokens: 100 });
  return json(pathname === "/" ? 200 : 404, {});
}

const STREAMS: Readonly<Record<Protocol, (turn: Turn, model: string, id: WireIds) => string>> = {
  anthropic: (turn, model, id) => toSse(toMessageEvents(turn, model, id)),
  responses: (turn, model, id) => toSse(toResponseEvents(turn, model, id)),
  chat: (turn, model, id) => toNamelessSse(toChunks(turn, model, id)),
};

function success({ protocol, body }: ModelRequest, turn: Turn, id: WireIds): Answer {
  const model = typeof body["model"] === "string" ? body["model"] : "scripted";
  if (protocol === "anthropic" && body["stream"] !== true) return json(200, toMessage(turn, model, id));
  return { status: 200, type: "text/event-stream", text: STREAMS[protocol](turn, model, id) };
}

function failure(protocol: Protocol, { status, message }: NonNullable<Turn["error"]>): Answer {
  const error = { type: status === 429 ? "rate_limit_error" : "api_error", message };
  return json(status, protocol === "anthropic" ? { type: "error", error } : { error });
}

const json = (status: number, value: unknown): Answer => ({
  status,
  type: "application/json",
  text: JSON.stringify(value),
});

function send(response: ServerResponse, { status, type, text }: Answer): void {
  response.writeHead(status, { "content-type": type });
  response.end(text);
}

async function readBody(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

function parseBody(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const headersOf = ({ headers }: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
