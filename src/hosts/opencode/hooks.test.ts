import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Sight } from "./door.ts";
import { planItem } from "../../context/plan-item.ts";
import { captured, CHILD, FOLDER, MAIN, Rig, settle } from "./rig.ts";

const SESSION = `opencode:${MAIN}`;
const SYSTEM = "You are opencode.\n<env>\n</env>";

const seeing = (...lines: string[]): Sight => ({
  plan: "auth",
  cue: "task:auth",
  stable: "<holdfast-plan>\nGoal: tokens\n</holdfast-plan>",
  moving: { lines, frame: (shown, isUpdate) => [isUpdate ? "<now>" : "<all>", ...shown].join("\n") },
});

/** What the model is sent in one request, as far as we have a hand in it. */
async function request(rig: Rig, text: string, session = MAIN, message = "msg_0001") {
  const system = [SYSTEM];
  const messages = [{ info: { id: message, role: "user", sessionID: session }, parts: [{ type: "text", text }] }];
  await rig.call("experimental.chat.messages.transform", {}, { messages });
  await rig.call("experimental.chat.system.transform", { sessionID: session, model: {} }, { system });
  return { system, user: messages[0]!.parts.map((part) => part.text) };
}

async function child(rig: Rig, prompt = "Survey it. Task ID: T1"): Promise<void> {
  await rig.created(CHILD, { parentID: MAIN, title: "d (@general subagent)" });
  await rig.userMessage(CHILD, [{ type: "text", text: prompt }], { agent: "general" });
}

describe("context", () => {
  test("has its stable part in the system text and its moving part in the last message", async () => {
    const rig = await Rig.start();
    rig.sight = seeing("Next: a");
    await rig.created();
    await rig.says("go");
    expect(await request(rig, "go")).toEqual({ system: [SYSTEM, rig.sight.stable], user: ["go", "<all>\nNext: a"] });
  });

  test("is the same to the byte from request to request until the plan moves", async () => {
    const rig = await Rig.start();
    rig.sight = seeing("Next: a");
    await rig.created();
    await rig.says("go");
    const first = await request(rig, "go");
    for (let round = 0; round < 5; round += 1) expect(await request(rig, "go")).toEqual(first);
    rig.sight = seeing("Next: b");
    const moved = await request(rig, "go");
    expect(moved.system).toEqual(first.system);
    expect(moved.user).toEqual([...first.user, "<now>\nNext: b"]);
  });

  test("is nothing at all where there is nothing to say", async () => {
    const rig = await Rig.start();
    await rig.created();
    await rig.says("go");
    expect(await request(rig, "go")).toEqual({ system: [SYSTEM], user: ["go"] });
  });

  test("a conversation that is named or summarised gets none of it", async () => {
    const rig = await Rig.start();
    rig.sight = seeing("Next: a");
    await rig.created();
    for (const text of ["You are a title generator. You output", "You are a context summarization agent."]) {
      const system = [text];
      await rig.call("experimental.chat.system.transform", { sessionID: MAIN, model: {} }, { system });
      expect(system).toEqual([text]);
    }
    const context: string[] = [];
    rig.reply = (event) => (event.type === "compacting" ? { context: "Keep: T1" } : {});
    await rig.call("experimental.session.compacting", { sessionID: MAIN }, { context });
    expect(context).toEqual(["Keep: T1"]);
    const messages = [{ info: { id: "m", role: "user", sessionID: MAIN }, parts: [{ type: "text", text: "old" }] }];
    await rig.call("experimental.chat.messages.transform", {}, { messages });
    expect(messages[0]!.parts).toHaveLength(1);
    expect((await request(rig, "next")).user).toEqual(["next", "<all>\nNext: a"]);
  });

  test("what all hosts are told at the start comes once, without what the parts say already", async () => {
    const rig = await Rig.start();
    rig.sight = seeing("Next: a");
    const context =
      '<holdfast-context plan="auth" revision="3">\nNext: a\nPlan: auth\nFolder: /project\n</holdfast-context>';
    rig.reply = (event) => (event.type === "session-started" ? { context } : {});
    await rig.created();
    await rig.says("go");
    const first = await request(rig, "go");
    expect(first.user).toEqual(["go", "<all>\nNext: a\nFolder: /project"]);
    expect(await request(rig, "go")).toEqual(first);
    expect(rig.ofType("session-started")).toMatchObject([{ source: "startup", session: SESSION, cwd: FOLDER }]);
  });

  test("a conversation that this process did not begin is resumed", async () => {
    const rig = await Rig.start();
    await rig.says("go");
    expect(rig.ofType("session-started")).toMatchObject([{ source: "resume" }]);
  });

  test("is there again after a compaction, and the session is told so", async () => {
    const rig = await Rig.start();
    rig.sight = seeing("Next: a");
    await rig.created();
    await rig.says("go");
    await request(rig, "go");
    await rig.event("session.compacted", { sessionID: MAIN });
    expect(rig.events.slice(-2)).toMatchObject([{ type: "compacted" }, { type: "session-started", source: "compact" }]);
    expect((await request(rig, "on", MAIN, "msg_0009")).user).toEqual(["on", "<all>\nNext: a"]);
  });
});

