import { checksOfCriterion, askedCriteria, textBesideId, type Criterion } from "../plan/criteria.ts";
import { lastEvidence } from "../plan/checks.ts";
import { isProvenAsSeen } from "../plan/gate/criterion-conditions.ts";
import type { PlanState } from "../plan/state.ts";
import { inlineMarkdown } from "./neutralize.ts";
import { isoTime } from "./time.ts";

/** How far the acceptance of a plan is, as the journal has it: whether the tree is still the same is not asked. */
export interface Accepted {
  readonly total: number;
  readonly proven: number;
  /** Those that are not, by id. */
  readonly open: readonly string[];
}

export function acceptanceSeen(state: PlanState): Accepted {
  const asked = askedCriteria(state);
  const open = asked.filter((criterion) => !isProvenAsSeen({ ...state, level: "executed" }, criterion));
  return { total: asked.length, proven: asked.length - open.length, open: open.map(({ id }) => id) };
}

/** The criteria as a list: each with its id and what it rests on. */
export const renderAcceptance = (state: PlanState): string =>
  askedCriteria(state)
    .map(
      (criterion) => `- **${inlineMarkdown(criterion.id, 64)}** ${textOf(criterion)} (${standingOf(state, criterion)})`,
    )
    .join("\n");

const textOf = (criterion: Criterion): string => inlineMarkdown(textBesideId(criterion), 1000);

function standingOf(state: PlanState, criterion: Criterion): string {
  const { signedOff, takenOut } = criterion;
  const gone = takenOut === undefined ? "" : `taken out by ${inlineMarkdown(takenOut.session, 80)}; `;
  if (signedOff !== undefined) {
    const doubt = signedOff.doubt === undefined ? "" : `${signedOff.doubt}: `;
    return `${gone}${doubt}signed off by ${inlineMarkdown(signedOff.person, 80)}: ${inlineMarkdown(signedOff.why, 240)}`;
  }
  const checks = checksOfCriterion(state, criterion).map((check) => {
    const last = lastEvidence(check);
    const id = inlineMarkdown(check.id, 64);
    if (last === undefined) return `${id} has not run`;
    const doubt = last.doubt === undefined ? "" : `${last.doubt}: `;
    return `${id} ${doubt}${last.outcome === "void" ? "proves nothing" : last.outcome} ${isoTime(last.at)}`;
  });
  return `${gone}${checks.length === 0 ? "open: nothing is to prove it" : checks.join(", ")}`;
}
