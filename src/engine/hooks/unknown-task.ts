import { renderUnknownTask, type NamedTask, type UnknownTask } from "../../context/assignment.ts";
import { taskById } from "../../plan/graph.ts";
import type { PlanState } from "../../plan/state.ts";
import { suggest } from "../../plan/suggest.ts";
import type { Answer, Hook, HostEventOf } from "./host-hook.ts";
import type { Standing } from "./host-standing.ts";
import type { MemoryNote } from "./memory-note.ts";

/** What a prompt names as a task where the plan has none of that name; undefined where it has. */
export function unknownIn(state: PlanState | undefined, { task }: NamedTask): UnknownTask | undefined {
  if (state === undefined || taskById(state, task) !== undefined) return undefined;
  const ids = [...state.tasks.values()].map(({ id }) => id);
  return { task, plan: state.slug, near: suggest(task, ids) };
}

/**
 * A subagent on a task that is not there: it and whoever starts it are told, once for each name, and nobody is held up.
 * A conversation on no plan may well mean another system's tasks, unless it names the plan.
 */
export function tellUnknown(
  hook: Hook<HostEventOf<"tool-starting">>,
  standing: Standing,
  named: NamedTask,
  unknown: UnknownTask,
): Answer {
  const { callId = "", subagentType, prompt = "" } = hook.event.tool;
  const spawned: MemoryNote = {
    note: "spawned",
    call: callId,
    ...(subagentType === undefined ? {} : { subagentType }),
    unknown,
  };
  if (standing.kind !== "bound" && named.plan === undefined) return { reply: {}, notes: [spawned] };
  const what = `unknown:${named.task}`;
  const isTold = hook.memory.told.has(what);
  const reply = {
    ...(isTold ? {} : { context: renderUnknownTask(unknown, "starter") }),
    ...(hook.rewritesPrompts ? { prompt: `${prompt}\n\n${renderUnknownTask(unknown, "agent")}` } : {}),
  };
  return { reply, notes: [spawned, ...(isTold ? [] : [{ note: "told" as const, what }])] };
}
