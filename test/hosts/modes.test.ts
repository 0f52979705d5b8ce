import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { MODES } from "../../src/continuation/mode.ts";
import type { ModelRequest } from "../../src/hosts/model-server/turn.ts";
import { openClaudeTerminal, untilConnected } from "./kit/claude.ts";
import { openCodex } from "./kit/codex.ts";
import { connect } from "./kit/connect.ts";
import { HOSTS, withSummaries } from "./kit/hosts.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";
import type { World } from "./kit/world.ts";

const PLANNING = MODES.filter((mode) => mode !== "proceed");

/** What a model is told of a mode in which the plan is talked over. */
const TOLD = /Mode: ([a-z]+) \(the plan is being talked over: do not implement anything\)/g;

async function planFor(world: World, session: string): Promise<void> {
  await connect(world);
  await world.did("plan", "new", "Parse dates", "--slug", "dates", "--goal", "g", "--done-when", "d");
  await world.did("task", "add", "Read the year", "--id", "T1");
  await world.did("session", "bind", "dates", "--session", session);
  await world.did("task", "claim", "T1", "--session", session);
}

const CONTINUATION = /holdfast-continuation turn="(\d+)"/;

/** How many turns the host was sent into; what a model calls within one is none. */
const continued = (requests: readonly ModelRequest[]): number =>
  requests.filter(({ lastUser }, at) => CONTINUATION.test(lastUser) && lastUser !== requests[at - 1]?.lastUser).length;

/** Has something happen while the model answers a prompt, the first time: what was allowed by it is still whole then. */
function changeDuring(world: World, prompt: string, act: () => Promise<unknown>) {
  let hasRun = false;
  world.model.use(async ({ lastUser, tools }) => {
    if (hasRun || lastUser !== prompt || tools.length === 0) return undefined;
    hasRun = true;
    await act();
    return { text: "as you say" };
  });
  return { hasRun: () => hasRun };
}

const modeIn = async (world: World, session: string): Promise<unknown> =>
  (JSON.parse(await world.did("mode", "--session", session, "--json")) as { readonly mode: unknown }).mode;

for (const host of HOSTS) {
  describeOn([host.cli], "a mode", () => {
    test("in which the plan is talked over is told at the start and after each compaction", async ({ world }) => {
      await connect(world);
      const talk = await host.open(world);
      await planFor(world, talk.session);
      world.model.use(withSummaries(host, () => ({ text: "as you say" })));
      for (const [at, mode] of PLANNING.entries()) {
        await world.did("mode", mode, "--session", talk.session);
        // There has to be something to compact.
        if (at > 0) for (const text of ["more", "and more"]) await talk.say(text);
        if (at > 0) await talk.compact();
        await talk.say(`hello ${at}`);
        const last = world.model.requests.findLast(({ lastUser }) => lastUser.includes(`hello ${at}`));
        // A host may keep what stood there before; what was said last holds.
        const told = [...(last?.text ?? "").matchAll(TOLD)].at(-1)?.[1];
        expect(told).toBe(mode);
      }
      await talk.end();
    });
  });
}

describeOn(["codex"], "a mode", () => {
  test.for(PLANNING)(
    "that a person's command sets (%s) lets nothing go on until they say proceed",
    async (mode, { world }) => {
      await connect(world);
      const codex = await openCodex(world);
      const thread = await codex.startThread();
      const session = `codex:${thread}`;
      await planFor(world, session);
      const said = async (text: string): Promise<number> => {
        const before = world.model.requests.length;
        await codex.say(thread, text);
        return continued(world.model.requests.slice(before));
      };
      const early = changeDuring(world, "proceed", () => world.did("mode", mode, "--session", session));
      expect(await said("proceed")).toBe(0);
      expect(early.hasRun()).toBe(true);
      expect(await said("$holdfast-proceed")).toBe(3);
      expect(await said(`$holdfast-${mode} the months too`)).toBe(0);
      expect(await modeIn(world, session)).toBe(mode);
      // With a task in hand this would let it go on, were it not for the mode.
      expect(await said("and the days")).toBe(0);
      expect(await said("$holdfast-proceed")).toBe(3);
      expect(await modeIn(world, session)).toBe("proceed");
      await codex.finish();
    },
  );
});

describeOn(["claude"], "a mode", () => {
  test("that a person's command sets lets nothing go on until they say proceed", async ({ world }) => {
    const id = randomUUID();
    const session = `claude:${id}`;
    await planFor(world, session);
    const terminal = await openClaudeTerminal(world, { args: ["--session-id", id] });
    await untilConnected(world, terminal);
    /** Says something; the next words are typed only once the model has had these. */
    const say = async (text: string, reaches = text): Promise<void> => {
      await terminal.type(text);
      await world.model.waitFor(({ lastUser, tools }) => lastUser.includes(reaches) && tools.includes("Bash"));
    };
    const early = changeDuring(world, "proceed", () => world.did("mode", "deep", "--session", session));
    await say("proceed");
    await say("what is the time");
    expect([early.hasRun(), continued(world.model.requests)]).toEqual([true, 0]);
    await terminal.type("/holdfast:proceed");
    await world.model.waitFor(({ lastUser }) => CONTINUATION.exec(lastUser)?.[1] === "3");
    for (const [mode, asked] of [
      ["new", "Propose a title and a slug"],
      ["plan", "Refine the plan in hand"],
    ] as const) {
      await say(`/holdfast:${mode} part ${mode}`, asked);
      await say(`and then ${mode}`);
      expect(await modeIn(world, session)).toBe(mode);
    }
    for (const mode of ["design", "deep"] as const) {
      await world.did("mode", mode, "--session", session);
      await say(`think about ${mode}`);
      await say(`and then ${mode}`);
    }
    expect(continued(world.model.requests)).toBe(3);
    await terminal.type("/holdfast:proceed");
    await world.model.waitFor(({ lastUser }) => CONTINUATION.exec(lastUser)?.[1] === "6");
    expect(await modeIn(world, session)).toBe("proceed");
    await terminal.stop();
  });
});
