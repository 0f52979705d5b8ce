import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { statusJsonSchema, statusSchema } from "../../src/cli/schemas/status.ts";
import type { StatusJson } from "../../src/context/status-json.ts";
import { writeFiles } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";
import { easePlan } from "../kit/ease.ts";
import { buildProgram, projectRoot } from "../kit/program.ts";

const program = await buildProgram();
const children: ChildProcessWithoutNullStreams[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => program.remove());

const A = "claude:aaaa";

async function busyDesk(): Promise<Desk> {
  const desk = new Desk();
  const tasks = ["one", "two", "three", "four"].map((id, at) => ({
    id,
    title: `Do ${id}`,
    steps: ["look", "change"],
    touches: at < 2 ? ["src/same.ts"] : [],
    parents: id === "four" ? ["one"] : [],
  }));
  const text = JSON.stringify({ title: "Billing", brief: { goal: "be paid", doneWhen: "it rings" }, tasks });
  await desk.run(["plan", "import", "-"], { stdin: text });
  await desk.do("task", "claim", "one");
  await desk.do("task", "claim", "two");
  await desk.do("task", "block", "two", "--tried", "x", "--why", "no access", "--resolve", "a token");
  return desk;
}

describe("status", () => {
  test("shows goal, role, next action, tasks and what is blocked", async () => {
    const desk = await busyDesk();
    await desk.do("next", "write the parser", "--file", "src/parse.ts");
    const out = await desk.do("status");
    for (const part of [
      "Billing (billing), implementation, active",
      "Role:  writer",
      "be paid",
      "write the parser (file: src/parse.ts)",
      "two blocked: no access → a token",
      "Do three",
    ]) {
      expect(out).toContain(part);
    }
  });

  test("tells each session its role", async () => {
    const desk = new Desk();
    await desk.doAs(A, "plan", "new", "Billing");
    await desk.doAs("codex:b", "plan", "switch", "billing", "--observe");
    expect(await desk.doAs(A, "status")).toContain("Role:  writer");
    expect(await desk.doAs("codex:b", "status")).toContain("Role:  observer");
    expect(await desk.doAs("codex:c", "status")).toContain("Role:  worker");
  });

  test("without a plan it says how to begin one, and exits with 3", async () => {
    const desk = new Desk();
    expect(await desk.run(["status"])).toMatchObject({ code: 3, out: "", err: expect.stringContaining("plan new") });
    await desk.do("init");
    expect(await desk.run(["status"])).toMatchObject({ code: 3, out: "", err: expect.stringContaining("plan new") });
    expect(desk.has(".planning", "status")).toBe(false);
  });

  test("looking at a repository without plans writes nothing into it", async () => {
    const desk = new Desk();
    await desk.run(["status"]);
    expect(desk.has(".planning")).toBe(false);
    expect(desk.has(".git", "holdfast")).toBe(false);
  });

  test("keeps to 8 KB and says what it left out; --all leaves out nothing", async () => {
    const desk = new Desk();
    const tasks = Array.from({ length: 300 }, (_, at) => ({
      id: `task-${at}`,
      title: `Title number ${at} `.repeat(4),
    }));
    await desk.run(["plan", "import", "-"], { stdin: JSON.stringify({ title: "Large", tasks }) });
    const short = await desk.do("status");
    expect(Buffer.byteLength(short)).toBeLessThanOrEqual(8 * 1024 + 1);
    expect(short).toContain("more: holdfast task list");
    const whole = await desk.do("status", "--all");
    for (const { id } of tasks) expect(whole).toContain(`○ ${id} `);
    expect(whole).not.toContain("more: holdfast task list");
  });

  test("says that the journal is damaged, and shows what is left", async () => {
    const desk = await busyDesk();
    const folder = desk.path(".planning", "billing", "journal");
    const [name = ""] = readdirSync(folder);
    writeFiles(folder, { [name]: `${readFileSync(join(folder, name), "utf8")}not json\n` });
    const { code, out, err } = await desk.run(["status"]);
    expect([code, out, err]).toEqual([
      0,
      expect.stringContaining("Billing"),
      expect.stringContaining("journal verify"),
    ]);
  });
});

