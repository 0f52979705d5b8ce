import { command, defineCommand, type Command } from "../command.ts";

export const render = defineCommand({
  path: ["render"],
  summary: "Write a plan's files anew from its journal",
  description: `Folds the whole journal from its beginning and writes everything that is derived from it: the Markdown files, the archives,
what tasks handed on, state.json and head.json. A file that was edited by hand is saved beside first. notes.md is
yours and is left alone.`,
  options: { all: { type: "boolean", summary: "every plan" } },
  examples: [
    { run: "holdfast render", does: "bring back files that were deleted" },
    { run: "holdfast render --all", does: "of every plan" },
  ],
  exits: { 4: "the journal has lost records: holdfast journal rescue" },
});

export const commands: readonly Command[] = [
  command(render, async () => (await import("./render/render.ts")).renderPlans),
];
