import { command, defineCommand, type Command } from "../command.ts";

export const show = defineCommand({
  path: ["journal", "show"],
  summary: "Show the records of the plan's journal, newest last",
  options: {
    last: { type: "number", value: "n", summary: "how many (default 20)", min: 1 },
    all: { type: "boolean", summary: "all of them" },
    task: { type: "string", value: "id", summary: "only those about a task", complete: "task" },
    record: { type: "string", value: "id", summary: "one record, with its events whole" },
  },
  examples: [
    { run: "holdfast journal show", does: "the last 20 records" },
    { run: "holdfast journal show --task T3 --all", does: "everything that ever happened to T3" },
  ],
});

export const verify = defineCommand({
  path: ["journal", "verify"],
  summary: "Check every journal file for torn, changed, missing and inserted lines",
  description:
    "Reads all of history. Seals are checked with this machine's key; records of other machines are unverified, which is no error.",
  examples: [{ run: "holdfast journal verify", does: "name every line that is not as it was written" }],
  exits: { 4: "a line is damaged, changed, or gone" },
});

export const undo = defineCommand({
  path: ["journal", "undo"],
  summary: "Take back a record by appending its opposite",
  description: "Without an id: the last record that this session wrote. Nothing is erased. Waivers take a person.",
  args: [{ name: "record", summary: "the record's id", optional: true }],
  examples: [
    { run: "holdfast journal undo", does: "take back what this session wrote last" },
    { run: "holdfast journal undo 01k2v3w4x5y6z7a8b9c0", does: "take back that record" },
  ],
  exits: { 1: "it cannot be taken back, or no longer" },
});

export const rescue = defineCommand({
  path: ["journal", "rescue"],
  summary: "Make a new journal from what is left of a damaged one",
  description:
    "Takes the records of the journal and of its second name; where neither has any, state.json, and then the Markdown. What comes from the last two is marked as claimed. Where records are gone that state.json still knows, it asks for --from. What is held of other clones is made anew where lines of it are no records. To take a source that knows less than another takes a person. No file is overwritten or removed: the damaged ones stay beside the new one.",
  options: {
    from: { type: "string", value: "source", summary: "take this source", choices: ["records", "state", "markdown"] },
  },
  examples: [{ run: "holdfast journal rescue --plan billing", does: "bring the plan billing back" }],
  exits: {
    1: "there is nothing wrong with the journal, or it takes a person",
    2: "--from has to say which source",
    4: "nothing was left to rescue",
  },
});

export const conflicts = defineCommand({
  path: ["journal", "conflicts"],
  summary: "List what two copies of the plan decided differently",
  options: { all: { type: "boolean", summary: "settled ones too" } },
  examples: [{ run: "holdfast journal conflicts", does: "what waits for a person's word" }],
});

export const settle = defineCommand({
  path: ["journal", "settle"],
  summary: "Say which side of a conflict holds",
  args: [{ name: "conflict", summary: "its id, as listed" }],
  options: {
    take: { type: "string", value: "side", summary: "the side that holds", choices: ["kept", "lost"], required: true },
    why: { type: "string", value: "text", summary: "the reason", required: true },
  },
  examples: [
    {
      run: 'holdfast journal settle 01k2v3w4x5y6z7a8b9c0 --take kept --why "B was a try-out"',
      does: "keep what stands",
    },
  ],
  personOnly: true,
});

export const digest = defineCommand({
  path: ["journal", "digest"],
  summary: "Print a digest of the state that the records fold to",
  description: "Two copies of a plan that have the same records print the same digest.",
  examples: [{ run: "holdfast journal digest", does: "compare two clones" }],
});

export const commands: readonly Command[] = [
  command(show, async () => (await import("./journal/show.ts")).showJournal),
  command(verify, async () => (await import("./journal/verify.ts")).verifyPlan),
  command(undo, async () => (await import("./journal/undo.ts")).undoRecord),
  command(rescue, async () => (await import("./journal/rescue.ts")).rescuePlan),
  command(conflicts, async () => (await import("./journal/conflicts.ts")).listConflicts),
  command(settle, async () => (await import("./journal/conflicts.ts")).settleConflict),
  command(digest, async () => (await import("./journal/digest.ts")).printDigest),
];
