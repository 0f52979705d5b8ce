import { command, defineCommand } from "../command.ts";
import type { Command } from "../command.ts";

export const completion = defineCommand({
  path: ["completion"],
  summary: "Print the completion script of a shell",
  description: "Completes commands, options, plan slugs and task ids.",
  args: [{ name: "shell", summary: "which shell", choices: ["bash", "zsh", "fish"] }],
  examples: [
    { run: "holdfast completion bash >> ~/.bashrc", does: "for every new bash" },
    { run: "holdfast completion fish > ~/.config/fish/completions/holdfast.fish", does: "for fish" },
  ],
});

export const commands: readonly Command[] = [
  command(completion, async () => (await import("./completion/print.ts")).printCompletion),
];
