import { command, defineCommand, type Command } from "../command.ts";

const repo = {
  type: "string",
  value: "id",
  summary: "which repository, where there are several",
  complete: "repo",
} as const;

export const prepare = defineCommand({
  path: ["worktree", "prepare"],
  summary: "Give a plan a Git worktree of its own",
  description: `The branch is task/<slug>: an existing one is taken up, a new one begins at --base or at what is checked out. A worktree that
is at its place already is used as it is. It lies beside the repository, in <repository>.worktrees/<slug>, or with the setting
worktrees = "inside", or where a workspace holds several repositories, in .worktrees/ of the workspace.`,
  options: {
    repo,
    base: { type: "string", value: "ref", summary: "where a new branch begins" },
    branch: { type: "string", value: "name", summary: "another branch than task/<slug>" },
    path: { type: "string", value: "path", summary: "another place in one of those two folders" },
    new: { type: "boolean", summary: "the plan of that --plan is to be made afterwards" },
  },
  examples: [
    { run: "holdfast worktree prepare", does: "the plan in hand gets its own checkout" },
    { run: "holdfast worktree prepare --plan beta --repo api --base main", does: "one repository of another plan" },
  ],
  exits: { 1: "somebody else writes the plan, or the place or the branch is taken" },
});

export const list = defineCommand({
  path: ["worktree", "list"],
  summary: "List the worktrees of plans, and what is in them",
  description: "Ahead counts commits that are on no other branch and no remote.",
  examples: [
    { run: "holdfast worktree list", does: "all of them, by plan" },
    { run: "holdfast worktree list --plan beta --json", does: "those of one plan, for a program" },
  ],
});

export const remove = defineCommand({
  path: ["worktree", "remove"],
  summary: "Take a plan's worktree away, once everything in it is saved elsewhere",
  description: `Refused while anything in it would be lost: changes, files unknown to Git, ignored files that no build makes again, commits on
no other branch and no remote, stashes. Only worktrees that Holdfast made are removed. The branch stays.`,
  options: { repo, forget: { type: "boolean", summary: "only forget it, and leave the folder as it is" } },
  examples: [{ run: "holdfast worktree remove --plan beta", does: "clean up after the plan" }],
  exits: { 1: "something in it is saved nowhere else", 3: "the plan has no worktree" },
});

export const commands: readonly Command[] = [
  command(prepare, async () => (await import("./worktree/prepare.ts")).prepareOne),
  command(list, async () => (await import("./worktree/list.ts")).listAll),
  command(remove, async () => (await import("./worktree/remove.ts")).removeOne),
];
