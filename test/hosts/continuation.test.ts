import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { inOrder, type ModelRequest, type Turn } from "../../src/hosts/model-server/turn.ts";
import { openClaudeTerminal, untilConnected } from "./kit/claude.ts";
import { openCodex, type CodexServer } from "./kit/codex.ts";
import { connect } from "./kit/connect.ts";
import { HOSTS, type Host } from "./kit/hosts.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";
import type { World } from "./kit/world.ts";

const [claude, codex] = HOSTS as readonly [Host, Host, Host];

async function makePlan(world: World, tasks = 3): Promise<void> {
  await world.did("plan", "new", "Parse dates", "--slug", "dates", "--goal", "no library", "--done-when", "tests pass");
  for (let task = 1; task <= tasks; task += 1) await world.did("task", "add", `Part ${task}`, "--id", `T${task}`);
}

const bind = (world: World, session: string) => world.did("session", "bind", "dates", "--session", session);

const CONTINUATION = /holdfast-continuation turn="(\d+)"/;

/** The numbers of the turns that the host was sent into, in order; what a model calls within one is not a turn. */
const continued = (requests: readonly ModelRequest[]): readonly number[] =>
  requests.flatMap(({ lastUser }, at) => {
    const number = CONTINUATION.exec(lastUser)?.[1];
    return number === undefined || lastUser === requests[at - 1]?.lastUser ? [] : [Number(number)];
  });

async function begin(world: World): Promise<{ readonly server: CodexServer; readonly thread: string }> {
  const server = await openCodex(world);
  const thread = await server.startThread();
  await bind(world, `codex:${thread}`);
  return { server, thread };
}

describeOn(["codex"], "a grant", () => {
  test("sends a stuck agent back three times, and ends with the person's stop", async ({ world }) => {
    await connect(world);
    await makePlan(world);
    const { server, thread } = await begin(world);
    await world.did("task", "claim", "T1", "--session", `codex:${thread}`);
    const said = async (text: string): Promise<readonly number[]> => {
      const before = world.model.requests.length;
      await server.say(thread, text);
      return continued(world.model.requests.slice(before));
    };
    expect(await said("hello")).toEqual([]);
    expect(await said("proceed")).toEqual([1, 2, 3]);
    // With a task in hand, whatever a person says lets it go on for a while.
    expect(await said("and the second part")).toHaveLength(3);
    expect(await said("stop")).toEqual([]);
    expect(await said("what is the time")).toEqual([]);
    expect(await said("proceed")).toHaveLength(3);
    await server.finish();
  });

  test("lasts while there is progress, and ends with the work", async ({ world }) => {
    await connect(world);
    await makePlan(world, 5);
    const { server, thread } = await begin(world);
    const doing = (id: string): readonly Turn[] => [
      { calls: [codex.tool("task", { action: "claim", id })] },
      { calls: [codex.tool("note", { kind: "output", task: id, text: "it is written and tested" })] },
      { calls: [codex.tool("task", { action: "implemented", id })] },
      { calls: [codex.tool("task", { action: "done", id })] },
      { text: `${id} is done.` },
    ];
    world.model.use(inOrder(...["T1", "T2", "T3", "T4", "T5"].flatMap(doing)));
    await server.say(thread, "proceed");
    await server.finish();
    expect(continued(world.model.requests)).toEqual([1, 2, 3, 4]);
    expect(await world.did("task", "count", "--status", "done")).toMatch(/^5\b/);
  });

  test("neither begins anew nor doubles where the host is killed and started again", async ({ world }) => {
    await connect(world);
    await makePlan(world);
    const { server, thread } = await begin(world);
    world.model.use(async ({ lastUser }) => {
      if (CONTINUATION.test(lastUser)) await server.stop();
      return undefined;
    });
    await server.say(thread, "proceed").catch(() => undefined);
    expect(continued(world.model.requests)).toEqual([1]);

    world.model.use(() => undefined);
    const again = await openCodex(world);
    const config = { bypass_hook_trust: true };
    await again.call("thread/resume", { threadId: thread, cwd: world.project, config });
    await again.say(thread, "hello again");
    await again.finish();
    // What the person says allows three turns without progress anew; those of the grant are counted on.
    expect(continued(world.model.requests)).toEqual([1, 2, 3, 4]);
  });

  test("is nothing to a plan that was given up", async ({ world }) => {
    await connect(world);
    await makePlan(world);
    const { server, thread } = await begin(world);
    world.model.use(inOrder({ calls: [codex.tool("plan_write", { action: "abort", why: "not needed" })] }));
    await server.say(thread, "proceed");
    await server.finish();
    expect(continued(world.model.requests)).toEqual([]);
  });
});

