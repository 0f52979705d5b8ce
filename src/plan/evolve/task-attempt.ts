import type { Draft } from "../draft.ts";
import type { PlanEventOf } from "../events.ts";
import { describeTask, explainWait, isDoubtful, isHeldUp, isWorking, parentsAllow } from "../graph.ts";
import { omit } from "../omit.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { KEPT_ATTEMPTS, type Attempt, type Task, type TaskUid } from "../state.ts";
import { passWaves } from "../waves.ts";
import { causeOf, holdOf, type Hold } from "./holder.ts";
import { noTask, reopenPlan, reopenTask } from "./task-structure.ts";

export const isExpired = (claim: Attempt, now: number): boolean => now - claim.renewedAt >= claim.leaseMs;

export function claimTask(draft: Draft, event: PlanEventOf<"task.claimed">): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  if (task.claim !== undefined) return claimHeld(draft, task, task.claim, event);
  const held = mayBegin(draft, task);
  if (held !== undefined) return held;
  const attempt = newAttempt(draft, task, event);
  draft.change(task, { status: "in_progress", claim: attempt, attemptCount: attempt.number, statusAt: draft.record.at }, [
    "status",
  ]);
  draft.tell(event.type, task.id, draft.record.by.session);
  return undefined;
}

function mayBegin(draft: Draft, task: Task): Refusal | undefined {
  if (task.status === "todo" && isWorking(draft.plan) && parentsAllow(draft, task) && !isHeldUp(draft.plan)) {
    return undefined;
  }
  const waits = explainWait(draft.plan, task, draft);
  const cause = waits.map(({ on }) => (on === undefined ? draft.plan.stamps["status"] : causeOf(on).cause));
  const unseen = cause.find((stamp) => draft.isUnseen(stamp)) ?? cause[0];
  const because = waits.map(({ text }) => text).join("; ");
  const message = task.status === "todo" ? `${task.id} waits for ${because}` : `${because}: it cannot be claimed`;
  return refuse("not-ready", message, {
    hint: "holdfast task ready",
    ...(unseen === undefined ? {} : { cause: unseen }),
  });
}

function newAttempt(draft: Draft, task: Task, event: PlanEventOf<"task.claimed">): Attempt {
  const { id, at, by, clone } = draft.record;
  return {
    fence: id,
    number: task.attemptCount + 1,
    session: by.session,
    ...(by.worker === undefined ? {} : { worker: by.worker }),
    ...(by.machine === undefined ? {} : { machine: by.machine }),
    ...(by.pid === undefined ? {} : { pid: by.pid }),
    clone,
    at,
    leaseMs: event.leaseMs !== undefined && event.leaseMs > 0 ? event.leaseMs : draft.plan.leaseMs,
    renewedAt: at,
    stamp: draft.stamp,
  };
}

/** A claim on a task that has one: the holder's own, a takeover, a race lost, or two clones that did not know. */
function claimHeld(draft: Draft, task: Task, claim: Attempt, event: PlanEventOf<"task.claimed">): Refusal | undefined {
  const { at, by } = draft.record;
  if (event.takeOver !== undefined) {
    if (event.takeOver !== claim.fence) {
      return refuse("stale-fence", `${task.id} is no longer in the attempt that was to be taken over`, {
        hint: `holdfast task show ${task.id}`,
        ...causeOf(task),
      });
    }
    if (by.role !== "person" && !isExpired(claim, at)) {
      return refuse("lease-running", `${task.id}: the lease of ${claim.session} has not run out`, {
        hint: "wait for it, or a person takes it over",
        ...causeOf(task),
      });
    }
    const ended = endAttempt(draft, task, claim, "taken-over");
    const attempt = newAttempt(draft, ended, event);
    draft.change(ended, { claim: attempt, attemptCount: attempt.number, statusAt: at }, ["status"]);
    draft.tell(event.type, task.id, `${by.session} took it over from ${claim.session}`);
    return undefined;
  }
  if (draft.isUnseen(claim.stamp) && task.rival === undefined) return contestClaim(draft, task, claim, event);
  const mine = claim.session === by.session;
  return refuse("already-claimed", `${describeTask(task)}${mine ? " (yours)" : ""}`, {
    hint: mine ? `holdfast task prompt ${task.id}` : "holdfast task next",
    ...causeOf(task),
  });
}

function contestClaim(draft: Draft, task: Task, claim: Attempt, event: PlanEventOf<"task.claimed">): undefined {
  const rival = { ...newAttempt(draft, task, event), status: "in_progress" as const };
  draft.change(task, { rival, attemptCount: rival.number });
  draft.addConflict({
    kind: "claim",
    task: task.uid,
    kept: { stamp: claim.stamp, value: claim.session },
    lost: { stamp: draft.stamp, value: rival.session },
    message: `${task.id} was claimed in two copies of the plan: by ${claim.session}, and by ${rival.session}`,
  });
  draft.tell("task.contested", task.id, rival.session);
  return undefined;
}

