import { isoTime } from "../../../context/time.ts";
import { isFlaky, lastEvidence, standingOf } from "../../../plan/checks.ts";
import { describeStanding } from "../../../plan/gate/check-conditions.ts";
import type { Check, Evidence, Observed } from "../../../plan/check-state.ts";
import type { PlanState } from "../../../plan/state.ts";
import { inline } from "../../text.ts";

/** A check as lists and answers have it under --json; tasks go by the ids that people see. */
export function rowOf(state: PlanState, check: Check) {
  const { evidence: _, stamp: _stamp, tasks, criteria, observed, ...rest } = check;
  const standing = standingOf(check, undefined);
  return {
    ...rest,
    tasks: tasks.map((uid) => state.tasks.get(uid)?.id ?? uid),
    criteria: criteriaNamed(state, criteria),
    standing,
    says: describeStanding(check, standing),
    isFlaky: isFlaky(check),
    last: lastEvidence(check) ?? null,
    observed: observed ?? null,
  };
}

/** Those that are there, by the ids that people see. */
export const criteriaNamed = (state: PlanState, uids: readonly string[]): readonly string[] =>
  uids.flatMap((uid) => state.criteria.find((criterion) => criterion.uid === uid)?.id ?? []);

/** What a check runs, as one would type it. */
export const commandLine = ({ command, isShell }: Pick<Check, "command" | "isShell">): string =>
  inline(isShell ? command.join(" ") : command.map(quote).join(" "));

const quote = (word: string): string =>
  /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** What a host told of a run that Holdfast did not do. */
export const describeObserved = ({ outcome, at, why }: Observed): string =>
  `observed ${outcome} ${isoTime(at)} (${inline(why)}; not run by Holdfast)`;

const DOUBTS = { unverified: "unverified", elsewhere: "from another machine" } as const;

/** How a run went, in a few words. */
export function describeEvidence({ outcome, why, durationMs, doubt }: Evidence): string {
  const took = durationMs < 10_000 ? `${durationMs} ms` : `${Math.round(durationMs / 1000)} s`;
  const word = outcome === "void" ? "proves nothing" : outcome;
  return `${doubt === undefined ? "" : `${DOUBTS[doubt]}: `}${word} (${inline(why)}, ${took})`;
}
