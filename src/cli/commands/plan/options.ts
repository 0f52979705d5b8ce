import type { OptionSpecs } from "../../command.ts";

/** What a plan's brief is given by, at its beginning; `plan edit` adds to the lists. */
export const briefOptions = {
  goal: { type: "string", value: "text", summary: "what the plan is to achieve" },
  "done-when": { type: "string", value: "text", summary: "what proves that it is achieved" },
  accept: { type: "string", value: "text", summary: "an acceptance criterion", many: true },
  constraint: { type: "string", value: "text", summary: "a constraint on the work", many: true },
  "non-goal": { type: "string", value: "text", summary: "what is not to be done", many: true },
  question: { type: "string", value: "text", summary: "a question that is still open", many: true },
  "edge-case": { type: "string", value: "text", summary: "a case not to be forgotten", many: true },
  verify: { type: "string", value: "text", summary: "how the whole is verified, e.g. a command", many: true },
} as const satisfies OptionSpecs;

export const settingOptions = {
  type: {
    type: "string",
    value: "type",
    summary: "the kind of work",
    choices: ["implementation", "design", "deep"],
  },
  "on-blocked": {
    type: "string",
    value: "way",
    summary: "when a task is blocked, stop or go on with others",
    choices: ["stop", "others"],
  },
  pace: {
    type: "string",
    value: "way",
    summary: "later waves wait until a wave has passed (waves), or tasks for their parents alone (ready)",
    choices: ["waves", "ready"],
  },
  level: {
    type: "string",
    value: "level",
    summary: "what gates take for proof: executed by Holdfast, observed by a host, or claimed",
    choices: ["executed", "observed", "claimed"],
  },
  blocks: {
    type: "string",
    value: "severity",
    summary: "the least severity of a review finding that keeps a gate closed",
    choices: ["critical", "high", "medium", "low", "advisory"],
  },
  reviewer: {
    type: "string",
    value: "name",
    summary: "has to review every task; all of them are named anew",
    many: true,
  },
  lease: { type: "string", value: "duration", summary: "how long a claim stands without a sign of life, e.g. 15m" },
} as const satisfies OptionSpecs;

/** For everything that turns the caller to another plan. */
export const leaveOptions = {
  stash: { type: "boolean", summary: "put uncommitted changes of the plan that is left aside (git stash)" },
  "allow-dirty": { type: "boolean", summary: "take uncommitted changes along" },
  steal: { type: "boolean", summary: "take the plan from its writer, who then observes; ask the person first" },
  shared: { type: "boolean", summary: "work in a checkout that another plan is being written in" },
} as const satisfies OptionSpecs;

export const switchOptions = {
  ...leaveOptions,
  observe: { type: "boolean", summary: "look on: lanes and nothing else may be written" },
} as const satisfies OptionSpecs;

export const planArg = (summary: string) => ({ name: "slug", summary, optional: true, complete: "plan" }) as const;