/** The task with its attempt closed and kept among the last few. */
function endAttempt(draft: Draft, task: Task, attempt: Attempt, end: NonNullable<Attempt["end"]>, note?: string): Task {
  const ended: Attempt = { ...attempt, endedAt: draft.record.at, end, ...(note === undefined ? {} : { note }) };
  const attempts = [...task.attempts.filter(({ fence }) => fence !== attempt.fence), ended].slice(-KEPT_ATTEMPTS);
  return { ...omit(task, "claim"), attempts };
}

/** Finds the task and the attempt that an event is about, renews its lease, and lets `act` do the rest. */
function withHold(
  draft: Draft,
  event: { readonly type: string; readonly task: string; readonly fence?: string },
  act: (task: Task, hold: Exclude<Hold, { refusal: Refusal }>) => Refusal | undefined,
): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  const hold = holdOf(draft, task, event.fence);
  if ("refusal" in hold) return hold.refusal;
  const { at } = draft.record;
  if (hold.kind === "claim") {
    const claim = { ...hold.attempt, renewedAt: Math.max(hold.attempt.renewedAt, at) };
    return act({ ...task, claim }, { kind: "claim", attempt: claim });
  }
  return act(task, hold);
}

const notInProgress = (task: Task, wanted: string): Refusal =>
  refuse("illegal-transition", `${describeTask(task)}: it cannot become ${wanted} from there`, {
    hint: `holdfast task show ${task.id}`,
    ...causeOf(task),
  });

export function releaseTask(draft: Draft, event: PlanEventOf<"task.released">): Refusal | undefined {
  return withHold(draft, event, (task, hold) => {
    if (hold.kind === "rival") return endRival(draft, task, "kept", "the other claim was released");
    if (hold.kind === "ended") return notInProgress(task, "released");
    const ended = endAttempt(draft, task, hold.attempt, "released", event.note);
    draft.change(ended, { status: "todo", statusAt: draft.record.at }, ["status"]);
    draft.tell(event.type, task.id, event.note);
    return undefined;
  });
}

export function startTask(draft: Draft, event: PlanEventOf<"task.started">): Refusal | undefined {
  return withHold(draft, event, (task, hold) => {
    if (hold.kind === "rival") return undefined;
    if (hold.kind === "ended") return notInProgress(task, "started");
    const claim = { ...hold.attempt, startedAt: hold.attempt.startedAt ?? draft.record.at };
    draft.change({ ...task, claim }, {});
    draft.tell(event.type, task.id);
    return undefined;
  });
}

export function tickStep(
  draft: Draft,
  event: PlanEventOf<"task.step-done" | "task.step-reopened">,
): Refusal | undefined {
  return withHold(draft, event, (task) => {
    const step = task.steps[event.step];
    if (step === undefined) {
      return refuse("no-such-step", `${task.id} has ${task.steps.length} steps; there is no step ${event.step + 1}`, {
        hint: `holdfast task show ${task.id}`,
      });
    }
    if (task.status === "done") return notInProgress(task, "changed");
    const done = event.type === "task.step-done";
    const steps = task.steps.map((other, index) => (index === event.step ? { ...other, done } : other));
    draft.change(task, { steps });
    draft.tell(event.type, task.id, step.text);
    return undefined;
  });
}

export function implementTask(draft: Draft, event: PlanEventOf<"task.implemented">): Refusal | undefined {
  return withHold(draft, event, (task, hold) => {
    if (hold.kind === "rival") {
      draft.change(task, { rival: { ...task.rival!, status: "implemented" } });
      return undefined;
    }
    if (task.status !== "in_progress" || hold.kind === "ended") return notInProgress(task, "implemented");
    const ended = endAttempt(draft, task, hold.attempt, "implemented", event.note);
    draft.change(ended, { status: "implemented", statusAt: draft.record.at }, ["status"]);
    draft.tell(event.type, task.id, event.note);
    return undefined;
  });
}

export function finishTask(draft: Draft, event: PlanEventOf<"task.done">): Refusal | undefined {
  return withHold(draft, event, (task, hold) => {
    if (isDoubtful(task)) {
      const { score, why } = task.confidence!;
      return refuse("low-confidence", `${task.id} is at confidence ${score}/5 (${why}): a person decides first`, {
        hint: `a person runs: holdfast waive confidence ${task.id} --why "…"`,
      });
    }
    if (hold.kind === "rival") return finishRival(draft, task);
    if (task.status !== "implemented") return notInProgress(task, "done");
    const attempts = task.attempts.map((attempt) =>
      attempt.fence === hold.attempt.fence ? { ...attempt, end: "done" as const } : attempt,
    );
    closeTask(draft, { ...task, attempts });
    draft.tell(event.type, task.id, event.note);
    return undefined;
  });
}

