import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Desk } from "../kit/desk.ts";
import { easePlan } from "../kit/ease.ts";

interface Row {
  readonly id: string;
  readonly [field: string]: unknown;
}
interface Answer {
  readonly plan: string;
  readonly revision: number;
  readonly record: string | null;
  readonly task: Row;
  readonly items: readonly Row[];
  readonly [field: string]: unknown;
}

const RECORD = /^[0-9a-z]{20}$/;

async function makeDesk(...titles: readonly string[]): Promise<Desk> {
  const desk = new Desk();
  await desk.do("plan", "new", "Demo", "--slug", "demo");
  for (const title of titles) await desk.do("task", "add", title);
  return desk;
}

const show = async (desk: Desk, id: string): Promise<Row> => (await desk.json<Answer>("task", "show", id)).task;
const ids = async (desk: Desk, ...args: readonly string[]): Promise<readonly string[]> =>
  (await desk.do("task", "list", "--ids", ...args)).split("\n").filter((id) => id !== "");

describe("task add", () => {
  test("adds a task with all that is said about it", async () => {
    const desk = await makeDesk("First");
    const options = ["--id", "PARSE", "-d", "All of it", "--kind", "build", "--step", "tokens", "--step", "tree"];
    const more = ["--parent", "t1", "--priority", "0", "--touch", "src/a.ts", "--agent", "coder", "--model", "large"];
    const out = ["--prompt-prefix", "Carefully", "--output", "docs/a.md"];
    expect(await desk.do("task", "add", "Write", "it", ...options, ...more, ...out)).toBe(
      "added PARSE: Write it (wave 2, after T1)\n",
    );
    expect(await show(desk, "parse")).toMatchObject({
      id: "PARSE",
      title: "Write it",
      description: "All of it",
      kind: "build",
      status: "todo",
      wave: 2,
      priority: 0,
      ready: false,
      steps: [
        { number: 1, text: "tokens", done: false },
        { number: 2, text: "tree", done: false },
      ],
      parents: [{ id: "T1", title: "First", status: "todo" }],
      waits: ["T1: todo"],
      touches: ["src/a.ts"],
      agent: "coder",
      model: "large",
      promptPrefix: "Carefully",
      outputPaths: ["docs/a.md"],
    });
  });

  test("answers a program with the plan, the record and the task", async () => {
    const desk = await makeDesk();
    const answer = await desk.json<Answer>("task", "add", "First");
    expect(answer).toMatchObject({ plan: "demo", revision: 2, task: { id: "T1", ready: true }, tasks: [{ id: "T1" }] });
    expect(answer.record).toMatch(RECORD);
  });

  test("reads a description from standard input", async () => {
    const desk = await makeDesk();
    await desk.run(["task", "add", "x", "-d", "-"], { stdin: "two\nlines\n" });
    expect(await show(desk, "T1")).toMatchObject({ description: "two\nlines" });
  });

  test("adds many, from standard input or a file, and keeps what it does not know", async () => {
    const desk = await makeDesk("First");
    const yaml = "- {id: B, title: second, dependsOn: [A]}\n- {id: A, title: first, parents: [T1], estimate: 3}\n";
    const { code, out, err } = await desk.run(["task", "add", "-"], { stdin: yaml });
    expect(code).toBe(0);
    expect(out).toBe("added B: second (wave 3, after A)\nadded A: first (wave 2, after T1)\n");
    expect(err).toContain("tasks[1].estimate is no field of a task");
    expect(await show(desk, "A")).toMatchObject({ extra: { estimate: 3 } });
    const { code: missing } = await desk.run(["task", "add", "--from", "nowhere.json"]);
    expect(missing).toBe(3);
  });

  test("adds all or none, and lists every error with its place", async () => {
    const desk = await makeDesk("First");
    const tasks = [{ title: "ok" }, { id: "a", title: "", parents: ["T7"] }, { id: "A", title: "twin" }];
    const { code, err } = await desk.run(["task", "add", "-"], { stdin: JSON.stringify({ tasks }) });
    expect(code).toBe(1);
    for (const place of ["tasks[1].title", "tasks[1].parents[0]", "tasks[2].id"]) expect(err).toContain(`- ${place}: `);
    expect(err).toContain("did you mean T1");
    const mixed = await desk.run(["task", "add", "-"], { stdin: '[{"title": 5}, {"id": "t1", "title": "x"}]' });
    expect([mixed.code, mixed.err]).toEqual([
      2,
      expect.stringMatching(/2 errors[^]*tasks\[0\].title[^]*tasks\[1\].id/),
    ]);
    expect(await ids(desk, "--all")).toEqual(["T1"]);
  });

  test("does not mix a document with options, and wants a title", async () => {
    const desk = await makeDesk();
    const mixed = await desk.run(["task", "add", "-", "--kind", "x"], { stdin: "[]" });
    expect(mixed.code).toBe(2);
    expect((await desk.run(["task", "add"])).code).toBe(2);
    expect((await desk.run(["task", "add", "x", "--priority", "5"])).code).toBe(2);
  });
});

