import { rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Desk } from "../kit/desk.ts";
import { HookDesk } from "../kit/hooks.ts";

const at = "claude:s1";

interface Stage {
  readonly desk: Desk;
  readonly hooks: HookDesk;
}

/** T2 waits for T1, T3 is free. */
async function stage(host: HookDesk["host"] = "claude"): Promise<Stage> {
  const desk = new Desk();
  const hooks = new HookDesk(desk, "s1", host);
  const { session } = hooks;
  await desk.doAs(session, "plan", "new", "Faster start", "--slug", "fast");
  await desk.doAs(session, "task", "add", "Measure", "--id", "T1");
  await desk.doAs(session, "task", "add", "Cut", "--id", "T2", "--parent", "T1");
  await desk.doAs(session, "task", "add", "Write", "--id", "T3");
  return { desk, hooks };
}

const input = (prompt: string) => ({ tool_input: { description: "part", prompt, subagent_type: "general-purpose" } });
const spawn = ({ hooks }: Stage, prompt: string, call = "call-1") =>
  hooks.send("PreToolUse.Agent", { ...input(prompt), tool_use_id: call });
const returned = ({ hooks }: Stage, said: string, { call = "call-1", agent = "a1" } = {}) =>
  hooks.send("PostToolUse.Agent", {
    ...input("x"),
    tool_use_id: call,
    tool_response: { status: "completed", agentId: agent, content: [{ type: "text", text: said }] },
  });
const agentStarts = ({ hooks }: Stage, agent = "a1") => hooks.send("SubagentStart", { agent_id: agent });
const agentStops = ({ hooks }: Stage, said: string, agent = "a1") =>
  hooks.send("SubagentStop", { agent_id: agent, last_assistant_message: said });

interface TaskView {
  readonly status: string;
  readonly attemptCount: number;
  readonly log: readonly { readonly text: string }[];
  readonly claim?: { readonly session: string; readonly fence: string };
  readonly attempts: readonly { readonly end: string; readonly note?: string }[];
}

const taskOf = async ({ desk }: Stage, id: string): Promise<TaskView> =>
  (await desk.json<{ readonly task: TaskView }>("task", "show", id)).task;

