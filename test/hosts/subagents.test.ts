import { join } from "node:path";
import { expect } from "vitest";
import { firstOf, inOrder, when, type Script, type ToolCall } from "../../src/hosts/model-server/turn.ts";
import { connect } from "./kit/connect.ts";
import { HOSTS, timesIn } from "./kit/hosts.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";
import type { World } from "./kit/world.ts";

async function makePlan(world: World): Promise<void> {
  await world.did("plan", "new", "Parse dates", "--slug", "dates");
  await world.did("task", "add", "Read the year", "--id", "T1");
  await world.did("task", "add", "Read the month", "--id", "T2");
}

const taskOf = async (world: World, id: string) => JSON.parse(await world.did("task", "show", id, "--json")).task;

const says = (task: string, text: string) =>
  when({ isSubagent: true }, (request) => (request.text.includes(`Task ID: ${task}`) ? { text } : undefined));

for (const host of HOSTS) {
  describeOn([host.cli], "the end of a subagent", () => {
    test("closes the attempt at its task as it says", async ({ world }) => {
      await connect(world);
      await makePlan(world);
      const talk = await host.open(world);
      await world.did("session", "bind", "dates", "--session", talk.session);
      world.model.use(
        firstOf(says("T1", "No way.\nResult: blocked: no network"), host.spawn("Task ID: T1\nRead the year.")),
      );
      await talk.say("go");
      await talk.end();
      expect(await taskOf(world, "T1")).toMatchObject({
        status: "blocked",
        attemptCount: 1,
        attempts: [{ end: "blocked", note: "no network" }],
      });
    });
  });
}

for (const host of HOSTS) {
  describeOn([host.cli], "a subagent on a task that is not there", () => {
    test("is started all the same; it and who starts it are told", async ({ world }) => {
      await connect(world);
      await makePlan(world);
      const talk = await host.open(world);
      await world.did("session", "bind", "dates", "--session", talk.session);
      world.model.use(firstOf(says("T9", "It is done."), host.spawn("Task ID: T9\nRead the day.")));
      await talk.say("go");
      await talk.end();
      const { requests } = world.model;
      const [agent] = requests.filter(({ text, subagent }) => subagent !== undefined && text.includes("Task ID: T9"));
      expect(timesIn(agent, "has no task T9, so none is claimed for you")).toBe(1);
      const starter = requests.findLast(({ subagent }) => subagent === undefined);
      expect(timesIn(starter, "the plan dates has no task T9, so none is claimed for this subagent")).toBe(1);
      expect(timesIn(starter, "It is done.")).toBeGreaterThan(0);
    });
  });
}

describeOn(["claude"], "two subagents at once", () => {
  test("each end their own attempt, and the one that started them hears of it", async ({ world }) => {
    const claude = HOSTS.find(({ cli }) => cli === "claude")!;
    await connect(world);
    await makePlan(world);
    const talk = await claude.open(world);
    await world.did("session", "bind", "dates", "--session", talk.session);
    const call = (id: string) => ({
      name: "Agent",
      input: { description: "part", prompt: `Task ID: ${id}\nDo it.`, subagent_type: "general-purpose" },
    });
    world.model.use(
      firstOf(
        says("T1", "Done.\nResult: implemented"),
        says("T2", "Oh.\nResult: failed: it broke"),
        inOrder({ calls: [call("T1"), call("T2")] }, { text: "both are back" }),
      ),
    );
    await talk.say("go");
    await talk.end();
    expect(await taskOf(world, "T1")).toMatchObject({ status: "implemented", attemptCount: 1 });
    expect(await taskOf(world, "T2")).toMatchObject({ status: "failed", attemptCount: 1 });
    const last = world.model.requests.at(-1)?.text;
    expect(last).toContain("T1 is implemented");
    expect(last).toContain("T2 is failed: it broke");
  });
});

describeOn(["claude"], "what two subagents at once change", () => {
  test("is the one's whose tool wrote it; what a shell wrote is nobody's", async ({ world }) => {
    const claude = HOSTS.find(({ cli }) => cli === "claude")!;
    await connect(world);
    await makePlan(world);
    const talk = await claude.open(world);
    await world.did("session", "bind", "dates", "--session", talk.session);
    const [one, two] = ["one.txt", "two.txt"].map((name) => join(world.project, name)) as [string, string];
    const call = (id: string) => ({
      name: "Agent",
      input: { description: "part", prompt: `Task ID: ${id}\nDo it.`, subagent_type: "general-purpose" },
    });
    // Neither ends before both have written.
    const written = new Set<string>();
    let goOn = (): void => undefined;
    const bothHave = new Promise<void>((resolve) => (goOn = resolve));
    const does = (id: string, tool: ToolCall): Script => {
      let asked = 0;
      return when({ isSubagent: true }, async (request) => {
        if (!request.text.includes(`Task ID: ${id}`)) return undefined;
        if (asked++ === 0) return { calls: [tool] };
        if (written.add(id).size === 2) goOn();
        await bothHave;
        return { text: "Done.\nResult: implemented" };
      });
    };
    world.model.use(
      firstOf(
        does("T1", { name: "Write", input: { file_path: one, content: "by a tool\n" } }),
        does("T2", { name: "Bash", input: { command: `echo by a command > ${two}`, description: "write" } }),
        inOrder({ calls: [call("T1"), call("T2")] }, { text: "both are back" }),
      ),
    );
    await talk.say("go");
    await talk.end();
    const files = async (id: string) => (await taskOf(world, id)).attempts[0].files;
    expect(await files("T1")).toMatchObject({ basis: "tree", own: ["one.txt"] });
    expect(await files("T2")).toMatchObject({ basis: "tree", own: [], unattributed: ["two.txt"] });
  });
});
