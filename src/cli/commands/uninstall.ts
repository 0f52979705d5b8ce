import { command, defineCommand, type Command } from "../command.ts";

export const uninstall = defineCommand({
  path: ["uninstall"],
  summary: "Take Holdfast out of your agents; plans stay",
  description: `Takes out what holdfast init has put into the settings of hosts, yours and this repository's, and nothing else: a file
that nobody has changed since is as it was before, to the byte; from others only what is Holdfast's goes. Plans are not
touched, and neither are plugins: the host that has one takes it away.`,
  options: {
    host: { type: "string", value: "names", summary: "only these hosts: claude, codex, opencode, trae" },
    yes: { type: "boolean", short: "y", summary: "ask nothing" },
  },
  examples: [
    { run: "holdfast uninstall", does: "show what would go, and ask" },
    { run: "holdfast uninstall --host codex --yes", does: "out of Codex only" },
  ],
  exits: { 1: "a settings file could not be changed", 2: "nobody can be asked: --yes decides" },
});

export const commands: readonly Command[] = [
  command(uninstall, async () => (await import("./uninstall/uninstall.ts")).takeOut),
];
