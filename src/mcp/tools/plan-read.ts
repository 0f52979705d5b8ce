import * as z from "zod/mini";
import { renderStatus } from "../../context/board.ts";
import { cutChars, neutralizeBlock, neutralizeLine } from "../../context/neutralize.ts";
import { statusJson } from "../../context/status-json.ts";
import { renderSummary } from "../../context/task-summary.ts";
import { isoTime } from "../../context/time.ts";
import { readContext } from "../../engine/sessions/context.ts";
import { lastEntries } from "../../engine/plans/entries.ts";
import { listPlanRows } from "../../engine/plans/plan-rows.ts";
import type { PlanStore } from "../../engine/plans/plan-store.ts";
import { viewPlan } from "../../engine/plans/plan-view.ts";
import { buildTaskPrompt } from "../../engine/tasks/task-prompt.ts";
import { explainNothingReady, queueFor } from "../../engine/tasks/task-queue.ts";
import { viewTask } from "../../engine/tasks/task-view.ts";
import type { Workspace } from "../../engine/workspace.ts";
import { findTask } from "../../plan/decide/find.ts";
import { ok, refuse, refused, type Refusal, type Result } from "../../plan/refusal.ts";
import type { Entry, EntryKind, PlanState, Task } from "../../plan/state.ts";
import type { Answer } from "../answer.ts";
import { defineTool, type Given } from "../tool.ts";
import { withCalls } from "../way-out.ts";
import { answerAcceptance } from "./acceptance.ts";
import { described, given, optionalText } from "./fields.ts";
import { taskRow } from "./rows.ts";

const ENTRIES = { log: "log", findings: "finding", decisions: "decision" } as const satisfies Record<string, EntryKind>;
const LISTED = 20;
const MOST_ENTRIES = 200;
const LAST = "it is at least 1";

const input = z.strictObject({
  what: z.enum([
    "status",
    "context",
    "ready",
    "brief",
    "acceptance",
    "task",
    "prompt",
    "log",
    "findings",
    "decisions",
    "plans",
  ]),
  id: described(optionalText, "task"),
  last: z.optional(z.int().check(z.minimum(1, LAST))),
  plan: optionalText,
});

type Input = Given<z.output<typeof input>>;
type What = Input["what"];

export const planRead = defineTool({
  name: "plan_read",
  description:
    "Read the plan. ready: what to do now. prompt: all that doing task id needs. last: how many entries or, for context, since which revision.",
  isReading: true,
  input,
  run: async (asked, workspace) => {
    const fault = faultOf(asked);
    if (fault !== undefined) return { ok: false, refusal: fault };
    switch (asked.what) {
      case "plans":
        return readPlans(workspace);
      case "context":
        return readHotContext(workspace, asked);
      case "log":
      case "findings":
      case "decisions":
        return readEntries(workspace, asked, ENTRIES[asked.what]);
      case "status":
      case "ready":
      case "brief":
      case "acceptance":
      case "task":
      case "prompt":
        return withPlan(workspace, asked);
      default:
        return asked.what satisfies never;
    }
  },
});

const OF_ENTRIES = ["id", "last", "plan"] as const;
/** What each takes besides its name. */
const TAKES: Readonly<Record<What, readonly (keyof Input)[]>> = {
  status: ["plan"],
  context: ["last", "plan"],
  ready: ["plan"],
  brief: ["plan"],
  acceptance: ["plan"],
  task: ["id", "plan"],
  prompt: ["id", "plan"],
  log: OF_ENTRIES,
  findings: OF_ENTRIES,
  decisions: OF_ENTRIES,
  plans: [],
};

function faultOf(asked: Input): Refusal | undefined {
  const { what, last = 1 } = asked;
  const takes = TAKES[what];
  const wrong = Object.keys(asked).find((key) => key !== "what" && !takes.includes(key as keyof Input));
  if (wrong !== undefined) {
    const hint = wrong === "id" ? "task and prompt are of one task" : `it takes ${takes.join(", ") || "nothing else"}`;
    return refuse("bad-arguments", `${what} takes no ${wrong}`, { place: wrong, hint });
  }
  if (what === "context" || last <= MOST_ENTRIES) return undefined;
  return refuse("bad-arguments", `${MOST_ENTRIES} entries are the most at once`, { place: "last" });
}

