import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import nodeModule from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, expect, test } from "vitest";
import { buildProgram } from "./kit/program.ts";

const program = await buildProgram();
const sample = await buildProgram("test/kit/sample-program.ts");
afterAll(async () => {
  await program.remove();
  await sample.remove();
});

const start = (path: string, ...args: string[]): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, [path, ...args], { env: { PATH: process.env["PATH"] } });

async function finish(child: ChildProcessWithoutNullStreams) {
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: child.exitCode, out, err };
}

const FIVE_MEGABYTES = "0123456789abcde\n".repeat(5 * 65_536);

test("the program runs by itself and knows its version", async () => {
  const child = spawn(program.path, ["--version"], { env: { PATH: process.env["PATH"] } });
  expect(await finish(child)).toEqual({ code: 0, out: "0.0.0-test\n", err: "" });
});

test.skipIf(process.platform === "win32")(
  "in a folder that somebody removed it says so, and does what needs none",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "holdfast-gone-"));
    const there = (words: string): ChildProcessWithoutNullStreams =>
      spawn("sh", ["-c", `rmdir "$PWD" 2>&-; exec "$0" "$1" ${words}`, process.execPath, program.path], {
        cwd: folder,
      });
    const first = await finish(there("status"));
    expect([first.code, first.err]).toEqual([3, expect.stringContaining(`The folder ${folder} does not exist`)]);
    expect(first.err).toContain("hint: Go to one that does");
    await mkdir(folder);
    expect(await finish(there("--version"))).toMatchObject({ code: 0, err: "" });
  },
);

test("exit codes reach the shell", async () => {
  expect((await finish(start(program.path, "nonsense"))).code).toBe(2);
  expect((await finish(start(sample.path, "fail", "T9"))).code).toBe(3);
});

test("a pipe gets everything, however much it is", async () => {
  const child = start(sample.path, "echo");
  child.stdin.end(FIVE_MEGABYTES);
  const { code, out } = await finish(child);
  expect(code).toBe(0);
  expect(out === FIVE_MEGABYTES).toBe(true);
});

test("a reader that goes away early is no error", async () => {
  const child = start(sample.path, "echo");
  child.stdin.end(FIVE_MEGABYTES);
  child.stdout.once("data", () => child.stdout.destroy());
  const [err] = await Promise.all([text(child.stderr), once(child, "exit")]);
  expect({ code: child.exitCode, err }).toEqual({ code: 0, err: "" });
});

test.skipIf(!existsSync("/dev/full"))("output that has no room is an error with its own exit code", async () => {
  const full = openSync("/dev/full", "w");
  const child = spawn(process.execPath, [program.path, "--help"], { stdio: ["ignore", full, "pipe"] });
  const [err] = await Promise.all([text(child.stderr!), once(child, "exit")]);
  closeSync(full);
  expect({ code: child.exitCode, err }).toEqual({ code: 70, err: expect.stringMatching(/^error: ENOSPC.*\n$/) });
});

test("completion works in a real bash", async () => {
  const folder = await mkdtemp(join(tmpdir(), "holdfast-bash-"));
  try {
    await symlink(program.path, join(folder, "holdfast"));
    const script = `source <(holdfast completion bash)
      COMP_LINE="holdfast completion "; COMP_WORDS=(holdfast completion ""); COMP_CWORD=2
      _holdfast; printf '%s\\n' "\${COMPREPLY[@]}"
      COMP_LINE="holdfast com"; COMP_WORDS=(holdfast com); COMP_CWORD=1; _holdfast; echo "$COMPREPLY"`;
    const env = { PATH: `${folder}:${process.env["PATH"]}` };
    const { out } = await finish(spawn("bash", ["-c", script], { env }));
    expect(out).toBe("bash\nzsh\nfish\ncompletion\n");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("it ends although nobody closes its standard input", async () => {
  const child = start(sample.path, "task", "claim", "T1", "--why", "x");
  await once(child, "exit");
  expect(child.exitCode).toBe(0);
});

// Node 22 has a cache of its own.
test.skipIf("enableCompileCache" in nodeModule)(
  "compiled code of a command called all day is kept, and mended",
  async () => {
    const cache = await mkdtemp(join(tmpdir(), "holdfast-cache-"));
    const status = async (...more: string[]) => {
      const env = { PATH: process.env["PATH"], XDG_CACHE_HOME: cache };
      return finish(spawn(process.execPath, [program.path, "status", ...more], { env }));
    };
    const kept = async () =>
      (await readdir(cache, { recursive: true }))
        .filter((name) => name.endsWith(".cache"))
        .map((name) => join(cache, name));
    try {
      expect((await status("--nonsense")).code).toBe(2);
      expect(await kept()).toEqual([]);

      const first = await status("--help");
      const files = await kept();
      expect(files).toContainEqual(expect.stringMatching(/\/status\.daily-\w+\.js\.cache$/));

      const sizes = await Promise.all(files.map(async (file) => (await readFile(file)).length));
      await Promise.all(files.map(async (file) => writeFile(file, "no compiled code")));
      expect(await status("--help")).toEqual(first);
      for (const [index, file] of files.entries())
        expect((await readFile(file)).length).toBeGreaterThan((sizes[index] ?? 0) / 2);

      const anHourAgo = Date.now() / 1000 - 3600;
      for (const file of files) await utimes(file, anHourAgo, anHourAgo);
      expect(await status("--help")).toEqual(first);
      for (const file of files) expect((await stat(file)).mtimeMs).toBeGreaterThan((anHourAgo + 60) * 1000);
    } finally {
      await rm(cache, { recursive: true });
    }
  },
);
