import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { findCli } from "./clis.ts";
import { parseLines, type Message } from "./json-lines.ts";
import { runProgram, start, type Ended } from "./process.ts";
import type { World } from "./world.ts";

export interface OpenCodeOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface OpenCodeRun extends Ended {
  readonly events: readonly Message[];
}

/** The settings of somebody who uses OpenCode with our model; stands in a world from the start. */
export const openCodeConfig = (modelUrl: string): string =>
  `${JSON.stringify(
    {
      model: "scripted/scripted",
      small_model: "scripted/scripted",
      autoupdate: false,
      share: "disabled",
      permission: { "*": "allow" },
      provider: {
        scripted: {
          npm: "@ai-sdk/openai-compatible",
          name: "Scripted",
          options: { baseURL: `${modelUrl}/v1`, apiKey: "dummy-key-not-real" },
          models: { scripted: { name: "Scripted", tool_call: true, limit: { context: 200_000, output: 8000 } } },
        },
      },
    },
    undefined,
    2,
  )}\n`;

const environment = ({ env }: World, more: Readonly<Record<string, string>> = {}) => ({
  ...env,
  OPENCODE_DISABLE_AUTOUPDATE: "1",
  OPENCODE_DISABLE_MODELS_FETCH: "1",
  OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
  OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
  // With a plugin it installs a package of its own into every configuration folder, and waits for that.
  npm_config_offline: "true",
  ...more,
});

/** One prompt to OpenCode, headless; it ends with the first turn. */
export async function runOpenCode(world: World, prompt: string, options: OpenCodeOptions = {}): Promise<OpenCodeRun> {
  // Without a title it would ask the model for one.
  const words = ["run", prompt, "--format", "json", "--title", "t", "--print-logs", "--log-level", "WARN"];
  const ended = await openCodeCommand(world, [...words, ...(options.args ?? [])], options);
  return { ...ended, events: parseLines(ended.stdout) };
}

/** Any other command of OpenCode. */
export function openCodeCommand(world: World, args: readonly string[], options: OpenCodeOptions = {}): Promise<Ended> {
  const { env, timeoutMs = 100_000 } = options;
  return runProgram(findCli("opencode")!, args, { cwd: world.project, env: environment(world, env), timeoutMs });
}

/** OpenCode as a server, which goes on after a turn has ended, unlike `run`. */
export interface OpenCodeServer {
  readonly pid: number;
  readonly url: string;
  readonly post: (path: string, body: Message) => Promise<Message>;
  readonly get: (path: string) => Promise<unknown>;
  /** Starts a conversation in the project; gives its id. */
  readonly startSession: (title?: string) => Promise<string>;
  /** Says something and waits until the turn has ended. */
  readonly say: (sessionId: string, text: string) => Promise<void>;
  readonly compact: (sessionId: string) => Promise<void>;
  readonly stop: () => Promise<Ended>;
}

export async function openOpenCode(world: World, options: OpenCodeOptions = {}): Promise<OpenCodeServer> {
  const { args = [], env, timeoutMs = 110_000 } = options;
  const port = await freePort();
  const words = ["serve", "--port", String(port), "--hostname", "127.0.0.1", ...args];
  const program = start(findCli("opencode")!, words, {
    cwd: world.project,
    env: environment(world, env),
    timeoutMs,
  });
  await program.line((line) => line.includes("listening on"));
  const address = (path: string): URL => {
    const url = new URL(path, `http://127.0.0.1:${port}`);
    url.searchParams.set("directory", world.project);
    return url;
  };
  const read = async (path: string, init?: RequestInit): Promise<unknown> => {
    const response = await fetch(address(path), init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return text === "" ? {} : JSON.parse(text);
  };
  const post = async (path: string, body: Message): Promise<Message> =>
    (await read(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    })) as Message;

  return {
    pid: program.pid,
    url: `http://127.0.0.1:${port}`,
    post,
    get: (path) => read(path),
    startSession: async (title = "t") => String((await post("/session", { title }))["id"]),
    say: async (sessionId, text) => {
      await post(`/session/${sessionId}/message`, { parts: [{ type: "text", text }] });
    },
    compact: async (sessionId) => {
      await post(`/session/${sessionId}/summarize`, { providerID: "scripted", modelID: "scripted" });
    },
    stop: program.stop,
  };
}

/** It takes 4096 when it is left to choose. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
