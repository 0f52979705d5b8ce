import { listed } from "../plan/counted.ts";
import { criticalPath, effectiveNextAction, isWorking, touchConflicts } from "../plan/graph.ts";
import type { PlanState, Task } from "../plan/state.ts";
import { acceptanceSeen } from "./acceptance.ts";
import { describeChange } from "./change-line.ts";
import * as commands from "./commands.ts";
import { MARKS, READY_MARK } from "./markdown.ts";
import { padTo, utf8Length, widthOf } from "./measure.ts";
import { listPersonNeeds, nameOf } from "./needs-person.ts";
import { neutralizeLine } from "./neutralize.ts";
import { describeAllowed } from "./standing.ts";
import { reasonsOf, statusObserved, type StatusView } from "./status-json.ts";
import { findStuck, leaseEnd } from "./stuck.ts";
import { describeProgress, surveyTasks, type Survey } from "./survey.ts";
import { describeSeen, taskSeen } from "./task-seen.ts";
import { describeSpan, isoTime } from "./time.ts";

export interface BoardView extends StatusView {
  readonly maxBytes?: number;
  /** Leaves nothing out, whatever its size. */
  readonly isWhole?: boolean;
}

const DEFAULT_BYTES = 8 * 1024;
/** How many lines the lists may have: the first that fits the bytes is taken. */
const LIMITS: readonly { readonly tasks: number; readonly lines: number; readonly chars: number }[] = [
  { tasks: 40, lines: 10, chars: 100 },
  { tasks: 25, lines: 6, chars: 100 },
  { tasks: 15, lines: 4, chars: 60 },
  { tasks: 8, lines: 3, chars: 40 },
  { tasks: 4, lines: 2, chars: 24 },
  { tasks: 1, lines: 1, chars: 16 },
];

type Limits = (typeof LIMITS)[number];

const WITHOUT_LIMITS: Limits = { tasks: Infinity, lines: Infinity, chars: 300 };

/** The text of `holdfast status`: the plan at a glance, in at most `maxBytes`, with what was left out named. */
export function renderStatus(state: PlanState, view: BoardView): string {
  if (view.isWhole === true) return compose(state, gatherFacts(state, view), view, WITHOUT_LIMITS);
  const maxBytes = view.maxBytes ?? DEFAULT_BYTES;
  const facts = gatherFacts(state, view);
  let text = "";
  for (const limits of LIMITS) {
    text = compose(state, facts, view, limits);
    if (utf8Length(text) <= maxBytes) return text;
  }
  return cutLines(text, maxBytes);
}

const gatherFacts = (state: PlanState, { now }: BoardView) => {
  const survey = surveyTasks(state);
  return {
    survey,
    stuck: findStuck(state, survey, now),
    needs: listPersonNeeds(state, survey),
    conflicts: touchConflicts(state, survey.open),
    path: criticalPath(state),
    seen: statusObserved(state),
  };
};

function compose(state: PlanState, facts: ReturnType<typeof gatherFacts>, view: BoardView, limits: Limits): string {
  const { survey, stuck, needs, conflicts, path, seen } = facts;
  const sections = [
    renderHead(state, survey, view, limits),
    renderTasks(state, survey, view, limits),
    renderReady(survey, limits),
    list(
      "Blocked and waiting",
      [...survey.blocked, ...survey.failed, ...survey.waiting],
      limits,
      waitLine(state, limits),
    ),
    renderPath(path, limits),
    list("Does not move", stuck, limits, ({ task, since, why, command }) => [
      `${task} for ${describeSpan(view.now - since)} (since ${isoTime(since)}): ${why}`,
      `  → ${command}`,
    ]),
    list("Waits for a person", needs, limits, ({ task, text, command }) => [
      `${task === undefined ? "" : `${task}: `}${text}`,
      `  → ${command}`,
    ]),
    list("Tasks of one wave that change the same path", conflicts, limits, ({ path, tasks, wave }) => [
      `${neutralizeLine(path, limits.chars)} (wave ${wave}): ${listIds(tasks, 8)}`,
    ]),
    list("Seen in a session's shell, not run by Holdfast", seen, limits, ({ check, outcome, at, why }) => [
      `${check}: observed ${outcome} ${isoTime(at)} (${neutralizeLine(why, limits.chars)})`,
    ]),
    list("Last events", state.changes.slice(-limits.lines).toReversed(), limits, (change) => [
      `${isoTime(change.at)} ${describeChange(state, change, limits.chars)}`,
    ]),
  ];
  return `${sections.filter((part) => part !== "").join("\n\n")}\n`;
}