describe("a subagent that is given a task", () => {
  test("gets it claimed under a session of its own, and is told so in its prompt", async () => {
    const s = await stage();
    const said = await spawn(s, "Please do this.\nTask ID: T1\nQuickly.");
    const { claim, status } = await taskOf(s, "T1");
    expect(status).toBe("in_progress");
    expect(claim?.session).toBe(`${at}+call-1`);
    expect(said.permissionDecision).toBeUndefined();
    const prompt = String(said.updatedInput?.["prompt"]);
    expect(prompt).toMatch(/^Please do this\.\nTask ID: T1\nQuickly\.\n\n<holdfast-task id="T1">/);
    expect(prompt).toContain(`--fence ${claim?.fence}`);
    expect(said.updatedInput).toMatchObject({ description: "part", subagent_type: "general-purpose" });
  });

  test("is named by what `task prompt` prints, and by either name of the tool", async () => {
    const s = await stage();
    const prompt = await s.desk.do("task", "prompt", "T3");
    const said = await s.hooks.send("PreToolUse.Agent", { ...input(prompt), tool_name: "Task", tool_use_id: "c" });
    expect(said.updatedInput?.["prompt"]).toContain("T3");
    expect((await taskOf(s, "T3")).claim?.session).toBe(`${at}+c`);
  });

  test("is refused while the task waits for another, with the reason", async () => {
    const s = await stage();
    const said = await spawn(s, "Task ID: T2");
    expect(said.permissionDecision).toBe("deny");
    expect(said.permissionDecisionReason).toMatch(/T2.*T1/);
    expect((await taskOf(s, "T2")).attemptCount).toBe(0);
  });

  test("is refused while somebody else holds the task", async () => {
    const s = await stage();
    await s.desk.doAs("codex:x", "task", "claim", "T1");
    const said = await spawn(s, "Task ID: T1");
    expect(said.permissionDecisionReason).toContain("codex:x");
  });

  test("of two that are given one task at once, one is refused", async () => {
    const s = await stage();
    const both = await Promise.all(["c1", "c2"].map((call) => spawn(s, "Task ID: T1", call)));
    expect(both.filter((said) => said.permissionDecision === "deny")).toHaveLength(1);
    expect((await taskOf(s, "T1")).attemptCount).toBe(1);
  });

  test("asked about by two hooks, is claimed once and told twice", async () => {
    const s = await stage();
    const [one, two] = [await spawn(s, "Task ID: T1"), await spawn(s, "Task ID: T1")];
    expect(two).toEqual(one);
    const task = await taskOf(s, "T1");
    expect(task.attemptCount).toBe(1);
    expect(task.log).toEqual([]);
  });

  test("may help with what its own conversation holds, or look at what is done, and claims nothing", async () => {
    const s = await stage();
    await s.desk.doAs(at, "task", "claim", "T1");
    expect(await spawn(s, "Task ID: T1")).toEqual({});
    await s.desk.doAs(at, "task", "implemented", "T1");
    expect(await spawn(s, "Task ID: T1", "c2")).toEqual({});
    expect((await taskOf(s, "T1")).attemptCount).toBe(1);
  });

  test("of an observer is refused", async () => {
    const s = await stage();
    await s.desk.doAs("claude:o", "session", "observe", "fast");
    const said = await new HookDesk(s.desk, "o").send("PreToolUse.Agent", {
      ...input("Task ID: T1"),
      tool_use_id: "c",
    });
    expect(said.permissionDecisionReason).toContain("observes");
  });

  test("is let go where the plan has no such task: who starts it is told once for each name, and it is told in its prompt", async () => {
    const s = await stage();
    const said = await spawn(s, "Task ID: T33");
    expect(said.permissionDecision).toBeUndefined();
    expect(said.additionalContext).toMatch(
      /^Holdfast: the plan fast has no task T33, so none is claimed for this subagent\. Did you mean T3[^?]*\? If T33 /,
    );
    expect(said.updatedInput?.["prompt"]).toMatch(
      /^Task ID: T33\n\nHoldfast: the plan fast has no task T33, .* for you/,
    );
    const again = await spawn(s, "Task ID: T33", "c2");
    expect(again.additionalContext).toBeUndefined();
    expect(again.updatedInput).toBeDefined();
    expect((await spawn(s, "Task ID: JIRA-7", "c3")).additionalContext).toMatch(
      /has no task JIRA-7.*subagent\. If JIRA-7/,
    );
    expect((await taskOf(s, "T3")).status).toBe("todo");
  });

  test("by a name that is no task's is told to an observer too, and to a conversation on no plan only where it names the plan", async () => {
    const s = await stage();
    await s.desk.doAs("claude:o", "session", "observe", "fast");
    const told = async (id: string, prompt: string) => {
      const { permissionDecision, additionalContext } = await new HookDesk(s.desk, id).send("PreToolUse.Agent", {
        ...input(prompt),
        tool_use_id: id,
      });
      expect(permissionDecision).toBeUndefined();
      return additionalContext;
    };
    expect(await told("o", "Task ID: JIRA-7")).toContain("no task JIRA-7");
    expect(await told("free", "Task ID: JIRA-7")).toBeUndefined();
    expect(await told("free2", "Plan: Faster start (fast)\nTask ID: T9")).toContain("the plan fast has no task T9");
  });

  test("is let go where the state is damaged, or no plan is here", async () => {
    const s = await stage();
    rmSync(s.desk.path(".planning", "fast", "journal"), { recursive: true });
    rmSync(s.desk.path(".git", "holdfast"), { recursive: true });
    expect((await spawn(s, "Task ID: T1", "c2")).permissionDecision).toBeUndefined();
    expect(await new HookDesk(new Desk()).send("PreToolUse.Agent", input("Task ID: T1"))).toEqual({});
  });
});

