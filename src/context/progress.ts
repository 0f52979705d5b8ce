import type { EntryKind, PlanState, Spill, Task } from "../plan/state.ts";
import { archivePath, renderEntry } from "./entry-lines.ts";
import { joinFile, section } from "./markdown.ts";
import { inlineMarkdown } from "./neutralize.ts";
import { describeDone, type Survey, surveyTasks } from "./survey.ts";
import { isoDay, isoTime } from "./time.ts";

/** Days on which something happened that are shown in full, unless somebody says otherwise. */
const OPEN_DAYS = 7;
/** Tasks that were done lately; TODO_LIST.md has them all. */
const SHOWN_DONE = 200;
const SHOWN_ARCHIVES = 20;

interface Happening {
  readonly at: number;
  readonly line: string;
}

/** progress.md: where the plan stands, then what happened, newest first, older days folded. */
export function renderProgress(
  state: PlanState,
  survey: Survey = surveyTasks(state),
  openDays: number = OPEN_DAYS,
): string {
  const { log, checkpoint, handoff } = state.entries;
  const noted = [...log.recent, ...checkpoint.recent].map((entry) => ({ at: entry.at, line: renderEntry(entry) }));
  const happened = [...noted, ...doneLately(state)].map((happening, place) => ({ ...happening, place }));
  // What happened in one moment keeps its order: what was written later stands first.
  happened.sort((a, b) => b.at - a.at || b.place - a.place);
  return joinFile([
    `# Progress: ${inlineMarkdown(state.title)}`,
    section("Snapshot", renderSnapshot(state, survey)),
    section("Log", renderDays(happened, openDays), "Nothing yet."),
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

/** The tasks that were done last, in the order in which they were. */
function doneLately({ tasks }: PlanState): readonly Happening[] {
  const done: Task[] = [];
  for (const task of tasks.values()) if (task.status === "done") done.push(task);
  done.sort((a, b) => a.statusAt - b.statusAt || a.order - b.order);
  return done.slice(-SHOWN_DONE).map((task) => ({ at: task.statusAt, line: doneLine(task) }));
}

function doneLine({ id, title, proof, statusAt, attempts }: Task): string {
  const last = attempts.findLast(({ end }) => end === "done");
  const by = last === undefined ? "" : ` (${inlineMarkdown(last.session, 80)})`;
  const rests = proof === undefined ? "" : ` (${proof})`;
  return `- ${isoTime(statusAt)} **${inlineMarkdown(id, 64)}**${by} is done${rests}: ${inlineMarkdown(title, 160)}`;
}

function renderDays(newestFirst: readonly Happening[], openDays: number): string {
  const days = new Map<string, string[]>();
  for (const { at, line } of newestFirst) {
    const day = isoDay(at);
    const list = days.get(day);
    if (list) list.push(line);
    else days.set(day, [line]);
  }
  return [...days]
    .map(([day, list], at) => {
      const lines = list.join("\n");
      if (at < openDays) return `### ${day}\n\n${lines}`;
      return `<details><summary>${day} (${list.length})</summary>\n\n${lines}\n\n</details>`;
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
