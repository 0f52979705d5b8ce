import { realpathSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import type { Attempt, AttemptFiles, PlanState, Task } from "../../plan/state.ts";
import { isInside } from "../../workspace/contained-path.ts";
import type { Scene, Stint } from "./attribution.ts";
import { readEdits, type Edit } from "./edit-log.ts";
import type { Workspace } from "../workspace.ts";

/** While an attempt went on, and, where its task waits to be called done, what has been going on since it ended. */
export interface Scenes {
  readonly scene: Scene;
  /** What was its own when it ended, where that is known to the last file. */
  readonly recorded?: AttemptFiles;
  readonly aftermath?: Scene;
}

export function scenesOf(workspace: Workspace, state: PlanState, task: Task, attempt: Attempt): Scenes {
  const { endedAt, files } = attempt;
  const scene = sceneOf(workspace, state, task, attempt);
  if (endedAt === undefined || files === undefined || files.own.length < files.ownCount) return { scene };
  if (task.status !== "implemented") return { scene, recorded: files };
  const { endedAt: _, ...open } = attempt;
  const { own, ...rest } = sceneOf(workspace, state, task, { ...open, at: endedAt });
  return { scene, recorded: files, aftermath: { ...rest, own: { ...own, isAftermath: true } } };
}

export function sceneOf(workspace: Workspace, state: PlanState, task: Task, attempt: Attempt): Scene {
  const now = workspace.now();
  const stint = (of: Task, { fence, session, at, endedAt = now }: Attempt): Stint => {
    return { fence, session, from: at, to: endedAt, touches: of.touches };
  };
  const own = stint(task, attempt);
  const others = [...state.tasks.values()].flatMap((of) =>
    [of.claim, of.rival, ...of.attempts]
      .filter((other) => other !== undefined && other.fence !== attempt.fence && other.clone === attempt.clone)
      .map((other) => stint(of, other!))
      .filter(({ from, to }) => from < own.to && to > own.from),
  );
  return { own, others, edits: readEdits(workspace.place.planning, own.from, own.to).map(withRealPaths) };
}

/** Hosts name files by whatever way they came to them. */
const withRealPaths = (edit: Edit): Edit => ({ ...edit, files: edit.files.map(realFile) });

/** A file by the real path of its folder. */
export function realFile(path: string): string {
  try {
    return join(realpathSync.native(dirname(path)), basename(path));
  } catch {
    return path;
  }
}

/** By path in a checkout, the edits that name it. */
export function editsByFile(edits: readonly Edit[], top: string): ReadonlyMap<string, readonly Edit[]> {
  const named = new Map<string, Edit[]>();
  for (const edit of edits) {
    for (const file of edit.files) {
      if (!isInside(top, file) || file === top) continue;
      const path = relative(top, file).split(sep).join("/");
      named.set(path, [...(named.get(path) ?? []), edit]);
    }
  }
  return named;
}