describe("its end", () => {
  test.each([
    ["All done.\nResult: implemented", "implemented"],
    ["I did what I could.", "implemented"],
    ["Tried both.\n**Result:** blocked: no database here", "blocked"],
    ["It broke.\nResult: failed: the compiler crashed", "failed"],
  ])("%j closes the attempt as %s, once", async (message, status) => {
    const s = await stage();
    await spawn(s, "Task ID: T1");
    await agentStarts(s);
    await agentStops(s, message);
    const said = await returned(s, message);
    expect(said.additionalContext).toContain(`T1 is ${status}`);
    const task = await taskOf(s, "T1");
    expect(task.status).toBe(status);
    expect(task.attempts).toHaveLength(1);
    await agentStops(s, "Result: failed: again");
    expect((await taskOf(s, "T1")).status).toBe(status);
  });

  test("is told apart when several run at once, whichever order the host brings it in", async () => {
    const s = await stage();
    await Promise.all([spawn(s, "Task ID: T1", "c1"), spawn(s, "Task ID: T3", "c3")]);
    await Promise.all([agentStarts(s, "a3"), agentStarts(s, "a1")]);
    await agentStops(s, "Result: failed: no", "a3");
    await returned(s, "Result: failed: no", { call: "c3", agent: "a3" });
    await agentStops(s, "Result: implemented", "a1");
    await returned(s, "Result: implemented", { call: "c1", agent: "a1" });
    expect((await taskOf(s, "T1")).status).toBe("implemented");
    expect((await taskOf(s, "T3")).status).toBe("failed");
  });

  test("in the background comes after the call has returned", async () => {
    const s = await stage();
    await spawn(s, "Task ID: T1");
    await spawn(s, "Task ID: T3", "c3");
    const launch = (call: string, agent: string) =>
      s.hooks.send("PostToolUse.Agent", {
        ...input("x"),
        tool_use_id: call,
        tool_response: { isAsync: true, status: "async_launched", agentId: agent },
      });
    await launch("c3", "a3");
    await launch("call-1", "a1");
    expect((await taskOf(s, "T1")).status).toBe("in_progress");
    await agentStops(s, "Result: blocked: no network", "a1");
    expect((await taskOf(s, "T1")).status).toBe("blocked");
    expect((await taskOf(s, "T3")).status).toBe("in_progress");
  });

  test("that the subagent has reported itself stands", async () => {
    const s = await stage();
    await spawn(s, "Task ID: T1");
    const fence = (await taskOf(s, "T1")).claim?.fence ?? "";
    await s.desk.doAs(at, "task", "implemented", "T1", "--fence", fence, "--note", "mine");
    await returned(s, "Result: failed: never mind");
    const task = await taskOf(s, "T1");
    expect(task).toMatchObject({ status: "implemented", attempts: [{ end: "implemented", note: "mine" }] });
  });
});

