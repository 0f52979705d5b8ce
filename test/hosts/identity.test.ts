import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { inOrder } from "../../src/hosts/model-server/turn.ts";
import { runClaude } from "./kit/claude.ts";
import { runCodex } from "./kit/codex.ts";
import { connect } from "./kit/connect.ts";
import { HOSTS, timesIn, type Host } from "./kit/hosts.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";
import type { World } from "./kit/world.ts";

const [claude, codex] = HOSTS as readonly [Host, Host, Host];

async function makePlan(world: World): Promise<void> {
  await connect(world);
  await world.did("plan", "new", "Parse dates", "--slug", "dates", "--goal", "no library");
  await world.did("task", "add", "Read the year", "--id", "T1");
}

const holderOf = async (world: World): Promise<string> =>
  JSON.parse(await world.did("task", "show", "T1", "--json")).task.claim?.session;

describeOn(["claude"], "a conversation taken up again", () => {
  test("is on its plan as it was; a fork of it is another session", async ({ world }) => {
    await makePlan(world);
    const id = randomUUID();
    await world.did("session", "bind", "dates", "--session", `claude:${id}`);
    await runClaude(world, "first", { args: ["--session-id", id] });
    await runClaude(world, "second", { args: ["--resume", id] });
    expect(timesIn(world.model.requests.at(-1), "the writer of this plan")).toBeGreaterThan(0);

    world.model.use(inOrder({ calls: [claude.tool("task", { action: "claim", id: "T1" })] }));
    const fork = await runClaude(world, "third", { args: ["--resume", id, "--fork-session"] });
    const forked = fork.messages.findLast(({ type }) => type === "result")?.["session_id"];
    expect(forked).not.toBe(id);
    const [asked] = world.model.requests.filter(({ lastUser }) => lastUser.includes("third"));
    expect(timesIn(asked, "this session is not bound to it")).toBe(1);
    expect(await world.did("session", "list", "--json")).not.toContain(id);
    expect(await holderOf(world)).toBe(`claude:${String(forked)}`);
  });
});

describeOn(["codex"], "a conversation taken up again", () => {
  test("is on its plan as it was", async ({ world }) => {
    await makePlan(world);
    const run = await runCodex(world, "first");
    const thread = String(run.events.find(({ type }) => type === "thread.started")?.["thread_id"]);
    await world.did("session", "bind", "dates", "--session", `codex:${thread}`);
    world.model.use(inOrder({ calls: [codex.tool("task", { action: "claim", id: "T1" })] }));
    await runCodex(world, "second", { args: ["resume", thread] });
    expect(timesIn(world.model.requests.at(-1), "the writer of this plan")).toBeGreaterThan(0);
    expect(await holderOf(world)).toBe(`codex:${thread}`);
  });
});
