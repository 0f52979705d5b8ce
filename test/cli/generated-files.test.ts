import { statSync, utimesSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { perform } from "../../src/engine/perform.ts";
import { Workspace } from "../../src/engine/workspace.ts";
import { valueOf } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";

const FOLDER = [".planning", "plan"] as const;

async function deskWith(description: string): Promise<Desk> {
  const desk = new Desk();
  const tasks = ["T1", "T2", "T3"].map((id) => ({ id, title: `Make ${id}`, description }));
  await desk.run(["plan", "import", "-"], { stdin: JSON.stringify({ slug: "plan", title: "Plan", tasks }) });
  return desk;
}

const inodeOf = (desk: Desk, name: string): number => statSync(desk.path(...FOLDER, name)).ino;
const stateOf = (desk: Desk): Record<string, unknown> => JSON.parse(desk.read(...FOLDER, "state.json"));

test("what does not show in the list of tasks does not write it again; what does, does", async () => {
  const desk = await deskWith("");
  const before = inodeOf(desk, "TODO_LIST.md");
  await desk.do("log", "something happened");
  await desk.do("next", "the next thing");
  await desk.doAs("test:a", "task", "claim", "T2");
  expect(inodeOf(desk, "TODO_LIST.md")).toBe(before);
  expect(await desk.do("doctor")).not.toContain("out of date");
  await desk.doAs("test:a", "task", "implemented", "T2");
  expect(desk.read(...FOLDER, "TODO_LIST.md")).toContain("◐ **T2**: Make T2");
  expect(await desk.do("doctor")).not.toContain("out of date");
});

test("an edited or lost list of tasks is noticed by whatever is recorded next", async () => {
  const desk = await deskWith("");
  const file = desk.path(...FOLDER, "TODO_LIST.md");
  const before = desk.read(...FOLDER, "TODO_LIST.md");
  writeFileSync(file, `mine\n${before}`);
  const later = statSync(desk.path(...FOLDER, "head.json")).mtimeMs / 1000 + 1;
  utimesSync(file, later, later);
  await desk.do("log", "something happened");
  expect(desk.read(...FOLDER, "TODO_LIST.md")).toBe(before);
  const { out } = await desk.run(["render"]);
  expect(out).not.toBe("");
});

test("progress.md shows as many days in full as the settings say", async () => {
  const desk = await deskWith("");
  for (const day of [1, 2, 3]) {
    const now = (): number => Date.UTC(2026, 0, day);
    const workspace = valueOf(await Workspace.open({ cwd: desk.root, env: desk.env(), now }));
    valueOf(await perform(workspace, "plan", { type: "add-entry", kind: "log", text: `day ${day}` }));
    workspace.close();
  }
  expect(desk.read(...FOLDER, "progress.md")).not.toContain("<details>");
  writeFileSync(desk.path(".planning", "holdfast.json"), '{"progress": {"recentDays": 1}}');
  await desk.do("render");
  expect(desk.read(...FOLDER, "progress.md").match(/<details><summary>.*/g)).toHaveLength(2);
  expect(await desk.do("doctor")).not.toContain("out of date");
});

test("settings that are wrong are all named, each with its place", async () => {
  const desk = await deskWith("");
  writeFileSync(desk.path(".planning", "holdfast.json"), '{"lease": "soon", "foo": 1}');
  const { code, err } = await desk.run(["status"]);
  expect(code).toBe(2);
  expect(err).toMatch(/holdfast\.json:1:11.*`lease`|`lease`.*holdfast\.json:1:11/s);
  expect(err).toMatch(/`foo`.*One of journal\.dir, lease/s);
});

test("holdfast render takes nothing on trust", async () => {
  const desk = await deskWith("");
  const before = desk.read(...FOLDER, "TODO_LIST.md");
  writeFileSync(desk.path(...FOLDER, "TODO_LIST.md"), "# Tasks\n");
  utimesSync(desk.path(...FOLDER, "TODO_LIST.md"), 1, 1);
  await desk.do("render");
  expect(desk.read(...FOLDER, "TODO_LIST.md")).toBe(before);
});

test("of a large plan state.json follows the plan's own facts at once, and of its tasks soon", async () => {
  const desk = await deskWith("x".repeat(100_000));
  const revision = (): unknown => stateOf(desk)["revision"];
  const before = revision();
  await desk.doAs("test:a", "log", "something happened");
  await desk.doAs("test:a", "task", "claim", "T1");
  // The first claim begins the next phase.
  expect(stateOf(desk)).toMatchObject({ phase: "execute" });
  const claimed = revision();
  expect(claimed).not.toBe(before);
  await desk.doAs("test:a", "task", "start", "T1");
  expect(revision()).toBe(claimed);
  await desk.doAs("test:a", "next", "the next thing");
  expect(stateOf(desk)).toMatchObject({ nextAction: { what: "the next thing" } });
  await desk.do("log", "one");
  const lagging = revision();
  await desk.do("log", "two");
  expect(revision()).toBe(lagging);
  for (let at = 0; at < 32; at += 1) await desk.do("log", `entry ${at}`);
  expect(revision()).not.toBe(lagging);
  expect(await desk.json("status")).toMatchObject({ counts: { in_progress: 1 } });
});

test("an output that somebody edits is left alone by what follows, however large the plan", async () => {
  const desk = await deskWith("x".repeat(100_000));
  await desk.doAs("test:a", "task", "claim", "T1");
  await desk.doAs("test:a", "task", "output", "T1", "--text", "handed on");
  writeFileSync(desk.path(...FOLDER, "tasks", "T1", "output.md"), "mine\n");
  await desk.doAs("test:a", "log", "something happened");
  expect(desk.read(...FOLDER, "tasks", "T1", "output.md")).toBe("mine\n");
});
