import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { readReceipts } from "../../src/engine/hooks/host-receipt.ts";
import { engineDoor } from "../../src/hosts/opencode/engine-door.ts";
import { CHILD, MAIN, Rig, settle } from "../../src/hosts/opencode/rig.ts";
import { tempDir } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";

const SESSION = `opencode:${MAIN}`;
const SYSTEM = "You are opencode.\n<env>\n</env>";

let desk: Desk;
let rig: Rig;

beforeEach(async () => {
  desk = new Desk();
  await desk.doAs(SESSION, "plan", "new", "Faster start", "--goal", "Start in 60 ms", "--done-when", "it does");
  await desk.doAs(SESSION, "task", "add", "Measure", "--id", "T1");
  await desk.doAs(SESSION, "task", "add", "Improve", "--id", "T2", "--parent", "T1");
  rig = await openPlugin(desk.root);
});

async function openPlugin(folder: string): Promise<Rig> {
  const env = desk.env();
  const door = engineDoor({ env, pid: process.pid, isHeadless: false });
  const opened = new Rig({ door, folder });
  await opened.load({}, env);
  await opened.created();
  return opened;
}

async function request(session = MAIN, message = "msg_0001") {
  const system = [SYSTEM];
  const messages = [{ info: { id: message, role: "user", sessionID: session }, parts: [{ type: "text", text: "go" }] }];
  await rig.call("experimental.chat.messages.transform", {}, { messages });
  await rig.call("experimental.chat.system.transform", { sessionID: session, model: {} }, { system });
  return { system: system.slice(1), said: messages[0]!.parts.slice(1).map((part) => part.text) };
}

describe("a session on a plan", () => {
  test("is told the plan in the system text, and where it stands in the last message, once", async () => {
    await rig.says("go");
    const { system, said } = await request();
    expect(system).toEqual([
      '<holdfast-plan plan="faster-start">\nPlan: Faster start (faster-start), implementation, active\nGoal: Start in 60 ms\nDone when: it does\n</holdfast-plan>',
    ]);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^<holdfast-context plan="faster-start" revision="\d+">\n/);
    expect(said[0]).toContain("\nReady: T1 Measure\n");
    expect(said[0]).toContain("\nYou: the writer of this plan\n");
    expect(said[0]).toContain(`\nFolder: ${desk.root} (branch `);
    expect(said[0]).not.toContain("Start in 60 ms");
    expect(await request()).toEqual({ system, said });
  });

  test("hears of what moved, by itself or by others, as the lines that moved, and of nothing else", async () => {
    await rig.says("go");
    const first = await request();
    await desk.doAs(SESSION, "task", "claim", "T1");
    const second = await request();
    expect(second.system).toEqual(first.system);
    expect(second.said.slice(0, 1)).toEqual(first.said);
    expect(second.said[1]).toContain("In hand: T1 Measure; held by opencode:ses_main");
    expect(second.said[1]).toContain("Ready: nothing now");
    expect(second.said[1]).not.toContain("Folder:");
    await desk.doAs(SESSION, "log", "nothing that shows");
    expect(await request()).toEqual(second);
  });

  test("reads no journal where nothing moved", async () => {
    await rig.says("go");
    await request();
    const journal = desk.path(".planning", "faster-start", "journal");
    renameSync(journal, `${journal}.away`);
    const later = await request();
    renameSync(`${journal}.away`, journal);
    expect(later.system[0]).toContain("Start in 60 ms");
  });

  test("sees the goal of its plan change with the very next request", async () => {
    await rig.says("go");
    await request();
    await desk.doAs(SESSION, "plan", "edit", "--goal", "Start in 30 ms");
    const { system } = await request();
    expect(system[0]).toContain("Goal: Start in 30 ms");
    expect(system).toHaveLength(1);
  });

  test("has its summariser told what to keep", async () => {
    const context: string[] = [];
    await rig.call("experimental.session.compacting", { sessionID: MAIN }, { context });
    expect(context.join()).toContain("this session works on the Holdfast plan faster-start");
  });

  test("leaves receipts, of what went wrong too", async () => {
    await rig.says("go");
    const proof = readReceipts(join(desk.root, ".planning")).find(({ session }) => session === SESSION);
    expect(proof?.events["session-started"]).toMatchObject({ bytes: expect.any(Number) });
    const door = engineDoor({ env: desk.env(), pid: 1, isHeadless: false });
    door.note(desk.root, "system.transform", new Error("broken"));
    const [wrong] = readReceipts(join(desk.root, ".planning")).filter(({ session }) => session === "opencode:plugin");
    expect(wrong?.events["session-started"]?.error).toBe("system.transform: broken");
  });

  test("has its phases and tasks in the host's own list", async () => {
    const args = { todos: [] as readonly { content: string; status: string }[] };
    await rig.call("tool.execute.before", { tool: "todowrite", sessionID: MAIN, callID: "c" }, { args });
    const items = () => args.todos.map(({ content, status }) => `${status} ${content}`);
    expect(items()).toContain("pending [plan faster-start] T1 Measure");
    await desk.doAs(SESSION, "task", "claim", "T1");
    await rig.call("tool.execute.before", { tool: "todowrite", sessionID: MAIN, callID: "c" }, { args });
    expect(items()[0]).toMatch(/^completed \[plan faster-start\] .*: ended$/);
    expect(items()).toContain("in_progress [plan faster-start] T1 Measure");
    expect(items().filter((item) => item.includes("T1"))).toHaveLength(1);
  });
});

