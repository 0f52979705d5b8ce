import type { CommandOf } from "../commands.ts";
import { TASK_FIELDS, type PlanEvent, type PlanEventOf } from "../events.ts";
import { childrenIndex, isOpen, isReady } from "../graph.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { AttemptBase, PlanState, Task } from "../state.ts";
import { advise, collectErrors, deny, events, type Decision } from "./decision.ts";
import { findTask } from "./find.ts";
import { checkShape, checkValues, unknownParent } from "./task-input.ts";

export function editTask(state: PlanState, { id, fields, clear }: CommandOf<"edit-task">): Decision {
  const task = findTask(state, id);
  if ("refusal" in task) return task;
  const shapes = checkShape(fields, "", TASK_FIELDS);
  const errors = shapes.length > 0 ? shapes : checkValues(task.found.id, fields);
  if (errors.length > 0) return deny(collectErrors("bad-task", task.found.id, errors));
  const cleared = clear === undefined || clear.length === 0 ? {} : { cleared: clear };
  const given = Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => Object.hasOwn(TASK_FIELDS, name) && value !== undefined),
  );
  if (Object.keys({ ...given, ...cleared }).length === 0) return advise("nothing to change");
  return events({ ...given, ...cleared, type: "task.edited", task: task.found.uid });
}

export function reparentTask(state: PlanState, { id, parents }: CommandOf<"reparent-task">): Decision {
  const task = findTask(state, id);
  if ("refusal" in task) return task;
  const uids: string[] = [];
  const errors: Refusal[] = [];
  for (const [index, parent] of parents.entries()) {
    const place = `parents[${index}]`;
    const found = findTask(state, parent);
    if ("refusal" in found) errors.push({ ...unknownParent(state, task.found.id, parent), place });
    else if (found.found === task.found)
      errors.push(refuse("cycle", `${task.found.id} cannot depend on itself`, { place }));
    else uids.push(found.found.uid);
  }
  if (errors.length > 0) return deny(collectErrors("bad-parents", `the parents of ${task.found.id}`, errors));
  return events({ type: "task.reparented", task: task.found.uid, parents: [...new Set(uids)] });
}

export function reorderTask(state: PlanState, command: CommandOf<"reorder-task">): Decision {
  const task = findTask(state, command.id);
  if ("refusal" in task) return task;
  const { priority, before, after } = command;
  const errors = checkValues(task.found.id, priority === undefined ? {} : { priority });
  if (errors.length > 0) return deny(errors[0]!);
  const beside = before ?? after;
  const anchor = beside === undefined ? undefined : findTask(state, beside);
  if (anchor !== undefined && "refusal" in anchor) return anchor;
  if (anchor?.found === task.found || (anchor === undefined && priority === undefined))
    return advise("nothing to change");
  const about = {
    type: "task.reordered",
    task: task.found.uid,
    ...(priority === undefined ? {} : { priority }),
  } as const;
  if (anchor === undefined) return events(about);
  const order = orderBeside(state, task.found, anchor.found, before !== undefined);
  if (order !== undefined) return events({ ...about, order });
  return { events: renumber(state, task.found, anchor.found, before !== undefined, about) };
}

const byOrder = (state: PlanState): readonly Task[] => [...state.tasks.values()].sort((a, b) => a.order - b.order);

/** A number between those of a task and its neighbour; undefined where there is none left. */
function orderBeside(state: PlanState, moved: Task, anchor: Task, isBefore: boolean): number | undefined {
  const others = byOrder(state).filter((task) => task !== moved);
  const at = others.indexOf(anchor);
  const neighbour = others[isBefore ? at - 1 : at + 1];
  const limit = neighbour?.order ?? anchor.order + (isBefore ? -2 : 2);
  const order = (anchor.order + limit) / 2;
  return order === anchor.order || order === limit ? undefined : order;
}

/** Whole numbers for all, with the moved task where it belongs. */
function renumber(
  state: PlanState,
  moved: Task,
  anchor: Task,
  isBefore: boolean,
  about: PlanEventOf<"task.reordered">,
): readonly PlanEvent[] {
  const others = byOrder(state).filter((task) => task !== moved);
  const sorted = others.toSpliced(others.indexOf(anchor) + (isBefore ? 0 : 1), 0, moved);
  return sorted.flatMap((task, index): readonly PlanEvent[] => {
    const order = index + 1;
    if (task === moved) return [{ ...about, order }];
    return task.order === order ? [] : [{ type: "task.reordered", task: task.uid, order }];
  });
}

export function dropTask(state: PlanState, { id, children, why }: CommandOf<"drop-task">): Decision {
  const task = findTask(state, id);
  if ("refusal" in task) return task;
  const dependents = [...state.tasks.values()].filter(
    (other) => isOpen(other) && other.parents.includes(task.found.uid),
  );
  const reason = why === undefined ? {} : { why };
  const drop = (dropped: Task): PlanEvent => ({ type: "task.dropped", task: dropped.uid, ...reason });
  if (dependents.length === 0) return events(drop(task.found));
  if (children === undefined) {
    const names = dependents.map((other) => other.id).join(", ");
    return deny(
      refuse("has-children", `${names} depend${dependents.length === 1 ? "s" : ""} on ${task.found.id}`, {
        hint: "--detach takes the dependency away, --cascade drops them too",
      }),
    );
  }
  if (children === "cascade") {
    return { events: [task.found, ...descendants(state, task.found)].map(drop) };
  }
  const detach = dependents.map((other): PlanEvent => {
    const parents = other.parents.filter((uid) => uid !== task.found.uid);
    return { type: "task.reparented", task: other.uid, parents };
  });
  return { events: [...detach, drop(task.found)] };
}

