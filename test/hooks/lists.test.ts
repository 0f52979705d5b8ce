import { beforeEach, describe, expect, test } from "vitest";
import { Desk } from "../kit/desk.ts";
import { HookDesk } from "../kit/hooks.ts";

let desk: Desk;
beforeEach(async () => {
  desk = new Desk();
  await desk.do("plan", "new", "Faster start", "--slug", "fast", "--goal", "Start in 60 ms");
  await desk.do("task", "add", "Measure", "--id", "T1");
  await desk.do("task", "add", "Cut", "--id", "T2", "--parent", "T1");
});

interface Item {
  readonly [name: string]: string | undefined;
}

interface ListHost {
  readonly hooks: () => HookDesk;
  /** What the list is after the agent has written it, as the host then has it. */
  readonly write: (
    hooks: HookDesk,
    ...items: readonly (readonly [text: string, status: string])[]
  ) => Promise<readonly string[]>;
}

const written = (before: readonly Item[], after: unknown, text: string): readonly string[] =>
  ((after as readonly Item[] | undefined) ?? before).map((item) => `${item["status"]} ${item[text]}`);

const HOSTS: Readonly<Record<string, ListHost>> = {
  "Claude Code": {
    hooks: () => new HookDesk(desk),
    write: async (hooks, ...items) => {
      const todos = items.map(([content, status]) => ({ content, status, activeForm: content }));
      const { updatedInput } = await hooks.send("PreToolUse.TodoWrite", { tool_input: { todos } });
      return written(todos, updatedInput?.["todos"], "content");
    },
  },
  Codex: {
    hooks: () => new HookDesk(desk, "s1", "codex"),
    write: async (hooks, ...items) => {
      const plan = items.map(([step, status]) => ({ step, status }));
      const { updatedInput } = await hooks.send("PreToolUse.update_plan", { tool_input: { plan } });
      return written(plan, updatedInput?.["plan"], "step");
    },
  },
};

const trusted = { isTrusted: true };
const proceed = (hooks: HookDesk, id: string) =>
  hooks.raw("UserPromptSubmit", { prompt: "/holdfast:proceed", prompt_id: id, turn_id: id }, trusted);

describe.each(Object.entries(HOSTS))("the list of %s", (_, host) => {
  test("has the phases and tasks of the session's plan before the agent's own, as the plan stands each time", async () => {
    const hooks = host.hooks();
    await desk.doAs(hooks.session, "task", "claim", "T1");
    await desk.doAs(hooks.session, "session", "bind", "fast");
    const first = await host.write(hooks, ["look around", "pending"]);
    expect(first).toEqual([
      expect.stringMatching(/^completed \[plan fast\] .*ended$/),
      expect.stringMatching(/^in_progress \[plan fast\] Execute: wave 1 of 2/),
      "in_progress [plan fast] T1 Measure",
      "pending [plan fast] Verify",
      "pending look around",
    ]);
    await desk.doAs(hooks.session, "task", "implemented", "T1");
    await desk.doAs(hooks.session, "task", "output", "T1", "--text", "what came of it");
    await desk.doAs(hooks.session, "task", "done", "T1");
    const again = first.map((line) => [line.slice(line.indexOf(" ") + 1), "completed"] as const);
    expect((await host.write(hooks, ...again)).slice(2)).toEqual([
      "pending [plan fast] T2 Cut",
      "pending [plan fast] Verify",
      "completed look around",
    ]);
  });

  test("is the agent's alone where the session is on no plan, and in a subagent", async () => {
    const hooks = host.hooks();
    expect(await host.write(hooks, ["a", "pending"])).toEqual(["pending a"]);
    await desk.doAs(hooks.session, "session", "bind", "fast");
    const name = hooks.host === "claude" ? "PreToolUse.TodoWrite" : "PreToolUse.update_plan";
    expect(await hooks.send(name, { agent_id: "a1", agent_type: "x" })).toEqual({});
  });

  test("is what is left to do where no plan is bound and a person lets it go on, and what is done of it is progress", async () => {
    const hooks = host.hooks();
    await desk.do("plan", "pause", "--plan", "fast");
    await host.write(hooks, ["a", "in_progress"], ["b", "pending"], ["[plan gone] T9", "pending"]);
    expect(await hooks.send("Stop")).toEqual({});
    await proceed(hooks, "p1");
    const { decision, reason } = await hooks.send("Stop");
    expect(decision).toBe("block");
    expect(reason).toContain("Open todos: 2\n- a\n- b");
    await host.write(hooks, ["a", "completed"], ["b", "pending"]);
    expect((await hooks.send("Stop")).reason).toContain("Open todos: 1\n- b");
    await host.write(hooks, ["a", "completed"], ["b", "completed"]);
    expect(await hooks.send("Stop")).not.toHaveProperty("decision");
  });
});

describe("the list that Claude Code writes item by item", () => {
  const create = (hooks: HookDesk, id: string, subject: string) =>
    hooks.send("PostToolUse.TaskCreate", {
      tool_input: { subject, description: "d" },
      tool_response: { task: { id, subject } },
      tool_use_id: `create-${id}`,
    });
  const update = (hooks: HookDesk, taskId: string, status: string) =>
    hooks.send("PostToolUse.TaskUpdate", {
      tool_input: { taskId, status },
      tool_response: { success: true, taskId },
      tool_use_id: `update-${taskId}-${status}`,
    });

  test("cannot be written into: the plan's items are told once, and again when they have moved", async () => {
    const hooks = new HookDesk(desk);
    await desk.doAs(hooks.session, "session", "bind", "fast");
    const { additionalContext } = await create(hooks, "1", "look");
    expect(additionalContext).toContain("list none of them again");
    expect(additionalContext).toContain("[ ] T1 Measure");
    expect(await create(hooks, "2", "think")).toEqual({});
    await desk.doAs(hooks.session, "log", "what moves no item");
    expect(await create(hooks, "3", "write")).toEqual({});
    await desk.doAs(hooks.session, "task", "claim", "T1");
    expect((await update(hooks, "1", "completed")).additionalContext).toContain("[~] T1 Measure");
  });

  test("is what is left to do all the same", async () => {
    const hooks = new HookDesk(desk);
    await desk.do("plan", "pause", "--plan", "fast");
    for (const [id, subject] of [
      ["1", "a"],
      ["2", "b"],
      ["3", "c"],
    ] as const)
      await create(hooks, id, subject);
    await update(hooks, "1", "completed");
    await update(hooks, "3", "deleted");
    await proceed(hooks, "p1");
    expect((await hooks.send("Stop")).reason).toContain("Open todos: 1\n- b");
    await update(hooks, "2", "completed");
    expect(await hooks.send("Stop")).not.toHaveProperty("decision");
  });
});

test("a folder without a plan is left as it is", async () => {
  const empty = new Desk();
  const hooks = new HookDesk(empty);
  expect(await hooks.send("PreToolUse.TodoWrite")).toEqual({});
  expect(empty.has(".planning")).toBe(false);
});
