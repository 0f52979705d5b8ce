import type { Difference } from "../../evidence/tree/tree.ts";
import type { Attempt, AttemptFiles, PlanState, Task } from "../../plan/state.ts";
import { editsByFile, sceneOf, type Scenes } from "./attempt-scene.ts";
import { isShared, judgeFile, type Verdict } from "./attribution.ts";
import { isElsewhereAlive, type Place } from "./others-at-work.ts";
import type { Workspace } from "../workspace.ts";

/** Whose a file that differs is; `path` is what it is called by. */
export type Judge = (difference: Difference, path: string) => Verdict;

/** For an attempt that goes on, or whose files were never recorded. */
export function judgeNow(workspace: Workspace, state: PlanState, place: Place, top: string): Judge {
  const { scene } = place;
  const naming = editsByFile(scene.edits, top);
  const isAlone = !isShared(scene, top) && !isElsewhereAlive(workspace, state, place);
  return (difference, path) => judgeFile(scene, path, naming.get(difference.path) ?? [], isAlone);
}

/**
 * What was recorded at the end stands. What has come since is its own where a tool of its conversation did it, for no
 * other task. What a command did since is nobody's: that would depend on who else is there, and on what is committed.
 */
export function judgeSince(
  { attempt, ground, scene }: Place,
  { recorded, aftermath, top }: Scenes & { readonly recorded: AttemptFiles; readonly top: string },
): Judge {
  const [own, loose] = [new Set(recorded.own), new Set(recorded.unattributed)];
  // Where its own checkout is gone, everything else in this one is of others.
  const isThere = attempt.base?.places?.[ground.repo] === ground.place;
  const since = isThere && aftermath !== undefined ? editsByFile(aftermath.edits, top) : new Map<string, never>();
  return ({ path: file }, path) => {
    if (own.has(path)) return "event";
    if (loose.has(path)) return "unattributed";
    return judgeFile(aftermath ?? scene, path, since.get(file) ?? [], false) === "event" ? "event" : "other";
  };
}

/**
 * Whose a file is that the attempts before this one may have changed: what was recorded at the end of the last that got
 * so far stands, and of those after it what their tools named.
 */
export function judgeEarlier(
  workspace: Workspace,
  state: PlanState,
  task: Task,
  { fence }: Attempt,
  top: string,
): Judge {
  const earlier = task.attempts.filter((one) => one.fence !== fence);
  const at = earlier.findLastIndex(({ files }) => files !== undefined && files.own.length === files.ownCount);
  const recorded = earlier[at]?.files;
  const [own, loose] = [new Set(recorded?.own), new Set(recorded?.unattributed)];
  const scenes = earlier.slice(at + 1).map((one) => {
    const scene = sceneOf(workspace, state, task, one);
    return { scene, naming: editsByFile(scene.edits, top) };
  });
  return ({ path: file }, path) => {
    if (own.has(path)) return "event";
    const isNamed = scenes.some(
      ({ scene, naming }) => judgeFile(scene, path, naming.get(file) ?? [], false) === "event",
    );
    return isNamed ? "event" : loose.has(path) ? "unattributed" : "other";
  };
}