describe("a subagent", () => {
  test("is told its own task and not the whole plan", async () => {
    const rig = await Rig.start();
    rig.sight = seeing("Next: a");
    rig.reply = (event) => (event.type === "subagent-starting" ? { context: "Your task: T1" } : {});
    await rig.created();
    await rig.says("go");
    await child(rig);
    expect(rig.ofType("subagent-starting")).toMatchObject([
      { session: SESSION, agent: CHILD, agentType: "general", prompt: "Survey it. Task ID: T1" },
    ]);
    const first = await request(rig, "Survey it.", CHILD, "msg_0002");
    expect(first).toEqual({ system: [SYSTEM, "Your task: T1"], user: ["Survey it."] });
    expect(await request(rig, "Survey it.", CHILD, "msg_0002")).toEqual(first);
  });

  test("whose prompt has its task already is told it again only once that is gone", async () => {
    const rig = await Rig.start();
    rig.reply = (event) => (event.type === "subagent-starting" ? { context: "Your task: T1" } : {});
    await rig.created();
    await child(rig, "Survey it.\n\nYour task: T1");
    expect((await request(rig, "Survey it.", CHILD)).system).toEqual([SYSTEM]);
    await rig.event("session.compacted", { sessionID: CHILD });
    expect((await request(rig, "What did we do so far?", CHILD)).system).toEqual([SYSTEM, "Your task: T1"]);
  });

  test("its prompt is no person's", async () => {
    const rig = await Rig.start();
    await rig.created();
    await child(rig, "proceed");
    expect(rig.ofType("prompt-submitted")).toEqual([]);
  });

  test("finishes once, with its last words, and may work again later", async () => {
    const rig = await Rig.start();
    await rig.created();
    await rig.says("go");
    await child(rig);
    await rig.answers("all surveyed", CHILD);
    await rig.idle(CHILD);
    await rig.idle(CHILD);
    expect(rig.ofType("subagent-finished")).toMatchObject([{ agent: CHILD, lastMessage: "all surveyed" }]);
    await rig.userMessage(CHILD, [{ type: "text", text: "more" }]);
    await rig.idle(CHILD);
    expect(rig.ofType("subagent-finished")).toHaveLength(2);
  });

  test("of a subagent acts in the same session, by its own id", async () => {
    const rig = await Rig.start();
    await rig.created();
    await child(rig);
    await rig.created("ses_grand", { parentID: CHILD });
    const env: Record<string, string> = {};
    await rig.call("shell.env", { cwd: FOLDER, sessionID: "ses_grand" }, { env });
    expect(env).toEqual({ HOLDFAST_SESSION: `${SESSION}+ses_grand`, HOLDFAST_PID: "4711" });
  });

  test("a host that says a conversation is its own parent is not followed", async () => {
    const rig = await Rig.start();
    await rig.created("ses_a", { parentID: "ses_b" });
    await rig.created("ses_b", { parentID: "ses_a" });
    await rig.userMessage("ses_b", [{ type: "text", text: "x" }]);
    await rig.idle("ses_a");
    expect(rig.noted).toEqual([]);
  });
});

