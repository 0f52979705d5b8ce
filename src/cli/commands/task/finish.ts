import { renderSummary, summarizeTask } from "../../../context/task-summary.ts";
import { finishTask as finish, type Finished } from "../../../engine/tasks/task-outputs.ts";
import type { Task } from "../../../plan/state.ts";
import type { Run } from "../../command.ts";
import { dim, inline, type Text } from "../../text.ts";
import { changeTask, given, named } from "./report.ts";
import type { done, implemented } from "./work-specs.ts";

export const implementTask: Run<typeof implemented> = ({ args: { id }, options: { note, fence } }, context) =>
  changeTask(
    context,
    id,
    (workspace) => finish(workspace, context.global.plan, { type: "implement-task", id, ...given({ note, fence }) }),
    (task, finished) => tellFinished(task, finished, "implemented "),
  );

export const finishTask: Run<typeof done> = ({ args: { id }, options: { note, fence } }, context) =>
  changeTask(
    context,
    id,
    (workspace) => finish(workspace, context.global.plan, { type: "finish-task", id, ...given({ note, fence }) }),
    (task, finished) => tellFinished(task, finished, "done "),
  );

function tellFinished(task: Task, { state, recorded, skipped }: Finished, word: string) {
  const summary = summarizeTask(state, task);
  // Its own words its agent knows.
  const seen = summary === undefined ? [] : renderSummary({ ...summary, said: [], told: [] });
  const lines: Text[] = [[word, named(task)], ...seen.map(dim)];
  if (recorded.length > 0) lines.push(`recorded its outputs ${recorded.map(inline).join(", ")}`);
  for (const { name, why } of skipped) lines.push(dim(`not recorded: ${inline(name)}: ${why}`));
  return { lines, more: { recorded, skipped, ...given({ summary }) } };
}
