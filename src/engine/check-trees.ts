import { readTree, scopeTree, type Tree } from "../evidence/tree/tree.ts";
import { checksOf, type Trees } from "../plan/checks.ts";
import { findTask } from "../plan/decide/find.ts";
import { ok, type Result } from "../plan/refusal.ts";
import type { Check, PlanState } from "../plan/state.ts";
import { placeCheck } from "./check-place.ts";
import { planLayout } from "./layout.ts";
import { doubtOfCheck, findDoubts, stampsOfChecks } from "./record-doubts.ts";
import type { Workspace } from "./workspace.ts";

/** By check: the digest of what is in its scope now, for all that prove a task. */
export async function readTaskTrees(workspace: Workspace, state: PlanState, id: string): Promise<Result<Trees>> {
  const task = findTask(state, id);
  if ("refusal" in task) return { ok: false, refusal: task.refusal };
  return readTrees(workspace, state, checksOf(state, task.found.uid));
}

/** The same for any; a tree that several look at alike is read once. What is in doubt says so in its place. */
export async function readTrees(
  workspace: Workspace,
  state: PlanState,
  checks: readonly Check[],
): Promise<Result<Trees>> {
  const trees: Record<string, string> = {};
  const read = new Map<string, Tree>();
  for (const check of checks) {
    const place = placeCheck(workspace, state, check);
    if (!place.ok) return place;
    const { tree: request, scope } = place.value;
    const key = JSON.stringify(request);
    const known = read.get(key);
    const tree = known === undefined ? await readTree(request) : ok(known);
    if (!tree.ok) return tree;
    read.set(key, tree.value);
    trees[check.id] = scopeTree(tree.value, scope).digest;
  }
  const doubts = findDoubts(workspace, planLayout(workspace.layout, state.slug).journal, stampsOfChecks(checks));
  for (const check of checks) trees[check.id] = doubtOfCheck(check, doubts) ?? trees[check.id]!;
  return ok(trees);
}