describe("prompts", () => {
  test("of a person are a person's, with where they came from", async () => {
    const rig = await Rig.start();
    await rig.created();
    const id = await rig.says("please stop");
    expect(rig.ofType("prompt-submitted")).toMatchObject([{ prompt: "please stop", by: "person", id }]);
    expect(rig.trusted.at(-1)).toBe(true);
  });

  test.each([
    ["the host's own", [{ type: "text", text: "Continue if you have next steps", synthetic: true }]],
    ["ours", [{ type: "text", text: "Go on", synthetic: true, metadata: { holdfast: { kind: "continuation" } } }]],
    ["ours, though shown", [{ type: "text", text: "Go on", metadata: { holdfast: {} } }]],
    ["a machine's by its words", [{ type: "text", text: "<task-notification>done</task-notification>" }]],
    ["empty", []],
  ])("that are %s are a machine's", async (_, parts) => {
    const rig = await Rig.start();
    await rig.created();
    await rig.userMessage(MAIN, parts);
    expect(rig.ofType("prompt-submitted")).toMatchObject([{ by: "machine" }]);
    expect(rig.trusted.at(-1)).toBe(false);
  });

  test("that come while a command of the agent's runs are not trusted: it may be sending them", async () => {
    const rig = await Rig.start();
    await rig.created();
    await rig.says("go");
    const input = { tool: "bash", sessionID: MAIN, callID: "c1" };
    await rig.call("tool.execute.before", input, { args: { command: "curl" } });
    await rig.says("proceed");
    expect(rig.trusted.at(-1)).toBe(false);
    await rig.call("tool.execute.after", { ...input, args: { command: "curl" } }, { metadata: { exit: 0 } });
    await rig.says("proceed");
    expect(rig.trusted.at(-1)).toBe(true);
  });

  test("in a process that no person speaks to are not trusted", async () => {
    const rig = await Rig.start();
    rig.isPersons = false;
    await rig.created();
    await rig.says("proceed");
    expect(rig.trusted.at(-1)).toBe(false);
  });

  test("from a command are what the person typed, not the template", async () => {
    const rig = await Rig.start();
    await rig.created();
    await rig.call("command.execute.before", { command: "proceed", sessionID: MAIN, arguments: "auth" }, { parts: [] });
    await rig.says("Go on with the plan …");
    await rig.says("and this?");
    expect(rig.ofType("prompt-submitted").map(({ prompt }) => prompt)).toEqual(["/proceed auth", "and this?"]);
  });

  test("of a conversation that the host does not know are nobody's", async () => {
    const rig = await Rig.start();
    const broken = await Rig.start();
    await broken.load();
    const { makeServer } = await import("./plugin.ts");
    expect(makeServer).toBeDefined();
    await rig.userMessage("not an id!", [{ type: "text", text: "proceed" }]);
    expect(rig.events).toEqual([]);
  });

  test("a notice is shown to the person", async () => {
    const rig = await Rig.start();
    rig.reply = ({ type }) => (type === "prompt-submitted" ? { notice: "Holdfast has stopped." } : {});
    await rig.created();
    await rig.says("stop");
    expect(rig.toasts).toEqual(["Holdfast has stopped."]);
  });
});

