import { checksOf } from "../../plan/checks.ts";
import { checksForPlan } from "../../plan/gate/plan-gate.ts";
import { findCheck, findTask } from "../../plan/decide/find.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import type { Check } from "../../plan/check-state.ts";
import type { PlanState } from "../../plan/state.ts";

/** Which checks are meant; with none of these all there are. */
export interface CheckChoice {
  /** These. */
  readonly checks?: readonly string[];
  /** Those that prove these tasks. */
  readonly tasks?: readonly string[];
  /** Those that prove the tasks of this wave, and those that every wave needs. */
  readonly wave?: number;
  /** Those that prove the plan, and those that every wave needs. */
  readonly isForPlan?: boolean;
}

/** The checks that are meant, in the order of the plan. Refuses where nothing would run. */
export function chooseChecks(state: PlanState, choice: CheckChoice): Result<readonly Check[]> {
  const { checks = [], tasks = [], wave, isForPlan = false } = choice;
  const wanted = new Set<Check>();
  for (const id of checks) {
    const check = findCheck(state, id);
    if ("refusal" in check) return { ok: false, refusal: check.refusal };
    wanted.add(check.found);
  }
  for (const id of tasks) {
    const proving = provingTask(state, id);
    if (!proving.ok) return proving;
    for (const check of proving.value) wanted.add(check);
  }
  if (wave !== undefined) {
    const proving = provingWave(state, wave);
    if (!proving.ok) return proving;
    for (const check of proving.value) wanted.add(check);
  }
  if (isForPlan) for (const check of checksForPlan(state)) wanted.add(check);
  const isAll = checks.length === 0 && tasks.length === 0 && wave === undefined && !isForPlan;
  const chosen = isAll ? state.checks : state.checks.filter((check) => wanted.has(check));
  if (chosen.length > 0) return ok(chosen);
  return refused("nothing-to-verify", isForPlan ? "nothing proves the plan yet" : "the plan has no checks", {
    hint: "holdfast check add <id> -- <command>",
  });
}

function provingTask(state: PlanState, id: string): Result<readonly Check[]> {
  const task = findTask(state, id);
  if ("refusal" in task) return { ok: false, refusal: task.refusal };
  const proving = checksOf(state, task.found.uid);
  if (proving.length > 0) return ok(proving);
  return refused("nothing-to-verify", `nothing proves ${task.found.id} yet`, {
    hint: `holdfast check add <id> --task ${task.found.id} -- <command>`,
  });
}

/** A wave that is not there, or that nothing proves, is refused: to verify nothing is not to pass. */
function provingWave(state: PlanState, wave: number): Result<readonly Check[]> {
  const tasks = [...state.tasks.values()].filter((task) => task.wave === wave && task.status !== "dropped");
  if (tasks.length === 0) return refused("no-such-wave", `no task is in wave ${wave}`, { hint: "holdfast task list" });
  const uids = new Set(tasks.map(({ uid }) => uid));
  const proving = state.checks.filter((check) => check.isForWaves || check.tasks.some((uid) => uids.has(uid)));
  if (proving.length > 0) return ok(proving);
  return refused("nothing-to-verify", `nothing proves the tasks of wave ${wave} yet`, {
    hint: `holdfast check add <id> --task ${tasks[0]!.id} -- <command>`,
  });
}
