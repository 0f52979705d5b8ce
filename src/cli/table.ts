import type { Group } from "./command.ts";

/** Every first word, in the order of `holdfast --help`. Loading a group loads its specs and none of what they run. */
export const groups: readonly Group[] = [
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