describe("tools", () => {
  const before = (rig: Rig, tool: string, args: object, callID = "c1", sessionID = MAIN) =>
    rig.call("tool.execute.before", { tool, sessionID, callID }, { args });

  test("a refusal is thrown, which the host gives to the model", async () => {
    const rig = await Rig.start();
    rig.reply = ({ type }) => (type === "tool-starting" ? { deny: "An observer changes nothing." } : {});
    await rig.created();
    await expect(before(rig, "edit", { filePath: "a.ts" })).rejects.toThrow("An observer changes nothing.");
    expect(rig.ofType("tool-starting")).toMatchObject([{ tool: { kind: "edit", paths: [`${FOLDER}/a.ts`] } }]);
  });

  test("a subagent's prompt is rewritten in place", async () => {
    const rig = await Rig.start();
    rig.reply = ({ type }) => (type === "tool-starting" ? { prompt: "Task ID: T1\nSurvey" } : {});
    await rig.created();
    const args = { description: "d", prompt: "Survey", subagent_type: "general" };
    await before(rig, "task", args);
    expect(args).toEqual({ description: "d", prompt: "Task ID: T1\nSurvey", subagent_type: "general" });
    expect(rig.ofType("tool-starting")).toMatchObject([
      { tool: { kind: "spawn", name: "task", prompt: "Survey", subagentType: "general" } },
    ]);
  });

  test("reading and looking cost nothing", async () => {
    const rig = await Rig.start();
    await rig.created();
    for (const tool of ["read", "grep", "glob", "webfetch", "skill"]) await before(rig, tool, { filePath: "a" });
    expect(rig.events).toEqual([]);
  });

  test("a command's exit is told where the host says it, and never guessed", async () => {
    const rig = await Rig.start();
    await rig.created();
    const { input, output } = captured("tool.execute.after.bash");
    const after = (metadata: object) =>
      rig.call("tool.execute.after", { ...input, sessionID: MAIN }, { ...output, metadata });
    for (const metadata of [{ exit: 0 }, { exit: 2 }, { exit: null }, {}]) await after(metadata);
    await settle();
    expect(rig.ofType("tool-finished").map(({ outcome, exitCode }) => [outcome, exitCode])).toEqual([
      ["ok", 0],
      ["failed", 2],
      ["unknown", undefined],
      ["unknown", undefined],
    ]);
  });

  test("what a command printed is handed on only where the host says that it is whole", async () => {
    const rig = await Rig.start();
    await rig.created();
    const { input, output } = captured("tool.execute.after.bash");
    for (const truncated of [false, true, undefined]) {
      const metadata = { exit: 0, ...(truncated === undefined ? {} : { truncated }) };
      await rig.call("tool.execute.after", { ...input, sessionID: MAIN }, { ...output, metadata });
    }
    await settle();
    expect(rig.ofType("tool-finished").map(({ printed }) => printed)).toEqual(["hi 42\n", undefined, undefined]);
  });

  test("the agent goes on at once, but for a command that is a check: what is there then is looked at first", async () => {
    const rig = await Rig.start();
    await rig.created();
    const { input, output } = captured("tool.execute.after.bash");
    const ran = (command: string) =>
      rig.call("tool.execute.after", { ...input, sessionID: MAIN, args: { command } }, output);
    await ran("ls");
    expect(rig.ofType("tool-finished")).toHaveLength(0);
    await ran("npm test");
    expect(rig.ofType("tool-finished").map(({ tool }) => tool.command)).toEqual(["ls", "npm test"]);
  });

  test("a finished subagent's tool says which it was", async () => {
    const rig = await Rig.start();
    await rig.created();
    const { input, output } = captured("tool.execute.after.task");
    await rig.call("tool.execute.after", { ...input, sessionID: MAIN }, output);
    await settle();
    expect(rig.ofType("tool-finished")).toMatchObject([
      { tool: { kind: "spawn", agent: "ses_e08a30188ffeDVBHxmImhzYTKn", result: "sub done" }, outcome: "ok" },
    ]);
  });

  test("a tool that failed is finished too, though the host has no callback for it", async () => {
    const rig = await Rig.start();
    await rig.created();
    const state = { status: "error", input: { filePath: "a.ts" }, error: "no such file" };
    const part = { id: "prt_1", messageID: "msg_1", sessionID: MAIN, type: "tool", tool: "edit", callID: "c1", state };
    await rig.event("message.part.updated", { sessionID: MAIN, part });
    await settle();
    expect(rig.ofType("tool-finished")).toMatchObject([{ outcome: "failed", tool: { paths: [`${FOLDER}/a.ts`] } }]);
  });

  test("the files of a patch are all named", async () => {
    const rig = await Rig.start();
    await rig.created();
    const patchText = "*** Begin Patch\n*** Update File: a.ts\n*** Move to: b.ts\n*** Add File: /x/c.ts\n*** End Patch";
    await before(rig, "apply_patch", { patchText });
    expect(rig.ofType("tool-starting")).toMatchObject([
      { tool: { paths: [`${FOLDER}/a.ts`, `${FOLDER}/b.ts`, "/x/c.ts"] } },
    ]);
  });

  test("the agent's own list begins with what the plan says, once", async () => {
    const rig = await Rig.start();
    rig.todos = [{ content: planItem("auth", "T1 Survey"), status: "in_progress" }];
    await rig.created();
    const own = { content: "look around", status: "pending", priority: "low" };
    const stale = { content: planItem("auth", "T9 Old"), status: "pending", priority: "low" };
    const args = { todos: [stale, own] };
    await before(rig, "todowrite", args);
    const mirrored = { content: "[plan auth] T1 Survey", status: "in_progress", priority: "medium" };
    expect(args.todos).toEqual([mirrored, own]);
    await before(rig, "todowrite", args);
    expect(args.todos).toEqual([mirrored, own]);
  });

  test("without a plan the agent's list is its own", async () => {
    const rig = await Rig.start();
    await rig.created();
    const args = { todos: [{ content: "a", status: "pending", priority: "low" }] };
    await before(rig, "todowrite", args);
    expect(args.todos).toEqual([{ content: "a", status: "pending", priority: "low" }]);
  });

  test("ours are run as the conversation that calls them, with their own schema", async () => {
    const rig = await Rig.start();
    await rig.created();
    await child(rig);
    const call = async (sessionID: string) =>
      JSON.parse(await rig.tools["goal_status"]!.execute({ a: "b" }, { sessionID }));
    expect(await call(MAIN)).toEqual({ args: { a: "b" }, caller: { session: SESSION, cwd: FOLDER } });
    expect(await call(CHILD)).toMatchObject({ caller: { session: `${SESSION}+${CHILD}` } });
    const output = { jsonSchema: {} };
    await rig.call("tool.definition", { toolID: "goal_status" }, output);
    expect(output.jsonSchema).toMatchObject({ type: "object" });
    const foreign = { jsonSchema: {} };
    await rig.call("tool.definition", { toolID: "bash" }, foreign);
    expect(foreign.jsonSchema).toEqual({});
  });
});

