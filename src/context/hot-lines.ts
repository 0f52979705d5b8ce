import { lastEvidence } from "../plan/checks.ts";
import type { Mode } from "../continuation/mode.ts";
import { listed } from "../plan/counted.ts";
import { taskConditions } from "../plan/gate/task-gate.ts";
import { effectiveNextAction, explainWait, nextStep } from "../plan/graph.ts";
import type { Role } from "../plan/record.ts";
import type { Evidence } from "../plan/check-state.ts";
import type { Entry, EntryKind, PlanState, Task } from "../plan/state.ts";
import * as commands from "./commands.ts";
import { listPersonNeeds, nameOf } from "./needs-person.ts";
import { neutralizeLine } from "./neutralize.ts";
import { describeMode } from "./standing.ts";
import { describeProgress, surveyTasks, type Survey } from "./survey.ts";

/** One fact of the hot context, in one line. */
export interface HotLine {
  /** What it is called when there is no room for it. */
  readonly name: string;
  readonly label: string;
  /** What goes in first; 0 is the most important. */
  readonly rank: number;
  /** The same fact at falling length, the fullest first. */
  readonly texts: readonly string[];
}

export interface HotView {
  readonly session?: string;
  readonly role?: Role;
  readonly mode?: Mode;
  /** The plan's folder as a reader would type it; `.planning/<slug>` where absent. */
  readonly folder?: string;
}

const TOP = 3;

/** The facts of a plan's hot context, in reading order: the next action first. */
export function listHotLines(
  state: PlanState,
  view: HotView = {},
  survey: Survey = surveyTasks(state),
): readonly HotLine[] {
  return [
    nextLine(state, survey, view),
    planLine(state, view.role),
    line("mode", "Mode", 1, describeMode(view.mode), [200, 100]),
    line("goal", "Goal", 3, state.brief.goal, [300, 120, 60]),
    doneLine(state),
    {
      name: "progress",
      label: "Progress",
      rank: 4,
      texts: [`phase ${neutralizeLine(state.phase, 40)}; ${describeProgress(survey)}`],
    },
    handLine(survey, view.session),
    readyLine(survey),
    blockedLine(state, survey),
    personLine(state, survey),
    checksLine(state, survey, view),
    verificationLine(state),
    listLine("constraints", "Constraints", 11, state.brief.constraints),
    decisionLine(state),
    line("last handoff note", "Last handoff", 12, lastOf(state, "handoff")?.text, [240, 100]),
    moreLine(state, survey, view),
  ].filter(({ texts }) => texts.length > 0);
}

function line(name: string, label: string, rank: number, text: string | undefined, caps: readonly number[]): HotLine {
  const texts = text === undefined || text.trim() === "" ? [] : caps.map((cap) => neutralizeLine(text, cap));
  return { name, label, rank, texts: [...new Set(texts)] };
}

/** A list at falling length; what it leaves out is counted. */
function listLine(name: string, label: string, rank: number, items: readonly string[]): HotLine {
  if (items.length === 0) return { name, label, rank, texts: [] };
  const shown = (count: number, cap: number): string => joinSome(items, count, cap);
  return { name, label, rank, texts: [...new Set([shown(TOP, 140), shown(TOP, 60), shown(1, 60)])] };
}

/** The first few of some texts, neutralized, and how many more there are. */
function joinSome(items: readonly string[], count: number, cap: number): string {
  const shown = items.slice(0, count).map((item) => neutralizeLine(item, cap));
  return listed(shown, items.length, ";");
}

function nextLine(state: PlanState, survey: Survey, { session }: HotView): HotLine {
  const next = effectiveNextAction(state, session, survey);
  const label = next?.computed === true ? "Next (computed)" : "Next";
  const base = { name: "next action", label, rank: 0 };
  if (next === undefined)
    return { ...base, texts: [`nothing is recorded, and nothing is ready; the plan is ${state.status}`] };
  // The file is what a session that has forgotten all else needs, so it is never what is shortened.
  const file = next.file === undefined ? "" : ` (file: ${neutralizeLine(next.file, 400)})`;
  return { ...base, texts: [...new Set([300, 120, 60, 24].map((cap) => neutralizeLine(next.what, cap) + file))] };
}

const ROLES: Readonly<Record<Role, string>> = {
  person: "",
  writer: "; you are its writer",
  observer: "; you observe it: read, use lanes, change nothing of it",
  worker: "; you are a worker: write about your own task only",
};

function planLine(state: PlanState, role: Role | undefined): HotLine {
  const about = (cap: number): string =>
    `${neutralizeLine(state.title, cap)} (${neutralizeLine(state.slug, 80)}), ${state.type}, ${state.status}${role === undefined ? "" : ROLES[role]}`;
  return { name: "plan", label: "Plan", rank: 1, texts: [...new Set([about(120), about(40)])] };
}

function doneLine(state: PlanState): HotLine {
  const { doneWhen, acceptance } = state.brief;
  return doneWhen === undefined
    ? listLine("done condition", "Done when", 5, acceptance)
    : line("done condition", "Done when", 5, doneWhen, [240, 100, 60]);
}

function handLine(survey: Survey, session: string | undefined): HotLine {
  const own = session === undefined ? survey.held : survey.held.filter(({ claim }) => claim?.session === session);
  const base = { name: "task in hand", label: "In hand", rank: 2 };
  if (own.length === 0) return { ...base, texts: [] };
  const describe = (count: number, cap: number): string => {
    const shown = own.slice(0, count).map((task) => describeHeld(task, session === undefined, cap));
    return [...shown, ...(own.length > count ? [`and ${own.length - count} more`] : [])].join(" | ");
  };
  return { ...base, texts: [...new Set([describe(TOP, 140), describe(2, 60), describe(1, 40)])] };
}

