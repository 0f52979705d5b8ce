import type { Draft } from "../draft.ts";
import type { PlanEventOf } from "../events.ts";
import { checksOf, proofOf } from "../checks.ts";
import { whyTaskClosed } from "../gate/task-gate.ts";
import { describeTask, describeWaits, explainWait, isHeldUp, isWorking, paceAllows, parentsAllow } from "../graph.ts";
import { omit } from "../omit.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { needsDecision } from "../reviews.ts";
import { CRASH_RETRIES, type Attempt, type Task, type TaskUid } from "../state.ts";
import { baseIn, closeTask, dismissRival, endAttempt, filesIn, moveTask } from "./attempts.ts";
import { enterPhase } from "./plan-fields.ts";
import { causeOf, holdOf, isHolders, type Held } from "./holder.ts";
import { isPersons } from "./permission.ts";
import { beatBareRival, contestClaim, endRival, finishRival, implementRival, putRivalInForce } from "./rival.ts";
import { noTask, reopenPlan, reopenTask } from "./task-structure.ts";
import { wayBack } from "./plan-status.ts";

export const isExpired = (claim: Attempt, now: number): boolean => now - claim.renewedAt >= claim.leaseMs;

export function claimTask(draft: Draft, event: PlanEventOf<"task.claimed">): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  if (task.claim !== undefined) return claimHeld(draft, task, task.claim, event);
  const held = mayBegin(draft, task);
  if (held !== undefined) return held;
  const attempt = newAttempt(draft, task, event);
  draft.change(
    task,
    { status: "in_progress", claim: attempt, attemptCount: attempt.number, statusAt: draft.record.at },
    ["status"],
  );
  draft.tell(event.type, task.id);
  beginExecution(draft);
  return undefined;
}

/** Who claims a task is past planning, whether somebody said so or not. */
function beginExecution(draft: Draft): void {
  const { phase, phases } = draft.plan;
  const isPlanning = phase === "clarify" || phase === "plan";
  if (!isPlanning || !phases.some(({ id }) => id === "execute")) return;
  enterPhase(draft, { type: "phase.entered", phase: "execute" });
}

function mayBegin(draft: Draft, task: Task): Refusal | undefined {
  const isHeld = isHeldUp(draft.plan, draft.values());
  const isPaced = paceAllows(draft.plan, task);
  if (task.status === "todo" && isWorking(draft.plan) && isPaced && parentsAllow(draft, task) && !isHeld) {
    return undefined;
  }
  const waits = explainWait(draft.plan, task, draft);
  const cause = waits.map(({ on }) => (on === undefined ? draft.plan.stamps["status"] : causeOf(on).cause));
  const unseen = cause.find((stamp) => draft.isUnseen(stamp)) ?? cause[0];
  const message = task.status === "todo" ? describeWaits(task, waits) : `${describeTask(task)}: it cannot be claimed`;
  return refuse("not-ready", message, {
    hint: isWorking(draft.plan) ? "holdfast task ready" : wayBack(draft.plan),
    ...(unseen === undefined ? {} : { cause: unseen }),
  });
}

function newAttempt(draft: Draft, task: Task, event: PlanEventOf<"task.claimed">): Attempt {
  const { id, at, by, clone } = draft.record;
  const before = task.attempts.at(-1);
  const since = before?.since ?? before?.base;
  return {
    fence: id,
    number: task.attemptCount + 1,
    session: by.session,
    ...(typeof by.worker === "string" ? { worker: by.worker } : {}),
    ...(typeof by.machine === "string" ? { machine: by.machine } : {}),
    ...(typeof by.pid === "number" ? { pid: by.pid } : {}),
    clone,
    at,
    leaseMs: event.leaseMs !== undefined && event.leaseMs > 0 ? event.leaseMs : draft.plan.leaseMs,
    renewedAt: at,
    ...baseIn(event),
    ...(since === undefined ? {} : { since }),
    stamp: draft.stamp,
  };
}

/** A claim on a task that has one: the holder's own, a takeover, a race lost, or two clones that did not know. */
function claimHeld(draft: Draft, task: Task, claim: Attempt, event: PlanEventOf<"task.claimed">): Refusal | undefined {
  if (event.takeOver !== undefined) return takeOver(draft, task, claim, event);
  if (draft.isUnseen(claim.stamp) && task.rival === undefined) {
    contestClaim(draft, task, claim, newAttempt(draft, task, event));
    return undefined;
  }
  const mine = claim.session === draft.record.by.session;
  return refuse("already-claimed", `${describeTask(task)}${mine ? " (yours)" : ""}`, {
    hint: mine ? `holdfast task prompt ${task.id}` : "holdfast task next",
    ...causeOf(task),
  });
}