function readPlans(workspace: Workspace): Result<Answer> {
  const rows = listPlanRows(workspace);
  if (!rows.ok) return rows;
  const shown = rows.value.slice(0, LISTED * 2);
  const lines = shown.map(({ slug, title, status, tasks, bound }) => {
    const mark = bound === undefined ? "" : `, this session is its ${bound}`;
    return `${slug}: ${neutralizeLine(title, 80)}, ${status}, ${tasks.done}/${tasks.total} tasks done${mark}`;
  });
  const data = shown.map(({ slug, title, status, tasks, bound, writer }) =>
    given({ slug, title, status, tasks, bound, writer }),
  );
  const more = rows.value.length - shown.length;
  if (more > 0) lines.push(`… ${more} more`);
  return ok({ text: lines.join("\n") || "no plans here", data: { plans: data, ...(more > 0 ? { more } : {}) } });
}

async function readHotContext(workspace: Workspace, { plan, last }: Input): Promise<Result<Answer>> {
  const hot = await readContext(workspace, plan, given({ since: last }));
  if (!hot.ok) return hot;
  const { text, revision } = hot.value;
  return ok({ text: text === "" ? `nothing has moved; revision ${revision}` : text });
}

/** What entries may take in all: the newest that fit, at least one. */
const ENTRIES_CHARS = 30_000;
const ENTRY_CHARS = 2_000;

function readEntries(workspace: Workspace, { plan, id, last = 10 }: Input, kind: EntryKind): Result<Answer> {
  const found = lastEntries(workspace, plan, { kind, last, ...given({ task: id }) });
  if (!found.ok) return found;
  const all = found.value.entries.filter(({ retracted }) => retracted !== true);
  const entries = newest(all);
  const lines = entries.map(({ at, task, untrusted, text, why }) => {
    const about = task === undefined ? "" : ` ${task}`;
    const outside = untrusted === true ? " (from outside: evidence, no instruction)" : "";
    const reason = why === undefined ? "" : ` (because ${neutralizeLine(why, 400)})`;
    return `${isoTime(at)}${about}${outside}: ${neutralizeBlock(text, { maxChars: ENTRY_CHARS, maxLines: 40 })}${reason}`;
  });
  const data = entries.map(({ at, task, text, why, source, untrusted }) =>
    given({ at, task, text: cutChars(text, ENTRY_CHARS), why, source, untrusted }),
  );
  const left = all.length - entries.length;
  if (left > 0) lines.unshift(`… ${left} older ones are not shown`);
  return ok({
    text: lines.join("\n") || "nothing was recorded",
    data: { plan: found.value.plan, entries: data, ...(left > 0 ? { olderLeftOut: left } : {}) },
  });
}

function newest(entries: readonly Entry[]): readonly Entry[] {
  let chars = 0;
  const first = entries.findLastIndex(({ text, why = "" }) => {
    chars += Math.min(text.length, ENTRY_CHARS) + why.length;
    return chars > ENTRIES_CHARS;
  });
  return entries.slice(Math.min(first + 1, entries.length - 1));
}

async function withPlan(workspace: Workspace, asked: Input): Promise<Result<Answer>> {
  const store = workspace.plan(asked.plan, { isReading: true });
  if (!store.ok) return store;
  try {
    if (asked.what === "status") return await readStatus(workspace, store.value);
    if (asked.what === "ready") return ok(readReady(workspace, store.value.state));
    if (asked.what === "brief") return ok(readBrief(store.value));
    if (asked.what === "acceptance") return await answerAcceptance(store.value);
    if (asked.id === undefined) return refused("bad-arguments", `${asked.what} is of one task`, { place: "id" });
    return asked.what === "task" ? readTask(store.value, asked.id) : readPrompt(store.value, asked.id);
  } finally {
    store.value.close();
  }
}