describe("the title", () => {
  test("names the plan while the session is on it, and is the person's own again afterwards", async () => {
    const rig = await Rig.start();
    await rig.created(MAIN, { title: "Tidy up" });
    rig.sight = seeing("Next: a");
    await rig.turn("go");
    expect(rig.renamed).toEqual(["task:auth | Tidy up"]);
    await rig.turn("on");
    expect(rig.renamed).toHaveLength(1);
    rig.sight = undefined;
    await rig.turn("off");
    expect(rig.renamed).toEqual(["task:auth | Tidy up", "Tidy up"]);
  });

  test("waits until the host has named the conversation", async () => {
    const rig = await Rig.start();
    await rig.created();
    rig.sight = seeing("Next: a");
    await rig.turn("go");
    expect(rig.renamed).toEqual([]);
    await rig.event("session.updated", { sessionID: MAIN, info: { id: MAIN, title: "A title" } });
    await settle();
    expect(rig.renamed).toEqual(["task:auth | A title"]);
  });

  test("that a person wrote in our manner stays", async () => {
    const rig = await Rig.start();
    await rig.created(MAIN, { title: "task:unknown | mine" });
    await rig.turn("go");
    expect(rig.renamed).toEqual([]);
  });

  test("of a subagent is left alone", async () => {
    const rig = await Rig.start();
    rig.sight = seeing("Next: a");
    await rig.created();
    await child(rig);
    await rig.idle(CHILD);
    expect(rig.renamed).toEqual([]);
  });
});

