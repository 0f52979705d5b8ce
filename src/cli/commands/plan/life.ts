import { command, defineCommand, type Command } from "../../command.ts";
import { planArg, switchOptions } from "./options.ts";

export const pause = defineCommand({
  path: ["plan", "pause"],
  summary: "Put a plan aside for later",
  description: "Phase and next action stay as they are; its sessions are let go.",
  args: [planArg("the plan; the one in hand where absent")],
  options: { note: { type: "string", value: "text", summary: "why, or what to know on return" } },
  examples: [{ run: 'holdfast plan pause --note "waits for the audit"', does: "put it aside" }],
  exits: { 1: "it is not being worked on" },
});

export const resume = defineCommand({
  path: ["plan", "resume"],
  summary: "Take up a plan that was paused or blocked",
  args: [planArg("the plan; the only one that is paused where absent")],
  options: { ...switchOptions, note: { type: "string", value: "text", summary: "what has changed" } },
  examples: [{ run: "holdfast plan resume", does: "go on with the plan that was put aside" }],
  exits: { 1: "it is neither paused nor blocked, or has a writer", 2: "several could be meant", 3: "none is paused" },
});

export const block = defineCommand({
  path: ["plan", "block"],
  summary: "Say that a plan cannot go on, and why",
  args: [planArg("the plan; the one in hand where absent")],
  options: {
    tried: { type: "string", value: "text", summary: "what was tried", required: true },
    why: { type: "string", value: "text", summary: "why that failed", required: true },
    resolve: { type: "string", value: "text", summary: "what would resolve it", required: true },
  },
  examples: [
    {
      run: 'holdfast plan block --tried "staging and local" --why "no access to the registry" --resolve "a token from Ada"',
      does: "stop, and say what is needed",
    },
  ],
});

export const done = defineCommand({
  path: ["plan", "done"],
  summary: "Call a plan done",
  description: `Refused while a task is open, a lane is active, a doubt stands unanswered, an acceptance criterion is not proven, or
a check of the plan has not passed on the tree as it is; each is named. Without a check of the plan it counts as claimed: somebody said so.`,
  args: [planArg("the plan; the one in hand where absent")],
  options: { note: { type: "string", value: "text", summary: "what to remember of it" } },
  examples: [{ run: "holdfast plan done", does: "all of it is done" }],
  exits: { 1: "something is left; it is listed" },
});

export const abort = defineCommand({
  path: ["plan", "abort"],
  summary: "Give a plan up",
  args: [planArg("the plan; the one in hand where absent")],
  options: { why: { type: "string", value: "text", summary: "the reason", required: true } },
  examples: [{ run: 'holdfast plan abort --why "the vendor fixed it"', does: "give it up; reopen brings it back" }],
});

export const archive = defineCommand({
  path: ["plan", "archive"],
  summary: "Put a plan that is done or aborted away",
  description: "Nothing is erased: holdfast plan reopen brings it back.",
  args: [planArg("the plan; the only one that is done or aborted where absent")],
  examples: [{ run: "holdfast plan archive billing", does: "lists no longer show it" }],
  exits: { 1: "it is still open", 2: "several could be meant" },
});

export const reopen = defineCommand({
  path: ["plan", "reopen"],
  summary: "Take up a plan that was done, aborted or archived",
  args: [planArg("the plan; the only one that is done, aborted or archived where absent")],
  options: { ...switchOptions, why: { type: "string", value: "text", summary: "the reason" } },
  examples: [{ run: 'holdfast plan reopen billing --why "a case was missed"', does: "go on with it" }],
  exits: { 1: "it is open", 2: "several could be meant" },
});

export const rename = defineCommand({
  path: ["plan", "rename"],
  summary: "Give a plan another name to go by",
  description: `The plan's folder and slug stay; it is found by both names from then on. Its title is changed with
holdfast plan edit --title.`,
  args: [{ name: "name", summary: "the new name, formed like a slug" }],
  examples: [{ run: "holdfast plan rename invoices --plan billing", does: "billing is also invoices" }],
  exits: { 1: "another plan has that name" },
});

export const lifeCommands: readonly Command[] = [
  command(pause, async () => (await import("./put-away.ts")).pausePlan),
  command(resume, async () => (await import("./take-up.ts")).resumePlan),
  command(block, async () => (await import("./block.ts")).blockPlan),
  command(done, async () => (await import("./put-away.ts")).finishPlan),
  command(abort, async () => (await import("./put-away.ts")).abortPlan),
  command(archive, async () => (await import("./put-away.ts")).archivePlan),
  command(reopen, async () => (await import("./take-up.ts")).reopenPlan),
  command(rename, async () => (await import("./rename.ts")).renamePlan),
];
