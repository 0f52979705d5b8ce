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
}

/** How a program ended. */
export type Ending =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: string }
  | { readonly kind: "timeout" }
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
 * Runs a program to its end, or to its timeout: then it and what it started are ended. Without a shell unless asked
 * for, with nothing to read. Throws where the output cannot be kept.
 */
export async function runCommand(request: RunRequest): Promise<RunResult> {
  const { command, isShell, cwd, env, timeoutMs, outputFile, onOutput } = request;
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
  const ending = await endOf(child, timeoutMs);
  const durationMs = Math.round(performance.now() - from);
  file.end();
  await written;
  return { ending, durationMs, outputDigest: hash.digest("hex"), outputBytes };
}

function endOf(child: ChildProcess, timeoutMs: number): Promise<Ending> {
  return new Promise((resolve) => {
    let isLate = false;
    const stop = (): void => {
      isLate = true;
      endGroup(child, "SIGTERM");
      forced = setTimeout(() => endGroup(child, "SIGKILL"), GRACE_MS);
    };
    const timer = setTimeout(stop, timeoutMs);
    let forced: NodeJS.Timeout | undefined;
    child.once("error", (error) => {
      clearTimeout(timer);
      clearTimeout(forced);
      resolve({ kind: "not-started", why: error.message });
    });
    child.once("exit", () => {
      // What it left running would hold its output open, and go on changing the tree.
      endGroup(child, "SIGKILL");
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      clearTimeout(forced);
      if (isLate) resolve({ kind: "timeout" });
      else if (code !== null) resolve({ kind: "exit", code });
      else resolve({ kind: "signal", signal: signal ?? "unknown" });
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
