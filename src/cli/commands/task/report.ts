import { statusTask } from "../../../context/status-json.ts";
import type { Performed } from "../../../engine/perform.ts";
import type { Workspace } from "../../../engine/workspace.ts";
import { isReady, taskById } from "../../../plan/graph.ts";
import type { Result } from "../../../plan/refusal.ts";
import type { PlanState, Task } from "../../../plan/state.ts";
import type { Context, Outcome } from "../../command.ts";
import { reportPerformed } from "../../performed.ts";
import { bold, inline, type Text } from "../../text.ts";
import { withWorkspace } from "../../workspace.ts";

interface Told {
  /** What happened; left out where nothing was to be done. */
  readonly lines: readonly Text[];
  /** What holds in any case. */
  readonly always?: readonly Text[];
  /** What the JSON has besides. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Runs a change of a task and says what came of it; `tell` gets the task as it is afterwards. */
export function changeTask<P extends Performed>(
  context: Context,
  id: string,
  run: (workspace: Workspace) => Promise<Result<P>>,
  tell: (task: Task, performed: P) => Told,
): Promise<Outcome> {
  return withWorkspace(context, async (workspace) => {
    const performed = await run(workspace);
    if (!performed.ok) return performed;
    const { state } = performed.value;
    // It was there when the command ran, and ids do not go away.
    const task = taskById(state, id)!;
    const { lines, always = [], more } = tell(task, performed.value);
    reportPerformed(context, performed.value, lines, { task: rowOf(state, task, workspace.now()), ...more });
    if (!context.global.json) for (const line of always) context.out.print(line);
    return undefined;
  });
}

/** A task as lists and answers have it under --json. */
export const rowOf = (state: PlanState, task: Task, now: number) => statusTask(state, task, isReady(state, task), now);

export const named = ({ id, title }: Pick<Task, "id" | "title">): Text => [bold(id), ": ", inline(title)];

/** Fields that have a value. */
export const given = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
