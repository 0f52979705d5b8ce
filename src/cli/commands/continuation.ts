import { MODES } from "../../continuation/mode.ts";
import { command, defineCommand, type Command } from "../command.ts";

const PERSON = { 1: "this is not a person's terminal" } as const;

/** What bounds a grant. */
const bounds = {
  tokens: { type: "number", value: "n", summary: "and at most so many tokens, cached ones too", min: 1 },
  for: { type: "string", value: "duration", summary: "and at most so long: 30m, 2h" },
  stall: {
    type: "number",
    value: "n",
    summary: "rest after so many turns without progress; 3 where absent",
    min: 1,
    max: 100,
  },
} as const;

export const proceed = defineCommand({
  path: ["proceed"],
  summary: "Say yes to the plan and let the agent work through it",
  description: `Approves the plan as it stands: its checks are not made weaker by anybody else from then on (holdfast plan approve
does that alone). Sets the mode to proceed and lets the agent go on by itself: when its turn ends with work left, it is sent back to
it, up to --turns times. A person's prompt then renews 10 turns while the agent holds a task of the plan.

It is about the session it is typed in; in a shell, about whoever writes the plan. In a conversation the same is said
with the host's proceed command, or with a prompt that says nothing but "proceed".`,
  options: {
    turns: { type: "number", value: "n", summary: "turns without a person; 20 where absent", min: 1, max: 1000 },
    ...bounds,
  },
  examples: [
    { run: "holdfast proceed", does: "go on with the plan in hand, and name the first task" },
    { run: "holdfast proceed --turns 50 --for 2h", does: "for longer, but not for ever" },
  ],
  personOnly: true,
  exits: PERSON,
});

export const goOn = defineCommand({
  path: ["continue"],
  summary: "Let the agent go on by itself for some turns",
  description: `A grant of turns: the last of them is a wrap-up, in which the agent brings its work to a clean state and begins
nothing new. It rests when so many turns brought no progress, when errors do not end, or when the person interrupts.
Takes the place of an earlier grant.`,
  options: {
    turns: { type: "number", value: "n", summary: "turns without a person", required: true, min: 1, max: 1000 },
    ...bounds,
  },
  examples: [
    { run: "holdfast continue --turns 30", does: "thirty turns from now" },
    { run: "holdfast continue --turns 100 --tokens 2000000 --for 3h", does: "whichever ends first" },
  ],
  personOnly: true,
  exits: PERSON,
});

export const stop = defineCommand({
  path: ["stop"],
  summary: "Send the agent back to work no more",
  description: `Ends what was allowed. Nothing is continued until a person says proceed or continue; what runs is not interrupted.
Anybody may: an agent for its own session, a shell for the plan and all that work on it.`,
  options: { why: { type: "string", value: "text", summary: "what to remember of it" } },
  examples: [{ run: "holdfast stop", does: "no more turns by itself" }],
});

export const mode = defineCommand({
  path: ["mode"],
  summary: "Show or set what the session is at",
  description: `new, design, deep    a plan is being made: nothing is implemented
plan                 the plan is being refined: nothing is implemented
proceed              the plan is being done; only a person sets it, and only in it an agent goes on by itself`,
  args: [{ name: "mode", summary: "the mode; shown where absent", optional: true, choices: MODES }],
  examples: [
    { run: "holdfast mode", does: "the mode, and what is allowed" },
    { run: "holdfast mode plan", does: "talk the plan over before going on" },
  ],
  exits: { 1: "to proceed takes a person" },
});

export const proceeds: readonly Command[] = [
  command(proceed, async () => (await import("./continuation/allow.ts")).proceedWith),
];
export const continues: readonly Command[] = [
  command(goOn, async () => (await import("./continuation/allow.ts")).allowTurns),
];
export const stops: readonly Command[] = [
  command(stop, async () => (await import("./continuation/stop.ts")).stopAgent),
];
export const modes: readonly Command[] = [
  command(mode, async () => (await import("./continuation/mode.ts")).showOrSetMode),
];
