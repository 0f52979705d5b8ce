import { command, defineCommand, type Command } from "../command.ts";
import { listOptions } from "../paging.ts";

export const set = defineCommand({
  path: ["goal", "set"],
  summary: "Set what this session is after, in place of what it was after before",
  description: `A session has one goal. Where the session is on a plan, the goal is the one in the plan's brief, and setting it edits the
brief. The goal that it takes the place of stays in the history: holdfast goal list --all.`,
  args: [{ name: "title", summary: "what is to be reached; - reads it from standard input", many: true }],
  options: {
    "done-when": { type: "string", value: "text", summary: "how to tell that it is reached", required: true },
    description: { type: "string", value: "text", summary: "more about it" },
    check: {
      type: "string",
      value: "command",
      summary: "what has to pass before it is validated; a shell runs it at the root of the checkout",
    },
  },
  examples: [
    {
      run: 'holdfast goal set Port the parser --done-when "all tests pass" --check "npm test"',
      does: "have Holdfast look whether it is reached",
    },
    {
      run: 'holdfast goal set Make start-up fast --done-when "npm run bench shows 100 ms"',
      does: "say what you are after",
    },
  ],
});

export const status = defineCommand({
  path: ["goal", "status"],
  summary: "Show this session's goal, or what other sessions left unfinished",
  examples: [{ run: "holdfast goal status", does: "the goal and how far it is" }],
});

export const done = defineCommand({
  path: ["goal", "done"],
  summary: "Call this session's goal completed",
  description: `It is then to be validated. A plan's goal is completed by finishing the plan, and is refused for what the plan's own rules
refuse: open tasks, active lanes, unanswered doubts.`,
  examples: [{ run: "holdfast goal done", does: "the done condition is met" }],
  exits: { 1: "the plan's rules say that something is left; it is listed", 3: "there is no active goal" },
});

export const validate = defineCommand({
  path: ["goal", "validate"],
  summary: "Confirm that a completed goal is reached",
  description: `Where the goal has a check, Holdfast runs it now, for ten minutes at most, and the goal is validated only if it ends with 0
and no file has changed meanwhile. Its exit alone counts; what it printed is kept in .planning/.local/goals/. Where the
goal has none, say what was looked at: that is kept with the goal, as said by this session.`,
  options: {
    "looked-at": { type: "string", value: "text", summary: "what was looked at, and what it showed" },
  },
  examples: [
    { run: 'holdfast goal validate --looked-at "npm run bench: 84 ms; README figures updated"', does: "close it" },
  ],
  exits: {
    1: "it is not completed, or validated already, or its check did not pass",
    2: "nothing was said of what was looked at",
    3: "there is none",
  },
});

export const cancel = defineCommand({
  path: ["goal", "cancel"],
  summary: "Give this session's goal up",
  description: "It stays in the history with its reason. The goal of a plan is not given up without the plan.",
  options: { reason: { type: "string", value: "text", summary: "why" } },
  examples: [{ run: 'holdfast goal cancel --reason "the vendor fixed it"', does: "go after it no more" }],
  exits: { 1: "the goal is a plan's", 3: "there is none" },
});

export const adopt = defineCommand({
  path: ["goal", "adopt"],
  summary: "Take over a goal that another session left unfinished",
  args: [{ name: "goal", summary: "its id; the only unfinished one where absent", optional: true }],
  options: { steal: { type: "boolean", summary: "also from a session that still shows itself" } },
  examples: [{ run: "holdfast goal adopt G3", does: "go on with what an earlier session was after" }],
  exits: {
    1: "this session has a goal of its own, or the other still shows itself",
    2: "several could be meant",
    3: "there is no such goal",
  },
});

export const list = defineCommand({
  path: ["goal", "list"],
  summary: "List the goals of sessions without a plan",
  description: "Those that are over are left out without --all. * marks this session's.",
  options: { ...listOptions, all: { type: "boolean", summary: "those that are over too, whatever the size" } },
  examples: [
    { run: "holdfast goal list", does: "what is unfinished, and whose it is" },
    { run: "holdfast goal list --all --json", does: "the whole history, for a program" },
  ],
});

export const commands: readonly Command[] = [
  command(set, async () => (await import("./goal/run.ts")).setCallersGoal),
  command(status, async () => (await import("./goal/run.ts")).showCallersGoal),
  command(done, async () => (await import("./goal/run.ts")).completeCallersGoal),
  command(validate, async () => (await import("./goal/run.ts")).validateCallersGoal),
  command(cancel, async () => (await import("./goal/run.ts")).cancelCallersGoal),
  command(adopt, async () => (await import("./goal/run.ts")).adoptForCaller),
  command(list, async () => (await import("./goal/list.ts")).listAllGoals),
];
