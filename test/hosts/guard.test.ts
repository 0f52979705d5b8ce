import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { firstOf, inOrder, when } from "../../src/hosts/model-server/turn.ts";
import { connect } from "./kit/connect.ts";
import { HOSTS, timesIn } from "./kit/hosts.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";
import { projectRoot } from "./kit/root.ts";
import type { World } from "./kit/world.ts";

async function makePlan(world: World): Promise<void> {
  await world.did("plan", "new", "Parse dates", "--slug", "dates", "--goal", "no library");
  await world.did("task", "add", "Read the year", "--id", "T1");
  await world.did("task", "add", "Read the month", "--id", "T2", "--parent", "T1");
}

const journalOf = ({ project }: World): string => {
  const folder = join(project, ".planning", "dates", "journal");
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("");
};

/** A Holdfast that answers hooks and serves no tools. */
const WITHOUT_SERVER = `case $1 in mcp) exit 1 ;; esac; exec '${process.execPath}' '${join(projectRoot, "dist", "holdfast.js")}' "$@"`;

const PROGRAMS = [
  ["", undefined],
  [", with the MCP server dead", WITHOUT_SERVER],
] as const;

for (const host of HOSTS) {
  describeOn([host.cli], "an observer", () => {
    // OpenCode's plugin needs neither server nor program.
    test.for(host.cli === "opencode" ? PROGRAMS.slice(0, 1) : PROGRAMS)(
      "may not write into the plan, and may work elsewhere%s",
      async ([, script], { world }) => {
        await connect(world);
        await makePlan(world);
        if (script !== undefined) world.replaceProgram(script);
        const talk = await host.open(world);
        await world.did("session", "observe", "dates", "--session", talk.session);
        const notes = join(world.project, ".planning", "dates", "notes.md");
        const before = readFileSync(notes, "utf8");
        world.model.use(
          inOrder(
            { calls: [host.shell("echo mine >> .planning/dates/notes.md")] },
            { calls: [host.shell("cd .planning && rm -rf dates/notes.md")] },
            { calls: [host.shellIn(join(world.project, ".planning", "dates"), "echo mine >> notes.md")] },
            { calls: [host.shell("echo elsewhere > elsewhere.txt")] },
            { text: "done" },
          ),
        );
        await talk.say("go");
        await talk.end();
        expect(readFileSync(notes, "utf8")).toBe(before);
        expect(existsSync(join(world.project, "elsewhere.txt"))).toBe(true);
        expect(timesIn(world.model.requests.at(-1), "observes the plan dates")).toBeGreaterThanOrEqual(3);
      },
    );
  });

  describeOn([host.cli], "a writer", () => {
    test("is kept from what Holdfast alone writes, and does its work", async ({ world }) => {
      await connect(world);
      await makePlan(world);
      writeFileSync(join(world.project, "package.json"), '{ "scripts": { "test": "echo tested > tested.txt" } }');
      const talk = await host.open(world);
      await world.did("session", "bind", "dates", "--session", talk.session);
      const before = journalOf(world);
      world.model.use(
        inOrder(
          { calls: [host.shell("echo '{}' >> .planning/dates/journal/x.jsonl")] },
          { calls: [host.shellIn(join(world.project, ".planning", "dates"), "echo '{}' > state.json")] },
          { calls: [host.shell("git clean -fdx")] },
          { calls: [host.shell("npm test && git status && echo noted >> .planning/dates/notes.md")] },
          { text: "done" },
        ),
      );
      await talk.say("go");
      await talk.end();
      expect(journalOf(world)).toBe(before);
      expect(existsSync(join(world.project, "tested.txt"))).toBe(true);
      expect(readFileSync(join(world.project, ".planning", "dates", "notes.md"), "utf8")).toContain("noted");
      expect(timesIn(world.model.requests.at(-1), "Holdfast alone writes")).toBeGreaterThanOrEqual(3);
    });
  });

  if (host.cli === "claude") {
    describeOn([host.cli], "a conversation that leaves editing to its subagents", () => {
      test("edits nothing itself, and they do", async ({ world }) => {
        await connect(world);
        await makePlan(world);
        const talk = await host.open(world);
        await world.did("session", "bind", "dates", "--session", talk.session);
        await world.did("plan", "delegate", "--on", "--session", talk.session);
        const write = (name: string) => ({
          calls: [{ name: "Write", input: { file_path: join(world.project, name), content: "x" } }],
        });
        const spawn = { description: "write", prompt: "Write the file.", subagent_type: "general-purpose" };
        world.model.use(
          firstOf(
            when({ isSubagent: true }, inOrder(write("by-subagent.txt"), { text: "written" })),
            inOrder(write("by-main.txt"), { calls: [{ name: "Agent", input: spawn }] }, { text: "done" }),
          ),
        );
        await talk.say("go");
        await talk.end();
        expect(existsSync(join(world.project, "by-main.txt"))).toBe(false);
        expect(existsSync(join(world.project, "by-subagent.txt"))).toBe(true);
        expect(timesIn(world.model.requests.at(-1), "is delegate-only")).toBe(1);
      });
    });
  }

  if (host.cli === "opencode") continue;
  describeOn([host.cli], "a subagent", () => {
    test("is told its own task, and holds it", async ({ world }) => {
      await connect(world);
      await makePlan(world);
      const talk = await host.open(world);
      await world.did("session", "bind", "dates", "--session", talk.session);
      let holder = "";
      world.model.use(
        firstOf(
          when({ isSubagent: true }, async () => {
            holder = JSON.parse(await world.did("task", "show", "T1", "--json")).task.claim?.session;
            return { text: "read" };
          }),
          host.spawn("Task ID: T1\nRead the year."),
        ),
      );
      await talk.say("go");
      await talk.end();
      const [told] = world.model.requests.filter(({ subagent }) => subagent !== undefined);
      expect(timesIn(told, '<holdfast-task id="T1">')).toBe(1);
      expect(holder.startsWith(`${talk.session}+`)).toBe(true);
    });

    test("on a task that is not ready is refused, with the reason", async ({ world }) => {
      await connect(world);
      await makePlan(world);
      const talk = await host.open(world);
      await world.did("session", "bind", "dates", "--session", talk.session);
      world.model.use(when({ isSubagent: false }, host.spawn("Task ID: T2\nRead the month.")));
      await talk.say("go");
      await talk.end();
      expect(world.model.requests.filter(({ subagent }) => subagent !== undefined)).toEqual([]);
      expect(world.model.requests.at(-1)?.text).toMatch(/T2.*waits.*T1|T2.*T1/);
    });
  });
}