describeOn(["claude"], "a grant", () => {
  test("sends a stuck agent back three times, and no more", async ({ world }) => {
    await connect(world);
    await makePlan(world);
    const id = randomUUID();
    const terminal = await openClaudeTerminal(world, { args: ["--session-id", id] });
    await bind(world, `claude:${id}`);
    await untilConnected(world, terminal);
    await terminal.type("proceed");
    await world.model.waitFor(({ lastUser }) => CONTINUATION.exec(lastUser)?.[1] === "3");
    await terminal.type("are you there");
    // A title is asked for as well, without tools.
    await world.model.waitFor(({ lastUser, tools }) => lastUser === "are you there" && tools.length > 0);
    expect(continued(world.model.requests)).toEqual([1, 2, 3]);
    await terminal.stop();
  });

  test("ends with the person's stop, and with their Esc", async ({ world }) => {
    await connect(world);
    await makePlan(world);
    const id = randomUUID();
    const terminal = await openClaudeTerminal(world, { args: ["--session-id", id] });
    await bind(world, `claude:${id}`);
    await world.did("task", "claim", "T1", "--session", `claude:${id}`);
    await untilConnected(world, terminal);
    /** The turns that the agent was ever sent into, once it has read a prompt that follows in the same breath. */
    const after = async (text: string): Promise<ReadonlySet<number>> => {
      await terminal.type(text);
      await world.model.waitFor(({ lastUser, tools }) => lastUser.trimEnd().endsWith(text) && tools.length > 0);
      return new Set(continued(world.model.requests));
    };
    world.model.use(({ lastUser }) =>
      lastUser.trimEnd().endsWith("</holdfast-continuation>") ? { text: "Working.", delayMs: 60_000 } : undefined,
    );
    await terminal.type("proceed");
    await world.model.waitFor(({ lastUser }) => CONTINUATION.exec(lastUser)?.[1] === "1");
    terminal.press("\u001B");
    await terminal.shows("Interrupted");
    expect(await after("stop")).toEqual(new Set([1]));
    expect(await after("what is the time")).toEqual(new Set([1]));
    expect(await after("and the date")).toEqual(new Set([1]));
    await terminal.stop();
  });

  test("waits while the host is in its plan mode", async ({ world }) => {
    await connect(world);
    await makePlan(world);
    const id = randomUUID();
    const terminal = await openClaudeTerminal(world, { args: ["--session-id", id], isPlanning: true });
    await bind(world, `claude:${id}`);
    await untilConnected(world, terminal);
    for (const text of ["proceed", "what do you think"]) {
      await terminal.type(text);
      await world.model.waitFor(({ lastUser, tools }) => lastUser.includes(text) && tools.length > 0);
    }
    expect(continued(world.model.requests)).toEqual([]);
    terminal.press("\u001B[Z");
    await terminal.type("and now do it");
    await world.model.waitFor(({ lastUser }) => CONTINUATION.exec(lastUser)?.[1] === "1");
    await terminal.stop();
  });

  test("neither begins anew nor doubles where the host is killed and started again", async ({ world }) => {
    await connect(world);
    await makePlan(world);
    const id = randomUUID();
    const first = await openClaudeTerminal(world, { args: ["--session-id", id] });
    await bind(world, `claude:${id}`);
    await untilConnected(world, first);
    world.model.use(({ lastUser }) =>
      CONTINUATION.test(lastUser) ? { text: "Working.", delayMs: 60_000 } : undefined,
    );
    await first.type("proceed");
    await world.model.waitFor(({ lastUser }) => CONTINUATION.exec(lastUser)?.[1] === "1");
    await first.stop();

    world.model.use(() => undefined);
    const again = await openClaudeTerminal(world, { args: ["--resume", id] });
    await untilConnected(world, again);
    await world.model.waitFor(({ lastUser }) => CONTINUATION.exec(lastUser)?.[1] === "4");
    await expect.poll(() => world.did("mode", "--session", `claude:${id}`), { timeout: 20_000 }).toMatch(/progress/);
    expect(continued(world.model.requests)).toEqual([1, 2, 3, 4]);
    await again.stop();
  });
});

for (const host of [claude, codex]) {
  describeOn([host.cli], "a headless run", () => {
    test("gets no grant, whatever its prompt says", async ({ world }) => {
      await connect(world);
      await makePlan(world);
      const run = await host.run(world, "proceed", { HOLDFAST_PLAN: "dates" });
      expect(run.code).toBe(0);
      expect(world.model.requests.map(({ lastUser }) => lastUser)).toEqual(["proceed"]);
    });
  });
}
