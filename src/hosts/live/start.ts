import { spawn } from "node:child_process";

/** Nothing more will be written to a program. */
export const END = Symbol("end");

export interface Started {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly isLate: boolean;
}

export interface StartOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  /** Called with each line as it comes; what it returns is written to the program's input, `END` closes that. */
  readonly onLine?: (line: string) => string | typeof END | undefined;
  /** What stands on its input at first; without it the input is closed at once. */
  readonly input?: string;
}

const MOST_CHARACTERS = 16 * 1024 * 1024;

/** Runs a program to its end, or until it takes too long. */
export function startProgram(file: string, args: readonly string[], options: StartOptions): Promise<Started> {
  const { cwd, env, timeoutMs, onLine, input } = options;
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env: { ...env }, stdio: ["pipe", "pipe", "pipe"] });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, timeoutMs);
    let [stdout, stderr, rest] = ["", "", ""];
    child.stdin.on("error", () => undefined);
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-MOST_CHARACTERS)));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout = (stdout + text).slice(-MOST_CHARACTERS);
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const answer = onLine?.(line);
        if (answer === END) child.stdin.end();
        else if (answer !== undefined) child.stdin.write(answer);
      }
    });
    const finish = (code: number | null): void => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr, isLate });
    };
    child.on("error", (error) => {
      stderr += error.message;
      finish(null);
    });
    child.on("close", finish);
    if (input === undefined) child.stdin.end();
    else child.stdin.write(input);
  });
}
