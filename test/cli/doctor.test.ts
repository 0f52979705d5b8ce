import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { checkNode } from "../../src/engine/setup/doctor.ts";
import { perform } from "../../src/engine/perform.ts";
import { switchPlan } from "../../src/engine/plans/plans.ts";
import { Workspace } from "../../src/engine/workspace.ts";
import { makeRepository, runGit, tempDir, valueOf, writeFiles } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";

const HOUR_MS = 3_600_000;

interface Finding {
  readonly check: string;
  readonly level: string;
  readonly message: string;
  readonly hint?: string;
  readonly place?: string;
}

let desk: Desk;

const doctor = async (...more: readonly string[]) => {
  const { code, out } = await desk.run(["doctor", "--json", ...more]);
  const { findings, exit, ok } = JSON.parse(out) as { findings: readonly Finding[]; exit: number; ok: boolean };
  expect({ exit, ok }).toEqual({ exit: code, ok: code === 0 });
  return { code, findings, bad: findings.filter(({ level }) => level !== "ok") };
};

/** Everything in a folder, with what it says. */
const filesIn = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name), "latin1")]),
  );

const journalFile = (): string => {
  const folder = desk.path(".planning", "alpha", "journal");
  return join(
    folder,
    readdirSync(folder).find((name) => name.endsWith(".jsonl"))!,
  );
};

/** Writes to the plan at another time than now. */
const writeAt = async (offMs: number): Promise<void> => {
  const workspace = valueOf(await Workspace.open({ cwd: desk.root, env: desk.env(), now: () => Date.now() + offMs }));
  valueOf(await perform(workspace, "alpha", { type: "record-next", what: "later" }));
  workspace.close();
};

beforeEach(async () => {
  desk = new Desk();
  await desk.do("plan", "new", "Alpha");
  await desk.do("task", "add", "First");
});

describe("a workspace in order", () => {
  test("is well, and nothing is written by looking", async () => {
    const before = filesIn(desk.path(".planning"));
    const { code, bad, findings } = await doctor();
    expect({ code, bad }).toEqual({ code: 0, bad: [] });
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        "node",
        "workspace",
        "file-system",
        "identity",
        "key",
        "plan alpha",
        "clock",
        "sessions",
      ]),
    );
    expect(filesIn(desk.path(".planning"))).toEqual(before);
    expect(await desk.do("doctor")).toMatch(/ok +workspace: \S+\.planning: you stand in it\n[\s\S]*all is well\n$/);
  });

  test("says by what it was found", async () => {
    const far = join(tempDir(), "far");
    runGit(desk.root, "worktree", "add", "-q", far, "-b", "far");
    const { out } = await desk.run(["doctor"], { cwd: far });
    expect(out).toContain(desk.path(".planning"));
  });
});

test("where there is no workspace it says how to get one, and makes nothing", async () => {
  desk = new Desk(makeRepository(join(tempDir(), "bare")));
  expect((await doctor()).bad).toMatchObject([{ check: "workspace", level: "note", hint: "holdfast init" }]);
  expect(desk.has(".planning")).toBe(false);
});

test("outside Git a second name is missed", async () => {
  desk = new Desk(tempDir());
  await desk.do("init");
  expect((await doctor()).bad).toMatchObject([{ check: "second-name", level: "note" }]);
});

test("an old Node is a problem", () => {
  expect(checkNode("20.18.9").level).toBe("problem");
  expect(checkNode("18.0.0").level).toBe("problem");
  expect(checkNode("20.19.0").level).toBe("ok");
  expect(checkNode("24.1.0").level).toBe("ok");
});

test("settings that cannot be read are a problem, with the place", async () => {
  writeFiles(desk.root, { ".planning/holdfast.json": "{ no" });
  const { code, bad } = await doctor();
  expect(code).toBe(1);
  expect(bad).toMatchObject([{ check: "workspace", level: "problem", place: "holdfast.json:1:3" }]);
});

test("a root that was mistyped is an error of its own", async () => {
  expect(await desk.run(["doctor", "--root", "/nowhere"])).toMatchObject({ code: 2 });
});

