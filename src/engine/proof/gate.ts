import { checksOfWaves } from "../../plan/checks.ts";
import { findTask } from "../../plan/decide/find.ts";
import { unmetOf, type Condition } from "../../plan/gate/condition.ts";
import { planConditions } from "../../plan/gate/plan-gate.ts";
import { taskConditions } from "../../plan/gate/task-gate.ts";
import { isJudgeable, taskCondition, waveConditions } from "../../plan/gate/wave-gate.ts";
import { currentWave, lastWave } from "../../plan/graph.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import { doubtedActs } from "./act-doubts.ts";
import { performOn } from "../perform.ts";
import type { PlanStore } from "../plans/plan-store.ts";

/** What a gate stands before. A wave without a number is the current one. */
export type GateSubject =
  | { readonly kind: "task"; readonly id: string }
  | { readonly kind: "wave"; readonly wave?: number }
  | { readonly kind: "plan" };

export interface GateReport {
  readonly slug: string;
  readonly kind: GateSubject["kind"];
  /** The task's id, the wave's number, the plan's slug. */
  readonly subject: string;
  readonly isOpen: boolean;
  readonly conditions: readonly Condition[];
}

/** How a gate stands on the tree as it is. A wave that is unknown, empty or still to come has none. */
export async function judgeGate(store: PlanStore, subject: GateSubject): Promise<Result<GateReport>> {
  const { state, slug, workspace } = store;
  const { readPlanTrees, readTaskTrees, readTrees } = await import("./check-trees.ts");
  const report = (name: string, conditions: readonly Condition[]): Result<GateReport> =>
    ok({ slug, kind: subject.kind, subject: name, isOpen: unmetOf(conditions).length === 0, conditions });
  if (subject.kind === "task") {
    const task = findTask(state, subject.id);
    if ("refusal" in task) return { ok: false, refusal: task.refusal };
    const trees = await readTaskTrees(workspace, state, task.found.id);
    if (!trees.ok) return trees;
    const { id, status } = task.found;
    const acts = doubtedActs(store, task.found);
    const isThere = status === "implemented" || status === "done";
    const moved = isThere ? [] : [taskCondition(state, task.found)];
    return report(id, [...moved, ...acts, ...taskConditions(state, task.found, trees.value)]);
  }
  if (subject.kind === "plan") {
    const trees = await readPlanTrees(workspace, state);
    return trees.ok ? report(slug, [...doubtedActs(store), ...planConditions(state, trees.value)]) : trees;
  }
  const wave = subject.wave ?? Math.min(currentWave(state), Math.max(1, lastWave(state.tasks.values())));
  if (!isJudgeable(state, wave)) {
    const last = lastWave(state.tasks.values());
    const why = wave > last || wave < 1 ? `there is no wave ${wave}` : `wave ${wave} is still to come`;
    return refused("no-such-wave", last === 0 ? `${slug} has no tasks, and so no waves` : why, {
      hint: last === 0 ? "holdfast task add" : `the current wave is ${Math.min(currentWave(state), last)} of ${last}`,
    });
  }
  const trees = await readTrees(workspace, state, checksOfWaves(state));
  if (!trees.ok) return trees;
  return report(String(wave), [...doubtedActs(store), ...waveConditions(state, wave, trees.value)]);
}

/**
 * Lets the current wave pass where only its gate was waited for, and it is open. A gate that is closed is no trouble of
 * whoever asks: what it keeps from beginning is refused with the reason.
 */
export async function passReadyWave(store: PlanStore): Promise<void> {
  const { state } = store;
  const wave = currentWave(state);
  const isWaiting = checksOfWaves(state).length > 0 && (state.openInWave.get(wave) ?? 0) === 0;
  if (!isWaiting || wave > lastWave(state.tasks.values())) return;
  const { readTrees } = await import("./check-trees.ts");
  const trees = await readTrees(store.workspace, state, checksOfWaves(state));
  // What the rules refuse is not written.
  if (trees.ok && doubtedActs(store).length === 0) {
    await performOn(store, { type: "pass-wave", wave, trees: trees.value });
  }
}
