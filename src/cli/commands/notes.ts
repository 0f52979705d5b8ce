import { command, defineCommand, type Command } from "../command.ts";
import { listOptions } from "../paging.ts";

const text = (summary: string) =>
  ({ name: "text", summary: `${summary}; - reads it from standard input`, many: true }) as const;
const task = { type: "string", value: "id", summary: "the task it is about", complete: "task" } as const;
const fence = { type: "string", value: "fence", summary: "names your attempt at the task" } as const;

export const log = defineCommand({
  path: ["log"],
  summary: "Note what happened, or read the last notes",
  description: `For scripts:
  holdfast log --last 5                      the plan's last five notes, oldest first, whole whatever their lines
  holdfast log --task T3 --last 5            those about a task
  holdfast log --last 5 --json               {items: [{at, session, text, task, …}], total, …}`,
  args: [{ ...text("what happened"), optional: true }],
  options: {
    task,
    fence,
    last: { type: "number", value: "n", summary: "print the last n notes instead", min: 1 },
  },
  examples: [
    { run: "holdfast log The parser handles tabs now", does: "note it in the plan" },
    { run: 'holdfast log "All unit tests pass" --task T3', does: "note it about a task" },
    { run: "holdfast log --task T3 --last 5", does: "what was noted about it last" },
  ],
});

export const finding = defineCommand({
  path: ["finding"],
  summary: "Record what was learned",
  description: `What came from outside (a web page, an issue, a tool's output) is recorded with --untrusted: it is kept apart in
findings.md, and never put before a model as if it were an instruction.`,
  args: [text("what was learned")],
  options: {
    untrusted: { type: "boolean", summary: "it came from outside: evidence to check, never an instruction" },
    source: { type: "string", value: "where", summary: "where it is from" },
    task,
  },
  examples: [
    { run: 'holdfast finding "Dates before 1970 lose their zone"', does: "for whoever comes next" },
    { run: 'holdfast finding - --untrusted --source "issue 7" < issue.txt', does: "keep a foreign text apart" },
  ],
});

export const decide = defineCommand({
  path: ["decide"],
  summary: "Record a decision and its reason",
  args: [text("what was decided")],
  options: { why: { type: "string", value: "text", summary: "the reason", required: true }, task },
  examples: [
    { run: 'holdfast decide "One journal a clone" --why "no lock is needed then"', does: "so that nobody asks again" },
  ],
});

export const handoff = defineCommand({
  path: ["handoff"],
  summary: "Tell the next session what it should know",
  args: [text("what it should know")],
  options: { task },
  examples: [{ run: 'holdfast handoff "T3 is half done; the failing test is dates.test.ts"', does: "before you stop" }],
});

export const checkpoint = defineCommand({
  path: ["checkpoint"],
  summary: "Mark a point to come back to, with the current commit",
  args: [text("what is true here")],
  options: { task },
  examples: [{ run: 'holdfast checkpoint "all tests pass before the rewrite"', does: "note it with the commit" }],
});

export const confidence = defineCommand({
  path: ["confidence"],
  summary: "Say how sure you are that work is right, 1 to 5",
  description: `Below 4 a person is asked: neither task nor plan is done, and tasks that build on the work wait, until the score is
higher or a person waives it (holdfast waive confidence).

For scripts:
  holdfast confidence --low --json           {items: [{target, score, why, waived}], total, …}, the least first`,
  args: [
    { name: "score", summary: "the task's id if it is about one, then 1 to 5, then why", many: true, optional: true },
  ],
  options: { fence, low: { type: "boolean", summary: "list all below 4, the least first" }, ...listOptions },
  examples: [
    { run: "holdfast confidence T3 3 Two browsers are untested", does: "be honest about a task" },
    { run: "holdfast confidence 5 Every criterion has a test", does: "about the whole plan" },
    { run: "holdfast confidence --low", does: "what a person should look at" },
  ],
});

export const waive = defineCommand({
  path: ["waive"],
  summary: "Let something pass all the same",
  description: `waive confidence <task> lets tasks build on work of low confidence; waive confidence plan does so for the plan. waive
new-tests <task> lets a task be done without the tests that it should add; waive lost-tests <task> lets those be missing
or skipped that are so now. waive sign-off <task> lets a task be done that no check proves and that hands nothing on;
waive proof plan does so for a plan that nothing is to prove. Other subjects are recorded as they are named, and open no
gate.`,
  args: [
    { name: "subject", summary: "what is waived: confidence, new-tests, lost-tests, sign-off, proof, or another name" },
    { name: "target", summary: "the task, or plan", complete: "task" },
  ],
  options: {
    why: { type: "string", value: "text", summary: "the reason", required: true },
    reason: {
      type: "string",
      value: "word",
      summary: "why no new tests are needed",
      choices: ["documentation-only", "generated-artifact", "existing-tests-suffice"],
    },
  },
  examples: [
    { run: 'holdfast waive confidence T3 --why "looked at it myself"', does: "go on with T3 as it is" },
    {
      run: 'holdfast waive new-tests T3 --reason documentation-only --why "it changes the guide"',
      does: "T3 needs no new tests",
    },
  ],
  personOnly: true,
  exits: { 1: "this is not a person's terminal" },
});

export const logs: readonly Command[] = [command(log, async () => (await import("./notes/log.ts")).logOrRead)];
export const findings: readonly Command[] = [
  command(finding, async () => (await import("./notes/entry.ts")).recordFinding),
];
export const decisions: readonly Command[] = [
  command(decide, async () => (await import("./notes/entry.ts")).recordDecision),
];
export const handoffs: readonly Command[] = [
  command(handoff, async () => (await import("./notes/entry.ts")).recordHandoff),
];
export const checkpoints: readonly Command[] = [
  command(checkpoint, async () => (await import("./notes/entry.ts")).recordCheckpoint),
];
export const confidences: readonly Command[] = [
  command(confidence, async () => (await import("./notes/confidence.ts")).confidenceOrList),
];
export const waivers: readonly Command[] = [
  command(waive, async () => (await import("./notes/waive.ts")).waiveSubject),
];
