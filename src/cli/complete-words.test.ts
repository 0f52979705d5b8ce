import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../../test/kit/cli.ts";
import { sampleGroups } from "../../test/kit/groups.ts";
import type { CandidateSource } from "./candidates.ts";
import { completeWords } from "./complete-words.ts";

const source: CandidateSource = async (kind, { plan = "none" }) => [{ value: `${kind}-of-${plan}`, note: "" }];
const complete = async (...words: string[]) =>
  (await completeWords(sampleGroups, words, source)).map(({ value }) => value);

test.each([
  [[""], ["task", "note", "fail", "echo"]],
  [["ta"], ["task"]],
  [
    ["task", ""],
    ["claim", "list", "step"],
  ],
  [["task", "step", ""], ["set"]],
  [
    ["note", ""],
    ["add", "N1"],
  ],
  [["task", "claim", "--f"], ["--force"]],
  [
    ["task", "claim", "--kind", ""],
    ["feature", "fix"],
  ],
  [["task", "claim", ""], ["task-of-none"]],
  [["task", "claim", "--why", "x", ""], ["task-of-none"]],
  [["task", "claim", "T1", ""], []],
  [["--plan", "p", "task", "claim", ""], ["task-of-p"]],
  [["--plan", ""], ["plan-of-none"]],
  [["nothing", ""], []],
  [["secret", ""], []],
])("%j offers %j", async (words, offered) => {
  expect(await complete(...words)).toEqual(offered);
});

test("options of every command are offered everywhere", async () => {
  expect(await complete("task", "list", "-")).toEqual(
    expect.arrayContaining(["--limit", "--plan", "--json", "--help"]),
  );
});

test("the program answers its own scripts, one candidate a line", async () => {
  const { code, out } = await runCli(["__complete", "--", "completion", ""]);
  expect(code).toBe(0);
  expect(out).toBe("bash\twhich shell\nzsh\twhich shell\nfish\twhich shell\n");
});

test.each(["bash", "zsh", "fish"])("there is a script for %s that asks the program", async (shell) => {
  const { code, out } = await runCli(["completion", shell]);
  expect(code).toBe(0);
  expect(out).toContain("holdfast __complete --");
});

test("names that could act in a shell are not offered", async () => {
  const cwd = await mkdtemp(join(tmpdir(), "holdfast-complete-"));
  try {
    await writeFile(join(cwd, "$(touch x)"), "");
    await writeFile(join(cwd, "a b"), "");
    await writeFile(join(cwd, "plain.md"), "");
    await mkdir(join(cwd, "folder"));
    const { out } = await runCli(["__complete", "--", "--root", ""], { cwd });
    expect(out.split("\n").toSorted()).toEqual(["", "folder/\tfolder", "plain.md\tfile"]);
    await writeFile(join(cwd, "folder", "inner"), "");
    expect((await runCli(["__complete", "--", "--root", "folder/"], { cwd })).out).toBe("folder/inner\tfile\n");
    expect((await runCli(["__complete", "--", "--root", "./f"], { cwd })).out).toBe("./folder/\tfolder\n");
    expect(await runCli(["__complete", "--", "--root", "nowhere/x"], { cwd })).toMatchObject({ code: 0, out: "" });
  } finally {
    await rm(cwd, { recursive: true });
  }
});
