import { execFile, spawnSync } from "node:child_process";
import {
  copyFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Result } from "../plan/refusal.ts";
import { detectPerson, type Person } from "./person.ts";
import { ancestorsOf, readerOfLists } from "./process-table.ts";

/** Leaves its parent, so that nothing of what runs these tests is among the ancestors of what follows. */
const ORPHAN = `
import os, sys, time
parent = os.getpid()
if os.fork():
    os._exit(0)
while os.getppid() == parent:
    time.sleep(0.001)
os.execvp(sys.argv[1], sys.argv[1:])
`;
/** Runs a command on a terminal of its own and copies what it prints. */
const TERMINAL = `
import pty, sys
pty.spawn(sys.argv[1:])
`;

const hasPython = spawnSync("python3", ["-c", "import pty"]).status === 0;
const canRun = hasPython && process.platform !== "win32";

let tools: string;
let detect: string;
let orphan: string;
let terminal: string;

beforeAll(async () => {
  tools = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-person-")));
  detect = join(tools, "detect.mjs");
  orphan = join(tools, "orphan.py");
  terminal = join(tools, "terminal.py");
  writeFileSync(orphan, ORPHAN);
  writeFileSync(terminal, TERMINAL);
  await build({
    stdin: {
      contents: `import { detectPerson } from "./person.ts";
        process.stdout.write("<<" + JSON.stringify(await detectPerson()) + ">>");`,
      resolveDir: dirname(fileURLToPath(import.meta.url)),
      loader: "ts",
    },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: detect,
  });
});
afterAll(() => rmSync(tools, { recursive: true, force: true }));

/** What is found out at the end of a chain of commands, with none of the tests' own ancestors and environment. */
const detectUnder = async (chain: readonly string[], env: Record<string, string> = {}): Promise<Result<Person>> => {
  const words = [orphan, ...chain, process.execPath, detect];
  const clean = { PATH: process.env["PATH"] ?? "", HOME: tools, TERM: "dumb" };
  const text = await new Promise<string>((resolve) => {
    const child = execFile("python3", words, { env: { ...clean, ...env } }, (_, stdout) => resolve(stdout));
    child.stdin!.end();
  });
  return JSON.parse(/<<(.*)>>/s.exec(text)?.[1] ?? text) as Result<Person>;
};

const onTerminal = () => ["python3", terminal];
/** A program of that path that runs the rest of the chain and waits for it. */
const shellAt = (...parts: readonly string[]): readonly string[] => {
  const path = join(tools, ...parts);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(realpathSync("/bin/sh"), path);
  chmodSync(path, 0o755);
  return [path, "-c", '"$@"; exit $?', "-"];
};
const nodeScriptAt = (...parts: readonly string[]): readonly string[] => {
  const path = join(tools, ...parts);
  mkdirSync(dirname(path), { recursive: true });
  const text = `require("node:child_process").spawnSync(process.argv[2], process.argv.slice(3), { stdio: "inherit" });`;
  writeFileSync(path, text);
  return [process.execPath, path];
};

describe.skipIf(!canRun)("at a real terminal", () => {
  test("whoever types is a person, by the account's name", async () => {
    expect(await detectUnder(onTerminal())).toEqual({ ok: true, value: { person: userInfo().username } });
  });

  test("shells and scripts between are no hindrance, nor is a folder with an agent's name", async () => {
    const chain = [...onTerminal(), ...shellAt("claude", "bin", "mysh"), ...nodeScriptAt("codex", "build.cjs")];
    expect(await detectUnder(chain)).toMatchObject({ ok: true });
  });

  test("a program called claude in between is an agent", async () => {
    expect(await detectUnder([...onTerminal(), ...shellAt("bin", "claude")])).toMatchObject({
      ok: false,
      refusal: { reason: "inside-an-agent", message: expect.stringContaining("claude") as string },
    });
  });

  test("a link called codex to a shell is one, also where it opened the terminal itself", async () => {
    const path = join(tools, "codex-link", "codex");
    mkdirSync(dirname(path));
    symlinkSync("/bin/sh", path);
    const chain = [path, "-c", '"$@"; exit $?', "-", ...shellAt("bin", "between"), ...onTerminal()];
    expect(await detectUnder(chain)).toMatchObject({ refusal: { reason: "inside-an-agent" } });
  });

  test("a node script is one, by its package or by its own name", async () => {
    const byPackage = nodeScriptAt("node_modules", "@anthropic-ai", "claude-code", "cli.cjs");
    expect(await detectUnder([...byPackage, ...onTerminal()])).toMatchObject({
      refusal: { reason: "inside-an-agent" },
    });
    const byName = nodeScriptAt("scripts", "gemini");
    expect(await detectUnder([...byName, ...onTerminal()])).toMatchObject({ refusal: { reason: "inside-an-agent" } });
  });

  test("an agent's mark in the environment is enough", async () => {
    expect(await detectUnder(onTerminal(), { CLAUDECODE: "1" })).toMatchObject({
      refusal: { reason: "inside-an-agent", message: expect.stringContaining("CLAUDECODE") as string },
    });
  });
});

