import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** It had to be ended, since it took too long. */
  readonly isLate: boolean;
}

interface StartOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** A program with everything that it starts, in a process group of its own: it never outlives its test. */
export interface Running {
  readonly pid: number;
  readonly write: (text: string) => void;
  readonly endInput: () => void;
  /** The first line of its output, past or coming, of which that holds; throws if it ends before. */
  readonly line: (holds: (line: string) => boolean) => Promise<string>;
  /** What it has printed so far. */
  readonly printed: () => string;
  /** Resolves when that holds of what it has printed; throws if it ends before. */
  readonly output: (holds: (printed: string) => boolean) => Promise<void>;
  /** Resolves when it ends, of itself or because its time is up. */
  readonly ended: Promise<Ended>;
  readonly stop: () => Promise<Ended>;
  /** Ends its input, on which most end by themselves, and ends it after a while if it does not. */
  readonly finish: () => Promise<Ended>;
}

const TIMEOUT_MS = 60_000;
const FINISH_MS = 5000;
const running = new Set<() => Promise<Ended>>();

/** Ends whatever is still running; every test calls it at its end. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((stop) => stop()));
}

export function start(file: string, args: readonly string[], options: StartOptions): Running {
  const { cwd, env, timeoutMs = TIMEOUT_MS } = options;
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} could not be started`);
  const out: string[] = [];
  const errors: string[] = [];
  const seen: string[] = [];
  const watching = new Set<(line: string | undefined) => void>();
  let isLate = false;
  child.stdin.on("error", () => undefined);
  const reading = new Set<(isOver: boolean) => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out.push(text);
    for (const look of reading) look(false);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
  createInterface({ input: child.stdout }).on("line", (line) => {
    seen.push(line);
    for (const look of watching) look(line);
  });
  const kill = (): void => {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // Its group is gone already.
    }
  };
  const timer = setTimeout(() => {
    isLate = true;
    kill();
  }, timeoutMs);
  const ended = once(child, "close").then(([code]): Ended => {
    clearTimeout(timer);
    running.delete(stop);
    kill();
    for (const look of watching) look(undefined);
    for (const look of reading) look(true);
    return { code: code as number | null, stdout: out.join(""), stderr: errors.join(""), isLate };
  });
  const stop = (): Promise<Ended> => {
    kill();
    return ended;
  };
  running.add(stop);

  return {
    pid,
    write: (text) => child.stdin.write(text),
    endInput: () => child.stdin.end(),
    line: (holds) =>
      new Promise((resolve, reject) => {
        const known = seen.find(holds);
        if (known !== undefined) return resolve(known);
        const look = (line: string | undefined): void => {
          if (line !== undefined && !holds(line)) return;
          watching.delete(look);
          if (line === undefined) reject(new Error(`${file} ended first: ${errors.join("").slice(-2000)}`));
          else resolve(line);
        };
        watching.add(look);
      }),
    printed: () => out.join(""),
    output: (holds) =>
      new Promise((resolve, reject) => {
        const look = (isOver: boolean): void => {
          const isThere = holds(out.join(""));
          if (!isThere && !isOver) return;
          reading.delete(look);
          if (isThere) resolve();
          else reject(new Error(`${file} ended first: ${out.join("").slice(-2000)}`));
        };
        reading.add(look);
        look(false);
      }),
    ended,
    stop,
    finish: () => {
      child.stdin.end();
      const late = setTimeout(kill, FINISH_MS);
      return ended.finally(() => clearTimeout(late));
    },
  };
}

/** Runs a program to its end with nothing on its input. */
export function runProgram(file: string, args: readonly string[], options: StartOptions): Promise<Ended> {
  const program = start(file, args, options);
  program.endInput();
  return program.ended;
}
