import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { firstOf, inOrder, when, type Turn } from "../../src/hosts/model-server/turn.ts";
import { timesIn } from "./kit/hosts.ts";
import { openOpenCode, type OpenCodeServer } from "./kit/opencode.ts";
import { projectRoot as root } from "./kit/root.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";
import type { World } from "./kit/world.ts";

const LOG = "agent-loop.log";

/** A project that has Holdfast installed and, as a plugin, the file of one line of docs/agent-loop.md. */
async function connect(world: World, options: object = {}): Promise<OpenCodeServer> {
  world.write(".opencode/plugins/agent-loop.js", 'export { default } from "holdfast/agent-loop";\n');
  mkdirSync(join(world.project, "node_modules"));
  symlinkSync(root, join(world.project, "node_modules", "holdfast"));
  const file = join("..", "home", ".config", "opencode", "agent-loop-plugin.json");
  const logFilePath = join(world.home, LOG);
  world.write(file, JSON.stringify({ countdownSeconds: 0.1, errorCooldownMs: 100, logFilePath, ...options }));
  return openOpenCode(world);
}

/** What the plugin noted, in order. */
function logged({ home }: World): readonly { readonly message: string; readonly data: Record<string, unknown> }[] {
  const file = join(home, LOG);
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  return lines.map((line) => JSON.parse(line) as { message: string; data: Record<string, unknown> });
}
const times = (world: World, message: string): number =>
  logged(world).filter((line) => line.message === message).length;
const until = (world: World, message: string, count = 1) =>
  expect.poll(() => times(world, message), { timeout: 30_000 }).toBeGreaterThanOrEqual(count);
/** Not continued, for this reason, since the last prompt was sent. */
const rested = (world: World, reason: string) =>
  expect
    .poll(() => logged(world).findLast(({ message }) => message === "not continuing")?.data["reason"], {
      timeout: 30_000,
    })
    .toBe(reason);

const todos = (...items: readonly (readonly [content: string, status: string])[]): Turn => ({
  calls: [
    {
      name: "todowrite",
      input: { todos: items.map(([content, status]) => ({ content, status, priority: "high" })) },
    },
  ],
});
const call = (name: string, input: Record<string, unknown> = {}): Turn => ({ calls: [{ name, input }] });
const open = todos(["Write the parser", "in_progress"], ["Test it", "pending"]);
const done = todos(["Write the parser", "completed"], ["Test it", "completed"]);

const SUMMARY = when({ lastUser: "Here is the conversation so far" }, () => ({ text: "<summary>So far.</summary>" }));

const GOAL = "dates are parsed without a library";
const goal = call("goal_set", { title: GOAL, done_condition: "the tests pass" });