describe("other sessions", () => {
  test("one that is on no plan gets one line, once", async () => {
    await desk.doAs(SESSION, "session", "release");
    await rig.says("go");
    const { system, said } = await request();
    expect(system).toEqual([]);
    expect(said).toEqual([expect.stringMatching(/^Holdfast: the plan faster-start .* is open here/)]);
    expect(await request()).toEqual({ system, said });
  });

  test("one that takes the plan up in the middle is told it with the next request", async () => {
    await desk.doAs(SESSION, "session", "release");
    await rig.says("go");
    await request();
    await desk.doAs(SESSION, "session", "bind", "faster-start");
    const { system, said } = await request();
    expect(system[0]).toContain("Start in 60 ms");
    expect(said.at(-1)).toContain("Ready: T1 Measure");
  });

  test("a goal that is set in the middle is there with the next request, once", async () => {
    await desk.doAs(SESSION, "session", "release");
    await rig.says("go");
    await request();
    await desk.doAs(SESSION, "goal", "set", "Tidy the docs", "--done-when", "no dead link is left");
    const { system } = await request();
    expect(system).toEqual([expect.stringContaining("Goal: Tidy the docs")]);
  });

  test("a subagent that is given a task acts under its own name, and closes it with its last words", async () => {
    await rig.says("go");
    const args = { description: "d", prompt: "Task ID: T1\nMeasure it", subagent_type: "general" };
    const call = { tool: "task", sessionID: MAIN, callID: "c1" };
    await rig.call("tool.execute.before", call, { args });
    expect(args.prompt).toContain('<holdfast-task id="T1">');
    await rig.created(CHILD, { parentID: MAIN });
    await rig.userMessage(CHILD, [{ type: "text", text: args.prompt }], { agent: "general" });
    const task = async () => (await desk.json<{ task: object }>("task", "show", "T1")).task;
    expect(await task()).toMatchObject({ status: "in_progress" });
    await rig.answers("Measured.\nResult: implemented", CHILD);
    await rig.idle(CHILD);
    await rig.call("tool.execute.after", { ...call, args }, { output: "", metadata: { sessionId: CHILD } });
    await settle();
    expect(await task()).toMatchObject({ status: "implemented" });
  });

  test("an observer's write into the plan is refused", async () => {
    await desk.doAs(SESSION, "session", "observe", "faster-start");
    const edit = (filePath: string) =>
      rig.call("tool.execute.before", { tool: "write", sessionID: MAIN, callID: "c" }, { args: { filePath } });
    await expect(edit(join(desk.root, ".planning", "faster-start", "notes.md"))).rejects.toThrow(/observe/);
    await edit(join(desk.root, "a.ts"));
    const bash = (args: object) =>
      rig.call("tool.execute.before", { tool: "bash", sessionID: MAIN, callID: "c" }, { args });
    await expect(bash({ command: "echo x > notes.md", workdir: ".planning/faster-start" })).rejects.toThrow(/observe/);
    await expect(bash({ command: "echo x > state.json", workdir: ".planning/faster-start" })).rejects.toThrow(
      /Holdfast alone/,
    );
    await bash({ command: "echo x > a.ts", workdir: "src" });
  });

  test("where a plan's conversation leaves editing to its subagents, it edits nothing itself", async () => {
    await desk.doAs(SESSION, "plan", "delegate", "--on");
    const edit = (sessionID: string) =>
      rig.call("tool.execute.before", { tool: "edit", sessionID, callID: "c" }, { args: { filePath: "a.ts" } });
    await expect(edit(MAIN)).rejects.toThrow(/delegate-only/);
    await edit(CHILD);
  });
});

