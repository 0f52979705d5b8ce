import { command, defineCommand, type Command } from "../command.ts";
import { listOptions } from "../paging.ts";

const checkArg = { name: "id", summary: "the check", complete: "check" } as const;

const FIELDS = {
  kind: {
    type: "string",
    value: "kind",
    summary: "test: tests must have run; command: its exit code alone",
    choices: ["test", "command"],
  },
  task: { type: "string", value: "id", summary: "a task that it proves", many: true, complete: "task" },
  criterion: {
    type: "string",
    value: "id",
    summary: "an acceptance criterion that it proves",
    many: true,
    complete: "criterion",
  },
  "for-plan": { type: "boolean", summary: "it proves the plan as a whole" },
  "for-waves": { type: "boolean", summary: "every wave needs it, on the tree with all of the wave's work" },
  shell: { type: "string", value: "text", summary: "a line for the shell in place of a program and its arguments" },
  repo: {
    type: "string",
    value: "id",
    summary: "the repository it runs in; the plan's first where absent",
    complete: "repo",
  },
  "with-repo": {
    type: "string",
    value: "id",
    summary: "another repository that it looks at: a change there makes it stale too",
    many: true,
    complete: "repo",
  },
  dir: { type: "string", value: "path", summary: "where it runs, from the repository's root", complete: "file" },
  env: { type: "string", value: "name=value", summary: "a variable that it finds", many: true },
  timeout: { type: "string", value: "time", summary: "how long it may take: 90s, 10m (default), 2h" },
  exit: { type: "number", value: "code", summary: "the exit code that it must end with (default 0)", max: 255 },
  "min-tests": { type: "number", value: "n", summary: "how many tests must have passed (default 1)", min: 1 },
  passes: {
    type: "string",
    value: "n/m",
    summary: "how many of how many runs must pass, of a test that is flaky: 2/3",
  },
  report: {
    type: "string",
    value: "format:path",
    summary: "the report that it writes, from where it runs (docs/reports.md)",
    complete: "file",
  },
  match: { type: "string", value: "text", summary: "what it must print" },
  output: { type: "string", value: "path", summary: "a file it writes, which is no change of the tree", many: true },
  scope: {
    type: "string",
    value: "path",
    summary: "what its evidence depends on; the whole tree where absent",
    many: true,
  },
  exclusive: { type: "boolean", summary: "nothing else may run beside it" },
} as const;

const WHAT_RUNS = `What follows -- is run as it stands, without a shell.`;

export const add = defineCommand({
  path: ["check", "add"],
  summary: "Say what proves a task or the plan: a command that Holdfast runs itself",
  description: `${WHAT_RUNS} A task with checks is done only once all of them passed on the tree as it is:
holdfast verify runs them. What proves a task does not change while somebody does it.

Of kind test, at least one test must have run and none failed, as the report says that it writes, or what a known runner
printed. Of kind command nothing but its exit code is looked at: for type checks, linters and builds.`,
  args: [{ name: "id", summary: "what it is called" }],
  options: FIELDS,
  examples: [
    { run: "holdfast check add unit --kind test --task T1 -- npm test", does: "T1 needs the tests to pass" },
    {
      run: "holdfast check add unit --kind test --task T1 --report junit:out/junit.xml -- npx vitest run --reporter=junit --outputFile=out/junit.xml",
      does: "as the report says, with every test by name",
    },
    { run: "holdfast check add types --kind command --task T1 -- npx tsc --noEmit", does: "T1 needs types that hold" },
    {
      run: "holdfast check add old-links --kind test --criterion AC2 -- npx vitest run test/old-links",
      does: "it proves the criterion AC2 (holdfast plan acceptance)",
    },
    {
      run: 'holdfast check add lint --kind command --for-plan --shell "npm run lint && npm run format:check"',
      does: "a line for the shell",
    },
    {
      run: "holdfast check add e2e --kind test --for-plan --repo app --with-repo api --passes 2/3 -- npx playwright test",
      does: "runs in app and looks at api too; two of three runs must pass",
    },
  ],
  exits: { 1: "there is one of that id, or the task is in hand or done" },
  rest: true,
});

export const edit = defineCommand({
  path: ["check", "edit"],
  summary: "Change a check; what was seen of it before counts no longer",
  description: `Lists are replaced whole. ${WHAT_RUNS}`,
  args: [checkArg],
  options: {
    ...FIELDS,
    clear: {
      type: "string",
      value: "field",
      summary: "back to what it has by default",
      many: true,
      choices: ["repo", "with-repo", "dir", "report", "match", "passes"],
    },
  },
  examples: [{ run: "holdfast check edit types --scope src --scope tsconfig.json", does: "only these make it stale" }],
  exits: { 1: "a task that it proves is in hand or done, and no person asks" },
  rest: true,
});

export const list = defineCommand({
  path: ["check", "list"],
  summary: "List the plan's checks, what they prove and how they stand",
  options: {
    ...listOptions,
    task: { type: "string", value: "id", summary: "only those that prove it", complete: "task" },
  },
  examples: [{ run: "holdfast check list --task T1", does: "what T1 waits for" }],
});