function closeTask(draft: Draft, task: Task): void {
  const done = draft.change(task, { status: "done", proof: "claimed", statusAt: draft.record.at }, ["status"]);
  passWaves(draft, done);
}

/** What is done beats a bare claim: the other clone's finished attempt stands, and the list says so. */
function finishRival(draft: Draft, task: Task): undefined {
  const attempt = omit(task.rival!, "status");
  const lost = task.claim === undefined ? task : endAttempt(draft, task, task.claim, "lost-merge");
  closeTask(draft, omit(endAttempt(draft, lost, attempt, "done"), "rival"));
  settleClaim(draft, task, "lost", "what is done beats a bare claim");
  draft.tell("task.done", task.id);
  return undefined;
}

function endRival(draft: Draft, task: Task, take: "kept" | "lost", why: string): undefined {
  draft.change(omit(task, "rival"), {});
  settleClaim(draft, task, take, why);
  return undefined;
}

function settleClaim(draft: Draft, task: Task, take: "kept" | "lost", why: string): void {
  draft.set({
    conflicts: draft.plan.conflicts.map((conflict) =>
      conflict.kind === "claim" && conflict.task === task.uid && conflict.settled === undefined
        ? { ...conflict, settled: { take, why, by: "merge" } }
        : conflict,
    ),
  });
}

export function blockTask(draft: Draft, event: PlanEventOf<"task.blocked">): Refusal | undefined {
  const { at, by } = draft.record;
  const block = (task: Task): undefined => {
    const { tried, why, resolve } = event;
    const blockers = [...task.blockers, { tried, why, resolve, at, session: by.session }];
    draft.change(task, { status: "blocked", blockers, statusAt: at }, ["status"]);
    draft.spills.push({ kind: "blockers", task: task.id, blockers });
    draft.tell(event.type, task.id, why);
    return undefined;
  };
  const known = draft.get(event.task as TaskUid);
  if (known?.status === "todo" && by.role !== "worker") return block(known);
  return withHold(draft, event, (task, hold) => {
    if (hold.kind === "rival") return endRival(draft, task, "kept", "the other claim was blocked");
    if (task.status !== "in_progress" && task.status !== "implemented") return notInProgress(task, "blocked");
    return block(hold.kind === "claim" ? endAttempt(draft, task, hold.attempt, "blocked", event.why) : task);
  });
}

export function unblockTask(draft: Draft, event: PlanEventOf<"task.unblocked">): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  if (task.status !== "blocked") return notInProgress(task, "unblocked");
  const note = event.note === undefined ? {} : { retryNote: event.note };
  draft.change(task, { status: "todo", ...note, statusAt: draft.record.at }, ["status"]);
  draft.tell(event.type, task.id, event.note);
  return undefined;
}

export function failTask(draft: Draft, event: PlanEventOf<"task.failed">): Refusal | undefined {
  return withHold(draft, event, (task, hold) => {
    if (hold.kind === "rival") return endRival(draft, task, "kept", "the other claim failed");
    if (task.status !== "in_progress" && task.status !== "implemented") return notInProgress(task, "failed");
    const ended = endAttempt(draft, task, hold.attempt, "failed", event.why);
    const { at, by } = draft.record;
    const failure = { why: event.why, at, session: by.session };
    draft.change(ended, { status: "failed", failure, statusAt: at }, ["status"]);
    draft.tell(event.type, task.id, event.why);
    return undefined;
  });
}

/** Back to todo for another attempt, with a note. Outputs, blockers and the log are kept. */
export function retryTask(draft: Draft, event: PlanEventOf<"task.retried">): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  if (task.status === "todo" || task.status === "dropped" || task.status === "in_progress") {
    return notInProgress(task, "tried again");
  }
  const rest = omit(task, "proof", "failure", "confidence");
  const attempts = rest.attempts.map((attempt, index, all) =>
    index === all.length - 1 ? { ...attempt, end: attempt.end === "failed" ? attempt.end : ("retried" as const) } : attempt,
  );
  const note = event.note === undefined ? {} : { retryNote: event.note };
  reopenTask(draft, { ...rest, attempts }, { status: "todo", ...note });
  reopenPlan(draft, `${task.id} is to be done again`);
  draft.tell(event.type, task.id, event.note);
  return undefined;
}
