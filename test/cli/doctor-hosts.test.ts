import { spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { writeFiles } from "../../src/workspace/git-fixture.ts";
import { isOurHook } from "../../src/hosts/install/ours.ts";
import { trustedHooks } from "../../src/hosts/install/trust.ts";
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

test("a program that shells do not find by its name is told of, by init too; a package runner's path is none of theirs", () => {
  writeFiles(desk.home, { "node_modules/.bin/holdfast": "#!/bin/sh\n" });
  chmodSync(home("node_modules", ".bin", "holdfast"), 0o755);
  const underRunner = { PATH: `${home("node_modules", ".bin")}:${home("bin")}:/usr/bin:/bin` };
  const init = spawnSync(process.execPath, [program.path, "init", "--yes", "--host", "claude"], {
    cwd: desk.root,
    env: { ...desk.env(), ...underRunner },
    encoding: "utf8",
  });
  expect(init.stdout).toContain("it is not on the path");
  expect(init.stdout).toContain("npm install -g holdfast, or: ln -s ");
  expect(doctor()).toMatchObject({ status: 0 });
  expect(doctor().of("command")).toMatchObject([
    { level: "note", hint: expect.stringContaining("npm install") as unknown },
  ]);
  writeFiles(desk.home, { "bin/holdfast": "#!/bin/sh\n" });
  chmodSync(home("bin", "holdfast"), 0o755);
  expect(doctor().of("command")).toEqual([]);
  expect(run("init", "--yes", "--host", "claude").stdout).not.toContain("on the path");
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
  expect(of("MCP server")).toMatchObject([{ level: "ok", message: expect.stringMatching(/with 1 tool$/) as unknown }]);
});

test("in a folder below the workspace's it is told that Claude Code has no hooks there", () => {
  run("init", "--yes", "--host", "claude");
  expect(doctor().of("Claude Code folder")).toEqual([]);
  writeFiles(desk.root, { "src/deep/a.js": "" });
  const { stdout } = spawnSync(process.execPath, [program.path, "doctor"], {
    cwd: desk.path("src", "deep"),
    env: { ...desk.env(), PATH: `${home("bin")}:/usr/bin:/bin` },
    encoding: "utf8",
  });
  expect(stdout).toMatch(/^note +Claude Code folder: started in .*src\/deep it has no hooks of /m);
});

test("in a home folder, where one's own settings lie where a repository's would, they are there once", () => {
  const env = { ...desk.env(), HOME: desk.root, PATH: `${home("bin")}:/usr/bin:/bin` };
  const at = (...args: readonly string[]) =>
    spawnSync(process.execPath, [program.path, ...args], { cwd: desk.root, env, encoding: "utf8" }).stdout;
  at("init", "--yes", "--host", "codex");
  const before = desk.read(".codex", "hooks.json");
  expect(at("init", "--yes", "--host", "codex")).toContain("Codex: all there");
  expect(desk.read(".codex", "hooks.json")).toBe(before);
  expect(at("doctor")).toContain("Holdfast is in it by your own settings");
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
  const file = home(".codex", "hooks.json");
  for (const { key, hash } of trustedHooks(readFileSync(file, "utf8"), file, isOurHook)) {
    const path = `[hooks.state.${JSON.stringify(key)}]`;
    appendFileSync(home(".codex", "config.toml"), `\n${path}\ntrusted_hash = "${hash}"\n`);
  }
  expect(doctor()).toMatchObject({ status: 0 });
  expect(doctor().of("Codex trust")).toMatchObject([{ level: "ok" }]);
  expect(doctor().of("Codex")).toMatchObject([{ level: "ok" }]);
});

test("trusted hooks that say something else by now, or are switched off, are a problem too", () => {
  run("init", "--yes", "--host", "codex");
  const file = home(".codex", "hooks.json");
  const [first, second] = trustedHooks(readFileSync(file, "utf8"), file, isOurHook);
  const state = (key: string, line: string): void =>
    appendFileSync(home(".codex", "config.toml"), `\n[hooks.state.${JSON.stringify(key)}]\n${line}\n`);
  state(first!.key, 'trusted_hash = "sha256:00"');
  state(second!.key, `trusted_hash = "${second!.hash}"\nenabled = false`);
  expect(
    doctor()
      .of("Codex trust")
      .map(({ message }) => message.replace(/ of \d+/, "")),
  ).toEqual([
    expect.stringMatching(/^\d+ hooks have not been trusted/),
    expect.stringMatching(/^1 hooks say something else than what was trusted/),
    expect.stringMatching(/^1 hooks are switched off/),
  ]);
});

test.each([
  ["claude", ".claude/settings.json", '{"disableAllHooks":true}', "disableAllHooks in"],
  ["codex", ".codex/config.toml", "[features]\nhooks = false\n", "hooks = false in"],
] as const)("hooks that are switched off in %s are a problem, wherever they stand", (host, file, text, says) => {
  writeFiles(desk.home, { [file]: text });
  run("init", "--yes", "--host", host);
  const { status, of } = doctor();
  expect(status).toBe(1);
  expect(of(host === "claude" ? "Claude Code" : "Codex")[0]).toMatchObject({
    level: "problem",
    message: expect.stringContaining(`${says} ${home(file)}`) as unknown,
  });
});

test("hooks that a project switches on again are none, and a server that a person refused is", () => {
  run("init", "--yes", "--shared", "--host", "claude");
  writeFiles(desk.home, { ".claude/settings.json": '{"disableAllHooks":true}' });
  writeFiles(desk.root, { ".claude/settings.local.json": '{"disableAllHooks":false}' });
  expect(doctor().of("Claude Code")).toMatchObject([{ level: "ok" }]);
  const projects = { [desk.root]: { disabledMcpjsonServers: ["holdfast"] } };
  writeFiles(desk.home, { ".claude.json": JSON.stringify({ projects }) });
  expect(doctor().of("Claude Code")).toMatchObject([
    { level: "problem", message: expect.stringContaining("its server is refused") as unknown },
  ]);
});

test("what is in Codex by one's own settings and by the repository's comes to one by what doctor says", () => {
  run("init", "--yes", "--host", "codex");
  run("init", "--yes", "--shared", "--host", "codex");
  const [twice] = doctor().of("Codex");
  expect(twice).toMatchObject({ level: "problem" });
  const commands = [...twice!.hint!.matchAll(/holdfast ((?:uninstall|init)[^,:]*)/g)].map(([, words]) => words!);
  expect(commands).toHaveLength(2);
  for (const words of commands) run(...words.split(" "), "--yes");
  expect(doctor().of("Codex")).toMatchObject([
    { level: "ok", message: expect.stringContaining("the repository's settings") as unknown },
  ]);
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

test("a launcher that may not be run, or that somebody changed, is well again by what doctor says", () => {
  run("init", "--yes", "--host", "claude");
  const launcher = home(".local", "share", "holdfast", "holdfast");
  chmodSync(launcher, 0o644);
  expect(doctor().of("launcher")).toMatchObject([{ level: "problem", hint: "holdfast init" }]);
  run("init", "--yes", "--host", "claude");
  expect(doctor().of("launcher")).toMatchObject([{ level: "ok" }]);

  writeFileSync(launcher, "#!/bin/sh\nexit 3\n");
  expect(doctor("--fix").of("launcher")).toMatchObject([
    { level: "problem", hint: "it is not as Holdfast wrote it: move it away, then holdfast init" },
  ]);
  renameSync(launcher, `${launcher}.old`);
  run("init", "--yes", "--host", "claude");
  expect(doctor().of("launcher")).toMatchObject([{ level: "ok" }]);
});
