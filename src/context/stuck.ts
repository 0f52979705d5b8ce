import { taskConditions } from "../plan/gate/task-gate.ts";
import { parentsOf } from "../plan/graph.ts";
import type { PlanState, Task } from "../plan/state.ts";
import * as commands from "./commands.ts";
import { nameOf } from "./needs-person.ts";
import { neutralizeLine } from "./neutralize.ts";
import type { Survey } from "./survey.ts";

/** Something that will not move by itself. */
export interface Stuck {
  /** Display id. */
  readonly task: string;
  readonly since: number;
  readonly why: string;
  /** What moves it. */
  readonly command: string;
}

/** What does not move, the longest standing first. `now` is what leases are measured against. */
export function findStuck(state: PlanState, survey: Survey, now: number): readonly Stuck[] {
  const stuck = [
    ...survey.held.flatMap((task) => expiredLease(task, now)),
    ...survey.implemented.map((task) => unfinished(state, task)),
    ...survey.blocked.map((task) => ({
      task: nameOf(task),
      since: task.statusAt,
      why: `blocked: ${neutralizeLine(task.blockers.at(-1)?.why ?? "no reason was given", 100)}`,
      command: commands.unblock(nameOf(task)),
    })),
    ...survey.failed.map((task) => ({
      task: nameOf(task),
      since: task.statusAt,
      why: `failed: ${neutralizeLine(task.failure?.why ?? "no reason was given", 100)}`,
      command: commands.retry(nameOf(task)),
    })),
    ...survey.waiting.flatMap((task) => lostParent(state, task)),
  ];
  return stuck.sort((a, b) => a.since - b.since);
}

/** Implemented and no more: a check of it still has to pass, or somebody has to say that it is done. */
function unfinished(state: PlanState, task: Task): Stuck {
  const about = { task: nameOf(task), since: task.statusAt };
  const unmet = taskConditions(state, task).find(({ isMet, standing }) => !isMet && standing !== "unknown");
  if (unmet === undefined) {
    return { ...about, why: "implemented, and nobody has called it done", command: commands.markDone(about.task) };
  }
  const what = unmet.kind === "check" ? "check " : unmet.kind === "review" ? "review by " : "";
  return {
    ...about,
    why: `implemented; ${what}${neutralizeLine(unmet.says, 140)}`,
    command: unmet.kind === "check" ? commands.verify(about.task) : commands.gate(about.task),
  };
}

/** When the lease of a claim ends, unless it is renewed. */
export const leaseEnd = ({ renewedAt, leaseMs }: { readonly renewedAt: number; readonly leaseMs: number }): number =>
  renewedAt + leaseMs;

function expiredLease(task: Task, now: number): readonly Stuck[] {
  const { claim } = task;
  if (claim === undefined || task.status !== "in_progress" || leaseEnd(claim) > now) return [];
  const why = `the lease of ${neutralizeLine(claim.session, 80)} has expired`;
  return [{ task: nameOf(task), since: leaseEnd(claim), why, command: commands.takeOver(nameOf(task)) }];
}

/** A task whose parent was dropped, or is not in this copy, waits until somebody says what replaces it. */
function lostParent(state: PlanState, task: Task): readonly Stuck[] {
  const parents = parentsOf(state, task);
  const dropped = parents.find(({ status }) => status === "dropped");
  if (dropped === undefined && parents.length === task.parents.length) return [];
  const why = dropped === undefined ? "a parent is missing" : `its parent ${nameOf(dropped)} was dropped`;
  const left = parents.filter(({ status }) => status !== "dropped").map(nameOf);
  // What is missing may still come with a merge, and is to be waited for until somebody has looked.
  const isAllHere = parents.length === task.parents.length;
  const command = isAllHere ? commands.waitFor(nameOf(task), left) : commands.showTask(nameOf(task));
  return [{ task: nameOf(task), since: dropped?.statusAt ?? task.changedAt, why, command }];
}