describe("a journal", () => {
  test("with a torn line is damaged, and the line is named", async () => {
    appendFileSync(journalFile(), "half a rec\n");
    const { code, bad } = await doctor();
    expect(code).toBe(4);
    expect(bad[0]).toMatchObject({ check: "plan alpha", level: "damaged", place: `${journalFile()}:5` });
    expect((await doctor("--fix")).code).toBe(4);
    expect(readFileSync(journalFile(), "utf8")).toContain("half a rec");
  });

  test("with a line that somebody changed is damaged", async () => {
    const text = readFileSync(journalFile(), "utf8");
    writeFileSync(journalFile(), text.replace("First", "Worst"));
    const { code, bad } = await doctor();
    expect(code).toBe(4);
    expect(bad.map(({ message }) => message).join()).toContain("signed");
  });

  test("that lost its second name gets it back, and says so", async () => {
    const second = join(desk.root, ".git", "holdfast", "plans", "alpha");
    for (const name of readdirSync(second)) rmSync(join(second, name));
    const { code, bad } = await doctor();
    expect(code).toBe(0);
    expect(bad).toMatchObject([{ level: "note", message: expect.stringContaining("put back") as string }]);
    expect(statSync(journalFile()).nlink).toBe(2);
    expect((await doctor()).bad).toEqual([]);
  });

  test("whose two names have gone different ways is damaged, and rescue is the way out", async () => {
    const second = join(desk.root, ".git", "holdfast", "plans", "alpha");
    const name = readdirSync(second)[0]!;
    rmSync(join(second, name));
    writeFileSync(join(second, name), "another\n");
    const { code, bad } = await doctor();
    expect(code).toBe(4);
    expect(bad.map(({ hint }) => hint).join()).toContain("holdfast journal rescue");
    expect(readFileSync(join(second, name), "utf8")).toBe("another\n");
  });
});

test("a clock that went back is a problem, and ran ahead is none", async () => {
  await writeAt(-2 * HOUR_MS);
  expect((await doctor()).findings.find(({ check }) => check === "clock")).toMatchObject({ level: "ok" });
  await writeAt(2 * HOUR_MS);
  const { code, bad } = await doctor();
  expect(code).toBe(1);
  expect(bad.filter(({ level }) => level === "problem")).toMatchObject([
    { check: "clock", message: expect.stringMatching(/\d{4} s behind/) as string },
  ]);
});

test("records that cannot be sealed are a problem", async () => {
  const file = join(tempDir(), "no-folder");
  writeFileSync(file, "");
  const env = { ...desk.env(), XDG_STATE_HOME: file };
  const workspace = valueOf(await Workspace.open({ cwd: desk.root, env }));
  const { diagnose } = await import("../../src/engine/setup/doctor.ts");
  const found = await diagnose(workspace, { fix: false });
  workspace.close();
  expect(found.find(({ check }) => check === "key")).toMatchObject({ level: "problem" });
});

describe("generated files", () => {
  test("edited by hand are told, and with --fix saved beside and written again", async () => {
    const file = desk.path(".planning", "alpha", "task_plan.md");
    const whole = readFileSync(file, "utf8");
    appendFileSync(file, "my own line\n");
    rmSync(desk.path(".planning", "alpha", "progress.md"));
    const first = await doctor();
    expect(first.code).toBe(0);
    expect(first.bad.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      "note: edited by hand: task_plan.md",
      "note: out of date: progress.md",
    ]);
    expect(readFileSync(file, "utf8")).toContain("my own line");
    expect((await doctor("--fix")).bad.map(({ level }) => level)).toEqual(["fixed", "fixed"]);
    expect(readFileSync(file, "utf8")).toBe(whole);
    const saved = readdirSync(desk.path(".planning", "alpha")).find((name) => name.startsWith("task_plan.edited-"));
    expect(desk.read(".planning", "alpha", saved!)).toContain("my own line");
    expect((await doctor()).bad).toEqual([]);
  });

  test("that are behind the journal are written again with --fix", async () => {
    rmSync(desk.path(".planning", "alpha", "head.json"));
    expect((await doctor()).bad).toMatchObject([{ level: "note", message: "out of date: head.json" }]);
    await doctor("--fix");
    expect(desk.has(".planning", "alpha", "head.json")).toBe(true);
  });
});

test("drafts of dead writers are told and swept; young ones, and what only looks like one, stay", async () => {
  const draft = (name: string, ageMs: number): string => {
    const file = desk.path(".planning", "alpha", name);
    writeFileSync(file, "half");
    const at = (Date.now() - ageMs) / 1000;
    utimesSync(file, at, at);
    return name;
  };
  draft(".holdfast-4321-0abcdefgh.tmp", 2 * HOUR_MS);
  const young = draft(".holdfast-4321-1abcdefgh.tmp", 60_000);
  const other = draft(".holdfast-mine.tmp", 2 * HOUR_MS);
  expect((await doctor()).bad).toMatchObject([{ check: "temporaries", level: "note" }]);
  expect((await doctor("--fix")).bad).toMatchObject([{ check: "temporaries", level: "fixed" }]);
  const left = readdirSync(desk.path(".planning", "alpha")).filter((name) => name.endsWith(".tmp"));
  expect(left.sort()).toEqual([young, other].sort());
});