describeOn(["opencode"], "holdfast/agent-loop", () => {
  test("goes on while todos are open, as the agent that the person chose, and then no more", async ({ world }) => {
    const server = await connect(world);
    const session = await server.startSession();
    world.model.use(inOrder(open, { text: "Began." }, done, { text: "All done." }));
    await server.post(`/session/${session}/message`, { agent: "plan", parts: [{ type: "text", text: "go" }] });
    await rested(world, "nothing-left");
    const prompted = world.model.requests.filter(({ lastUser }) => lastUser.includes("AUTO-CONTINUATION"));
    expect(prompted[0]?.lastUser).toContain("2 incomplete tasks (0 of 2 completed)");
    expect(prompted[0]?.lastUser).toContain("[in_progress] Write the parser");
    expect(times(world, "continuing")).toBe(1);
    const messages = (await server.get(`/session/${session}/message`)) as { info: Record<string, unknown> }[];
    expect(new Set(messages.map(({ info }) => info["agent"]))).toEqual(new Set(["plan"]));
    await server.stop();
  });

  test("ends after ten prompts without progress", async ({ world }) => {
    const server = await connect(world, { countdownSeconds: 0.02 });
    const session = await server.startSession();
    world.model.use(firstOf(inOrder(open), () => ({ text: "Thinking." })));
    await server.say(session, "go");
    await until(world, "paused");
    expect(times(world, "continuing")).toBe(10);
    await server.say(session, "What is left");
    expect(timesIn(world.model.requests.at(-1), "[SYSTEM - AUTO-CONTINUATION]")).toBe(10);
    await server.stop();
  });

  test("begins no count anew after a restart", async ({ world }) => {
    const server = await connect(world, { countdownSeconds: 0.02 });
    const session = await server.startSession();
    world.model.use(firstOf(SUMMARY, inOrder(open), () => ({ text: "Thinking." })));
    await server.say(session, "go");
    await until(world, "continuing", 4);
    await server.stop();
    const before = times(world, "continuing");
    const again = await openOpenCode(world);
    // What makes it idle is no person's message.
    await again.compact(session);
    await until(world, "paused");
    expect(before).toBeLessThan(10);
    // One that was on its way when the host ended never came to be.
    const messages = (await again.get(`/session/${session}/message`)) as readonly unknown[];
    const sent = messages.filter((message) => JSON.stringify(message).includes("[SYSTEM - AUTO-CONTINUATION]"));
    expect(sent).toHaveLength(10);
    await again.stop();
  });

  test("stays stopped after an interruption, however often the host says idle", async ({ world }) => {
    const server = await connect(world);
    const session = await server.startSession();
    world.model.use(inOrder(open, { text: "slow", delayMs: 20_000 }));
    const turn = server.say(session, "go").catch(() => undefined);
    await world.model.waitFor(() => world.model.requests.length >= 2);
    await server.post(`/session/${session}/abort`, {});
    await turn;
    await rested(world, "interrupted");
    expect(times(world, "continuing")).toBe(0);
    world.model.use(inOrder({ text: "Going on." }, done, { text: "Done." }));
    await server.say(session, "go on");
    await until(world, "continuing");
    await server.stop();
  });

  test("hears a person say stop", async ({ world }) => {
    const server = await connect(world);
    const session = await server.startSession();
    world.model.use(inOrder(open, { text: "Stopped." }));
    await server.say(session, "please stop, never mind");
    await rested(world, "stopped");
    expect(times(world, "continuing")).toBe(0);
    await server.stop();
  });

  test("waits twice as long after each error of the provider, and gives up", async ({ world }) => {
    const server = await connect(world, { countdownSeconds: 0.02, errorCooldownMs: 200 });
    const session = await server.startSession();
    const refused: Turn = { error: { status: 400, message: "bad request" } };
    world.model.use(firstOf(inOrder(open), () => refused));
    await server.say(session, "go").catch(() => undefined);
    await until(world, "paused");
    expect(times(world, "continuing")).toBe(5);
    expect(logged(world).find(({ message }) => message === "paused")?.data["why"]).toBe("5 errors in a row");
    const at = world.model.requests.slice(-6).map(({ arrivedAt }) => arrivedAt);
    for (const [n, ms] of [200, 400, 800, 1_600, 3_200].entries()) {
      expect(at[n + 1]! - at[n]!).toBeGreaterThanOrEqual(ms);
    }
    await server.stop();
  });

  test("a goal set in the middle is in the next request, once, and its tools answer at once", async ({ world }) => {
    const server = await connect(world);
    const session = await server.startSession();
    world.model.use(
      inOrder(
        goal,
        call("goal_validate", { looked_at: "x" }),
        call("goal_done"),
        { text: "It is done." },
        call("goal_validate"),
        call("goal_validate", { looked_at: "npm test: 12 passed" }),
        { text: "Validated." },
      ),
    );
    await server.say(session, "go");
    await rested(world, "nothing-left");
    const [first, second, third] = world.model.requests;
    const offered = first?.body["tools"] as readonly { function: { name: string; parameters: object } }[];
    expect(offered.find((tool) => tool.function.name === "goal_set")?.function.parameters).toMatchObject({
      properties: { title: { type: "string" }, done_condition: { type: "string" }, description: { type: "string" } },
      required: ["title", "done_condition"],
    });
    expect([
      timesIn(first, "<goal-context>"),
      timesIn(second, "<goal-context>"),
      timesIn(third, "<goal-context>"),
    ]).toEqual([0, 1, 1]);
    expect(third?.text).toContain("⚠️ The goal is still active. Use goal_done to mark it as completed first.");
    const asked = world.model.requests.find(({ lastUser }) => lastUser.includes("GOAL VALIDATION"));
    expect(asked?.text).toContain("🎉 Goal completed!");
    const last = world.model.requests.at(-1);
    expect(last?.text).toContain("say what was looked at");
    expect(last?.text).toContain("✅ Goal validated!");
    expect(timesIn(last, "<goal-context>")).toBe(0);
    expect(times(world, "continuing")).toBe(1);
    const file = join(world.home, ".local/share/opencode/plugin/agent-loop", session, "goal.json");
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ title: GOAL, status: "validated" });
    await server.stop();
  });

  test("a goal outlives compaction, and the next turn of the person succeeds", async ({ world }) => {
    const server = await connect(world, { taskLoop: false });
    const session = await server.startSession();
    const summary = when({ lastUser: "Here is the conversation so far" }, () => ({
      text: "<summary>So far.</summary>",
    }));
    world.model.use(firstOf(summary, inOrder(goal, { text: "Set." }, { text: "Still here." })));
    await server.say(session, "go");
    await server.compact(session);
    await server.say(session, "and now");
    const last = world.model.requests.at(-1);
    expect([timesIn(last, GOAL), timesIn(last, "<goal-context>")]).toEqual([1, 1]);
    await server.stop();
  });

  test("a subagent is not continued, and its parent is", async ({ world }) => {
    const server = await connect(world);
    const session = await server.startSession();
    const spawn = call("task", { description: "part", prompt: "Do a part", subagent_type: "general" });
    const inParent = inOrder(open, spawn, { text: "The part is there." }, done, { text: "Done." });
    world.model.use(
      firstOf(when({ isSubagent: true }, inOrder({ text: "Did it." })), when({ isSubagent: false }, inParent)),
    );
    await server.say(session, "go");
    await rested(world, "nothing-left");
    const sent = logged(world).filter(({ message }) => message === "continuing");
    expect(sent.map(({ data }) => data["sessionID"])).toEqual([session]);
    await server.stop();
  });
});
