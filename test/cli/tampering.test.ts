import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Workspace } from "../../src/engine/workspace.ts";
import { digestText, hexDigestOf } from "../../src/journal/digest.ts";
import { runGit, valueOf, writeFiles } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";
import { buildProgram, type Program } from "../kit/program.ts";
import { hasTerminal, typeAtTerminal } from "../kit/terminal.ts";

type Json = Record<string, unknown>;
interface Written extends Json {
  readonly id: string;
  readonly events: readonly Json[];
}

let desk: Desk;

/** A plan whose task is implemented, and proven by a file that says so. */
beforeEach(async () => {
  desk = new Desk();
  writeFiles(desk.root, { "answer.txt": "41\n" });
  runGit(desk.root, "add", "-A");
  runGit(desk.root, "commit", "-qm", "answer");
  await desk.do("plan", "new", "Prove it");
  await desk.do("task", "add", "Find the answer");
  await desk.do("check", "add", "answer", "--kind", "command", "--task", "T1", "--", "grep", "-q", "42", "answer.txt");
  await desk.do("task", "claim", "T1", "--session", "test:a");
  await desk.do("task", "implemented", "T1", "--session", "test:a");
});

const journal = (): string => {
  const folder = desk.path(".planning", "prove-it", "journal");
  return join(folder, readdirSync(folder)[0]!);
};

const linesOf = (file: string): readonly string[] => readFileSync(file, "utf8").split("\n").filter(Boolean);

const written = (type: string): Written => {
  const records = linesOf(journal()).map((line) => JSON.parse(line) as Written);
  return records.findLast(({ events }) => events.some((event) => event["type"] === type))!;
};

/** Appends a record as somebody would who has none of Holdfast's keys. */
function forge({ id, ...record }: Written, events: readonly Json[], more: Json = {}): void {
  const other = id.endsWith("0") ? `${id.slice(0, -1)}1` : `${id.slice(0, -1)}0`;
  const { mac, key, ...rest } = { ...record, id: other, events } as Json;
  const signed = "mac" in more ? { ...rest, key, mac } : rest;
  appendFileSync(journal(), `\n${JSON.stringify({ ...signed, time: Number(record["time"]) + 1000 })}\n`);
}

/** Evidence that says a check passed which did not. */
async function forgeEvidence(more: Json = {}): Promise<void> {
  expect((await desk.run(["verify"])).code).toBe(1);
  const failed = written("evidence.recorded");
  forge(
    failed,
    failed.events.map((event) => ({ ...event, outcome: "passed", why: "exit 0", exit: 0 })),
    more,
  );
}

const answer = async () =>
  (await desk.json<{ items: readonly [{ standing: string; says: string }] }>("check", "list")).items[0];

const done = () => desk.run(["task", "done", "T1"]);

describe("evidence that Holdfast did not write", () => {
  test.each([
    ["is unsigned", {}],
    ["bears the digest of another record", { mac: true }],
  ])("opens no gate and is shown as such: it %s", async (_, more) => {
    await forgeEvidence(more);
    const refused = await done();
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("answer: unverified")]);
    expect(await answer()).toMatchObject({ standing: "unverified" });
    expect(await desk.do("check", "show", "answer")).toContain("unverified: passed");
    const verified = await desk.run(["journal", "verify"]);
    expect(verified.out + verified.err).toMatch(
      "mac" in more ? /\.jsonl:\d+.*not as its writer signed it/ : /\.jsonl:\d+.*bears no keyed digest/,
    );
  });

  test("counts for nothing where only what is stale is to run", async () => {
    await forgeEvidence();
    const again = await desk.run(["verify", "--only-stale"]);
    expect([again.code, again.out]).toEqual([1, expect.stringContaining("✗ answer failed")]);
  });

  test("is made good by a run", async () => {
    await forgeEvidence();
    writeFileSync(desk.path("answer.txt"), "42\n");
    await desk.do("verify");
    await desk.do("task", "done", "T1");
    expect(await answer()).toMatchObject({ standing: "unknown" });
  });

  test("is seen also where it was folded long ago, and where what was noted of it is gone", async () => {
    await forgeEvidence();
    await desk.do("task", "list");
    await desk.do("log", "something else");
    expect(await answer()).toMatchObject({ standing: "unverified" });
    rmSync(desk.path(".planning", ".local", "plans", "prove-it", "doubts"));
    expect((await done()).err).toContain("unverified");
  });
});

test("a task that was called done in the journal by hand says so wherever it is shown", async () => {
  writeFileSync(desk.path("answer.txt"), "42\n");
  await desk.do("verify");
  const { tree } = written("evidence.recorded").events[0] as { tree: string };
  writeFileSync(desk.path("answer.txt"), "41\n");
  expect((await done()).err).toContain("has changed since");
  const implemented = written("task.implemented");
  forge(
    implemented,
    implemented.events.map((event) => ({ ...event, type: "task.done", trees: { answer: tree } })),
  );
  const { task } = await desk.json<{ task: Json }>("task", "show", "T1");
  expect(task).toMatchObject({ status: "done", proof: "unverified" });
  await desk.do("log", "something else");
  expect(await desk.do("task", "list", "--all")).toContain("unverified");
  expect(desk.read(".planning", "prove-it", "TODO_LIST.md")).toContain("(unverified)");
  expect(await desk.do("status")).toContain("unverified");
  const refused = await desk.run(["plan", "done"]);
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("unverified")]);
});

