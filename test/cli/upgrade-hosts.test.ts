import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "jsonc-parser";
import { beforeEach, expect, test } from "vitest";
import { applyChanges, planParts } from "../../src/hosts/install/apply.ts";
import { readInstalled } from "../../src/hosts/install/installed.ts";
import type { HookGroup, JsonSlot } from "../../src/hosts/install/json-part.ts";
import { isOurHook, isOurServer } from "../../src/hosts/install/ours.ts";
import type { Part } from "../../src/hosts/install/part.ts";
import { filesIn } from "../../src/hosts/install/texts.ts";
import { codexCommandFiles } from "../../src/hosts/skill/render.ts";
import { tempDir, valueOf, writeFiles } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";

const THEIRS = {
  root: {
    ".claude/settings.local.json":
      '\uFEFF{\r\n\t// mine\r\n\t"hooks": {"PostToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "mine"}]}]}, /* why */\r\n\t"permissions": { "deny": ["Read(.env)"] },\r\n}\r\n',
  },
  home: {
    ".codex/hooks.json": '{ "hooks": { "Stop": [ { "hooks": [ { "type": "command", "command": "mine" } ] } ] } }',
    ".agents/skills/other/SKILL.md": "another's\n",
  },
};

let desk: Desk;
beforeEach(async () => {
  desk = new Desk();
  writeFiles(desk.root, THEIRS.root);
  writeFiles(desk.home, THEIRS.home);
  await desk.do("init", "--host", "none");
});

const home = (...parts: readonly string[]): string => join(desk.home, ...parts);
const data = (): string => home(".local", "share", "holdfast");
const state = (): string => home(".claude.json");

/** Every file of a host's, with what it says. */
function all(): Readonly<Record<string, string>> {
  const paths = [desk.root, desk.home].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  const isHosts = (path: string) => statSync(path).isFile() && !/\/(?:\.planning|\.git|\.cache|keys)\//.test(path);
  return Object.fromEntries(paths.filter(isHosts).map((path) => [path, readFileSync(path, "latin1")]));
}

/** Puts there what the first version of Holdfast had in the hosts, as it did. */
function installOlder(): void {
  const launcher = join(data(), "holdfast");
  const hooks = (host: string): JsonSlot => {
    const text = readFileSync(join(import.meta.dirname, "older-install", `${host}-hooks.json`), "utf8");
    const groups = JSON.parse(text.replaceAll("LAUNCHER", launcher)) as Record<string, HookGroup[]>;
    return { kind: "hooks", path: ["hooks"], groups, isOurs: isOurHook };
  };
  const server: JsonSlot = {
    kind: "member",
    path: ["projects", desk.root, "mcpServers", "holdfast"],
    value: { type: "stdio", command: launcher, args: ["mcp"] },
    isOurs: isOurServer,
  };
  const inJson = (path: string, slot: JsonSlot): Part => ({
    kind: "json",
    path,
    within: "/",
    what: "hooks",
    slots: [slot],
  });
  const parts: readonly Part[] = [
    inJson(desk.path(".claude", "settings.local.json"), hooks("claude")),
    inJson(home(".codex", "hooks.json"), hooks("codex")),
    // What several workspaces share was known by its path alone.
    inJson(state(), server),
    ...filesIn(home(".agents", "skills"), codexCommandFiles(), "/", "commands"),
  ];
  expect(valueOf(applyChanges(planParts(parts, data(), "install").changes, data(), "install"))).toEqual([]);
}

const ourHooks = (text: string): readonly unknown[] => {
  const { hooks } = parse(text) as { readonly hooks: Record<string, readonly HookGroup[]> };
  return Object.values(hooks).flatMap((groups) => groups.flatMap((group) => group.hooks.filter(isOurHook)));
};

const OURS = ["--host", "claude,codex,opencode"];