test("compiled code of builds long unused is told and removed; what is in use, or not ours, stays", async () => {
  const days = (count: number): number => Date.now() / 1000 - count * 24 * 3600;
  const put = (path: string, at: number): string => {
    const file = join(desk.home, ".cache", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "code");
    utimesSync(file, at, at);
    return file;
  };
  const old = put("holdfast/v20.19.0-x64-0123456789ab/main-AB12CD34.js.cache", days(40));
  const kept = [
    put("holdfast/v20.19.0-x64-ba9876543210/main-AB12CD34.js.cache", days(2)),
    put("holdfast/v20.19.0-x64-00000000abcd/task-claim.main-AB12CD34.js.cache", days(40)),
    put("holdfast/v20.19.0-x64-00000000abcd/mine.txt", days(40)),
    put("holdfast/notes/main.js.cache", days(40)),
    put("other/v20.19.0-x64-0123456789ab/main.js.cache", days(40)),
  ];
  symlinkSync(
    join(desk.home, ".cache", "other", "v20.19.0-x64-0123456789ab"),
    join(desk.home, ".cache", "holdfast", "v20.19.0-x64-111111111111"),
  );
  const caches = async (...more: readonly string[]) =>
    (await doctor(...more)).bad.filter(({ check }) => check === "caches");
  expect(await caches()).toMatchObject([
    { level: "note", message: expect.stringContaining("2 earlier builds") as string },
  ]);
  expect(existsSync(old)).toBe(true);
  expect(await caches("--fix")).toMatchObject([{ level: "fixed" }]);
  expect(existsSync(dirname(old))).toBe(false);
  expect(kept.map((file) => existsSync(file))).toEqual([true, false, true, true, true]);
  expect(await caches()).toEqual([]);
});

test("dead sessions are told and with --fix let go; living ones stay", async () => {
  const past = () => Date.now() - HOUR_MS;
  const env = desk.env("claude:dead");
  const workspace = valueOf(await Workspace.open({ cwd: desk.root, env, now: past }));
  valueOf(await switchPlan(workspace, "alpha"));
  workspace.close();
  await desk.doAs("claude:alive", "session", "observe", "alpha");
  const ofSessions = async (...more: readonly string[]) =>
    (await doctor(...more)).bad.filter(({ check }) => check === "sessions");
  expect(await ofSessions()).toMatchObject([
    { level: "note", message: expect.stringContaining("claude:dead") as string },
  ]);
  expect(await ofSessions("--fix")).toMatchObject([{ level: "fixed" }]);
  expect(await desk.do("session", "list", "--all")).toMatch(/^ {2}claude:alive .*\n$/);
});

test("plans that Git sees are a problem until --fix hides them; another's .gitignore is left alone", async () => {
  rmSync(desk.path(".planning", ".gitignore"));
  expect((await doctor()).bad).toMatchObject([{ check: "git-ignore", level: "problem" }]);
  expect((await doctor("--fix")).bad).toMatchObject([{ check: "git-ignore", level: "fixed" }]);
  expect(runGit(desk.root, "status", "--porcelain")).toBe("");
  writeFileSync(desk.path(".planning", ".gitignore"), "theirs\n");
  const { code } = await doctor("--fix");
  expect(code).toBe(1);
  expect(desk.read(".planning", ".gitignore")).toBe("theirs\n");
});

test("a copied folder says that it has an identity of its own", async () => {
  const copy = join(tempDir(), "copy");
  runGit(tempDir(), "clone", "-q", desk.root, copy);
  const { cpSync } = await import("node:fs");
  cpSync(desk.path(".planning"), join(copy, ".planning"), { recursive: true });
  desk = new Desk(copy);
  expect((await doctor()).findings.find(({ check }) => check === "identity")).toMatchObject({ level: "note" });
});

test("repositories and worktrees that are gone are named, with the command", async () => {
  makeRepository(desk.path("sub"));
  await desk.do("repo", "add", "sub");
  const { path } = await desk.json<{ path: string }>("worktree", "prepare", "--repo", "repo");
  runGit(desk.root, "worktree", "remove", path);
  rmSync(desk.path("sub"), { recursive: true });
  const { code, bad } = await doctor();
  expect(code).toBe(1);
  expect(bad).toMatchObject([
    { check: "repositories", level: "problem", hint: "holdfast repo remove sub" },
    { check: "worktrees", level: "note", hint: "holdfast worktree remove --plan alpha --repo repo forgets it" },
  ]);
});

test("a repository that Git does not work in is a problem, with the way out", async () => {
  vi.stubEnv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
  try {
    const { out } = await desk.run(["doctor"]);
    expect(out).toMatch(/problem +git: .* belongs to another account/);
    expect(out).toContain("safe.directory");
  } finally {
    vi.unstubAllEnvs();
  }
});

test("one damaged plan does not keep the others from being looked at", async () => {
  await desk.do("plan", "new", "Beta", "--allow-dirty");
  const folder = desk.path(".planning", "beta", "journal");
  const file = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith(".jsonl"))!,
  );
  const second = join(desk.root, ".git", "holdfast", "plans", "beta", file.slice(folder.length + 1));
  rmSync(second);
  writeFileSync(`${file}.other`, "not a record\n");
  linkSync(`${file}.other`, second);
  const { code, findings } = await doctor();
  expect(code).toBe(4);
  expect(findings.find(({ check }) => check === "plan alpha")).toMatchObject({ level: "ok" });
});
