import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isJustDequeued } from "../../../src/hosts/codex/prompt-source.ts";
import { findCli } from "./clis.ts";
import { parseLine, parseLines, type Message } from "./json-lines.ts";
import { runProgram, start, type Ended, type Running } from "./process.ts";
import { openTextSocket } from "./websocket.ts";
import type { World } from "./world.ts";

export interface CodexOptions {
  /** More words of the command line, before the prompt. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface CodexRun extends Ended {
  readonly events: readonly Message[];
}

/** The settings of somebody who uses Codex with our model and trusts this project; stands in a world from the start. */
export const codexConfig = (modelUrl: string, project: string): string => `model = "scripted"
model_provider = "scripted"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false

[analytics]
enabled = false

[model_providers.scripted]
name = "scripted"
base_url = "${modelUrl}/v1"
env_key = "SCRIPTED_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0

[projects."${project}"]
trust_level = "trusted"
`;

const environment = ({ env }: World, more: Readonly<Record<string, string>> = {}) => ({
  ...env,
  SCRIPTED_KEY: "dummy-key-not-real",
  ...more,
});

/** One prompt to Codex, headless, its hooks run as if they had been trusted. */
export async function runCodex(world: World, prompt: string, options: CodexOptions = {}): Promise<CodexRun> {
  const words = ["exec", "--skip-git-repo-check", "--json", "--dangerously-bypass-hook-trust"];
  const ended = await codexCommand(world, [...words, ...(options.args ?? []), prompt], options);
  return { ...ended, events: parseLines(ended.stdout) };
}

/** Any other command of Codex. */
export function codexCommand(world: World, args: readonly string[], options: CodexOptions = {}): Promise<Ended> {
  const { env, timeoutMs = 60_000 } = options;
  return runProgram(findCli("codex")!, args, { cwd: world.project, env: environment(world, env), timeoutMs });
}

/** Codex as its graphical clients drive it: many turns, compaction on demand, and a report of every hook. */
export interface CodexServer {
  readonly pid: number;
  /** Calls a method and gives its result. */
  readonly call: (method: string, params: Message) => Promise<Message>;
  /** Starts a conversation in the project; gives its id. */
  readonly startThread: (params?: Message) => Promise<string>;
  /** Says something and waits until the turn has ended. */
  readonly say: (threadId: string, text: string) => Promise<void>;
  /** Compacts the conversation, and waits until that is done. */
  readonly compact: (threadId: string) => Promise<void>;
  /** The notifications so far, by their method. */
  readonly seen: (method: string) => readonly Message[];
  readonly waitFor: (method: string, holds?: (params: Message) => boolean) => Promise<Message>;
  readonly stop: () => Promise<Ended>;
  readonly finish: () => Promise<Ended>;
}

export async function openCodex(world: World, options: CodexOptions = {}): Promise<CodexServer> {
  const program = startServer(world, [], options);
  return await drive(world, program, async (hear) => {
    // Never resolves: it only listens. What it rejects with is the program's end, which `ended` tells as well.
    program.line((line) => (hear(line), false)).catch(() => undefined);
    return (text) => program.write(`${text}\n`);
  });
}

/** The same by a server in the background, as Codex's own terminal has it: whoever finds its socket may speak to it. */
export async function openCodexInBackground(world: World, options: CodexOptions = {}): Promise<CodexServer> {
  // A socket's path may have about a hundred letters; folders of tests may have more.
  const folder = mkdtempSync("/tmp/holdfast-");
  const socket = join(folder, "socket");
  const program = startServer(world, ["--listen", `unix://${socket}`], options);
  const end = async (): Promise<Ended> => {
    const ended = await program.stop();
    rmSync(folder, { recursive: true, force: true });
    return ended;
  };
  for (let tries = 0; !existsSync(socket); tries += 1) {
    if (tries === 100) throw new Error(`no socket: ${(await end()).stderr}`);
    await wait(100);
  }
  const codex = await drive(world, program, async (hear) => (await openTextSocket(socket, hear)).send);
  return { ...codex, stop: end };
}

function startServer(world: World, words: readonly string[], options: CodexOptions): Running {
  const { args = [], env, timeoutMs = 110_000 } = options;
  return start(findCli("codex")!, [...args, "app-server", ...words], {
    cwd: world.project,
    env: environment(world, env),
    timeoutMs,
  });
}

async function drive(
  world: World,
  program: Running,
  connect: (hear: (line: string) => void) => Promise<(text: string) => void>,
): Promise<CodexServer> {
  let calls = 0;
  const heard: Message[] = [];
  const waiting = new Set<(message: Message) => void>();
  const write = await connect((line) => {
    const message = parseLine(line);
    if (message === undefined) return;
    heard.push(message);
    for (const look of waiting) look(message);
  });
  const first = (holds: (message: Message) => boolean): Promise<Message> =>
    new Promise((resolve, reject) => {
      const known = heard.find(holds);
      if (known !== undefined) return resolve(known);
      const look = (message: Message): void => {
        if (!holds(message)) return;
        waiting.delete(look);
        resolve(message);
      };
      waiting.add(look);
      void program.ended.then(({ stderr }) => reject(new Error(`Codex ended first: ${stderr}`)));
    });
  const notes = (): readonly { readonly method: string; readonly params: Message }[] =>
    heard.flatMap(({ method, params, id }) =>
      typeof method === "string" && id === undefined ? [{ method, params: (params ?? {}) as Message }] : [],
    );

  const send = (message: Message): void => write(JSON.stringify({ jsonrpc: "2.0", ...message }));
  const call = async (method: string, params: Message): Promise<Message> => {
    const id = (calls += 1);
    send({ id, method, params });
    const answer = await first((message) => message["id"] === id && !("method" in message));
    if (answer["error"] !== undefined) throw new Error(`${method}: ${JSON.stringify(answer["error"])}`);
    return answer["result"] as Message;
  };
  const waitFor = async (method: string, holds: (params: Message) => boolean = () => true): Promise<Message> => {
    const message = await first((one) => one["method"] === method && holds((one["params"] ?? {}) as Message));
    return message["params"] as Message;
  };

  await call("initialize", { clientInfo: { name: "holdfast-test", title: "Holdfast test", version: "0" } });
  send({ method: "initialized" });
  return {
    pid: program.pid,
    call,
    startThread: async (params = {}) => {
      const config = { bypass_hook_trust: true };
      const { thread } = await call("thread/start", { cwd: world.project, config, ...params });
      await untilQueueRests(world);
      return String((thread as Message)["id"]);
    },
    say: async (threadId, text) => {
      const { turn } = await call("turn/start", { threadId, input: [{ type: "text", text }] });
      const id = (turn as Message)["id"];
      await waitFor("turn/completed", (params) => turnId(params) === id);
    },
    compact: async (threadId) => {
      // It is a turn like others, whose id nobody tells beforehand.
      const known = new Set(
        notes().flatMap(({ method, params }) => (method === "turn/completed" ? [turnId(params)] : [])),
      );
      await call("thread/compact/start", { threadId });
      await waitFor("turn/completed", (params) => !known.has(turnId(params)));
    },
    seen: (method) =>
      notes()
        .filter((note) => note.method === method)
        .map(({ params }) => params),
    waitFor,
    stop: program.stop,
    finish: program.finish,
  };
}

/** Codex makes its queue anew in a new home; for a moment whatever is said then may have come out of it. */
async function untilQueueRests({ home }: World): Promise<void> {
  const transcript = join(home, ".codex", "sessions", "rollout.jsonl");
  while (isJustDequeued(transcript, Date.now())) await wait(50);
}

const turnId = (params: Message): unknown => (params["turn"] as Message | undefined)?.["id"];
