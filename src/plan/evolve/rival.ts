import type { Draft } from "../draft.ts";
import { omit } from "../omit.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { KEPT_ATTEMPTS, type Attempt, type Proof, type Task } from "../state.ts";
import { closeAttempt, closeTask, dismissRival, endAttempt, loseRival, moveTask, settleClaim } from "./attempts.ts";
import { causeOf } from "./holder.ts";
import { reopenPlan, reopenTask } from "./task-structure.ts";

/** Two clones claimed one task without knowing of each other: the later claim is the rival until that is settled. */
export function contestClaim(draft: Draft, task: Task, claim: Attempt, attempt: Attempt): void {
  draft.change(task, { rival: { ...attempt, status: "in_progress" }, attemptCount: attempt.number });
  draft.addConflict(
    {
      kind: "claim",
      task: task.uid,
      kept: { stamp: claim.stamp, value: claim.session },
      lost: { stamp: draft.stamp, value: attempt.session },
      message: `${task.id} was claimed in two copies of the plan: by ${claim.session}, and by ${attempt.session}`,
    },
    `.${task.uid}.claim`,
  );
  draft.tell("task.contested", task.id, attempt.session);
}

/** The rival's holder let go, or failed: the first claim is alone again. */
export function endRival(draft: Draft, task: Task, end: "released" | "blocked" | "failed", note?: string): Task {
  const alone = draft.change(loseRival(draft, task, end, note), {});
  settleClaim(draft, task.uid, "kept", `the other claim was ${end}`);
  draft.tell("task.contest-ended", task.id, `${task.rival!.session}: ${end}`);
  return alone;
}

/** The task with the rival's attempt in the place of the claim, in the status to which it has brought the task. */
export function putRivalInForce(draft: Draft, task: Task, why: string): Task {
  if (task.rival === undefined) return task;
  settleClaim(draft, task.uid, "lost", why);
  return inForce(task, task.rival);
}

function inForce(task: Task, { status, ...attempt }: NonNullable<Task["rival"]>): Task {
  const rest = omit(task, "rival");
  if (status === "in_progress") return { ...rest, claim: attempt, status };
  return { ...rest, attempts: [...rest.attempts, attempt].slice(-KEPT_ATTEMPTS), status };
}

export function implementRival(draft: Draft, task: Task, note?: string): void {
  const { status: _, ...attempt } = task.rival!;
  draft.change(task, { rival: { ...closeAttempt(draft, attempt, "implemented", note), status: "implemented" } });
  draft.tell("task.implemented", task.id, `in the attempt of ${attempt.session}, which is contested`);
}

/** What is done beats what is not, and the list says so; where both are done a person decides. */
export function finishRival(draft: Draft, task: Task, proof: Proof): Refusal | undefined {
  const rival = task.rival!;
  if (rival.status !== "implemented") {
    return refuse(
      "illegal-transition",
      `${task.id}: the attempt of ${rival.session} is ${rival.status}, not implemented`,
      {
        ...causeOf(task),
      },
    );
  }
  const finished = { ...rival, end: "done", status: "done" } as const;
  if (task.status === "done") draft.change(task, { rival: finished });
  else {
    const lost = task.claim === undefined ? task : endAttempt(draft, task, task.claim, "lost-merge");
    const next = inForce(lost, finished);
    // The contest of the claims is listed already; what the first holder had done beyond claiming is not.
    closeTask(draft, task.status === "in_progress" ? next : { ...next, status: task.status }, proof);
    settleClaim(draft, task.uid, "lost", "what is done beats what is not");
  }
  draft.tell("task.done", task.id);
  return undefined;
}

/** What is done beats a bare claim. */
export function beatBareRival(draft: Draft, task: Task): Task {
  return task.rival?.status === "in_progress" ? dismissRival(draft, task, "what is done beats a bare claim") : task;
}

/** A person puts the rival's attempt in force. */
export function preferRival(draft: Draft, task: Task): void {
  const lost = task.claim === undefined ? task : endAttempt(draft, task, task.claim, "lost-merge");
  const next = inForce(lost, task.rival!);
  if (next.status === "done" && task.status !== "done") closeTask(draft, { ...next, status: task.status }, "claimed");
  else if (task.status === "done" && next.status !== "done") {
    reopenTask(draft, { ...omit(next, "proof"), status: task.status }, next.status);
    reopenPlan(draft, `${task.id} is not done in the attempt that was preferred`);
  } else moveTask(draft, { ...next, status: task.status }, next.status);
}
