import { parseSpecCheck } from "../../evidence/reviews/spec-check.ts";
import { findCriterion } from "../../plan/decide/find.ts";
import { currentWave, lastWave } from "../../plan/graph.ts";
import { validateId } from "../../plan/names.ts";
import type { Result } from "../../plan/refusal.ts";
import type { PlanStore } from "../plans/plan-store.ts";
import { record, withReviewer, type Reviewed } from "./reviews.ts";
import type { Workspace } from "../workspace.ts";

export interface HandedSpecCheck {
  readonly text: string;
  /** The wave that it has to be about; the current one, or the last, where absent. */
  readonly wave?: number;
  readonly reviewer?: string;
}

/**
 * Records what somebody found of the plan's acceptance criteria: a review of the plan as a whole, and no evidence. What
 * cannot be read, is about another wave, or judges a criterion that is not there, is a capture that failed.
 */
export const importSpecCheck = (
  workspace: Workspace,
  plan: string | undefined,
  handed: HandedSpecCheck,
): Promise<Result<Reviewed>> => withReviewer(workspace, plan, undefined, (store) => recordSpecCheck(store, handed));

async function recordSpecCheck(store: PlanStore, { text, wave, reviewer }: HandedSpecCheck): Promise<Result<Reviewed>> {
  const { state } = store;
  const current = Math.min(currentWave(state), Math.max(1, lastWave(state.tasks.values())));
  const read = parseSpecCheck(text, wave ?? current);
  if (read.kind === "capture-failed") return failed(read.why, reviewer ?? "spec-check");
  // A name that is none is refused with the reason why.
  const said = read.reviewer !== undefined && validateId(read.reviewer).ok ? read.reviewer : undefined;
  const name = reviewer ?? said ?? "spec-check";
  for (const { criterion } of read.criteria) {
    const known = findCriterion(state, criterion);
    if ("refusal" in known) return failed(`${known.refusal.message} (${known.refusal.hint ?? ""})`, name);
  }
  const { verdict, findings, assessments, criteria } = read;
  const report = { type: "report-review", reviewer: name, verdict, findings, assessments, criteria } as const;
  return record(store, { ...report, format: "spec-check" });

  function failed(why: string, by: string): Promise<Result<Reviewed>> {
    return record(store, { type: "fail-review", reviewer: by, why });
  }
}
