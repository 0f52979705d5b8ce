import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { describeIsolation } from "../../src/engine/worktrees.ts";
import { Workspace } from "../../src/engine/workspace.ts";
import { makeRepository, runGit, tempDir, valueOf, writeFiles } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";

const A = "claude:a";
const B = "codex:b";

let desk: Desk;

const as = (session: string, ...args: readonly string[]) => desk.run(args, { session });
/** What a refusal tells to type, without the program's name. */
const commandIn = (err: string): readonly string[] => {
  const [, words = ""] = /hint: holdfast ([^;\n]+)/.exec(err) ?? [];
  return words.trim().split(" ");
};

describe("two writers in one repository", () => {
  beforeEach(async () => {
    desk = new Desk();
    await as(A, "plan", "new", "Alpha");
  });

  test("are kept apart: the second plan is not begun at all, and the command that is told makes room for it", async () => {
    const refused = await as(B, "plan", "new", "Beta");
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain("alpha is being written in the same checkout of repo");
    expect(desk.has(".planning", "beta")).toBe(false);
    expect(existsSync(join(desk.root, ".git", "holdfast", "plans", "beta"))).toBe(false);
    expect((await as(B, "session", "show", "--json")).json()).not.toHaveProperty("binding");

    const command = commandIn(refused.err);
    expect(command).toEqual(["worktree", "prepare", "--plan", "beta", "--repo", "repo", "--new"]);
    expect(await as(B, ...command)).toMatchObject({ code: 0 });
    expect(await as(B, "plan", "new", "Beta")).toMatchObject({ code: 0 });
    expect((await as(B, "session", "show", "--json")).json()).toMatchObject({
      binding: { plan: "beta", role: "writer" },
    });
  });

  test("are kept apart when one is bound to a plan that is there, with the exact command", async () => {
    await as(B, "plan", "new", "Beta", "--shared");
    await as(B, "session", "release");
    const refused = await as(B, "session", "bind", "beta");
    expect(refused.code).not.toBe(0);
    const command = commandIn(refused.err);
    expect(command).toEqual(["worktree", "prepare", "--plan", "beta", "--repo", "repo"]);
    expect(await as(B, ...command)).toMatchObject({ code: 0 });
    expect(await as(B, "session", "bind", "beta")).toMatchObject({ code: 0 });
  });

  test("work beside each other where that is said, and an observer does not count", async () => {
    expect(await as(B, "plan", "new", "Beta", "--shared")).toMatchObject({ code: 0 });
    await as(B, "session", "observe", "beta");
    expect(await as("opencode:c", "plan", "new", "Gamma", "--shared")).toMatchObject({ code: 0 });
  });
});

test("isolation of several repositories is told one by one, with the command for what is in the way", async () => {
  const root = tempDir();
  for (const name of ["front", "back", "docs"]) makeRepository(join(root, name));
  desk = new Desk(root);
  await desk.do("init");
  for (const name of ["front", "back", "docs"]) await desk.do("repo", "add", name);
  await as(A, "plan", "new", "Alpha", "--repo", "front", "--repo", "back");
  await as(A, "worktree", "prepare", "--repo", "front");
  await as(B, "plan", "new", "Beta", "--repo", "front", "--repo", "back", "--repo", "docs", "--shared");
  await as(A, "worktree", "prepare", "--plan", "alpha", "--repo", "front");
  const classes = async (session: string, plan: string): Promise<readonly string[]> => {
    const workspace = valueOf(await Workspace.open({ cwd: root, env: desk.env(session) }));
    const found = valueOf(describeIsolation(workspace, plan));
    return found.map(({ repo, isolation, command }) => `${repo} ${isolation} ${command ?? ""}`.trim());
  };
  expect(await classes(A, "alpha")).toEqual([
    "front already_isolated",
    "back needs_worktree holdfast worktree prepare --plan alpha --repo back",
  ]);
  expect(await classes(B, "beta")).toEqual([
    "front safe_shared",
    "back needs_worktree holdfast worktree prepare --plan beta --repo back",
    "docs safe_shared",
  ]);
  await as(B, "worktree", "prepare", "--plan", "beta", "--repo", "back");
  expect(await classes(A, "alpha")).toEqual(["front already_isolated", "back safe_shared"]);
});

