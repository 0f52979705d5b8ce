import { command, defineCommand, exit } from "../../src/cli/command.ts";
import type { Group, Run } from "../../src/cli/command.ts";
import { listOptions, page } from "../../src/cli/paging.ts";
import { readStdin } from "../../src/cli/stdin.ts";
import { bold, inline } from "../../src/cli/text.ts";
import { refused } from "../../src/plan/refusal.ts";

const claim = defineCommand({
  path: ["task", "claim"],
  summary: "Claim a task",
  args: [{ name: "id", summary: "the task", complete: "task" }],
  options: {
    lease: { type: "number", value: "minutes", summary: "how long it stays yours", min: 1, max: 600 },
    why: { type: "string", value: "text", summary: "the reason", required: true },
    touch: { type: "string", value: "path", summary: "a path it changes", many: true },
    kind: { type: "string", value: "kind", summary: "what it is", choices: ["feature", "fix"] },
    force: { type: "boolean", summary: "take it over", short: "f" },
  },
  examples: [{ run: "holdfast task claim T1 --why next", does: "take T1 in hand" }],
  exits: { 1: "somebody else holds it" },
});

const list = defineCommand({
  path: ["task", "list"],
  summary: "List tasks",
  options: listOptions,
  examples: [{ run: "holdfast task list", does: "see them" }],
});

const setStep = defineCommand({
  path: ["task", "step", "set"],
  summary: "Tick a step",
  args: [{ name: "steps", summary: "which ones", many: true, optional: true }],
  examples: [{ run: "holdfast task step set 1", does: "tick the first" }],
});

const note = defineCommand({
  path: ["note"],
  summary: "Read a note",
  args: [{ name: "id", summary: "which one", choices: ["N1"] }],
  examples: [{ run: "holdfast note N1", does: "read it" }],
});

const addNote = defineCommand({
  path: ["note", "add"],
  summary: "Write a note",
  examples: [{ run: "holdfast note add", does: "write one" }],
});

const fail = defineCommand({
  path: ["fail"],
  summary: "Fail in a way of your choice",
  args: [{ name: "how", summary: "the way" }],
  personOnly: true,
  examples: [{ run: "holdfast fail refuse", does: "be refused" }],
});

const echo = defineCommand({
  path: ["echo"],
  summary: "Repeat standard input or what follows the dashes",
  rest: true,
  examples: [{ run: "holdfast echo -- a", does: "say a" }],
});

const runClaim: Run<typeof claim> = async ({ args, options }, { global, out }) => {
  if (global.json) return out.printJson({ args, options, global });
  out.print(["claimed ", bold(args.id), ": ", inline(options.why)]);
};

/** A hundred and fifty tasks of about a hundred characters. */
const runList: Run<typeof list> = async ({ options }, { global, out }) => {
  const tasks = Array.from({ length: 150 }, (_, index) => `T${index + 1} ${"x".repeat(100)}`);
  if (global.json) return out.printJson(page(tasks, options));
  out.printLines(tasks, { ...options, more: "holdfast task list --all" });
};

const runSetStep: Run<typeof setStep> = async ({ args }, { out }) => out.printJson(args.steps);

const runNote: Run<typeof note> = async ({ args }, { out }) => {
  out.progress("looking");
  out.print(`note ${args.id}`);
  out.progress("looking on");
};

const runAddNote: Run<typeof addNote> = async (_input, { out }) => out.print("added");

const runFail: Run<typeof fail> = async ({ args }) => {
  if (args.how === "throw") throw new Error("the impossible happened");
  if (args.how === "exit") return exit(7);
  if (args.how === "system") throw Object.assign(new Error("ENOSPC: no space left"), { syscall: "write" });
  return refused("no-such-task", `There is no task \u001b[31m${args.how}\n`, {
    hint: "Did you mean T1?",
    place: "tasks[0].id",
    details: [
      { reason: "a", message: "one", place: "x" },
      { reason: "b", message: "two." },
    ],
  });
};

const runEcho: Run<typeof echo> = async (_input, { io, out, rest }) => {
  if (rest.length > 0) return out.printJson(rest);
  const read = await readStdin(io);
  if (!read.ok) return read;
  out.write(read.value);
};

/** Commands that show everything the kernel does. */
export const sampleGroups: readonly Group[] = [
  {
    name: "task",
    summary: "Work with tasks",
    load: async () => ({
      commands: [
        command(claim, async () => runClaim),
        command(list, async () => runList),
        command(setStep, async () => runSetStep),
      ],
    }),
  },
  {
    name: "note",
    summary: "Read and write notes",
    load: async () => ({ commands: [command(note, async () => runNote), command(addNote, async () => runAddNote)] }),
  },
  { name: "fail", summary: "Fail", load: async () => ({ commands: [command(fail, async () => runFail)] }) },
  { name: "echo", summary: "Echo", load: async () => ({ commands: [command(echo, async () => runEcho)] }) },
  { name: "secret", summary: "Unlisted", hidden: true, load: async () => ({ commands: [] }) },
];
