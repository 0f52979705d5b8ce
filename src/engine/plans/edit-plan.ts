import type { PlanCommand, TaskInput } from "../../plan/commands.ts";
import { taskById } from "../../plan/graph.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import type { Brief, PlanState } from "../../plan/state.ts";
import { hintNear } from "../../plan/suggest.ts";
import { performTogether } from "../perform-together.ts";
import type { Performed } from "../perform.ts";
import type { Workspace } from "../workspace.ts";

/** Changes to a plan. A task whose id is known is changed in the fields that are given; any other is added. */
export interface PlanEdit {
  readonly title?: string;
  readonly phase?: string;
  /** Lists take the place of the ones before. */
  readonly brief?: Partial<Brief>;
  readonly tasks?: readonly (Omit<TaskInput, "title"> & { readonly title?: string })[];
}

/** Changes brief, phase and tasks of a plan in one record: all of it or nothing. */
export async function editPlan(
  workspace: Workspace,
  plan: string | undefined,
  edit: PlanEdit,
): Promise<Result<Performed>> {
  const store = workspace.plan(plan);
  if (!store.ok) return store;
  try {
    const commands = commandsOf(store.value.state, edit);
    return commands.ok ? await performTogether(store.value, commands.value) : commands;
  } finally {
    store.value.close();
  }
}

function commandsOf(state: PlanState, { title, phase, brief, tasks = [] }: PlanEdit): Result<readonly PlanCommand[]> {
  const added: TaskInput[] = [];
  const changed: PlanCommand[] = [];
  for (const [index, task] of tasks.entries()) {
    const known = task.id === undefined ? undefined : taskById(state, task.id);
    if (known !== undefined) changed.push(...taskChanges(known.id, task));
    else if (task.title !== undefined) added.push({ ...task, title: task.title });
    else return refuseUntitled(state, task.id, index);
  }
  const commands: PlanCommand[] = added.length === 0 ? [] : [{ type: "add-tasks", tasks: added }];
  if (title !== undefined || brief !== undefined) {
    commands.push({
      type: "edit-plan",
      ...(title === undefined ? {} : { title }),
      ...(brief === undefined ? {} : { brief }),
    });
  }
  if (phase !== undefined) commands.push({ type: "enter-phase", phase });
  commands.push(...changed);
  if (commands.length > 0) return ok(commands);
  return refused("usage-nothing-to-change", "nothing to change was given", {
    hint: "give title, brief, phase or tasks",
  });
}

function taskChanges(id: string, task: NonNullable<PlanEdit["tasks"]>[number]): PlanCommand[] {
  const { id: _, parents, ...fields } = task;
  return [
    ...(parents === undefined ? [] : [{ type: "reparent-task", id, parents } as const]),
    ...(Object.keys(fields).length === 0 ? [] : [{ type: "edit-task", id, fields } as const]),
  ];
}

function refuseUntitled(state: PlanState, id: string | undefined, index: number): Result<never> {
  const place = `tasks[${index}]`;
  if (id === undefined) return refused("bad-value", "a new task needs a title", { place });
  const ids = Array.from(state.tasks.values(), (task) => task.id);
  return refused("no-such-task", `there is no task ${JSON.stringify(id.slice(0, 80))} to change`, {
    hint: `${hintNear(id, ids, ids.length === 0 ? "the plan has no tasks yet" : "holdfast task list").hint}; a new task needs a title`,
    place,
  });
}
