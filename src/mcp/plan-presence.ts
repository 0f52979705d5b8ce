import { statSync } from "node:fs";
import type { Workspace } from "../engine/workspace.ts";
import { isSelectable } from "../workspace/resolve-plan.ts";

/** Whether there is a plan to work with: tools are offered only then. */
export const hasPlan = (workspace: Workspace): boolean =>
  workspace.list().some((plan) => isSelectable(plan) || plan.status === "paused");

/** A folder's state in one look; it changes with what is added to or taken from it. */
export function folderMark(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? "" : `${stats.ino}:${stats.mtimeMs}`;
}
