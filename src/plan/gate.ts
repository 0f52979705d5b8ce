import { checksOf, checksOfPlan, isFlaky, lastEvidence, standingOf, type CheckStanding, type Trees } from "./checks.ts";
import { refuse, type Refusal } from "./refusal.ts";
import type { Check, PlanState, Task } from "./state.ts";

/** One thing that must hold before a task or the plan may be done. */
export interface Condition {
  readonly check: string;
  readonly standing: CheckStanding;
  readonly isMet: boolean;
  /** How it stands, in a sentence. */
  readonly says: string;
  readonly isFlaky: boolean;
}

/** What a gate asks for: each check that is to prove it is a condition. None where nothing is to prove it. */
export function conditionsOf(checks: readonly Check[], trees?: Trees): readonly Condition[] {
  return checks.map((check) => {
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

/** What a task's gate asks for. */
export const taskGate = (
  state: Pick<PlanState, "checks">,
  task: Pick<Task, "uid">,
  trees?: Trees,
): readonly Condition[] => conditionsOf(checksOf(state, task.uid), trees);

/** Why the gate of a task is closed; undefined where it is open. */
export function whyClosed(state: Pick<PlanState, "checks">, task: Task, trees: Trees | undefined): Refusal | undefined {
  const unmet = unmetOf(checksOf(state, task.uid), trees);
  if (unmet.length === 0) return undefined;
  const cause = unmet.map((refusal) => refusal.cause).find((stamp) => stamp !== undefined);
  return refuse("gate-closed", `${task.id} is not proven: ${unmet.map(({ message }) => message).join("; ")}`, {
    hint: `holdfast verify --task ${task.id}`,
    ...(unmet.length > 1 ? { details: unmet } : {}),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What is to prove the plan, and does not. */
export const unmetOfPlan = (state: Pick<PlanState, "checks">, trees: Trees | undefined): readonly Refusal[] =>
  unmetOf(checksOfPlan(state), trees).map((refusal) => ({ ...refusal, message: `check ${refusal.message}` }));

function unmetOf(checks: readonly Check[], trees: Trees | undefined): readonly Refusal[] {
  const unmet = new Map(
    conditionsOf(checks, trees).flatMap((one) => (one.isMet ? [] : [[one.check, one.says] as const])),
  );
  return checks.flatMap((check) => {
    const says = unmet.get(check.id);
    const cause = lastEvidence(check)?.stamp ?? check.stamp;
    return says === undefined ? [] : [refuse("check-open", says, { cause })];
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
    case "unverified":
      return "unverified: Holdfast did not write the record of its run as it stands (holdfast journal verify)";
    case "elsewhere":
      return `passed on another machine, or its key is gone: run it here, or a person runs holdfast trust --evidence ${check.id}`;
    default:
      return standing satisfies never;
  }
}
