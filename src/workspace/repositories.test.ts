import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeRepository, refusalOf, runGit, tempDir, valueOf, writeFiles } from "./git-fixture.ts";
import {
  defineRepository,
  discoverRepositories,
  effectiveCheckouts,
  effectiveRepositories,
  findCheckout,
  planOfWorktree,
  type Checkout,
} from "./repositories.ts";

describe("defineRepository", () => {
  it("takes a repository in the workspace, by a relative or an absolute path", () => {
    const root = tempDir();
    makeRepository(join(root, "My App"));
    expect(valueOf(defineRepository(root, [], "My App"))).toEqual({ id: "my-app", path: "My App" });
    expect(valueOf(defineRepository(root, [], join(root, "My App"), "web"))).toEqual({ id: "web", path: "My App" });
    makeRepository(root);
    expect(valueOf(defineRepository(root, [], ".", "self"))).toEqual({ id: "self", path: "." });
  });

  it("lets an id and a path each stand for one repository only", () => {
    const root = tempDir();
    makeRepository(join(root, "a"));
    makeRepository(join(root, "b"));
    const registered = [{ id: "a", path: "a" }];
    expect(valueOf(defineRepository(root, registered, "a"))).toBe(registered[0]);
    expect(valueOf(defineRepository(root, registered, "./a/", "a"))).toBe(registered[0]);
    expect(refusalOf(defineRepository(root, registered, "a", "other")).reason).toBe("repository-registered");
    expect(refusalOf(defineRepository(root, registered, "b", "a")).reason).toBe("repository-registered");
    expect(refusalOf(defineRepository(root, registered, "b", "Not Kebab")).reason).toBe("bad-slug");
  });

  it("refuses what is no repository, is part of one, or is a worktree of one, and says what to take", () => {
    const root = tempDir();
    makeRepository(join(root, "a"), { "sub/x.txt": "" });
    runGit(join(root, "a"), "worktree", "add", "-q", join(root, "wt"));
    mkdirSync(join(root, "plain"));
    expect(refusalOf(defineRepository(root, [], "plain")).reason).toBe("not-a-repository");
    expect(refusalOf(defineRepository(root, [], "a/sub")).hint).toContain("Register a ");
    expect(refusalOf(defineRepository(root, [], "wt")).hint).toContain(join(root, "a"));
    expect(refusalOf(defineRepository(root, [], "gone")).reason).toBe("no-folder");
  });

  it("refuses what lies outside, also behind a link", () => {
    const outside = makeRepository(join(tempDir(), "outside"));
    const root = tempDir();
    symlinkSync(outside, join(root, "link"));
    for (const path of [outside, "../outside", "link"])
      expect(refusalOf(defineRepository(root, [], path)).reason, path).toBe("path-escapes");
  });

  it("does not take the repository around the workspace for one in it", () => {
    const outer = makeRepository(tempDir(), { "ws/plain/x.txt": "" });
    expect(refusalOf(defineRepository(join(outer, "ws"), [], "plain")).reason).toBe("not-a-repository");
  });
});

describe("discoverRepositories", () => {
  it("shows the root and its children, says which are registered, and gives no id twice", () => {
    const root = makeRepository(join(tempDir(), "app"));
    for (const name of ["app", "API", "vendor", "node_modules", ".hidden", "x.worktrees", "worktrees", "deep/er"])
      makeRepository(join(root, name));
    runGit(root, "worktree", "add", "-q", join(root, "wt"));
    symlinkSync(makeRepository(tempDir()), join(root, "link"));
    writeFiles(root, { "file.txt": "" });
    expect(discoverRepositories(root, [{ id: "back", path: "API" }])).toEqual([
      { id: "app", path: ".", isRegistered: false },
      { id: "back", path: "API", isRegistered: true },
      { id: "app-2", path: "app", isRegistered: false },
    ]);
  });
});