function takeOver(draft: Draft, task: Task, claim: Attempt, event: PlanEventOf<"task.claimed">): Refusal | undefined {
  const { at, by } = draft.record;
  if (event.takeOver !== claim.fence) {
    return refuse("stale-fence", `${task.id} is no longer in the attempt that was to be taken over`, {
      hint: `holdfast task show ${task.id}`,
      ...causeOf(task),
    });
  }
  if (!isPersons(by) && !isExpired(claim, at)) {
    return refuse("lease-running", `${task.id}: the lease of ${claim.session} has not run out`, {
      hint: "wait for it, or a person takes it over",
      ...causeOf(task),
    });
  }
  const isCrash = event.crashed === true && !isPersons(by);
  if (isCrash && isCrashedOut(task)) return askPerson(task);
  const ended = isCrash
    ? countCrash(endAttempt(draft, task, claim, "failed", `crashed: ${claim.session} is gone`))
    : endAttempt(draft, isPersons(by) ? omit(task, "crashes") : task, claim, "taken-over");
  const attempt = newAttempt(draft, ended, event);
  draft.change(ended, { claim: attempt, attemptCount: attempt.number, statusAt: at }, ["status"]);
  draft.tell(event.type, task.id, `${by.session} took it over from ${claim.session}`);
  return undefined;
}

/** Finds the task and the attempt that an event is about, renews its lease, and lets `act` do the rest. */
function withHold(
  draft: Draft,
  event: { readonly type: string; readonly task: string; readonly fence?: string },
  act: (task: Task, hold: Held) => Refusal | undefined,
): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  const hold = holdOf(draft, task, event.fence);
  if ("refusal" in hold) return hold.refusal;
  if (hold.kind !== "claim") return act(task, hold);
  const claim = renewed(draft, hold.attempt, event.fence);
  return act({ ...task, claim }, { kind: "claim", attempt: claim });
}

/** The lease runs from the last sign of life of the holder. */
export const renewed = (draft: Draft, claim: Attempt, fence: string | undefined): Attempt =>
  isHolders(draft, claim, fence) ? { ...claim, renewedAt: Math.max(claim.renewedAt, draft.record.at) } : claim;

const notInProgress = (task: Task, wanted: string): Refusal =>
  refuse("illegal-transition", `${describeTask(task)}: it cannot be ${wanted}`, {
    hint: `holdfast task show ${task.id}`,
    ...causeOf(task),
  });

/** Back to nobody, or to the other copy's holder where the claim was contested. */
export function releaseTask(draft: Draft, event: PlanEventOf<"task.released">): Refusal | undefined {
  return withHold(draft, event, (task, hold) => {
    if (hold.kind === "rival") endRival(draft, task, "released", event.note);
    else if (hold.kind === "ended") return notInProgress(task, "released");
    else {
      const ended = endAttempt(draft, task, hold.attempt, "released", event.note);
      const next = putRivalInForce(draft, { ...ended, status: "todo" }, "the first claim was released");
      moveTask(draft, { ...next, status: task.status }, next.status);
    }
    draft.tell(event.type, task.id, event.note);
    return undefined;
  });
}

export function startTask(draft: Draft, event: PlanEventOf<"task.started">): Refusal | undefined {
  return withHold(draft, event, (task, { kind, attempt }) => {
    if (kind === "ended") return notInProgress(task, "started");
    if (!isHolders(draft, attempt, event.fence)) {
      return refuse("already-claimed", describeTask(task), { hint: "holdfast task next", ...causeOf(task) });
    }
    const startedAt = attempt.startedAt ?? draft.record.at;
    if (kind === "claim") draft.change({ ...task, claim: { ...attempt, startedAt } }, {});
    else draft.change({ ...task, rival: { ...task.rival!, startedAt } }, {});
    draft.tell(event.type, task.id);
    return undefined;
  });
}

