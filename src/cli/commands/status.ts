import { command, defineCommand, type Command } from "../command.ts";

export const status = defineCommand({
  path: ["status"],
  summary: "Show a plan at a glance",
  description: `Tasks with who holds them, what is ready, what waits and for what, the longest chain of open tasks, what does not
move and the command that moves it, what waits for a person, and what happened last; at most 8 KB, and what was left out
is said.

With --watch it is drawn anew on every change, until Ctrl-C. Where the output is no terminal, each change is printed
as a line; under --json, the whole status as a line.

For scripts:
  holdfast status --json                     everything, as schemas/status.schema.json describes it
  holdfast plan show --field status          one value of the plan
  holdfast next --json                       what comes next`,
  options: {
    watch: { type: "boolean", summary: "show it again whenever it changes", short: "w" },
    all: { type: "boolean", summary: "leave nothing out, whatever its size" },
  },
  examples: [
    { run: "holdfast status", does: "the plan in hand" },
    { run: "holdfast status --plan billing --json", does: "another plan, for a program" },
  ],
  exits: { 3: "there is no plan" },
});

export const commands: readonly Command[] = [
  command(status, async () => (await import("./status/status.ts")).showStatus),
];
