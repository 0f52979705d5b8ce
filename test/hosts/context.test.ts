import { expect } from "vitest";
import { inOrder, type ModelRequest, type Turn } from "../../src/hosts/model-server/turn.ts";
import { connect } from "./kit/connect.ts";
import { HOSTS, timesIn, withSummaries } from "./kit/hosts.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";
import type { World } from "./kit/world.ts";

const GOAL = "dates are parsed without a library";
const BLOCK = "<holdfast-context";
const UNBOUND = "Holdfast: the plan dates";

async function makePlan(world: World): Promise<void> {
  await world.did("plan", "new", "Parse dates", "--slug", "dates", "--goal", GOAL, "--done-when", "the tests pass");
  await world.did("task", "add", "Read the year", "--id", "T1");
  await world.did("task", "add", "Read the month", "--id", "T2", "--parent", "T1");
}

const bind = (world: World, session: string) => world.did("session", "bind", "dates", "--session", session);

const blocks = (requests: readonly ModelRequest[]): readonly number[] =>
  requests.map((request) => timesIn(request, BLOCK));

for (const host of HOSTS) {
  describeOn([host.cli], "the plan's context", () => {
    test("is in the first request, once, and not told again while nothing moves", async ({ world }) => {
      await connect(world);
      await makePlan(world);
      const talk = await host.open(world);
      await bind(world, talk.session);
      world.model.use(inOrder({ calls: [host.shell("echo hello")] }));
      await talk.say("first");
      await talk.say("second");
      await talk.say("third");
      await talk.end();
      expect(blocks(world.model.requests)).toEqual([1, 1, 1, 1]);
      expect(timesIn(world.model.requests[0], GOAL)).toBe(1);
      // An answer that says nothing is none to the model either.
      expect(timesIn(world.model.requests.at(-1), "UserPromptSubmit")).toBe(0);
    });

    test("is told again where somebody else has changed the plan, as what has changed", async ({ world }) => {
      await connect(world);
      await makePlan(world);
      const talk = await host.open(world);
      await bind(world, talk.session);
      await talk.say("first");
      await world.did("task", "claim", "T1", "--session", "trae:somebody-else");
      await talk.say("second");
      await talk.say("third");
      await talk.end();
      expect(blocks(world.model.requests)).toEqual([1, 2, 2]);
      expect(timesIn(world.model.requests[0], "Changed: ")).toBe(0);
      expect(timesIn(world.model.requests[1], "Changed: ")).toBeGreaterThan(0);
      expect(timesIn(world.model.requests[2], GOAL)).toBe(1);
    });

    test("is there once after compaction, whether the host or a person asked for it", async ({ world }) => {
      await connect(world);
      await makePlan(world);
      const talk = await host.open(world);
      await bind(world, talk.session);
      const look = (input: number): Turn => ({ calls: [host.shell("echo hello")], usage: { input } });
      world.model.use(withSummaries(host, inOrder(look(100), look(200), look(host.fullInput), { text: "after it" })));
      await talk.say("first");
      expect(timesIn(world.model.requests.at(-1), BLOCK)).toBe(1);
      expect(timesIn(world.model.requests.at(-1), GOAL)).toBe(1);
      await talk.say("second");
      await talk.compact();
      await talk.say("third");
      await talk.end();
      const asked = world.model.requests.filter(({ lastUser }) => lastUser.includes(host.summaryRequest));
      expect(asked).toHaveLength(2);
      expect(timesIn(world.model.requests.at(-1), BLOCK)).toBe(1);
      expect(timesIn(world.model.requests.at(-1), GOAL)).toBe(1);
    });

    test("is nothing at all where there is no plan, or Holdfast is off", async ({ world }) => {
      await connect(world);
      await host.run(world, "hello");
      await makePlan(world);
      await host.run(world, "hello", { HOLDFAST: "off" });
      await host.run(world, "hello");
      expect(blocks(world.model.requests)).toEqual([0, 0, 0]);
      expect(world.model.requests.map((request) => timesIn(request, UNBOUND))).toEqual([0, 0, 1]);
      expect(world.model.requests[1]?.tools.filter((name) => name.startsWith(host.toolName("")))).toEqual([]);
    });

    test("is one line where the session is on no plan", async ({ world }) => {
      await connect(world);
      await makePlan(world);
      const talk = await host.open(world);
      await talk.say("first");
      await talk.say("second");
      await talk.end();
      expect(timesIn(world.model.requests[1], UNBOUND)).toBe(1);
      expect(timesIn(world.model.requests[1], BLOCK)).toBe(0);
    });

    test("still names the next action after thirty turns and a compaction", async ({ world }) => {
      await connect(world);
      await makePlan(world);
      const talk = await host.open(world);
      await bind(world, talk.session);
      await talk.say("first");
      await world.did("next", "write the test for leap years", "--file", "year.test.ts", "--session", talk.session);
      world.model.use(withSummaries(host, () => undefined));
      for (let turn = 2; turn <= 30; turn += 1) await talk.say(`turn ${turn}`);
      await talk.compact();
      await talk.say("go on");
      await talk.end();
      const last = world.model.requests.at(-1);
      expect(timesIn(last, BLOCK)).toBe(1);
      // Claude Code shows the model, after /compact, what the summariser was told as well.
      expect(timesIn(last, "Next: write the test for leap years (file: year.test.ts)")).toBeGreaterThan(0);
    });

    test("is cut by us where the plan is large, never by the host", async ({ world }) => {
      await connect(world);
      await makePlan(world);
      const long = Array.from({ length: 40 }, (_, at) => [
        "--constraint",
        `rule ${at}: ${"do not touch this ".repeat(25)}`,
      ]);
      await world.did("plan", "edit", ...long.flat());
      for (let task = 3; task < 40; task += 1) await world.did("task", "add", `Part ${task}: ${"long ".repeat(30)}`);
      const talk = await host.open(world);
      await bind(world, talk.session);
      await talk.say("first");
      await talk.end();
      const [first] = world.model.requests;
      expect(timesIn(first, BLOCK)).toBe(1);
      expect(timesIn(first, "</holdfast-context>")).toBe(1);
      expect(timesIn(first, "rule 0: ")).toBe(1);
      for (const cut of ["persisted-output", "Full hook output saved", "truncated"])
        expect(timesIn(first, cut)).toBe(0);
    });
  });
}
