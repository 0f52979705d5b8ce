import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { spawnSync } from "node:child_process";
import { parse } from "jsonc-parser";
import { parse as parseToml } from "smol-toml";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { runGit, tempDir, writeFiles } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";
import { buildProgram } from "../kit/program.ts";

const program = await buildProgram();
afterAll(() => program.remove());

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});

const home = (...parts: readonly string[]): string => join(desk.home, ...parts);
const readHome = (...parts: readonly string[]): string => readFileSync(home(...parts), "utf8");
const data = (...parts: readonly string[]): string => home(".local", "share", "holdfast", ...parts);

/** Every file below some folders, with what it says. */
const filesIn = (...folders: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .map((name) => join(folder, name))
        .filter(
          (path) => statSync(path).isFile() && !/\/(?:\.planning|\.cache)\/|\/\.git\/(?!info)|\/keys\//.test(path),
        )
        .map((path) => [path, readFileSync(path, "latin1")]),
    ),
  );

const all = (): Readonly<Record<string, string>> => filesIn(desk.root, desk.home);

const json = (text: string): unknown => parse(text);

const ALL = "claude,codex,opencode";

describe("what is written", () => {
  test("is one's own, in every host that is asked for, and Git sees nothing of it", async () => {
    await desk.do("init", "--yes", "--host", ALL);
    const launcher = data("holdfast");
    expect(json(desk.read(".claude", "settings.local.json"))).toMatchObject({
      hooks: {
        SessionStart: [{ hooks: [{ type: "command", command: `${launcher} hook claude` }] }],
        Stop: [{ hooks: [{ type: "mcp_tool", server: "holdfast", tool: "hook" }] }],
      },
      permissions: { deny: ["mcp__holdfast__hook"] },
      statusLine: { type: "command", command: `${launcher} statusline` },
    });
    expect(json(readHome(".claude.json"))).toEqual({
      projects: {
        [desk.root]: { mcpServers: { holdfast: { type: "stdio", command: launcher, args: ["mcp"] } } },
      },
    });
    expect(parseToml(readHome(".codex", "config.toml"))).toMatchObject({
      mcp_servers: { holdfast: { command: launcher, args: ["mcp"] } },
    });
    expect(json(readHome(".codex", "hooks.json"))).toMatchObject({ hooks: { SessionStart: [{}], Stop: [{}] } });
    expect(existsSync(home(".config", "opencode", "plugin", "holdfast.js"))).toBe(true);
    for (const place of [
      [".claude", "skills", "holdfast", "SKILL.md"],
      [".claude", "commands", "holdfast", "proceed.md"],
      [".agents", "skills", "holdfast", "SKILL.md"],
      [".codex", "skills", "holdfast-proceed", "SKILL.md"],
      [".config", "opencode", "command", "holdfast-proceed.md"],
    ]) {
      expect(readHome(...place)).toMatch(/^---\n/);
    }
    expect(runGit(desk.root, "status", "--porcelain", "--untracked-files=all")).toBe("");
  });

  test("with --shared is the repository's, and names no folder of this machine", async () => {
    await desk.do("init", "--yes", "--shared", "--host", ALL);
    const seen = runGit(desk.root, "status", "--porcelain", "--untracked-files=all");
    for (const file of [
      ".claude/settings.json",
      ".mcp.json",
      "CLAUDE.md",
      ".claude/skills/holdfast/SKILL.md",
      ".codex/hooks.json",
      ".codex/config.toml",
      "AGENTS.md",
      ".agents/skills/holdfast/SKILL.md",
      ".codex/skills/holdfast-plan/SKILL.md",
      ".opencode/plugin/holdfast.js",
    ]) {
      expect(seen).toContain(`?? ${file}`);
      expect(desk.read(file)).not.toContain(desk.home);
    }
    expect(readdirSync(desk.home).toSorted()).toEqual([".local"]);
    // Every host offers its model what stands here.
    expect(readdirSync(desk.path(".agents", "skills"))).toEqual(["holdfast"]);
  });

  test("says neither version nor digest, so that it stays the same for good", async () => {
    await desk.do("init", "--yes", "--host", "codex");
    const text = readHome(".codex", "hooks.json");
    expect(text).not.toMatch(/\d+\.\d+\.\d+|[0-9a-f]{16}/);
  });

  test("is the same when it is written again, and nothing is asked then", async () => {
    await desk.do("init", "--yes", "--host", ALL);
    const before = all();
    expect(await desk.do("init", "--yes", "--host", ALL)).toContain("Claude Code: all there");
    expect(all()).toEqual(before);
    const { code, err } = await desk.run(["init", "--host", ALL], { tty: true });
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  test("with --shared takes the place of one's own, so that nothing is there twice", async () => {
    await desk.do("init", "--yes", "--host", "claude");
    await desk.do("init", "--yes", "--shared", "--host", "claude");
    expect(desk.has(".claude", "settings.local.json")).toBe(false);
    expect(existsSync(home(".claude.json"))).toBe(false);
    await desk.do("init", "--yes", "--host", "claude");
    expect(desk.has(".claude", "settings.local.json")).toBe(false);
  });

  test("leaves a person's own status line, and another's file of a name that we would take", async () => {
    writeFiles(desk.home, {
      ".claude/settings.json": '{"statusLine":{"type":"command","command":"mine"}}',
      ".claude/commands/holdfast/new.md": "mine\n",
    });
    const { code, out } = await desk.run(["init", "--yes", "--host", "claude"]);
    expect(desk.read(".claude", "settings.local.json")).not.toContain("statusline");
    expect(readHome(".claude", "commands", "holdfast", "new.md")).toBe("mine\n");
    expect(code).toBe(1);
    expect(out).toContain("new.md is another's");
  });

  test("is nothing but the line where the plugin is there already", async () => {
    writeFiles(desk.home, { ".claude/settings.json": '{"enabledPlugins":{"holdfast@holdfast":true}}' });
    const out = await desk.do("init", "--yes", "--host", "claude");
    expect(out).toContain("the plugin holdfast@holdfast is enabled");
    expect(desk.has(".claude", "settings.local.json")).toBe(false);
    expect(desk.has("CLAUDE.local.md")).toBe(true);
  });
});

describe("asking", () => {
  test("without a terminal nothing is asked and nothing written; how is said", async () => {
    mkdirSync(home(".claude"));
    const out = await desk.do("init");
    expect(out).toContain("settings.local.json (new: hooks)");
    expect(out).toContain("nothing was written for them: holdfast init --yes");
    expect(desk.has(".claude")).toBe(false);
    expect(desk.has(".planning", ".local")).toBe(true);
    expect(await desk.json("init")).toMatchObject({ agents: { hosts: ["claude"], isWritten: false } });
  });

  test("at a terminal the changes are shown, and a no writes nothing", async () => {
    mkdirSync(home(".codex"));
    const { err, out } = await desk.run(["init"], { tty: true, stdin: "n\n" });
    expect(err).toContain("so that Codex can use Holdfast? [Y/n]");
    expect(out).toContain("+ [mcp_servers.holdfast]");
    expect(existsSync(home(".codex", "hooks.json"))).toBe(false);
    await desk.run(["init"], { tty: true, stdin: "\n" });
    expect(existsSync(home(".codex", "hooks.json"))).toBe(true);
  });

  test("a host is found on the path, too; none is found where none is", async () => {
    writeFiles(desk.home, { "bin/claude": "#!/bin/sh\n" });
    chmodSync(home("bin", "claude"), 0o755);
    const env = { ...desk.env(), PATH: home("bin") };
    const { runCli } = await import("../kit/cli.ts");
    expect((await runCli(["init"], { cwd: desk.root, env })).out).toContain("Claude Code: not set up");
    expect(await desk.do("init")).toContain("no agent was found");
    expect(await desk.do("init", "--host", "none")).not.toContain("no agent");
    expect(await desk.json("init", "--host", "none")).toMatchObject({ agents: { hosts: [] } });
  });

  test("a host that nobody knows is an error that lists the near ones", async () => {
    const { code, err } = await desk.run(["init", "--host", "cladue"]);
    expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining("did you mean claude?") as unknown });
    expect(desk.has(".planning")).toBe(false);
  });
});

