import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeRepository, refusalOf, runGit, tempDir, valueOf, writeFiles } from "./git-fixture.ts";
import { hideWorktrees, writeGitFiles } from "./ignore.ts";

const FILES = [
  "holdfast.json",
  ".local/identity.json",
  ".local/published/x.jsonl",
  ".local/x/published/x.jsonl",
  "plan/journal/c.jsonl",
  "plan/published/c.jsonl",
  "plan/published/notes.md",
  "plan/published/deep/c.jsonl",
  "plan/state.json",
  "plan/holdfast.json",
  "plan/.gitignore",
  "plan/tasks/T1/published/c.jsonl",
  "stray.jsonl",
];

const makePlanning = (): { readonly repo: string; readonly planning: string } => {
  const repo = makeRepository(tempDir());
  writeFiles(repo, Object.fromEntries(FILES.map((path) => [`.planning/${path}`, "{}\n"])));
  return { repo, planning: join(repo, ".planning") };
};

const seenByGit = (repo: string): readonly string[] =>
  runGit(repo, "ls-files", "--others", "--exclude-standard").split("\n").filter(Boolean);

describe("writeGitFiles", () => {
  it("hides everything, itself included", () => {
    const { repo, planning } = makePlanning();
    expect(valueOf(writeGitFiles(planning, false))).toBe("written");
    expect(seenByGit(repo)).toEqual([]);
    expect(existsSync(join(planning, ".gitattributes"))).toBe(false);
  });

  it("shows the settings and the published records when tracked, and nothing else", () => {
    const { repo, planning } = makePlanning();
    valueOf(writeGitFiles(planning, true));
    expect(seenByGit(repo)).toEqual([
      ".planning/.gitattributes",
      ".planning/.gitignore",
      ".planning/holdfast.json",
      ".planning/plan/published/c.jsonl",
    ]);
  });

  it("has both sides of a merge keep their published lines, byte for byte", () => {
    const { repo, planning } = makePlanning();
    const published = join(planning, "plan", "published", "c.jsonl");
    valueOf(writeGitFiles(planning, true));
    runGit(repo, "add", "-A");
    runGit(repo, "commit", "-q", "-m", "tracked");
    runGit(repo, "checkout", "-q", "-b", "other");
    writeFileSync(published, '{}\n{"a":1}\r\n');
    runGit(repo, "commit", "-q", "-am", "one");
    runGit(repo, "checkout", "-q", "main");
    writeFileSync(published, '{}\n{"b":1}\n');
    runGit(repo, "commit", "-q", "-am", "two");
    runGit(repo, "merge", "-q", "-m", "merge", "other");
    expect(readFileSync(published, "utf8").split("\n").sort()).toEqual(["", '{"a":1}\r', '{"b":1}', "{}"]);
  });

  it("changes nothing the second time, and goes from one mode to the other", () => {
    const { repo, planning } = makePlanning();
    expect(valueOf(writeGitFiles(planning, false))).toBe("written");
    expect(valueOf(writeGitFiles(planning, false))).toBe("unchanged");
    expect(valueOf(writeGitFiles(planning, true))).toBe("written");
    expect(valueOf(writeGitFiles(planning, true))).toBe("unchanged");
    valueOf(writeGitFiles(planning, false));
    expect(seenByGit(repo)).toEqual([]);
    expect(readdirSync(planning).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("takes its own file for unchanged when Git gave it other line endings", () => {
    const planning = join(tempDir(), ".planning");
    valueOf(writeGitFiles(planning, false));
    const path = join(planning, ".gitignore");
    writeFileSync(path, readFileSync(path, "utf8").replaceAll("\n", "\r\n"));
    expect(valueOf(writeGitFiles(planning, false))).toBe("unchanged");
  });

  it.each([".gitignore", ".gitattributes"])("leaves somebody else's %s alone, and writes nothing then", (name) => {
    const planning = join(tempDir(), ".planning");
    writeFiles(planning, { [name]: "# mine\n", ".local/x": "" });
    expect(refusalOf(writeGitFiles(planning, true)).reason).toBe("foreign-file");
    expect(readdirSync(planning).sort()).toEqual([name, ".local"].sort());
    expect(readFileSync(join(planning, name), "utf8")).toBe("# mine\n");
  });

  it("does not write through a link", () => {
    const planning = join(tempDir(), ".planning");
    const target = join(tempDir(), "target");
    mkdirSync(planning);
    writeFileSync(target, "keep");
    symlinkSync(target, join(planning, ".gitignore"));
    expect(refusalOf(writeGitFiles(planning, false)).reason).toBe("foreign-file");
    expect(readFileSync(target, "utf8")).toBe("keep");
  });

  it("does not hide another tool's plans", () => {
    const planning = join(tempDir(), ".planning");
    writeFiles(planning, { "x/task_plan.md": "" });
    expect(refusalOf(writeGitFiles(planning, false)).reason).toBe("folder-taken");
    expect(readdirSync(planning)).toEqual(["x"]);
  });
});

it("hides worktrees that lie inside a repository", () => {
  const repo = makeRepository(tempDir());
  writeFiles(repo, { ".worktrees/x/y.txt": "" });
  valueOf(hideWorktrees(join(repo, ".worktrees")));
  expect(seenByGit(repo)).toEqual([]);
});
