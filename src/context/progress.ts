import type { Entry, EntryKind, PlanState, Spill } from "../plan/state.ts";
import { archivePath, renderEntry } from "./entry-lines.ts";
import { joinFile, section } from "./markdown.ts";
import { inlineMarkdown } from "./neutralize.ts";
import { describeDone, type Survey, surveyTasks } from "./survey.ts";
import { isoDay, isoTime } from "./time.ts";

const OPEN_DAYS = 1;
const SHOWN_ARCHIVES = 20;

/** progress.md: where the plan stands, then what happened, newest first, older days folded. */
export function renderProgress(state: PlanState, survey: Survey = surveyTasks(state)): string {
  const { log, checkpoint, handoff } = state.entries;
  const happened = [...log.recent, ...checkpoint.recent].map((entry, at) => ({ entry, at }));
  // Entries of one moment keep their order: what was written later stands first.
  happened.sort((a, b) => b.entry.at - a.entry.at || b.at - a.at);
  return joinFile([
    `# Progress: ${inlineMarkdown(state.title)}`,
    section("Snapshot", renderSnapshot(state, survey)),
    section("Log", renderDays(happened.map(({ entry }) => entry)), "Nothing yet."),
    section("Handoff Notes", handoff.recent.toReversed().map(renderEntry).join("\n")),
    renderArchives(state, ["log", "checkpoint", "handoff"]),
  ]);
}

/** What stands for a while; what changes with every claim is in task_plan.md. */
function renderSnapshot(state: PlanState, survey: Survey): string {
  const next = state.nextAction;
  const file = next?.file === undefined ? "" : ` (file: ${inlineMarkdown(next.file, 400)})`;
  const what = next === undefined ? "none is recorded" : `${inlineMarkdown(next.what, 300)}${file}`;
  return [
    `- **Plan:** ${inlineMarkdown(state.slug, 80)}`,
    `- **Status:** ${state.status}`,
    `- **Phase:** ${inlineMarkdown(state.phase, 80)}`,
    `- **Tasks:** ${describeDone(survey)}`,
    `- **Next action:** ${what}`,
    ...(state.repos.length === 0
      ? []
      : [`- **Repositories:** ${state.repos.map((repo) => inlineMarkdown(repo, 80)).join(", ")}`]),
  ].join("\n");
}

function renderDays(newestFirst: readonly Entry[]): string {
  const days = new Map<string, Entry[]>();
  for (const entry of newestFirst) {
    const day = isoDay(entry.at);
    const list = days.get(day);
    if (list) list.push(entry);
    else days.set(day, [entry]);
  }
  return [...days]
    .map(([day, entries], at) => {
      const lines = entries.map(renderEntry).join("\n");
      if (at < OPEN_DAYS) return `### ${day}\n\n${lines}`;
      return `<details><summary>${day} (${entries.length})</summary>\n\n${lines}\n\n</details>`;
    })
    .join("\n\n");
}

/** Where the entries are that no longer fit here; empty where all do. */
export function renderArchives(state: PlanState, kinds: readonly EntryKind[]): string {
  const lines = kinds.flatMap((kind) => {
    const { chunks } = state.entries[kind];
    const first = Math.max(1, chunks - SHOWN_ARCHIVES + 1);
    const files = Array.from({ length: chunks - first + 1 }, (_, at) => archivePath(kind, chunks - at));
    const links = files.map((file) => `- [${file}](${file})`);
    return first > 1 ? [...links, `- older: down to ${archivePath(kind, 1)}`] : links;
  });
  return lines.length === 0 ? "" : section("Older", lines.join("\n"));
}

/** A chunk of entries that have left the state, for `archivePath(window, chunk)`: oldest first, never rendered again. */
export function renderArchiveChunk({ window, chunk, entries }: Extract<Spill, { kind: "entries" }>): string {
  const span = entries.length === 0 ? "" : `\n\nFrom ${isoTime(entries[0]!.at)} to ${isoTime(entries.at(-1)!.at)}.`;
  return joinFile([`# Archive: ${window} ${chunk}${span}`, entries.map(renderEntry).join("\n")]);
}
