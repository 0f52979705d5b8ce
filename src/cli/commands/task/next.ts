import { takeOver } from "../../../context/commands.ts";
import { explainNothingReady, queueFor } from "../../../engine/tasks/task-queue.ts";
import { nextStep } from "../../../plan/graph.ts";
import type { Task } from "../../../plan/state.ts";
import { exit, type Run } from "../../command.ts";
import { bold, dim, inline, type Text } from "../../text.ts";
import { withPlan } from "../../workspace.ts";
import type { next } from "./plan-specs.ts";
import { rowOf } from "./report.ts";
import { taskLines } from "./tasks-text.ts";

const SHOWN = 10;

export const showNext: Run<typeof next> = (_input, context) =>
  withPlan(context, ({ state }, workspace) => {
    const { global, out } = context;
    const queue = queueFor(workspace, state);
    const { mine, ready, abandoned } = queue;
    const now = workspace.now();
    const isEmpty = mine.length + ready.length + abandoned.length === 0;
    const why = isEmpty ? explainNothingReady(state, queue) : [];
    if (global.json) {
      const rows = (tasks: readonly Task[]) => tasks.map((task) => rowOf(state, task, now));
      const left = abandoned.map((task) => ({ ...rowOf(state, task, now), command: takeOver(task.id) }));
      const { slug, revision } = state;
      out.printJson({
        plan: slug,
        revision,
        mine: rows(mine),
        ready: rows(ready.slice(0, SHOWN)),
        abandoned: left,
        why,
      });
      return isEmpty ? exit(1) : undefined;
    }
    const view = { now, ready: new Set(ready) };
    const group = (heading: string, tasks: readonly Task[], how: (task: Task) => Text | undefined): void => {
      if (tasks.length === 0) return;
      out.print(bold(heading));
      const lines = taskLines(tasks.slice(0, SHOWN), view);
      lines.forEach((line, index) => {
        out.print(["  ", line]);
        const more = how(tasks[index]!);
        if (more !== undefined) out.print(["    ", more]);
      });
      if (tasks.length > SHOWN) out.print(dim(`  … ${tasks.length - SHOWN} more`));
    };
    group("In hand", mine, (task) => {
      const step = nextStep(task);
      return dim(step === undefined ? `holdfast task prompt ${task.id}` : `next: ${inline(step.text)}`);
    });
    group("Ready", ready, (task) => (task === ready[0] ? dim(`holdfast task claim ${task.id}`) : undefined));
    group("Left by others", abandoned, (task) => dim(takeOver(task.id)));
    if (!isEmpty) return undefined;
    out.print("nothing to do now");
    for (const reason of why) out.print(`  ${inline(reason)}`);
    return exit(1);
  });
