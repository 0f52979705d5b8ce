import { command, defineCommand, type Command } from "../command.ts";

export const statusline = defineCommand({
  path: ["statusline"],
  summary: "Print one line about this session, for a host's status line",
  description: `task!:<plan> for the plan's writer or a worker on it, obs:<plan> for an observer, wksp:<plan> for the workspace's default; then repository or
worktree, branch with * where there are uncommitted changes, wave and tasks, and how full the context is.
Claude Code's payload on standard input names the session and its folder; without one it is the caller's. Nothing is printed where there
is no plan, and nothing is ever an error.`,
  examples: [
    { run: "holdfast statusline", does: "the line for a shell" },
    { run: "holdfast statusline < payload.json", does: "the line for the session that the payload names" },
  ],
});

export const commands: readonly Command[] = [
  command(statusline, async () => (await import("./statusline/statusline.ts")).printStatusLine),
];
