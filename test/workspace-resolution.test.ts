import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { makeRepository, runGit, tempDir, writeFiles } from "../src/workspace/git-fixture.ts";
import { runCli } from "./kit/cli.ts";
import { Desk } from "./kit/desk.ts";

const A = "claude:a";
const B = "codex:b";

let desk: Desk;

beforeEach(() => {
  desk = new Desk();
});

interface Shown {
  readonly plan?: string;
  readonly chosenBy: string;
  readonly root: string;
  readonly workspace: string;
}

const show = async (
  cwd: string,
  { env = {}, args = [] }: { env?: Readonly<Record<string, string>>; args?: readonly string[] } = {},
): Promise<Shown> => {
  const result = await runCli(["session", "show", "--json", ...args], { cwd, env: { ...desk.env(), ...env } });
  expect(result).toMatchObject({ code: 0 });
  return result.json() as Shown;
};

test("a plan of a bare repository outlives the worktree that had it", async () => {
  const bare = join(tempDir(), "bare");
  runGit(desk.root, "clone", "-q", "--bare", ".", bare);
  const [one, two, three] = ["one", "two", "three"].map((name) => {
    const path = join(dirname(bare), name);
    runGit(bare, "worktree", "add", "-q", path, "-b", name);
    return new Desk(path, desk.home);
  }) as [Desk, Desk, Desk];
  await one.do("plan", "new", "Alpha");
  await one.do("task", "add", "Keep me");
  runGit(bare, "worktree", "remove", one.root);
  expect(await two.do("task", "list", "--ids")).toBe("T1\n");
  await two.do("task", "add", "And me");
  expect(await three.do("task", "list", "--ids")).toBe("T1\nT2\n");
  expect(three.has(".planning")).toBe(false);
});

describe("which plan is meant", () => {
  /** A session is bound to bound, the default is standard, and latest was touched last. */
  beforeEach(async () => {
    for (const title of ["Flagged", "Pinned"]) await desk.do("plan", "new", title);
    await desk.doAs(A, "plan", "new", "Bound");
    await desk.do("plan", "new", "Standard");
    await desk.doAs(B, "plan", "new", "Latest", "--shared");
  });

  const bound = { HOLDFAST_SESSION: A };
  const pinned = { ...bound, HOLDFAST_PLAN: "pinned" };
  const flag = ["--plan", "flagged"];

  test("goes by flag, pin, binding, default and latest, in this order", async () => {
    const choices = [
      await show(desk.root, { env: pinned, args: flag }),
      await show(desk.root, { env: pinned }),
      await show(desk.root, { env: bound }),
      await show(desk.root),
    ];
    expect(choices.map(({ plan, chosenBy }) => `${plan} by ${chosenBy}`)).toEqual([
      "flagged by flag",
      "pinned by pin",
      "bound by session",
      "standard by default",
    ]);
    await desk.do("session", "release");
    expect(await show(desk.root)).toMatchObject({ plan: "latest", chosenBy: "latest" });
  });

  test("an empty pin is none", async () => {
    expect(await show(desk.root, { env: { ...bound, HOLDFAST_PLAN: "" } })).toMatchObject({ plan: "bound" });
  });

  test("a plan that is paused or done is taken by its name only", async () => {
    for (const title of ["latest", "bound", "flagged", "pinned", "standard"]) {
      await desk.run(
        ["plan", "pause", title],
        title === "latest" ? { session: B } : title === "bound" ? { session: A } : {},
      );
    }
    expect(await show(desk.root)).toMatchObject({ chosenBy: "none" });
    expect(await show(desk.root, { args: flag })).toMatchObject({ plan: "flagged", chosenBy: "flag" });
  });

  test.each([
    ["by flag", { args: ["--plan", "standrad"] }],
    ["by pin", { env: { HOLDFAST_PLAN: "standrad" } }],
    ["by a path", { args: ["--plan", "../standard"] }],
  ])(
    "a wrong name %s is an error that lists the near ones, and changes nothing",
    async (
      _,
      {
        env = {},
        args = [],
      }: {
        env?: Readonly<Record<string, string>>;
        args?: readonly string[];
      },
    ) => {
      const before = desk.read(".planning", "standard", "progress.md");
      for (const command of [
        ["task", "add", "X"],
        ["plan", "archive"],
        ["plan", "pause"],
        ["lane", "create", "X"],
        ["status"],
      ]) {
        const result = await runCli([...command, ...args], { cwd: desk.root, env: { ...desk.env(), ...env } });
        expect([command, result.code]).toEqual([command, 3]);
        expect(result.err).toContain("standard");
      }
      expect(desk.read(".planning", "standard", "progress.md")).toBe(before);
      expect(await show(desk.root)).toMatchObject({ plan: "standard" });
    },
  );

  test("a beginning serves for reading, never for writing", async () => {
    expect(await show(desk.root, { args: ["--plan", "stand"] })).toMatchObject({ plan: "standard" });
    expect(await desk.run(["task", "add", "X", "--plan", "stand"])).toMatchObject({ code: 3 });
  });
});

