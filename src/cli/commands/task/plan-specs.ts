import { defineCommand } from "../../command.ts";
import { listOptions } from "../../paging.ts";

const STATUSES = ["todo", "in_progress", "implemented", "done", "blocked", "failed", "dropped"] as const;

export const fenceOption = {
  fence: { type: "string", value: "fence", summary: "the attempt this belongs to; needed once there have been two" },
} as const;

const taskArg = { name: "id", summary: "the task", complete: "task" } as const;

const fieldOptions = {
  description: { type: "string", value: "text", short: "d", summary: "what is to be done; - reads standard input" },
  kind: { type: "string", value: "kind", summary: "e.g. research, design, implementation, test, review" },
  step: { type: "string", value: "text", summary: "a step, in order", many: true },
  priority: { type: "number", value: "n", summary: "0 most urgent, 2 the default, 4 least", max: 4 },
  touch: { type: "string", value: "path", summary: "a path that it will change", many: true, complete: "file" },
  agent: { type: "string", value: "name", summary: "the agent that is to do it" },
  "prompt-prefix": { type: "string", value: "text", summary: "stands before the description in its prompt" },
  model: { type: "string", value: "name", summary: "the model that is to do it" },
  output: { type: "string", value: "path", summary: "where its outputs go", many: true, complete: "file" },
  reviewer: {
    type: "string",
    value: "name",
    summary: "has to review it, beside those whom the plan names",
    many: true,
  },
  "new-tests": { type: "boolean", summary: "it has to add tests that run, pass and assert something" },
} as const;

export const add = defineCommand({
  path: ["task", "add"],
  summary: "Add a task, or many at once",
  description: `With - or --from, tasks come as JSON or YAML: a list, or an object with \`tasks\`. All are added or none, and every
error is listed with its place. Fields: id, title, description, kind, steps, parents (or dependsOn), priority,
touches, agent (or subagent), promptPrefix (or subagent_prompt), model, outputPaths, reviewers, newTests. Parents may be tasks of
the plan or of the same document, in any order. Other fields are kept as they are.`,
  args: [{ name: "title", summary: "its title; - reads tasks from standard input", optional: true, many: true }],
  options: {
    id: { type: "string", value: "id", summary: "T<n> where none is given" },
    parent: { type: "string", value: "id", summary: "must be done first", many: true, complete: "task" },
    ...fieldOptions,
    from: { type: "string", value: "file", summary: "tasks as JSON or YAML; - is standard input", complete: "file" },
  },
  examples: [
    { run: 'holdfast task add "Write the parser" --parent T1 --step "tokens" --step "tree"', does: "add one" },
    { run: "holdfast task add --from tasks.yaml", does: "add many, all or none" },
  ],
  exits: { 2: "something in the tasks is wrong; nothing was added" },
});

export const edit = defineCommand({
  path: ["task", "edit"],
  summary: "Change what a task is, waits for, or where it stands",
  description:
    "What a task is asked to do (description, steps, outputs, parents) does not change while somebody does it. Steps that\nkeep their text keep their tick. Taking reviewers or new tests away takes a person.",
  args: [taskArg],
  options: {
    title: { type: "string", value: "text", summary: "a new title" },
    ...fieldOptions,
    "steps-from": { type: "string", value: "file", summary: "steps as a JSON or YAML list; - is standard input" },
    parents: { type: "string", value: "a,b", summary: "it waits for these and no others", complete: "task" },
    "no-parents": { type: "boolean", summary: "it waits for nothing" },
    before: { type: "string", value: "id", summary: "stand before that task", complete: "task" },
    after: { type: "string", value: "id", summary: "stand after that task", complete: "task" },
    clear: {
      type: "string",
      value: "field",
      summary: "take a value away",
      many: true,
      choices: [
        "description",
        "kind",
        "agent",
        "prompt-prefix",
        "model",
        "steps",
        "touches",
        "outputs",
        "reviewers",
        "new-tests",
      ],
    },
  },
  examples: [
    { run: 'holdfast task edit T3 --title "Write the parser" --priority 0', does: "rename it and make it urgent" },
    { run: "holdfast task edit T3 --parents T1,T2", does: "let it wait for two tasks" },
  ],
});