describe("in a plan's own worktree", () => {
  let cwd: string;
  beforeEach(async () => {
    desk = new Desk();
    for (const title of ["Alpha", "Beta", "Gamma"]) await desk.do("plan", "new", title, "--goal", `do ${title}`);
    ({ path: cwd } = await desk.json<{ path: string }>("worktree", "prepare", "--plan", "alpha"));
  });
  const there = (...args: readonly string[]) => desk.run(args, { cwd, session: A });

  test("commands are about that plan, reading and writing", async () => {
    expect(JSON.parse((await there("session", "show", "--json")).out)).toMatchObject({
      plan: "alpha",
      chosenBy: "worktree",
      isMeant: true,
    });
    expect((await there("log", "seen in the worktree")).code).toBe(0);
    expect(desk.read(".planning", "alpha", "progress.md")).toContain("seen in the worktree");
    expect((await there("status", "--plan", "beta")).out).toContain("beta");
    await desk.do("plan", "pause", "alpha");
    expect(JSON.parse((await there("session", "show", "--json")).out)).toMatchObject({ chosenBy: "default" });
  });

  test("a conversation that is bound to none is told of that plan alone", async () => {
    const told = async (folder: string): Promise<string> => {
      const payload = { session_id: "s1", hook_event_name: "SessionStart", source: "startup", cwd: folder };
      return (await desk.run(["hook", "claude"], { cwd: folder, stdin: JSON.stringify(payload) })).out;
    };
    expect(await told(desk.root)).toContain("the plans gamma, beta, alpha are open here");
    expect(await told(cwd)).toContain('the plan alpha (\\"Alpha\\") is open here');
  });
});

describe("worktree prepare", () => {
  beforeEach(async () => {
    desk = new Desk();
    await desk.do("plan", "new", "Alpha");
  });

  const place = (): string => join(`${desk.root}.worktrees`, "alpha");

  test("makes a checkout beside the repository, on the plan's branch, and keeps it the second time", async () => {
    const made = await desk.json("worktree", "prepare");
    expect(made).toEqual({
      plan: "alpha",
      repo: "repo",
      path: place(),
      branch: "task/alpha",
      base: "main",
      isNew: true,
      isNewBranch: true,
    });
    expect(runGit(place(), "symbolic-ref", "--short", "HEAD")).toBe("task/alpha");
    expect(await desk.json("worktree", "prepare")).toMatchObject({ isNew: false, path: place() });
    expect(runGit(desk.root, "status", "--porcelain")).toBe("");
  });

  test("goes inside the workspace by setting, unseen by Git", async () => {
    writeFiles(desk.root, { ".planning/holdfast.json": `{"worktrees": "inside"}` });
    expect(await desk.json("worktree", "prepare")).toMatchObject({ path: desk.path(".worktrees", "alpha", "repo") });
    expect(runGit(desk.root, "status", "--porcelain")).toBe("");
  });

  test("takes a branch, a base and a place, and refuses a place elsewhere", async () => {
    runGit(desk.root, "tag", "v1");
    const path = join(`${desk.root}.worktrees`, "other");
    const made = await desk.json("worktree", "prepare", "--branch", "work", "--base", "v1", "--path", path);
    expect(made).toMatchObject({ branch: "work", base: "v1", path });
    const own = new Desk();
    await own.do("plan", "new", "Alpha");
    for (const wrong of ["../elsewhere", "src/tree", tempDir()]) {
      expect(await own.run(["worktree", "prepare", "--path", wrong])).toMatchObject({ code: 2 });
    }
    expect(await own.run(["worktree", "prepare", "--base", "nothing"])).toMatchObject({ code: 3 });
    expect(await own.run(["worktree", "prepare", "--branch", "a b"])).toMatchObject({ code: 2 });
    expect(await own.run(["worktree", "prepare", "--plan", "alhpa"])).toMatchObject({ code: 3 });
    expect(await own.run(["worktree", "prepare", "--plan", "../up", "--new"])).toMatchObject({ code: 2 });
    expect(await own.json("worktree", "list")).toEqual({ items: [], total: 0, offset: 0 });
  });

  test("makes no second one of a plan that has one, and none under Git's own name", async () => {
    const { path } = await desk.json<{ path: string }>("worktree", "prepare");
    const other = join(dirname(path), "other");
    const before = runGit(desk.root, "worktree", "list");
    const { code, err } = await desk.run(["worktree", "prepare", "--path", other, "--branch", "other"]);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining("hint: holdfast worktree remove --plan alpha --repo repo"),
    ]);
    expect(await desk.run(["worktree", "prepare", "--path", path])).toMatchObject({ code: 0 });
    expect(runGit(desk.root, "worktree", "list")).toBe(before);
    expect(runGit(desk.root, "branch", "--list", "other")).toBe("");
    await desk.do("worktree", "remove");
    for (const name of [".git", ".GIT/x"]) {
      const place = join(dirname(path), ...name.split("/"));
      expect(await desk.run(["worktree", "prepare", "--path", place])).toMatchObject({ code: 2 });
      expect(existsSync(place)).toBe(false);
    }
  });

  test("asks which repository where there are several", async () => {
    makeRepository(desk.path("sub"));
    await desk.do("repo", "add", "sub");
    const refused = await desk.run(["worktree", "prepare"]);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("--repo, one of repo, sub");
  });

  test("of a plan that another session writes is refused", async () => {
    await as(A, "session", "bind", "alpha");
    expect(await as(B, "worktree", "prepare", "--plan", "alpha")).toMatchObject({ code: 1 });
    expect(existsSync(place())).toBe(false);
  });
});

