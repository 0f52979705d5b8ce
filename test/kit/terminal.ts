import { execFile, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { tempDir } from "../../src/workspace/git-fixture.ts";

/** Leaves its parent and opens a terminal, so that nothing of what runs the tests is among its ancestors. */
const TERMINAL = `
import os, pty, sys, time
parent = os.getpid()
if os.fork():
    os._exit(0)
while os.getppid() == parent:
    time.sleep(0.001)
pty.spawn(sys.argv[1:])
`;

/** Whether a real terminal can be opened here. */
export const hasTerminal = process.platform !== "win32" && spawnSync("python3", ["-c", "import pty"]).status === 0;

/** What a person who types a command line sees: standard output and error, as one text. */
export async function typeAtTerminal(
  words: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<string> {
  const script = join(tempDir(), "terminal.py");
  writeFileSync(script, TERMINAL);
  const all = { PATH: process.env["PATH"] ?? "", TERM: "dumb", ...env };
  const { stdout } = await promisify(execFile)("python3", [script, ...words], { cwd, env: all });
  return stdout.replaceAll("\r\n", "\n");
}
