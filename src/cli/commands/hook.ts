import { command, defineCommand, type Command } from "../command.ts";

export const hook = defineCommand({
  path: ["hook"],
  summary: "Answer an event of a host, as its hooks ask it",
  description: `For hosts, not for people: reads the payload of a hook on standard input and prints what the host takes for an answer, or
nothing. It always succeeds; what went wrong is in .planning/.local/receipts and shown by holdfast doctor.
A prompt that comes this way is never taken for a person's act, since an agent's shell can send one too.`,
  args: [
    { name: "host", summary: "who asks: claude, codex or trae; another is told nothing" },
    { name: "event", summary: "the event's name, where the payload does not say it", optional: true },
  ],
  examples: [{ run: "holdfast hook claude < payload.json", does: "what Claude Code would be told" }],
  hidden: true,
});

export const commands: readonly Command[] = [command(hook, async () => (await import("./hook/hook.ts")).answerHook)];
