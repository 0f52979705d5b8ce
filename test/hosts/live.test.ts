import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { trustAll } from "./kit/trust.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";
import type { World } from "./kit/world.ts";

/** What `doctor --live` finds, a level each. */
async function live(world: World, host: string): Promise<readonly (readonly [level: string, message: string])[]> {
  const { stdout, code } = await world.holdfast("doctor", "--live", host, "--json");
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly { level: string; message: string }[] };
  expect(code).toBe(findings.some(({ level }) => level === "problem") ? 1 : 0);
  // Whatever the host's own settings say of models: nobody but the doctor's was asked.
  expect(world.model.requests).toEqual([]);
  return findings.map(({ level, message }) => [level, message]);
}

const ARRIVED = ["ok", "the plan reached the model with the first request"];
const AGAIN = ["ok", "and again, once, after a compaction"];
const LOST = ["problem", "the plan did not reach the model with the first request"];

const prepare = async (world: World, host: string): Promise<void> => {
  await world.did("plan", "new", "Parse dates", "--slug", "dates", "--goal", "parsed");
  await world.did("init", "--yes", "--host", host);
};

describeOn(["claude"], "doctor --live", () => {
  test("sees the plan arrive, after a compaction too, and sees when it does not", async ({ world }) => {
    await prepare(world, "claude");
    const env = { ANTHROPIC_BASE_URL: world.model.url, ANTHROPIC_API_KEY: "another" };
    const file = join(world.home, ".claude", "settings.json");
    writeFileSync(file, JSON.stringify({ env }));
    expect(await live(world, "claude")).toEqual([ARRIVED, AGAIN]);
    writeFileSync(file, JSON.stringify({ env, disableAllHooks: true }));
    expect((await live(world, "claude"))[0]).toEqual(LOST);
  });
});

describeOn(["codex"], "doctor --live", () => {
  test("sees nothing arrive while hooks are not trusted, and all once they are", async ({ world }) => {
    await prepare(world, "codex");
    expect((await live(world, "codex"))[0]).toEqual(LOST);
    await trustAll(world);
    expect(await live(world, "codex")).toEqual([ARRIVED, AGAIN]);
  });
});

describeOn(["opencode"], "doctor --live", () => {
  test("sees the plan arrive, after a compaction too", async ({ world }) => {
    await prepare(world, "opencode");
    expect(await live(world, "opencode")).toEqual([ARRIVED, AGAIN]);
  });
});
