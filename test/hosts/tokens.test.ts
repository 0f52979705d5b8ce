import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { readMeter as readClaude } from "../../src/hosts/claude/meter.ts";
import { readMeter as readCodex } from "../../src/hosts/codex/meter.ts";
import { inOrder } from "../../src/hosts/model-server/turn.ts";
import { runClaude } from "./kit/claude.ts";
import { openCodex } from "./kit/codex.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";

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
