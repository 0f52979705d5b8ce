import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { bundleAgentLoop } from "../scripts/bundle.mjs";
import { createTaskContinuation } from "../src/hosts/opencode/agent-loop/index.ts";
import type { LoopEvent, PluginContext, TaskContinuationOptions } from "../src/hosts/opencode/agent-loop/api.ts";
import { projectRoot } from "./kit/program.ts";

const run = promisify(execFile);
const SID = "session-123";

describe("the door that is built", () => {
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "holdfast-door-"));
    const manifest = JSON.parse(await readFile(join(projectRoot, "package.json"), "utf8")) as object;
    const installed = join(folder, "node_modules", "holdfast");
    await mkdir(join(installed, "dist"), { recursive: true });
    await writeFile(join(installed, "package.json"), JSON.stringify(manifest));
    await writeFile(join(installed, "dist", "package.json"), '{"type":"commonjs"}');
    const { files } = await bundleAgentLoop({ root: projectRoot, version: "0.0.0-test" });
    for (const { name, text } of files) await writeFile(join(installed, "dist", name), text);
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Runs a program in an empty project in which Holdfast is installed, and nothing of this machine's is known. */
  const program = async (name: string, source: string): Promise<unknown> => {
    await writeFile(join(folder, name), source);
    const env = { PATH: process.env["PATH"] ?? "", HOME: folder, XDG_STATE_HOME: join(folder, "state") };
    const { stdout } = await run(process.execPath, [name], { cwd: folder, env });
    return JSON.parse(stdout);
  };
  const body = (base: string): string => `
    const goals = createGoalManagement({ goalsBasePath: ${JSON.stringify(base)} });
    await goals.createGoal("ses_1", "Make it fast", "100 ms");
    require("node:fs").writeFileSync(${JSON.stringify(base)} + "/ses_1/goal.json", "{");
    const goal = await createGoalManagement({ goalsBasePath: ${JSON.stringify(base)} }).readGoal("ses_1");
    const client = { session: { prompt: async () => {}, todo: async () => [] } };
    const hooks = await plugin({ directory: process.cwd(), client });
    console.log(JSON.stringify({ title: goal.title, status: goal.status, tools: Object.keys(hooks.tool) }));`;
  const expected = {
    title: "Make it fast",
    status: "active",
    tools: ["goal_set", "goal_status", "goal_done", "goal_validate", "goal_cancel"],
  };

  test("opens with import, and mends a torn goal from its journal", async () => {
    const source = `
      import plugin, { agentLoopPlugin, createGoalManagement, createTaskContinuation } from "holdfast/agent-loop";
      import { createRequire } from "node:module";
      const require = createRequire(import.meta.url);
      if (plugin !== agentLoopPlugin || typeof createTaskContinuation !== "function") throw new Error("not all there");`;
    expect(await program("a.mjs", source + body(join(folder, "goals-a")))).toEqual(expected);
  });

  test("opens with require", async () => {
    const source = `const { default: plugin, createGoalManagement } = require("holdfast/agent-loop");
      (async () => {${body(join(folder, "goals-b"))}})();`;
    expect(await program("b.cjs", source)).toEqual(expected);
  });

  test("exports nothing but functions, since a host takes every export of a module for a plugin", async () => {
    const source = `import * as door from "holdfast/agent-loop";
      console.log(JSON.stringify(Object.entries(door).map(([name, value]) => [name, typeof value])));`;
    expect(await program("c.mjs", source)).toEqual(
      ["agentLoopPlugin", "createGoalManagement", "createTaskContinuation", "default"].map((name) => [
        name,
        "function",
      ]),
    );
  });

  test("has types for both, which strict programs accept", async () => {
    const example = await readFile(join(projectRoot, "test", "agent-loop-examples.ts"), "utf8");
    const own = example
      .replaceAll(/"\.\.\/src\/hosts\/opencode\/agent-loop\/(?:index|api)\.ts"/g, '"holdfast/agent-loop"')
      .replace("const { createGoalManagement", "export const { createGoalManagement");
    await writeFile(join(folder, "example.mts"), own);
    await writeFile(
      join(folder, "old.cts"),
      'import door = require("holdfast/agent-loop");\nexport const x = door.default;\n',
    );
    const options = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--types", ""];
    const tsc = join(projectRoot, "node_modules", "typescript", "lib", "tsc.js");
    await run(process.execPath, [tsc, ...options, "example.mts", "old.cts"], { cwd: folder });
  });
});

interface Sent {
  readonly agent?: string;
  readonly model?: unknown;
  readonly parts: readonly { readonly text: string; readonly ignored?: boolean }[];
}

