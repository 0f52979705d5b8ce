import { command, defineCommand, type Command } from "../command.ts";

export const demo = defineCommand({
  path: ["demo"],
  summary: "Watch a plan being done, killed, cleaned away, merged, and still there",
  description: [
    "In a temporary Git repository with a small real project: three worker processes do seven tasks in four waves,",
    "one of them is killed in the middle, the folder is cleaned away, and a second clone changes the plan on a branch.",
    "Everything runs through the same commands that you would type. Takes less than half a minute, uses no network,",
    "and leaves nothing behind unless --keep is given.",
  ].join("\n"),
  options: {
    keep: { type: "boolean", summary: "leave the folder for looking around" },
  },
  examples: [
    { run: "holdfast demo", does: "the tour" },
    { run: "holdfast demo --keep", does: "the tour, with its files left to look at" },
  ],
});

export const commands: readonly Command[] = [command(demo, async () => (await import("./demo/tour.ts")).runTour)];