export const list = defineCommand({
  path: ["task", "list"],
  summary: "List tasks",
  description: "Open tasks, by wave, unless something else is asked for.",
  options: {
    status: { type: "string", value: "status", summary: "only these, closed ones too", many: true, choices: STATUSES },
    wave: { type: "number", value: "n", summary: "only that wave", min: 1 },
    waves: { type: "boolean", summary: "grouped by wave" },
    ready: { type: "boolean", summary: "only what may be claimed now" },
    blocked: { type: "boolean", summary: "only what is blocked, with the reason" },
    mine: { type: "boolean", summary: "only what this session holds" },
    ids: { type: "boolean", summary: "ids alone, one a line" },
    ...listOptions,
    all: { type: "boolean", summary: "closed tasks too, whatever the size" },
  },
  examples: [
    { run: "holdfast task list --waves", does: "what is open, by wave" },
    { run: "holdfast task list --status in_progress --ids", does: "for a script: who is at it" },
  ],
});

export const show = defineCommand({
  path: ["task", "show"],
  summary: "Show everything about a task",
  args: [taskArg],
  options: {
    why: { type: "boolean", summary: "which record gave each field its value: its id, author and time" },
    field: { type: "string", value: "name", summary: "only this field of the --json form" },
    all: { type: "boolean", summary: "everything, whatever its size" },
  },
  examples: [
    { run: "holdfast task show T3 --why", does: "where each value came from" },
    { run: "holdfast task show T3 --field status", does: "one word for a script" },
  ],
});

export const ready = defineCommand({
  path: ["task", "ready"],
  summary: "List what may be claimed now, in the order in which it is offered",
  options: { ids: { type: "boolean", summary: "ids alone, one a line" }, ...listOptions },
  examples: [{ run: "holdfast task ready --json", does: "for a program" }],
});

export const next = defineCommand({
  path: ["task", "next"],
  summary: "Say what this session should do next",
  description:
    "What it has in hand first, then what is ready, then what others have left: their lease has run out and they do not\nshow themselves.",
  examples: [{ run: "holdfast task next", does: "what to go on with" }],
  exits: { 1: "there is nothing to do, and the reasons are given" },
});

export const count = defineCommand({
  path: ["task", "count"],
  summary: "Count tasks in one line",
  options: {
    status: { type: "string", value: "status", summary: "the number of these alone", many: true, choices: STATUSES },
  },
  examples: [{ run: "holdfast task count --status todo", does: "print a number" }],
});

export const hasBlockers = defineCommand({
  path: ["task", "has-blockers"],
  summary: "Ask whether a task is blocked",
  examples: [{ run: "holdfast task has-blockers", does: "in a script: whether to go on" }],
  exits: { 0: "yes", 1: "no", 3: "there is no plan" },
});

export const drop = defineCommand({
  path: ["task", "drop"],
  summary: "Take a task out of the plan; it can be restored",
  args: [taskArg],
  options: {
    detach: { type: "boolean", summary: "what waits for it no longer does" },
    cascade: { type: "boolean", summary: "what waits for it is dropped too" },
    why: { type: "string", value: "text", summary: "the reason" },
  },
  examples: [{ run: 'holdfast task drop T3 --detach --why "not needed"', does: "drop it, keep its children" }],
  exits: { 1: "others wait for it, and neither --detach nor --cascade was given" },
});

export const restore = defineCommand({
  path: ["task", "restore"],
  summary: "Put a dropped task back",
  args: [taskArg],
  examples: [{ run: "holdfast task restore T3", does: "it is to be done after all" }],
});
