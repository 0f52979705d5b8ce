import { command, defineCommand, type Command } from "../../command.ts";
import { listOptions } from "../../paging.ts";

export const acceptance = defineCommand({
  path: ["plan", "acceptance"],
  summary: "Show each acceptance criterion, what proves it and how that stands on the tree as it is",
  description: `A criterion goes by the id that its text begins with (FR-003: …, US1.2: …), else by AC1, AC2 and so on; a text that is
changed is another criterion. It is proven once every check that is to prove it passed on the tree as it is, or a person has
signed it off. Nothing is changed, and no check is run: holdfast verify --for-plan runs those that are missing.

For scripts:
  holdfast plan acceptance --json    {plan, ok, proven, total, offset, next, items: [{id, text, standing, isMet, says, way,
                                     checks: [{id, kind, standing, says, last: {outcome, why, at}}],
                                     reviews: [{reviewer, verdict, why, at, session, isStale}],
                                     signedOff: {why, person, at}, takenOut: {session, at}}]}`,
  options: listOptions,
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

export const specCheck = defineCommand({
  path: ["plan", "spec-check"],
  summary: "Hand in what a reviewer found of the plan's acceptance criteria",
  description: `It counts as a review of the plan as a whole, never as evidence: what it says of a criterion is shown beside it
(holdfast plan acceptance), what it finds can keep the plan's gate closed (holdfast review list plan), and nothing is proven by
it. Reads JSON (schemas/review.schema.json, with wave, verdict and criteria), or the footer that an agent ends with:

  SPEC_CHECK_WAVE: 2
  CRITICAL: FR-003 is not built
  UNMET: FR-003 no route answers
  SPEC_CHECK_CRITICAL_COUNT: 1
  SPEC_CHECK_HIGH_COUNT: 0
  SPEC_CHECK_VERDICT: BLOCKED

The last footer that somebody filled in counts. Without a count or a verdict, or about another wave, it is recorded as a
capture that failed, which is no pass.`,
  args: [{ name: "file", summary: "what was written; - is standard input", complete: "file" }],
  options: {
    wave: { type: "number", value: "n", summary: "the wave it has to be about (default: the current one)", min: 1 },
    reviewer: { type: "string", value: "name", summary: "who reviewed (default: spec-check)" },
  },
  examples: [
    { run: "holdfast plan spec-check check.md", does: "of the current wave, as an agent ended with it" },
    { run: "holdfast plan spec-check - --wave 2 < check.json", does: "as a program wrote it" },
  ],
  exits: { 1: "it cannot be read, or an earlier finding that blocks is not answered" },
});

export const acceptanceCommands: readonly Command[] = [
  command(acceptance, async () => (await import("./acceptance.ts")).showAcceptance),
  command(specCheck, async () => (await import("../review/hand-in.ts")).importSpec),
  command(signOff, async () => (await import("./acceptance.ts")).signCriteriaOff),
];
