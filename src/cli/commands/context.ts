import { command, defineCommand, type Command } from "../command.ts";

export const context = defineCommand({
  path: ["context"],
  summary: "Print what a model should read about the plan",
  description: `One block within a budget, whole lines only, with what was left out named. With --since it is what others changed since
that revision, and nothing at all where nothing changed.

For scripts:
  holdfast context --json                    {text, revision, left, plan}; give revision to --since later`,
  options: {
    budget: { type: "number", value: "tokens", summary: "the most tokens, estimated from above", min: 1 },
    bytes: { type: "number", value: "n", summary: "the most bytes, never exceeded", min: 1 },
    since: { type: "number", value: "revision", summary: "only what moved since" },
  },
  examples: [
    { run: "holdfast context", does: "the whole block" },
    { run: "holdfast context --since 12 --budget 200", does: "what moved since revision 12" },
  ],
  exits: { 3: "there is no plan" },
});

export const commands: readonly Command[] = [
  command(context, async () => (await import("./context/context.ts")).printContext),
];
