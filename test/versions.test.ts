import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { FORMAT } from "../src/plan/record.ts";
import { Desk } from "./kit/desk.ts";
import { buildProgram } from "./kit/program.ts";

const NEWER_FORMAT = FORMAT + 1;
const [older, newer, newerWriter] = await Promise.all([
  buildProgram(),
  buildProgram("src/cli/holdfast.ts", NEWER_FORMAT),
  buildProgram("test/support/event-writer.ts", NEWER_FORMAT),
]);
afterAll(() => Promise.all([older, newer, newerWriter].map((program) => program.remove())));

let desk: Desk;
beforeEach(async () => {
  desk = new Desk();
  await done(older, "plan", "new", "Demo");
  await done(older, "task", "add", "Old work", "--id", "T1");
});

async function run({ path }: typeof older, ...args: readonly string[]) {
  const env = { PATH: process.env["PATH"], ...desk.env() };
  const child = spawn(process.execPath, [path, ...args], { cwd: desk.root, env, stdio: ["ignore", "pipe", "pipe"] });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: child.exitCode, out, err };
}

async function done(program: typeof older, ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await run(program, ...args);
  expect([code, err], args.join(" ")).toEqual([0, ""]);
  return out;
}

/** Every file of the workspace and of Git's folder with its text. */
function allFiles(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const folder of [desk.path(".planning"), desk.path(".git", "holdfast")]) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      if (entry.isFile()) files[file] = readFileSync(file, "latin1");
    }
  }
  return files;
}

const journal = (): string => {
  const folder = desk.path(".planning/demo/journal");
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("");
};

const isNewer = (line: string): boolean => line.startsWith(`{"format":${NEWER_FORMAT},`);

describe("once a newer program has written to a plan", () => {
  beforeEach(async () => {
    await done(newer, "task", "add", "New work", "--id", "T2");
  });

  test("its records and its snapshot have the newer format, and it reads what the older one wrote", async () => {
    expect(journal().split("\n").filter(isNewer)).toHaveLength(1);
    expect(JSON.parse(desk.read(".planning/demo/state.json"))).toMatchObject({ format: NEWER_FORMAT });
    expect(await done(newer, "task", "list", "--ids")).toBe("T1\nT2\n");
  });

  test.each(["status", "task list", "plan show", "task show T1", "context", "plan list"])(
    "the older one shows what it can and changes no file: %s",
    async (command) => {
      const before = allFiles();
      const { code, out, err } = await run(older, ...command.split(" "));
      expect([code, /\bT2\b/.test(out)]).toEqual([0, false]);
      expect(out).toMatch(/T1|demo/i);
      if (command !== "plan list") expect(err).toContain("a newer Holdfast wrote to demo");
      expect(allFiles()).toEqual(before);
    },
  );

  test.each([
    "task add More",
    "task done T2",
    "task claim T1",
    "log x",
    "plan edit --title Mine",
    "plan pause",
    "journal undo",
    "journal rescue",
    "render",
    "render --all",
  ])("the older one refuses to write, says what to do, and changes no file: %s", async (command) => {
    const before = allFiles();
    const { code, err } = await run(older, ...command.split(" "));
    expect([code, err]).toEqual([4, expect.stringMatching(/format 2.*upgrade Holdfast/is)]);
    expect(allFiles()).toEqual(before);
  });

  test("doctor of the older one finds it and repairs nothing", async () => {
    const before = allFiles();
    const { out } = await run(older, "doctor", "--fix");
    expect(out).toMatch(/newer/);
    expect(allFiles()).toEqual(before);
  });

  test("the older one does not take its own older snapshot for the truth when the newer's is gone", async () => {
    await run(older, "status");
    rmSync(desk.path(".planning/demo/state.json"));
    expect((await run(older, "task", "add", "More")).code).toBe(4);
    expect(await done(newer, "task", "list", "--ids")).toBe("T1\nT2\n");
  });

  test("the newer one goes on, and loses nothing", async () => {
    for (const args of [["status"], ["task", "add", "More"], ["render"]]) await run(older, ...args);
    await done(newer, "task", "claim", "T2");
    await done(newer, "task", "output", "T2", "--text", "what came of it");
    expect(await done(newer, "task", "done", "T2")).toContain("T2");
    expect(await done(newer, "task", "list", "--ids", "--all")).toBe("T1\nT2\n");
    expect(await done(newer, "journal", "verify")).not.toMatch(/torn|gap|newer/);
  });
});

test("event types and fields that the older program has never heard of survive its reading", async () => {
  const events = [
    { type: "task.teleported", task: "T1", to: { planet: "mars" } },
    { type: "entry.added", kind: "log", text: "landed", mood: ["calm", 7] },
  ];
  const record = (await done(newerWriter, "demo", JSON.stringify(events))).trim();
  const before = journal();
  for (const args of [["status"], ["task", "list"], ["task", "add", "More"]]) await run(older, ...args);
  for (const program of [older, newer]) {
    const { code, out } = await run(program, "journal", "show", "--record", record, "--json");
    expect([code, JSON.parse(out)]).toMatchObject([0, { items: [{ id: record, format: NEWER_FORMAT, events }] }]);
  }
  const seen = await run(older, "journal", "show");
  expect(seen).toMatchObject({ code: 0, err: expect.stringContaining("a newer Holdfast wrote to demo") });
  expect(seen.out).toMatch(/task\.teleported.* of a newer Holdfast: not in the state/);
  expect(await done(newer, "journal", "show")).not.toContain("of a newer Holdfast");
  expect(journal()).toBe(before);
  await done(newer, "task", "add", "More", "--id", "T2");
  expect(journal().startsWith(before)).toBe(true);
  expect(await done(newer, "log", "--last", "1")).toContain("landed");
});

describe("once a newer program has written to the workspace's own journal", () => {
  beforeEach(() => done(newer, "plan", "switch", "demo"));

  test("the older one begins no plan that it could not bind anybody to", async () => {
    const { code, err } = await run(older, "plan", "new", "Other");
    expect(code).toBe(4);
    expect(err).toContain("Upgrade Holdfast");
    expect(await done(newer, "plan", "list")).not.toContain("other");
  });

  test("the older one makes no worktree that it could not record", async () => {
    const { code } = await run(older, "worktree", "prepare", "--plan", "demo");
    expect(code).toBe(4);
    expect(await done(newer, "worktree", "list", "--json", "--plan", "demo")).not.toContain("task/demo");
  });
});
