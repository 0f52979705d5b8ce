import { spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { writeFiles } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";
import { buildProgram } from "../kit/program.ts";

const program = await buildProgram();
afterAll(() => program.remove());

let desk: Desk;
const home = (...parts: readonly string[]): string => join(desk.home, ...parts);

interface Finding {
  readonly check: string;
  readonly level: string;
  readonly message: string;
  readonly hint?: string;
}

const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, [program.path, ...args], {
    cwd: desk.root,
    env: { ...desk.env(), PATH: `${home("bin")}:/usr/bin:/bin` },
    encoding: "utf8",
  });

function doctor(...more: readonly string[]) {
  const { status, stdout } = run("doctor", "--json", ...more);
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
  return { status, of: (check: string) => findings.filter((finding) => finding.check === check) };
}

beforeEach(() => {
  desk = new Desk();
  for (const host of ["claude", "codex"]) {
    writeFiles(desk.home, { [`bin/${host}`]: `#!/bin/sh\necho "${host} 9.9"\n` });
    chmodSync(home("bin", host), 0o755);
  }
  run("init", "--host", "none");
});

test("a host without Holdfast is told with its version, and is no fault", () => {
  const { status, of } = doctor();
  expect(status).toBe(0);
  expect(of("Claude Code")).toMatchObject([
    { level: "note", message: "claude 9.9; Holdfast is not in it", hint: "holdfast init --host claude" },
  ]);
  expect(of("OpenCode")).toEqual([]);
});

test("what is set up is well: files, launcher, server; and no session has been heard of", () => {
  run("init", "--yes", "--host", "claude");
  const { status, of } = doctor();
  expect(status).toBe(0);
  expect(of("Claude Code")).toMatchObject([
    { level: "ok", message: expect.stringContaining("your own settings") as unknown },
  ]);
  expect(of("Claude Code sessions")).toMatchObject([{ level: "note" }]);
  expect(of("launcher")).toMatchObject([
    { level: "ok", message: expect.stringMatching(/starts .*costs \d+ ms/) as unknown },
  ]);
  expect(of("MCP server")).toMatchObject([{ level: "ok", message: expect.stringMatching(/with 1 tools/) as unknown }]);
});

test("what is missing is a problem that --fix puts right", () => {
  run("init", "--yes", "--host", "claude");
  rmSync(home(".claude", "skills", "holdfast", "SKILL.md"));
  writeFileSync(desk.path(".claude", "settings.local.json"), "{}\n");
  const { status, of } = doctor();
  expect(status).toBe(1);
  expect(of("Claude Code")).toMatchObject([{ level: "problem", hint: "holdfast doctor --fix" }]);
  expect(of("Claude Code")[0]?.message).toContain("SKILL.md");
  expect(doctor("--fix").of("Claude Code")).toMatchObject([{ level: "fixed" }]);
  expect(doctor().status).toBe(0);
  expect(desk.read(".claude", "settings.local.json")).toContain("mcp_tool");
});

test("what a person made of our files is left to them", () => {
  run("init", "--yes", "--host", "claude");
  writeFileSync(home(".claude", "skills", "holdfast", "SKILL.md"), "mine\n");
  const { status, of } = doctor("--fix");
  expect(status).toBe(0);
  expect(of("Claude Code")).toMatchObject([
    { level: "note", message: expect.stringContaining("left to you") as unknown },
  ]);
  expect(readFileSync(home(".claude", "skills", "holdfast", "SKILL.md"), "utf8")).toBe("mine\n");
});

test("hooks that are there twice are a problem", () => {
  run("init", "--yes", "--host", "claude");
  writeFiles(desk.home, { ".claude/settings.json": '{"enabledPlugins":{"holdfast@holdfast":true}}' });
  const { status, of } = doctor();
  expect(status).toBe(1);
  expect(of("Claude Code")[0]).toMatchObject({
    level: "problem",
    message: "Holdfast is in it 2 times (its plugin and your own settings), so every hook runs as often",
  });
});

test("hooks that Codex was not told to trust are a problem, which nobody mends but the person", () => {
  run("init", "--yes", "--host", "codex");
  const before = doctor("--fix");
  expect(before.status).toBe(1);
  const [problem] = before.of("Codex trust");
  expect(problem).toMatchObject({ level: "problem", hint: expect.stringContaining("/hooks") as unknown });
  const count = Number(/of (\d+) hooks/.exec(problem!.message)?.[1]);
  expect(count).toBeGreaterThan(8);
  const events = JSON.parse(readFileSync(home(".codex", "hooks.json"), "utf8")) as {
    readonly hooks: Readonly<Record<string, readonly { readonly hooks: readonly unknown[] }[]>>;
  };
  for (const [event, groups] of Object.entries(events.hooks)) {
    const name = event.replaceAll(/(?<=.)([A-Z])/g, "_$1").toLowerCase();
    for (const at of groups.keys()) {
      const key = JSON.stringify(`${home(".codex", "hooks.json")}:${name}:${at}:0`);
      appendFileSync(home(".codex", "config.toml"), `\n[hooks.state.${key}]\ntrusted_hash = "sha256:00"\n`);
    }
  }
  expect(doctor()).toMatchObject({ status: 0 });
  expect(doctor().of("Codex trust")).toMatchObject([{ level: "ok" }]);
  expect(doctor().of("Codex")).toMatchObject([{ level: "ok" }]);
});

test("the last sessions are told, with what went wrong in a hook", () => {
  run("init", "--yes", "--host", "claude");
  run("plan", "new", "Alpha");
  const payload = { session_id: "s1", hook_event_name: "SessionStart", source: "startup", cwd: desk.root };
  const hook = spawnSync(process.execPath, [program.path, "hook", "claude"], {
    cwd: desk.root,
    env: desk.env(),
    input: JSON.stringify(payload),
  });
  expect(hook.status).toBe(0);
  expect(doctor().of("Claude Code sessions")).toMatchObject([
    {
      level: "ok",
      message: expect.stringMatching(/1 heard of, the last event session-started.* of 9500 bytes/) as unknown,
    },
  ]);
  const folder = desk.path(".planning", ".local", "receipts");
  const [name = ""] = readdirSync(folder);
  const receipt = JSON.parse(readFileSync(join(folder, name), "utf8")) as {
    events: Record<string, { error?: string }>;
  };
  receipt.events["session-started"]!.error = "it broke";
  writeFileSync(join(folder, name), JSON.stringify(receipt));
  const { status, of } = doctor();
  expect(status).toBe(1);
  expect(of("Claude Code sessions")[1]).toMatchObject({
    level: "problem",
    message: expect.stringContaining("it broke") as unknown,
  });
});

test("a launcher whose programs are gone is a problem", () => {
  run("init", "--yes", "--host", "claude");
  const launcher = home(".local", "share", "holdfast", "holdfast");
  writeFileSync(launcher, readFileSync(launcher, "utf8").replaceAll(program.path, "/gone/holdfast.js"));
  expect(doctor().of("launcher")).toMatchObject([
    { level: "problem", message: expect.stringContaining("hooks do nothing") as unknown },
  ]);
});
