import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { tempDir } from "../src/workspace/git-fixture.ts";
import { Desk } from "./kit/desk.ts";
import { buildProgram, projectRoot } from "./kit/program.ts";

const program = await buildProgram();
afterAll(() => program.remove());

const read = (...parts: readonly string[]): string => readFileSync(join(projectRoot, ...parts), "utf8");
const json = (...parts: readonly string[]): Record<string, unknown> =>
  JSON.parse(read(...parts)) as Record<string, unknown>;

interface CocoHook {
  readonly type: string;
  readonly command: string;
  readonly timeout: string;
  readonly matchers: readonly { readonly event: string; readonly tool?: string }[];
}

/** A folder laid out as the published package is, with the program of this moment. */
function asPackage(): string {
  const folder = join(tempDir(), "holdfast");
  mkdirSync(folder);
  symlinkSync(dirname(program.path), join(folder, "dist"));
  return folder;
}

describe("the plugin for TraeCLI", () => {
  const { hooks } = parseYaml(read("coco.yaml")) as { readonly hooks: readonly CocoHook[] };
  const fixtures = join(projectRoot, "src", "hosts", "trae", "fixtures");
  const payloadOf = (event: string, cwd: string): string | undefined => {
    const name = readdirSync(fixtures).find((file) => file.startsWith(`${event}.`) && file.endsWith(".json"));
    const text = name === undefined ? undefined : readFileSync(join(fixtures, name), "utf8");
    return text?.replaceAll("/project", cwd);
  };
  const fire = (desk: Desk, { command, matchers }: CocoHook, env: Readonly<Record<string, string>> = {}) =>
    spawnSync("sh", ["-c", command], {
      cwd: desk.root,
      env: { ...desk.env(), PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, COCO_PLUGIN_ROOT: asPackage(), ...env },
      input: payloadOf(matchers[0]!.event, desk.root)!,
      encoding: "utf8",
    });

  test("has the hooks of the reference, each with a payload to be tried on", () => {
    expect(hooks.map(({ matchers }) => matchers.map(({ event }) => event))).toEqual([
      ["session_start"],
      ["user_prompt_submit"],
      ["pre_tool_use"],
      ["post_tool_use"],
      ["stop"],
    ]);
    for (const { type, timeout, matchers } of hooks) {
      expect({ type, timeout }).toEqual({ type: "command", timeout: expect.stringMatching(/^\d+s$/) as unknown });
      expect(payloadOf(matchers[0]!.event, "/x")).toBeDefined();
    }
  });

  test("puts the plan before the model at the start, and fails at nothing", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "Parse dates");
    const [start, ...others] = hooks;
    const { status, stdout } = fire(desk, start!);
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining("parse-dates") as unknown });
    for (const hook of others) expect(fire(desk, hook)).toMatchObject({ status: 0, stderr: "" });
  });

  test("does nothing where there is no program", () => {
    for (const hook of hooks) {
      const env = { COCO_PLUGIN_ROOT: "/nowhere", PATH: "/usr/bin:/bin" };
      expect(fire(new Desk(), hook, env)).toMatchObject({ status: 0, stdout: "", stderr: "" });
    }
  });

  test("brings the skill and the commands along", () => {
    expect(read("skills", "holdfast", "SKILL.md")).toMatch(/^---\nname: holdfast\n/);
    expect(readdirSync(join(projectRoot, "commands"))).toContain("proceed.md");
  });
});

describe("the plugins for Claude Code and Codex", () => {
  test("lie where their marketplaces say, at this program's version", () => {
    const { version } = json("package.json");
    const claude = json(".claude-plugin", "marketplace.json")["plugins"] as readonly { readonly source: string }[];
    expect(json(claude[0]!.source, ".claude-plugin", "plugin.json")).toMatchObject({ name: "holdfast", version });
    const codex = json(".agents", "plugins", "marketplace.json")["plugins"] as readonly {
      readonly source: { readonly path: string };
    }[];
    const manifest = json(codex[0]!.source.path, ".codex-plugin", "plugin.json");
    expect(manifest).toMatchObject({ name: "holdfast", version });
    for (const part of ["skills", "mcpServers", "hooks"]) {
      expect(() =>
        readdirSync(join(projectRoot, codex[0]!.source.path, dirname(String(manifest[part])))),
      ).not.toThrow();
    }
  });

  test("have no exec-form commands, which Codex would take apart, and no version in a hook", () => {
    for (const host of ["claude", "codex"]) {
      const text = read("plugins", host, "hooks", "hooks.json");
      expect(text).not.toMatch(/"args"|\d+\.\d+\.\d+/);
      expect(text).toContain("hook " + host);
    }
  });

  test("have the same skill", () => {
    const own = read("skills", "holdfast", "SKILL.md");
    for (const host of ["claude", "codex"]) expect(read("plugins", host, "skills", "holdfast", "SKILL.md")).toBe(own);
  });
});
