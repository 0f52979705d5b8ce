import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { firstOf, inOrder, type Turn } from "../../src/hosts/model-server/turn.ts";
import { connect } from "./kit/connect.ts";
import { HOSTS, withSummaries, type Host } from "./kit/hosts.ts";
import { narrate, recorded, stable, type Exchange } from "./kit/narrate.ts";
import { untilOffered } from "./kit/plan-calls.ts";
import { projectRoot } from "./kit/root.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";

const FILE = join(projectRoot, "docs", "transcript.md");
const [claude, codex] = HOSTS as readonly [Host, Host, Host];

const INTRODUCTION = `# A plan begun in Claude Code, compacted, and finished in Codex

A test (\`test/hosts/transcript.test.ts\`) plays this on the real Claude Code and the real Codex against a scripted model,
writes down what the model was really sent, and fails when this page no longer says the same. Only places, ids and times
are replaced. What stands after "Holdfast, to the model" came there by itself: nobody asked for it.
\`HOLDFAST_WRITE_TRANSCRIPT=1 npm run test:hosts -- transcript\` writes it anew.`;

const PLAN = {
  action: "new",
  title: "Parse dates without a library",
  slug: "dates",
  brief: { goal: "dates are parsed by our own code", doneWhen: "the tests pass and the library is gone" },
  tasks: [
    { id: "T1", title: "Read a year" },
    { id: "T2", title: "Read a month", parents: ["T1"] },
    { id: "T3", title: "Take the library out", parents: ["T2"] },
  ],
};

/** What proves the plan. */
const CHECK = "node --check year.js";

const taskTurns = (host: Host, id: string, file: string): readonly Turn[] => [
  { calls: [host.tool("task", { action: "claim", id })] },
  { calls: [host.shell(`echo "// ${id}" >> ${file}`)] },
  { calls: [host.tool("note", { kind: "output", task: id, text: `${file} is written` })] },
  { calls: [host.tool("task", { action: "implemented", id })] },
  { calls: [host.tool("task", { action: "done", id })] },
];

describeOn(["claude", "codex"], "the transcript in the docs", () => {
  test("is what happens", async ({ world }) => {
    await connect(world);
    writeFileSync(join(world.home, ".profile"), `export PATH=${world.env["PATH"]}\n`);
    const inClaude: Exchange[] = [];
    const next = { kind: "next", text: "write the test for months with 30 days", file: "month.test.js" };
    const story = firstOf(
      inOrder(
        { text: "I would call it “Parse dates without a library”, slug dates, with three tasks. Shall I begin it?" },
        { calls: [claude.tool("plan_write", PLAN)] },
      ),
      untilOffered(claude, "task"),
      inOrder(
        { calls: [claude.shell(`holdfast check add works --kind command --for-plan -- ${CHECK}`)] },
        ...taskTurns(claude, "T1", "year.js"),
        { calls: [claude.tool("note", next)] },
        { text: "T1 is done; the month comes next." },
        { text: "T1 is done. T2 comes next, and first the test for months with 30 days. I leave it there for today." },
      ),
    );
    world.model.use(recorded(withSummaries(claude, story), inClaude));
    const first = await claude.open(world);
    await first.say("Plan how we get rid of the date library, and begin.");
    await first.say("Yes.");
    await first.compact();
    await first.say("Where are we?");
    await first.end();

    const inCodex: Exchange[] = [];
    world.model.use(
      recorded(
        inOrder(
          { calls: [codex.tool("plan_write", { action: "switch", plan: "dates" })] },
          { calls: [codex.tool("plan_read", { what: "context" })] },
          ...taskTurns(codex, "T2", "month.js"),
          ...taskTurns(codex, "T3", "index.js"),
          { calls: [codex.tool("plan_write", { action: "done" })] },
          { calls: [codex.shell("holdfast verify >/dev/null && echo 'every check passed'")] },
          { calls: [codex.tool("plan_write", { action: "done" })] },
          { text: "All three tasks are done, and the plan with them." },
        ),
        inCodex,
      ),
    );
    const second = await codex.open(world);
    await second.say("Go on with the plan.");
    await second.end();

    const status = stable(await world.did("status", "--plan", "dates"), world);
    const page = [
      INTRODUCTION,
      "## Claude Code",
      narrate(inClaude, claude, world),
      "## Codex, later",
      narrate(inCodex, codex, world),
      "## What is left on the disk",
      `\`\`\`sh\nholdfast status --plan dates\n\`\`\`\n\n\`\`\`text\n${status.trim()}\n\`\`\``,
    ].join("\n\n");
    if (process.env["HOLDFAST_WRITE_TRANSCRIPT"] === "1") writeFileSync(FILE, `${page}\n`);
    expect(readFileSync(FILE, "utf8")).toBe(`${page}\n`);
  });
});