describe("an end that comes twice, late, or not at all", () => {
  test("twice at once, and again later, closes the attempt once", async () => {
    const s = await stage();
    await spawn(s, "Task ID: T1");
    await agentStarts(s);
    const last = "Result: implemented";
    await Promise.all([agentStops(s, last), agentStops(s, last), returned(s, last), returned(s, last)]);
    await agentStops(s, last);
    await returned(s, "Result: failed: at second sight");
    expect(await taskOf(s, "T1")).toMatchObject({
      status: "implemented",
      attemptCount: 1,
      attempts: [{ end: "implemented" }],
    });
  });

  test("late is nothing to the attempt that came after", async () => {
    const s = await stage();
    await spawn(s, "Task ID: T1");
    await agentStarts(s);
    const fence = (await taskOf(s, "T1")).claim?.fence ?? "";
    await s.desk.doAs(at, "task", "release", "T1", "--fence", fence);
    await spawn(s, "Task ID: T1", "c2");
    await agentStarts(s, "a2");
    await agentStops(s, "Result: implemented");
    await returned(s, "Result: implemented");
    const task = await taskOf(s, "T1");
    expect(task).toMatchObject({ status: "in_progress", claim: { session: `${at}+c2` } });
  });

  test("a crash leaves the attempt failed with its reason; so often the task is offered again, then a person is asked", async () => {
    const s = await stage();
    for (const call of ["c1", "c2", "c3"]) {
      expect((await taskOf(s, "T1")).status).toBe("todo");
      const said = await spawn(s, "Task ID: T1", call);
      expect(said.permissionDecision).toBeUndefined();
      await agentStarts(s, `agent-${call}`);
      await agentStops(s, "", `agent-${call}`);
      await returned(s, "", { call, agent: `agent-${call}` });
    }
    const note = "crashed: its agent ended without a word";
    expect(await taskOf(s, "T1")).toMatchObject({
      status: "failed",
      attempts: [{ note }, { note }, { end: "failed", note }],
    });
    const { needsPerson } = await s.desk.json<{ needsPerson: unknown }>("status");
    expect(needsPerson).toMatchObject([{ kind: "crash", task: "T1" }]);
    const again = await s.desk.run(["task", "retry", "T1", "--note", "once more"], { session: at });
    expect([again.code === 0, again.err]).toEqual([false, expect.stringContaining("a person decides") as string]);
  });

  test.each([
    ["its conversation ends", "SessionEnd.other", {}, "its conversation ended first"],
    ["its host was killed, and is there again", "SessionStart.resume", {}, "its host ended without a word"],
  ])("when %s, what still ran has failed", async (_what, event, fields, why) => {
    const s = await stage();
    await spawn(s, "Task ID: T1");
    await agentStarts(s);
    await s.hooks.send(event, fields);
    expect(await taskOf(s, "T1")).toMatchObject({
      status: "todo",
      attempts: [{ end: "failed", note: `crashed: ${why}` }],
    });
    await agentStops(s, "Result: implemented");
    expect((await taskOf(s, "T1")).status).toBe("todo");
  });
});

describe("on TraeCLI, which has no event for a subagent's end", () => {
  const ended = async (response: unknown) => {
    const desk = new Desk();
    const hooks = new HookDesk(desk, "t1", "trae");
    await desk.doAs(hooks.session, "plan", "new", "Fast");
    await desk.doAs(hooks.session, "task", "add", "Measure", "--id", "T1");
    const call = { ...input("Task ID: T1"), tool_use_id: "call-1" };
    await hooks.send("pre_tool_use.Task", call);
    await hooks.send("pre_tool_use.Task", { ...call, hook_event_name: "post_tool_use", tool_response: response });
    const { status, attempts } = await taskOf({ desk, hooks }, "T1");
    return { status, ends: attempts.map(({ end }) => end) };
  };

  test.each([
    ["Both done.\nResult: implemented", { status: "implemented", ends: ["implemented"] }],
    [{ content: [{ type: "text", text: "Result: blocked: no key" }] }, { status: "blocked", ends: ["blocked"] }],
    // Nobody knows, so nobody is said to have failed.
    [{ ok: true }, { status: "todo", ends: ["released"] }],
    [undefined, { status: "todo", ends: ["released"] }],
  ])("the answer of the call says it, or nothing is known: %j", async (response, expected) => {
    expect(await ended(response)).toEqual(expected);
  });
});

