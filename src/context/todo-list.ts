import type { PlanState, Task, TaskUid } from "../plan/state.ts";
import { joinFile, MARKS, section } from "./markdown.ts";
import { inlineMarkdown } from "./neutralize.ts";
import { describeDone, type Survey, surveyTasks } from "./survey.ts";

/** Settled tasks that still have a line each; of older ones the ids are enough. */
const SHOWN_SETTLED = 200;
const IDS_A_LINE = 25;
const SHOWN_PARENTS = 8;

const LEGEND = `${MARKS.todo} to do or in progress, ${MARKS.implemented} implemented, ${MARKS.done} done, ${MARKS.blocked} blocked, ${MARKS.failed} failed, ${MARKS.dropped} dropped. A box is ticked when its task is done. Who does what is in task_plan.md.`;

/**
 * TODO_LIST.md: every open task by wave with what it depends on, then what is settled, compactly. Who has which in hand
 * is not in it: that changes all day, and the list is long.
 */
export function renderTodoList(state: PlanState, survey: Survey = surveyTasks(state)): string {
  const waves: string[] = [];
  let lines: string[] = [];
  let wave = 0;
  const close = (): void => {
    if (lines.length > 0) waves.push(`### Wave ${wave}\n\n${lines.join("\n")}`);
    lines = [];
  };
  for (const task of survey.open) {
    if (task.wave !== wave) close();
    wave = task.wave;
    lines.push(openLine(state, task));
  }
  close();
  return joinFile([
    `# Tasks: ${inlineMarkdown(state.title)}`,
    `Progress: ${describeDone(survey)}.`,
    section("Open", waves.join("\n\n"), "Nothing is open."),
    renderSettled(state),
    section("Legend", LEGEND),
  ]);
}

function openLine(state: PlanState, task: Task): string {
  const mark = MARKS[task.status === "in_progress" ? "todo" : task.status];
  const name = inlineMarkdown(task.id, 64);
  return `- [ ] ${mark} **${name}**: ${inlineMarkdown(task.title, 160)}${renderParents(state, task)}`;
}

/** ` (after T1, T2)` */
function renderParents(state: PlanState, { parents }: Task): string {
  if (parents.length === 0) return "";
  const idOf = (uid: TaskUid): string => state.tasks.get(uid)?.id ?? "a missing task";
  // Of thousands of tasks nearly all have one.
  const shown = parents.length === 1 ? idOf(parents[0]!) : parents.slice(0, SHOWN_PARENTS).map(idOf).join(", ");
  const more = parents.length > SHOWN_PARENTS ? ` and ${parents.length - SHOWN_PARENTS} more` : "";
  return ` (after ${inlineMarkdown(shown, 70 * SHOWN_PARENTS)}${more})`;
}

function renderSettled(state: PlanState): string {
  const settled: Task[] = [];
  for (const task of state.tasks.values()) if (task.status === "done" || task.status === "dropped") settled.push(task);
  if (settled.length === 0) return "";
  settled.sort((a, b) => b.statusAt - a.statusAt || a.order - b.order);
  const lines = settled.slice(0, SHOWN_SETTLED).map(settledLine);
  const older = settled.slice(SHOWN_SETTLED);
  lines.push(...compactLines(older, "done"), ...compactLines(older, "dropped"));
  return section("Settled", lines.join("\n"));
}

function settledLine(task: Task): string {
  const named = `**${inlineMarkdown(task.id, 64)}**: ${inlineMarkdown(task.title, 160)}`;
  if (task.status === "dropped") return `- ${MARKS.dropped} ${named} (dropped)`;
  return `- [x] ${MARKS.done} ${named}${task.proof === undefined ? "" : ` (${task.proof})`}`;
}

function compactLines(tasks: readonly Task[], status: "done" | "dropped"): readonly string[] {
  const ids = tasks.filter((task) => task.status === status).map(({ id }) => inlineMarkdown(id, 64));
  const mark = status === "done" ? "- [x] " : `- ${MARKS.dropped} dropped: `;
  const lines: string[] = [];
  for (let at = 0; at < ids.length; at += IDS_A_LINE) lines.push(mark + ids.slice(at, at + IDS_A_LINE).join(", "));
  return lines;
}