describe.skipIf(!canRun)("away from a terminal", () => {
  test("nobody is a person", async () => {
    expect(await detectUnder([])).toMatchObject({ refusal: { reason: "not-a-terminal" } });
  });
});

describe("what cannot be seen", () => {
  const at = (ancestors: Awaited<ReturnType<typeof ancestorsOf>>) =>
    detectPerson({ env: {}, isTerminal: true, ancestors: async () => ancestors });

  test("counts against", async () => {
    expect(await at(undefined)).toMatchObject({ ok: false, refusal: { reason: "unseen-ancestors" } });
    expect(await at([{ pid: 1, parent: 0, comm: "init", argv: ["init"] }])).toMatchObject({ ok: true });
  });

  test("a process that is not there has no ancestors to go by, nor has one on a system that does not show them", async () => {
    expect(await ancestorsOf(2 ** 30, "linux")).toBeUndefined();
    expect(await ancestorsOf(process.pid, "win32")).toBeUndefined();
  });
});

describe.skipIf(process.platform === "win32")("the ancestors of a process", () => {
  test("begin with its parent and end with the first process", async () => {
    const ancestors = (await ancestorsOf(process.pid))!;
    expect(ancestors[0]!.pid).toBe(process.ppid);
    expect(ancestors.at(-1)!.parent).toBe(0);
    for (const [i, { parent }] of ancestors.slice(0, -1).entries()) expect(ancestors[i + 1]!.pid).toBe(parent);
  });

  test("are the same by ps as by /proc", async () => {
    const numbers = async (platform: NodeJS.Platform) =>
      (await ancestorsOf(process.pid, platform))?.map(({ pid }) => pid);
    expect(await numbers("darwin")).toEqual(await numbers(process.platform));
  });
});

describe("what ps prints", () => {
  test("is read with spaces in the program's path, and with lines that are none", () => {
    const names =
      "  1     0 /sbin/launchd\n 50     1 /Applications/My App/claude\nnonsense\n 51  50 -zsh\n 52 51 gone\n";
    const words = "  1 /sbin/launchd\n 50 /Applications/My App/claude --flag x\n 51 -zsh\n";
    const read = readerOfLists(names, words);
    expect(read(50)).toEqual({
      pid: 50,
      parent: 1,
      comm: "/Applications/My App/claude",
      argv: ["/Applications/My App/claude", "--flag", "x"],
    });
    expect(read(51)).toMatchObject({ parent: 50, argv: ["-zsh"] });
    expect(read(52)).toBeUndefined();
    expect(read(7)).toBeUndefined();
  });
});

test.skipIf(process.platform !== "linux")(
  "a name with parentheses and spaces does not hide a process's parent",
  async () => {
    const path = join(tools, "a) S 0 (b");
    copyFileSync(realpathSync("/bin/sh"), path);
    chmodSync(path, 0o755);
    const script = `read line; echo done`;
    const child = execFile(path, ["-c", script], () => {});
    try {
      const ancestors = await ancestorsOf(child.pid!);
      expect(ancestors?.[0]?.pid).toBe(process.pid);
    } finally {
      child.stdin!.end("\n");
      await new Promise((resolve) => child.once("close", resolve));
    }
  },
);