describe("what a subagent is told when it starts", () => {
  test("Codex's, whose prompt cannot be changed, is told its task", async () => {
    const s = await stage("codex");
    await s.hooks.send("PreToolUse.spawn_agent", { tool_input: { message: "Task ID: T1" }, tool_use_id: "c1" });
    const fence = (await taskOf(s, "T1")).claim?.fence;
    const said = await s.hooks.send("SubagentStart", { agent_id: "a1" });
    expect(said.additionalContext).toContain(`--fence ${fence}`);
    expect(await s.hooks.prompt("Task ID: T1", { agent_id: "a1" })).toEqual({});
    await s.hooks.send("PostToolUse.spawn_agent", { tool_use_id: "c1", tool_response: '{"agent_id":"a1"}' });
    await s.hooks.send("SubagentStop", { agent_id: "a1", last_assistant_message: "Result: implemented" });
    expect((await taskOf(s, "T1")).status).toBe("implemented");
  });

  test("of two of Codex's at once each is told by its own prompt", async () => {
    const s = await stage("codex");
    for (const [id, call] of [
      ["T1", "c1"],
      ["T3", "c3"],
    ] as const) {
      await s.hooks.send("PreToolUse.spawn_agent", { tool_input: { message: `Task ID: ${id}` }, tool_use_id: call });
    }
    expect(await s.hooks.send("SubagentStart", { agent_id: "a3" })).toEqual({});
    const said = await s.hooks.prompt("Task ID: T3", { agent_id: "a3" });
    expect(said.additionalContext).toContain('<holdfast-task id="T3">');
  });

  test("Codex's hears that its task is not there, once, and by its own prompt where several start", async () => {
    const s = await stage("codex");
    const start = (id: string, call: string) =>
      s.hooks.send("PreToolUse.spawn_agent", { tool_input: { message: `Task ID: ${id}` }, tool_use_id: call });
    expect((await start("T9", "c1")).additionalContext).toContain("no task T9, so none is claimed for this subagent");
    const alone = await s.hooks.send("SubagentStart", { agent_id: "a1" });
    expect(alone.additionalContext).toMatch(/change nothing of the plan.*\n.*no task T9, so none is claimed for you/s);
    expect(await s.hooks.prompt("Task ID: T9", { agent_id: "a1" })).toEqual({});
    await start("T8", "c2");
    await start("T7", "c3");
    expect((await s.hooks.send("SubagentStart", { agent_id: "a2" })).additionalContext).not.toContain("no task");
    const said = await s.hooks.prompt("Task ID: T7", { agent_id: "a2" });
    expect(said.additionalContext).toContain("no task T7");
  });

  test("one with no task is told to leave the plan alone, unless nothing is bound", async () => {
    const s = await stage();
    await s.hooks.send("PreToolUse.Agent", { ...input("Find the parser"), tool_use_id: "c" });
    expect((await agentStarts(s)).additionalContext).toContain("change nothing of the plan");
    expect(await new HookDesk(s.desk, "s2").send("SubagentStart", {})).toEqual({});
  });
});

describe("advice before a subagent starts", () => {
  test.each([
    ["Review the retry logic", "lane create"],
    ["Write a report on the options", "lane create"],
    ["Preview the roadmap", undefined],
    ["Fix the typo in a.txt", undefined],
  ])("%j", async (prompt, part) => {
    const said = await spawn(await stage(), prompt);
    if (part === undefined) expect(said).toEqual({});
    else expect(said.additionalContext).toContain(part);
  });

  test("is given once for each reason; what has to be in a lane is said each time", async () => {
    const s = await stage();
    expect(await spawn(s, "Review the retry logic")).toHaveProperty("additionalContext");
    expect(await spawn(s, "Review the error texts")).toEqual({});
    expect(await spawn(s, "Write a report on the options")).toHaveProperty("additionalContext");
    for (const topic of ["parser", "lexer"]) {
      const said = await spawn(s, `List what is odd in the ${topic}; its result has to survive compaction`);
      expect(said.additionalContext).toContain("keep this subagent's work in a lane");
    }
  });

  test("an observer is pointed to lanes", async () => {
    const s = await stage();
    await s.desk.doAs("claude:o", "session", "observe", "fast");
    const said = await new HookDesk(s.desk, "o").send("PreToolUse.Agent", input("Fix the typo"));
    expect(said.additionalContext).toContain("lanes only");
  });
});