describe("task edit", () => {
  test("changes fields, steps, parents and place, and takes values away", async () => {
    const desk = await makeDesk("First", "Second", "Third");
    const fields = ["--title", "Last", "--parents", "T1,t2", "--kind", "x", "--step", "a", "--priority", "1"];
    const out = await desk.do("task", "edit", "T3", ...fields);
    expect(out).toBe("changed T3: Last\n");
    expect(await show(desk, "T3")).toMatchObject({ title: "Last", kind: "x", priority: 1, wave: 2 });
    const { code } = await desk.run(["task", "edit", "T3", "--steps-from", "-"], { stdin: "- b\n- a\n" });
    expect(code).toBe(0);
    await desk.do("task", "edit", "T3", "--clear", "kind", "--no-parents");
    const task = await show(desk, "T3");
    expect(task).toMatchObject({ steps: [{ text: "b" }, { text: "a" }], parents: [], wave: 1 });
    expect(task).not.toHaveProperty("kind");
    await desk.do("task", "edit", "T3", "--clear", "steps");
    expect(await show(desk, "T3")).toMatchObject({ steps: [] });
  });

  test("puts a task before or after another", async () => {
    const desk = await makeDesk("First", "Second", "Third");
    await desk.do("task", "edit", "T3", "--before", "T1");
    expect(await ids(desk)).toEqual(["T3", "T1", "T2"]);
    await desk.do("task", "edit", "T3", "--after", "T1");
    expect(await ids(desk)).toEqual(["T1", "T3", "T2"]);
  });

  test("changes all of it or nothing", async () => {
    const desk = await makeDesk("First", "Second");
    const { code, err } = await desk.run(["task", "edit", "T2", "--title", "New", "--parents", "T1,T9"]);
    expect(code).toBe(1);
    expect(err).toContain('there is no task "T9" to depend on');
    expect(await show(desk, "T2")).toMatchObject({ title: "Second", parents: [] });
    await desk.do("task", "edit", "T2", "--parents", "T1");
    const cycle = await desk.run(["task", "edit", "T1", "--title", "New", "--parents", "T2"]);
    expect(cycle.code).toBe(1);
    expect(cycle.err).toContain("T1 would wait for itself");
    expect(await show(desk, "T1")).toMatchObject({ title: "First" });
  });

  test("does not change what is asked of a task under somebody's hands", async () => {
    const desk = await makeDesk("First");
    await desk.do("task", "claim", "T1");
    const { code, err } = await desk.run(["task", "edit", "T1", "-d", "else"]);
    expect(code).toBe(1);
    expect(err).toContain("holdfast task release T1");
    await desk.do("task", "edit", "T1", "--title", "Clearer");
  });

  test("says what to do where nothing or a contradiction is asked", async () => {
    const desk = await makeDesk("First");
    expect((await desk.run(["task", "edit", "T1"])).code).toBe(2);
    expect((await desk.run(["task", "edit", "T1", "--parents", "T2", "--no-parents"])).code).toBe(2);
    expect((await desk.run(["task", "edit", "T1", "--step", "a", "--steps-from", "-"])).code).toBe(2);
  });
});