describe("what others have written", () => {
  const THEIRS = {
    root: {
      "CLAUDE.local.md": "# Mine\nno newline at the end",
      ".claude/settings.local.json":
        '{\r\n\t// mine\r\n\t"permissions": { "deny": ["Read(.env)"] }, /* why */\r\n\t"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "say done"}]}]},\r\n}\r\n',
    },
    home: {
      ".claude.json": '{"numStartups":3,"projects":{"/other":{"mcpServers":{"x":{"command":"x"}}}},"oauth":"secret"}',
      ".codex/config.toml":
        '# mine\nmodel = "m"\n\n[mcp_servers.x]\ncommand = "x"\n[mcp_servers.x.env]\nTOKEN = "secret"\n',
      ".codex/hooks.json": '{ "hooks": { "Stop": [] } }',
      ".codex/AGENTS.md": "Be nice.\r\n",
      ".config/opencode/AGENTS.md": "",
    },
  };

  beforeEach(() => {
    writeFiles(desk.root, THEIRS.root);
    writeFiles(desk.home, THEIRS.home);
  });

  test("is there again to the byte after installing and uninstalling, personal or shared", async () => {
    await desk.do("init", "--host", "none");
    const before = all();
    for (const more of [[], ["--shared"]]) {
      await desk.do("init", "--yes", "--host", ALL, ...more);
      expect(Object.keys(all()).length).toBeGreaterThan(Object.keys(before).length + 20);
      await desk.do("uninstall", "--yes");
      expect(all()).toEqual(before);
    }
    expect(existsSync(data())).toBe(false);
    expect(existsSync(home(".agents"))).toBe(false);
  });

  test("is not shown: not even the lines around a change", async () => {
    const out = await desk.do("init", "--yes", "--host", ALL);
    expect(out).not.toContain("secret");
    expect(out).not.toContain("say done");
  });

  test("survives being edited after the install; only ours goes", async () => {
    await desk.do("init", "--yes", "--host", ALL);
    const edit = (file: string, change: (text: string) => string): void =>
      writeFileSync(file, change(readFileSync(file, "utf8")));
    edit(desk.path(".claude", "settings.local.json"), (text) => text.replace("{", '{ "later": 1,'));
    edit(home(".claude.json"), (text) => text.replace("{", '{ "later": 1,'));
    edit(home(".codex", "config.toml"), (text) => `${text}\n[later]\na = 1\n`);
    edit(home(".codex", "hooks.json"), (text) => text.replace("10", "20"));
    edit(home(".codex", "AGENTS.md"), (text) => `first\n${text}last\n`);
    edit(home(".claude", "commands", "holdfast", "plan.md"), () => "mine now\n");
    await desk.do("uninstall", "--yes");
    expect(json(desk.read(".claude", "settings.local.json"))).toEqual({
      later: 1,
      ...(json(THEIRS.root[".claude/settings.local.json"]) as object),
    });
    expect(json(readHome(".claude.json"))).toEqual({ later: 1, ...(json(THEIRS.home[".claude.json"]) as object) });
    expect(parseToml(readHome(".codex", "config.toml"))).toEqual(
      parseToml(`${THEIRS.home[".codex/config.toml"]}[later]\na = 1\n`),
    );
    expect(readHome(".codex", "hooks.json")).not.toContain("holdfast");
    expect(readHome(".codex", "AGENTS.md")).toMatch(/^first\nBe nice\.\r\n[\s]*last\n$/);
    expect(readHome(".claude", "commands", "holdfast", "plan.md")).toBe("mine now\n");
    expect(existsSync(home(".claude", "commands", "holdfast", "new.md"))).toBe(false);
  });

  test("has what several workspaces of the account put into one file; each takes out its own", async () => {
    const before = readHome(".claude.json");
    const other = new Desk(undefined, desk.home);
    mkdirSync(desk.path("packages", "inner"), { recursive: true });
    const inner = (...args: readonly string[]) => desk.do(...args, "--yes", "--root", desk.path("packages", "inner"));
    const root = runGit(desk.root, "rev-parse", "--show-toplevel").trim();
    const roots = [root, join(root, "packages", "inner"), other.root];
    const projects = (): readonly string[] => {
      const found = (json(readHome(".claude.json")) as { projects: Record<string, { mcpServers?: object }> }).projects;
      return Object.keys(found).filter((name) => "holdfast" in (found[name]?.mcpServers ?? {}));
    };
    await desk.do("init", "--yes", "--host", "claude");
    await inner("init", "--host", "claude");
    await other.do("init", "--yes", "--host", "claude");
    await desk.do("init", "--yes", "--host", "claude");
    expect(projects()).toEqual(roots);
    expect(runGit(desk.root, "status", "--porcelain", "-uall")).not.toContain("local");

    const out = await desk.do("uninstall", "--yes");
    expect(projects()).toEqual(roots.slice(1));
    const still = /^other workspaces have it still: (.*); holdfast uninstall there takes it out$/m.exec(out)?.[1];
    expect(still?.split(", ").toSorted()).toEqual(roots.slice(1).toSorted());
    expect(runGit(desk.root, "status", "--porcelain", "-uall")).not.toContain("inner");
    await inner("uninstall");
    expect(existsSync(data("holdfast"))).toBe(true);
    expect(await other.do("uninstall", "--yes")).toContain("Holdfast is out of the hosts; plans");
    expect(readHome(".claude.json")).toBe(before);
    expect(existsSync(data())).toBe(false);
  });

  test("that was not there before is gone again when the last workspace takes out its own, whichever it is", async () => {
    const other = new Desk(undefined, desk.home);
    for (const [first, last] of [[desk, other] as const, [other, desk] as const]) {
      rmSync(home(".claude.json"), { force: true });
      await desk.do("init", "--yes", "--host", "claude");
      await other.do("init", "--yes", "--host", "claude");
      await first.do("uninstall", "--yes");
      expect(readHome(".claude.json")).toContain(JSON.stringify(last.root));
      await last.do("uninstall", "--yes");
      expect(existsSync(home(".claude.json"))).toBe(false);
    }
  });

  test("is taken out where the record of the install is lost, too", async () => {
    await desk.do("init", "--yes", "--host", ALL);
    writeFileSync(data("installed.json"), "{");
    await desk.do("uninstall", "--yes");
    expect(JSON.stringify(Object.entries(all()).filter(([path]) => !path.includes("installed.json")))).not.toMatch(
      /holdfast (?:hook|mcp)|mcp_servers\.holdfast|<!-- holdfast|Kept by Holdfast/,
    );
  });

  test.each([
    ["claude", "root", ".claude/settings.local.json", "{ nope", "settings.local.json:1:3"],
    ["codex", "home", ".codex/config.toml", "a = \n", "config.toml:1:"],
    ["codex", "home", ".codex/hooks.json", '{"hooks":{"Stop":{}}}', "hooks.json"],
  ] as const)(
    "in %s that cannot be read is refused with the place, and the rest is set up",
    async (host, where, file, text, place) => {
      const path = where === "root" ? desk.path(file) : home(file);
      writeFileSync(path, text);
      const { code, out } = await desk.run(["init", "--yes", "--host", host]);
      expect(code).toBe(1);
      expect(out).toContain(place);
      expect(out).toContain(": not all of it is there");
      expect(out).not.toContain("set up");
      expect(readFileSync(path, "utf8")).toBe(text);
      expect(existsSync(data("holdfast"))).toBe(true);
      expect(await desk.do("uninstall", "--yes")).toContain("Holdfast is out of the hosts");
      expect(readFileSync(path, "utf8")).toBe(text);
    },
  );

  test("is not touched where nothing could be remembered of it", async () => {
    writeFiles(desk.home, { ".local/share": "a file\n" });
    const before = all();
    const { code, err } = await desk.run(["init", "--yes", "--host", ALL]);
    expect(code).toBe(70);
    expect(err).toContain(`${data()} cannot be written (ENOTDIR)`);
    expect(all()).toEqual(before);
  });

  test("behind a link that leads out of the repository is left alone", async () => {
    const outside = join(tempDir(), "outside");
    mkdirSync(outside);
    const other = new Desk();
    desk = other;
    symlinkSync(outside, desk.path(".claude"));
    const { code } = await desk.run(["init", "--yes", "--host", "claude"]);
    expect(code).toBe(1);
    expect(readdirSync(outside)).toEqual([]);
  });
});

