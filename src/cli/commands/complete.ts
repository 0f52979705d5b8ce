import { command, defineCommand } from "../command.ts";
import type { Command } from "../command.ts";

export const complete = defineCommand({
  path: ["__complete"],
  summary: "List what could come next on a command line",
  hidden: true,
  rest: true,
  examples: [{ run: "holdfast __complete -- task cl", does: "what could finish `holdfast task cl`" }],
});

export const commands: readonly Command[] = [
  command(complete, async () => (await import("./completion/answer.ts")).answerCompletion),
];
