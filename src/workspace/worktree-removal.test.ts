import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeRepository, refusalOf, runGit, tempDir, valueOf, writeFiles } from "./git-fixture.ts";
import { assessRemoval, removeCheckout, type RemovalRequest } from "./worktree-removal.ts";
import { prepareWorktree } from "./worktrees.ts";

interface Made {
  readonly request: RemovalRequest;
  /** The worktree. */
  readonly path: string;
}

const make = (files: Readonly<Record<string, string>> = { "a.txt": "a\n" }): Made => {
  const root = makeRepository(join(tempDir(), "app"), files);
  const repository = { id: "app", path: "." };
  const { checkout } = valueOf(prepareWorktree({ root, repository, plan: "alpha", placement: "beside" }));
  return { request: { root, repository, checkout }, path: join(root, checkout.path) };
};

const reasons = ({ request }: Made): readonly string[] => valueOf(assessRemoval(request)).map(({ reason }) => reason);

const commit = (path: string, name: string): void => {
  writeFiles(path, { [name]: name });
  runGit(path, "add", "-A");
  runGit(path, "commit", "-q", "-m", name);
};

describe("removeCheckout", () => {
  it("removes a worktree with nothing to lose, and keeps its branch", () => {
    const made = make();
    expect(valueOf(removeCheckout(made.request))).toBe("removed");
    expect(existsSync(made.path)).toBe(false);
    expect(runGit(made.request.root, "branch", "--list", "task/alpha")).toContain("task/alpha");
    expect(valueOf(removeCheckout(made.request))).toBe("gone");
  });

  const losses: readonly [what: string, reason: string, act: (made: Made) => void][] = [
    ["a changed file", "uncommitted", ({ path }) => writeFileSync(join(path, "a.txt"), "b")],
    ["a deleted file", "uncommitted", ({ path }) => rmSync(join(path, "a.txt"))],
    [
      "a staged file",
      "uncommitted",
      ({ path }) => {
        writeFileSync(join(path, "new.txt"), "");
        runGit(path, "add", "new.txt");
      },
    ],
    [
      "a change that the index hides",
      "uncommitted",
      ({ path }) => {
        runGit(path, "update-index", "--assume-unchanged", "a.txt");
        writeFileSync(join(path, "a.txt"), "b");
      },
    ],
    ["an untracked file", "untracked", ({ path }) => writeFileSync(join(path, "new.txt"), "")],
    ["a repository inside", "untracked", ({ path }) => void makeRepository(join(path, "inner"))],
    ["an ignored file", "ignored-files", ({ path }) => writeFileSync(join(path, ".env"), "SECRET")],
    [
      "a repository where a build would be",
      "repository-inside",
      ({ path }) => void makeRepository(join(path, "node_modules", "@us", "fork")),
    ],
    [
      "a worktree where a build would be",
      "repository-inside",
      ({ path }) => runGit(path, "worktree", "add", "-q", join(path, "build"), "-b", "gh-pages"),
    ],
    [
      "a bare repository where a build would be",
      "repository-inside",
      ({ path }) => runGit(path, "init", "-q", "--bare", join(path, "build", "mirror")),
    ],
    [
      "a submodule, which Git does not remove",
      "has-submodules",
      ({ path }) => {
        const sub = makeRepository(join(tempDir(), "sub"));
        runGit(path, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", sub, "sub");
        runGit(path, "commit", "-q", "-m", "sub");
      },
    ],
    ["an ignored folder of unknown use", "ignored-files", ({ path }) => writeFiles(path, { "private/x": "" })],
    [
      "an ignored file in a folder that is not ignored itself",
      "ignored-files",
      ({ path }) => writeFiles(path, { "dist/.env": "" }),
    ],
    [
      "a stash of the branch",
      "stashed",
      ({ path }) => {
        writeFileSync(join(path, "a.txt"), "b");
        runGit(path, "stash", "-q");
      },
    ],
    ["a commit that is nowhere else", "unmerged", ({ path }) => commit(path, "b.txt")],
    [
      "a commit on no branch at all",
      "unmerged",
      ({ path }) => {
        runGit(path, "checkout", "-q", "--detach");
        commit(path, "b.txt");
      },
    ],
    [
      "an unfinished merge",
      "git-busy",
      ({ path }) => {
        runGit(path, "checkout", "-q", "-b", "side");
        commit(path, "b.txt");
        runGit(path, "checkout", "-q", "task/alpha");
        runGit(path, "merge", "-q", "--no-ff", "--no-commit", "side");
      },
    ],
    [
      "a Git process at work",
      "git-busy",
      ({ path }) => writeFileSync(join(path, "../../app/.git/worktrees/alpha/index.lock"), ""),
    ],
  ];

  it.each(losses)("refuses because of %s", (_, reason, act) => {
    const made = make({ "a.txt": "a\n", ".gitignore": ".env\nprivate/\nnode_modules/\nbuild/\n" });
    act(made);
    expect(reasons(made)).toContain(reason);
    const refusal = refusalOf(removeCheckout(made.request));
    expect(refusal.reason).toBe("worktree-unsaved");
    expect(refusal.hint).toBeTruthy();
    expect(JSON.stringify(refusal)).not.toMatch(/--force|-f\b|reset|clean|rm |drop|prune|branch -/);
    expect(existsSync(join(made.path, ".git"))).toBe(true);
  });

  it("says everything at once", () => {
    const made = make({ "a.txt": "a\n", ".gitignore": ".env\n" });
    commit(made.path, "b.txt");
    writeFiles(made.path, { "a.txt": "b", "new.txt": "", ".env": "" });
    const refusal = refusalOf(removeCheckout(made.request));
    expect(refusal.details?.map(({ reason }) => reason)).toEqual([
      "uncommitted",
      "untracked",
      "ignored-files",
      "unmerged",
    ]);
    for (const name of ["a.txt", "new.txt", ".env", "1 commit of task/alpha"]) expect(refusal.message).toContain(name);
  });

  it("lets go what a build makes again, where Git ignores it", () => {
    const made = make({ "a.txt": "a\n", ".gitignore": "node_modules\ndist/\n.cache/\n" });
    writeFiles(made.path, { "node_modules/x/y.js": "", "pkg/dist/x.js": "", ".cache/z": "" });
    expect(valueOf(removeCheckout(made.request))).toBe("removed");
  });

  it("lets go a link to such a folder, and keeps what it leads to", () => {
    const made = make({ "a.txt": "a\n", ".gitignore": "node_modules\n" });
    writeFiles(made.request.root, { "node_modules/x.js": "" });
    symlinkSync(join(made.request.root, "node_modules"), join(made.path, "node_modules"));
    expect(valueOf(removeCheckout(made.request))).toBe("removed");
    expect(existsSync(join(made.request.root, "node_modules", "x.js"))).toBe(true);
  });

  it("holds on to such a folder where Git does not ignore it", () => {
    const made = make();
    writeFiles(made.path, { "dist/x.js": "" });
    expect(reasons(made)).toEqual(["untracked"]);
  });

  it("is content once the commits are merged or pushed", () => {
    const made = make();
    const { root } = made.request;
    commit(made.path, "b.txt");
    runGit(root, "merge", "-q", "task/alpha");
    expect(reasons(made)).toEqual([]);
    commit(made.path, "c.txt");
    expect(reasons(made)).toEqual(["unmerged"]);
    runGit(root, "init", "-q", "--bare", "../remote");
    runGit(root, "remote", "add", "origin", "../remote");
    runGit(root, "push", "-q", join(root, "../remote"), "task/alpha:task/alpha");
    expect(reasons(made)).toEqual(["unmerged"]);
    runGit(root, "fetch", "-q", "origin");
    expect(valueOf(removeCheckout(made.request))).toBe("removed");
  });

  it("does not mind another branch's stash", () => {
    const made = make();
    writeFiles(made.request.root, { "a.txt": "b" });
    runGit(made.request.root, "stash", "-q");
    expect(reasons(made)).toEqual([]);
  });
});

describe("what is not ours", () => {
  it("is not removed: a checkout somebody else made, a shared one, another repository's", () => {
    const { request, path } = make();
    const { isOurs: _, ...foreign } = request.checkout;
    const attempts = [
      { ...request, checkout: foreign },
      { ...request, checkout: { ...request.checkout, mode: "shared" as const } },
      { ...request, checkout: { ...request.checkout, repo: "other" } },
      { ...request, checkout: { ...request.checkout, path: "." } },
    ];
    for (const attempt of attempts) expect(refusalOf(removeCheckout(attempt)).reason).toBe("not-ours");
    expect(existsSync(path)).toBe(true);
  });

  it("is what somebody put in its place", () => {
    const { request, path } = make();
    renameSync(path, `${path}-moved`);
    makeRepository(path);
    expect(refusalOf(removeCheckout(request)).reason).toBe("not-ours");
    rmSync(path, { recursive: true });
    symlinkSync(`${path}-moved`, path);
    expect(refusalOf(removeCheckout(request)).reason).toBe("not-ours");
    expect(existsSync(join(`${path}-moved`, "a.txt"))).toBe(true);
  });

  it("stays while it is locked, also when it is away", () => {
    const { request, path } = make();
    runGit(request.root, "worktree", "lock", path);
    expect(refusalOf(removeCheckout(request)).reason).toBe("worktree-locked");
    renameSync(path, `${path}-away`);
    expect(refusalOf(removeCheckout(request)).reason).toBe("worktree-locked");
  });

  it("stays while whoever asks stands in it", () => {
    const { request, path } = make();
    mkdirSync(join(path, "src"));
    expect(refusalOf(removeCheckout({ ...request, cwd: join(path, "src") })).reason).toBe("in-use");
    expect(valueOf(removeCheckout({ ...request, cwd: request.root }))).toBe("removed");
  });
});
