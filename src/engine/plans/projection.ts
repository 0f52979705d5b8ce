import { existsSync, mkdirSync } from "node:fs";
import { dirname, extname, join, sep } from "node:path";
import { archivePath } from "../../context/entry-lines.ts";
import { renderFindings } from "../../context/findings.ts";
import { PLAN_FILES, type PlanFile } from "../../context/plan-files.ts";
import { renderArchiveChunk, renderProgress } from "../../context/progress.ts";
import { renderBlockers, renderLaneBrief } from "../../context/reports.ts";
import { type Survey, surveyTasks } from "../../context/survey.ts";
import { renderTaskPlan } from "../../context/task-plan.ts";
import { renderTodoList } from "../../context/todo-list.ts";
import { refuse, ok, type Result } from "../../plan/refusal.ts";
import type { PlanState, Spill } from "../../plan/state.ts";
import { createExclusive, makeFolder, writeFileAtomic } from "../../workspace/files.ts";
import { readText } from "../../workspace/reading.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../workspace/settings.ts";
import { makeHead } from "./head-file.ts";
import type { PlanLayout } from "../layout.ts";
import { isMinor, isStillTrue, newsSince } from "./news.ts";
import type { PlanStore } from "./plan-store.ts";
import { digestOf, isIntact, seal } from "../records/seal.ts";

export interface ProjectionReport {
  /** Files that somebody had edited by hand, and where the edited text was saved. */
  readonly edited: readonly { readonly file: string; readonly savedAs: string }[];
}

/** How often a process looks again whether others wrote while it did. */
const ROUNDS = 4;

/**
 * Writes what is derived from the journal: first the texts that left the state, then the files for people, then the
 * snapshot, then the head. Any number of processes do this at once without waiting for each other: whoever has
 * written looks whether the journal has grown meanwhile and, if so, writes again, so the last write is never older.
 */
export function project(
  store: PlanStore,
  takeSpills: () => readonly Spill[],
  { isWhole }: { readonly isWhole: boolean },
): Result<ProjectionReport> {
  const edited: Edits = [];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      mkdirSync(store.layout.folder, { recursive: true });
      const spilled = groupSpills(takeSpills());
      for (const spills of spilled) writeSpill(store.layout, spills, edited);
      const { shown } = store;
      const survey = surveyTasks(shown);
      const news = isWhole ? undefined : newsSince(store.layout, store.state);
      for (const { name, render } of filesOf(shown, survey, store.workspace.settings)) {
        if (!isStillTrue(store.layout, name, news)) writeSealed(store.layout, name, render(), edited);
      }
      const notes = join(store.layout.folder, "notes.md");
      if (!existsSync(notes)) createExclusive(notes, NOTES, 0o644);
      // A text that has left the state must not leave it again: somebody may edit the file that it went to.
      const written = store.journal.writeSnapshot({
        mayLag: news !== undefined && spilled.length === 0 && isMinor(news),
      });
      if (!written.ok) return written;
      writeText(
        store.layout,
        "head.json",
        `${JSON.stringify(makeHead(shown, store.layout, store.workspace.settings, survey))}\n`,
      );
      if (!store.journal.isBehind()) break;
      const refreshed = store.refresh();
      if (!refreshed.ok) return refreshed;
    }
  } catch (error) {
    const refusal = refuse("cannot-project", `the plan's files could not be written: ${(error as Error).message}`, {
      hint: "what was recorded is safe in the journal, and need not be said again; once this is put right, holdfast render",
    });
    return { ok: false, refusal };
  }
  return ok({ edited });
}

const NOTES = "# Notes\n\nYours: Holdfast never writes here.\n";

/** A generated file, by its path from the plan's folder; what it says is not sealed. */
export interface GeneratedFile {
  readonly name: string;
  readonly render: () => string;
}

