import { listed } from "../counted.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { Stamp } from "../record.ts";
import { asDetail, unmetOf, type Condition } from "./condition.ts";

export interface ClosedGate {
  /** As `holdfast gate` names it: `task T1`, `wave 2`, `plan`. */
  readonly gate: string;
  /** What the refusal begins with. */
  readonly opening: string;
  readonly reason?: string;
  /** Whether the writer could not know of a record: then that is the better explanation. */
  readonly isUnseen: (stamp: Stamp) => boolean;
}

/** A gate may wait for thousands of tasks. */
const MOST_SAID = 5;
const MOST_DETAILS = 20;

/** Why a gate is closed, with what it waits for; undefined where it is open. */
export function whyClosed(conditions: readonly Condition[], closed: ClosedGate): Refusal | undefined {
  const { gate, opening, reason = "gate-closed", isUnseen } = closed;
  const unmet = unmetOf(conditions);
  const [first] = unmet;
  if (first === undefined) return undefined;
  const says = unmet.slice(0, MOST_SAID).map((condition) => condition.says);
  const causes = unmet.flatMap((condition) => condition.cause ?? []);
  const cause = causes.find(isUnseen) ?? causes[0];
  return refuse(reason, `${opening}: ${listed(says, unmet.length, ";")}`, {
    hint: first.way ?? `holdfast gate ${gate}`,
    ...(unmet.length > 1 ? { details: unmet.slice(0, MOST_DETAILS).map(asDetail) } : {}),
    ...(cause === undefined ? {} : { cause }),
  });
}