describe("task list", () => {
  async function makeMixed(): Promise<Desk> {
    const desk = await makeDesk("First", "Second");
    await easePlan(desk, "demo");
    await desk.do("task", "add", "Third", "--parent", "T1");
    await desk.do("task", "start", "T1");
    await desk.do("task", "done", "T1");
    await desk.doAs("claude:b", "task", "claim", "T2");
    return desk;
  }

  test("shows open tasks by wave with how they stand", async () => {
    const desk = await makeMixed();
    const lines = (await desk.do("task", "list")).trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^→ T2 {2}w1 {2}Second {2}in progress, claude:b for \d+ s$/);
    expect(lines[1]).toBe("○ T3  w2  Third   ready");
    expect(await desk.do("task", "list", "--all")).toContain("✓ T1  w1  First   done (claimed)");
    expect(await desk.do("task", "list", "--waves")).toMatch(
      /^Wave 1 \(current\): 1\/2 done\n {2}→ T2.*\nWave 2: 0\/1 done\n/,
    );
  });

  test("takes apart by status, wave, readiness and holder", async () => {
    const desk = await makeMixed();
    expect(await ids(desk, "--status", "done", "--status", "in_progress")).toEqual(["T1", "T2"]);
    expect(await ids(desk, "--wave", "2")).toEqual(["T3"]);
    expect(await ids(desk, "--ready")).toEqual(["T3"]);
    expect(await ids(desk, "--blocked")).toEqual([]);
    expect(await ids(desk, "--mine")).toEqual([]);
    expect(await desk.doAs("claude:b", "task", "list", "--mine", "--ids")).toBe("T2\n");
    expect((await desk.run(["task", "list", "--status", "finished"])).code).toBe(2);
  });

  test("gives programs pages", async () => {
    const desk = await makeMixed();
    const page = await desk.json<Answer>("task", "list", "--all", "--limit", "2");
    expect(page).toMatchObject({ plan: "demo", total: 3, offset: 0, next: 2 });
    expect(page.items.map(({ id }) => id)).toEqual(["T1", "T2"]);
    expect(page.items[1]).toMatchObject({ status: "in_progress", claim: { session: "claude:b", expired: false } });
  });

  test("a title cannot break its line or act on a terminal", async () => {
    const desk = await makeDesk();
    await desk.run(["task", "add", "-"], { stdin: JSON.stringify([{ title: "a\n✓ T9 \u001b[31mred\u202e" }]) });
    const out = await desk.do("task", "list");
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    for (const active of ["\u001b", "\u202e"]) expect(out).not.toContain(active);
  });
});

test("counts are one line, and numbers where a status is asked for", async () => {
  const desk = await makeDesk("First", "Second");
  await desk.do("task", "start", "T1");
  expect(await desk.do("task", "count")).toBe("0/2 done, 1 todo, 1 in_progress\n");
  expect(await desk.do("task", "count", "--status", "todo", "--status", "in_progress")).toBe("2\n");
  expect(await desk.json("task", "count")).toMatchObject({
    plan: "demo",
    total: 2,
    counts: { todo: 1, in_progress: 1 },
  });
});

test("has-blockers answers by its exit code: yes, no, no plan", async () => {
  const desk = new Desk();
  expect((await desk.run(["task", "has-blockers"])).code).toBe(3);
  await desk.do("plan", "new", "Demo", "--slug", "demo");
  await desk.do("task", "add", "First");
  expect(await desk.run(["task", "has-blockers"])).toMatchObject({ code: 1, out: "no\n" });
  await desk.do("task", "block", "T1", "--tried", "a", "--why", "b", "--resolve", "c");
  expect(await desk.run(["task", "has-blockers"])).toMatchObject({ code: 0, out: "yes: T1\n" });
});

describe("task show", () => {
  test("tells everything, as text and as one field", async () => {
    const desk = await makeDesk("First");
    await desk.do("task", "add", "Second", "--parent", "T1", "--step", "a", "-d", "What to do");
    const text = await desk.do("task", "show", "t2");
    for (const part of ["T2: Second", "waiting", "What to do", "1. [ ] a", "T1 (todo)  First", "Waits for"]) {
      expect(text).toContain(part);
    }
    expect(await desk.do("task", "show", "T2", "--field", "status")).toBe("todo\n");
    expect(await desk.do("task", "show", "T2", "--field", "waits")).toBe("T1: todo\n");
    const wrong = await desk.run(["task", "show", "T2", "--field", "statsu"]);
    expect(wrong).toMatchObject({ code: 3 });
    expect(wrong.err).toContain("did you mean status?");
  });

  test("--why names the record, the author and the time that gave each value", async () => {
    const desk = await makeDesk("First");
    const added = (await desk.json<Answer>("journal", "show", "--task", "T1")).items.at(-1)!;
    const edited = await desk.json<Answer>("task", "edit", "T1", "--title", "Better");
    const { fence } = JSON.parse(await desk.doAs("claude:b", "task", "claim", "T1", "--json")) as { fence: string };
    const { why } = await desk.json<{ why: readonly Row[] }>("task", "show", "T1", "--why");
    const source = (field: string) => why.find((each) => each["field"] === field);
    expect(source("title")).toMatchObject({ value: "Better", record: edited.record, events: ["task.edited"] });
    expect(source("priority")).toMatchObject({ value: 2, record: added.id, events: ["task.added"] });
    expect(source("status")).toMatchObject({ value: "in_progress", record: fence, by: { session: "claude:b" } });
    expect(source("claim")).toMatchObject({ value: "claude:b", at: expect.any(Number) as number });
    expect(await desk.do("task", "show", "T1", "--why")).toContain(`← ${edited.record} (`);
  });

  test("a wrong id lists the near ones", async () => {
    const desk = await makeDesk("First");
    const { code, err } = await desk.run(["task", "show", "T11"]);
    expect(code).toBe(3);
    expect(err).toContain('there is no task "T11" in demo. hint: did you mean T1?');
  });
});

