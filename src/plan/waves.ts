import type { Draft } from "./draft.ts";
import { checksOfWaves } from "./checks.ts";
import { conflictConditions } from "./gate/wave-gate.ts";
import { isOpen, lastWave } from "./graph.ts";
import type { Task, TaskUid } from "./state.ts";

/** The wave of a task with these parents: after all of them, and never one that has passed. */
export function waveAfter(draft: Draft, parents: readonly TaskUid[]): number {
  let wave = draft.plan.passedWaves + 1;
  for (const uid of parents) {
    const parent = draft.get(uid);
    if (parent !== undefined && parent.status !== "dropped" && parent.wave >= wave) wave = parent.wave + 1;
  }
  return wave;
}

/** Puts a task and the open tasks that depend on it into the waves that their parents call for. */
export function settleWaves(draft: Draft, start: Task): void {
  for (const uid of downstream(draft, start.uid)) {
    const task = draft.get(uid)!;
    if (!isOpen(task)) continue;
    const wave = waveAfter(draft, task.parents);
    if (wave !== task.wave) draft.put({ ...task, wave });
  }
}

/** A task and all that depend on it, parents before children, each once. */
function downstream(draft: Draft, start: TaskUid): readonly TaskUid[] {
  const children = indexChildren(draft);
  const sorted: TaskUid[] = [];
  const visited = new Set<TaskUid>([start]);
  const path = [{ uid: start, rest: [...(children.get(start) ?? [])] }];
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const child = top.rest.pop();
    if (child === undefined) {
      sorted.push(top.uid);
      path.pop();
    } else if (!visited.has(child)) {
      visited.add(child);
      path.push({ uid: child, rest: [...(children.get(child) ?? [])] });
    }
  }
  return sorted.toReversed();
}

function indexChildren(draft: Draft): Map<TaskUid, TaskUid[]> {
  const children = new Map<TaskUid, TaskUid[]>();
  for (const task of draft.values()) {
    for (const parent of task.parents) {
      const list = children.get(parent);
      if (list) list.push(task.uid);
      else children.set(parent, [task.uid]);
    }
  }
  return children;
}

/**
 * Lets waves pass that have nothing open any more: all that have tasks, once nothing is open. Where they are waited for, a
 * wave with checks to pass, or with something in it that a merge left open, stands until its gate opens.
 */
export function passWaves(draft: Draft): void {
  const isFree = draft.plan.pace === "ready";
  if (!isFree && checksOfWaves(draft.plan).length > 0) return;
  const last = draft.lastOpenWave() || lastWave(draft.values());
  const mayPass = (wave: number): boolean =>
    wave <= last && draft.openIn(wave) === 0 && (isFree || !isContested(draft, wave));
  let passed = draft.plan.passedWaves;
  while (mayPass(passed + 1)) passed += 1;
  if (passed !== draft.plan.passedWaves) draft.set({ passedWaves: passed });
}

const isContested = (draft: Draft, wave: number): boolean =>
  draft.plan.conflicts.length > 0 &&
  conflictConditions(draft.plan, ({ task }) => task !== undefined && draft.get(task)?.wave === wave).length > 0;

/** The chain of tasks by which `task` already depends on itself through these parents, or undefined. */
export function findCycle(draft: Draft, task: Task, parents: readonly TaskUid[]): readonly Task[] | undefined {
  const visited = new Set<TaskUid>();
  const stack: { readonly uid: TaskUid; readonly path: readonly Task[] }[] = parents.map((uid) => ({
    uid,
    path: [task],
  }));
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { uid, path } = next;
    if (uid === task.uid) return [task, ...path.toReversed()];
    const parent = draft.get(uid);
    if (parent === undefined || visited.has(uid)) continue;
    visited.add(uid);
    for (const above of parent.parents) stack.push({ uid: above, path: [...path, parent] });
  }
  return undefined;
}
