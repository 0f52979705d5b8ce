import { spawnSync } from "node:child_process";
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
  [["--plan=pl"], ["--plan=plan-of-none"]],
  [["task", "claim", "--kind=fe"], ["--kind=feature"]],
  [["help", "ta"], ["task"]],
  [
    ["help", "task", ""],
    ["claim", "list", "step"],
  ],
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

/** What bash asks for, and puts in place of the word before the cursor, where it has split the line into these words. */
async function bashReplies(line: string, words: readonly string[], answer: string): Promise<readonly string[]> {
  const { out: script } = await runCli(["completion", "bash"]);
  const lines = [
    script,
    `holdfast() { printf '%s\\n' "\${*:3}" >&3; printf '%s\\n' "$ANSWER"; }`,
    `COMP_LINE=$LINE COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))`,
    `_holdfast 3>&1; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ].join("\n");
  const env = { ...process.env, LINE: line, ANSWER: answer };
  return spawnSync("bash", ["-c", lines, "bash", ...words], { env, encoding: "utf8" })
    .stdout.split("\n")
    .slice(0, -1);
}

test.skipIf(process.platform === "win32")(
  "bash completes behind a colon, an equals sign and an open quote",
  async () => {
    const split = ["holdfast", "--session", "claude", ":", "1f", "st"];
    expect(await bashReplies("holdfast --session claude:1f st", split, "stop\t")).toEqual([
      "--session claude:1f st",
      "stop",
    ]);
    const [whose, plan, quoted] = [split.slice(0, 4), ["holdfast", "--plan", "=", "st"], ["holdfast", '"st']];
    const replies = [
      await bashReplies("holdfast --session claude:", whose, "claude:1f\twriter"),
      await bashReplies("holdfast --plan=st", plan, "--plan=start\t"),
      await bashReplies('holdfast "st', quoted, "stop\t"),
    ];
    expect(replies).toEqual([
      ["--session claude:", "1f"],
      ["--plan=st", "start"],
      ["st", "stop"],
    ]);
  },
);

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
