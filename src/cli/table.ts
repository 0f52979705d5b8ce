import type { Group } from "./command.ts";

/** Every first word, in the order of `holdfast --help`. Loading a group loads its specs and none of what they run. */
export const groups: readonly Group[] = [
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
];
