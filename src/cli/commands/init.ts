import { command, defineCommand, type Command } from "../command.ts";

export const init = defineCommand({
  path: ["init"],
  summary: "Make a folder for plans here, and put Holdfast into your agents",
  description: `Makes .planning/ in the repository (or in this folder, outside Git) and keeps it out of Git. Running it
again does no harm. Plans that another tool keeps in .planning/ are neither written to nor hidden: the folder is
then called .holdfast, or what --folder says.

Then it finds the agents of this machine (Claude Code, Codex, OpenCode, TraeCLI), shows what it would write into their
settings, and asks. Settings are yours alone, unless --shared puts them into the repository, where they do nothing for
those who have no Holdfast. What others wrote in those files stays as it is. Without a terminal nothing is asked and no
settings are written, unless --yes says so. holdfast uninstall takes everything out again.`,
  options: {
    track: { type: "boolean", summary: "let Git see published records, so that other clones get the plans" },
    folder: { type: "string", value: "name", summary: "the folder's name" },
    host: { type: "string", value: "names", summary: "only these hosts: claude, codex, opencode, trae; or none" },
    shared: { type: "boolean", summary: "write the repository's settings rather than your own" },
    yes: { type: "boolean", short: "y", summary: "ask nothing, and write" },
  },
  examples: [
    { run: "holdfast init", does: "make .planning/ here, and ask about the agents that are found" },
    { run: "holdfast init --yes", does: "the same, without asking" },
    { run: "holdfast init --host claude,codex --shared", does: "settings for everybody who has the repository" },
    { run: "holdfast init --track", does: "share the plans with other clones over Git" },
    { run: "holdfast init --folder .plans --yes", does: "choose the folder's name" },
  ],
  exits: {
    1: "there is a workspace already, in another folder; or a settings file could not be changed",
    2: "the name is taken by another tool",
  },
});

export const commands: readonly Command[] = [command(init, async () => (await import("./init/init.ts")).initFolder)];
