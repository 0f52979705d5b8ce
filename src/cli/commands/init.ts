import { command, defineCommand, type Command } from "../command.ts";

export const init = defineCommand({
  path: ["init"],
  summary: "Make a folder for plans here",
  description: `Makes .planning/ in the repository (or in this folder, outside Git) and keeps it out of Git. Running it
again does no harm. Plans that another tool keeps in .planning/ are neither written to nor hidden: the folder is
then called .holdfast, or what --folder says.`,
  options: {
    track: { type: "boolean", summary: "let Git see published records, so that other clones get the plans" },
    folder: { type: "string", value: "name", summary: "the folder's name" },
    yes: { type: "boolean", short: "y", summary: "ask nothing" },
  },
  examples: [
    { run: "holdfast init", does: "make .planning/ here" },
    { run: "holdfast init --track", does: "share the plans with other clones over Git" },
    { run: "holdfast init --folder .plans --yes", does: "choose the folder's name" },
  ],
  exits: { 1: "there is a workspace already, in another folder", 2: "the name is taken by another tool" },
});

export const commands: readonly Command[] = [command(init, async () => (await import("./init/init.ts")).initFolder)];
