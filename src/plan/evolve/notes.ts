import type { Draft } from "../draft.ts";
import type { PlanEventOf } from "../events.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { lostTests } from "../gate/new-test-conditions.ts";
import type { TestNames } from "../check-state.ts";
import { ENTRY_KINDS, type Conflict, type Entry, type EntryKind, type Task, type TaskUid } from "../state.ts";
import { loseRival } from "./attempts.ts";
import { givePlanField } from "./plan-fields.ts";
import { preferRival } from "./rival.ts";
import { giveTaskField } from "./task-edit.ts";
import { noTask } from "./task-structure.ts";
import { passWaves } from "../waves.ts";
import { wayBack } from "./plan-status.ts";

const isEntryKind = (kind: string): kind is EntryKind => (ENTRY_KINDS as readonly string[]).includes(kind);

export function addEntry(draft: Draft, event: PlanEventOf<"entry.added">, index: number): Refusal | undefined {
  if (!isEntryKind(event.kind))
    return refuse("bad-value", `a note is one of ${ENTRY_KINDS.join(", ")}, not ${event.kind}`);
  const task = event.task === undefined ? undefined : draft.get(event.task as TaskUid);
  if (event.task !== undefined && task === undefined) return noTask(event.task);
  const { id, at, by } = draft.record;
  const optional = Object.fromEntries(
    (["untrusted", "source", "why", "commit", "files"] as const).flatMap((field) =>
      event[field] === undefined ? [] : [[field, event[field]]],
    ),
  ) as Partial<Entry>;
  draft.addEntry({
    kind: event.kind,
    id: `${id}.${index}`,
    at,
    session: by.session,
    text: event.text,
    ...(task === undefined ? {} : { task: task.id }),
    ...optional,
  });
  // What came from outside is in findings.md; "what happened last" is read by models.
  draft.tell(event.type, event.kind, event.untrusted === true ? "untrusted text" : event.text);
  return undefined;
}

/** Takes a note back: struck through where it still is in the state, else by a note that says so. */
export function retractEntry(draft: Draft, event: PlanEventOf<"entry.retracted">, index: number): undefined {
  for (const kind of ENTRY_KINDS) {
    const window = draft.plan.entries[kind];
    if (!window.recent.some(({ id }) => id === event.entry)) continue;
    const recent = window.recent.map((entry) => (entry.id === event.entry ? { ...entry, retracted: true } : entry));
    draft.set({ entries: { ...draft.plan.entries, [kind]: { ...window, recent } } });
    draft.tell(event.type, kind);
    return undefined;
  }
  const { id, at, by } = draft.record;
  draft.addEntry({ kind: "log", id: `${id}.${index}`, at, session: by.session, text: `taken back: ${event.entry}` });
  draft.tell(event.type);
  return undefined;
}

export function giveWaiver(draft: Draft, event: PlanEventOf<"waiver.given">, index: number): undefined {
  const { id, at, by } = draft.record;
  const { subject, target, why } = event;
  const covers = subject === "lost-tests" ? lostNow(draft, target) : undefined;
  const waiver = {
    id: `${id}.${index}`,
    subject,
    target,
    why,
    person: by.person ?? "",
    at,
    stamp: draft.stamp,
    ...(covers === undefined ? {} : { covers }),
  };
  draft.set({ waivers: [...draft.plan.waivers, waiver] });
  draft.tell(event.type, target, `${subject}: ${why}`);
  return undefined;
}

/** What a person who lets lost tests pass has in view: those, and no others later. */
function lostNow(draft: Draft, target: string): TestNames | undefined {
  const task = draft.taskById(target);
  return task === undefined ? undefined : lostTests(draft.plan, task);
}

export function withdrawWaiver(draft: Draft, event: PlanEventOf<"waiver.withdrawn">): Refusal | undefined {
  const waivers = draft.plan.waivers.filter(({ id }) => id !== event.waiver);
  if (waivers.length === draft.plan.waivers.length) return refuse("no-such-waiver", `no waiver ${event.waiver}`);
  draft.set({ waivers });
  draft.tell(event.type);
  return undefined;
}

/** A person's word on what a merge could not decide. `lost` puts the other side's value in force. */
export function settleConflict(draft: Draft, event: PlanEventOf<"conflict.settled">): Refusal | undefined {
  const { plan, record } = draft;
  const conflict = plan.conflicts.find(({ id }) => id === event.conflict);
  if (conflict === undefined || conflict.settled !== undefined) {
    return refuse("no-such-conflict", `no open conflict ${event.conflict}`, { hint: "holdfast journal conflicts" });
  }
  const { take } = event;
  if (take !== "kept" && take !== "lost") return refuse("bad-value", `take kept or lost, not ${take}`);
  const task = conflict.task === undefined ? undefined : draft.get(conflict.task);
  if (take === "lost") {
    const impossible = takeLost(draft, conflict, task);
    if (impossible !== undefined) return impossible;
  } else if (conflict.kind === "claim" && task?.rival !== undefined) {
    draft.change(loseRival(draft, task, "lost-merge"), {});
  }
  const settled = { take, why: event.why, by: record.by.person ?? record.by.session } as const;
  draft.set({
    conflicts: draft.plan.conflicts.map((other) => (other.id === conflict.id ? { ...other, settled } : other)),
  });
  passWaves(draft);
  draft.tell(event.type, task?.id, `${take}: ${event.why}`);
  return undefined;
}

function takeLost(draft: Draft, conflict: Conflict, task: Task | undefined): Refusal | undefined {
  const { status, slug } = draft.plan;
  if (status === "archived" || status === "aborted") {
    return refuse("plan-closed", `${slug} is ${status}`, { hint: wayBack(draft.plan) });
  }
  if (conflict.kind === "claim" && task?.rival !== undefined) {
    preferRival(draft, task);
    return undefined;
  }
  const { field, lost } = conflict;
  if (conflict.kind === "field" && field !== undefined) {
    if (task !== undefined) return giveTaskField(draft, task, field, lost.value);
    if (conflict.task === undefined && givePlanField(draft, field, lost.value)) return undefined;
  }
  return refuse("cannot-take", "the side that lost cannot be put in force as it stands", {
    hint: "take kept, and make the change anew",
  });
}