describe("what a person is said to allow", () => {
  /** As a person would be written down. */
  const forgeAct = (event: Json): void => {
    const record = written("task.implemented");
    forge({ ...record, by: { session: "shell:mo", role: "person", person: "mo" } }, [event]);
  };

  test("lowers no gate where Holdfast did not write it", async () => {
    forgeAct({ type: "plan.edited", level: "claimed" });
    const gate = await desk.run(["gate", "task", "T1"]);
    expect([gate.code, gate.out]).toEqual([1, expect.stringContaining("level is claimed is unverified")]);
    expect((await done()).err).toContain("level is claimed is unverified");
    const ended = await desk.run(["plan", "done"]);
    expect([ended.code, ended.err]).toEqual([1, expect.stringContaining("unverified")]);
  });

  test("lets no task off from adding tests", async () => {
    await desk.do("task", "edit", "T1", "--new-tests");
    const { id } = written("task.added");
    forgeAct({ type: "task.edited", task: `${id}.0`, newTests: false });
    expect((await done()).err).toContain("that it need not add tests is unverified");
  });

  test("signs nothing off", async () => {
    await desk.do("task", "add", "Something else");
    await desk.do("task", "claim", "T2", "--session", "test:a");
    await desk.do("task", "implemented", "T2", "--session", "test:a");
    expect((await desk.run(["task", "done", "T2"])).err).toContain("nothing shows that T2 is done");
    forgeAct({ type: "waiver.given", subject: "sign-off", target: "T2", why: "looked at it" });
    const refused = await desk.run(["task", "done", "T2"]);
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringContaining("waiver of sign-off (looked at it) is unverified"),
    ]);
  });
});

describe("evidence whose key is gone, or was never here", () => {
  let program: Program;
  beforeAll(async () => {
    program = await buildProgram();
  });
  afterAll(() => program.remove());

  beforeEach(async () => {
    writeFileSync(desk.path("answer.txt"), "42\n");
    await desk.do("verify");
    rmSync(join(desk.home, "holdfast", "keys"), { recursive: true });
  });

  test("is from another machine: it opens no gate, and no agent can say that it counts", async () => {
    expect((await done()).err).toContain("another machine");
    expect(await answer()).toMatchObject({ standing: "elsewhere" });
    const { code, err } = await desk.run(["trust", "answer", "--evidence"]);
    expect([code, err]).toEqual([1, expect.stringContaining("person")]);
    expect((await done()).code).toBe(1);
  });

  test.skipIf(!hasTerminal)("a person may trust it, and it alone", async () => {
    const words = [process.execPath, program.path, "trust", "answer", "--evidence"];
    expect(await typeAtTerminal(words, { cwd: desk.root, env: desk.env() })).toContain(
      "trusted: the last run of answer",
    );
    expect(await answer()).toMatchObject({ standing: "unknown" });
    expect((await done()).code).toBe(0);
  });

  test("a trust that was put into the workspace's journal by hand counts for nothing", async () => {
    const evidence = linesOf(journal()).findLast((line) => line.includes('"evidence.recorded"'))!;
    const trust = { type: "check.trusted", digest: digestText(`record ${evidence}`), what: "the last run of answer" };
    const folder = desk.path(".planning", ".local", "workspace", "journal");
    const file = join(folder, readdirSync(folder)[0]!);
    const { mac: _mac, key: _key, ...last } = JSON.parse(linesOf(file).at(-1)!) as Json;
    const by = { session: "terminal:ada", role: "person", person: "ada" };
    const forged = { ...last, id: "0000000000000000000f", time: Number(last["time"]) + 1000, by, events: [trust] };
    appendFileSync(file, `\n${JSON.stringify(forged)}\n`);
    expect((await done()).err).toContain("another machine");
    expect(await answer()).toMatchObject({ standing: "elsewhere" });
  });

  test("a trust that was put into the workspace's snapshot by hand counts for nothing, whatever record it names", async () => {
    const evidence = linesOf(journal()).findLast((line) => line.includes('"evidence.recorded"'))!;
    // Something that the key at hand has signed.
    await desk.doAs("test:b", "session", "observe");
    const file = desk.path(".planning", ".local", "workspace", "state.json");
    const text = readFileSync(file, "utf8");
    const { cursor } = JSON.parse(text) as { cursor: { last: readonly [number, string, number] } };
    const [, clone, ordinal] = cursor.last;
    const digest = digestText(`record ${evidence}`);
    const trust = { digest, what: "the last run of answer", person: "ada", at: 1, stamp: `${clone}:${ordinal}` };
    const forged = text.replace('"trusted":[]', `"trusted":[${JSON.stringify(trust)}]`);
    const body = forged.slice(0, forged.indexOf(',\n"digest"'));
    writeFileSync(file, `${body},\n"digest":"${hexDigestOf([Buffer.from(body)])}"\n}\n`);
    expect((await done()).err).toContain("another machine");
    expect(readFileSync(file, "utf8")).toContain(digest);
  });

  test("what nobody signed, no person can trust, and no trust that is there makes it count", async () => {
    await desk.do("verify");
    const record = written("evidence.recorded");
    forge(record, record.events);
    expect((await desk.run(["trust", "answer", "--evidence"])).err).toContain("was not written by Holdfast");
    const workspace = valueOf(await Workspace.open({ cwd: desk.root, env: desk.env() }));
    const trust = {
      type: "check.trusted",
      digest: digestText(`record ${linesOf(journal()).at(-1)}`),
      what: "x",
    } as const;
    valueOf(valueOf(workspace.facts()).write({ session: "terminal:ada", role: "person", person: "ada" }, [trust]));
    workspace.close();
    expect((await done()).err).toContain("answer: unverified");
  });
});
