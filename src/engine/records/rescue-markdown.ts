import { MARKS } from "../../context/markdown.ts";
import { isSlug, validateId } from "../../plan/names.ts";
import { emptyPlan } from "../../plan/snapshot.ts";
import type { PlanState, Task, TaskStatus, TaskUid } from "../../plan/state.ts";

/** A task's line in TODO_LIST.md, open or settled. */
const LINE = /^- (?:\[(?<box>[ x])\] )?(?<mark>\S) \*\*(?<id>[^*]+)\*\*: (?<rest>.*)$/;
const AFTER = / \(after (?<ids>[^()]*)\)$/;
/** The holder, or what a settled task's end rests on. */
const REMARK = / \((?:claimed|dropped|[a-z][a-z0-9-]*:[^()]*)\)$/;
const WAVE = /^### Wave (\d+)$/;

const STATUS: ReadonlyMap<string, TaskStatus> = new Map(
  Object.entries(MARKS).map(([status, mark]) => [mark, status as TaskStatus]),
);

/**
 * A plan as far as its Markdown tells: title, goal, tasks with their states and dependencies. What was in progress is
 * to do again. Undefined where there is nothing to be read.
 */
export function readMarkdownPlan(slug: string, todoList: string, taskPlan: string): PlanState | undefined {
  const lines = todoList.split(/\r?\n/);
  const title = /^# Tasks: (.+)$/.exec(lines.find((line) => line.startsWith("# Tasks: ")) ?? "")?.[1];
  const found = readTasks(lines);
  if (!isSlug(slug) || (title === undefined && found.length === 0)) return undefined;
  const tasks = new Map(found.map((task) => [task.uid, task]));
  const empty = emptyPlan();
  const goal = sectionOf(taskPlan, "Goal");
  const open = found.filter(({ status }) => status !== "done" && status !== "dropped");
  return {
    ...empty,
    slug,
    title: title === undefined ? slug : unescape(title),
    status: "active",
    brief: { ...empty.brief, ...(goal === undefined ? {} : { goal }) },
    tasks,
    ids: new Map(found.map((task) => [task.id.toLowerCase(), task.uid])),
    passedWaves: Math.max(0, Math.min(...open.map(({ wave }) => wave), Infinity) - 1) || 0,
    nextOrder: found.length + 1,
  };
}

function readTasks(lines: readonly string[]): readonly Task[] {
  const tasks = new Map<string, Task>();
  const parents = new Map<Task, readonly string[]>();
  let wave = 1;
  for (const line of lines) {
    wave = Number(WAVE.exec(line)?.[1] ?? wave);
    const read = readLine(line, wave, tasks.size + 1);
    if (read === undefined || tasks.has(read.task.id.toLowerCase())) continue;
    tasks.set(read.task.id.toLowerCase(), read.task);
    parents.set(read.task, read.parents);
  }
  return [...tasks.values()].map((task) => ({
    ...task,
    parents: (parents.get(task) ?? []).flatMap((id) => tasks.get(id.toLowerCase())?.uid ?? []),
  }));
}

function readLine(line: string, wave: number, order: number): { task: Task; parents: readonly string[] } | undefined {
  const found = LINE.exec(line)?.groups;
  if (found === undefined) return undefined;
  const { box, mark = "", id: escaped = "", rest = "" } = found;
  const id = unescape(escaped);
  if (!validateId(id).ok) return undefined;
  const after = AFTER.exec(rest)?.groups?.["ids"] ?? "";
  const title = unescape(rest.replace(AFTER, "").replace(REMARK, ""));
  const status = statusOf(box, mark);
  const isSettled = status === "done" || status === "dropped";
  const task = { ...blankTask(id, title, status), wave: isSettled ? 1 : wave, order };
  return { task, parents: after === "" ? [] : after.split(", ").map(unescape) };
}

/** A box that a person ticked counts as what it says. */
function statusOf(box: string | undefined, mark: string): TaskStatus {
  const status = STATUS.get(mark) ?? "todo";
  if (box === "x") return "done";
  return status === "done" || status === "in_progress" ? "todo" : status;
}

function blankTask(id: string, title: string, status: TaskStatus): Task {
  return {
    uid: `markdown.${id}` as TaskUid,
    id,
    title,
    status,
    steps: [],
    parents: [],
    priority: 2,
    order: 1,
    touches: [],
    outputPaths: [],
    wave: 1,
    attempts: [],
    attemptCount: 0,
    outputs: [],
    blockers: [],
    log: [],
    addedAt: 0,
    changedAt: 0,
    statusAt: 0,
    stamps: {},
  };
}

function sectionOf(text: string, heading: string): string | undefined {
  const lines = text.split(/\r?\n/);
  const start = lines.indexOf(`## ${heading}`);
  if (start < 0) return undefined;
  const end = lines.findIndex((line, at) => at > start && line.startsWith("## "));
  const body = lines
    .slice(start + 1, end < 0 ? undefined : end)
    .join("\n")
    .trim();
  return body === "" || body === "None." ? undefined : unescape(body);
}

const unescape = (text: string): string => text.replace(/\\([!-/:-@[-`{-~])/g, "$1");