describe("worktree list", () => {
  test("groups by plan, and tells what is in each", async () => {
    desk = new Desk();
    for (const name of ["Beta", "Alpha"]) {
      await desk.do("plan", "new", name);
      await desk.do("worktree", "prepare", "--plan", name.toLowerCase());
    }
    const alpha = join(`${desk.root}.worktrees`, "alpha");
    writeFiles(alpha, { "b.txt": "b" });
    runGit(alpha, "add", "-A");
    runGit(alpha, "commit", "-q", "-m", "b");
    writeFiles(alpha, { "c.txt": "c", "a.txt": "changed" });
    const { items } = await desk.json<{ items: Record<string, unknown>[] }>("worktree", "list");
    expect(items).toMatchObject([
      { plan: "alpha", path: alpha, branch: "task/alpha", dirty: 2, ahead: 1, exists: true, isOurs: true },
      { plan: "beta", dirty: 0, ahead: 0 },
    ]);
    const text = await desk.do("worktree", "list");
    expect(text).toMatch(/^alpha\n {2}repo .*, 2 uncommitted, 1 ahead\nbeta\n {2}repo .*, clean\n$/);
    const inside = await desk.run(["worktree", "list"], { cwd: alpha });
    expect(inside.out).toContain("* repo");
    runGit(desk.root, "worktree", "remove", join(`${desk.root}.worktrees`, "beta"));
    expect(await desk.do("worktree", "list", "--plan", "beta")).toContain("gone");
  });
});

describe("of a repository that was moved", () => {
  const move = (): Desk => {
    const there = `${desk.root}-moved`;
    renameSync(desk.root, there);
    return new Desk(there, desk.home);
  };

  beforeEach(async () => {
    desk = new Desk();
    await as(A, "plan", "new", "Alpha", "--repo", "repo");
  });

  test("plans that name it by its old name work on", async () => {
    desk = move();
    await desk.doAs(B, "session", "steal", "alpha");
    await desk.doAs(B, "task", "add", "Work");
    await desk.doAs(B, "task", "claim", "T1");
    expect(await desk.json("repo", "list")).toMatchObject({ items: [{ id: "repo-moved", path: "." }] });
  });

  test("a worktree is said to be cut off, is left alone, and is the plan's again once Git has repaired it", async () => {
    const { path } = (await as(A, "worktree", "prepare", "--json")).json() as { path: string };
    desk = move();
    expect((await as(A, "worktree", "list")).out).toContain(`cut off from its repository: git worktree repair ${path}`);
    expect((await as(A, "doctor")).out).toContain(`${path} has lost its repository`);
    for (const act of ["prepare", "remove"]) {
      const { code, err } = await as(A, "worktree", act);
      expect([code, err]).toEqual([1, expect.stringContaining(`hint: git worktree repair '${path}'`)]);
    }
    runGit(desk.root, "worktree", "repair", path);
    expect(await desk.json("worktree", "list")).toMatchObject({
      items: [{ plan: "alpha", repo: "repo", path, exists: true, isCutOff: false, dirty: 0 }],
    });
    expect((await as(A, "worktree", "prepare", "--json")).json()).toMatchObject({ path, isNew: false });
    expect(await as(A, "worktree", "remove")).toMatchObject({ code: 0 });
  });

  test("a registered one is missed, and its worktree with the work in it is not called gone", async () => {
    runGit(desk.root, "init", "-q", "api");
    runGit(desk.path("api"), "commit", "-q", "--allow-empty", "-m", "first");
    await desk.do("repo", "add", "api");
    await as(B, "plan", "new", "Beta", "--repo", "api", "--shared");
    const { path } = (await as(B, "worktree", "prepare", "--json")).json() as { path: string };
    writeFiles(path, { "work.txt": "not committed" });
    renameSync(desk.path("api"), desk.path("api2"));
    expect((await as(B, "worktree", "list")).out).toContain("cut off from its repository");
    const { code, err } = await as(B, "worktree", "remove");
    expect([code, err]).toEqual([3, expect.stringContaining("hint: holdfast worktree remove --forget")]);
    expect(await as(B, "worktree", "remove", "--forget")).toMatchObject({ code: 0 });
    expect(existsSync(join(path, "work.txt"))).toBe(true);
  });

  test("a branch that is checked out where no worktree may be is no reason to send anybody there", async () => {
    runGit(desk.root, "worktree", "add", "-q", join(tempDir(), "theirs"), "-b", "task/alpha");
    const { err } = await as(A, "worktree", "prepare");
    expect(err).toMatch(/hint: Choose another with --branch\.$/m);
  });
});

