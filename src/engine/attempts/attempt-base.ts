import type { CommandOf } from "../../plan/commands.ts";
import { isReady, taskById } from "../../plan/graph.ts";
import type { AttemptBase, PlanState } from "../../plan/state.ts";
import { readHeadCommit, readGitLayout } from "../../workspace/git-layout.ts";
import { groundsHere, type Ground } from "./attempt-ground.ts";
import type { PlanStore } from "../plans/plan-store.ts";
import type { Workspace } from "../workspace.ts";

/** How long a beginning waits for a tree. The first look at a large repository may take longer: it goes by its commit. */
const PATIENCE_MS = 3_000;

export interface BaseOptions {
  /** Looks at the content, whatever the plan asks for. */
  readonly isWhole?: boolean;
}

/** A command that may begin an attempt, with what that would begin on. */
export async function withBase<C extends CommandOf<"claim-task"> | CommandOf<"start-task">>(
  { workspace, state }: PlanStore,
  command: C,
  options: BaseOptions = {},
): Promise<C> {
  const task = taskById(state, command.id);
  const isTakenOver = command.type === "claim-task" && command.takeOver === true;
  if (task === undefined || !(isReady(state, task) || isTakenOver)) return command;
  const base = await takeBase(workspace, state, options);
  return base === undefined ? command : { ...command, base };
}

/**
 * What the plan's checkouts are as an attempt begins. The content is looked at where something is to be proven of it,
 * since that costs about what `git status` does; elsewhere the commit is enough. What cannot be had is left out: no
 * beginning fails for it.
 */
async function takeBase(
  workspace: Workspace,
  state: PlanState,
  { isWhole = false }: BaseOptions = {},
): Promise<AttemptBase | undefined> {
  const grounds = groundsHere(workspace, state);
  if (!grounds.ok) return undefined;
  const commits: Record<string, string> = {};
  const places: Record<string, string> = {};
  const trees: Record<string, string> = {};
  for (const ground of grounds.value) {
    places[ground.repo] = ground.place;
    const layout = readGitLayout(ground.top);
    const commit = layout === undefined ? undefined : readHeadCommit(layout);
    if (commit !== undefined) commits[ground.repo] = commit;
    const tree = isWhole || needsTree(state) ? await digestOf(workspace, ground) : undefined;
    if (tree !== undefined) trees[ground.repo] = tree;
  }
  return { places, ...(isEmpty(commits) ? {} : { commits }), ...(isEmpty(trees) ? {} : { trees }) };
}

/** Whether anything of the plan is to be proven or reviewed on its content. */
const needsTree = ({ checks, reviewers, tasks }: PlanState): boolean =>
  checks.length > 0 || reviewers.length > 0 || [...tasks.values()].some((task) => (task.reviewers ?? []).length > 0);

const isEmpty = (of: object): boolean => Object.keys(of).length === 0;

async function digestOf(workspace: Workspace, { top }: Ground): Promise<string | undefined> {
  const [{ treeOf }, { readTree }, { keepTree }] = await Promise.all([
    import("../proof/check-place.ts"),
    import("../../evidence/tree/tree.ts"),
    import("./kept-trees.ts"),
  ]);
  const request = treeOf(workspace, top, []);
  if (!request.ok) return undefined;
  const tree = await readTree({ ...request.value, signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!tree.ok) return undefined;
  await keepTree(workspace.place.planning, tree.value);
  return tree.value.digest;
}
