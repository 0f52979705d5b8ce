import { command, defineCommand, type Command } from "../command.ts";
import { listOptions } from "../paging.ts";

const about = { name: "task", summary: "the task, or plan for the plan as a whole", complete: "task" } as const;
const findingArg = { name: "id", summary: "the review finding, e.g. R1", complete: "finding" } as const;
const reviewer = { type: "string", value: "name", summary: "who reviewed" } as const;
const why = { type: "string", value: "text", summary: "the reason", required: true } as const;
const found = (severity: string) =>
  ({
    type: "string",
    value: "text",
    summary: `a ${severity} finding; path:line in it is its place`,
    many: true,
  }) as const;

const NOT_YOURS = "it is one's own attempt, or a blocking review finding of before is not answered";

export const request = defineCommand({
  path: ["review", "request"],
  summary: "Ask for reviews of a task's attempt, and print what to tell each reviewer",
  description: `Where nobody is named, those are asked whom the plan and the task name, and whoever reviewed it before. What is printed is
a prompt: for a subagent, another session, or a person. The review of a subagent that is started with it is taken up when
it ends; any other is handed in by holdfast review import or add.`,
  args: [about],
  options: {
    reviewer: { type: "string", value: "name", summary: "ask only this one", many: true },
    again: { type: "boolean", summary: "only those whose review does not stand" },
  },
  examples: [
    { run: "holdfast review request T1 --reviewer security --reviewer tests", does: "ask two" },
    { run: "holdfast review request T1 --again", does: "after a fix: ask whoever has to look again" },
  ],
  exits: { 1: "there is no work to review, or nobody is named" },
});

export const add = defineCommand({
  path: ["review", "add"],
  summary: "Hand in a review: what was found, and what became of what was found before",
  description: `A review finding gets an id (R1) that is never given again. Those that weigh as much as the plan says (high, unless it says
otherwise) keep the gate closed. Each of them that this reviewer has open has to be answered: --resolved or --still-there.
Nobody reviews their own attempt.`,
  args: [about],
  options: {
    reviewer: { ...reviewer, required: true },
    verdict: {
      type: "string",
      value: "verdict",
      summary: "what is listed may block all the same",
      choices: ["passed", "blocked"],
    },
    critical: found("critical"),
    high: found("high"),
    medium: found("medium"),
    low: found("low"),
    advisory: found("advisory"),
    resolved: {
      type: "string",
      value: "id",
      summary: "a review finding that is gone",
      many: true,
      complete: "finding",
    },
    "still-there": {
      type: "string",
      value: "id",
      summary: "a review finding that is not",
      many: true,
      complete: "finding",
    },
  },
  examples: [
    { run: "holdfast review add T1 --reviewer tests --verdict passed", does: "nothing found" },
    {
      run: 'holdfast review add T1 --reviewer security --critical "src/db.ts:42 the query is not bound" --resolved R1',
      does: "one gone, another found",
    },
  ],
  exits: { 1: NOT_YOURS },
});

export const importReview = defineCommand({
  path: ["review", "import"],
  summary: "Hand in a review as a reviewer wrote it",
  description: `Reads JSON (schemas/review.schema.json), the block Machine Summary, or sections of Critical and Advisory Findings with their
counts (docs/reviews.md). The last block that somebody filled in counts. A count that does not fit its lines blocks; text
without a count is recorded as a capture that failed, and never as a pass.`,
  args: [about, { name: "file", summary: "the review; - is standard input", complete: "file" }],
  options: { reviewer },
  examples: [
    { run: "holdfast review import T1 review.md --reviewer security", does: "as an agent ended with it" },
    { run: "holdfast review import T1 review.json", does: "as a program wrote it, reviewer and all" },
  ],
  exits: { 1: `it cannot be read, ${NOT_YOURS}` },
});

export const fail = defineCommand({
  path: ["review", "fail"],
  summary: "Record that what a reviewer said could not be had",
  args: [about],
  options: { reviewer: { ...reviewer, required: true }, why },
  examples: [{ run: 'holdfast review fail T1 --reviewer security --why "its agent was cut short"', does: "no pass" }],
});

export const list = defineCommand({
  path: ["review", "list"],
  summary: "List reviews: how each reviewer stands, and what is open",
  description: `Without a task: all tasks that have reviews or have to have them, and the plan as a whole.

For scripts:
  holdfast review list --json           {items: [{task, reviewers: [{reviewer, standing, …}], findings: […]}], total, …}`,
  args: [{ ...about, optional: true }],
  options: { ...listOptions, open: { type: "boolean", summary: "only what keeps a gate closed" } },
  examples: [{ run: "holdfast review list T1", does: "who has reviewed T1, and what they found" }],
});

export const show = defineCommand({
  path: ["review", "show"],
  summary: "Show a review finding and what was said of it since",
  args: [findingArg],
  examples: [{ run: "holdfast review show R1", does: "all of it, with its history" }],
});

export const assess = defineCommand({
  path: ["review", "assess"],
  summary: "Say what became of a review finding",
  description: "As a reviewer: nobody says so of their own attempt.",
  args: [findingArg, { name: "state", summary: "what it is now", choices: ["resolved", "still-there"] }],
  options: { why },
  examples: [{ run: 'holdfast review assess R1 resolved --why "the query is bound"', does: "it blocks no longer" }],
  exits: { 1: "it is one's own attempt" },
});

export const waive = defineCommand({
  path: ["review", "waive"],
  summary: "Let a review finding pass, or do without a reviewer",
  args: [{ name: "what", summary: "a review finding; or with --reviewer a task, or plan", complete: "finding" }],
  options: { reviewer: { ...reviewer, summary: "do without this one" }, why },
  examples: [
    { run: 'holdfast review waive R1 --why "a false alarm: the value is a constant"', does: "it blocks no longer" },
    { run: 'holdfast review waive T1 --reviewer security --why "nothing of it is exposed"', does: "T1 needs none" },
  ],
  personOnly: true,
  exits: { 1: "this is not a person's terminal" },
});

export const commands: readonly Command[] = [
  command(request, async () => (await import("./review/request.ts")).requestAll),
  command(add, async () => (await import("./review/hand-in.ts")).addOne),
  command(importReview, async () => (await import("./review/hand-in.ts")).importOne),
  command(fail, async () => (await import("./review/hand-in.ts")).failOne),
  command(list, async () => (await import("./review/list.ts")).listAll),
  command(show, async () => (await import("./review/list.ts")).showOne),
  command(assess, async () => (await import("./review/settle.ts")).assessOne),
  command(waive, async () => (await import("./review/settle.ts")).waiveOne),
];