function renderHead(state: PlanState, survey: Survey, view: BoardView, { chars }: Limits): string {
  const next = effectiveNextAction(state, view.session, survey);
  const file = next?.file === undefined ? "" : ` (file: ${neutralizeLine(next.file, 400)})`;
  const allowed = view.standing === undefined ? undefined : describeAllowed(view.standing, view.now);
  const lines = [
    [
      "Plan",
      `${neutralizeLine(state.title, chars)} (${neutralizeLine(state.slug, 80)}), ${state.type}, ${state.status}${claimedMark(state.proof)}`,
    ],
    ...(view.role === undefined ? [] : [["Role", view.role]]),
    ...(allowed === undefined ? [] : [["Mode", allowed]]),
    ["Goal", neutralizeLine(state.brief.goal ?? "not recorded", chars * 2)],
    ["Phase", `${neutralizeLine(state.phase, 40)}; ${describeProgress(survey)}${describeAccepted(state)}`],
    [
      "Next",
      next === undefined
        ? "nothing"
        : `${neutralizeLine(next.what, chars * 2)}${file}${next.computed ? " (computed)" : ""}`,
    ],
  ] as const;
  return lines.map(([label, text]) => `${padTo(`${label}:`, 7)}${text}`).join("\n");
}

function describeAccepted(state: PlanState): string {
  const { total, proven } = acceptanceSeen(state);
  return total === 0 ? "" : `; acceptance: ${proven} of ${total} proven`;
}

const claimedMark = (proof: string | undefined): string => (proof === undefined ? "" : ` (${proof})`);

function renderTasks(state: PlanState, survey: Survey, view: BoardView, limits: Limits): string {
  const shown = chooseTasks(state, survey, limits.tasks);
  if (survey.total === 0) return "Tasks: none yet";
  const ready = new Set(survey.ready);
  const idWidth = Math.max(...shown.map((task) => widthOf(nameOf(task))));
  const titleWidth = Math.min(
    limits.chars,
    Math.max(...shown.map(({ title }) => widthOf(neutralizeLine(title, limits.chars)))),
  );
  const lines = shown.map((task) => {
    const mark = ready.has(task) ? READY_MARK : MARKS[task.status];
    const title = padTo(neutralizeLine(task.title, limits.chars), titleWidth);
    return `  ${mark} ${padTo(nameOf(task), idWidth)}  w${task.wave}  ${title}  ${describeStanding(state, task, { isReady: ready.has(task), now: view.now })}`.trimEnd();
  });
  const left = survey.total - shown.length;
  const more = left > 0 ? [`  … ${left} more: ${commands.taskList}`] : [];
  return ["Tasks", ...lines, ...more, legend(shown.some(({ proof }) => proof === "unverified"))].join("\n");
}

const legend = (isDoubted: boolean): string =>
  `  ${MARKS.done} done  ${MARKS.implemented} implemented  ${MARKS.in_progress} in progress  ${READY_MARK} ready  ${MARKS.todo} waiting  ${MARKS.blocked} blocked  ${MARKS.failed} failed` +
  "\n  executed: Holdfast ran its checks and saw them pass; observed: a host told that they passed; claimed: somebody said so" +
  (isDoubted ? "; unverified: the journal says so, and not as Holdfast writes it" : "");