describe("worktree remove", () => {
  let path: string;

  beforeEach(async () => {
    desk = new Desk();
    runGit(desk.root, "branch", "keep");
    await desk.do("plan", "new", "Alpha");
    path = (await desk.json<{ path: string }>("worktree", "prepare")).path;
  });

  const remove = (...more: readonly string[]) => desk.run(["worktree", "remove", ...more]);

  test("takes away what holds nothing of its own, builds aside, and leaves the branch", async () => {
    writeFiles(path, { ".gitignore": "node_modules\n" });
    runGit(path, "add", "-A");
    runGit(path, "commit", "-q", "-m", "ignore");
    runGit(desk.root, "merge", "-q", "task/alpha");
    writeFiles(path, { "node_modules/x/index.js": "" });
    const { code, out } = await remove();
    expect({ code, out }).toEqual({ code: 0, out: `removed ${path}\nthe branch task/alpha is as it was\n` });
    expect(existsSync(path)).toBe(false);
    expect(runGit(desk.root, "branch", "--list", "task/alpha")).toContain("task/alpha");
    expect(await remove()).toMatchObject({ code: 3 });
  });

  test.each<readonly [string, (path: string) => void, string]>([
    ["uncommitted changes", (path) => writeFileSync(join(path, "a.txt"), "b"), "a.txt"],
    ["files unknown to Git", (path) => writeFileSync(join(path, "new.txt"), "b"), "new.txt"],
    [
      "ignored files that no build makes again",
      (path) => {
        writeFileSync(join(path, ".env"), "SECRET=1");
        const info = join(
          dirname(runGit(path, "rev-parse", "--path-format=absolute", "--git-common-dir")),
          ".git",
          "info",
        );
        mkdirSync(info, { recursive: true });
        writeFileSync(join(info, "exclude"), ".env\n");
      },
      ".env",
    ],
    [
      "commits that are on no other branch and no remote",
      (path) => {
        writeFileSync(join(path, "new.txt"), "b");
        runGit(path, "add", "-A");
        runGit(path, "commit", "-q", "-m", "only here");
      },
      "1 commit of task/alpha",
    ],
  ])("is refused because of %s, and says what and the way out", async (_, spoil, what) => {
    spoil(path);
    const refused = await remove();
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(what);
    expect(refused.err).toMatch(/hint: (?:Commit|Move|Merge)/);
    expect(refused.err).not.toMatch(/--force|-D\b|reset|clean|rm -/);
    expect(existsSync(path)).toBe(true);
    expect(await desk.json("worktree", "list")).toMatchObject({ items: [{ plan: "alpha" }] });
  });

  test("of a worktree that somebody else made is refused; it can be forgotten", async () => {
    const own = new Desk();
    await own.do("plan", "new", "Alpha");
    const theirs = join(`${own.root}.worktrees`, "alpha");
    runGit(own.root, "worktree", "add", "-q", theirs, "-b", "theirs");
    expect(await own.json("worktree", "prepare")).toMatchObject({ isNew: false, branch: "theirs" });
    expect(await own.run(["worktree", "remove"])).toMatchObject({ code: 1 });
    expect((await own.run(["worktree", "remove", "--forget"])).out).toContain("left as it is");
    expect(existsSync(theirs)).toBe(true);
    expect(await own.json("worktree", "list")).toEqual({ items: [], total: 0, offset: 0 });
  });

  test("is refused to whoever stands in it", async () => {
    expect((await desk.run(["worktree", "remove"], { cwd: path })).code).toBe(1);
    expect(existsSync(path)).toBe(true);
  });

  test("forgets one that is gone already", async () => {
    runGit(desk.root, "worktree", "remove", path);
    expect((await remove()).out).toContain("was gone already");
    expect(await desk.json("worktree", "list")).toEqual({ items: [], total: 0, offset: 0 });
  });

  test("takes no plan by a guess where several are open", async () => {
    desk = new Desk();
    await as(A, "plan", "new", "Alpha");
    await as(B, "plan", "new", "Beta", "--shared");
    const there = ((await as(B, "worktree", "prepare", "--json")).json() as { path: string }).path;
    for (const more of [[], ["--forget"]]) {
      const { code, err } = await as("claude:z", "worktree", "remove", ...more);
      expect([code, err]).toEqual([2, expect.stringContaining("2 plans are open here")]);
    }
    expect(existsSync(there)).toBe(true);
    expect(await desk.json("worktree", "list")).toMatchObject({ total: 1 });
  });

  test("works for the plan that was never begun after all", async () => {
    await desk.do("worktree", "prepare", "--plan", "never", "--new");
    expect(await remove("--plan", "never")).toMatchObject({ code: 0 });
  });
});
