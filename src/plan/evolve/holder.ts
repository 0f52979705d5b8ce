import type { Draft } from "../draft.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { Attempt, Task } from "../state.ts";
import { isPersons } from "./permission.ts";

/** After this many attempts every write about a task must say which of them it belongs to. */
const FENCED_FROM = 2;

export interface Held {
  /** The live claim, a rival claim of another clone, or the last attempt after it ended. */
  readonly kind: "claim" | "rival" | "ended";
  readonly attempt: Attempt;
}
export type Hold = Held | { readonly refusal: Refusal };

/** Which attempt a write belongs to, or why it is nobody's. */
export function holdOf(draft: Draft, task: Task, fence: string | undefined): Hold {
  return fence === undefined ? unfenced(draft, task) : fenced(task, fence);
}

/** The attempt that gave a task its status; none where the task was given back, dropped or is to be done again. */
function standingAttempt({ claim, status, attempts }: Task): Attempt | undefined {
  if (claim !== undefined || status === "todo" || status === "dropped") return undefined;
  const last = attempts.at(-1);
  // Whoever gave it back has no say in what became of it since.
  return last?.end === "released" || last?.end === "retried" ? undefined : last;
}

function fenced(task: Task, fence: string): Hold {
  if (task.claim?.fence === fence) return { kind: "claim", attempt: task.claim };
  if (task.rival?.fence === fence) return { kind: "rival", attempt: task.rival };
  const ended = standingAttempt(task);
  if (ended?.fence === fence) return { kind: "ended", attempt: ended };
  const now = task.claim ?? ended;
  const holder = now === undefined ? "nobody holds it" : `its attempt ${now.number} is ${now.session}'s`;
  return {
    refusal: refuse("stale-fence", `${task.id}: ${fence.slice(0, 80)} is not the current attempt; ${holder}`, {
      hint: `holdfast task show ${task.id}, then claim it again if it is yours to do`,
      ...causeOf(task),
    }),
  };
}

/** A write that names no attempt is about the one that its writer knew of. */
function unfenced(draft: Draft, task: Task): Hold {
  const { by } = draft.record;
  const attempts = [task.claim, task.rival, ...task.attempts].filter((attempt) => attempt !== undefined);
  const known = task.attemptCount - attempts.filter(({ stamp }) => draft.isUnseen(stamp)).length;
  if (known >= FENCED_FROM && !isPersons(by)) {
    return {
      refusal: refuse("fence-needed", `${task.id} has had ${known} attempts: say which one this is about`, {
        hint: `add --fence <id>; holdfast task prompt ${task.id} shows yours`,
      }),
    };
  }
  const held = knownHold(draft, task);
  if (held === undefined) {
    return {
      refusal: refuse("not-claimed", `${task.id} is ${task.status}: ${by.session} does not hold it`, {
        hint: `holdfast task claim ${task.id}`,
        ...causeOf(task),
      }),
    };
  }
  if (by.role === "worker" && held.attempt.session !== by.session) {
    return {
      refusal: refuse("not-holder", `${task.id} is ${held.attempt.session}'s, not ${by.session}'s`, {
        hint: "holdfast task next",
        ...causeOf(task),
      }),
    };
  }
  return held;
}

function knownHold(draft: Draft, task: Task): Held | undefined {
  const { claim, rival } = task;
  const isKnown = (attempt: Attempt | undefined): attempt is Attempt =>
    attempt !== undefined && !draft.isUnseen(attempt.stamp);
  const { session } = draft.record.by;
  if (isKnown(rival) && (!isKnown(claim) || (rival.session === session && claim.session !== session))) {
    return { kind: "rival", attempt: rival };
  }
  if (isKnown(claim)) return { kind: "claim", attempt: claim };
  const ended = standingAttempt(task);
  return isKnown(ended) ? { kind: "ended", attempt: ended } : undefined;
}

/** Whether a write shows that the holder is still at work: it named the attempt, or the session is the holder's. */
export const isHolders = (draft: Draft, attempt: Attempt, fence: string | undefined): boolean =>
  fence === attempt.fence || draft.record.by.session === attempt.session;

/** The record that made the task what it is, for refusals. */
export function causeOf(task: Task): Pick<Refusal, "cause"> {
  const cause = task.claim?.stamp ?? task.stamps["status"] ?? task.stamps["added"];
  return cause === undefined ? {} : { cause };
}