/** Open tasks before settled ones, then in the order of the waves. */
function chooseTasks(state: PlanState, survey: Survey, count: number): readonly Task[] {
  const inHand = survey.held;
  const open = [
    ...new Set([
      ...inHand,
      ...survey.implemented,
      ...survey.blocked,
      ...survey.failed,
      ...survey.ready,
      ...survey.waiting,
    ]),
  ];
  const chosen = open.slice(0, count);
  if (chosen.length < count) {
    const done = [...state.tasks.values()].filter(({ status }) => status === "done");
    chosen.push(...done.sort((a, b) => b.statusAt - a.statusAt || b.order - a.order).slice(0, count - chosen.length));
  }
  return chosen.sort((a, b) => a.wave - b.wave || a.order - b.order);
}

/** Who holds a task, how far it is, how its checks and reviews stand and what its status rests on. */
function describeStanding(
  state: PlanState,
  task: Task,
  { isReady, now }: { readonly isReady: boolean; readonly now: number },
): string {
  const { claim, steps, status, rival, attemptCount } = task;
  const parts: string[] = [
    isReady ? "ready" : status === "todo" ? "waiting" : `${status.replace("_", " ")}${claimedMark(task.proof)}`,
  ];
  if (claim !== undefined) {
    const lease = status === "in_progress" && leaseEnd(claim) <= now ? ", lease expired" : "";
    parts.push(`${neutralizeLine(claim.session, 60)} for ${describeSpan(now - claim.at)}${lease}`);
  }
  if (rival !== undefined) parts.push(`also ${neutralizeLine(rival.session, 60)} in another clone`);
  if (steps.length > 0 && status !== "done")
    parts.push(`step ${steps.filter(({ done }) => done).length}/${steps.length}`);
  if (attemptCount > 1) parts.push(`attempt ${attemptCount}`);
  if (status !== "done") parts.push(...describeSeen(taskSeen(state, task)));
  return parts.join(", ");
}

function renderReady({ ready }: Survey, { lines, chars }: Limits): string {
  if (ready.length === 0) return "Ready: nothing";
  const [first] = ready;
  return `Ready: ${listIds(ready, lines * 2)}\n  → ${neutralizeLine(commands.claim(nameOf(first!)), chars * 2)}`;
}

/** The longest chain of open tasks; one task alone is no chain. Of a long one both ends are shown. */
function renderPath(path: readonly Task[], { lines }: Limits): string {
  if (path.length < 2) return "";
  const names = path.map(nameOf);
  const left = names.length - lines - 1;
  if (left > 1) names.splice(lines, left, `… ${left} more …`);
  return `Longest chain: ${path.length} tasks, one after the other\n  ${names.join(" → ")}`;
}

function listIds(tasks: readonly Task[], count: number): string {
  return listed(tasks.slice(0, count).map(nameOf), tasks.length);
}

const waitLine =
  (state: PlanState, { chars }: Limits) =>
  (task: Task): readonly string[] => {
    const reasons = reasonsOf(state, task);
    const shown = reasons.slice(0, 2).map((reason) => neutralizeLine(reason, chars));
    const todo = isWorking(state) ? "waits for" : "waits:";
    const verb = task.status === "todo" ? todo : `${task.status}:`;
    return [`${nameOf(task)} ${verb} ${listed(shown, reasons.length, ";")}`];
  };

/** A heading and a few items; how many more there are is said. Nothing where there is none. */
function list<T>(heading: string, items: readonly T[], limits: Limits, render: (item: T) => readonly string[]): string {
  if (items.length === 0) return "";
  const shown = items.slice(0, limits.lines).flatMap((item) => render(item).map((line) => `  ${line}`));
  const left = items.length - Math.min(items.length, limits.lines);
  return [heading, ...shown, ...(left > 0 ? [`  … ${left} more`] : [])].join("\n");
}

/** Whole lines from the beginning, and a last one that says so. */
function cutLines(text: string, maxBytes: number): string {
  const last = `… cut here: ${commands.status} --json has all\n`;
  const kept: string[] = [];
  let bytes = utf8Length(last);
  for (const line of text.split("\n")) {
    bytes += utf8Length(line) + 1;
    if (bytes > maxBytes) break;
    kept.push(`${line}\n`);
  }
  return utf8Length(last) > maxBytes ? "" : kept.join("") + last;
}
