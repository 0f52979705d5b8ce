import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeRepository, runGit, tempDir, writeFiles } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";

test("init makes the folder, keeps it out of Git and says what comes next", async () => {
  const desk = new Desk();
  const out = await desk.do("init");
  expect(out).toContain(`made ${desk.path(".planning")}`);
  expect(out).toContain("holdfast plan new");
  expect(runGit(desk.root, "status", "--porcelain")).toBe("");
  expect(desk.has(".planning", ".gitignore")).toBe(true);
});

test("init may be run again, and lists the plans that are there", async () => {
  const desk = new Desk();
  await desk.do("init");
  await desk.do("plan", "new", "Billing");
  const journal = desk.read(".planning", "billing", "task_plan.md");
  const again = await desk.json("init");
  expect(again).toMatchObject({ outcome: "present", plans: ["billing"], folder: ".planning" });
  expect(desk.read(".planning", "billing", "task_plan.md")).toBe(journal);
});

test("init in a folder of the repository makes it at the repository's top", async () => {
  const desk = new Desk();
  mkdirSync(desk.path("src", "deep"), { recursive: true });
  await desk.run(["init"], { cwd: desk.path("src", "deep") });
  expect(desk.has(".planning", ".local")).toBe(true);
  expect(desk.has("src", "deep", ".planning")).toBe(false);
});

test("another tool's .planning is neither written to nor hidden", async () => {
  const desk = new Desk();
  writeFiles(desk.root, { ".planning/ROADMAP.md": "theirs\n" });
  const out = await desk.do("init");
  expect(out).toContain(`made ${desk.path(".holdfast")}`);
  expect(out).toContain(".planning is another tool's and was left alone");
  await desk.do("plan", "new", "Ours");
  expect(desk.has(".holdfast", "ours", "task_plan.md")).toBe(true);
  expect(desk.has(".planning", ".gitignore")).toBe(false);
  expect(runGit(desk.root, "status", "--porcelain")).toBe("?? .planning/");
});

test("beginning a plan without init leaves another tool's .planning alone, each time", async () => {
  const desk = new Desk();
  writeFiles(desk.root, { ".planning/ROADMAP.md": "theirs\n" });
  for (let time = 0; time < 2; time += 1) {
    const { code, err } = await desk.run(["plan", "new", "Ours"]);
    expect(code).not.toBe(0);
    expect(err).toContain("another tool's files");
    expect(err).toContain("holdfast init");
  }
  expect(desk.has(".planning", ".gitignore")).toBe(false);
  expect(desk.has(".holdfast")).toBe(false);
});

test("a person who does not want the other folder is asked first, and nothing is made", async () => {
  const desk = new Desk();
  writeFiles(desk.root, { ".planning/ROADMAP.md": "theirs\n" });
  const { code, err } = await desk.run(["init"], { tty: true, stdin: "n\n" });
  expect(code).toBe(2);
  expect(err).toContain(".holdfast instead? [Y/n]");
  expect(desk.has(".holdfast")).toBe(false);
  expect((await desk.run(["init"], { tty: true, stdin: "\n" })).code).toBe(0);
  expect(desk.has(".holdfast", ".local")).toBe(true);
});

test("a folder of one's own choice is found again without being named", async () => {
  const desk = new Desk();
  await desk.do("init", "--folder", ".plans", "--yes");
  await desk.do("plan", "new", "Billing");
  expect(desk.has(".plans", "billing", "task_plan.md")).toBe(true);
  expect(desk.has(".planning")).toBe(false);
});

test.each(["..", ".git", "a/b", "CON"])("a folder named %s is refused", async (folder) => {
  const desk = new Desk();
  const { code } = await desk.run(["init", "--folder", folder]);
  expect(code).toBe(2);
  expect(runGit(desk.root, "status", "--porcelain", "--ignored")).toBe("");
});

test("a second folder beside the first is refused", async () => {
  const desk = new Desk();
  await desk.do("init");
  const { code, err } = await desk.run(["init", "--folder", ".plans"]);
  expect(code).toBe(1);
  expect(err).toContain("has a workspace already, in .planning");
  expect(desk.has(".plans")).toBe(false);
});

test("outside Git it is made where one stands, and a strange name has to be told", async () => {
  const desk = new Desk(tempDir());
  const out = await desk.do("init", "--folder", ".plans");
  expect(out).toContain("HOLDFAST_FOLDER=.plans");
  expect(desk.has(".plans", ".local")).toBe(true);
});

test("--root makes a workspace in a folder that is named", async () => {
  const desk = new Desk();
  const other = makeRepository(join(tempDir(), "other"));
  await desk.do("init", "--root", other);
  expect(existsSync(join(other, ".planning", ".local"))).toBe(true);
  expect(desk.has(".planning")).toBe(false);
});

test("what a clean-up took is restored", async () => {
  const desk = new Desk();
  await desk.do("init");
  await desk.do("plan", "new", "Billing", "--goal", "be paid");
  rmSync(desk.path(".planning"), { recursive: true });
  expect(await desk.json("init")).toMatchObject({ outcome: "restored", plans: ["billing"] });
  expect(await desk.do("plan", "show", "--field", "goal")).toBe("be paid\n");
});

test("--track lets Git see what is published", async () => {
  const desk = new Desk();
  await desk.do("plan", "new", "Billing");
  expect(await desk.json("init", "--track")).toMatchObject({ tracked: true });
  const seen = runGit(desk.root, "status", "--porcelain", "--untracked-files=all");
  expect(seen).toContain(".planning/billing/published/");
  expect(seen).not.toContain("/journal/");
});
