import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listStartupImports, makeRepository, refusalOf, runGit, tempDir, valueOf, writeFiles } from "./git-fixture.ts";
import {
  chooseFolder,
  findWorkspace,
  isForeignPlanning,
  recordWorkspace,
  type FindOptions,
  type Registered,
} from "./root.ts";

const makeWorkspace = (root: string, folder = ".planning"): string => {
  mkdirSync(join(root, folder, ".local"), { recursive: true });
  return root;
};

const find = (cwd: string, options?: FindOptions) => {
  const { root, folder, state, claim } = valueOf(findWorkspace(cwd, options));
  return { root, folder, state, claim };
};

const registering =
  (registered: Partial<Registered>): NonNullable<FindOptions["claims"]> =>
  () => ({ repositories: [], checkouts: [], ...registered });

describe("a workspace that is a repository", () => {
  it("is found from itself, from any folder below and from its own folder", () => {
    const repo = makeWorkspace(makeRepository(tempDir()));
    mkdirSync(join(repo, "src", "deep"), { recursive: true });
    expect(find(repo)).toEqual({ root: repo, folder: ".planning", state: "present", claim: "self" });
    expect(find(join(repo, "src", "deep"))).toMatchObject({ root: repo, claim: "toplevel" });
    expect(find(join(repo, ".planning", ".local"))).toMatchObject({ root: repo, claim: "folder" });
  });

  it("is found without asking for what is registered", () => {
    const repo = makeWorkspace(makeRepository(tempDir()));
    mkdirSync(join(repo, "src"));
    const claims = () => {
      throw new Error("asked");
    };
    expect(find(join(repo, "src"), { claims }).root).toBe(repo);
  });

  it("is found through a symbolic link by its real path", () => {
    const base = tempDir();
    const repo = makeWorkspace(makeRepository(join(base, "repo")));
    symlinkSync(repo, join(base, "link"));
    expect(find(join(base, "link")).root).toBe(repo);
  });

  it("is found from its submodule", () => {
    const base = tempDir();
    const lib = makeRepository(join(base, "lib"));
    const repo = makeWorkspace(makeRepository(join(base, "repo")));
    runGit(repo, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", lib, "sub");
    expect(find(join(repo, "sub")).root).toBe(repo);
    runGit(repo, "commit", "-q", "-m", "sub");
    runGit(repo, "worktree", "add", "-q", join(base, "wt"));
    runGit(join(base, "wt"), "-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init");
    expect(find(join(base, "wt", "sub")).root).toBe(repo);
  });
});

describe("an unrelated ancestor", () => {
  it("never captures a folder or a repository further down", () => {
    const home = makeWorkspace(tempDir());
    const repo = makeRepository(join(home, "code", "repo"));
    mkdirSync(join(home, "notes"));
    expect(find(repo)).toMatchObject({ state: "none", root: repo });
    expect(find(join(home, "notes"))).toMatchObject({ state: "none", root: join(home, "notes") });
  });

  it("captures a direct child repository only while nothing is registered", () => {
    const parent = makeWorkspace(tempDir());
    const repo = makeRepository(join(parent, "repo"));
    expect(find(repo)).toMatchObject({ root: parent, claim: "child" });
    const other = registering({ repositories: [{ id: "other", path: "other" }] });
    expect(find(repo, { claims: other })).toMatchObject({ state: "none", root: repo });
    const checkout = registering({ checkouts: [{ path: ".worktrees/x/y" }] });
    expect(find(repo, { claims: checkout })).toMatchObject({ state: "none" });
  });

  it("yields to a nearer workspace", () => {
    const parent = makeWorkspace(tempDir());
    const repo = makeWorkspace(makeRepository(join(parent, "repo")));
    expect(find(repo, { claims: registering({ repositories: [{ id: "repo", path: "repo" }] }) }).root).toBe(repo);
  });
});

describe("a parent folder of several repositories", () => {
  it("claims registered repositories at any depth, and recorded checkouts", () => {
    const parent = makeWorkspace(tempDir());
    const repo = makeRepository(join(parent, "group", "repo"));
    mkdirSync(join(parent, "made", "by", "hand", "sub"), { recursive: true });
    const claims = registering({
      repositories: [{ id: "repo", path: "group/repo" }],
      checkouts: [{ path: "made/by/hand" }],
    });
    expect(find(repo, { claims })).toMatchObject({ root: parent, claim: "repository" });
    expect(find(join(parent, "made", "by", "hand", "sub"), { claims })).toMatchObject({
      root: parent,
      claim: "checkout",
    });
  });

  it("is found from a worktree of its repository, wherever that is", () => {
    const parent = makeWorkspace(tempDir());
    const repo = makeRepository(join(parent, "repo"));
    const far = join(tempDir(), "host-made");
    runGit(repo, "worktree", "add", "-q", far);
    runGit(repo, "worktree", "add", "-q", "-b", "task/x", join(parent, ".worktrees", "x", "repo"));
    const claims = registering({ repositories: [{ id: "repo", path: "repo" }] });
    expect(find(far, { claims }).root).toBe(parent);
    expect(find(join(parent, ".worktrees", "x", "repo"), { claims }).root).toBe(parent);
  });
});

describe("an added worktree", () => {
  it.each([["../repo.worktrees/x"], [".worktrees/x/repo"], [".claude/worktrees/x"], ["../../elsewhere/x"]])(
    "at %s leads to the main workspace",
    (place) => {
      const repo = makeWorkspace(makeRepository(join(tempDir(), "a", "repo"), { "src/a.txt": "a" }));
      runGit(repo, "worktree", "add", "-q", "-b", "x", join(repo, place));
      expect(find(join(repo, place, "src"))).toMatchObject({ root: repo, state: "present" });
    },
  );

  it("leads to the main workspace even where it has a tracked copy of the folder", () => {
    const base = tempDir();
    const repo = makeRepository(join(base, "repo"), { ".planning/holdfast.json": "{}" });
    makeWorkspace(repo);
    runGit(repo, "worktree", "add", "-q", join(base, "wt"));
    expect(existsSync(join(base, "wt", ".planning", "holdfast.json"))).toBe(true);
    expect(find(join(base, "wt")).root).toBe(repo);
    expect(find(join(base, "wt", ".planning")).root).toBe(repo);
  });

  it("has a workspace of its own where the main worktree has none", () => {
    const base = tempDir();
    const repo = makeRepository(join(base, "repo"));
    runGit(repo, "worktree", "add", "-q", join(base, "wt"));
    writeFiles(join(base, "wt"), { ".planning/holdfast.json": "{}" });
    expect(find(join(base, "wt"))).toMatchObject({ root: join(base, "wt"), state: "present" });
  });

  it("proposes the main worktree for a workspace", () => {
    const base = tempDir();
    const repo = makeRepository(join(base, "repo"));
    runGit(repo, "worktree", "add", "-q", join(base, "wt"));
    expect(find(join(base, "wt"))).toMatchObject({ root: repo, state: "none" });
  });

  it("of a bare repository leads to the worktree that has the workspace", () => {
    const base = tempDir();
    const source = makeRepository(join(base, "source"), { ".planning/holdfast.json": "{}" });
    const bare = join(base, "project", ".bare");
    runGit(base, "clone", "-q", "--bare", source, bare);
    runGit(bare, "worktree", "add", "-q", join(base, "project", "one"), "main");
    runGit(bare, "worktree", "add", "-q", "-b", "two", join(base, "project", "two"));
    makeWorkspace(join(base, "project", "one"));
    recordWorkspace(bare, { root: join(base, "project", "one"), folder: ".planning" });
    expect(find(join(base, "project", "two"))).toMatchObject({ root: join(base, "project", "one"), state: "present" });

    runGit(bare, "worktree", "move", join(base, "project", "one"), join(base, "moved"));
    expect(find(join(base, "project", "two"))).toMatchObject({ root: join(base, "moved"), state: "present" });
    runGit(bare, "worktree", "remove", "--force", join(base, "moved"));
    const two = join(base, "project", "two");
    expect(find(two)).toEqual({ root: two, folder: ".planning", state: "lost", claim: "record" });
  });

  it("whose repository was moved is told, and no place for a workspace", () => {
    const base = tempDir();
    const repo = makeWorkspace(makeRepository(join(base, "repo")));
    const wt = join(base, "outer", "wt");
    makeRepository(join(base, "outer"));
    runGit(repo, "worktree", "add", "-q", wt);
    mkdirSync(join(wt, "src"));
    renameSync(repo, join(base, "elsewhere"));
    for (const cwd of [wt, join(wt, "src")]) {
      const refusal = refusalOf(findWorkspace(cwd));
      expect(refusal).toMatchObject({ reason: "worktree-cut-off", message: expect.stringContaining(wt) as string });
      expect(refusal.hint).toContain("git worktree repair");
    }
    runGit(join(base, "elsewhere"), "worktree", "repair", wt);
    expect(find(wt)).toMatchObject({ root: join(base, "elsewhere"), state: "present" });
  });
});

describe("a folder that was removed", () => {
  const lose = (root: string) => rmSync(join(root, ".planning"), { recursive: true });

  it("is known to be lost, from the main worktree and from others", () => {
    const base = tempDir();
    const repo = makeWorkspace(makeRepository(join(base, "repo")));
    recordWorkspace(join(repo, ".git"), { root: repo, folder: ".planning" });
    runGit(repo, "worktree", "add", "-q", join(base, "wt"));
    runGit(repo, "clean", "-fdxq");
    lose(makeWorkspace(repo));
    const lost = { root: repo, folder: ".planning", state: "lost", claim: "record" };
    expect(find(repo)).toEqual(lost);
    expect(find(join(base, "wt"))).toEqual(lost);
  });

  it("is lost also where what Git tracks of it is left", () => {
    const repo = makeRepository(tempDir(), { ".planning/holdfast.json": "{}" });
    expect(find(repo).state).toBe("present");
    recordWorkspace(join(repo, ".git"), { root: repo, folder: ".planning" });
    expect(find(repo)).toMatchObject({ root: repo, state: "lost" });
  });

  it("is found by the Git folder alone where no root is on record", () => {
    const repo = makeRepository(tempDir());
    mkdirSync(join(repo, ".git", "holdfast"));
    expect(find(repo)).toMatchObject({ root: repo, state: "lost" });
  });

  it("leads to the parent folder that is on record, present or lost", () => {
    const parent = makeWorkspace(tempDir());
    const repo = makeRepository(join(parent, "group", "repo"));
    recordWorkspace(join(repo, ".git"), { root: parent, folder: ".planning" });
    expect(find(repo)).toMatchObject({ root: parent, state: "present", claim: "record" });
    lose(parent);
    expect(find(repo)).toMatchObject({ root: parent, state: "lost" });
  });

  it("is not looked for where a copied or moved repository came from", () => {
    const base = tempDir();
    const repo = makeWorkspace(makeRepository(join(base, "repo")));
    recordWorkspace(join(repo, ".git"), { root: repo, folder: ".planning" });
    cpSync(repo, join(base, "copy"), { recursive: true });
    lose(join(base, "copy"));
    expect(find(join(base, "copy"))).toMatchObject({ root: join(base, "copy"), state: "lost" });
    lose(repo);
    renameSync(repo, join(base, "moved"));
    expect(find(join(base, "moved"))).toMatchObject({ root: join(base, "moved"), state: "lost" });
  });

  it("is preferred to an outer workspace that has not registered the repository", () => {
    const parent = makeWorkspace(tempDir());
    const repo = makeRepository(join(parent, "repo"));
    recordWorkspace(join(repo, ".git"), { root: repo, folder: ".planning" });
    expect(find(repo)).toMatchObject({ root: repo, state: "lost" });
    const claims = registering({ repositories: [{ id: "repo", path: "repo" }] });
    expect(find(repo, { claims })).toMatchObject({ root: parent, state: "present" });
  });

  it("is not put among the files of another tool that took its name", () => {
    const repo = makeRepository(tempDir());
    recordWorkspace(join(repo, ".git"), { root: repo, folder: ".planning" });
    writeFiles(repo, { ".planning/.active_task": "x" });
    expect(find(repo)).toMatchObject({ folder: ".holdfast", state: "lost" });
  });
});

describe("a root that somebody named", () => {
  it("is taken as it is, and stands above what would be found", () => {
    const named = makeWorkspace(tempDir());
    const repo = makeWorkspace(makeRepository(tempDir()));
    expect(find(repo, { explicit: named })).toMatchObject({ root: named, claim: "explicit" });
  });

  it("is an error where it is wrong, and nothing else is found instead", () => {
    const repo = makeWorkspace(makeRepository(tempDir()));
    const empty = tempDir();
    for (const explicit of [empty, join(empty, "gone"), "", "src"]) {
      const options = explicit === "" ? { explicit: empty } : { explicit };
      expect(refusalOf(findWorkspace(repo, options)).reason).toBe("bad-root");
    }
  });

  it("may be one to be made, for whoever makes it", () => {
    const empty = tempDir();
    expect(find(tempDir(), { explicit: empty, mayCreate: true })).toMatchObject({ root: empty, state: "none" });
    expect(findWorkspace(empty, { explicit: join(empty, "gone"), mayCreate: true }).ok).toBe(false);
  });
});

describe("a folder of another tool", () => {
  it.each([
    [".active_task"],
    [".active_plan"],
    ["my-task/task_plan.md"],
    ["task_plan.md"],
    [".runtime/repos.json"],
    [".sessions/x.json"],
    ["STATE.md"],
  ])("is recognised by %s, and claims nothing", (path) => {
    const repo = makeRepository(tempDir());
    writeFiles(repo, { [`.planning/${path}`]: "x" });
    expect(isForeignPlanning(join(repo, ".planning"))).toBe(true);
    expect(find(repo).state).toBe("none");
    expect(valueOf(chooseFolder(repo))).toBe(".holdfast");
  });

  it("stands beside ours without hiding it", () => {
    const repo = makeRepository(tempDir());
    writeFiles(repo, { ".planning/.active_task": "x" });
    makeWorkspace(repo, ".holdfast");
    expect(find(repo)).toMatchObject({ root: repo, folder: ".holdfast", state: "present" });
  });

  it("is not what we made, nor one that is missing or empty", () => {
    const root = tempDir();
    expect(isForeignPlanning(join(root, ".planning"))).toBe(false);
    writeFiles(root, { "a/.gitignore": "", "b/.local/x": "", "c/holdfast.json": "{}", "d/plan/journal/x.jsonl": "" });
    for (const name of ["a", "b", "c", "d"]) expect(isForeignPlanning(join(root, name)), name).toBe(false);
    expect(valueOf(chooseFolder(root))).toBe(".planning");
  });

  it("is what we take a link or a file for: neither is ever written through", () => {
    const root = tempDir();
    const elsewhere = makeWorkspace(tempDir());
    symlinkSync(join(elsewhere, ".planning"), join(root, ".planning"));
    writeFiles(root, { ".holdfast": "" });
    expect(find(root).state).toBe("none");
    expect(isForeignPlanning(join(root, ".planning"))).toBe(true);
    expect(refusalOf(chooseFolder(root)).reason).toBe("folder-taken");
  });
});

describe("another name for the folder", () => {
  it("is found when it is given, and by the Git folder's record when it is not", () => {
    const repo = makeWorkspace(makeRepository(tempDir()), ".plans");
    expect(find(repo).state).toBe("none");
    expect(find(repo, { folder: ".plans" })).toMatchObject({ folder: ".plans", state: "present" });
    recordWorkspace(join(repo, ".git"), { root: repo, folder: ".plans" });
    expect(find(repo)).toMatchObject({ folder: ".plans", state: "present" });
  });

  it.each(["", "..", "a/b", ".git", ".GIT", "con", "/abs", "a\0", "x."])("cannot be %j", (folder) => {
    expect(refusalOf(findWorkspace(tempDir(), { folder })).reason).toBe("bad-folder");
  });
});

describe("recordWorkspace", () => {
  it("writes once, and again only for something else", () => {
    const git = join(makeRepository(tempDir()), ".git");
    recordWorkspace(git, { root: "/a", folder: ".planning" });
    recordWorkspace(git, { root: "/b", folder: ".holdfast" });
    expect(readFileSync(join(git, "holdfast", "workspace"), "utf8")).toBe("/b\n.holdfast\n");
  });
});

it("refuses a folder that is not there", () => {
  expect(refusalOf(findWorkspace(join(tempDir(), "gone"))).reason).toBe("no-folder");
});

it("starts no process and loads nothing that is slow to load", async () => {
  const loaded = await listStartupImports("root.ts");
  expect(loaded).toContain("node:fs");
  expect(loaded.filter((path) => !path.startsWith("src/"))).toEqual(["node:fs", "node:path"]);
});
