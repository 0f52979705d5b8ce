import { mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tempDir } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";

/** A plan in which T2 builds on T1, and T1 is begun. */
async function makeDesk(): Promise<Desk> {
  const desk = new Desk();
  await desk.do("plan", "new", "Demo", "--slug", "demo");
  await desk.do("task", "add", "First");
  await desk.do("task", "add", "Second", "--parent", "T1");
  await desk.do("task", "start", "T1");
  return desk;
}

interface Output {
  readonly name: string;
  readonly bytes: number;
  readonly path: string;
}
const outputsOf = async (desk: Desk, id = "T1"): Promise<readonly Output[]> =>
  (await desk.json<{ task: { outputs: readonly Output[] } }>("task", "show", id)).task.outputs;

/** Writes a file in the folder of T1, as an agent would. */
async function write(desk: Desk, name: string, text: string | Uint8Array): Promise<string> {
  const path = join((await desk.do("task", "dir", "T1", "--make")).trim(), name);
  writeFileSync(path, text);
  return path;
}

/** Makes a file look as if it had been written well after its record. */
const touchLater = (path: string): void => utimesSync(path, Date.now() / 1000 + 60, Date.now() / 1000 + 60);

describe("task output", () => {
  test("records a text, a file and standard input, and they become files", async () => {
    const desk = await makeDesk();
    const path = desk.path(".planning/demo/tasks/T1/output.md");
    expect(await desk.do("task", "output", "T1", "--text", "# Result")).toBe(
      `recorded output.md of T1: First\n${path} (8 bytes)\n`,
    );
    writeFileSync(join(desk.root, "notes.txt"), "noted");
    await desk.do("task", "output", "T1", "notes.md", "--file", "notes.txt");
    await desk.run(["task", "output", "T1", "--name", "piped.md", "--file", "-"], { stdin: "piped\n" });
    expect(readFileSync(path, "utf8")).toBe("# Result");
    expect((await desk.do("task", "output", "T1", "--list")).trim().split("\n")).toEqual(
      ["output.md", "notes.md", "piped.md"].map((name) => desk.path(".planning/demo/tasks/T1", name)),
    );
    expect(await desk.do("task", "output", "T2", "--parents")).toBe(await desk.do("task", "output", "T1"));
    expect(await desk.json("task", "output", "T2", "--parents")).toMatchObject({ outputs: [{ task: "T1" }, {}, {}] });
  });

  test("gives a program what was recorded, byte for byte", async () => {
    const desk = await makeDesk();
    const answer = await desk.json("task", "output", "T1", "--text", "\u001b[1mraw\n");
    expect(answer).toMatchObject({ plan: "demo", output: { name: "output.md", bytes: 8 }, task: { id: "T1" } });
    expect(await desk.do("task", "output", "T1", "output.md")).toBe("\u001b[1mraw\n");
    const shown = await desk.run(["task", "output", "T1", "output.md"], { tty: true });
    expect(shown.out).not.toContain("\u001b[1mraw");
    const wrong = await desk.run(["task", "output", "T1", "outptu.md"]);
    expect(wrong.code).toBe(3);
    expect(wrong.err).toContain("did you mean output.md?");
  });

  test("refuses names that are no file names, Holdfast's own file, and what is not text", async () => {
    const desk = await makeDesk();
    for (const name of ["../x.md", "a/b.md", "blockers.md", "CON", ".hidden"]) {
      expect([name, (await desk.run(["task", "output", "T1", name, "--text", "x"])).code]).toEqual([name, 2]);
    }
    writeFileSync(join(desk.root, "binary"), Uint8Array.of(0xff, 0xfe, 0));
    expect((await desk.run(["task", "output", "T1", "--file", "binary"])).code).toBe(2);
    expect((await desk.run(["task", "output", "T1", "--file", "nowhere"])).code).toBe(2);
    expect((await desk.run(["task", "output", "T1", "--file", "a", "--list"])).code).toBe(2);
    expect(await outputsOf(desk)).toEqual([]);
  });

  test("makes a folder only when asked to", async () => {
    const desk = await makeDesk();
    expect(await desk.do("task", "dir", "T2")).toBe(`${desk.path(".planning/demo/tasks/T2")}\n`);
    expect(desk.has(".planning/demo/tasks/T2")).toBe(false);
    await desk.do("task", "output", "T2", "--dir");
    expect(desk.has(".planning/demo/tasks/T2")).toBe(true);
  });

  test.each(["tasks", "tasks/T1"])("follows no link to a folder elsewhere: %s", async (link) => {
    const desk = await makeDesk();
    const outside = tempDir();
    for (const folder of [outside, join(outside, "T1")]) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "stolen.md"), "secret");
    }
    mkdirSync(desk.path(".planning/demo/tasks"), { recursive: true });
    if (link === "tasks") rmSync(desk.path(".planning/demo/tasks"), { recursive: true });
    symlinkSync(outside, desk.path(".planning/demo", link));
    expect((await desk.run(["task", "dir", "T1", "--make"])).code).toBe(2);
    expect(await desk.json("task", "implemented", "T1")).toMatchObject({ recorded: [] });
  });
});

