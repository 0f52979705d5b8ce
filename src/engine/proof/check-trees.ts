import { readTree, type TreeRequest } from "../../evidence/tree/tree.ts";
import { checksOf, type Trees } from "../../plan/checks.ts";
import { findTask } from "../../plan/decide/find.ts";
import { checksForPlan } from "../../plan/gate/plan-gate.ts";
import { ok, type Result } from "../../plan/refusal.ts";
import { doubtKey } from "../../plan/reviews.ts";
import type { Check } from "../../plan/check-state.ts";
import type { PlanState } from "../../plan/state.ts";
import { placeCheck, rememberTreeRules } from "./check-place.ts";
import { lookAt } from "./check-sight.ts";
import { planLayout } from "../layout.ts";
import { doubtOfCheck, doubtOfObserved, findDoubts, stampsOfChecks } from "./record-doubts.ts";
import type { Workspace } from "../workspace.ts";

/** By check: the digest of what is in its scope now, for all that prove a task; and what its reviews are judged by. */
export async function readTaskTrees(workspace: Workspace, state: PlanState, id: string): Promise<Result<Trees>> {
  const task = findTask(state, id);
  if ("refusal" in task) return { ok: false, refusal: task.refusal };
  const trees = await readTrees(workspace, state, checksOf(state, task.found.uid));
  if (!trees.ok || task.found.reviews === undefined) return trees;
  const { readReviewTrees } = await import("./review-trees.ts");
  return ok({ ...trees.value, ...(await readReviewTrees(workspace, state, task.found)) });
}

/** The same for all that the gate of the plan looks at; a sign-off that is in doubt says so under a name of its own. */
export async function readPlanTrees(workspace: Workspace, state: PlanState): Promise<Result<Trees>> {
  const read = await readTrees(workspace, state, checksForPlan(state));
  if (!read.ok) return read;
  const trees = { ...read.value, ...doubtedSignOffs(workspace, state) };
  if (state.reviews === undefined) return ok(trees);
  const { readReviewTrees } = await import("./review-trees.ts");
  return ok({ ...trees, ...(await readReviewTrees(workspace, state, undefined)) });
}

function doubtedSignOffs(workspace: Workspace, state: PlanState): Trees {
  const stamps = state.criteria.flatMap(({ signedOff }) => signedOff?.stamp ?? []);
  const doubts = findDoubts(workspace, planLayout(workspace.layout, state.slug).journal, stamps);
  return Object.fromEntries([...doubts].map(([stamp, { doubt }]) => [doubtKey(stamp), doubt]));
}

/** The same for any; a tree that several look at alike is read once. What is in doubt says so in its place. */
export async function readTrees(
  workspace: Workspace,
  state: PlanState,
  checks: readonly Check[],
): Promise<Result<Trees>> {
  const trees: Record<string, string> = {};
  const known = new Map<string, ReturnType<typeof readTree>>();
  const read = (request: TreeRequest): ReturnType<typeof readTree> => {
    const key = JSON.stringify(request);
    const tree = known.get(key) ?? readTree(request);
    known.set(key, tree);
    return tree;
  };
  const rulesOf = rememberTreeRules();
  for (const check of checks) {
    const place = placeCheck(workspace, state, check, rulesOf);
    if (!place.ok) return place;
    const seen = await lookAt(place.value, read);
    if (!seen.ok) return seen;
    trees[check.id] = seen.value.digest;
  }
  const doubts = findDoubts(workspace, planLayout(workspace.layout, state.slug).journal, stampsOfChecks(checks));
  for (const check of checks)
    trees[check.id] = doubtOfCheck(check, doubts) ?? doubtOfObserved(check, doubts, trees) ?? trees[check.id]!;
  return ok(trees);
}