describe("from where the workspace is found", () => {
  beforeEach(() => desk.do("plan", "new", "Alpha"));

  const isOurs = async (cwd: string): Promise<void> => {
    expect(await show(cwd)).toMatchObject({ root: desk.root, plan: "alpha", workspace: "present" });
  };

  test("any folder of the repository", async () => {
    mkdirSync(desk.path("src", "deep"), { recursive: true });
    for (const cwd of [desk.root, desk.path("src", "deep"), desk.path(".planning"), desk.path(".planning", "alpha")]) {
      await isOurs(cwd);
    }
  });

  test("a worktree that plain Git made anywhere, and one of ours", async () => {
    const elsewhere = join(tempDir(), "far", "away");
    runGit(desk.root, "worktree", "add", "-q", elsewhere, "-b", "far");
    await isOurs(elsewhere);
    await isOurs(join(dirname(elsewhere), "away"));
    const { path } = await desk.json<{ path: string }>("worktree", "prepare");
    mkdirSync(join(path, "src"));
    await isOurs(join(path, "src"));
    const done = await desk.run(["task", "add", "From afar"], { cwd: elsewhere });
    expect(done).toMatchObject({ code: 0 });
    expect(desk.read(".planning", "alpha", "task_plan.md")).toContain("From afar");
    expect(readdirSync(elsewhere)).toEqual([".git", "a.txt"]);
  });

  test("a link to the repository, with .. in the path", async () => {
    const link = join(tempDir(), "link");
    symlinkSync(desk.root, link);
    mkdirSync(desk.path("src"));
    await isOurs(link);
    await isOurs(`${link}/src/..`);
    await isOurs(`${desk.root}/src/../src`);
  });

  test("after git clean took the folder", async () => {
    await desk.do("task", "add", "Kept");
    runGit(desk.root, "clean", "-fdxq");
    expect(desk.has(".planning")).toBe(false);
    expect(await desk.do("status")).toContain("Alpha");
    expect(await desk.do("task", "list")).toContain("Kept");
  });

  test("a parent folder of several repositories, from each that is registered", async () => {
    const root = tempDir();
    for (const name of ["api", "web"]) makeRepository(join(root, name));
    const parent = new Desk(root);
    await parent.do("init");
    await parent.do("plan", "new", "Both");
    await parent.do("repo", "add", "api");
    expect(await show(join(root, "api"))).toMatchObject({ root, plan: "both" });
    expect(await show(join(root, "web"))).toMatchObject({ root: join(root, "web"), workspace: "none" });
    await parent.do("repo", "add", "web");
    expect(await show(join(root, "web"))).toMatchObject({ root });
    const { path } = await parent.json<{ path: string }>("worktree", "prepare", "--repo", "web");
    expect(await show(path)).toMatchObject({ root, plan: "both" });
  });
});

