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

/** Leaves its parent in the same way, without a terminal; tells how it ended. */
const DETACHED = `
import os, subprocess, sys, time
parent = os.getpid()
if os.fork():
    os._exit(0)
os.setsid()
while os.getppid() == parent:
    time.sleep(0.001)
ended = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
os.write(1, ended.stdout + b"exit %d" % ended.returncode)
`;

/** Whether a real terminal can be opened here. */
export const hasTerminal = process.platform !== "win32" && spawnSync("python3", ["-c", "import pty"]).status === 0;

/** What a person who types a command line sees: standard output and error, as one text. */
export const typeAtTerminal = (words: readonly string[], place: Place): Promise<string> =>
  leave(TERMINAL, words, place);

/** What a program prints, then `exit` and its code, that nothing started which started the tests; nobody types there. */
export const runDetached = (words: readonly string[], place: Place): Promise<string> => leave(DETACHED, words, place);

interface Place {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

async function leave(how: string, words: readonly string[], { cwd, env }: Place): Promise<string> {
  const script = join(tempDir(), "leave.py");
  writeFileSync(script, how);
  const all = { PATH: process.env["PATH"] ?? "", TERM: "dumb", ...env };
  const { stdout } = await promisify(execFile)("python3", [script, ...words], { cwd, env: all });
  return stdout.replaceAll("\r\n", "\n");
}
