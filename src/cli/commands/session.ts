import { command, defineCommand, type Command } from "../command.ts";
import { listOptions } from "../paging.ts";
import { leaveOptions, planArg, switchOptions } from "./plan/options.ts";

export const list = defineCommand({
  path: ["session", "list"],
  summary: "List who is bound to which plan, and as what",
  description: `A session counts as there while its lease runs, and after that while it shows itself. The last column says how it is:
  alive     it was heard of lately, or its process runs
  stale     nothing was heard of it lately
  gone      its process has ended
  unknown   it is on another machine
Sessions that are not there any more are left out without --all.`,
  options: { ...listOptions, all: { type: "boolean", summary: "dead ones too, whatever the size" } },
  examples: [
    { run: "holdfast session list", does: "who works on what; * marks this session" },
    { run: "holdfast session list --all --json", does: "all bindings, for a program" },
  ],
});

export const show = defineCommand({
  path: ["session", "show"],
  summary: "Show who you are: session, plan, role, person or not",
  description: `Where the plan comes from: flag (--plan), pin (HOLDFAST_PLAN), session (its binding), worktree (the plan's own), default (the workspace's), latest.
The last two only propose a plan; nobody has chosen it for this session.`,
  examples: [{ run: "holdfast session show", does: "see what commands will take you for" }],
});

const takes = {
  exits: {
    1: "the plan has a writer",
    2: "another plan is written in the same checkout; uncommitted changes, and nothing said about them; no session",
  },
} as const;

export const bind = defineCommand({
  path: ["session", "bind"],
  summary: "Bind this session to a plan, as its writer",
  description: `A session is bound to one plan; a plan has one writer and any number of observers. A shell has no session: for it the plan
becomes the workspace's default.`,
  args: [planArg("the plan; the one in hand where absent")],
  options: switchOptions,
  examples: [
    { run: "holdfast session bind faster-start", does: "write that plan from now on" },
    { run: "holdfast session bind faster-start --observe", does: "look on while another session writes it" },
  ],
  ...takes,
});

export const observe = defineCommand({
  path: ["session", "observe"],
  summary: "Bind this session to a plan, as an observer",
  description: "An observer may read all and use lanes; nothing else of the plan is its to write.",
  args: [planArg("the plan; the one in hand where absent")],
  examples: [{ run: "holdfast session observe faster-start --session claude:4f1c22ab", does: "look on" }],
  exits: { 2: "there is no session" },
});

export const steal = defineCommand({
  path: ["session", "steal"],
  summary: "Take a plan from its writer, who becomes an observer",
  description: "Ask the person first: the other session may be in the middle of something.",
  args: [planArg("the plan; the one in hand where absent")],
  options: { stash: leaveOptions.stash, "allow-dirty": leaveOptions["allow-dirty"], shared: leaveOptions.shared },
  examples: [
    { run: "holdfast session steal faster-start --session claude:4f1c22ab", does: "write it in the other's place" },
  ],
  ...takes,
});

export const release = defineCommand({
  path: ["session", "release"],
  summary: "Let go of the plan that this session is bound to",
  description: "In a shell, which has no session, the workspace's default plan is let go.",
  examples: [{ run: "holdfast session release", does: "leave the plan to others" }],
  exits: { 1: "this session is bound to no plan" },
});

export const collect = defineCommand({
  path: ["session", "collect"],
  summary: "End the bindings of sessions that are dead, and say which",
  description: "Dead: the lease has run out, and the session does not show itself.",
  examples: [{ run: "holdfast session collect", does: "make room after a crash" }],
});

export const commands: readonly Command[] = [
  command(list, async () => (await import("./session/list.ts")).listBindings),
  command(show, async () => (await import("./session/show.ts")).showCaller),
  command(bind, async () => (await import("./session/bind.ts")).bindCaller),
  command(observe, async () => (await import("./session/bind.ts")).observePlan),
  command(steal, async () => (await import("./session/bind.ts")).stealPlan),
  command(release, async () => (await import("./session/release.ts")).releaseCaller),
  command(collect, async () => (await import("./session/release.ts")).collectDead),
];