describe("the host goes on", () => {
  test("whatever goes wrong in a callback; it is noted", async () => {
    const rig = await Rig.start();
    rig.reply = () => {
      throw new Error("broken");
    };
    await rig.created();
    await rig.says("go");
    await rig.call("tool.execute.before", { tool: "bash", sessionID: MAIN, callID: "c" }, { args: { command: "ls" } });
    expect(rig.noted).toContain("chat.message: Error: broken");
    expect(rig.noted).toContain("tool.execute.before: Error: broken");
  });

  test("whatever a callback is called with", async () => {
    const rig = await Rig.start();
    const names = Object.keys(rig.hooks).filter((name) => name !== "dispose");
    const value = fc.oneof(
      fc.anything(),
      fc.record({ sessionID: fc.constant(MAIN), tool: fc.string(), event: fc.anything() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), value, value, async (name, input, output) => {
        await rig.call(name, input, output);
      }),
    );
  });

  test("with every payload as the real host sent it", async () => {
    const rig = await Rig.start();
    rig.sight = seeing("Next: a");
    for (const file of readdirSync(join(import.meta.dirname, "fixtures")).toSorted()) {
      const name = file.slice(0, -".json".length);
      const { input, output } = captured(name);
      const hook = hookOf(name);
      if (hook === "event") await rig.call("event", { event: input });
      else if (hook !== undefined && rig.hooks[hook] !== undefined) await rig.call(hook, input, output);
    }
    expect(rig.noted).toEqual([]);
  });

  test("and with HOLDFAST=off there is nothing", async () => {
    const rig = await Rig.start({}, { HOLDFAST: "off" });
    expect(rig.hooks).toEqual({});
  });

  test("a worker keeps the name that it was given", async () => {
    const rig = await Rig.start({}, { HOLDFAST_WORKER: "w1" });
    await rig.created();
    const env = {};
    await rig.call("shell.env", { cwd: FOLDER, sessionID: MAIN }, { env });
    expect(env).toEqual({});
  });

  test("registered twice, everything happens once", async () => {
    const rig = await Rig.start();
    const first = rig.hooks;
    await rig.load();
    await rig.created();
    const message = { id: "msg_1", role: "user", sessionID: MAIN };
    for (const hooks of [first, rig.hooks]) {
      await hooks["chat.message"]!({ sessionID: MAIN }, { message, parts: [{ type: "text", text: "hi" }] });
    }
    expect(rig.ofType("prompt-submitted")).toHaveLength(1);
  });

  test("the end of the process ends what it began", async () => {
    const rig = await Rig.start();
    await rig.created();
    await rig.created("ses_other");
    await rig.says("go");
    await rig.call("dispose");
    expect(rig.ofType("session-ended")).toMatchObject([{ session: SESSION, reason: "exit" }]);
  });

  test("a conversation that is deleted ends, and no other", async () => {
    const rig = await Rig.start();
    await rig.created();
    await rig.created("ses_other");
    await rig.says("go");
    await rig.says("go", {}, "ses_other");
    await rig.event("session.deleted", { sessionID: MAIN, info: { id: MAIN } });
    await settle();
    expect(rig.ofType("session-ended")).toMatchObject([{ session: SESSION, reason: "deleted" }]);
  });
});

const HOOKS: readonly (readonly [prefix: string, hook: string])[] = [
  ["event.", "event"],
  ["chat.message", "chat.message"],
  ["chat.params", "chat.params"],
  ["command.execute.before", "command.execute.before"],
  ["messages.transform", "experimental.chat.messages.transform"],
  ["system.transform", "experimental.chat.system.transform"],
  ["session.compacting", "experimental.session.compacting"],
  ["tool.execute.before", "tool.execute.before"],
  ["tool.execute.after", "tool.execute.after"],
  ["shell.env", "shell.env"],
  ["tool.definition", "tool.definition"],
];
const hookOf = (name: string) => HOOKS.find(([prefix]) => name.startsWith(prefix))?.[1];