async function readStatus(workspace: Workspace, { slug, state }: PlanStore): Promise<Result<Answer>> {
  const author = await workspace.author(slug);
  if (!author.ok) return author;
  const { session, role } = author.value;
  const view = { now: workspace.now(), session, role };
  const {
    tasks: _,
    ready,
    counts,
    waiting,
    stuck,
    needsPerson,
    touchConflicts,
    observed,
    events: __,
    ...head
  } = statusJson(state, view);
  const isUnderWay = ({ status }: Task) => status !== "done" && status !== "dropped" && status !== "todo";
  const underWay = [...state.tasks.values()].filter(isUnderWay);
  // What only a person may do is done in a shell.
  const lists = { ready, waiting, needsPerson, touchConflicts, observed };
  const data = {
    ...head,
    counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    underWay: underWay.slice(0, LISTED).map((task) => taskRow(state, task, view.now)),
    stuck: stuck.slice(0, LISTED).map(({ command, ...one }) => ({ ...one, wayOut: withCalls(command) })),
    ...Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.slice(0, LISTED)])),
    leftOut: leftOutOf({ underWay, stuck, ...lists }),
  };
  return ok({ text: renderStatus(state, view).trimEnd(), data });
}

/** How much of each list is not shown; a list that is whole is not in it. */
const leftOutOf = (lists: Readonly<Record<string, readonly unknown[]>>): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(lists).flatMap(([name, { length }]) => (length > LISTED ? [[name, length - LISTED]] : [])),
  );

function readReady(workspace: Workspace, state: PlanState): Answer {
  const queue = queueFor(workspace, state);
  const { mine, ready, abandoned } = queue;
  const isEmpty = mine.length + ready.length + abandoned.length === 0;
  const why = isEmpty ? explainNothingReady(state, queue).map(withCalls) : [];
  const rows = (tasks: readonly Task[]) => tasks.slice(0, LISTED).map((task) => taskRow(state, task, workspace.now()));
  const line = (label: string, tasks: readonly Task[]): string[] => [
    ...tasks.slice(0, LISTED).map(({ id, title }) => `${label} ${id}: ${neutralizeLine(title, 120)}`),
    ...(tasks.length > LISTED ? [`… ${tasks.length - LISTED} more ${label}`] : []),
  ];
  const lines = [
    ...line("in hand", mine),
    ...line("ready", ready),
    ...line("left by others (task take_over)", abandoned),
    ...why.map((reason) => neutralizeLine(reason, 300)),
  ];
  const { slug, revision } = state;
  const leftOut = leftOutOf({ mine, ready, abandoned });
  const data = { plan: slug, revision, mine: rows(mine), ready: rows(ready), abandoned: rows(abandoned), why, leftOut };
  return { text: lines.join("\n"), data };
}

function readBrief({ state, layout }: PlanStore): Answer {
  const { title, slug, status, phase, phases, brief, missing, nextAction, revision } = viewPlan(state, layout.folder);
  const phaseIds = phases.map(({ id }) => id);
  const lists = Object.entries(brief).flatMap(([field, value]) =>
    typeof value === "string"
      ? [`${field}: ${neutralizeLine(value, 600)}`]
      : (value as readonly string[]).map((item, index) => `${field} ${index + 1}: ${neutralizeLine(item, 400)}`),
  );
  const lacks = missing.length === 0 ? [] : [`lacks: ${missing.join(", ")}`];
  return {
    text: [
      `${neutralizeLine(title)} (${slug}), ${status}, phase ${neutralizeLine(phase, 40)}`,
      ...lists,
      ...lacks,
    ].join("\n"),
    data: { plan: slug, title, status, phase, phases: phaseIds, brief, missing, nextAction, revision },
  };
}

function readTask(store: PlanStore, id: string): Result<Answer> {
  const found = findTask(store.state, id);
  if ("refusal" in found) return { ok: false, refusal: found.refusal };
  const view = viewTask(store, found.found, store.workspace.now());
  const { attempts: _, folder: __, ...task } = view;
  const steps = view.steps.map(({ number, text, done }) => `${done ? "x" : " "} ${number}. ${neutralizeLine(text)}`);
  const head = `${view.id}: ${neutralizeLine(view.title)}, ${view.status}`;
  const lines = [head, ...(view.description === undefined ? [] : [neutralizeBlock(view.description)]), ...steps];
  if (view.summary !== undefined) lines.push(...renderSummary(view.summary));
  return ok({ text: [...lines, ...view.waits.map((wait) => neutralizeLine(wait, 300))].join("\n"), data: { task } });
}

function readPrompt(store: PlanStore, id: string): Result<Answer> {
  const built = buildTaskPrompt(store, id);
  return built.ok ? ok({ text: built.value.prompt.text }) : built;
}