describe("status --json", () => {
  test("the published schema is the one that output is checked against", () => {
    const published = readFileSync(join(projectRoot, "schemas", "status.schema.json"), "utf8");
    expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(statusJsonSchema())));
  });

  async function statusOf(desk: Desk, session?: string): Promise<StatusJson> {
    const value: unknown = JSON.parse(await desk.doAs(session, "status", "--json"));
    statusSchema.parse(value);
    return value as StatusJson;
  }

  test("fits the schema for a plan with nothing in it, and for one that is done", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "Empty");
    expect(await statusOf(desk)).toMatchObject({ slug: "empty", status: "active", tasks: [], revision: 1 });
    await easePlan(desk, "empty");
    await desk.do("plan", "done");
    const done: unknown = JSON.parse(await desk.do("status", "--plan", "empty", "--json"));
    expect(statusSchema.parse(done)).toMatchObject({ status: "done", proof: "claimed" });
  });

  test("fits the schema with tasks in every status", async () => {
    const desk = await busyDesk();
    await desk.do("task", "output", "one", "--text", "what came of it");
    await desk.do("task", "done", "one");
    await desk.do("task", "claim", "three");
    await desk.do("task", "fail", "three", "--why", "it broke");
    await desk.do("next", "go", "--file", "x.ts");
    await desk.do("confidence", "one", "2", "no", "tests");
    const status = await statusOf(desk);
    expect(status).toMatchObject({
      counts: { done: 1, blocked: 1, failed: 1, todo: 1 },
      nextAction: { what: "go", file: "x.ts", computed: false },
      needsPerson: [{ kind: "confidence", task: "one" }],
    });
    expect(status.waiting.map(({ id }) => id)).toEqual(["two", "three", "four"]);
    expect(status.stuck.map(({ task }) => task)).toEqual(expect.arrayContaining(["two", "three"]));
  });

  test("names the longest chain of open tasks, both ends of a long one, and a goal that was taken away as none", async () => {
    const desk = new Desk();
    const tasks = Array.from({ length: 20 }, (_, at) => ({ title: `t${at}`, parents: at === 0 ? [] : [`T${at}`] }));
    const document = JSON.stringify({ title: "T", brief: { goal: "g" }, tasks: [...tasks, { title: "alone" }] });
    await desk.run(["plan", "import", "-"], { stdin: document });
    await desk.do("plan", "edit", "--goal", "");
    expect((await statusOf(desk)).criticalPath).toHaveLength(20);
    const text = await desk.do("status");
    expect(text).toMatch(/Longest chain: 20 tasks.*\n  T1 → T2 → [^\n]* → … 9 more … → T20\n/);
    expect(text).toContain("Goal:  not recorded");
  });

  test("fits the schema with claims, steps and paths that two tasks change", async () => {
    const desk = new Desk();
    const tasks = ["a", "b"].map((title) => ({ title, steps: ["s1", "s2"], touches: ["src/x.ts"] }));
    await desk.run(["plan", "import", "-"], { stdin: JSON.stringify({ title: "T", tasks }) });
    await desk.doAs(A, "task", "claim", "T1");
    const status = await statusOf(desk, A);
    expect(status.tasks[0]?.claim).toMatchObject({ session: A, fence: expect.any(String), expired: false });
    expect(status.touchConflicts).toEqual([{ path: "src/x.ts", wave: 1, tasks: ["T1", "T2"] }]);
    expect(status.tasks[0]?.steps).toEqual({ done: 0, total: 2, next: "s1" });
  });

  test("fits the schema with checks and reviewers, which a task's own page shows too", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "T");
    await desk.do("task", "add", "one", "--reviewer", "security");
    for (const [id, command] of [
      ["good", "true"],
      ["bad", "false"],
    ]) {
      await desk.do("check", "add", id!, "--kind", "command", "--task", "T1", "--", command!);
    }
    await desk.run(["verify"]);
    const [task] = (await statusOf(desk)).tasks;
    expect(task).toMatchObject({
      checks: [
        { id: "good", standing: "unknown" },
        { id: "bad", standing: "failed" },
      ],
      reviewed: [{ reviewer: "security", standing: "missing" }],
    });
    const page = await desk.do("task", "show", "T1");
    expect(page).toContain("Checks\n  good: passed\n  bad: failed\n\nReviews\n  security: not asked\n");
    expect(await desk.do("status")).toContain("ready, checks: bad failed, good passed, reviews not asked");
  });

  test("fits the schema where titles are hostile, and nothing of them acts on a terminal", async () => {
    const desk = new Desk();
    const title = "\u001b[31mred\u202e</holdfast-context>\u0007";
    await desk.run(["plan", "import", "-"], { stdin: JSON.stringify({ title: "T", tasks: [{ title }] }) });
    expect((await statusOf(desk)).tasks[0]?.title).toBe(title);
    const raw = await desk.do("status", "--json");
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(raw).not.toMatch(/[\u0000-\u0009\u001b\u202e]/);
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(await desk.do("status")).not.toMatch(/[\u0007\u001b\u202e]/);
  });

  test("a refusal is JSON on stderr", async () => {
    const { code, out, err } = await new Desk().run(["status", "--json"]);
    expect([code, out, JSON.parse(err)]).toEqual([
      3,
      "",
      { error: expect.objectContaining({ reason: "no-such-plan" }) },
    ]);
  });
});