export function tickStep(
  draft: Draft,
  event: PlanEventOf<"task.step-done" | "task.step-reopened">,
): Refusal | undefined {
  return withHold(draft, event, (task) => {
    const newer = task.stamps["steps"];
    if (newer !== undefined && draft.isUnseen(newer)) {
      return refuse("steps-changed", `${task.id}: its steps were changed in another copy of the plan`, {
        cause: newer,
      });
    }
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
      if (task.rival!.status !== "in_progress") return notInProgress(task, "implemented");
      implementRival(draft, { ...task, rival: { ...task.rival!, ...filesIn(event) } }, event.note);
      return undefined;
    }
    if (task.status !== "in_progress" || hold.kind === "ended") return notInProgress(task, "implemented");
    const attempt = { ...hold.attempt, ...filesIn(event) };
    const ended = endAttempt(draft, omit(task, "crashes"), attempt, "implemented", event.note);
    moveTask(draft, ended, "implemented");
    draft.tell(event.type, task.id, event.note);
    return undefined;
  });
}

export function finishTask(draft: Draft, event: PlanEventOf<"task.done">): Refusal | undefined {
  return withHold(draft, event, (task, hold) => {
    if (hold.kind !== "rival" && task.status !== "implemented") return notInProgress(task, "called done");
    // If the gate is closed, a record that begins with implementing it changes nothing: it is in progress as before.
    const isInHand = task.stamps["status"] === draft.stamp;
    const judged = isInHand ? { ...task, status: "in_progress" as const } : task;
    const closed = whyTaskClosed(draft.plan, judged, event.trees, (stamp) => draft.isUnseen(stamp));
    if (closed !== undefined) return closed;
    const proof = proofOf(checksOf(draft.plan, task.uid), event.trees);
    if (hold.kind === "rival") return finishRival(draft, task, proof);
    const said = event.note === undefined || event.note === hold.attempt.note ? {} : { doneNote: event.note };
    const attempts = task.attempts.map((attempt) =>
      attempt.fence === hold.attempt.fence ? { ...attempt, ...filesIn(event), ...said, end: "done" as const } : attempt,
    );
    closeTask(draft, beatBareRival(draft, { ...task, attempts }), proof);
    draft.tell(event.type, task.id, event.note);
    return undefined;
  });
}

/** Not without a blocker: what was tried, why it failed and what would resolve it. */
export function isIncomplete({
  tried,
  why,
  resolve,
}: Pick<PlanEventOf<"task.blocked">, "tried" | "why" | "resolve">): boolean {
  return [tried, why, resolve].some((text) => text.trim() === "");
}

export function blockTask(draft: Draft, event: PlanEventOf<"task.blocked">): Refusal | undefined {
  const { tried, why, resolve, fence } = event;
  const { at, by } = draft.record;
  const withBlocker = (task: Task): Task => {
    const blockers = [...task.blockers, { tried, why, resolve, at, session: by.session }];
    draft.spills.push({ kind: "blockers", task: task.id, blockers });
    draft.tell(event.type, task.id, why);
    return { ...task, blockers };
  };
  const known = draft.get(event.task as TaskUid);
  if (isIncomplete(event))
    return refuse("blocker-incomplete", `${known?.id ?? "a task"} cannot be blocked without a blocker`);
  if (known?.status === "todo" && fence === undefined && by.role !== "worker") {
    moveTask(draft, withBlocker(known), "blocked");
    return undefined;
  }
  return withHold(draft, event, (task, hold) => {
    if (hold.kind === "rival") {
      endRival(draft, withBlocker(task), "blocked", why);
      return undefined;
    }
    if (task.status !== "in_progress" && task.status !== "implemented") return notInProgress(task, "blocked");
    const ended = hold.kind === "claim" ? endAttempt(draft, task, hold.attempt, "blocked", why) : task;
    moveTask(draft, withBlocker(ended), "blocked");
    return undefined;
  });
}

/** Back to todo, or to the other copy's holder where the claim was contested. */
export function unblockTask(draft: Draft, event: PlanEventOf<"task.unblocked">): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  if (task.status !== "blocked") return notInProgress(task, "unblocked");
  const note = event.note === undefined ? {} : { retryNote: event.note };
  const next = putRivalInForce(draft, { ...task, status: "todo" }, "the first attempt was blocked");
  moveTask(draft, { ...next, status: task.status }, next.status, note);
  draft.tell(event.type, task.id, event.note);
  return undefined;
}

