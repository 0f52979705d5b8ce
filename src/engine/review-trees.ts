import type { Trees } from "../plan/checks.ts";
import { diffKey, doubtKey, type Reviews } from "../plan/reviews.ts";
import type { Stamp } from "../plan/record.ts";
import type { PlanState, Task } from "../plan/state.ts";
import { attemptDiff } from "./attempt-diff.ts";
import { planLayout } from "./layout.ts";
import { findDoubts } from "./record-doubts.ts";
import type { Workspace } from "./workspace.ts";

/** What a gate looks at of the reviews of a task, or of the plan: what has changed by now, and what does not count. */
export async function readReviewTrees(workspace: Workspace, state: PlanState, task: Task | undefined): Promise<Trees> {
  const { reviews } = task ?? state;
  if (reviews === undefined) return {};
  const trees: Record<string, string> = {};
  const diff = task === undefined ? undefined : await attemptDiff(workspace, state, task);
  if (task !== undefined && diff?.ok === true) trees[diffKey(task.uid)] = diff.value.digest;
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
