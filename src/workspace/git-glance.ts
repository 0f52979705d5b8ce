import { execFile } from "node:child_process";
import { gitEnvironment } from "./git-environment.ts";

/** What somebody who begins work wants to know of a checkout. */
export interface GitGlance {
  /** The newest first: short hash and subject. */
  readonly commits: readonly string[];
  /** Undefined where Git did not say in time. */
  readonly uncommitted?: number;
}

const PATIENCE_MS = 1_000;
const COMMITS = 3;

/** Looks at a checkout without waiting long for it: what does not come in time is left out. */
export async function glanceAtGit(folder: string): Promise<GitGlance> {
  const [commits, status] = await Promise.all([
    ask(folder, ["log", `--max-count=${COMMITS}`, "--no-show-signature", "--format=%h %s"]),
    ask(folder, ["status", "--porcelain", "--untracked-files=normal"]),
  ]);
  return {
    commits: linesOf(commits ?? ""),
    ...(status === undefined ? {} : { uncommitted: linesOf(status).length }),
  };
}

/** Whether anything differs from the last commit; false where Git did not say in time. */
export async function hasChanges(folder: string): Promise<boolean> {
  return ((await ask(folder, ["status", "--porcelain", "--untracked-files=normal"])) ?? "") !== "";
}

const linesOf = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

function ask(cwd: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(
      "git",
      ["-c", "safe.bareRepository=explicit", ...args],
      {
        cwd,
        env: gitEnvironment(),
        encoding: "utf8",
        timeout: PATIENCE_MS,
        maxBuffer: 4 * 1024 * 1024,
        windowsHide: true,
      },
      (error, stdout) => {
        resolve(error === null ? stdout : undefined);
      },
    );
  });
}
