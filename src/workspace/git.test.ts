import { mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { makeRepository, refusalOf, runGit, tempDir, valueOf, writeFiles } from "./git-fixture.ts";
import { locateGit, readBranch } from "./git-layout.ts";
import {
  countUnsavedCommits,
  currentBranch,
  hasBranch,
  headCommit,
  hiddenChanges,
  isBranchName,
  listStashes,
  listWorktrees,
  pushStash,
  readStatus,
  removeWorktree,
  resolveCommit,
} from "./git.ts";

describe("locateGit", () => {
  it("agrees with Git in a repository, a worktree, a submodule and a worktree of a submodule", () => {
    const base = tempDir();
    const main = makeRepository(join(base, "main"));
    const lib = makeRepository(join(base, "lib"));
    runGit(main, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", lib, "sub");
    runGit(main, "worktree", "add", "-q", join(base, "elsewhere", "wt"));
    runGit(join(main, "sub"), "worktree", "add", "-q", join(base, "subwt"));
    mkdirSync(join(main, "deep", "er"), { recursive: true });
    const places = [
      main,
      join(main, "deep", "er"),
      join(base, "elsewhere", "wt"),
      join(main, "sub"),
      join(base, "subwt"),
    ];
    for (const dir of places) {
      const layout = locateGit(dir);
      const [toplevel, gitDir, common] = runGit(
        dir,
        "rev-parse",
        "--path-format=absolute",
        "--show-toplevel",
        "--git-dir",
        "--git-common-dir",
      ).split("\n");
      expect(layout).toMatchObject({
        toplevel,
        gitDir: realpathSync(gitDir ?? ""),
        commonDir: realpathSync(common ?? ""),
      });
      expect(layout && readBranch(layout)).toBe(runGit(dir, "symbolic-ref", "--short", "HEAD"));
    }
    expect(locateGit(join(base, "elsewhere", "wt"))).toMatchObject({ isLinked: true, mainWorktree: main });
    expect(locateGit(join(base, "subwt"))).toMatchObject({ isLinked: true, mainWorktree: join(main, "sub") });
    expect(locateGit(join(main, "sub"))).toMatchObject({ isLinked: false, mainWorktree: join(main, "sub") });
  });

  it("knows that the worktrees of a bare repository have no main one", () => {
    const base = tempDir();
    const source = makeRepository(join(base, "source"));
    runGit(base, "clone", "-q", "--bare", source, join(base, "project", ".git"));
    runGit(join(base, "project", ".git"), "worktree", "add", "-q", join(base, "project", "wt"), "main");
    const layout = locateGit(join(base, "project", "wt"));
    expect(layout).toMatchObject({ isLinked: true, commonDir: join(base, "project", ".git") });
    expect(layout?.mainWorktree).toBeUndefined();
  });

  it("passes over what only looks like a repository", () => {
    const dir = tempDir();
    mkdirSync(join(dir, "a", ".git"), { recursive: true });
    writeFiles(dir, { "b/.git": "gitdir: /nowhere/at/all\n", "c/.git": "x".repeat(200_000) });
    symlinkSync("missing", join(dir, ".git"));
    for (const name of ["a", "b", "c"]) expect(locateGit(join(dir, name))).toBeUndefined();
  });

  it("finds no branch when detached", () => {
    const repo = makeRepository(tempDir());
    runGit(repo, "checkout", "-q", "--detach");
    const layout = locateGit(repo);
    expect(layout && readBranch(layout)).toBeUndefined();
  });
});

describe("git", () => {
  afterEach(() => {
    delete process.env["GIT_DIR"];
    delete process.env["GIT_INDEX_FILE"];
  });

  it("sorts what differs, whatever the names", () => {
    const repo = makeRepository(tempDir(), {
      "mod.txt": "1",
      "u name.txt": "long enough to be found again\n",
      "del.txt": "1",
    });
    runGit(repo, "mv", "u name.txt", "new\nname.txt");
    rmSync(join(repo, "del.txt"));
    writeFiles(repo, {
      "mod.txt": "2",
      "un tracked/ä.txt": "",
      ".gitignore": "*.log\nbuild/\n",
      "x.log": "",
      "build/out/y": "",
    });
    const status = valueOf(readStatus(repo, { withIgnored: true }));
    expect(new Set(status.changed)).toEqual(new Set(["mod.txt", "new\nname.txt", "del.txt"]));
    expect(new Set(status.untracked)).toEqual(new Set([".gitignore", "un tracked/ä.txt"]));
    expect(new Set(status.ignored)).toEqual(new Set(["x.log", "build/"]));
    expect(status.unmerged).toEqual([]);
    expect(valueOf(readStatus(repo)).ignored).toEqual([]);
  });

  it("leaves out the paths it is told to, taking them literally", () => {
    const repo = makeRepository(tempDir());
    writeFiles(repo, { "[ab].md": "", "a.md": "", "b.md": "" });
    expect(valueOf(readStatus(repo, { except: ["[ab].md"] })).untracked).toEqual(["a.md", "b.md"]);
  });

  it("is not led astray by another tool's environment", () => {
    const repo = makeRepository(tempDir());
    const other = makeRepository(tempDir());
    runGit(other, "checkout", "-q", "-b", "other");
    process.env["GIT_DIR"] = join(other, ".git");
    process.env["GIT_INDEX_FILE"] = join(other, "no-index");
    expect(valueOf(currentBranch(repo))).toBe("main");
    expect(valueOf(readStatus(repo)).changed).toEqual([]);
  });

  it("sees changes that the index was told to hide", () => {
    const repo = makeRepository(tempDir(), {
      "assumed.txt": "1",
      "skipped.txt": "1",
      "same.txt": "1",
      "gone.txt": "1",
    });
    runGit(repo, "update-index", "--assume-unchanged", "assumed.txt", "same.txt");
    runGit(repo, "update-index", "--skip-worktree", "skipped.txt", "gone.txt");
    writeFiles(repo, { "assumed.txt": "2", "skipped.txt": "2" });
    rmSync(join(repo, "gone.txt"));
    expect(valueOf(readStatus(repo)).changed).toEqual([]);
    expect(new Set(valueOf(hiddenChanges(repo)))).toEqual(new Set(["assumed.txt", "skipped.txt"]));
  });

  it("lists worktrees with their branches and locks", () => {
    const base = tempDir();
    const repo = makeRepository(join(base, "repo"));
    runGit(repo, "worktree", "add", "-q", "-b", "one", join(base, "new\nline"));
    runGit(repo, "worktree", "add", "-q", "--detach", join(base, "two"));
    runGit(repo, "worktree", "lock", "--reason", "in use", join(base, "two"));
    runGit(repo, "worktree", "add", "-q", "-b", "three", join(base, "three"));
    rmSync(join(base, "three"), { recursive: true });
    const listed = valueOf(listWorktrees(repo));
    expect(listed.map(({ path, branch, isLocked, isPrunable }) => [path, branch, isLocked, isPrunable])).toEqual([
      [repo, "main", false, false],
      [join(base, "new\nline"), "one", false, false],
      [join(base, "three"), "three", false, true],
      [join(base, "two"), undefined, true, false],
    ]);
  });

  it("counts commits that no other branch and no remote has", () => {
    const base = tempDir();
    const repo = makeRepository(join(base, "repo"));
    runGit(base, "init", "-q", "--bare", "remote");
    runGit(repo, "remote", "add", "origin", join(base, "remote"));
    runGit(repo, "checkout", "-q", "-b", "task/x");
    runGit(repo, "commit", "-q", "--allow-empty", "-m", "one");
    runGit(repo, "commit", "-q", "--allow-empty", "-m", "two");
    runGit(repo, "tag", "kept");
    expect(valueOf(countUnsavedCommits(repo, "HEAD", "task/x"))).toBe(2);
    runGit(repo, "push", "-q", "origin", "task/x");
    expect(valueOf(countUnsavedCommits(repo, "HEAD", "task/x"))).toBe(0);
    runGit(repo, "commit", "-q", "--allow-empty", "-m", "three");
    expect(valueOf(countUnsavedCommits(repo, "HEAD", "task/x"))).toBe(1);
    runGit(repo, "branch", "other");
    expect(valueOf(countUnsavedCommits(repo, "HEAD", "task/x"))).toBe(0);
  });

  it("tells stashes of one branch from those of another", () => {
    const repo = makeRepository(tempDir());
    writeFiles(repo, { "a.txt": "1" });
    const commit = valueOf(pushStash(repo, "mine", []));
    expect(commit).toBe(runGit(repo, "rev-parse", "stash@{0}"));
    expect(valueOf(pushStash(repo, "nothing", []))).toBeUndefined();
    expect(valueOf(listStashes(repo, "main"))).toEqual(["stash@{0}"]);
    expect(valueOf(listStashes(repo, "mai"))).toEqual([]);
  });

  it("answers for a repository without commits", () => {
    const repo = tempDir();
    runGit(repo, "init", "-q", "-b", "main");
    expect(valueOf(currentBranch(repo))).toBe("main");
    expect(valueOf(headCommit(repo))).toBeUndefined();
    expect(valueOf(hasBranch(repo, "main"))).toBe(false);
  });

  it("takes no name for an option", () => {
    const repo = makeRepository(tempDir());
    expect(valueOf(resolveCommit(repo, "--all"))).toBeUndefined();
    expect(valueOf(isBranchName(repo, "-x"))).toBe(false);
    expect(valueOf(isBranchName(repo, "a..b"))).toBe(false);
    expect(valueOf(isBranchName(repo, "task/a"))).toBe(true);
  });

  it("tells a repository of another account from one that lacks something, with the way out", () => {
    const repo = makeRepository(join(tempDir(), "it's"));
    vi.stubEnv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    for (const asked of [headCommit(repo), hasBranch(repo, "main"), readStatus(repo), listWorktrees(repo)]) {
      expect(refusalOf(asked)).toMatchObject({
        reason: "git-untrusted",
        hint: expect.stringMatching(/safe\.directory '.*it'\\''s'$/) as string,
      });
    }
    vi.unstubAllEnvs();
    expect(valueOf(hasBranch(repo, "main"))).toBe(true);
  });

  it("says what failed without handing on a command that loses work", () => {
    const base = tempDir();
    const repo = makeRepository(join(base, "repo"));
    runGit(repo, "worktree", "add", "-q", join(base, "wt"));
    writeFileSync(join(base, "wt", "new.txt"), "");
    const refusal = refusalOf(removeWorktree(repo, join(base, "wt")));
    expect(refusal.reason).toBe("git-failed");
    expect(refusal.message).toContain("modified or untracked files");
    expect(refusal.message).not.toContain("--force");
    expect(refusalOf(readStatus(join(base, "gone"))).reason).toBe("no-folder");
    expect(refusalOf(readStatus(base)).message).toContain("not a git repository");
  });
});