describe("going on", () => {
  /** A person's word, as the host tells of it. */
  const proceed = async (): Promise<void> => void (await rig.says("/holdfast-proceed"));

  test("happens on idle under a person's grant, and ends where nothing moves", async () => {
    await desk.doAs(SESSION, "task", "claim", "T1");
    await proceed();
    await rig.turn("go");
    for (let round = 0; round < 8; round += 1) {
      await rig.pass(2000);
      await rig.answers(`still at it ${round}`);
      await rig.idle();
    }
    expect(rig.prompts).toHaveLength(3);
    expect(JSON.stringify(rig.prompts[0])).toContain("Go on with the work now.");
    expect(rig.toasts.at(-1)).toContain("turns without progress");
  });

  test("does not happen without one", async () => {
    await desk.doAs(SESSION, "task", "claim", "T1");
    await rig.turn("go");
    await rig.pass(60_000);
    expect([rig.prompts, rig.toasts]).toEqual([[], []]);
  });

  test("on no plan goes by the open todos, and ends when none is left", async () => {
    // With two plans open, proceed means neither.
    await desk.doAs("trae:other", "plan", "new", "Another", "--shared");
    await desk.doAs(SESSION, "session", "release");
    await proceed();
    const todos = (...states: readonly string[]) =>
      rig.event("todo.updated", {
        sessionID: MAIN,
        todos: states.map((status, at) => ({ content: `item ${at}`, status, priority: "low" })),
      });
    await todos("completed", "in_progress", "pending", "cancelled", "blocked");
    await rig.turn("go");
    expect(rig.toasts.at(-1)).toBe("Continuing in 2 seconds…");
    await rig.pass(2000);
    expect(rig.prompts).toHaveLength(1);
    const text = JSON.stringify(rig.prompts[0]);
    expect(text).toContain("Open todos: 2");
    expect(text).toContain("- item 1");
    expect(text).not.toMatch(/item [034]/);
    await todos("completed", "completed", "completed", "cancelled", "blocked");
    await rig.answers("all done");
    await rig.idle();
    await rig.pass(60_000);
    expect(rig.prompts).toHaveLength(1);
  });

  test("is not doubled by a second process, nor by a restart", async () => {
    await desk.doAs(SESSION, "task", "claim", "T1");
    await proceed();
    const other = new Rig({
      door: engineDoor({ env: desk.env(), pid: 1, isHeadless: false }),
      folder: `${desk.root}/.`,
    });
    await other.load();
    await other.created();
    // The same turn, by the host's own name of it.
    await other.says("hello");
    for (const one of [rig, other]) await one.turn("go");
    await Promise.all([rig.pass(2000), other.pass(2000)]);
    expect(rig.prompts.length + other.prompts.length).toBe(1);
  });

  test("stops where a person said stop while it counted down", async () => {
    await desk.doAs(SESSION, "task", "claim", "T1");
    await proceed();
    await rig.turn("go");
    await desk.doAs(SESSION, "stop");
    await rig.pass(60_000);
    expect(rig.prompts).toEqual([]);
  });
});

test("without a workspace there is nothing, and no file is made", async () => {
  const folder = join(tempDir(), "plain");
  mkdirSync(folder);
  rig = await openPlugin(folder);
  await rig.turn("go");
  expect(await request()).toEqual({ system: [], said: [] });
  expect(new Desk(folder).has(".planning")).toBe(false);
  expect(rig.noted).toEqual([]);
});
