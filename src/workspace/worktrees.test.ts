import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeRepository, refusalOf, runGit, tempDir, valueOf } from "./git-fixture.ts";
import { listCheckouts, prepareWorktree, type PrepareRequest } from "./worktrees.ts";

const single = (): PrepareRequest => {
  const root = makeRepository(join(tempDir(), "app"));
  return { root, repository: { id: "app", path: "." }, plan: "alpha", placement: "beside" };
};

const branchOf = (path: string): string => runGit(path, "symbolic-ref", "--short", "HEAD");

describe("prepareWorktree", () => {
  it("makes it beside the repository, on the plan's branch, from what is checked out", () => {
    const request = single();
    const { checkout, isNew, isNewBranch } = valueOf(prepareWorktree(request));
    expect({ isNew, isNewBranch }).toEqual({ isNew: true, isNewBranch: true });
    expect(checkout).toEqual({
      repo: "app",
      plan: "alpha",
      mode: "worktree",
      path: "../app.worktrees/alpha",
      branch: "task/alpha",
      base: "main",
      isOurs: true,
    });
    expect(branchOf(join(request.root, checkout.path))).toBe("task/alpha");
    expect(runGit(request.root, "status", "--porcelain")).toBe("");
  });

  it("makes it inside by setting, unseen by Git", () => {
    const request = { ...single(), placement: "inside" as const };
    expect(valueOf(prepareWorktree(request)).checkout.path).toBe(".worktrees/alpha/app");
    expect(runGit(request.root, "status", "--porcelain", "-uall")).toBe("");
  });

  it("makes it in the parent folder for one of several repositories", () => {
    const root = tempDir();
    makeRepository(join(root, "libs", "api"));
    const repository = { id: "api", path: "libs/api" };
    const prepared = valueOf(prepareWorktree({ root, repository, plan: "alpha", placement: "beside" }));
    expect(prepared.checkout.path).toBe(".worktrees/alpha/api");
    expect(branchOf(join(root, ".worktrees", "alpha", "api"))).toBe("task/alpha");
  });

  it("takes the one that is there, and keeps in mind whether it was ours", () => {
    const request = single();
    const first = valueOf(prepareWorktree(request)).checkout;
    const again = valueOf(prepareWorktree({ ...request, recorded: first }));
    expect(again).toEqual({ checkout: first, isNew: false, isNewBranch: false });
    const unknown = valueOf(prepareWorktree(request)).checkout;
    expect(unknown.isOurs).toBeUndefined();
    expect(refusalOf(prepareWorktree({ ...request, branch: "other" })).reason).toBe("branch-differs");
  });

  it("uses an existing branch again, and begins a new one at the given base", () => {
    const request = single();
    runGit(request.root, "branch", "task/alpha");
    runGit(request.root, "commit", "-q", "--allow-empty", "-m", "second");
    const reused = valueOf(prepareWorktree(request));
    expect(reused.isNewBranch).toBe(false);
    expect(reused.checkout.base).toBeUndefined();
    expect(runGit(join(request.root, reused.checkout.path), "log", "--format=%s")).toBe("first");
    const based = valueOf(prepareWorktree({ ...request, plan: "beta", base: "task/alpha" }));
    expect(based.checkout.base).toBe("task/alpha");
    expect(runGit(join(request.root, based.checkout.path), "log", "--format=%s")).toBe("first");
  });

  it("takes a place again whose worktree somebody deleted, but not a locked one", () => {
    const request = single();
    const path = join(request.root, valueOf(prepareWorktree(request)).checkout.path);
    rmSync(path, { recursive: true });
    expect(valueOf(prepareWorktree(request)).isNew).toBe(true);
    runGit(request.root, "worktree", "lock", path);
    renameSync(path, `${path}-away`);
    expect(refusalOf(prepareWorktree(request)).reason).toBe("worktree-locked");
  });

  it.each([
    ["/tmp/elsewhere", "path-escapes"],
    ["../escape", "path-escapes"],
    ["src/wt", "path-escapes"],
    [".worktrees", "path-escapes"],
    [".worktrees/../../x", "path-escapes"],
    [".git/wt", "path-escapes"],
    ["../app.worktrees/con", "path-escapes"],
    ["../app.worktrees/taken", "path-taken"],
    ["../app.worktrees/file", "path-taken"],
  ])("refuses the path %s", (path, reason) => {
    const request = single();
    mkdirSync(join(request.root, "../app.worktrees/taken/x"), { recursive: true });
    writeFileSync(join(request.root, "../app.worktrees/file"), "");
    expect(refusalOf(prepareWorktree({ ...request, path })).reason).toBe(reason);
    expect(runGit(request.root, "branch", "--list", "task/*")).toBe("");
  });

  it("refuses to follow a link out of the folder", () => {
    const request = single();
    symlinkSync(tempDir(), join(request.root, "../app.worktrees"));
    expect(refusalOf(prepareWorktree(request)).reason).toBe("path-escapes");
    symlinkSync(tempDir(), join(request.root, ".worktrees"));
    expect(refusalOf(prepareWorktree({ ...request, placement: "inside" })).reason).toBe("path-escapes");
  });

  it("refuses a bad slug, branch or base, a branch in use, and a repository without commits", () => {
    const request = single();
    expect(refusalOf(prepareWorktree({ ...request, plan: "../x" })).reason).toBe("bad-slug");
    expect(refusalOf(prepareWorktree({ ...request, branch: "--detach" })).reason).toBe("bad-branch");
    expect(refusalOf(prepareWorktree({ ...request, branch: "a..b" })).reason).toBe("bad-branch");
    expect(refusalOf(prepareWorktree({ ...request, base: "nowhere" })).reason).toBe("unknown-base");
    expect(refusalOf(prepareWorktree({ ...request, base: "--all" })).reason).toBe("unknown-base");
    expect(refusalOf(prepareWorktree({ ...request, branch: "main" }))).toMatchObject({
      reason: "branch-in-use",
      message: expect.stringContaining(request.root),
    });
    const root = tempDir();
    runGit(root, "init", "-q");
    expect(refusalOf(prepareWorktree({ ...request, root })).reason).toBe("no-commit");
    expect(existsSync(join(request.root, "../app.worktrees"))).toBe(false);
  });
});

describe("listCheckouts", () => {
  it("says of each recorded worktree whether it is there, locked, and on which branch", () => {
    const request = single();
    const made = ["alpha", "beta", "gamma"].map((plan) => valueOf(prepareWorktree({ ...request, plan })).checkout);
    const pathOf = (plan: string) => join(request.root, "../app.worktrees", plan);
    runGit(pathOf("alpha"), "checkout", "-q", "-b", "renamed");
    runGit(request.root, "worktree", "lock", pathOf("beta"));
    rmSync(pathOf("gamma"), { recursive: true });
    const shared = { repo: "app", plan: "delta", mode: "shared" as const, path: "." };
    const listed = listCheckouts(request.root, [request.repository], [...made, shared]);
    expect(listed.map(({ checkout, exists, isLocked, branch }) => [checkout.plan, exists, isLocked, branch])).toEqual([
      ["alpha", true, false, "renamed"],
      ["beta", true, true, "task/beta"],
      ["gamma", false, false, undefined],
    ]);
  });
});
