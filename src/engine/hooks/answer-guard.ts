import { join, relative } from "node:path";
import { isInside } from "../../workspace/contained-path.ts";
import { NOTHING, type Answer, type Hook, type HostEventOf } from "./host-hook.ts";
import { guardTargets } from "./guard-targets.ts";
import { standingOf } from "./host-standing.ts";
import { keptAt, wayAround } from "./kept-files.ts";
import { keptFolders } from "./kept-folders.ts";

/**
 * No agent writes what Holdfast alone keeps, whoever it is and whatever it is bound to; an observer changes nothing of
 * its plan but its lanes. Nothing else is ever refused here, and what gets past this is seen in the journal.
 */
export function answerWrite(hook: Hook<HostEventOf<"tool-starting">>): Answer {
  const { event, workspace } = hook;
  const { planning, folder, root } = workspace.place;
  const folders = keptFolders(workspace);
  const targets = guardTargets(event, folders, workspace.caller.env["HOME"]);
  const shown = (path: string): string =>
    isInside(planning, path)
      ? join(folder, relative(planning, path))
      : isInside(root, path)
        ? relative(root, path)
        : path;
  for (const path of targets) {
    const kept = keptAt(path, folders);
    if (kept !== undefined) return refuse(`Holdfast alone writes ${shown(path)}: ${wayAround(kept)}.`);
  }
  return targets.length === 0 ? answerDelegation(hook) : answerObserver(hook, targets, shown);
}

/** Where a plan's conversation leaves editing to its subagents, it writes no file itself but the plan's own. */
function answerDelegation({ event, workspace }: Hook<HostEventOf<"tool-starting">>): Answer {
  if (event.tool.kind !== "edit" || event.agent !== undefined) return NOTHING;
  const facts = workspace.facts();
  if (!facts.ok || facts.value.state.delegations.size === 0) return NOTHING;
  const standing = standingOf(workspace);
  if (!standing.ok || standing.value.kind !== "bound" || standing.value.role !== "writer") return NOTHING;
  const { slug } = standing.value.head;
  if (!facts.value.state.delegations.has(slug)) return NOTHING;
  return refuse(
    `The plan ${slug} is delegate-only: this conversation edits nothing itself, its subagents do. Start one for the task (its prompt begins with "Task ID: …"); a person ends this with holdfast plan delegate --off.`,
  );
}

/** Where roles cannot be read, the plans' files are held back and nobody's other work. */
function answerObserver(
  { workspace }: Hook<HostEventOf<"tool-starting">>,
  targets: readonly string[],
  shown: (path: string) => string,
): Answer {
  const { planning } = workspace.place;
  const standing = standingOf(workspace);
  if (!standing.ok) {
    return refuse(
      `Holdfast cannot read who may write ${shown(targets[0]!)}, so it stays as it is: ${standing.refusal.message} (holdfast doctor).`,
    );
  }
  if (standing.value.kind !== "bound" || standing.value.role !== "observer") return NOTHING;
  const { slug } = standing.value.head;
  const refused = targets.find((path) => isHeldBack(path, planning, slug));
  if (refused === undefined) return NOTHING;
  return refuse(
    `This session observes the plan ${slug}: ${shown(refused)} is its writer's. Lanes are open to an observer (holdfast lane create "<title>"); holdfast status shows the plan, and a person may agree to holdfast session steal.`,
  );
}

/** The plan's own folder without its lanes. */
const isHeldBack = (path: string, planning: string, slug: string): boolean =>
  isInside(join(planning, slug), path) && !isInside(join(planning, slug, "lanes"), path);

const refuse = (deny: string): Answer => ({ reply: { deny }, notes: [] });
