import { command, defineCommand, type Command } from "../command.ts";

export const doctor = defineCommand({
  path: ["doctor"],
  summary: "Look at everything that can be wrong with the workspace and the agents",
  description: `Checks: where the workspace was found and why, this clone's identity, the key that seals records, the file system, second names,
the clock, every line of every journal, files edited by hand or out of date, drafts of dead writers, dead sessions, worktrees and
repositories that are gone, Node. Then the agents of this machine: found, their version, whether Holdfast is in them, whole and
once, whether Codex has trusted it, what their last sessions were told, whether the MCP server answers, what a hook costs.

--fix does only what loses nothing of anybody's: sweeps Holdfast's own old drafts, ends dead bindings, writes generated files
again (what was edited by hand is saved beside them), keeps the plans out of Git, removes compiled code of builds that nobody has
used for 30 days, writes what is missing of what holdfast init wrote into an agent. It trusts nothing for you.

--live starts the real agent, with its settings as they are, on a model that Holdfast plays on this machine: no account is
needed, nothing leaves the machine. The agent keeps that conversation as any other.`,
  options: {
    fix: { type: "boolean", summary: "put right what can be put right safely" },
    live: {
      type: "string",
      value: "host",
      choices: ["claude", "codex", "opencode"],
      summary: "start the host on a scripted model, and see what reaches that",
    },
  },
  examples: [
    { run: "holdfast doctor", does: "is all well?" },
    { run: "holdfast doctor --fix", does: "put right what can be" },
    { run: "holdfast doctor --live claude", does: "does the plan reach the model, after a compaction too?" },
  ],
  exits: { 0: "all is well, or nearly", 1: "something needs a person", 4: "something is damaged" },
});

export const commands: readonly Command[] = [command(doctor, async () => (await import("./doctor/doctor.ts")).examine)];
