import { join } from "node:path";
import { expect } from "vitest";
import { inOrder, type ToolCall } from "../../src/hosts/model-server/turn.ts";
import { hasTerminal, typeAtTerminal } from "../kit/terminal.ts";
import { connect } from "./kit/connect.ts";
import { HOSTS } from "./kit/hosts.ts";
import { projectRoot } from "./kit/root.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";
import type { World } from "./kit/world.ts";

interface Seen {
  readonly id: string;
  readonly observed: { readonly outcome: string; readonly why: string } | null;
}

const seen = async (world: World): Promise<Readonly<Record<string, string>>> => {
  const { items } = JSON.parse(await world.did("check", "list", "--json")) as { readonly items: readonly Seen[] };
  return Object.fromEntries(items.map(({ id, observed }) => [id, observed?.outcome ?? "nothing"]));
};

/** A program that ends with this, and is a check of its own. */
async function addCheck(world: World, id: string, exit: number, ...more: readonly string[]): Promise<void> {
  world.write(join("sub", `${id}.mjs`), `console.log("12 passed"); process.exit(${exit});\n`);
  const command = ["--", "node", more.includes("--dir") ? `${id}.mjs` : `sub/${id}.mjs`];
  await world.did("check", "add", id, "--kind", "command", "--task", "T1", ...more, ...command);
}

for (const host of HOSTS) {
  const tellsExit = host.cli !== "codex";
  const inBackground = (command: string): ToolCall =>
    host.cli === "claude"
      ? { name: "Bash", input: { command, description: "run it", run_in_background: true } }
      : host.shell(`${command} &`);
  describeOn([host.cli], "checks that the model runs in the host's shell", () => {
    test("are observed as the host tells of them, and prove nothing", async ({ world }) => {
      await connect(world);
      await world.did("plan", "new", "Parse dates", "--slug", "dates", "--goal", "no library");
      await world.did("task", "add", "Read the year", "--id", "T1");
      await addCheck(world, "good", 0);
      await addCheck(world, "bad", 3);
      await addCheck(world, "piped", 3);
      await addCheck(world, "below", 0, "--dir", "sub");
      await addCheck(world, "spoken", 0);
      await addCheck(world, "behind", 0);
      world.write("sub/a.test.mjs", 'import test from "node:test";\ntest("adds", () => {});\n');
      await world.did("check", "add", "tests", "--kind", "test", "--", "node", "--test", "sub/a.test.mjs");
      const talk = await host.open(world);
      await world.did("session", "bind", "dates", "--session", talk.session);
      world.model.use(
        inOrder(
          { calls: [host.shell("node sub/good.mjs")] },
          { calls: [host.shell("node sub/bad.mjs")] },
          { calls: [host.shell("node sub/piped.mjs | cat")] },
          { calls: [host.shell("echo node sub/spoken.mjs")] },
          { calls: [host.shell("node --test sub/a.test.mjs")] },
          { calls: [inBackground("node sub/behind.mjs")] },
          { calls: [host.shell("cd sub && node below.mjs")] },
          { text: "done" },
        ),
      );
      await talk.say("go");
      await talk.end();
      expect(await seen(world)).toEqual({
        good: tellsExit ? "passed" : "unknown",
        bad: tellsExit ? "failed" : "unknown",
        piped: "unknown",
        behind: "unknown",
        tests: tellsExit ? "passed" : "unknown",
        below: tellsExit ? "passed" : "unknown",
        spoken: "nothing",
      });
      await world.did("task", "claim", "T1");
      const done = await world.holdfast("task", "done", "T1");
      expect([done.code === 0, done.stderr]).toEqual([false, expect.stringContaining("good: has not run")]);
    });

    test.skipIf(!hasTerminal)("open a gate where a person has said so, on what was there then", async ({ world }) => {
      await connect(world);
      await world.did("plan", "new", "Parse dates", "--slug", "dates", "--goal", "no library");
      await world.did("task", "add", "Read the year", "--id", "T1");
      await addCheck(world, "good", 0);
      const { project: cwd, env } = world;
      const program = join(projectRoot, "dist", "holdfast.js");
      await typeAtTerminal([process.execPath, program, "plan", "edit", "--level", "observed"], { cwd, env });
      const talk = await host.open(world);
      await world.did("session", "bind", "dates", "--session", talk.session);
      await world.did("task", "claim", "T1", "--session", talk.session);
      const good = { calls: [host.shell("node sub/good.mjs")] };
      const late = { calls: [host.shell("echo late > late.txt")] };
      world.model.use(inOrder(good, late, { text: "done" }, good, { text: "done" }));
      await talk.say("go");
      const early = await world.holdfast("task", "done", "T1", "--session", talk.session);
      await talk.say("once more");
      const done = await world.holdfast("task", "done", "T1", "--session", talk.session);
      await talk.end();
      expect([early.code, done.code]).toEqual([1, tellsExit ? 0 : 1]);
      const { tasks } = JSON.parse(await world.did("status", "--json")) as { readonly tasks: readonly object[] };
      if (tellsExit) expect(tasks).toMatchObject([{ id: "T1", status: "done", proof: "observed" }]);
    });
  });
}