describe("what is not taken for the workspace", () => {
  test("an unrelated one in a folder above", async () => {
    const above = tempDir();
    const parent = new Desk(above);
    await parent.do("init");
    await parent.do("plan", "new", "Theirs");
    const registered = makeRepository(join(above, "known"));
    await parent.do("repo", "add", relative(above, registered));
    const repository = makeRepository(join(above, "deep", "project"));
    for (const cwd of [repository, join(above, "deep")]) {
      const shown = await show(cwd);
      expect(shown).toMatchObject({ chosenBy: "none", workspace: "none" });
      expect(shown.root).toBe(cwd);
    }
    const own = new Desk(repository);
    await own.do("plan", "new", "Ours");
    expect(existsSync(join(repository, ".planning", "ours"))).toBe(true);
    expect(existsSync(join(above, ".planning", "ours"))).toBe(false);
  });

  test("a link called .planning that leads elsewhere", async () => {
    const elsewhere = new Desk();
    await elsewhere.do("plan", "new", "Elsewhere");
    symlinkSync(elsewhere.path(".planning"), desk.path(".planning"));
    const { code } = await desk.run(["plan", "new", "Mine"]);
    expect(code).not.toBe(0);
    expect(elsewhere.has(".planning", "mine")).toBe(false);
    expect(await show(desk.root)).toMatchObject({ chosenBy: "none" });
  });

  test("a folder of a plan that a link leads out of: nothing is written there", async () => {
    await desk.do("plan", "new", "Alpha");
    const outside = tempDir();
    rmSync(desk.path(".planning", "alpha", "lanes"), { recursive: true, force: true });
    symlinkSync(outside, desk.path(".planning", "alpha", "lanes"));
    await desk.run(["lane", "create", "Look", "--id", "look"]);
    expect(readdirSync(outside)).toEqual([]);
  });

  test.each([["alpha"], ["alpha/journal"]])(
    "a link where the folder %s belongs: nothing is written there",
    async (name) => {
      await desk.do("init");
      const outside = tempDir();
      const link = desk.path(".planning", name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(outside, link);
      expect((await desk.run(["plan", "new", "Alpha"])).code).not.toBe(0);
      expect((await desk.run(["task", "add", "First", "--plan", "alpha"])).code).not.toBe(0);
      expect(readdirSync(outside)).toEqual([]);
    },
  );

  test("a root that somebody named and that holds none", async () => {
    const result = await desk.run(["session", "show", "--root", tempDir()]);
    expect(result.code).toBe(2);
  });

  test("a slug that would lead out of the folder", async () => {
    for (const slug of ["../evil", "a/b", ".hidden", "CON", ""]) {
      expect([slug, (await desk.run(["plan", "new", "X", "--slug", slug])).code]).toEqual([slug, 2]);
    }
    expect(existsSync(join(dirname(desk.root), "evil"))).toBe(false);
  });
});

describe("uncommitted changes", () => {
  test("do not hinder a first plan", async () => {
    writeFiles(desk.root, { "a.txt": "changed", "new.txt": "" });
    expect(await desk.run(["plan", "new", "First"], { session: A })).toMatchObject({ code: 0 });
    expect(desk.read("a.txt")).toBe("changed");
  });

  test("that are Holdfast's own do not count", async () => {
    await desk.doAs(A, "plan", "new", "Alpha");
    runGit(desk.root, "config", "core.excludesFile", "/dev/null");
    rmSync(desk.path(".planning", ".gitignore"));
    expect(runGit(desk.root, "status", "--porcelain")).toContain(".planning");
    expect(await desk.run(["plan", "new", "Beta"], { session: A })).toMatchObject({ code: 0 });
  });

  describe("of a plan with two repositories", () => {
    let root: string;

    beforeEach(async () => {
      root = tempDir();
      for (const name of ["api", "web", "docs"]) makeRepository(join(root, name));
      desk = new Desk(root);
      await desk.do("init");
      for (const name of ["api", "web", "docs"]) await desk.do("repo", "add", name);
      await desk.doAs(A, "plan", "new", "Alpha", "--repo", "api", "--repo", "web");
      for (const name of ["api", "web", "docs"]) writeFiles(join(root, name), { "a.txt": "changed", "new.txt": "new" });
    });

    const dirty = (name: string): string => runGit(join(root, name), "status", "--porcelain");

    test("stand in the way of another one without a terminal, each repository by name, and nothing is changed", async () => {
      const refused = await desk.run(["plan", "new", "Beta"], { session: A });
      expect(refused.code).toBe(2);
      for (const name of ["api", "web"]) expect(refused.err).toContain(join(root, name));
      expect(refused.err).not.toContain(join(root, "docs"));
      expect(refused.err).toContain("--stash");
      expect(refused.err).toContain("--allow-dirty");
      expect(desk.has(".planning", "beta")).toBe(false);
      for (const name of ["api", "web", "docs"]) expect(dirty(name)).not.toBe("");
    });

    test("are all put aside by --stash, and the plans never", async () => {
      const done = await desk.run(["plan", "new", "Beta", "--stash"], { session: A });
      expect(done).toMatchObject({ code: 0 });
      expect([dirty("api"), dirty("web")]).toEqual(["", ""]);
      expect(dirty("docs")).not.toBe("");
      for (const name of ["api", "web"]) {
        expect(runGit(join(root, name), "stash", "list")).toContain("switch from alpha to beta");
        expect(runGit(join(root, name), "stash", "show", "-u", "--name-only", "stash@{0}").split("\n").sort()).toEqual([
          "a.txt",
          "new.txt",
        ]);
      }
      expect(await desk.do("plan", "list")).toMatch(/alpha[\s\S]*beta|beta[\s\S]*alpha/);
    });
  });

  test("are put aside in the workspace's own repository without its plans, seen by Git or not", async () => {
    await desk.doAs(A, "plan", "new", "Alpha");
    rmSync(desk.path(".planning", ".gitignore"));
    writeFileSync(desk.path("a.txt"), "changed");
    expect(await desk.run(["plan", "new", "Beta", "--stash"], { session: A })).toMatchObject({ code: 0 });
    expect(runGit(desk.root, "stash", "show", "-u", "--name-only", "stash@{0}")).toBe("a.txt");
    expect(desk.has(".planning", "alpha", "task_plan.md")).toBe(true);
    expect(desk.read("a.txt")).toBe("a\n");
  });
});
