import { describe, expect, test } from "vitest";
import { Desk } from "../kit/desk.ts";
import { HookDesk } from "../kit/hooks.ts";

interface Stage {
  readonly desk: Desk;
  readonly hooks: HookDesk;
}

/** T1 is done by the conversation itself, and waits for its review. */
async function stage(): Promise<Stage> {
  const desk = new Desk();
  const hooks = new HookDesk(desk, "s1", "claude");
  const { session } = hooks;
  await desk.doAs(session, "plan", "new", "Faster start", "--slug", "fast");
  await desk.doAs(session, "task", "add", "Measure", "--reviewer", "security");
  await desk.doAs(session, "task", "claim", "T1");
  await desk.doAs(session, "task", "implemented", "T1");
  return { desk, hooks };
}

const SUMMARY = "### Machine Summary\nCRITICAL_COUNT: 1\nCRITICAL: src/a.ts:3 a hole\n";
const CLEAN = "I looked.\n\n### Machine Summary\nCRITICAL_COUNT: 0\nADVISORY_COUNT: 0\n";

const input = (prompt: string) => ({
  tool_input: { description: "part", prompt, subagent_type: "toolkit:code-reviewer" },
});
const spawn = ({ hooks }: Stage, prompt: string, call = "call-1") =>
  hooks.send("PreToolUse.Agent", { ...input(prompt), tool_use_id: call });
const starts = ({ hooks }: Stage, agent = "a1") => hooks.send("SubagentStart", { agent_id: agent });
const stops = ({ hooks }: Stage, said: string, agent = "a1") =>
  hooks.send("SubagentStop", { agent_id: agent, last_assistant_message: said });
const returned = ({ hooks }: Stage, said: string, call = "call-1") =>
  hooks.send("PostToolUse.Agent", {
    ...input("x"),
    tool_use_id: call,
    tool_response: { status: "completed", agentId: "a1", content: [{ type: "text", text: said }] },
  });

const reviewersOf = async ({ desk }: Stage): Promise<unknown> => {
  const { items } = await desk.json<{ items: readonly { reviewers: readonly unknown[] }[] }>("review", "list", "T1");
  return items[0]?.reviewers;
};

describe("a subagent that is started for a review", () => {
  test("hands its review in as it ends, once, under a session of its own", async () => {
    const s = await stage();
    const prompt = await s.desk.doAs(s.hooks.session, "review", "request", "T1");
    expect((await spawn(s, prompt)).updatedInput).toBeUndefined();
    await starts(s);
    await stops(s, SUMMARY);
    const told = await returned(s, SUMMARY);
    expect(told.additionalContext).toContain("the review of T1 by security was taken up");
    expect(told.additionalContext).toContain("- R1 (critical): src/a.ts:3 a hole");
    expect(await reviewersOf(s)).toMatchObject([
      { reviewer: "security", standing: "blocked", by: `${s.hooks.session}+call-1` },
    ]);
    expect(await s.desk.json("review", "list", "T1")).not.toHaveProperty("items.0.findings.1");
  });

  test("goes by its kind where it has no other name, and claims nothing", async () => {
    const s = await stage();
    await spawn(s, "Review: T1\nLook closely.");
    await starts(s);
    await stops(s, CLEAN);
    expect((await returned(s, CLEAN)).additionalContext).toContain("by code-reviewer passed");
    expect(await reviewersOf(s)).toMatchObject([
      { standing: "missing" },
      { reviewer: "code-reviewer", standing: "passed" },
    ]);
  });

  test.each([
    ["says nothing that can be read", "All fine, ship it!"],
    ["leaves the form as it is", "### Machine Summary\nCRITICAL_COUNT: {n}\nCRITICAL: {x}\n"],
    ["says nothing", ""],
  ])("and %s has not passed it", async (_, said) => {
    const s = await stage();
    await spawn(s, "Review: T1\nReviewer: security");
    await starts(s);
    await stops(s, said);
    expect((await returned(s, said)).additionalContext).toContain("was not captured");
    expect(await reviewersOf(s)).toMatchObject([{ reviewer: "security", standing: "capture-failed" }]);
  });

  test("and leaves out what it found before has not passed it", async () => {
    const s = await stage();
    const review = async (call: string, said: string): Promise<unknown> => {
      await spawn(s, "Review: T1\nReviewer: security", call);
      await starts(s, call);
      await stops(s, said, call);
      return reviewersOf(s);
    };
    await review("c1", SUMMARY);
    const why = expect.stringContaining("does not say what became of R1") as string;
    expect(await review("c2", CLEAN)).toMatchObject([{ standing: "capture-failed", why }]);
    expect(await review("c3", `${CLEAN}RESOLVED: R1 it is closed\n`)).toMatchObject([{ standing: "passed" }]);
  });

  test("in the background is told apart from others by the call that it came of", async () => {
    const s = await stage();
    await s.desk.doAs(s.hooks.session, "task", "edit", "T1", "--reviewer", "security", "--reviewer", "style");
    await spawn(s, "Review: T1\nReviewer: security", "c1");
    await spawn(s, "Review: T1\nReviewer: style", "c2");
    const long = `${"x".repeat(5_000)}\n`;
    await stops(s, `${SUMMARY}${long}`, "a2");
    await stops(s, CLEAN, "a1");
    for (const [call, agentId] of [
      ["c1", "a1"],
      ["c2", "a2"],
    ]) {
      await s.hooks.send("PostToolUse.Agent", {
        ...input("x"),
        tool_use_id: call,
        tool_response: { status: "async_launched", isAsync: true, agentId },
      });
    }
    expect(await reviewersOf(s)).toMatchObject([
      { reviewer: "security", standing: "passed" },
      { reviewer: "style", standing: "blocked" },
    ]);
  });

  test("is not what a task is handed on with, whatever that says of reviews", async () => {
    const s = await stage();
    await s.desk.doAs(s.hooks.session, "task", "add", "Next");
    await spawn(s, "Task ID: T2\nReview: T1 first, for its style.");
    expect((await s.desk.json<{ task: unknown }>("task", "show", "T2")).task).toMatchObject({ status: "in_progress" });
  });

  test("of something that is not there is a subagent like any other", async () => {
    const s = await stage();
    await spawn(s, "Review: T9\nReviewer: security");
    await starts(s);
    await stops(s, CLEAN);
    expect(await reviewersOf(s)).toMatchObject([{ standing: "missing" }]);
  });
});
