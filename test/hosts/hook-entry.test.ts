import { expect } from "vitest";
import { HOOK_TOOL } from "../../src/hosts/hook-template.ts";
import { firstOf, inOrder, when } from "../../src/hosts/model-server/turn.ts";
import { openClaude } from "./kit/claude.ts";
import { HOSTS, mentions, timesIn, withSummaries } from "./kit/hosts.ts";
import { NEW_PLAN } from "./kit/plan-calls.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";
import type { World } from "./kit/world.ts";

interface StatusTask {
  readonly id: string;
  readonly claim?: { readonly session: string };
}

const statusOf = async (world: World) =>
  JSON.parse(await world.did("status", "--plan", "dates", "--json")) as { readonly tasks: readonly StatusTask[] };

for (const host of HOSTS.filter(({ cli }) => cli !== "opencode")) {
  describeOn([host.cli], "hooks by the MCP server", () => {
    test("tell the model what others have changed, once, and say nothing else", async ({ world }) => {
      await world.did("init", "--yes");
      await world.did("plan", "new", "Parse dates", "--slug", "dates");
      await world.did("task", "add", "Read the year", "--id", "T1");
      const talk = await host.open(world);
      await world.did("session", "bind", "dates", "--session", talk.session);
      await talk.say("first");
      await world.did("task", "claim", "T1", "--session", "trae:somebody-else");
      world.model.use(inOrder({ calls: [host.shell("echo hello")] }));
      await talk.say("second");
      await talk.say("third");
      await talk.end();
      const told = world.model.requests.map((request) => timesIn(request, "T1 claimed by trae:somebody-else"));
      expect(told[0]).toBe(0);
      expect(told.slice(1).every((times) => times === 1)).toBe(true);
      expect(mentions(world.model.requests.at(-1), "hook error")).toBe(false);
    });

    test("are not for the model: it is offered no such tool, and told that there is none", async ({ world }) => {
      await world.did("init", "--yes");
      world.model.use(inOrder({ calls: [host.tool(HOOK_TOOL, { host: host.cli, hook_event_name: "Stop" })] }));
      const talk = await host.open(world);
      await talk.say("go");
      await talk.end();
      expect(world.model.requests[0]?.tools).not.toContain(host.toolName(HOOK_TOOL));
      expect(world.model.requests[1]?.text).toMatch(/No such tool available|unsupported call/);
    });

    test("tell a subagent's calls from its parent's", async ({ world }) => {
      await world.did("init", "--yes");
      const claim = { calls: [host.tool("task", { action: "claim", id: "T1" })] };
      world.model.use(
        firstOf(
          when({ isSubagent: true }, inOrder(claim, { text: "claimed" })),
          inOrder({ calls: [host.tool("plan_write", NEW_PLAN)] }),
          host.spawn("take T1"),
        ),
      );
      const talk = await host.open(world);
      await talk.say("go");
      const { tasks } = await statusOf(world);
      await talk.end();
      const holder = tasks.find(({ id }) => id === "T1")?.claim?.session ?? "";
      expect(holder.startsWith(`${talk.session}+`)).toBe(true);
    });
  });
}

describeOn(["claude"], "hooks by the MCP server", () => {
  test("tell whoever writes the summary what not to lose", async ({ world }) => {
    await world.did("init", "--yes");
    await world.did("plan", "new", "Parse dates", "--slug", "dates");
    await world.did("next", "read the schema", "--plan", "dates");
    const [host] = HOSTS;
    const talk = await host!.open(world);
    await world.did("session", "bind", "dates", "--session", talk.session);
    world.model.use(withSummaries(host!, inOrder({ calls: [host!.shell("echo hello")] })));
    await talk.say("first");
    await talk.compact();
    await talk.end();
    const summary = world.model.requests.find((request) => mentions(request, host!.summaryRequest));
    expect(timesIn(summary, "Keep in the summary: this session works on the Holdfast plan dates")).toBe(1);
  });

  test("tell which session it is after /clear", async ({ world }) => {
    await world.did("init", "--yes");
    const make = { calls: [{ name: "mcp__holdfast__plan_write", input: NEW_PLAN }] };
    world.model.use(firstOf(when({ lastUser: "begin" }, inOrder(make))));
    const talk = openClaude(world);
    await talk.say("before");
    await talk.say("/clear");
    await talk.say("begin");
    const { items } = JSON.parse(await world.did("session", "list", "--json")) as { items: { session: string }[] };
    const { messages } = await talk.end();
    const ids = [...new Set(messages.flatMap(({ session_id: id }) => (typeof id === "string" ? [id] : [])))];
    expect(ids.length).toBe(2);
    expect(items.map(({ session }) => session)).toEqual([`claude:${ids[1]}`]);
  });
});
