import { checksOf, isFlaky, lastEvidence, standingOf, type CheckStanding, type Trees } from "./checks.ts";
import { refuse, type Refusal } from "./refusal.ts";
import type { Check, PlanState, Task } from "./state.ts";

/** One thing that must hold before a task may be done. */
export interface Condition {
  readonly check: string;
  readonly standing: CheckStanding;
  readonly isMet: boolean;
  /** How it stands, in a sentence. */
  readonly says: string;
  readonly isFlaky: boolean;
}

/** What a task's gate asks for, each check that proves it a condition; none where nothing proves it. */
export function taskGate(
  state: Pick<PlanState, "checks">,
  task: Pick<Task, "uid">,
  trees?: Trees,
): readonly Condition[] {
  return checksOf(state, task.uid).map((check) => {
    const standing = standingOf(check, trees);
    return {
      check: check.id,
      standing,
      isMet: standing === "passed",
      says: `${check.id}: ${describeStanding(check, standing)}`,
      isFlaky: isFlaky(check),
    };
  });
}

/** Why the gate of a task is closed; undefined where it is open. */
export function whyClosed(state: Pick<PlanState, "checks">, task: Task, trees: Trees | undefined): Refusal | undefined {
  const unmet = taskGate(state, task, trees).filter(({ isMet }) => !isMet);
  if (unmet.length === 0) return undefined;
  const cause = checksOf(state, task.uid)
    .filter(({ id }) => unmet.some(({ check }) => check === id))
    .map((check) => lastEvidence(check)?.stamp ?? check.stamp)[0];
  return refuse("gate-closed", `${task.id} is not proven: ${unmet.map(({ says }) => says).join("; ")}`, {
    hint: `holdfast verify --task ${task.id}`,
    details: unmet.map(({ check, says }) => refuse("check-open", says, { place: check })),
    ...(cause === undefined ? {} : { cause }),
  });
}

export function describeStanding(check: Check, standing: CheckStanding): string {
  const last = lastEvidence(check);
  switch (standing) {
    case "passed":
      return "passed on this tree";
    case "stale":
      return "passed, and what it looks at has changed since";
    case "unknown":
      return "passed; whether on this tree is not known";
    case "failed":
      return `failed (${last?.why ?? ""})`;
    case "void":
      return `its last run proves nothing (${last?.why ?? ""})`;
    case "missing":
      return "has not run";
    default:
      return standing satisfies never;
  }
}
