import {
  changedParts,
  isFlaky,
  isObservedPass,
  lastEvidence,
  standingOf,
  type CheckStanding,
  type Trees,
} from "../checks.ts";
import type { Check } from "../check-state.ts";
import type { GateLevel } from "../state.ts";
import type { Condition } from "./condition.ts";

/**
 * What is to prove something: each check is a condition. At a level below `executed` a host's word is enough, at
 * `claimed` anybody's; what was seen to fail is believed at any level.
 */
export function checkConditions(
  checks: readonly Check[],
  level: GateLevel,
  trees: Trees | undefined,
  way: string,
): readonly Condition[] {
  return checks.map((check): Condition => {
    const standing = standingOf(check, trees);
    const isObserved = level !== "executed" && standing !== "passed" && isObservedPass(check, trees);
    const cause = lastEvidence(check)?.stamp ?? check.stamp;
    return {
      kind: "check",
      subject: check.id,
      standing: isObserved ? "observed" : standing,
      isMet: standing === "passed" || isObserved || (level === "claimed" && standing !== "failed"),
      says: `${check.id}: ${isObserved ? OBSERVED : describeStanding(check, standing)}`,
      way: standing === "changed" ? `a person runs: holdfast check accept ${check.id}` : way,
      ...(isFlaky(check) ? { isFlaky: true as const } : {}),
      cause,
    };
  });
}

const OBSERVED = "passed on this tree as a host told, and was not run by Holdfast";

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
    case "changed":
      return `passed, and what it ran is not what a person approved: ${changedParts(check).join(", ")}`;
    case "unverified":
      return "unverified: Holdfast did not write the record of its run as it stands (holdfast journal verify)";
    case "elsewhere":
      return `passed on another machine, or its key is gone: run it here, or a person runs holdfast trust --evidence ${check.id}`;
    default:
      return standing satisfies never;
  }
}
