import { statSync } from "node:fs";
import { join } from "node:path";
import type { PlanFile } from "../../context/plan-files.ts";
import { kindsSince } from "../../plan/changes.ts";
import type { PlanState } from "../../plan/state.ts";
import { readHead } from "./fresh-head.ts";
import type { PlanLayout } from "../layout.ts";

/** The kinds of what happened to a plan since its files were written last. */
export type News = ReadonlySet<string>;

/** Undefined where nobody can tell: no file says how far it goes, or too much has happened. */
export function newsSince(layout: PlanLayout, state: PlanState): News | undefined {
  const head = readHead(layout.head);
  // A claim may begin a phase, which other programs find in state.json at once.
  if (head === undefined || head.phase !== state.phase || head.status !== state.status) return undefined;
  return kindsSince(state, head.revision);
}

/** Work on a task that leaves it among the open ones. */
const AT_WORK = ["task.claimed", "task.started", "task.step-done", "task.step-reopened"];

/** What other programs need not find in state.json at once: head.json has it. */
const MINOR: News = new Set([
  ...AT_WORK,
  "task.logged",
  "task.released",
  ...["log", "finding", "decision", "handoff", "checkpoint"].map((kind) => `entry.added ${kind}`),
]);

export const isMinor = (news: News): boolean => isWithin(news, MINOR);

/** What does not show in a file. */
export const NOT_SHOWN: Readonly<Record<string, News>> = {
  "TODO_LIST.md": new Set([
    ...AT_WORK,
    "task.logged",
    ...["log", "finding", "decision", "handoff", "checkpoint"].map((kind) => `entry.added ${kind}`),
    "next.cleared",
    "next.recorded",
    "phase.entered",
  ]),
  "progress.md": new Set([...AT_WORK, "entry.added finding", "entry.added decision"]),
  "findings.md": new Set([
    ...AT_WORK,
    "task.logged",
    ...["log", "handoff", "checkpoint"].map((kind) => `entry.added ${kind}`),
    "next.cleared",
    "next.recorded",
    "phase.entered",
  ]),
  "task_plan.md": new Set(["task.logged", "entry.added log", "entry.added checkpoint"]),
} satisfies Record<PlanFile, News>;

/**
 * Whether a file says what it should without a look at it: nothing that shows in it has happened, and nobody has
 * touched it since the head was written, which comes last.
 */
export function isStillTrue(layout: PlanLayout, name: string, news: News | undefined): boolean {
  const notShown = NOT_SHOWN[name];
  if (news === undefined || notShown === undefined || !isWithin(news, notShown)) return false;
  const head = statSync(layout.head, { throwIfNoEntry: false });
  const file = statSync(join(layout.folder, name), { throwIfNoEntry: false });
  return head !== undefined && file !== undefined && file.mtimeMs <= head.mtimeMs;
}

const isWithin = (news: News, kinds: News): boolean => [...news].every((kind) => kinds.has(kind));
