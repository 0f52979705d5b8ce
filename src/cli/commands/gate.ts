import { command, defineCommand, type Command } from "../command.ts";
import { listOptions } from "../paging.ts";

export const gate = defineCommand({
  path: ["gate"],
  summary: "Show what a task, a wave or the plan waits for before it is done",
  description: `Each condition with how it stands on the tree as it is, and the command that would move it. Nothing is changed, and no
check is run.

  holdfast gate task T1      what T1 needs before it is done
  holdfast gate wave [2]     what the current wave, or wave 2, needs before it passes
  holdfast gate plan         what the plan needs before it is done`,
  args: [
    { name: "kind", summary: "task, wave or plan (the plan where absent)", optional: true },
    { name: "name", summary: "the task, or the number of a wave", optional: true, complete: "task" },
  ],
  options: listOptions,
  examples: [
    { run: "holdfast gate task T1", does: "why T1 is not done yet" },
    { run: "holdfast gate wave --json", does: "the current wave, for programs" },
  ],
  exits: { 1: "it is closed" },
});

export const commands: readonly Command[] = [command(gate, async () => (await import("./gate/gate.ts")).showGate)];
