import { leaseEnd } from "../../context/stuck.ts";
import { nextStep } from "../../plan/graph.ts";
import type { PlanState, Task } from "../../plan/state.ts";
import { given } from "./fields.ts";

/** A task as an answer has it: what a model acts on, since hosts show it the data as it is. */
export function taskRow(state: PlanState, task: Task, now: number) {
  const { id, title, status, proof, claim, steps, attemptCount } = task;
  return given({
    id,
    title,
    status,
    proof,
    parents: task.parents.map((uid) => state.tasks.get(uid)?.id ?? uid),
    steps: steps.length === 0 ? undefined : `${steps.filter(({ done }) => done).length}/${steps.length}`,
    nextStep: status === "in_progress" ? nextStep(task)?.text : undefined,
    attempts: attemptCount > 1 ? attemptCount : undefined,
    claim:
      claim === undefined
        ? undefined
        : given({
            session: claim.session,
            fence: claim.fence,
            until: leaseEnd(claim),
            expired: leaseEnd(claim) <= now ? true : undefined,
          }),
  });
}