describe("a source", () => {
  test("that is not there is not found; a folder is refused", async () => {
    const desk = await makeDesk("First");
    for (const command of [
      ["task", "add", "--from"],
      ["task", "edit", "T1", "--steps-from"],
      ["plan", "import"],
    ]) {
      expect((await desk.run([...command, "nowhere.json"])).code, command.join(" ")).toBe(3);
      expect((await desk.run([...command, "."])).code, command.join(" ")).toBe(2);
    }
  });

  test("that is not text is refused, and nothing is put in place of what cannot be read", async () => {
    const desk = await makeDesk("First");
    const stdin = Uint8Array.of(0x61, 0xff, 0x62);
    const noted = await desk.run(["task", "log", "T1", "-"], { stdin });
    expect([noted.code, noted.err]).toEqual([2, "error: Standard input is not text in UTF-8.\n"]);
    writeFileSync(join(desk.root, "steps.txt"), stdin);
    const edited = await desk.run(["task", "edit", "T1", "--steps-from", "steps.txt"]);
    expect([edited.code, edited.err]).toEqual([2, "error: steps.txt is not text in UTF-8.\n"]);
  });

  test.skipIf(process.platform === "win32")("that never ends is refused", async () => {
    const desk = await makeDesk("First");
    const endless = await desk.run(["plan", "import", "/dev/zero"]);
    expect([endless.code, endless.err]).toEqual([2, "error: /dev/zero holds more than 8 MB.\n"]);
  });
});

test("a task of a blocked plan waits, and is not said to wait for a sentence", async () => {
  const desk = await makeDesk("First");
  await desk.do("plan", "block", "--tried", "a", "--why", "b", "--resolve", "c");
  const { code, err } = await desk.run(["task", "claim", "T1"]);
  expect([code, err]).toEqual([1, expect.stringContaining("T1 waits: the plan is blocked.")]);
});

describe("task drop", () => {
  test("asks what becomes of those that wait for it", async () => {
    const desk = await makeDesk("First");
    await desk.do("task", "add", "Second", "--parent", "T1");
    const { code, err } = await desk.run(["task", "drop", "T1"]);
    expect(code).toBe(1);
    expect(err).toContain("--detach");
    expect(await desk.json("task", "drop", "T1", "--cascade")).toMatchObject({ dropped: ["T1", "T2"] });
    expect(await desk.do("task", "restore", "T2")).toMatch(/^restored T2: Second/);
    expect((await desk.run(["task", "drop", "T2", "--detach", "--cascade"])).code).toBe(2);
  });

  test("detached children wait no longer", async () => {
    const desk = await makeDesk("First");
    await desk.do("task", "add", "Second", "--parent", "T1");
    await desk.do("task", "drop", "T1", "--detach", "--why", "not needed");
    expect(await desk.do("task", "ready", "--ids")).toBe("T2\n");
  });
});

test("the shell completes tasks, plans and phases of the plan that is named", async () => {
  const desk = await makeDesk("First");
  await desk.do("plan", "new", "Other", "--slug", "other");
  await desk.do("task", "add", "Elsewhere", "--id", "OTHER-1");
  const complete = async (...words: readonly string[]) => (await desk.run(["__complete", "--", ...words])).out;
  expect(await complete("task", "claim", "")).toBe("OTHER-1\ttodo: Elsewhere\n");
  expect(await complete("task", "claim", "--plan", "demo", "")).toBe("T1\ttodo: First\n");
  expect(await complete("task", "claim", "--plan", "")).toBe("demo\tactive\nother\tactive\n");
  expect((await desk.run(["__complete", "--", "task", "claim", ""], { cwd: desk.home })).out).toBe("");
});
