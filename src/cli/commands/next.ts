import { command, defineCommand, type Command } from "../command.ts";

export const next = defineCommand({
  path: ["next"],
  summary: "Show or record what comes next",
  description: `Without words it shows what comes next: as recorded, or else computed from the task in hand and what is ready. With
words it records them; that is what a session reads first when it comes back.

For scripts:
  holdfast next --json                       {what, file, computed, task}, or null where there is nothing`,
  args: [{ name: "what", summary: "the next action; - reads it from standard input", many: true, optional: true }],
  options: {
    file: { type: "string", value: "path", summary: "the file it is about", complete: "file" },
    clear: { type: "boolean", summary: "forget the recorded one" },
  },
  examples: [
    { run: "holdfast next", does: "what to do now" },
    { run: "holdfast next Make the parser reject tabs --file src/parse.ts", does: "record it before you stop" },
    { run: "holdfast next --clear", does: "let it be computed again" },
  ],
});

export const commands: readonly Command[] = [command(next, async () => (await import("./next/next.ts")).nextAction)];
