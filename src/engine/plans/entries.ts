import { ok, refused, type Result } from "../../plan/refusal.ts";
import { taskById } from "../../plan/graph.ts";
import type { Entry, EntryKind, PlanState } from "../../plan/state.ts";
import { replay } from "../records/replay.ts";
import type { Workspace } from "../workspace.ts";

export interface EntryQuery {
  readonly kind: EntryKind;
  /** How many of the newest. */
  readonly last: number;
  /** Only those about this task. */
  readonly task?: string;
}

export interface FoundEntries {
  readonly plan: string;
  /** Oldest first. */
  readonly entries: readonly Entry[];
}

/** The newest notes of a plan or a task. Those that have left the state are read back from history, when needed. */
export function lastEntries(workspace: Workspace, plan: string | undefined, query: EntryQuery): Result<FoundEntries> {
  const store = workspace.plan(plan, { isReading: true });
  if (!store.ok) return store;
  const { slug, state } = store.value;
  store.value.close();
  const task = query.task === undefined ? undefined : taskById(state, query.task)?.id;
  if (query.task !== undefined && task === undefined) {
    return refused("no-such-task", `there is no task ${JSON.stringify(query.task.slice(0, 80))} in ${slug}`, {
      hint: "holdfast task list",
    });
  }
  const isWanted = (entry: Entry): boolean => task === undefined || entry.task === task;
  const recent = state.entries[query.kind].recent.filter(isWanted);
  const isEnough = recent.length >= query.last || state.entries[query.kind].chunks === 0;
  const all = isEnough ? ok(recent) : readAll(workspace, slug, query.kind, isWanted);
  return all.ok ? ok({ plan: slug, entries: all.value.slice(-query.last) }) : all;
}

function readAll(
  workspace: Workspace,
  slug: string,
  kind: EntryKind,
  isWanted: (entry: Entry) => boolean,
): Result<readonly Entry[]> {
  const older: Entry[] = [];
  const state = replay(workspace, slug, ({ apply }) => {
    const applied = apply();
    for (const spill of applied.spills ?? []) {
      if (spill.kind === "entries" && spill.window === kind) older.push(...spill.entries.filter(isWanted));
    }
    return applied;
  });
  return state.ok ? ok([...older, ...state.value.entries[kind].recent.filter(isWanted)]) : state;
}

/** A task or the plan itself with a confidence that a person should look at. */
export interface LowConfidence {
  /** The task's id, or `plan`. */
  readonly target: string;
  readonly title: string;
  readonly score: number;
  readonly why: string;
  readonly at: number;
  readonly session: string;
  /** A person's reason for going on all the same. */
  readonly waived?: string;
}

/** All below a score, the least first; those that a person waived come after the others of their score. */
export function lowConfidences(state: PlanState, below: number): readonly LowConfidence[] {
  const subjects = [
    { target: "plan", title: state.title, confidence: state.confidence },
    ...Array.from(state.tasks.values(), ({ id, title, confidence }) => ({ target: id, title, confidence })),
  ];
  return subjects
    .flatMap(({ target, title, confidence }) =>
      confidence === undefined || confidence.score >= below ? [] : [{ target, title, ...confidence }],
    )
    .sort((a, b) => a.score - b.score || Number(a.waived !== undefined) - Number(b.waived !== undefined));
}