function describeHeld(task: Task, withHolder: boolean, cap: number): string {
  const step = nextStep(task);
  const at = step === undefined ? 0 : task.steps.indexOf(step) + 1;
  const parts = [`${nameOf(task)} ${neutralizeLine(task.title, cap)}`];
  if (withHolder) parts.push(`held by ${neutralizeLine(task.claim?.session ?? "", 60)}`);
  if (step !== undefined) parts.push(`next step ${at}/${task.steps.length}: ${neutralizeLine(step.text, cap)}`);
  if (!withHolder) parts.push(`fence ${neutralizeLine(task.claim?.fence ?? "", 64)}`);
  return parts.join("; ");
}

const readyLine = ({ ready }: Survey): HotLine =>
  listLine(
    "ready tasks",
    "Ready",
    8,
    ready.map((task) => `${task.id} ${task.title}`),
  );

function blockedLine(state: PlanState, survey: Survey): HotLine {
  const planBlocker = state.status === "blocked" ? state.blockers.at(-1) : undefined;
  const why = [
    ...(planBlocker === undefined ? [] : [`the plan: ${planBlocker.why} → ${planBlocker.resolve}`]),
    ...[...survey.blocked, ...survey.failed].map(describeStop),
  ];
  // Where nothing moves at all, the first task that waits says what it all hangs on.
  const isStill = why.length === 0 && survey.ready.length === 0 && survey.held.length === 0;
  const [first] = isStill ? survey.waiting : [];
  if (first !== undefined) why.push(`${first.id} waits: ${explainWait(state, first)[0]?.text ?? "for the plan"}`);
  return listLine("blocked tasks", "Blocked", 7, why);
}

/** Why a blocked or failed task stopped: `T5: No staging database → Ask for access`. */
function describeStop(task: Task): string {
  const blocker = task.status === "blocked" ? task.blockers.at(-1) : undefined;
  if (blocker !== undefined) return `${task.id}: ${blocker.why} → ${blocker.resolve}`;
  return `${task.id} ${task.status}${task.failure === undefined ? "" : `: ${task.failure.why}`}`;
}

const personLine = (state: PlanState, survey: Survey): HotLine =>
  listLine(
    "what waits for a person",
    "Waits for a person",
    9,
    listPersonNeeds(state, survey).map(({ task, text }) => (task === undefined ? text : `${task}: ${text}`)),
  );

/** What keeps the tasks in hand, or those that are implemented, from being done. */
function checksLine(state: PlanState, { held, implemented }: Survey, { session }: HotView): HotLine {
  const own = session === undefined ? held : held.filter(({ claim }) => claim?.session === session);
  const waits = [...own, ...implemented].flatMap((task) => {
    // Reviews are of work that is there.
    const isShown = (kind: string): boolean =>
      kind === "check" || (task.status === "implemented" && kind.startsWith("review"));
    const unmet = taskConditions(state, task).filter(
      ({ kind, isMet, standing }) => isShown(kind) && !isMet && standing !== "unknown",
    );
    return unmet.map(({ kind, says }) => `${task.id} for ${kind === "review" ? "a review by " : ""}${says}`);
  });
  return listLine("what done waits for", "Done waits", 4, waits);
}

/** The newest run of a check. Whether the tree has changed since is not looked at here: that costs a walk through it. */
function verificationLine(state: PlanState): HotLine {
  let last: { readonly id: string; readonly evidence: Evidence } | undefined;
  for (const check of state.checks) {
    const newest = lastEvidence(check);
    if (newest !== undefined && newest.at >= (last?.evidence.at ?? 0)) last = { id: check.id, evidence: newest };
  }
  const text =
    last &&
    `${last.id} ${last.evidence.doubt === undefined ? "" : "(not to be trusted here) "}${last.evidence.outcome === "void" ? "proved nothing" : last.evidence.outcome}: ${last.evidence.why}`;
  return line("last verification", "Last verification", 10, text, [200, 80]);
}

function decisionLine(state: PlanState): HotLine {
  const last = lastOf(state, "decision");
  const text = last && `${last.text}${last.why === undefined ? "" : ` (because ${last.why})`}`;
  return line("last decision", "Last decision", 13, text, [240, 100]);
}

/** The newest entry of a kind that stands and came from inside. */
function lastOf(state: PlanState, kind: EntryKind): Entry | undefined {
  return state.entries[kind].recent.findLast(({ untrusted, retracted }) => untrusted !== true && retracted !== true);
}

function moreLine(state: PlanState, { held, ready }: Survey, { folder, session }: HotView): HotLine {
  const task = held.find(({ claim }) => claim?.session === session) ?? held[0] ?? ready[0];
  const prompt = commands.promptFor(task === undefined ? "<id>" : nameOf(task));
  const files = neutralizeLine(folder ?? `.planning/${state.slug}`, 200);
  return {
    name: "how to recover more",
    label: "More",
    rank: 6,
    texts: [
      `\`${commands.status}\`, \`${prompt}\`; files in ${files}: task_plan.md, progress.md, findings.md`,
      `\`${commands.status}\`, \`${prompt}\``,
    ],
  };
}