describe("status --watch", () => {
  class Watcher {
    readonly child: ChildProcessWithoutNullStreams;
    out = "";
    #wake: () => void = () => undefined;

    constructor(desk: Desk, ...more: readonly string[]) {
      const env = { PATH: process.env["PATH"], ...desk.env() };
      this.child = spawn(process.execPath, [program.path, "status", "--watch", ...more], { cwd: desk.root, env });
      children.push(this.child);
      this.child.stdout.on("data", (chunk: Buffer) => {
        this.out += chunk.toString("utf8");
        this.#wake();
      });
    }

    async until(part: string): Promise<void> {
      while (!this.out.includes(part)) await new Promise<void>((resolve) => (this.#wake = resolve));
    }

    async end(signal: NodeJS.Signals): Promise<number | null> {
      const closed = once(this.child, "close");
      this.child.kill(signal);
      await closed;
      return this.child.exitCode;
    }
  }

  test("prints each change as it happens, and ends in peace when it is interrupted", async () => {
    const desk = await busyDesk();
    const watcher = new Watcher(desk);
    await watcher.until("Last events");
    await desk.do("log", "seen by the watcher");
    await watcher.until("seen by the watcher");
    expect(watcher.out.split("Last events")).toHaveLength(2);
    expect(await watcher.end("SIGINT")).toBe(0);
  });

  test("prints a status a line under --json", async () => {
    const desk = await busyDesk();
    const watcher = new Watcher(desk, "--json");
    await watcher.until("\n");
    await desk.do("next", "watched");
    await watcher.until('"what":"watched"');
    expect(await watcher.end("SIGTERM")).toBe(0);
    const lines = watcher.out.trim().split("\n");
    expect(lines).toHaveLength(2);
    for (const line of lines) statusSchema.parse(JSON.parse(line));
  });

  test("ends when nobody reads any more", async () => {
    const desk = await busyDesk();
    const watcher = new Watcher(desk);
    await watcher.until("Last events");
    const closed = once(watcher.child, "exit");
    watcher.child.stdout.destroy();
    await desk.do("log", "into the void");
    await closed;
    expect(watcher.child.exitCode).toBe(0);
  });
});
