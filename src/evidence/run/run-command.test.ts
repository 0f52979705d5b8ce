import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tempDir } from "../../workspace/git-fixture.ts";
import { readCapped } from "./capped-output.ts";
import { maskSecrets } from "./mask.ts";
import { runCommand, type RunRequest } from "./run-command.ts";

const NODE = process.execPath;

async function run(script: string, more: Partial<RunRequest> = {}) {
  const cwd = tempDir();
  const outputFile = join(cwd, "output");
  const result = await runCommand({
    command: [NODE, "-e", script],
    isShell: false,
    cwd,
    env: { PATH: process.env["PATH"] },
    timeoutMs: 30_000,
    outputFile,
    ...more,
  });
  return { ...result, output: readFileSync(outputFile, "utf8"), cwd };
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("a program", () => {
  test("runs to its end with what it is given, and all that it prints is kept and digested", async () => {
    const chunks: Uint8Array[] = [];
    const script = "console.log(process.argv[1]); console.error(process.env.X); process.exit(3)";
    const { ending, output, outputBytes } = await run("", {
      command: [NODE, "-e", script, "$HOME; exit 0"],
      env: { X: "given" },
      onOutput: (bytes) => chunks.push(bytes),
    });
    expect(ending).toEqual({ kind: "exit", code: 3 });
    expect(output.split("\n").sort()).toEqual(["", "$HOME; exit 0", "given"]);
    expect(outputBytes).toBe(Buffer.byteLength(output));
    expect(Buffer.concat(chunks).toString()).toBe(output);
  });

  test("has nothing to read, and no terminal", async () => {
    const { output } = await run('console.log(require("fs").readFileSync(0, "utf8") === "", process.stdin.isTTY)');
    expect(output).toBe("true undefined\n");
  });

  test("is run by a shell only where that is asked for", async () => {
    const { ending, output } = await run("", { command: ["echo one && exit 4"], isShell: true });
    expect(ending).toEqual({ kind: "exit", code: 4 });
    expect(output).toBe("one\n");
    expect((await run("", { command: ["echo one && exit 4"] })).ending.kind).toBe("not-started");
  });

  test("that cannot be started says why", async () => {
    const { ending } = await run("", { command: ["./there-is-no-such-program"] });
    expect(ending).toMatchObject({ kind: "not-started", why: expect.stringContaining("ENOENT") });
  });

  test("that is killed says by what", async () => {
    expect((await run('process.kill(process.pid, "SIGKILL")')).ending).toEqual({ kind: "signal", signal: "SIGKILL" });
  });

  test("that takes too long is ended, with what it started, even where it will not listen", async () => {
    const script = `
      process.on("SIGTERM", () => {});
      const child = require("child_process").spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { stdio: "ignore" });
      require("fs").writeFileSync("pids", process.pid + " " + child.pid);
      setInterval(() => {}, 1000);
    `;
    const { ending, cwd } = await run(script, { timeoutMs: 1500 });
    expect(ending).toEqual({ kind: "timeout" });
    const pids = readFileSync(join(cwd, "pids"), "utf8").split(" ").map(Number);
    await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([]);
  }, 30_000);

  test("that leaves something running does not keep anybody waiting, nor does what it left go on", async () => {
    const left = "setTimeout(() => require('fs').writeFileSync('late', ''), 1500)";
    const script = `
      const child = require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(left)}], { stdio: "inherit" });
      require("fs").writeFileSync("pid", String(child.pid));
      process.exit(0);
    `;
    const { ending, cwd } = await run(script);
    expect(ending).toEqual({ kind: "exit", code: 0 });
    const pid = Number(readFileSync(join(cwd, "pid"), "utf8"));
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
    expect(existsSync(join(cwd, "late"))).toBe(false);
  });
});

describe("what is kept of an output", () => {
  test("is all of a short one, and the beginning and the end of a long one", () => {
    const file = join(tempDir(), "out");
    writeFileSync(file, "short\n");
    expect(readCapped(file)).toBe("short\n");
    writeFileSync(file, `first\n${"x".repeat(1_000_000)}\nlast\n`);
    const text = readCapped(file);
    expect(text.length).toBeLessThan(300_000);
    expect(text).toMatch(/^first\n/);
    expect(text).toMatch(/\nlast\n$/);
    expect(text).toContain("[… 737868 bytes left out …]");
  });

  test.each([
    ["AWS_ACCESS_KEY_ID is AKIAIOSFODNN7EXAMPLE here", "AKIAIOSFODNN7EXAMPLE"],
    [`ghp_${"a1".repeat(18)}`, "a1a1"],
    ['{"password": "hunter2hunter2"}', "hunter2"],
    ["DB_PASSWORD=correct-horse", "correct-horse"],
    ["api-key: 0123456789abcdef", "0123456789abcdef"],
    ["postgres://user:sesame42@host/db", "sesame42"],
    ["Authorization: Bearer abcdef123456", "abcdef123456"],
    ["-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----\nafter", "MIIabc"],
    [`eyJ${"a".repeat(20)}.eyJ${"b".repeat(20)}.${"c".repeat(20)}`, "bbbb"],
  ])("does not hold %s", (text, secret) => {
    expect(maskSecrets(text)).not.toContain(secret);
  });

  test("keeps what only sounds like one", () => {
    const text = "12 passed, 0 failed\nexpected password to be set\nsecret: no\nat tokenize (src/token.ts:12:5)\n";
    expect(maskSecrets(text)).toBe(text);
  });

  test("is masked in time that follows its length", () => {
    const text = `${"password ".repeat(20_000)}${"a".repeat(200_000)}`;
    expect(maskSecrets(text).length).toBeGreaterThan(0);
  });
});