test("what an older version wrote is replaced by exactly what a first install writes, and comes out to the byte", async () => {
  const before = all();
  await desk.do("init", "--yes", ...OURS);
  const fresh = all();
  await desk.do("uninstall", "--yes");
  expect(all()).toEqual(before);

  installOlder();
  expect(existsSync(home(".agents", "skills", "holdfast-plan", "SKILL.md"))).toBe(true);
  const out = await desk.do("init", "--yes", ...OURS);
  expect(out).toMatch(/\.agents\/skills\/ \(removed: 20 files, commands\)$/m);
  expect(Object.keys(all())).toEqual(Object.keys(fresh));
  const installed = join(data(), "installed.json");
  expect({ ...all(), [installed]: "" }).toEqual({ ...fresh, [installed]: "" });
  expect(await desk.do("init", "--yes", ...OURS)).toContain("Codex: all there");
  expect(await desk.do("uninstall", "--yes")).toContain("Holdfast is out of the hosts");
  expect(all()).toEqual(before);
});

test("what an older version wrote is known where that was forgotten, and where a person has put theirs beside it", async () => {
  installOlder();
  const file = desk.path(".claude", "settings.local.json");
  const edited = readFileSync(file, "utf8")
    .replace("[\r\n", "[ // first\r\n")
    .replace(/\{ *\r?\n? *"type": "mcp_tool"/, '{"type": "command", "command": "beside"}, $&');
  writeFileSync(file, edited);
  writeFileSync(join(data(), "installed.json"), "{");
  await desk.do("init", "--yes", ...OURS);
  const text = readFileSync(file, "utf8");
  const other = new Desk(undefined, tempDir());
  await other.do("init", "--yes", "--host", "claude");
  expect(ourHooks(text)).toHaveLength(ourHooks(other.read(".claude", "settings.local.json")).length);
  expect(text).toContain('"command": "beside"');
  expect(existsSync(home(".agents", "skills", "holdfast-plan", "SKILL.md"))).toBe(false);
  await desk.do("uninstall", "--yes");
  const left = readFileSync(file, "utf8");
  expect(ourHooks(left)).toEqual([]);
  expect(left.match(/"command": "\w+"/g)?.toSorted()).toEqual(['"command": "beside"', '"command": "mine"']);
});

test("a file of an older version that a person has made their own stays, and uninstall leaves it", async () => {
  installOlder();
  const own = home(".agents", "skills", "holdfast-plan", "SKILL.md");
  writeFileSync(own, `${readFileSync(own, "utf8")}mine\n`);
  await desk.do("init", "--yes", ...OURS);
  expect(readdirSync(home(".agents", "skills")).toSorted()).toEqual(["holdfast", "holdfast-plan", "other"]);
  await desk.do("uninstall", "--yes");
  expect(readFileSync(own, "utf8")).toContain("mine");
  expect(existsSync(data())).toBe(false);
});

test("what an older version wrote is out of date to doctor, which says how it is put right and does it", async () => {
  installOlder();
  const codex = async (...more: readonly string[]) => {
    const { out } = await desk.run(["doctor", "--json", ...more]);
    const { findings } = JSON.parse(out) as { readonly findings: readonly { readonly check: string }[] };
    return findings.filter(({ check }) => check === "Codex");
  };
  expect(await codex()).toMatchObject([{ level: "problem", hint: "holdfast doctor --fix" }]);
  expect(await codex("--fix")).toMatchObject([{ level: "fixed" }]);
  expect(await codex()).toMatchObject([{ level: "ok" }]);
  expect(readdirSync(home(".agents", "skills")).toSorted()).toEqual(["holdfast", "other"]);
  expect(ourHooks(readFileSync(home(".codex", "hooks.json"), "utf8")).length).toBeGreaterThan(8);
});

test("what several workspaces share is gone with the last of them where an older version made it", async () => {
  installOlder();
  expect(readInstalled(data()).receipts.get(state())).toMatchObject({ isNew: true });
  await desk.do("init", "--yes", "--host", "claude");
  const other = new Desk(undefined, desk.home);
  await other.do("init", "--yes", "--host", "claude");
  await desk.do("uninstall", "--yes");
  expect(readFileSync(state(), "utf8")).toContain(JSON.stringify(other.root));
  await other.do("uninstall", "--yes");
  expect(existsSync(state())).toBe(false);
});
