import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, symlinkSync, writeSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, afterEach } from "vitest";
import type { Desk } from "./desk.ts";
import { buildProgram } from "./program.ts";

const program = await buildProgram();
afterAll(() => program.remove());

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

interface HostOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** How the host starts the server; on its path `holdfast` is the built program. */
  readonly start?: { readonly command: string; readonly args: readonly string[] };
  /** The name that the client gives itself. */
  readonly name?: string;
}

/** The system's path behind a folder in which the program has its own name. */
function pathWith({ home }: Desk): string {
  const link = join(home, "holdfast");
  if (!existsSync(link)) symlinkSync(program.path, link);
  return [home, dirname(process.execPath), process.env["PATH"]].join(delimiter);
}

/** What a tool answered: its text, and the data beside it. */
export interface ToolAnswer {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly isError: boolean;
}

/** A plain MCP client with a server of the built program, and nothing of any particular host. */
export class PlainHost {
  readonly client: Client;
  /** How often the server said that its list of tools had changed. */
  changes = 0;

  private constructor(client: Client) {
    this.client = client;
    client.setNotificationHandler("notifications/tools/list_changed", () => {
      this.changes += 1;
    });
  }

  static async open(desk: Desk, { env = {}, start, name = "plain" }: HostOptions = {}): Promise<PlainHost> {
    const host = new PlainHost(new Client({ name, version: "1" }, {}));
    const { command, args } = start ?? { command: process.execPath, args: [program.path, "mcp"] };
    const transport = new StdioClientTransport({
      command,
      args: [...args],
      cwd: desk.root,
      env: { PATH: pathWith(desk), ...desk.env(), ...env },
      stderr: "inherit",
    });
    opened.push(() => host.client.close());
    await host.client.connect(transport);
    return host;
  }

  async toolNames(): Promise<readonly string[]> {
    return (await this.client.listTools()).tools.map(({ name }) => name);
  }

  async call(name: string, args: Readonly<Record<string, unknown>> = {}, meta?: object): Promise<ToolAnswer> {
    const params = { name, arguments: { ...args }, ...(meta === undefined ? {} : { _meta: { ...meta } }) };
    const { content, structuredContent, isError } = await this.client.callTool(params);
    const text = content.map((part) => (part.type === "text" ? part.text : "")).join("");
    return { text, data: (structuredContent ?? {}) as ToolAnswer["data"], isError: isError === true };
  }
}

/** A server that a process of its own started, which is gone again; the pipe that it reads stays open. */
export async function startOrphan(desk: Desk): Promise<number> {
  const fifo = join(desk.home, "pipe");
  execFileSync("mkfifo", [fifo]);
  const pipe = openSync(fifo, "r+");
  const script = `const { spawn } = require("node:child_process");
    const server = spawn(process.execPath, [process.argv[1], "mcp"], { stdio: ["inherit", "pipe", "ignore"] });
    server.stdout.once("data", () => process.stdout.write(String(server.pid)));`;
  const parent = spawn(process.execPath, ["-e", script, program.path], {
    cwd: desk.root,
    env: desk.env(),
    stdio: [pipe, "pipe", "inherit"],
  });
  writeSync(pipe, `${JSON.stringify({ jsonrpc: "2.0", id: 0, method: "ping" })}\n`);
  const [pid] = (await once(parent.stdout!, "data")) as [Buffer];
  const server = Number(pid.toString());
  opened.push(async () => {
    if (isRunning(server)) process.kill(server, "SIGKILL");
    closeSync(pipe);
  });
  parent.kill("SIGKILL");
  return server;
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

type Message = Readonly<Record<string, unknown>>;

/** The same, message by message, for what a client of the SDK would not do. */
export class RawHost {
  readonly child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(desk: Desk, env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [program.path, "mcp"], { cwd: desk.root, env: { ...desk.env(), ...env } });
    this.child.stderr.resume();
    this.#lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    opened.push(async () => {
      if (this.child.exitCode !== null || this.child.signalCode !== null) return;
      this.child.kill("SIGKILL");
      await once(this.child, "exit");
    });
  }

  send(message: Message | string): void {
    this.child.stdin.write(
      typeof message === "string" ? message : `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`,
    );
  }

  async next(): Promise<Message> {
    const line = await this.#lines.next();
    return line.done === true ? {} : (JSON.parse(line.value) as Message);
  }

  /** The answer to a request; notifications before it are passed over. */
  async ask(method: string, params: object): Promise<Message> {
    const id = Math.floor(performance.now() * 1000);
    this.send({ id, method, params });
    for (;;) {
      const message = await this.next();
      if (message["id"] === id || Object.keys(message).length === 0) return message;
    }
  }
}
