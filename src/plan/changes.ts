import type { Change, PlanState } from "./state.ts";

/**
 * The kinds of all that happened after a revision, of a note with what it is: `task.claimed`, `entry.added log`.
 * Undefined where the plan no longer knows all of it, or was never told.
 */
export function kindsSince({ revision: now, changes }: PlanState, revision: number): ReadonlySet<string> | undefined {
  const later = changes.filter((change) => change.revision > revision);
  const told = new Set(later.map((change) => change.revision)).size;
  // The oldest that is kept may be what is left of a record with more.
  const isWhole = told === now - revision && later[0] !== changes[0];
  return isWhole || now === revision ? new Set(later.map(kindOf)) : undefined;
}

const kindOf = ({ type, subject }: Change): string =>
  type === "entry.added" && subject !== undefined ? `${type} ${subject}` : type;
