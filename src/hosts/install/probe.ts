import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

type Env = Readonly<Record<string, string | undefined>>;

const PATIENCE_MS = 5_000;

/** The first line that a program prints about its version; undefined where it does not start. */
export function versionOf(program: string, env: Env): string | undefined {
  const { status, stdout } = spawnSync(program, ["--version"], {
    env: { ...env },
    encoding: "utf8",
    timeout: PATIENCE_MS,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return status === 0 ? stdout.split("\n", 1)[0]?.trim() : undefined;
}

/** How long a command of a host's settings takes that has nothing to do: the middle of three, in milliseconds. */
export function costOf(command: string, cwd: string, env: Env): number {
  const took = [0, 1, 2].map(() => {
    const started = performance.now();
    spawnSync("sh", ["-c", command], { cwd, env: { ...env }, input: "{}", timeout: PATIENCE_MS, stdio: "pipe" });
    return performance.now() - started;
  });
  return took.toSorted((a, b) => a - b)[1] ?? 0;
}

/** What an MCP server answered when it was asked for its tools; undefined where it did not. */
export async function askServer(
  { command, args }: { readonly command: string; readonly args: readonly string[] },
  cwd: string,
  env: Env,
): Promise<{ readonly tools: readonly string[]; readonly ms: number } | undefined> {
  const started = performance.now();
  const child = spawn(command, args, { cwd, env: { ...env }, stdio: ["pipe", "pipe", "ignore"], timeout: PATIENCE_MS });
  const failed = once(child, "error").then(
    () => undefined,
    () => undefined,
  );
  child.stdin.on("error", () => undefined);
  const send = (message: object): void => void child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const answer = async (): Promise<readonly string[] | undefined> => {
    let text = "";
    for await (const chunk of child.stdout) {
      text += String(chunk);
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) {
        const message = parse(line);
        if (message?.id === 1) {
          send({ method: "notifications/initialized" });
          send({ id: 2, method: "tools/list", params: {} });
        }
        if (message?.id === 2) return message.result?.tools?.map(({ name }) => name);
      }
    }
    return undefined;
  };
  const clientInfo = { name: "holdfast doctor", version: "1" };
  send({ id: 1, method: "initialize", params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo } });
  try {
    const tools = await Promise.race([answer(), failed]);
    return tools === undefined ? undefined : { tools, ms: performance.now() - started };
  } finally {
    child.stdin.end();
    child.kill();
  }
}

interface Answered {
  readonly id?: unknown;
  readonly result?: { readonly tools?: readonly { readonly name: string }[] };
}

function parse(line: string): Answered | undefined {
  try {
    return JSON.parse(line) as Answered;
  } catch {
    return undefined;
  }
}
