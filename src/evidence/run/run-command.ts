import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";

export interface RunRequest {
  /** The program and its arguments; one text for the shell where `isShell`. */
  readonly command: readonly string[];
  readonly isShell: boolean;
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  /** Takes all that the program prints, both its outputs in the order in which they come. */
  readonly outputFile: string;
  /** Hears what it prints as it comes. */
  readonly onOutput?: (bytes: Uint8Array) => void;
  /** Ends it, and what it started, before its time. */
  readonly stop?: AbortSignal;
}

/** How a program ended. */
export type Ending =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: string }
  | { readonly kind: "timeout" }
  | { readonly kind: "stopped" }
  | { readonly kind: "not-started"; readonly why: string };

export interface RunResult {
  readonly ending: Ending;
  readonly durationMs: number;
  /** Digest of everything that it printed. */
  readonly outputDigest: string;
  readonly outputBytes: number;
}

/** How long a program that was told to end may take before it is made to. */
const GRACE_MS = 2000;
/** What it prints beyond this is counted and digested, and not kept. */
export const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/**
 * Runs a program to its end, to its timeout or until it is stopped: then it and what it started are ended. Without a
 * shell unless asked for, with nothing to read. Throws where the output cannot be kept.
 */
export async function runCommand(request: RunRequest): Promise<RunResult> {
  const { command, isShell, cwd, env, timeoutMs, outputFile, onOutput, stop } = request;
  const file = createWriteStream(outputFile, { mode: 0o600 });
  const written = finished(file);
  const hash = createHash("sha256");
  let outputBytes = 0;
  const from = performance.now();
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    cwd,
    env: { ...env },
    shell: isShell,
    // A group of its own: what it started ends with it.
    detached: process.platform !== "win32",
    windowsHide: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const take = (bytes: Buffer): void => {
    hash.update(bytes);
    if (outputBytes < MAX_OUTPUT_BYTES) file.write(bytes);
    outputBytes += bytes.length;
    onOutput?.(bytes);
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const ending = await endOf(child, timeoutMs, stop);
  const durationMs = Math.round(performance.now() - from);
  file.end();
  await written;
  return { ending, durationMs, outputDigest: hash.digest("hex"), outputBytes };
}

function endOf(child: ChildProcess, timeoutMs: number, stop: AbortSignal | undefined): Promise<Ending> {
  return new Promise((resolve) => {
    let early: Ending | undefined;
    let forced: NodeJS.Timeout | undefined;
    const end = (why: Ending): void => {
      if (early !== undefined) return;
      early = why;
      endGroup(child, "SIGTERM");
      forced = setTimeout(() => endGroup(child, "SIGKILL"), GRACE_MS);
    };
    const onStop = (): void => end({ kind: "stopped" });
    const timer = setTimeout(() => end({ kind: "timeout" }), timeoutMs);
    if (stop?.aborted === true) onStop();
    else stop?.addEventListener("abort", onStop);
    const settle = (ending: Ending): void => {
      clearTimeout(timer);
      clearTimeout(forced);
      stop?.removeEventListener("abort", onStop);
      resolve(ending);
    };
    child.once("error", (error) => settle({ kind: "not-started", why: error.message }));
    child.once("exit", () => {
      // What it left running would hold its output open, and go on changing the tree.
      endGroup(child, "SIGKILL");
    });
    child.once("close", (code, signal) => {
      if (early !== undefined) settle(early);
      else if (code !== null) settle({ kind: "exit", code });
      else settle({ kind: "signal", signal: signal ?? "unknown" });
    });
  });
}

/** Ends a program and what it started; one that is gone already is no trouble. */
function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  const { pid } = child;
  if (pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-pid, signal);
  } catch {
    // Gone.
  }
}
