import { statSync } from "node:fs";
import { join } from "node:path";
import { kindsSince } from "../plan/changes.ts";
import type { PlanState } from "../plan/state.ts";
import { readHead } from "./fresh-head.ts";
import type { PlanLayout } from "./layout.ts";

/** The kinds of what happened to a plan since its files were written last. */
export type News = ReadonlySet<string>;

/** Undefined where nobody can tell: no file says how far it goes, or too much has happened. */
export function newsSince(layout: PlanLayout, state: PlanState): News | undefined {
  const head = readHead(layout.head);
  // A claim may begin a phase, which other programs find in state.json at once.
  if (head === undefined || head.phase !== state.phase || head.status !== state.status) return undefined;
  return kindsSince(state, head.revision);
}

/** What other programs need not find in state.json at once: head.json has it. */
const MINOR: News = new Set([
  "entry.added",
  "task.claimed",
  "task.logged",
  "task.released",
  "task.started",
  "task.step-done",
  "task.step-reopened",
]);

export const isMinor = (news: News): boolean => isWithin(news, MINOR);

/** What does not show in a file that is long to write. */
const NOT_SHOWN: Readonly<Record<string, News>> = {
  "TODO_LIST.md": new Set([
    "entry.added",
    "entry.retracted",
    "next.cleared",
    "next.recorded",
    "phase.entered",
    "task.claimed",
    "task.logged",
    "task.started",
    "task.step-done",
    "task.step-reopened",
  ]),
};

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
