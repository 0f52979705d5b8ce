import { digestText } from "../../journal/digest.ts";
import type { Trees } from "../../plan/checks.ts";
import type { Stamp } from "../../plan/record.ts";
import { diffKey, doubtKey, type Reviews } from "../../plan/reviews.ts";
import type { PlanState, Task } from "../../plan/state.ts";
import { readTree } from "../../evidence/tree/tree.ts";
import { attemptDiff } from "../attempts/attempt-diff.ts";
import { rootsOfPlan } from "./check-checkout.ts";
import { treeOf } from "./check-place.ts";
import { planLayout } from "../layout.ts";
import { findDoubts } from "./record-doubts.ts";
import type { Workspace } from "../workspace.ts";

/**
 * What is reviewed, as a digest: what a task's attempt has changed, or, of the plan as a whole, the content of its
 * checkouts. `attempt`: the one that is meant; unknown where another one stands now, or where it cannot be had.
 */
export async function reviewedDigest(
  workspace: Workspace,
  state: PlanState,
  task: Task | undefined,
  attempt?: string,
): Promise<string | undefined> {
  if (task === undefined) return digestOfPlan(workspace, state);
  const diff = await attemptDiff(workspace, state, task);
  const isMeant = diff.ok && (attempt === undefined || attempt === diff.value.fence);
  return isMeant ? diff.value.digest : undefined;
}

async function digestOfPlan(workspace: Workspace, state: PlanState): Promise<string | undefined> {
  const roots = rootsOfPlan(workspace, state);
  if (!roots.ok) return undefined;
  const digests: string[] = [];
  for (const root of roots.value) {
    const request = treeOf(workspace, root, []);
    const tree = request.ok ? await readTree(request.value) : request;
    if (!tree.ok) return undefined;
    digests.push(tree.value.digest);
  }
  return digestText(digests.join("\n"));
}

/** What a gate looks at of the reviews of a task, or of the plan: what has changed by now, and what does not count. */
export async function readReviewTrees(workspace: Workspace, state: PlanState, task: Task | undefined): Promise<Trees> {
  const { reviews } = task ?? state;
  if (reviews === undefined) return {};
  const trees: Record<string, string> = {};
  const digest = await reviewedDigest(workspace, state, task);
  if (digest !== undefined) trees[diffKey(task?.uid)] = digest;
  const { journal } = planLayout(workspace.layout, state.slug);
  for (const [stamp, { doubt }] of findDoubts(workspace, journal, stampsOf(reviews))) trees[doubtKey(stamp)] = doubt;
  return trees;
}

/** Of the records by which something passes. */
const stampsOf = ({ rounds, findings }: Reviews): readonly Stamp[] => [
  ...new Set([
    ...rounds.map(({ stamp }) => stamp),
    ...findings.flatMap(({ status, assessments }) => (status === "open" ? [] : (assessments.at(-1)?.stamp ?? []))),
  ]),
];
