import { explainNothingReady, queueFor } from "../../../engine/tasks/task-queue.ts";
import { byPlace, currentWave, openTasks, readyTasks } from "../../../plan/graph.ts";
import type { PlanState, Task } from "../../../plan/state.ts";
import type { Input, Run } from "../../command.ts";
import { page, textPage } from "../../paging.ts";
import { bold, dim, inline, type Text } from "../../text.ts";
import { withPlan } from "../../workspace.ts";
import type { list, ready } from "./plan-specs.ts";
import { rowOf } from "./report.ts";
import { taskLines } from "./tasks-text.ts";

export const listTasks: Run<typeof list> = ({ options }, context) =>
  withPlan(context, ({ state }, { actor, now }) => {
    const { global, out } = context;
    const tasks = chooseTasks(state, options, actor.session);
    if (global.json) {
      const rows = tasks.map((task) => rowOf(state, task, now()));
      return out.printJson({ plan: state.slug, revision: state.revision, ...page(rows, options) });
    }
    const shown = textPage(tasks, options).items;
    if (options.ids)
      return out.printLines(
        shown.map(({ id }) => id),
        { all: true, more: "" },
      );
    if (shown.length === 0) return out.print(dim(describeNone(state, tasks.length)));
    const view = { now: now(), ready: new Set(readyTasks(state)) };
    const lines = options.waves ? byWave(state, shown, view) : withReasons(shown, taskLines(shown, view), options);
    out.printLines(lines, { ...(options.all ? { all: true } : {}), more: "holdfast task list --all, or --wave <n>" });
  });

function chooseTasks(state: PlanState, options: Input<typeof list>["options"], session: string): readonly Task[] {
  const { status, wave, blocked, mine, all } = options;
  const isEvery = all || status.length > 0;
  const from = options.ready ? readyTasks(state) : isEvery ? [...state.tasks.values()].sort(byPlace) : openTasks(state);
  return from.filter(
    (task) =>
      (status.length === 0 || status.includes(task.status)) &&
      (wave === undefined || task.wave === wave) &&
      (!blocked || task.status === "blocked") &&
      (!mine || task.claim?.session === session),
  );
}

const describeNone = (state: PlanState, found: number): string => {
  if (found > 0) return `there are ${found}: a smaller --offset shows them`;
  return state.tasks.size === 0
    ? 'no tasks yet: holdfast task add "<title>"'
    : "no such tasks; --all lists closed ones too";
};

function withReasons(
  tasks: readonly Task[],
  lines: readonly Text[],
  { blocked }: { readonly blocked: boolean },
): readonly Text[] {
  if (!blocked) return lines;
  return tasks.flatMap((task, index) => {
    const blocker = task.blockers.at(-1);
    const line = lines[index] ?? "";
    return blocker === undefined ? [line] : [line, dim(`    ${inline(blocker.why)} → ${inline(blocker.resolve)}`)];
  });
}

function byWave(state: PlanState, tasks: readonly Task[], view: Parameters<typeof taskLines>[1]): readonly Text[] {
  const lines = taskLines(tasks, view);
  return tasks.flatMap((task, index) => {
    const line = lines[index] ?? "";
    if (index > 0 && tasks[index - 1]?.wave === task.wave) return [["  ", line]];
    const all = [...state.tasks.values()].filter(({ wave, status }) => wave === task.wave && status !== "dropped");
    const done = all.filter(({ status }) => status === "done").length;
    const mark = task.wave === currentWave(state) ? " (current)" : "";
    return [bold(`Wave ${task.wave}${mark}: ${done}/${all.length} done`), ["  ", line]];
  });
}

export const listReady: Run<typeof ready> = ({ options }, context) =>
  withPlan(context, ({ state }, workspace) => {
    const { global, out } = context;
    const queue = queueFor(workspace, state);
    if (global.json) {
      const rows = queue.ready.map((task) => rowOf(state, task, workspace.now()));
      return out.printJson({ plan: state.slug, revision: state.revision, ...page(rows, options) });
    }
    const shown = textPage(queue.ready, options).items;
    if (options.ids)
      return out.printLines(
        shown.map(({ id }) => id),
        { all: true, more: "" },
      );
    if (queue.ready.length > 0) {
      const lines = taskLines(shown, { now: workspace.now(), ready: new Set(queue.ready) });
      return out.printLines(lines, { ...(options.all ? { all: true } : {}), more: "holdfast task ready --all" });
    }
    out.print(dim("nothing is ready"));
    for (const reason of explainNothingReady(state, queue)) out.print(dim(`  ${inline(reason)}`));
  });