export const show = defineCommand({
  path: ["check", "show"],
  summary: "Show a check and what was last seen of it",
  args: [checkArg],
  examples: [{ run: "holdfast check show types", does: "what it runs, where, and how it went" }],
});

export const drop = defineCommand({
  path: ["check", "drop"],
  summary: "Take a check away",
  args: [checkArg],
  options: { why: { type: "string", value: "text", summary: "for the journal" } },
  examples: [{ run: 'holdfast check drop lint --why "part of the tests now"', does: "it is asked for no longer" }],
  exits: { 1: "a task that it proves is in hand or done, and no person asks" },
});

export const accept = defineCommand({
  path: ["check", "accept"],
  summary: "Say yes to a weaker form of a check, or to what it runs now",
  description: `An agent that would make a check weaker which a person approved only proposes it. With a proposal this puts it in force; without
one it says yes to what the check resolves to at this moment: the package's scripts, the runner's configuration, the
program itself.`,
  args: [checkArg],
  examples: [{ run: "holdfast check accept unit", does: "it may run as it does now" }],
  personOnly: true,
});

export const reject = defineCommand({
  path: ["check", "reject"],
  summary: "Say no to a weaker form of a check",
  args: [checkArg],
  options: { why: { type: "string", value: "text", summary: "for the journal" } },
  examples: [{ run: 'holdfast check reject unit --why "the test is right"', does: "it stays as it was approved" }],
  personOnly: true,
});

export const verify = defineCommand({
  path: ["verify"],
  summary: "Run checks and record what was seen",
  description: `Each runs in the worktree in which its task is worked on, else in the plan's checkout, with nothing to read and a time
limit. What it printed is kept in evidence/ of the plan, capped, and without what looks like a secret. Evidence holds for the content that it ran on: committing that changes nothing,
an edit makes it stale, and files that change while a check runs make it worthless: then it runs once more.

Checks run side by side, as many as there are cores. Exclusive ones run alone, and so do those that write files which Git
does not ignore. Ctrl-C ends what runs; of that nothing is recorded.`,
  options: {
    check: { type: "string", value: "id", summary: "only this one", many: true, complete: "check" },
    task: { type: "string", value: "id", summary: "only those that prove it", many: true, complete: "task" },
    wave: { type: "number", value: "n", summary: "only those that prove the tasks of this wave", min: 1 },
    "for-plan": { type: "boolean", summary: "only those that prove the plan as a whole" },
    "only-stale": { type: "boolean", summary: "leave out those that passed on the tree as it is" },
    foreign: {
      type: "boolean",
      summary: "run checks from other copies of the plan too, trusted or not: for CI, and closed to agents",
    },
    base: {
      type: "boolean",
      summary: "run tests at the commit that their task began on too, where they are not known: takes twice as long",
    },
    jobs: {
      type: "number",
      value: "n",
      summary: "how many may run side by side (default: the cores)",
      min: 1,
      max: 256,
    },
    retries: {
      type: "number",
      value: "n",
      summary: "how often one runs again because files changed under it (default 1)",
      max: 10,
    },
  },
  examples: [
    { run: "holdfast verify --task T1", does: "see whether T1 may be called done" },
    { run: "holdfast verify --only-stale", does: "run what has to run" },
    { run: "holdfast verify --foreign", does: "in CI, on a clean checkout: whether what was proven holds there" },
    { run: "holdfast verify --wave 1 --jobs 1", does: "the checks of the first wave, one after the other" },
  ],
  exits: {
    1: "something did not pass, or a check from elsewhere is not trusted",
    130: "it was interrupted (143: told to end); what had ended by then is recorded",
  },
});

export const trust = defineCommand({
  path: ["trust"],
  summary: "Let a check run that came from another copy of the plan, or count what it showed on another machine",
  description: `Shows what it runs, and takes a person's word for it. A check that is changed has to be trusted anew.

A run whose record was signed on another machine, or with a key that is gone, opens no gate here. Run the check again, or
say with --evidence that you believe its last run: that goes for this record and no other.`,
  args: [checkArg],
  options: { evidence: { type: "boolean", summary: "its last run, as another machine recorded it" } },
  examples: [
    { run: "holdfast trust types", does: "it may run here as it stands" },
    { run: "holdfast trust types --evidence", does: "what its last run showed elsewhere counts here" },
  ],
  personOnly: true,
});

export const commands: readonly Command[] = [
  command(add, async () => (await import("./check/change.ts")).addOne),
  command(edit, async () => (await import("./check/change.ts")).editOne),
  command(list, async () => (await import("./check/list.ts")).listAll),
  command(show, async () => (await import("./check/list.ts")).showOne),
  command(accept, async () => (await import("./check/accept.ts")).acceptOne),
  command(reject, async () => (await import("./check/accept.ts")).rejectOne),
  command(drop, async () => (await import("./check/change.ts")).dropOne),
];
export const verifies: readonly Command[] = [
  command(verify, async () => (await import("./check/verify.ts")).verifyChecks),
];
export const trusts: readonly Command[] = [command(trust, async () => (await import("./check/trust.ts")).trustCheck)];
