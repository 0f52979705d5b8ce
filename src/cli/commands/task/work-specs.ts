import { defineCommand } from "../../command.ts";
import { fenceOption } from "./plan-specs.ts";

const taskArg = { name: "id", summary: "the task", complete: "task" } as const;
const note = { type: "string", value: "text", summary: "what the next one should know" } as const;
const lease = {
  type: "string",
  value: "time",
  summary: "how long it stays yours without a word: 90s, 15m, 2h",
} as const;

export const claim = defineCommand({
  path: ["task", "claim"],
  summary: "Take a ready task in hand",
  description:
    "One session holds a task. The answer names the fence, the attempt's id, which later writes may have to give.",
  args: [taskArg],
  options: {
    lease,
    "take-over": { type: "boolean", summary: "from a holder whose lease has run out and who is gone" },
  },
  examples: [
    { run: "holdfast task claim T1", does: "take T1 in hand" },
    { run: "holdfast task claim T1 --take-over", does: "go on with what somebody left" },
  ],
  exits: { 1: "somebody else holds it, or it waits for something" },
});

export const start = defineCommand({
  path: ["task", "start"],
  summary: "Begin work on a task, claiming it first where nobody has",
  args: [taskArg],
  options: { lease, ...fenceOption },
  examples: [{ run: "holdfast task start T1", does: "claim T1 and begin" }],
  exits: { 1: "somebody else holds it, or it waits for something" },
});

export const step = defineCommand({
  path: ["task", "step"],
  summary: "Tick a step of a task",
  args: [taskArg, { name: "step", summary: "its number, from 1, or its whole text", many: true }],
  options: { undo: { type: "boolean", summary: "take the tick away" }, ...fenceOption },
  examples: [{ run: "holdfast task step T1 2", does: "the second step is done" }],
});

const RECORDS_FOUND =
  "Markdown files in the task's folder that are new, or not what was recorded, are recorded as its outputs first: up to\n20 files of 256 KB, no links.";

export const implemented = defineCommand({
  path: ["task", "implemented"],
  summary: "Say that a task's work is there, to be checked",
  description: RECORDS_FOUND,
  args: [taskArg],
  options: { note: { type: "string", value: "text", summary: "what was done, and what was run" }, ...fenceOption },
  examples: [{ run: 'holdfast task implemented T1 --note "npm test: 40 passed"', does: "hand it to whoever checks" }],
});

export const done = defineCommand({
  path: ["task", "done"],
  summary: "Call a task done",
  description: RECORDS_FOUND,
  args: [taskArg],
  options: { note: { type: "string", value: "text", summary: "what it rests on" }, ...fenceOption },
  examples: [{ run: 'holdfast task done T1 --note "reviewed"', does: "T1 is done" }],
});

export const block = defineCommand({
  path: ["task", "block"],
  summary: "Say that a task cannot go on, and what would resolve it",
  description: `Takes what was tried, why it failed and what would resolve it: as options, or as a file with the headings "What Was
Attempted", "Why It Failed" and "Suggested Resolution".`,
  args: [taskArg],
  options: {
    tried: { type: "string", value: "text", summary: "what was attempted" },
    why: { type: "string", value: "text", summary: "why it failed" },
    resolve: { type: "string", value: "text", summary: "what would resolve it" },
    from: { type: "string", value: "file", summary: "all three in a file; - is standard input", complete: "file" },
    ...fenceOption,
  },
  examples: [
    { run: 'holdfast task block T1 --tried "v2 API" --why "no access" --resolve "a key"', does: "stop there" },
    { run: "holdfast task block T1 --from blockers.md", does: "from a report" },
  ],
});

export const unblock = defineCommand({
  path: ["task", "unblock"],
  summary: "Let a blocked task be claimed again",
  args: [taskArg],
  options: { note },
  examples: [{ run: 'holdfast task unblock T1 --note "the key is in the vault"', does: "T1 is todo again" }],
});

export const fail = defineCommand({
  path: ["task", "fail"],
  summary: "Say that an attempt at a task has failed",
  args: [taskArg],
  options: { why: { type: "string", value: "text", summary: "the reason", required: true }, ...fenceOption },
  examples: [{ run: 'holdfast task fail T1 --why "the approach does not scale"', does: "end the attempt" }],
});

export const retry = defineCommand({
  path: ["task", "retry"],
  summary: "Send a task back for another attempt",
  description: "Outputs, blockers and the log are kept; the note heads the next attempt's prompt.",
  args: [taskArg],
  options: { note: { ...note, required: true } },
  examples: [{ run: 'holdfast task retry T1 --note "keep the old format readable"', does: "T1 is todo again" }],
});

export const release = defineCommand({
  path: ["task", "release"],
  summary: "Give a claimed task back undone",
  args: [taskArg],
  options: { note, ...fenceOption },
  examples: [{ run: 'holdfast task release T1 --note "half of it is on branch t1"', does: "anybody may take it" }],
});

export const log = defineCommand({
  path: ["task", "log"],
  summary: "Note what happened on a task, or show what was noted",
  args: [taskArg, { name: "text", summary: "what happened; without it the log is shown", optional: true, many: true }],
  options: {
    last: { type: "number", value: "n", summary: "show the last n entries (default 10)", min: 1 },
    ...fenceOption,
  },
  examples: [
    { run: 'holdfast task log T1 "the parser takes 3 ms"', does: "note it" },
    { run: "holdfast task log T1 --last 20", does: "read it" },
  ],
});

export const output = defineCommand({
  path: ["task", "output"],
  summary: "Record or find what a task hands on",
  description: "With --file or --text it records; else it prints the output of that name, or lists what there is.",
  args: [taskArg, { name: "name", summary: "the output (default output.md)", optional: true }],
  options: {
    name: { type: "string", value: "name", summary: "the same as <name>" },
    file: { type: "string", value: "path", summary: "record this file; - is standard input", complete: "file" },
    text: { type: "string", value: "text", summary: "record this text" },
    list: { type: "boolean", summary: "the paths of its outputs" },
    dir: { type: "boolean", summary: "its folder, made where it is missing" },
    parents: { type: "boolean", summary: "the paths of its parents' outputs" },
    ...fenceOption,
  },
  examples: [
    { run: "holdfast task output T1 design.md --file design.md", does: "hand on a file" },
    { run: "holdfast task output T2 --parents", does: "what T2 may build on" },
  ],
});

export const dir = defineCommand({
  path: ["task", "dir"],
  summary: "Print the folder of a task's outputs",
  args: [taskArg],
  options: { make: { type: "boolean", summary: "make it where it is missing" } },
  examples: [{ run: "holdfast task dir T1 --make", does: "where an agent may put what it hands on" }],
});

export const prompt = defineCommand({
  path: ["task", "prompt"],
  summary: "Print all that a worker needs to do a task",
  description: `The outputs of its parents are in it as they were recorded, whatever has become of their files. What has no room in the
budget is named, with where it is to be found.`,
  args: [taskArg],
  options: {
    ancestor: { type: "string", value: "id", summary: "with that one's outputs too", many: true, complete: "task" },
    budget: { type: "number", value: "bytes", summary: "how long it may be (default 24576, least 4096)", min: 4096 },
    fix: { type: "boolean", summary: "with what reviewers and checks left to be fixed, first of all" },
  },
  examples: [
    { run: "holdfast task prompt T1 --fix", does: "after a review that blocks it" },
    { run: "holdfast task prompt T2 --ancestor T1", does: "the prompt of T2, with what T1 handed on" },
  ],
});