/** Open tasks below a task, nearest first, each once. */
function descendants(state: PlanState, start: Task): readonly Task[] {
  const children = childrenIndex(state);
  const found = new Set<Task>([start]);
  for (const task of found) for (const child of children.get(task.uid) ?? []) if (isOpen(child)) found.add(child);
  return [...found].slice(1);
}

export function claimTask(
  state: PlanState,
  { id, leaseMs, takeOver, crashed, base }: CommandOf<"claim-task">,
  session: string,
): Decision {
  const task = findTask(state, id);
  if ("refusal" in task) return task;
  const { claim } = task.found;
  const begin = beginning(leaseMs, base);
  const gone = crashed === true ? { crashed } : {};
  if (claim !== undefined && claim.session === session) {
    return advise(`${task.found.id} is yours already`, task.found);
  }
  if (claim !== undefined && task.found.rival?.session === session) {
    const contested = `${task.found.id} is contested between you and ${claim.session}: a person settles it`;
    return advise(contested, task.found);
  }
  if (claim !== undefined && takeOver === true) {
    return events({ type: "task.claimed", task: task.found.uid, ...begin, takeOver: claim.fence, ...gone });
  }
  return events({ type: "task.claimed", task: task.found.uid, ...begin });
}

/** What a claim says beside the task, where it says anything. */
const beginning = (
  leaseMs: number | undefined,
  base: AttemptBase | undefined,
): Pick<PlanEventOf<"task.claimed">, "leaseMs" | "base"> => ({
  ...(leaseMs === undefined ? {} : { leaseMs }),
  ...(base === undefined ? {} : { base: { ...base } }),
});

/** Claims first where nobody holds it, unless an attempt is named. */
export function startTask(
  state: PlanState,
  { id, fence, leaseMs, base }: CommandOf<"start-task">,
  recordId: string,
): Decision {
  const task = findTask(state, id);
  if ("refusal" in task) return task;
  const { uid } = task.found;
  if (fence === undefined && isReady(state, task.found)) {
    return {
      events: [
        { type: "task.claimed", task: uid, ...beginning(leaseMs, base) },
        { type: "task.started", task: uid, fence: recordId },
      ],
    };
  }
  if (fence === undefined && task.found.status === "todo") return events({ type: "task.claimed", task: uid });
  return events({ type: "task.started", task: uid, ...(fence === undefined ? {} : { fence }) });
}

export function tickStep(state: PlanState, command: CommandOf<"tick-step">): Decision {
  const task = findTask(state, command.id);
  if ("refusal" in task) return task;
  const { steps, uid, id } = task.found;
  const number = /^[0-9]{1,4}$/.test(command.step) ? Number(command.step) - 1 : -1;
  const index = steps[number] === undefined ? steps.findIndex(({ text }) => text === command.step) : number;
  if (index < 0) {
    return deny(
      refuse("no-such-step", `${id} has ${steps.length} steps; none is ${JSON.stringify(command.step.slice(0, 80))}`, {
        hint: `name it by its number or its whole text: holdfast task show ${id}`,
      }),
    );
  }
  const fence = command.fence === undefined ? {} : { fence: command.fence };
  const isWanted = command.undo !== true;
  const isLate = command.fence !== undefined && command.fence !== task.found.attempts.at(-1)?.fence;
  if (steps[index]?.done === isWanted && !isLate) {
    return advise(`step ${index + 1} of ${id} is ${isWanted ? "done" : "open"} already`, task.found);
  }
  return events({
    type: command.undo === true ? "task.step-reopened" : "task.step-done",
    task: uid,
    step: index,
    ...fence,
  });
}

/** Work that its holder calls done is implemented first; the gate stands between the two. */
export function finishTask(state: PlanState, { id, fence, note, trees, changed }: CommandOf<"finish-task">): Decision {
  const task = findTask(state, id);
  if ("refusal" in task) return task;
  const { uid, status, attempts } = task.found;
  const isLate = fence !== undefined && fence !== attempts.at(-1)?.fence;
  if (status === "done" && !isLate) return advise(`${task.found.id} is done already`, task.found);
  const about = { task: uid, ...(fence === undefined ? {} : { fence }), ...(note === undefined ? {} : { note }) };
  const seen = {
    ...(trees === undefined ? {} : { trees }),
    ...(changed === undefined ? {} : { changed: { ...changed } }),
  };
  const done: PlanEvent = { type: "task.done", ...about, ...seen };
  if (status === "in_progress") return events({ type: "task.implemented", ...about }, done);
  return events(done);
}

export function blockTask(state: PlanState, command: CommandOf<"block-task">): Decision {
  const task = findTask(state, command.id);
  if ("refusal" in task) return task;
  const { tried, why, resolve, fence } = command;
  const empty = Object.entries({ tried, why, resolve }).find(([, text]) => text.trim() === "");
  if (empty !== undefined) return deny(emptyBlocker(`${task.found.id} cannot be blocked: ${empty[0]} is empty`));
  return events({
    type: "task.blocked",
    task: task.found.uid,
    tried,
    why,
    resolve,
    ...(fence === undefined ? {} : { fence }),
  });
}

export const emptyBlocker = (message: string) =>
  refuse("blocker-incomplete", message, {
    hint: "say what was tried, why it failed, and what would resolve it",
  });

/** For the rest: find the task, then say what happened to it. */
export function aboutTask(state: PlanState, id: string, event: (uid: string, task: Task) => PlanEvent): Decision {
  const task = findTask(state, id);
  return "refusal" in task ? task : events(event(task.found.uid, task.found));
}
