import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeRepository, refusalOf, runGit, tempDir, valueOf, writeFiles } from "./git-fixture.ts";
import type { Checkout } from "./repositories.ts";
import { assessSwitch, refuseSwitch, stashForSwitch, type SwitchRequest, type SwitchSource } from "./switch-safety.ts";

const shared = (repo: string, path: string): Checkout => ({ repo, plan: "alpha", mode: "shared", path });

const requestFor = (root: string, checkouts: readonly Checkout[], from: Partial<SwitchSource> = {}): SwitchRequest => ({
  root,
  planning: join(root, ".planning"),
  from: { plan: "alpha", status: "active", phase: "execute", checkouts, ...from },
  to: "beta",
});

const single = (from?: Partial<SwitchSource>): SwitchRequest => {
  const root = makeRepository(join(tempDir(), "app"));
  writeFiles(root, { ".planning/alpha/journal/c.jsonl": "1\n", ".planning/.local/x": "" });
  return requestFor(root, [shared("app", ".")], from);
};

const several = (): SwitchRequest => {
  const root = tempDir();
  for (const id of ["a", "b", "c"]) makeRepository(join(root, id));
  writeFiles(root, { ".planning/alpha/journal/c.jsonl": "1\n" });
  return requestFor(root, [shared("a", "a"), shared("b", "b"), shared("c", "c")]);
};

describe("assessSwitch", () => {
  it("never counts Holdfast's own folder, nor worktrees inside, though Git ignores neither", () => {
    const request = single();
    writeFiles(request.root, { ".worktrees/.keep": "" });
    makeRepository(join(request.root, ".worktrees", "x", "app"));
    expect(runGit(request.root, "status", "--porcelain")).toContain(".planning/");
    expect(valueOf(assessSwitch(request))).toMatchObject({ isSwitching: true, isSafe: true, dirty: [] });
  });

  it("is no obstacle to a first plan in a dirty repository, nor to staying", () => {
    const request = single();
    writeFiles(request.root, { "a.txt": "b" });
    const { from, ...first } = request;
    expect(from).toBeDefined();
    expect(valueOf(assessSwitch(first))).toMatchObject({ isSwitching: false, isSafe: true });
    expect(valueOf(assessSwitch({ ...request, to: "alpha" }))).toMatchObject({ isSwitching: false, isSafe: true });
  });

  it("names every dirty repository of the plan", () => {
    const request = several();
    writeFiles(request.root, { "a/a.txt": "b", "c/new.txt": "" });
    const safety = valueOf(assessSwitch(request));
    expect(safety.dirty.map(({ repo, changed, untracked }) => [repo, changed, untracked])).toEqual([
      ["a", ["a.txt"], []],
      ["c", [], ["new.txt"]],
    ]);
    const refusal = refuseSwitch(request, safety);
    expect(refusal.reason).toBe("dirty-switch");
    for (const part of [join(request.root, "a"), join(request.root, "c"), "alpha"])
      expect(refusal.message).toContain(part);
    expect(refusal.message).not.toContain(join(request.root, "b"));
    expect(refusal.hint).toContain("--stash");
  });

  it.each([
    ["active", "execute", "stash-first"],
    ["active", "verify", "commit-first"],
    ["verifying", "execute", "commit-first"],
    ["done", "execute", "commit-first"],
  ])("recommends for a plan that is %s in %s: %s", (status, phase, recommendation) => {
    const request = single({ status, phase });
    writeFiles(request.root, { "a.txt": "b" });
    expect(valueOf(assessSwitch(request))).toMatchObject({ isSafe: false, recommendation });
  });

  it("looks at the plan's worktree, not at the repository's folder", () => {
    const request = single();
    runGit(request.root, "worktree", "add", "-q", "../app.worktrees/alpha");
    const worktree: Checkout = { repo: "app", plan: "alpha", mode: "worktree", path: "../app.worktrees/alpha" };
    writeFiles(request.root, { "a.txt": "b" });
    expect(valueOf(assessSwitch(requestFor(request.root, [worktree]))).isSafe).toBe(true);
    writeFiles(request.root, { "../app.worktrees/alpha/a.txt": "b" });
    expect(valueOf(assessSwitch(requestFor(request.root, [worktree]))).isSafe).toBe(false);
  });

  it("passes over folders that are not repositories or are gone", () => {
    const root = tempDir();
    expect(valueOf(assessSwitch(requestFor(root, [shared("x", "."), shared("y", "gone")]))).isSafe).toBe(true);
  });
});

