import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { firstOf, inOrder, when, type ModelRequest, type Turn } from "../../src/hosts/model-server/turn.ts";
import { openClaude, openClaudeTerminal, runClaude } from "./kit/claude.ts";
import { openCodex, runCodex } from "./kit/codex.ts";
import { HOSTS, withSummaries, type Host } from "./kit/hosts.ts";
import { openOpenCode, runOpenCode } from "./kit/opencode.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";

describeOn(["claude"], "the scripted model", () => {
  test("answers it, and its tool call is carried out", async ({ world }) => {
    world.model.use(
      inOrder(
        { text: "I look.", calls: [{ name: "Bash", input: { command: "echo made > b.txt", description: "make" } }] },
        { text: "All made." },
      ),
    );
    const run = await runClaude(world, "make b.txt");
    expect(run).toMatchObject({ code: 0, result: "All made.", isLate: false });
    expect(existsSync(join(world.project, "b.txt"))).toBe(true);
    expect(world.model.requests).toHaveLength(2);
    expect(world.model.requests[0]).toMatchObject({ protocol: "anthropic", lastUser: "make b.txt" });
    expect(world.model.requests[0]?.tools).toContain("Bash");
  });

  test("talks with it for many turns in one process", async ({ world }) => {
    world.model.use(inOrder({ text: "one" }, { text: "two" }));
    const talk = openClaude(world);
    expect(await talk.say("first")).toBe("one");
    expect(await talk.say("second")).toBe("two");
    expect(await talk.end()).toMatchObject({ code: 0 });
    expect(world.model.requests.map(({ lastUser }) => lastUser)).toEqual(["first", "second"]);
  });
});

describeOn(["claude"], "the scripted model", () => {
  test("answers what a person types", async ({ world }) => {
    const terminal = await openClaudeTerminal(world);
    await terminal.type("make b.txt");
    // A title is asked for as well, without tools.
    const request = await world.model.waitFor(({ tools }) => tools.includes("Bash"));
    expect(request.lastUser).toBe("make b.txt");
    await terminal.stop();
  });
});

describeOn(["codex"], "the scripted model", () => {
  test("answers it, and its tool call is carried out", async ({ world }) => {
    world.model.use(
      inOrder({ calls: [{ name: "exec_command", input: { cmd: "echo made > b.txt" } }] }, { text: "All made." }),
    );
    const run = await runCodex(world, "make b.txt");
    expect(run).toMatchObject({ code: 0, isLate: false });
    expect(run.stdout).toContain("All made.");
    expect(existsSync(join(world.project, "b.txt"))).toBe(true);
    expect(world.model.requests).toHaveLength(2);
    expect(world.model.requests[0]).toMatchObject({ protocol: "responses", lastUser: "make b.txt" });
    expect(world.model.requests[0]?.tools).toContain("exec_command");
  });

  test("talks with it for many turns in one process", async ({ world }) => {
    const codex = await openCodex(world);
    const thread = await codex.startThread();
    await codex.say(thread, "first");
    await codex.say(thread, "second");
    expect(world.model.requests.map(({ lastUser }) => lastUser)).toEqual(["first", "second"]);
  });
});

describeOn(["opencode"], "the scripted model", () => {
  test("answers it, and its tool call is carried out", async ({ world }) => {
    world.model.use(
      inOrder(
        { calls: [{ name: "bash", input: { command: "echo made > b.txt", description: "make" } }] },
        { text: "All made." },
      ),
    );
    const run = await runOpenCode(world, "make");
    expect(run).toMatchObject({ code: 0, isLate: false });
    expect(run.stdout).toContain("All made.");
    expect(existsSync(join(world.project, "b.txt"))).toBe(true);
    expect(world.model.requests).toHaveLength(2);
    expect(world.model.requests[0]).toMatchObject({ protocol: "chat" });
    expect(world.model.requests[0]?.lastUser).toContain("make");
    expect(world.model.requests[0]?.tools).toContain("bash");
  });

  test("talks with it for many turns in one process", async ({ world }) => {
    const server = await openOpenCode(world);
    const session = await server.startSession();
    await server.say(session, "first");
    await server.say(session, "second");
    expect(world.model.requests.map(({ lastUser }) => lastUser)).toEqual(["first", "second"]);
  });
});

for (const host of HOSTS) {
  describeOn([host.cli], "a long conversation", () => {
    test("starts a subagent, compacts by itself and on demand, and goes on", async ({ world }) => {
      const look = (input: number): Turn => ({ calls: [host.shell("echo hello")], usage: { input } });
      const ofSubagent = when({ isSubagent: true }, inOrder({ text: "the part is done" }));
      const main = inOrder(look(100), look(200), look(host.fullInput), { text: "after it" });
      world.model.use(withSummaries(host, firstOf(ofSubagent, host.spawn("a part of it"), main)));
      const talk = await host.open(world);
      await talk.say("first");
      expect(summaries(world.model.requests, host)).toBe(1);
      await talk.say("second");
      await talk.compact();
      await talk.say("third");
      await talk.end();
      expect(summaries(world.model.requests, host)).toBe(2);
      const told = world.model.requests.filter(({ subagent }) => subagent !== undefined);
      expect(told.map(({ lastUser }) => lastUser)).toEqual(["a part of it"]);
      expect(world.model.requests.at(-1)?.text).toContain("third");
      expect(world.model.requests[4]?.text).toContain("echo hello");
      expect(world.model.requests.at(-1)?.text).not.toContain("echo hello");
    });
  });
}

const summaries = (requests: readonly ModelRequest[], { summaryRequest }: Host): number =>
  requests.filter(({ lastUser }) => lastUser.includes(summaryRequest)).length;
