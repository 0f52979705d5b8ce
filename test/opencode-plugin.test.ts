import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { bundlePlugin } from "../scripts/bundle.mjs";
import { tempDir } from "../src/workspace/git-fixture.ts";
import { findBun } from "./kit/bun.ts";
import { projectRoot } from "./kit/program.ts";

const execute = promisify(execFile);
const bun = findBun();

/** Loads the plugin as a host would and prints what it offers. */
const LOADER = `
const { default: plugin } = await import(process.argv[2]);
const client = { session: { get: async ({ path }) => ({ data: { id: path.id } }) }, tui: {} };
const hooks = await plugin.server({ directory: process.cwd(), client }, {});
await plugin.setup({ options: {}, agent: {}, plugin: {} });
const system = ["<env>"];
await hooks["experimental.chat.system.transform"]({ sessionID: "ses_a" }, { system });
const said = await hooks.tool.goal_status.execute({}, { sessionID: "ses_a" });
process.stdout.write(JSON.stringify({ id: plugin.id, hooks: Object.keys(hooks), tools: Object.keys(hooks.tool), system, said }));
`;

const { files, metafile } = await bundlePlugin({ root: projectRoot, version: "0.0.0-test" });

describe("the OpenCode plugin", () => {
  test("is one file that needs nothing but Node's own modules", () => {
    expect(files.map(({ name }) => name)).toEqual(["opencode-plugin.mjs"]);
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
    expect(imports.length).toBeGreaterThan(0);
    expect(imports.filter((path) => !path.startsWith("node:"))).toEqual([]);
  });

  const runtimes = [
    ["Node", process.execPath] as const,
    ...(bun === undefined ? [] : [["Bun, in which OpenCode runs it", bun] as const]),
  ];

  test.each(runtimes)("loads in %s, alone in an empty folder", async (_, runtime) => {
    const file = join(tempDir(), "opencode-plugin.mjs");
    writeFileSync(file, files[0]!.text);
    const cwd = join(tempDir(), "empty");
    mkdirSync(cwd);
    const script = join(tempDir(), "load.mjs");
    writeFileSync(script, LOADER);
    const env = { PATH: process.env["PATH"] ?? "", HOME: cwd };
    const { stdout, stderr } = await execute(runtime, [script, file], { cwd, env });
    expect(stderr).toBe("");
    const loaded = JSON.parse(stdout) as Record<string, unknown>;
    expect(loaded).toMatchObject({ id: "holdfast", system: ["<env>"] });
    expect(loaded["said"]).toMatch(/No active goal/);
    expect(loaded["tools"]).toEqual(
      expect.arrayContaining(["goal_set", "goal_status", "goal_done", "goal_validate", "goal_cancel", "holdfast_task"]),
    );
    // OpenCode has a tool for subagents that is called so.
    expect(loaded["tools"]).not.toContain("task");
    expect(loaded["hooks"]).toEqual(
      expect.arrayContaining([
        "event",
        "chat.message",
        "experimental.chat.system.transform",
        "experimental.chat.messages.transform",
        "experimental.session.compacting",
        "tool.execute.before",
        "tool.execute.after",
        "shell.env",
      ]),
    );
  });
});