/** The generated files of a plan. */
export function filesOf(
  state: PlanState,
  survey: Survey = surveyTasks(state),
  { progressRecentDays }: Pick<Settings, "progressRecentDays"> = DEFAULT_SETTINGS,
): readonly GeneratedFile[] {
  const renderers: Readonly<Record<PlanFile, () => string>> = {
    "task_plan.md": () => renderTaskPlan(state, survey),
    "TODO_LIST.md": () => renderTodoList(state, survey),
    "progress.md": () => renderProgress(state, survey, progressRecentDays),
    "findings.md": () => renderFindings(state),
  };
  return [
    ...PLAN_FILES.map((name) => ({ name, render: renderers[name] })),
    ...[...state.lanes.values()].map((lane) => ({
      name: join("lanes", lane.id, "brief.md"),
      render: () => renderLaneBrief(lane),
    })),
  ];
}

/** Spills that go into one file, oldest first: the last is what the file is to say. */
type SpillsOfFile = readonly [Spill, ...Spill[]];

/** A fold that began earlier spills again what was spilled before: each file is written once, as it is in the end. */
function groupSpills(spills: readonly Spill[]): readonly SpillsOfFile[] {
  const groups = new Map<string, [Spill, ...Spill[]]>();
  for (const spill of spills) {
    const file = fileOf(spill);
    const group = groups.get(file);
    if (group === undefined) groups.set(file, [spill]);
    else group.push(spill);
  }
  return [...groups.values()];
}

function fileOf(spill: Spill): string {
  switch (spill.kind) {
    case "entries":
      return archivePath(spill.window, spill.chunk);
    case "blockers":
      return join("tasks", spill.task, "blockers.md");
    case "output":
      return join("tasks", spill.task, spill.name);
    default: {
      const never: never = spill;
      return never;
    }
  }
}

function writeSpill(layout: PlanLayout, spills: SpillsOfFile, edited: Edits): void {
  const spill = spills.at(-1)!;
  switch (spill.kind) {
    case "entries":
      return writeSealed(layout, fileOf(spill), renderArchiveChunk(spill), edited);
    case "blockers":
      return writeSealed(layout, fileOf(spill), renderBlockers(spill), edited);
    case "output":
      return writeOutput(layout, spills.filter(isOutput), edited);
    default: {
      const never: never = spill;
      return never;
    }
  }
}

type OutputSpill = Extract<Spill, { kind: "output" }>;
const isOutput = (spill: Spill): spill is OutputSpill => spill.kind === "output";

type Edits = { file: string; savedAs: string }[];

/** Writes a generated file unless it says so already. One that was edited by hand is saved beside first. */
function writeSealed(layout: PlanLayout, name: string, text: string, edited: Edits): void {
  const file = join(layout.folder, name);
  const sealed = seal(text);
  const found = readText(file);
  if (found === sealed) return;
  if (found !== undefined && !isIntact(found)) saveBeside(layout, name, found, edited);
  writeText(layout, name, sealed);
}

/** An output is a plain file that an agent may have written itself; a text there that is not ours is kept beside. */
function writeOutput(layout: PlanLayout, versions: readonly OutputSpill[], edited: Edits): void {
  const newest = versions.at(-1)!;
  const name = fileOf(newest);
  const found = readText(join(layout.folder, name));
  if (found === newest.text) return;
  const isOlderOutput =
    found !== undefined &&
    versions.some(({ text, replacedBytes }) => text === found || replacedBytes === Buffer.byteLength(found));
  if (found !== undefined && found !== "" && !isOlderOutput) saveBeside(layout, name, found, edited);
  writeText(layout, name, newest.text);
}

function saveBeside(layout: PlanLayout, name: string, found: string, edited: Edits): void {
  const ending = extname(name);
  const saved = `${name.slice(0, name.length - ending.length)}.edited-${digestOf(found).slice(0, 8)}${ending}`;
  if (!existsSync(join(layout.folder, saved))) writeText(layout, saved, found);
  edited.push({ file: join(layout.folder, name), savedAs: join(layout.folder, saved) });
}

function writeText(layout: PlanLayout, name: string, text: string): void {
  const folder = makeFolder(
    layout.folder,
    ...dirname(name)
      .split(sep)
      .filter((part) => part !== "."),
  );
  if (!folder.ok) throw new Error(folder.refusal.message);
  const file = join(layout.folder, name);
  const written = writeFileAtomic(file, text, { mode: 0o644, within: layout.folder });
  if (!written.ok) throw new Error(written.refusal.message);
}