describe("what lies in a task's folder when it is called done", () => {
  test("is recorded first, if it is a Markdown file that is new or changed", async () => {
    const desk = await makeDesk();
    await desk.do("task", "output", "T1", "kept.md", "--text", "same");
    await desk.do("task", "output", "T1", "edited.md", "--text", "old!");
    touchLater(await write(desk, "kept.md", "same"));
    touchLater(await write(desk, "edited.md", "new!"));
    await write(desk, "grown.md", "all of it");
    await write(desk, "data.json", "{}");
    await write(desk, "blockers.md", "mine");
    const out = await desk.do("task", "implemented", "T1");
    expect(out).toMatch(
      /^implemented T1: First\nseen: changed .*data\.json.*\nrecorded its outputs edited\.md, grown\.md\n$/,
    );
    expect((await outputsOf(desk)).map(({ name }) => name)).toEqual(["kept.md", "edited.md", "grown.md"]);
    await write(desk, "late.md", "after all");
    expect(await desk.json("task", "done", "T1")).toMatchObject({
      recorded: ["late.md"],
      skipped: [],
      task: { status: "done" },
    });
  });

  test("is left alone and named where it is a link, too large, too many or no text", async () => {
    const desk = await makeDesk();
    const link = join((await desk.do("task", "dir", "T1", "--make")).trim(), "link.md");
    symlinkSync("/etc/hostname", link);
    await write(desk, "large.md", "x".repeat(256 * 1024 + 1));
    await write(desk, "binary.md", Uint8Array.of(0xff, 0xfe));
    await write(desk, "not a name.md", "x");
    for (let n = 10; n < 32; n += 1) await write(desk, `n${n}.md`, String(n));
    const { recorded, skipped } = await desk.json<{ recorded: string[]; skipped: { name: string; why: string }[] }>(
      "task",
      "done",
      "T1",
    );
    expect(recorded).toEqual(Array.from({ length: 20 }, (_, n) => `n${n + 10}.md`));
    expect(Object.fromEntries(skipped.map(({ name, why }) => [name, why]))).toEqual({
      "link.md": "it is a link",
      "large.md": "it is larger than 256 KB",
      "binary.md": "it is not text in UTF-8",
      "not a name.md": "its name cannot be an output's",
      "n30.md": "only 20 files are recorded at once",
      "n31.md": "only 20 files are recorded at once",
    });
  });

  test("is not recorded where the task may not be done", async () => {
    const desk = await makeDesk();
    await write(desk, "early.md", "x");
    await desk.do("confidence", "T1", "2", "unsure");
    const doubtful = await desk.run(["task", "done", "T1"]);
    expect(doubtful.code).toBe(1);
    expect(doubtful.err).toContain("confidence 2/5");
    const stale = await desk.run(["task", "implemented", "T1", "--fence", "0000000000zzzzzzzzzz"]);
    expect(stale.code).toBe(1);
    expect(await outputsOf(desk)).toEqual([]);
  });
});

