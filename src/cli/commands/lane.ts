import { command, defineCommand, type Command } from "../command.ts";
import { listOptions } from "../paging.ts";

const laneArg = { name: "id", summary: "the lane", complete: "lane" } as const;

export const create = defineCommand({
  path: ["lane", "create"],
  summary: "Open a lane: a bounded side job with its own brief and result",
  description: `Its files are in lanes/<id>/ of the plan: brief.md says what is wanted, result.md is for whoever does it. A lane of that id that
waits or runs is taken up as it is, a blocked one waits again; one that has ended needs another id. Observers may open lanes too.`,
  args: [{ name: "title", summary: "what it is about; up to 72 characters, more becomes its goal", many: true }],
  options: {
    id: { type: "string", value: "id", summary: "its id; follows from the title where absent" },
    kind: {
      type: "string",
      value: "kind",
      summary: "what kind of job; told from the words where absent",
      choices: ["discovery", "spike", "verify", "review", "catchup", "other"],
    },
    goal: { type: "string", value: "text", summary: "what it is to find out" },
    constraint: { type: "string", value: "text", summary: "a bound it has to keep", many: true },
    deliverable: { type: "string", value: "text", summary: "what it hands in; the kind's usual where absent" },
    success: { type: "string", value: "text", summary: "what a good result has", many: true },
    task: { type: "string", value: "id", summary: "the task that it serves", complete: "task" },
    start: { type: "boolean", summary: "it runs from now on" },
  },
  examples: [
    { run: 'holdfast lane create "Map the entry points of the parser" --start', does: "begin a discovery" },
    {
      run: 'holdfast lane create "Review the retry logic" --id review-retry --constraint "read only" --success "each risk names a line"',
      does: "prepare a review for somebody else",
    },
  ],
  exits: { 1: "the lane of that id has ended, or the plan has" },
});

export const list = defineCommand({
  path: ["lane", "list"],
  summary: "List the plan's lanes, open ones first",
  options: { ...listOptions, kind: { type: "string", value: "kind", summary: "only of that kind" } },
  examples: [{ run: "holdfast lane list", does: "what runs beside the plan" }],
});

export const show = defineCommand({
  path: ["lane", "show"],
  summary: "Show a lane and where its files are",
  args: [laneArg],
  examples: [{ run: "holdfast lane show review-retry", does: "its brief, its state, what its result says so far" }],
});

export const start = defineCommand({
  path: ["lane", "start"],
  summary: "Say that a lane runs",
  args: [laneArg],
  examples: [{ run: "holdfast lane start review-retry", does: "begin with it" }],
});

export const resume = defineCommand({
  path: ["lane", "resume"],
  summary: "Go on with a blocked lane",
  args: [laneArg],
  examples: [{ run: "holdfast lane resume review-retry", does: "what blocked it is gone" }],
});

export const block = defineCommand({
  path: ["lane", "block"],
  summary: "Say that a lane cannot go on, and why",
  args: [laneArg],
  options: { why: { type: "string", value: "text", summary: "what stands in the way", required: true } },
  examples: [{ run: 'holdfast lane block review-retry --why "no access to the logs"', does: "hand it back" }],
});

export const complete = defineCommand({
  path: ["lane", "complete"],
  summary: "End a lane with what came out",
  args: [laneArg],
  options: {
    summary: {
      type: "string",
      value: "text",
      summary: "what came out; the first line of the result's Summary where absent",
    },
    file: { type: "string", value: "path", summary: "a file that it changed or made", many: true },
  },
  examples: [
    { run: "holdfast lane complete review-retry", does: "its result.md says it" },
    { run: 'holdfast lane complete review-retry --summary "two risks, both in backoff.ts"', does: "say it here" },
  ],
  exits: { 2: "neither --summary nor the result says what came out" },
});

export const cancel = defineCommand({
  path: ["lane", "cancel"],
  summary: "Give a lane up",
  args: [laneArg],
  options: { why: { type: "string", value: "text", summary: "the reason" } },
  examples: [{ run: "holdfast lane cancel review-retry", does: "nobody needs it any more" }],
});

export const promote = defineCommand({
  path: ["lane", "promote"],
  summary: "Make what a lane found findings of the plan, once",
  description: `Takes the bullets of Recommended Promotion of its result.md; where that says nothing, of Findings, else of Summary. What still
says [placeholder] is left out. Only the plan's writer promotes, and only from a lane that is complete or blocked.`,
  args: [laneArg],
  examples: [{ run: "holdfast lane promote review-retry", does: "keep what it found" }],
  exits: { 1: "it was promoted before, has not ended, says nothing, or you are not the writer" },
});

export const commands: readonly Command[] = [
  command(create, async () => (await import("./lane/create.ts")).createOne),
  command(list, async () => (await import("./lane/list.ts")).listAll),
  command(show, async () => (await import("./lane/list.ts")).showOne),
  command(start, async () => (await import("./lane/move.ts")).startOne),
  command(resume, async () => (await import("./lane/move.ts")).resumeOne),
  command(block, async () => (await import("./lane/move.ts")).blockOne),
  command(complete, async () => (await import("./lane/move.ts")).completeOne),
  command(cancel, async () => (await import("./lane/move.ts")).cancelOne),
  command(promote, async () => (await import("./lane/move.ts")).promoteOne),
];
