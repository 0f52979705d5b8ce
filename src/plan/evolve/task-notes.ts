import type { Draft } from "../draft.ts";
import type { PlanEventOf } from "../events.ts";
import { validateId } from "../names.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { KEPT_TASK_LOG, type Attempt, type Output, type Task, type TaskUid } from "../state.ts";
import { holdOf } from "./holder.ts";
import { overwrite } from "./plan-fields.ts";
import { renewed } from "./task-attempt.ts";
import { reportOverwrite } from "./task-edit.ts";
import { noTask } from "./task-structure.ts";

/** Whose attempt a note belongs to. A writer may note things about a task that nobody it knows of has in hand. */
function attemptFor(draft: Draft, task: Task, fence: string | undefined): { readonly attempt?: Attempt } | Refusal {
  const { role } = draft.record.by;
  const inHand = [task.claim, task.rival].some((attempt) => attempt !== undefined && !draft.isUnseen(attempt.stamp));
  if (fence === undefined && !inHand && role !== "worker") {
    const last = task.claim === undefined ? task.attempts.at(-1) : undefined;
    return last === undefined ? {} : { attempt: last };
  }
  const hold = holdOf(draft, task, fence);
  return "refusal" in hold ? hold.refusal : { attempt: hold.attempt };
}

function renew(draft: Draft, task: Task, attempt: Attempt | undefined, fence: string | undefined): Task {
  if (attempt === undefined || task.claim?.fence !== attempt.fence) return task;
  return { ...task, claim: renewed(draft, task.claim, fence) };
}

export function logTask(draft: Draft, event: PlanEventOf<"task.logged">, index: number): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  const found = attemptFor(draft, task, event.fence);
  if ("reason" in found) return found;
  const { id, at, by } = draft.record;
  const entry = { at, session: by.session, text: event.text, attempt: found.attempt?.number ?? 0 };
  draft.change(renew(draft, task, found.attempt, event.fence), { log: [...task.log, entry].slice(-KEPT_TASK_LOG) });
  draft.addEntry({
    kind: "log",
    id: `${id}.${index}`,
    at,
    session: by.session,
    text: event.text,
    task: task.id,
  });
  draft.tell(event.type, task.id, event.text);
  return undefined;
}

export function addOutput(draft: Draft, event: PlanEventOf<"task.output-added">): Refusal | undefined {
  const task = draft.get(event.task as TaskUid);
  if (task === undefined) return noTask(event.task);
  const valid = validateId(event.name);
  if (!valid.ok) return valid.refusal;
  const found = attemptFor(draft, task, event.fence);
  if ("reason" in found) return found;
  const { at, by } = draft.record;
  const output: Output = {
    name: event.name,
    bytes: utf8Length(event.text),
    summary: firstLine(event.text),
    at,
    session: by.session,
  };
  const outputs = [...task.outputs.filter(({ name }) => name !== event.name), output];
  draft.change(renew(draft, task, found.attempt, event.fence), { outputs });
  const replaced = task.outputs.find(({ name }) => name === event.name)?.bytes;
  draft.spills.push({
    kind: "output",
    task: task.id,
    name: event.name,
    text: event.text,
    ...(replaced === undefined ? {} : { replacedBytes: replaced }),
  });
  draft.tell(event.type, task.id, event.name);
  return undefined;
}

const firstLine = (text: string): string => {
  const line = text.split("\n", 20).find((candidate) => candidate.trim() !== "") ?? "";
  return line
    .replace(/^#+\s*/, "")
    .trim()
    .slice(0, 200);
};

/** Length in UTF-8 without an encoder, which the core has not. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x80) bytes += 1;
    else if (code < 0x800) bytes += 2;
    else if (code >= 0xd800 && code < 0xdc00 && isLowSurrogate(text.charCodeAt(i + 1))) {
      bytes += 4;
      i += 1;
    } else bytes += 3;
  }
  return bytes;
}

const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code < 0xe000;

export function recordConfidence(
  draft: Draft,
  event: PlanEventOf<"confidence.recorded">,
  index: number,
): Refusal | undefined {
  const { id, at, by } = draft.record;
  const { score, why } = event;
  if (!Number.isInteger(score) || score < 1 || score > 5) {
    return refuse("bad-score", `confidence is a whole number from 1 to 5, not ${score}`);
  }
  const confidence = { score, why, at, session: by.session };
  if (event.task === undefined) {
    overwrite(draft, { confidence });
    draft.tell(event.type, undefined, `${score}/5: ${why}`);
  } else {
    const task = draft.get(event.task as TaskUid);
    if (task === undefined) return noTask(event.task);
    const found = by.role === "worker" || event.fence !== undefined ? attemptFor(draft, task, event.fence) : {};
    if ("reason" in found) return found;
    reportOverwrite(draft, task, "confidence", confidence);
    draft.change(renew(draft, task, found.attempt, event.fence), { confidence }, ["confidence"]);
    draft.tell(event.type, task.id, `${score}/5: ${why}`);
  }
  const about = event.task === undefined ? {} : { task: draft.get(event.task as TaskUid)!.id };
  const text = `confidence ${score}/5: ${why}`;
  draft.addEntry({ kind: "log", id: `${id}.${index}`, at, session: by.session, text, ...about });
  return undefined;
}

export function waiveConfidence(draft: Draft, event: PlanEventOf<"confidence.waived">): Refusal | undefined {
  const task = event.task === undefined ? undefined : draft.get(event.task as TaskUid);
  if (event.task !== undefined && task === undefined) return noTask(event.task);
  const confidence = task === undefined ? draft.plan.confidence : task.confidence;
  const subject = task?.id ?? draft.plan.slug;
  if (confidence === undefined) return refuse("no-confidence", `no confidence is recorded for ${subject}`);
  const waived = { ...confidence, waived: event.why };
  if (task === undefined) overwrite(draft, { confidence: waived });
  else {
    reportOverwrite(draft, task, "confidence", waived);
    draft.change(task, { confidence: waived }, ["confidence"]);
  }
  draft.tell(event.type, subject, event.why);
  return undefined;
}
