import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { tempDir } from "../src/workspace/git-fixture.ts";
import { Desk } from "./kit/desk.ts";
import { buildProgram } from "./kit/program.ts";

const program = await buildProgram();
afterAll(() => program.remove());

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Starts another that will not listen either, and says in a file who they are. */
const stubborn = (pids: string): string => `
  const deaf = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)";
  const child = require("child_process").spawn(process.execPath, ["-e", deaf], { stdio: "ignore" });
  process.on("SIGTERM", () => {});
  setInterval(() => {}, 1000);
  require("fs").writeFileSync(${JSON.stringify(pids)}, process.pid + " " + child.pid);
`;

test.runIf(process.platform !== "win32").each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "%s ends what runs with all that it started, and records nothing of it",
  async (signal, code) => {
    const desk = new Desk();
    const pids = join(tempDir(), "pids");
    await desk.do("plan", "new", "Prove it");
    await desk.do("check", "add", "slow", "--kind", "command", "--", process.execPath, "-e", stubborn(pids));
    await desk.do("check", "add", "quick", "--kind", "command", "--", "true");
    await desk.do("check", "add", "later", "--kind", "command", "--exclusive", "--", "true");
    const env = { ...desk.env(), PATH: process.env["PATH"] ?? "" };
    const verify = spawn(process.execPath, [program.path, "verify", "--jobs", "2"], { cwd: desk.root, env });
    let out = "";
    verify.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    const ended = once(verify, "close");
    await expect.poll(() => out.includes("✓ quick") && existsSync(pids), { timeout: 30_000 }).toBe(true);
    const running = readFileSync(pids, "utf8").split(" ").map(Number);
    verify.kill(signal);
    expect((await ended)[0]).toBe(code);
    // Whoever adopted them may take a moment to notice.
    await expect.poll(() => running.filter(isAlive), { timeout: 10_000 }).toEqual([]);
    expect(out).toContain("stopped, and nothing is recorded of: slow, later\n");
    const { items } = await desk.json<{ items: readonly { id: string; last: object | null }[] }>("check", "list");
    expect(items.map(({ id, last }) => [id, last === null])).toEqual([
      ["slow", true],
      ["quick", false],
      ["later", true],
    ]);
  },
  60_000,
);

test.runIf(process.platform !== "win32")(
  "a check of several runs that is stopped between them is not decided",
  async () => {
    const desk = new Desk();
    const pids = join(tempDir(), "pids");
    const ran = join(tempDir(), "ran");
    const first = `const fs = require("fs"); if (!fs.existsSync("${ran}")) { fs.writeFileSync("${ran}", ""); process.exit(0); }`;
    await desk.do("plan", "new", "Prove it");
    const words = ["--passes", "2/3", "--", process.execPath, "-e", first + stubborn(pids)];
    await desk.do("check", "add", "some", "--kind", "command", ...words);
    const env = { ...desk.env(), PATH: process.env["PATH"] ?? "" };
    const verify = spawn(process.execPath, [program.path, "verify"], { cwd: desk.root, env });
    const ended = once(verify, "close");
    await expect.poll(() => existsSync(pids), { timeout: 30_000 }).toBe(true);
    verify.kill("SIGINT");
    expect((await ended)[0]).toBe(130);
    const { check } = await desk.json<{ check: { standing: string; evidence: readonly object[] } }>(
      "check",
      "show",
      "some",
    );
    expect([check.standing, check.evidence.length]).toEqual(["missing", 1]);
  },
  60_000,
);

test.runIf(process.platform !== "win32")(
  "a goal's check that is stopped is ended, and the goal as it was",
  async () => {
    const desk = new Desk();
    const session = ["--session", "test:a"];
    const pids = join(tempDir(), "pids");
    const script = join(tempDir(), "slow.cjs");
    writeFileSync(script, stubborn(pids));
    await desk.do("init");
    await desk.do("goal", "set", "Be quick", "--done-when", "it is", "--check", `exec node ${script}`, ...session);
    await desk.do("goal", "done", ...session);
    const env = { ...desk.env(), PATH: process.env["PATH"] ?? "" };
    const validate = spawn(process.execPath, [program.path, "goal", "validate", ...session], { cwd: desk.root, env });
    const ended = once(validate, "close");
    await expect.poll(() => existsSync(pids), { timeout: 30_000 }).toBe(true);
    const running = readFileSync(pids, "utf8").split(" ").map(Number);
    validate.kill("SIGINT");
    expect((await ended)[0]).toBe(1);
    await expect.poll(() => running.filter(isAlive), { timeout: 10_000 }).toEqual([]);
    const { goal } = await desk.json<{ goal: { status: string; ran?: object } }>("goal", "status", ...session);
    expect(goal).toMatchObject({ status: "completed" });
    expect(JSON.stringify(goal)).not.toContain("durationMs");
  },
  60_000,
);
