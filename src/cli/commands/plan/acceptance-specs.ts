import { command, defineCommand, type Command } from "../../command.ts";

export const acceptance = defineCommand({
  path: ["plan", "acceptance"],
  summary: "Show each acceptance criterion, what proves it and how that stands on the tree as it is",
  description: `A criterion goes by the id that its text begins with (FR-003: …, US1.2: …), else by AC1, AC2 and so on; a text that is
changed is another criterion. It is proven once every check that is to prove it passed on the tree as it is, or a person has
signed it off. Nothing is changed, and no check is run: holdfast verify --for-plan runs those that are missing.

For scripts:
  holdfast plan acceptance --json    {plan, ok, proven, total, items: [{id, text, standing, isMet, says, way,
                                     checks: [{id, kind, standing, says, last: {outcome, why, at}}],
                                     signedOff: {why, person, at}, takenOut: {session, at}}]}`,
  examples: [
    { run: "holdfast plan acceptance", does: "what is proven, and what is left" },
    { run: "holdfast plan acceptance --json", does: "the same for programs" },
  ],
  exits: { 1: "not all of them are proven, or there are none" },
});

export const signOff = defineCommand({
  path: ["plan", "sign-off"],
  summary: "Say as a person that an acceptance criterion holds, in place of what would prove it",
  description: `Counts for the criterion as it is worded: one with another text has to be signed off anew. Of a criterion that was taken
out of the brief while work was under way it says that it may go. A plan that rests on a sign-off alone for any of its criteria
is done as claimed.`,
  args: [{ name: "criterion", summary: "which, by its id", many: true, complete: "criterion" }],
  options: { why: { type: "string", value: "text", summary: "what you saw, or why it may go", required: true } },
  examples: [
    { run: 'holdfast plan sign-off AC2 --why "tried it in three browsers"', does: "AC2 needs no check" },
    { run: 'holdfast plan sign-off AC3 --why "out of scope now"', does: "AC3, which was taken out, may go" },
  ],
  personOnly: true,
  exits: { 1: "this is not a person's terminal", 3: "there is no such criterion" },
});

export const acceptanceCommands: readonly Command[] = [
  command(acceptance, async () => (await import("./acceptance.ts")).showAcceptance),
  command(signOff, async () => (await import("./acceptance.ts")).signCriteriaOff),
];
