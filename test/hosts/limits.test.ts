import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { readMeter as readClaude } from "../../src/hosts/claude/meter.ts";
import { readMeter as readCodex } from "../../src/hosts/codex/meter.ts";
import { inOrder } from "../../src/hosts/model-server/turn.ts";
import { runClaude } from "./kit/claude.ts";
import { openCodex } from "./kit/codex.ts";
import { hasTerminal, typeAtTerminal } from "../kit/terminal.ts";
import { connect } from "./kit/connect.ts";
import { projectRoot } from "./kit/root.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";
import type { World } from "./kit/world.ts";

/** The only transcript below a folder. */
function transcriptIn(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const found = names.filter((name) => name.endsWith(".jsonl"));
  expect(found).toHaveLength(1);
  return join(folder, found[0]!);
}

const first = { input: 1_000, output: 50 };
const second = { input: 1_200, output: 10 };

describeOn(["claude"], "the transcript", () => {
  test("tells how many tokens were used", async ({ world }) => {
    const calls = [{ name: "Bash", input: { command: "ls" } }];
    world.model.use(inOrder({ text: "I look", calls, usage: first }, { text: "done", usage: second }));
    await runClaude(world, "hello");
    expect(readClaude(transcriptIn(join(world.home, ".claude", "projects")))).toBe(2_260);
  });
});

describeOn(["codex"], "the transcript", () => {
  test("tells how many tokens were used", async ({ world }) => {
    const calls = [{ name: "exec_command", input: { cmd: "ls" } }];
    world.model.use(inOrder({ calls, usage: first }, { text: "done", usage: second }));
    const server = await openCodex(world);
    await server.say(await server.startThread(), "hello");
    await server.finish();
    expect(readCodex(transcriptIn(join(world.home, ".codex", "sessions")))).toBe(2_260);
  });
});

const CONTINUATION = /holdfast-continuation turn="(\d+)"/;

/** What a person types in a terminal of their own, beside the host. */
const type = ({ project, env }: World, ...words: readonly string[]): Promise<string> =>
  typeAtTerminal([process.execPath, join(projectRoot, "dist", "holdfast.js"), ...words], { cwd: project, env });

/** Lets the agent go on in a conversation that a person begins, and tells what it was sent into. */
async function goOn(world: World, ...grant: readonly string[]): Promise<readonly string[]> {
  await connect(world);
  await world.did("plan", "new", "Dates", "--slug", "dates");
  for (const task of ["one", "two", "three"]) await world.did("task", "add", task);
  const server = await openCodex(world);
  const thread = await server.startThread();
  await world.did("session", "bind", "dates", "--session", `codex:${thread}`);
  expect(await type(world, "continue", ...grant)).toContain("turns left");
  await server.say(thread, "hello");
  await server.say(thread, "what is the time");
  await server.finish();
  return world.model.requests.map(({ lastUser }) => lastUser).filter((text) => CONTINUATION.test(text));
}

describeOn(["codex"], "a grant that a person gives at a terminal", () => {
  test.skipIf(!hasTerminal)("ends with one wrap-up", async ({ world }) => {
    const prompts = await goOn(world, "--turns", "3", "--stall", "9");
    expect(prompts.map((text) => CONTINUATION.exec(text)?.[1])).toEqual(["1", "2", "3"]);
    expect(prompts.map((text) => text.includes("last turn"))).toEqual([false, false, true]);
  });

  test.skipIf(!hasTerminal)("ends with its tokens", async ({ world }) => {
    world.model.use(() => ({ text: "on it", usage: { input: 1_000, output: 100 } }));
    const prompts = await goOn(world, "--turns", "50", "--tokens", "2000", "--stall", "9");
    // The turn that the person began is not counted; the second that was unattended is over the limit.
    expect(prompts.map((text) => CONTINUATION.exec(text)?.[1])).toEqual(["1", "2", "3"]);
    expect(prompts.at(-1)).toContain("last turn");
  });
});

describeOn(["codex"], "an interruption", () => {
  test("holds until the person says something, and takes no turn", async ({ world }) => {
    await connect(world);
    await world.did("plan", "new", "Dates", "--slug", "dates");
    await world.did("task", "add", "one");
    const server = await openCodex(world);
    const threadId = await server.startThread();
    await world.did("session", "bind", "dates", "--session", `codex:${threadId}`);
    // The answer to the first turn by itself never comes.
    const isFirst = (text: string): boolean => CONTINUATION.exec(text)?.[1] === "1";
    world.model.use(({ lastUser }) => (isFirst(lastUser) ? { text: "on it", delayMs: 60_000 } : undefined));
    const { turn } = await server.call("turn/start", { threadId, input: [{ type: "text", text: "proceed" }] });
    await world.model.waitFor(({ lastUser }) => isFirst(lastUser));
    await server.call("turn/interrupt", { threadId, turnId: (turn as { id: string }).id });
    const grant = async () =>
      JSON.parse(await world.did("mode", "--session", `codex:${threadId}`, "--json")) as { grant: object };
    await expect.poll(grant, { timeout: 20_000 }).toMatchObject({ grant: { paused: "interrupted", used: 1 } });
    await server.say(threadId, "what is the time");
    expect((await grant()).grant).toMatchObject({ turns: 20, used: 4 });
    await server.finish();
  });
});
