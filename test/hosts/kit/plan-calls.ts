import type { Script } from "../../../src/hosts/model-server/turn.ts";
import type { Host } from "./hosts.ts";

/** What a model calls to make a plan of two tasks, the second of which waits for the first. */
export const NEW_PLAN = {
  action: "new",
  title: "Parse dates",
  slug: "dates",
  brief: { goal: "dates are parsed without a library", doneWhen: "the tests pass" },
  tasks: [
    { id: "T1", title: "Read the year" },
    { id: "T2", title: "Read the month", parents: ["T1"] },
  ],
} as const;

/** A real model takes its time; a scripted one looks at files until the host has heard of a new tool. */
export function untilOffered(host: Host, name: string): Script {
  let looks = 0;
  return ({ tools }) => {
    if (tools.includes(host.toolName(name)) || (looks += 1) > 20) return undefined;
    return { calls: [host.shell("sleep 0.1")] };
  };
}