describe("stashForSwitch", () => {
  const stash = (request: SwitchRequest) => stashForSwitch(request, valueOf(assessSwitch(request)));
  const stashes = (repo: string) => runGit(repo, "stash", "list", "--format=%s");

  it("stashes changed, staged and untracked files, and not the workspace's folder", () => {
    const request = single();
    const { root } = request;
    writeFiles(root, { "a.txt": "b", "staged.txt": "", "new/deep.txt": "" });
    runGit(root, "add", "staged.txt");
    expect(valueOf(stash(request))).toEqual([
      { repo: "app", path: root, commit: runGit(root, "rev-parse", "stash@{0}") },
    ]);
    expect(runGit(root, "status", "--porcelain", "-uall", "--", ".", ":(exclude).planning")).toBe("");
    expect(stashes(root)).toBe("On main: [holdfast] switch from alpha to beta");
    expect(readFileSync(join(root, ".planning/alpha/journal/c.jsonl"), "utf8")).toBe("1\n");
    expect(existsSync(join(root, ".planning/.local/x"))).toBe(true);
    const stored = runGit(root, "stash", "show", "--include-untracked", "--name-only", "stash@{0}");
    expect(stored.split("\n").sort()).toEqual(["a.txt", "new/deep.txt", "staged.txt"]);
    expect(valueOf(assessSwitch(request)).isSafe).toBe(true);
  });

  it("leaves the workspace's folder alone also where Git tracks it", () => {
    const request = single();
    const { root } = request;
    runGit(root, "add", "-A");
    runGit(root, "commit", "-q", "-m", "tracked");
    writeFiles(root, { ".planning/alpha/journal/c.jsonl": "1\n2\n", ".planning/new.txt": "", "a.txt": "b" });
    writeFiles(root, { ".planning/staged.txt": "" });
    runGit(root, "add", ".planning/staged.txt");
    expect(valueOf(stash(request))).toHaveLength(1);
    expect(readFileSync(join(root, ".planning/alpha/journal/c.jsonl"), "utf8")).toBe("1\n2\n");
    expect(existsSync(join(root, ".planning/new.txt")) && existsSync(join(root, ".planning/staged.txt"))).toBe(true);
    expect(readFileSync(join(root, "a.txt"), "utf8")).toBe("a\n");
  });

  it("stashes in every dirty repository", () => {
    const request = several();
    writeFiles(request.root, { "a/a.txt": "b", "c/new.txt": "" });
    expect(valueOf(stash(request)).map(({ repo }) => repo)).toEqual(["a", "c"]);
    expect(["a", "b", "c"].map((id) => stashes(join(request.root, id)) !== "")).toEqual([true, false, true]);
  });

  it("goes around repositories inside, which keep their own changes", () => {
    const request = single();
    makeRepository(join(request.root, "inner"));
    // Git gives up on a whole stash for the sake of a repository without a commit.
    runGit(request.root, "init", "-q", "unborn");
    writeFiles(request.root, { "a.txt": "b", "unborn/x.txt": "" });
    expect(valueOf(stash(request))).toHaveLength(1);
    expect(existsSync(join(request.root, "inner", "a.txt"))).toBe(true);
    expect(runGit(request.root, "stash", "show", "--include-untracked", "--name-only", "stash@{0}")).toBe("a.txt");
  });

  it("stashes nothing anywhere while one repository is in a merge or has no commit", () => {
    const request = several();
    const c = join(request.root, "c");
    writeFiles(request.root, { "a/a.txt": "b" });
    runGit(c, "checkout", "-q", "-b", "side");
    writeFiles(c, { "a.txt": "side" });
    runGit(c, "commit", "-q", "-am", "side");
    runGit(c, "checkout", "-q", "main");
    writeFiles(c, { "a.txt": "main" });
    runGit(c, "commit", "-q", "-am", "main");
    expect(() => runGit(c, "merge", "-q", "side")).toThrow();
    expect(refusalOf(stash(request))).toMatchObject({
      reason: "unmerged-files",
      message: expect.stringContaining("a.txt"),
    });
    runGit(c, "merge", "--abort");
    mkdirSync(join(request.root, "d"));
    runGit(join(request.root, "d"), "init", "-q");
    writeFiles(request.root, { "d/x": "" });
    const unborn = requestFor(request.root, [...(request.from?.checkouts ?? []), shared("d", "d")]);
    expect(refusalOf(stash(unborn)).reason).toBe("no-commit");
    expect(stashes(join(request.root, "a"))).toBe("");
  });

  it("stashes nothing anywhere while a submodule has changes, which no stash takes", () => {
    const request = several();
    const b = join(request.root, "b");
    runGit(
      b,
      "-c",
      "protocol.file.allow=always",
      "submodule",
      "--quiet",
      "add",
      makeRepository(join(tempDir(), "s")),
      "s",
    );
    runGit(b, "commit", "-q", "-m", "sub");
    writeFiles(request.root, { "a/a.txt": "b", "b/s/a.txt": "b" });
    expect(refusalOf(stash(request))).toMatchObject({
      reason: "changed-submodules",
      hint: expect.stringContaining("--allow-dirty") as string,
    });
    expect(stashes(join(request.root, "a"))).toBe("");
  });

  it("says so where a stash left something behind", () => {
    const request = single();
    const hook = join(request.root, ".git", "hooks", "post-index-change");
    writeFiles(request.root, { "a.txt": "b" });
    // Stands for a file that Git could not take away.
    writeFileSync(hook, "#!/bin/sh\necho again > left.txt\n");
    chmodSync(hook, 0o755);
    const refusal = refusalOf(stash(request));
    expect(refusal).toMatchObject({ reason: "stash-failed", message: expect.stringContaining("left.txt") as string });
    expect(refusal.hint).toContain("Stashed already");
  });

  it("says what was stashed where a later one fails", () => {
    const request = several();
    writeFiles(request.root, { "a/a.txt": "b", "c/a.txt": "b" });
    writeFileSync(join(request.root, "c", ".git", "index.lock"), "");
    const refusal = refusalOf(stash(request));
    expect(refusal.reason).toBe("stash-failed");
    expect(refusal.message).toMatch(/changes of c .*Stashed already.*a \(/);
    expect(refusal.message).not.toMatch(/remove the file|rm /);
    expect(readFileSync(join(request.root, "c", "a.txt"), "utf8")).toBe("b");
    expect(stashes(join(request.root, "a"))).toContain("switch from alpha");
  });

  it("notices when plans did get lost on the way", () => {
    const request = single();
    const hook = join(request.root, ".git", "hooks", "post-index-change");
    writeFiles(request.root, { "a.txt": "b" });
    writeFileSync(hook, "#!/bin/sh\n: > .planning/alpha/journal/c.jsonl\n");
    chmodSync(hook, 0o755);
    expect(refusalOf(stash(request))).toMatchObject({
      reason: "stash-took-plans",
      message: expect.stringContaining("alpha/journal/c.jsonl"),
    });
  });
});
