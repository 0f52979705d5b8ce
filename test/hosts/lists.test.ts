import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { inOrder } from "../../src/hosts/model-server/turn.ts";
import { openClaude } from "./kit/claude.ts";
import { openCodex } from "./kit/codex.ts";
import { connect } from "./kit/connect.ts";
import { timesIn } from "./kit/hosts.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";
import type { World } from "./kit/world.ts";

async function makePlan(world: World, session: string): Promise<void> {
  await connect(world);
  await world.did("plan", "new", "Parse dates", "--slug", "dates", "--goal", "g", "--done-when", "d");
  await world.did("task", "add", "Read the year", "--id", "T1");
  await world.did("session", "bind", "dates", "--session", session);
}

describeOn(["claude"], "the host's own list", () => {
  test("of todos, where it is switched on, has the plan in it", async ({ world }) => {
    const id = randomUUID();
    await makePlan(world, `claude:${id}`);
    const todos = [{ content: "look around", status: "pending", activeForm: "Looking" }];
    world.model.use(inOrder({ calls: [{ name: "TodoWrite", input: { todos } }] }, { text: "ok" }));
    const talk = openClaude(world, { args: ["--session-id", id], env: { CLAUDE_CODE_ENABLE_TASKS: "false" } });
    await talk.say("go");
    const { messages } = await talk.end();
    // What the tool itself says that the list is now.
    const [now] = messages.flatMap(({ tool_use_result: result }) =>
      typeof result === "object" && result !== null && "newTodos" in result ? [JSON.stringify(result.newTodos)] : [],
    );
    expect(now).toContain("[plan dates] T1 Read the year");
    expect(now).toContain("look around");
  });

  test("of tasks cannot be written into, and so the model is told, once", async ({ world }) => {
    const id = randomUUID();
    await makePlan(world, `claude:${id}`);
    const create = (subject: string) => ({ calls: [{ name: "TaskCreate", input: { subject, description: "d" } }] });
    world.model.use(inOrder(create("one"), create("two"), { text: "ok" }));
    const talk = openClaude(world, { args: ["--session-id", id] });
    await talk.say("go");
    await talk.end();
    const last = world.model.requests.at(-1);
    expect(timesIn(last, "it keeps its own tasks")).toBe(1);
    expect(timesIn(last, "[ ] T1 Read the year")).toBe(1);
  });
});

describeOn(["codex"], "the host's own list", () => {
  test("of steps, where it is switched on, has the plan in it", async ({ world }) => {
    const codex = await openCodex(world, { args: ["-c", "tools.update_plan.enabled=true"] });
    await connect(world);
    const thread = await codex.startThread();
    await makePlan(world, `codex:${thread}`);
    const plan = [{ step: "look around", status: "pending" }];
    world.model.use(inOrder({ calls: [{ name: "update_plan", input: { plan } }] }, { text: "ok" }));
    await codex.say(thread, "go");
    const [updated] = codex.seen("turn/plan/updated");
    expect(JSON.stringify(updated)).toContain("[plan dates] T1 Read the year");
    expect(JSON.stringify(updated)).toContain("look around");
    await codex.stop();
  });

  test("of steps is what is left where no plan is bound, and what is done of it ends it", async ({ world }) => {
    const codex = await openCodex(world, { args: ["-c", "tools.update_plan.enabled=true"] });
    await connect(world);
    await world.did("plan", "new", "Parse dates", "--slug", "dates", "--goal", "g", "--done-when", "d");
    await world.did("plan", "pause", "--plan", "dates");
    const thread = await codex.startThread();
    const steps = (status: string) => ({
      calls: [{ name: "update_plan", input: { plan: ["one", "two"].map((step) => ({ step, status })) } }],
    });
    world.model.use(inOrder(steps("pending"), { text: "planned" }, steps("completed"), { text: "all done" }));
    await codex.say(thread, "/holdfast:proceed");
    const sent = world.model.requests.map(({ lastUser }) => lastUser).filter((text) => text.includes("continuation"));
    expect(new Set(sent).size).toBe(1);
    expect(sent[0]).toContain("Open todos: 2\n- one\n- two");
    await codex.stop();
  });
});
