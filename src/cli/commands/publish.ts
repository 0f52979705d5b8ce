import { command, defineCommand, type Command } from "../command.ts";

export const publish = defineCommand({
  path: ["publish"],
  summary: "Copy the plan's records to where Git carries them to other clones",
  description:
    "Writes `.planning/<plan>/published/`, one file a clone, to be committed with the code. Other clones take in what is new whenever they read the plan. All plans, unless --plan names one.",
  examples: [
    { run: "holdfast publish", does: "publish every plan" },
    { run: "holdfast publish --plan billing", does: "publish one" },
  ],
  exits: { 2: "this workspace is not tracked: holdfast init --track" },
});

export const commands: readonly Command[] = [
  command(publish, async () => (await import("./publish/publish.ts")).publishPlans),
];