/** A client as programs mock it: half of it is not there, and the rest answers bare values. */
describe("with a mocked client and fake timers", () => {
  let context: PluginContext;
  const toast = vi.fn(async () => undefined);
  const prompt = vi.fn(async (_request: { readonly body: Sent }) => undefined);

  beforeEach(() => {
    vi.useFakeTimers();
    toast.mockClear();
    prompt.mockClear();
    context = {
      directory: "/test/directory",
      client: {
        session: {
          id: "test-session",
          get: vi.fn(),
          messages: vi.fn(),
          prompt,
          todo: vi.fn(async () => [
            { id: "0", content: "Completed", status: "completed", priority: "high" },
            { id: "1", content: "Pending", status: "pending", priority: "high" },
          ]),
        },
        tui: { showToast: toast },
      },
    };
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const make = (options?: TaskContinuationOptions) => {
    const { handler, ...loop } = createTaskContinuation(context, options);
    const tell = (type: string, properties: LoopEvent["properties"] = {}) =>
      handler({ event: { type, properties: { sessionID: SID, ...properties } } });
    return { ...loop, tell };
  };
  const user = (id: string, more: object = {}) => ({ info: { id, sessionID: SID, role: "user", ...more } });
  const prompts = (): readonly { readonly body: Sent }[] => prompt.mock.calls.map(([request]) => request);

  test("one prompt after the countdown, into the context", async () => {
    const { tell } = make();
    await tell("session.idle");
    await vi.advanceTimersByTimeAsync(3000);
    expect(prompts()).toHaveLength(1);
    expect(prompts()[0]?.body.parts[0]?.text).toContain("AUTO-CONTINUATION");
    expect(prompts()[0]?.body.parts[0]?.text).toContain("incomplete task");
    expect(prompts()[0]?.body.parts[0]?.ignored).toBeUndefined();
  });

  test.each([
    ["the cool-down runs", { errorCooldownMs: 10_000 }, 0, 0],
    ["it is over", { errorCooldownMs: 100 }, 200, 1],
  ])("after an error, while %s", async (_, options, wait, count) => {
    const { tell } = make(options);
    await tell("session.error", { error: new Error("Test error") });
    await vi.advanceTimersByTimeAsync(wait);
    await tell("session.idle");
    await vi.advanceTimersByTimeAsync(3000);
    expect(prompts()).toHaveLength(count);
  });

  test("a message of a person clears an error", async () => {
    const { tell } = make({ errorCooldownMs: 10_000 });
    await tell("session.error", { error: new Error("Test error") });
    await tell("message.updated", user("msg-1"));
    await tell("session.idle");
    await vi.advanceTimersByTimeAsync(3000);
    expect(prompts()).toHaveLength(1);
  });

  test("agent and model are the message's, and the options' where it has none", async () => {
    const { tell } = make({ agent: "configured-agent", model: "configured-model" });
    await tell("session.idle");
    await vi.advanceTimersByTimeAsync(3000);
    expect(prompts()[0]?.body).toMatchObject({ agent: "configured-agent", model: "configured-model" });
    await tell("message.updated", user("msg-0"));
    await tell("message.updated", user("msg-1", { agent: "user-agent", model: "user-model" }));
    await tell("session.idle");
    await vi.advanceTimersByTimeAsync(3000);
    expect(prompts()[1]?.body).toMatchObject({ agent: "user-agent", model: "user-model" });
  });

  test.each([
    ["a new message of a person", user("msg-2"), 0],
    ["an update with a summary", user("msg-2", { summary: { title: "x" } }), 1],
    ["the same message again", user("msg-1"), 1],
    ["a message of the assistant", { info: { id: "msg-2", sessionID: SID, role: "assistant", agent: "yolo" } }, 1],
  ])("%s during the countdown", async (_, properties, count) => {
    const { tell } = make({ countdownSeconds: 2 });
    await tell("message.updated", user("msg-1"));
    await tell("session.idle");
    expect(toast).toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(500);
    for (let n = 0; n < 3; n += 1) await tell("message.updated", properties);
    await vi.advanceTimersByTimeAsync(3000);
    expect(prompts()).toHaveLength(count);
  });

  test("recovery holds up, a deleted session is forgotten, and one without an id is none", async () => {
    const { tell, markRecovering, markRecoveryComplete, cleanup } = make();
    markRecovering(SID);
    await tell("session.idle");
    await vi.advanceTimersByTimeAsync(3000);
    markRecoveryComplete(SID);
    await tell("session.idle");
    await tell("session.deleted", { info: { id: SID } });
    await tell("session.idle", { sessionID: undefined as never });
    await vi.advanceTimersByTimeAsync(3000);
    expect(prompts()).toHaveLength(0);
    await tell("session.idle");
    await cleanup();
    await vi.advanceTimersByTimeAsync(3000);
    expect(prompts()).toHaveLength(0);
  });
});
