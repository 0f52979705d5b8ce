import type { Group } from "./command.ts";

/** Every first word, in the order of `holdfast --help`. Loading a group loads its specs and none of what they run. */
export const groups: readonly Group[] = [
  {
    name: "init",
    summary: "Make a folder for plans here, and put Holdfast into your agents",
    load: () => import("./commands/init.ts"),
  },
  {
    name: "status",
    summary: "Show a plan at a glance",
    load: () => import("./commands/status.ts"),
  },
  {
    name: "next",
    summary: "Show or record what comes next",
    load: () => import("./commands/next.ts"),
  },
  {
    name: "plan",
    summary: "Begin, choose, change and finish plans",
    load: () => import("./commands/plan.ts"),
  },
  {
    name: "task",
    summary: "Add, claim, do and follow tasks",
    load: () => import("./commands/task.ts"),
  },
  {
    name: "check",
    summary: "Say what proves tasks and the plan",
    load: () => import("./commands/check.ts"),
  },
  {
    name: "verify",
    summary: "Run checks and record what was seen",
    load: async () => ({ commands: (await import("./commands/check.ts")).verifies }),
  },
  {
    name: "review",
    summary: "Have work reviewed, and settle what reviewers found",
    load: () => import("./commands/review.ts"),
  },
  {
    name: "gate",
    summary: "Show what a task, a wave or the plan waits for before it is done",
    load: () => import("./commands/gate.ts"),
  },
  {
    name: "trust",
    summary: "Let a check run that came from another copy of the plan",
    load: async () => ({ commands: (await import("./commands/check.ts")).trusts }),
  },
  {
    name: "goal",
    summary: "Say what a session is after, follow it, take it over",
    load: () => import("./commands/goal.ts"),
  },
  {
    name: "proceed",
    summary: "Say yes to the plan and let the agent work through it",
    load: async () => ({ commands: (await import("./commands/continuation.ts")).proceeds }),
  },
  {
    name: "continue",
    summary: "Let the agent go on by itself for some turns",
    load: async () => ({ commands: (await import("./commands/continuation.ts")).continues }),
  },
  {
    name: "stop",
    summary: "Send the agent back to work no more",
    load: async () => ({ commands: (await import("./commands/continuation.ts")).stops }),
  },
  {
    name: "mode",
    summary: "Show or set what the session is at",
    load: async () => ({ commands: (await import("./commands/continuation.ts")).modes }),
  },
  {
    name: "log",
    summary: "Note what happened, or read the last notes",
    load: async () => ({ commands: (await import("./commands/notes.ts")).logs }),
  },
  {
    name: "finding",
    summary: "Record what was learned",
    load: async () => ({ commands: (await import("./commands/notes.ts")).findings }),
  },
  {
    name: "decide",
    summary: "Record a decision and its reason",
    load: async () => ({ commands: (await import("./commands/notes.ts")).decisions }),
  },
  {
    name: "handoff",
    summary: "Tell the next session what it should know",
    load: async () => ({ commands: (await import("./commands/notes.ts")).handoffs }),
  },
  {
    name: "checkpoint",
    summary: "Mark a point to come back to, with the current commit",
    load: async () => ({ commands: (await import("./commands/notes.ts")).checkpoints }),
  },
  {
    name: "confidence",
    summary: "Say how sure you are that work is right, 1 to 5",
    load: async () => ({ commands: (await import("./commands/notes.ts")).confidences }),
  },
  {
    name: "waive",
    summary: "Let something pass all the same",
    load: async () => ({ commands: (await import("./commands/notes.ts")).waivers }),
  },
  {
    name: "context",
    summary: "Print what a model should read about the plan",
    load: () => import("./commands/context.ts"),
  },
  {
    name: "render",
    summary: "Write a plan's files anew from its journal",
    load: () => import("./commands/render.ts"),
  },
  {
    name: "demo",
    summary: "Watch a plan being done, killed, cleaned away, merged, and still there",
    load: () => import("./commands/demo.ts"),
  },
  {
    name: "publish",
    summary: "Copy the plan's records to where Git carries them to other clones",
    load: () => import("./commands/publish.ts"),
  },
  {
    name: "journal",
    summary: "Look into the journal, take back, settle, rescue",
    load: () => import("./commands/journal.ts"),
  },
  {
    name: "lane",
    summary: "Open and run bounded side jobs with their own brief and result",
    load: () => import("./commands/lane.ts"),
  },
  {
    name: "session",
    summary: "See who works on what; bind, observe, steal, release",
    load: () => import("./commands/session.ts"),
  },
  {
    name: "repo",
    summary: "Register the repositories that plans may work on",
    load: () => import("./commands/repo.ts"),
  },
  {
    name: "worktree",
    summary: "Give a plan a checkout of its own, and take it away again",
    load: () => import("./commands/worktree.ts"),
  },
  {
    name: "doctor",
    summary: "Look at everything that can be wrong with the workspace and the agents",
    load: () => import("./commands/doctor.ts"),
  },
  {
    name: "mcp",
    summary: "Serve plans to an agent as MCP tools",
    load: () => import("./commands/mcp.ts"),
  },
  {
    name: "uninstall",
    summary: "Take Holdfast out of your agents; plans stay",
    load: () => import("./commands/uninstall.ts"),
  },
  {
    name: "completion",
    summary: "Print the completion script of a shell",
    load: () => import("./commands/completion.ts"),
  },
  {
    name: "__complete",
    summary: "Answer a shell's completion script",
    hidden: true,
    load: () => import("./commands/complete.ts"),
  },
  {
    name: "statusline",
    summary: "Print one line for a host's status line",
    load: () => import("./commands/statusline.ts"),
  },
  {
    name: "hook",
    summary: "Answer an event of a host",
    hidden: true,
    load: () => import("./commands/hook.ts"),
  },
];