describe("planOfWorktree", () => {
  const root = tempDir();
  const at = (plan: string, path: string, mode: Checkout["mode"] = "worktree"): Checkout => ({
    plan,
    repo: "app",
    path,
    mode,
  });

  it("is the plan in whose own worktree a folder lies, by whichever way one came", () => {
    mkdirSync(join(root, "w", "alpha", "src"), { recursive: true });
    symlinkSync(join(root, "w", "alpha"), join(root, "link"));
    const checkouts = [at("alpha", "w/alpha"), at("beta", "w/alphabet")];
    const of = (folder: string) => planOfWorktree(root, checkouts, join(root, folder));
    expect(["w/alpha", "w/alpha/src", "w/alpha/not/yet", "link/src"].map(of)).toEqual(Array(4).fill("alpha"));
    expect(["w", "w/alphabet", "w/other"].map(of)).toEqual([undefined, "beta", undefined]);
  });

  it("is none in a checkout that plans share, or that several have", () => {
    const of = (...checkouts: readonly Checkout[]) => planOfWorktree(root, checkouts, join(root, "w", "alpha"));
    expect(of(at("alpha", ".", "shared"))).toBeUndefined();
    expect(of(at("alpha", "w/alpha"), at("beta", "w/alpha"))).toBeUndefined();
    expect(of(at("alpha", "w/alpha"), { ...at("alpha", "w/alpha"), repo: "lib" })).toBe("alpha");
  });
});

describe("what a plan reaches", () => {
  const worktree: Checkout = { repo: "a", plan: "p", mode: "worktree", path: ".worktrees/p/a", branch: "task/p" };

  it("is the root's own repository where none is registered", () => {
    const root = makeRepository(join(tempDir(), "My Repo"));
    expect(effectiveRepositories(root, [])).toEqual([{ id: "my-repo", path: ".", isImplicit: true }]);
    expect(effectiveRepositories(root, [{ id: "a", path: "a" }])).toEqual([{ id: "a", path: "a" }]);
    expect(effectiveRepositories(tempDir(), [])).toEqual([]);
  });

  it("goes by the name that its worktrees are recorded under, whatever its folder is called by now", () => {
    const root = makeRepository(join(tempDir(), "renamed"));
    const idOf = (...repos: readonly string[]) =>
      effectiveRepositories(
        root,
        [],
        repos.map((repo) => ({ repo })),
      ).map(({ id }) => id);
    expect(idOf("app", "app")).toEqual(["app"]);
    expect(idOf("app", "other")).toEqual(["renamed"]);
    const repositories = effectiveRepositories(root, []);
    const named = effectiveCheckouts(root, repositories, [], { plan: "p", repos: ["app"] });
    expect(valueOf(named).map(({ repo, path }) => [repo, path])).toEqual([["renamed", "."]]);
    const registered = [{ id: "renamed", path: "." }];
    expect(refusalOf(effectiveCheckouts(root, registered, [], { plan: "p", repos: ["app"] })).reason).toBe(
      "unknown-repository",
    );
  });

  it("is the recorded checkout, or the repository's folder with its branch", () => {
    const root = tempDir();
    makeRepository(join(root, "a"));
    makeRepository(join(root, "b"));
    const repositories = ["a", "b", "c"].map((id) => ({ id, path: id }));
    expect(valueOf(effectiveCheckouts(root, repositories, [worktree], { plan: "p", repos: ["b", "a", "b"] }))).toEqual([
      { repo: "b", plan: "p", mode: "shared", path: "b", branch: "main" },
      worktree,
    ]);
    const all = valueOf(effectiveCheckouts(root, repositories, [worktree], { plan: "q", repos: [] }));
    expect(all.map(({ repo, mode }) => [repo, mode])).toEqual([
      ["a", "shared"],
      ["b", "shared"],
      ["c", "shared"],
    ]);
  });

  it("is refused where it names what is not there, with the near names", () => {
    const scope = { plan: "p", repos: ["fronted"] };
    const refusal = refusalOf(effectiveCheckouts("/x", [{ id: "frontend", path: "f" }], [], scope));
    expect(refusal).toMatchObject({ reason: "unknown-repository", hint: "Did you mean frontend?" });
  });

  it("is told by the worktree one stands in, the innermost first", () => {
    const inner = { ...worktree, plan: "q", path: ".worktrees/p/a/nested" };
    const shared: Checkout = { repo: "r", plan: "s", mode: "shared", path: "." };
    const recorded = [shared, worktree, inner, { ...worktree, plan: "b", path: "../x.worktrees/b" }];
    const planAt = (path: string) => findCheckout("/w/x", recorded, path)?.plan;
    expect(planAt("/w/x/.worktrees/p/a/src")).toBe("p");
    expect(planAt("/w/x/.worktrees/p/a/nested/src")).toBe("q");
    expect(planAt("/w/x.worktrees/b")).toBe("b");
    expect(planAt("/w/x/.worktrees/p/ab")).toBeUndefined();
    expect(planAt("/w/x")).toBeUndefined();
  });
});