describe("task prompt", () => {
  async function makeHandedOn(): Promise<Desk> {
    const desk = await makeDesk();
    await desk.do("task", "add", "Third", "--parent", "T2");
    await desk.do("task", "output", "T1", "design.md", "--text", "the design of T1");
    await desk.do("task", "done", "T1");
    return desk;
  }

  test("has what the parents handed on, and of ancestors what was asked for", async () => {
    const desk = await makeHandedOn();
    const { code, out, err } = await desk.run(["task", "prompt", "T2"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("**Task ID:** T2");
    expect(out).toContain("the design of T1");
    expect(out).toContain("`.planning/demo/tasks/T2`");
    expect(await desk.do("task", "prompt", "T3")).not.toContain("the design of T1");
    expect(await desk.do("task", "prompt", "T3", "--ancestor", "T1")).toContain("the design of T1");
    expect((await desk.run(["task", "prompt", "T3", "--ancestor", "T9"])).code).toBe(3);
  });

  test("never lacks it: a file that is gone or changed is taken from the journal, and that is said", async () => {
    const desk = await makeHandedOn();
    const file = desk.path(".planning/demo/tasks/T1/design.md");
    writeFileSync(file, "the design of X9");
    touchLater(file);
    const changed = await desk.run(["task", "prompt", "T2"]);
    expect(changed.out).toContain("the design of T1");
    expect(changed.err).toContain("T1/design.md is changed since it was recorded");
    rmSync(desk.path(".planning/demo/tasks"), { recursive: true });
    const gone = await desk.run(["task", "prompt", "T2", "--json"]);
    expect(JSON.parse(gone.out)).toMatchObject({
      plan: "demo",
      task: "T2",
      prompt: expect.stringContaining("the design of T1") as string,
      restored: [{ task: "T1", name: "design.md", why: "missing" }],
    });
  });

  test("stays within its budget and names what has no room", async () => {
    const desk = await makeDesk();
    await desk.do("task", "output", "T1", "--text", "long ".repeat(20_000));
    await desk.do("task", "done", "T1");
    const { bytes, prompt } = await desk.json<{ bytes: number; prompt: string }>(
      "task",
      "prompt",
      "T2",
      "--budget",
      "6000",
    );
    expect(bytes).toBeLessThanOrEqual(6000);
    expect(prompt).toContain("the rest is in `.planning/demo/tasks/T1/output.md`");
    expect((await desk.run(["task", "prompt", "T2", "--budget", "100"])).code).toBe(2);
  });

  test("gives the fence of the one who holds the task", async () => {
    const desk = await makeHandedOn();
    const { fence } = await desk.json<{ fence: string }>("task", "claim", "T2");
    expect(await desk.json("task", "prompt", "T2")).toMatchObject({ fence });
    expect(await desk.do("task", "prompt", "T2")).toContain(`--fence ${fence}`);
  });
});

test("what a task hands on makes no evidence stale, whatever its name; a file that says something else does", async () => {
  const desk = new Desk();
  await desk.do("plan", "new", "Demo");
  await desk.do("task", "add", "Work");
  await desk.do("check", "add", "unit", "--kind", "command", "--task", "T1", "--", "true");
  await desk.do("task", "start", "T1");
  await desk.do("verify");
  const standing = async (): Promise<string> => (await desk.run(["gate", "task", "T1"])).out;
  await desk.do("task", "output", "T1", "data.json", "--text", '{"a":1}');
  expect(await standing()).toContain("unit: passed on this tree");
  writeFileSync(desk.path(".planning", "demo", "tasks", "T1", "data.json"), '{"a":100}');
  expect(await standing()).toContain("what it looks at has changed since");
  rmSync(desk.path(".planning", "demo", "tasks", "T1", "data.json"));
  writeFileSync(desk.path(".planning", "demo", "tasks", "T1", "hidden.js"), "0");
  expect(await standing()).toContain("what it looks at has changed since");
  rmSync(desk.path(".planning", "demo", "tasks", "T1", "hidden.js"));
  expect(await desk.do("task", "done", "T1")).toContain("seen: changed no file");
});
