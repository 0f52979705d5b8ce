import type { TaskInput } from "../../plan/commands.ts";
import { taskErrors } from "../../plan/decide/task-input.ts";
import type { Refusal } from "../../plan/refusal.ts";
import type { Workspace } from "../workspace.ts";

/** What the plan would find wrong with tasks that are to be added to it; nothing where it cannot be asked. */
export function judgeTasks(
  workspace: Workspace,
  plan: string | undefined,
  tasks: readonly TaskInput[],
): readonly Refusal[] {
  const store = workspace.plan(plan);
  if (!store.ok) return [];
  try {
    return taskErrors(store.value.state, tasks);
  } finally {
    store.value.close();
  }
}