export function failTask(draft: Draft, event: PlanEventOf<"task.failed">): Refusal | undefined {
  return withHold(draft, event, (task, hold) => {
    if (hold.kind === "rival") {
      endRival(draft, task, "failed", event.why);
      return undefined;
    }
    if (task.status !== "in_progress" && task.status !== "implemented") return notInProgress(task, "failed");
    if (event.crashed === true && hold.kind === "claim") return crashTask(draft, task, hold.attempt, event.why);
    const ended = endAttempt(draft, task, hold.attempt, "failed", event.why);
    const failure = { why: event.why, at: draft.record.at, session: draft.record.by.session };
    moveTask(draft, ended, "failed", { failure });
    draft.tell(event.type, task.id, event.why);
    return undefined;
  });
}

/** Rounds of fixing that go on failing are not repeated without end. */
const askAfterRounds = (task: Task): Refusal =>
  refuse(
    "needs-a-person",
    `${task.id} was reviewed and blocked ${task.reviews?.failed} times: a person decides what now`,
    {
      hint: `a person fixes it (holdfast task retry ${task.id} --note "…"), waives (holdfast review waive …) or gives up (holdfast task fail ${task.id} --why "…")`,
      ...causeOf(task),
    },
  );

/** A person who sends a task back has seen how its reviews went. */
function answered(draft: Draft, task: Task): Task {
  if (task.reviews === undefined || !isPersons(draft.record.by)) return task;
  return { ...task, reviews: { ...task.reviews, answered: task.reviews.failed } };
}

/** An attempt that did not end by itself: the task is offered again, so often and no more. */
function crashTask(draft: Draft, task: Task, attempt: Attempt, why: string): undefined {
  const ended = countCrash(endAttempt(draft, task, attempt, "failed", `crashed: ${why}`));
  if (isCrashedOut(task)) {
    const failure = { why: `crashed: ${why}`, at: draft.record.at, session: draft.record.by.session };
    moveTask(draft, ended, "failed", { failure });
  } else {
    const next = putRivalInForce(draft, { ...ended, status: "todo" }, "the first attempt crashed");
    const retryNote = `attempt ${attempt.number} crashed (${why}); look at what it left before you go on`;
    moveTask(draft, { ...next, status: task.status }, next.status, { retryNote });
  }
  draft.tell("task.failed", task.id, `crashed: ${why}`);
  return undefined;
}

const countCrash = (task: Task): Task => ({ ...task, crashes: (task.crashes ?? 0) + 1 });

/** Whether one more crash is one too many. */
const isCrashedOut = ({ crashes = 0 }: Task): boolean => crashes >= CRASH_RETRIES;

const askPerson = (task: Task): Refusal =>
  refuse("needs-a-person", `${task.id}: its attempts have crashed ${task.crashes} times: a person decides`, {
    hint: `a person runs: holdfast task show ${task.id}, then holdfast task retry ${task.id} --note "…"`,
    ...causeOf(task),
  });

/** Back to todo for another attempt, with a note. Outputs, blockers and the log are kept. */
export function retryTask(draft: Draft, event: PlanEventOf<"task.retried">): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  if (task.status === "todo" || task.status === "dropped" || task.status === "in_progress") {
    return notInProgress(task, "tried again");
  }
  const isPerson = isPersons(draft.record.by);
  if (task.status === "failed" && (task.crashes ?? 0) > CRASH_RETRIES && !isPerson) return askPerson(task);
  if (needsDecision(task.reviews) && !isPerson) return askAfterRounds(task);
  const alone = dismissRival(draft, task, "the task is to be done again");
  const attempts = alone.attempts.map((attempt, index, all) =>
    index === all.length - 1 && attempt.end !== "failed" ? { ...attempt, end: "retried" as const } : attempt,
  );
  const note = event.note === undefined ? {} : { retryNote: event.note };
  const settled = omit(alone, "proof", "failure", ...(isPerson ? (["crashes"] as const) : []));
  const rest = answered(draft, { ...settled, attempts });
  // A doubt that this writer has not heard of is not settled by it.
  const isHeard = !draft.isUnseen(task.stamps["confidence"]);
  reopenTask(draft, isHeard ? omit(rest, "confidence") : rest, "todo", note);
  reopenPlan(draft, `${task.id} is to be done again`);
  draft.tell(event.type, task.id, event.note);
  return undefined;
}
