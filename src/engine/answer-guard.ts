import { join, relative } from "node:path";
import { isInside } from "../workspace/contained-path.ts";
import { NOTHING, type Answer, type Hook, type HostEventOf } from "./host-hook.ts";
import { guardTargets } from "./guard-targets.ts";
import { standingOf } from "./host-standing.ts";

/**
 * An observer changes nothing of its plan but its lanes. Nothing else is ever refused here: whoever may write does it
 * by commands, and what gets past this is seen in the journal. Where roles cannot be read, Holdfast's own files are
 * held back and nobody's other work.
 */
export function answerWrite(hook: Hook<HostEventOf<"tool-starting">>): Answer {
  const { event, workspace } = hook;
  const { planning, folder } = workspace.place;
  const targets = guardTargets(event, planning, workspace.caller.env["HOME"]);
  if (targets.length === 0) return NOTHING;
  const standing = standingOf(workspace);
  const shown = (path: string): string => join(folder, relative(planning, path));
  if (!standing.ok) {
    const deny = `Holdfast cannot read who may write ${shown(targets[0]!)}, so it stays as it is: ${standing.refusal.message} (holdfast doctor).`;
    return { reply: { deny }, notes: [] };
  }
  if (standing.value.kind !== "bound" || standing.value.role !== "observer") return NOTHING;
  const { slug } = standing.value.head;
  const refused = targets.find((path) => isHeldBack(path, planning, slug));
  if (refused === undefined) return NOTHING;
  const deny = `This session observes the plan ${slug}: ${shown(refused)} is its writer's. Lanes are open to an observer (holdfast lane create "<title>"); holdfast status shows the plan, and a person may agree to holdfast session steal.`;
  return { reply: { deny }, notes: [] };
}

/** The plan's own folder without its lanes, what the clone keeps, and the folder as a whole. */
function isHeldBack(path: string, planning: string, slug: string): boolean {
  if (path === planning || isInside(join(planning, ".local"), path)) return true;
  return isInside(join(planning, slug), path) && !isInside(join(planning, slug, "lanes"), path);
}
