import { command, defineCommand, type Command } from "../command.ts";

export const add = defineCommand({
  path: ["repo", "add"],
  summary: "Register a repository for plans to work on",
  description: `Needed only where a workspace holds several: one that is itself a repository works on that without a word. A repository
lies in the workspace, and has one id.`,
  args: [{ name: "path", summary: "its folder", complete: "file" }],
  options: { id: { type: "string", value: "id", summary: "how plans name it; its folder's name where absent" } },
  examples: [
    { run: "holdfast repo add .", does: "register the workspace's own repository" },
    { run: "holdfast repo add services/api --id api", does: "register one under a short name" },
  ],
  exits: { 1: "its id or its path is taken", 2: "the path leads out of the workspace", 3: "there is no repository" },
});

export const list = defineCommand({
  path: ["repo", "list"],
  summary: "List the repositories that plans may work on",
  examples: [{ run: "holdfast repo list", does: "id, folder and branch of each" }],
});

export const discover = defineCommand({
  path: ["repo", "discover"],
  summary: "Look for repositories, and print the commands that would register them",
  description: "Looks at the workspace's root and one level below. Registers nothing.",
  examples: [{ run: "holdfast repo discover", does: "see what could be registered" }],
});

export const remove = defineCommand({
  path: ["repo", "remove"],
  summary: "Forget a repository; its folder stays",
  args: [{ name: "id", summary: "its id", complete: "repo" }],
  examples: [{ run: "holdfast repo remove api", does: "no plan can name it any more" }],
  exits: { 1: "an open plan works on it, or has a worktree of it" },
});

export const commands: readonly Command[] = [
  command(add, async () => (await import("./repo/add.ts")).addOne),
  command(list, async () => (await import("./repo/list.ts")).listAll),
  command(discover, async () => (await import("./repo/list.ts")).discoverAll),
  command(remove, async () => (await import("./repo/add.ts")).removeOne),
];