describe("the built program", () => {
  const run = (args: readonly string[], file = program.path, env: Readonly<Record<string, string>> = {}) =>
    spawnSync(process.execPath, [file, ...args], { cwd: desk.root, env: { ...desk.env(), ...env }, encoding: "utf8" });

  test("is what the launcher starts, and what hosts have names only the launcher", () => {
    expect(run(["init", "--yes", "--host", "codex"]).status).toBe(0);
    const started = spawnSync(data("holdfast"), ["--version"], { encoding: "utf8", env: desk.env() });
    expect(started).toMatchObject({ status: 0, stdout: "0.0.0-test\n" });
    expect(readHome(".codex", "config.toml") + readHome(".codex", "hooks.json")).not.toContain(program.path);
  });

  test("run by a package runner is copied to where it stays, and its copy goes with the uninstall", () => {
    const passing = join(tempDir(), "_npx", "abc", "node_modules", "holdfast");
    cpSync(dirname(program.path), join(passing, "dist"), { recursive: true });
    writeFiles(passing, { "package.json": '{"name":"holdfast","version":"0.0.0-test"}' });
    expect(run(["init", "--yes", "--host", "codex"], join(passing, "dist", "holdfast.js")).status).toBe(0);
    const copy = data("programs", "0.0.0-test", "dist", "holdfast.js");
    expect(readFileSync(data("holdfast"), "utf8")).toContain(`try '${copy}'`);
    expect(run(["--version"], copy).stdout).toBe("0.0.0-test\n");
    expect(run(["uninstall", "--yes"], copy).status).toBe(0);
    expect(existsSync(data())).toBe(false);
  });

  test("that is gone makes a hook end quietly, and a server say what to do", () => {
    run(["init", "--yes", "--host", "codex"]);
    const text = readFileSync(data("holdfast"), "utf8");
    writeFileSync(data("holdfast"), text.replaceAll(program.path, "/gone/holdfast.js"));
    const start = (...args: string[]) =>
      spawnSync(data("holdfast"), args, { encoding: "utf8", env: { PATH: "/usr/bin:/bin" } });
    expect(start("hook", "codex")).toMatchObject({ status: 0, stdout: "", stderr: "" });
    expect(start("mcp")).toMatchObject({ status: 127, stderr: expect.stringContaining("holdfast init") as unknown });
  });

  test("is not even started with HOLDFAST=off", () => {
    run(["init", "--yes", "--host", "codex"]);
    writeFileSync(data("holdfast"), readFileSync(data("holdfast"), "utf8").replaceAll(process.execPath, "/bin/false"));
    const started = spawnSync(data("holdfast"), ["hook", "codex"], { env: { HOLDFAST: "off", PATH: "" } });
    expect(started.status).toBe(0);
  });
});
