import type { Draft } from "../draft.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { Attempt, Task } from "../state.ts";

/** After this many attempts every write about a task must say which of them it belongs to. */
export const FENCED_FROM = 2;

export type Hold =
  /** The live claim, a rival claim of another clone, or the last attempt after it ended. */
  { readonly kind: "claim" | "rival" | "ended"; readonly attempt: Attempt } | { readonly refusal: Refusal };

/** Which attempt a write belongs to, or why it is nobody's. */
export function holdOf(draft: Draft, task: Task, fence: string | undefined): Hold {
  return fence === undefined ? unfenced(draft, task) : fenced(task, fence);
}

function fenced(task: Task, fence: string): Hold {
  if (task.claim?.fence === fence) return { kind: "claim", attempt: task.claim };
  if (task.rival?.fence === fence) return { kind: "rival", attempt: task.rival };
  const last = task.attempts.at(-1);
  if (task.claim === undefined && last?.fence === fence && last.end !== "retried") {
    return { kind: "ended", attempt: last };
  }
  const now = task.claim ?? last;
  const holder = now === undefined ? "nobody holds it" : `its attempt ${now.number} is ${now.session}'s`;
  return {
    refusal: refuse("stale-fence", `${task.id}: ${fence} is not the current attempt; ${holder}`, {
      hint: `holdfast task show ${task.id}, then claim it again if it is yours to do`,
      ...causeOf(task),
    }),
  };
}

function unfenced(draft: Draft, task: Task): Hold {
  const { by } = draft.record;
  if (task.attemptCount >= FENCED_FROM && by.role !== "person") {
    return {
      refusal: refuse("fence-needed", `${task.id} has had ${task.attemptCount} attempts: say which one this is about`, {
        hint: `add --fence <id>; holdfast task prompt ${task.id} shows yours`,
      }),
    };
  }
  if (task.rival?.session === by.session && task.claim?.session !== by.session) {
    return { kind: "rival", attempt: task.rival };
  }
  const attempt = task.claim ?? task.attempts.at(-1);
  if (attempt === undefined) {
    return {
      refusal: refuse("not-claimed", `${task.id} is ${task.status}: nobody has claimed it`, {
        hint: `holdfast task claim ${task.id}`,
        ...causeOf(task),
      }),
    };
  }
  if (by.role === "worker" && attempt.session !== by.session) {
    return {
      refusal: refuse("not-holder", `${task.id} is ${attempt.session}'s, not ${by.session}'s`, {
        hint: "holdfast task next",
        ...causeOf(task),
      }),
    };
  }
  return { kind: task.claim === undefined ? "ended" : "claim", attempt };
}

/** The record that made the task what it is, for refusals. */
export function causeOf(task: Task): Pick<Refusal, "cause"> {
  const cause = task.claim?.stamp ?? task.stamps["status"] ?? task.stamps["added"];
  return cause === undefined ? {} : { cause };
}
