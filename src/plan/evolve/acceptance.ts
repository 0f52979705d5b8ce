import { lastEvidence } from "../checks.ts";
import { checksOfCriterion, renewCriteria, type Criterion, type CriterionVerdict } from "../criteria.ts";
import type { Draft } from "../draft.ts";
import type { PlanEventOf } from "../events.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { sameReviewer } from "../reviews.ts";
import { isObject } from "../shape.ts";
import type { Check } from "../check-state.ts";
import { isPersons } from "./permission.ts";
import { reopenPlan } from "./task-structure.ts";

/**
 * Gives the plan the criteria that its brief now says. What somebody who is no person takes out once work has begun is
 * still asked for. One that is new reopens a plan that was done without it.
 */
export function setAcceptance(draft: Draft, texts: readonly string[], place: string): void {
  const { at, by } = draft.record;
  const isFree = isPersons(by) || ![...draft.values()].some(({ attemptCount }) => attemptCount > 0);
  const before = draft.plan.mintedCriteria;
  const next = renewCriteria(draft.plan, texts, {
    uid: `${draft.record.id}.${place}`,
    stamp: draft.stamp,
    ...(isFree ? {} : { left: { at, session: by.session } }),
  });
  draft.set(next);
  if (next.mintedCriteria > before) reopenPlan(draft, "an acceptance criterion was added");
}

/** Notes which criteria a pass is the first to prove: all that is to prove them has passed. It is progress, once. */
export function noteProven(draft: Draft, check: Pick<Check, "criteria">): void {
  const { plan, record } = draft;
  const isFirst = (criterion: Criterion): boolean =>
    criterion.provenAt === undefined &&
    criterion.takenOut === undefined &&
    check.criteria.includes(criterion.uid) &&
    checksOfCriterion(plan, criterion).every((one) => lastEvidence(one)?.outcome === "passed");
  const first = new Set(plan.criteria.filter(isFirst));
  if (first.size === 0) return;
  draft.set({
    criteria: plan.criteria.map((one) => (first.has(one) ? { ...one, provenAt: record.at } : one)),
    provenCriteria: (plan.provenCriteria ?? 0) + first.size,
  });
}

/** The criteria with what a review of the plan says of them; one that is gone is nobody's question. */
export function judgeCriteria(
  draft: Draft,
  { task, reviewer, criteria: given = [], diff }: PlanEventOf<"review.reported">,
): readonly Criterion[] | Refusal {
  const { plan, record, stamp } = draft;
  if (!Array.isArray(given)) return refuse("bad-value", "what a review says of criteria is a list");
  if (task !== undefined && given.length > 0) {
    return refuse("bad-value", "what is said of acceptance criteria is a review of the plan as a whole");
  }
  const said = new Map<unknown, CriterionVerdict>();
  for (const item of given as readonly unknown[]) {
    const { criterion, verdict, why } = isObject(item) ? item : {};
    if ((verdict !== "met" && verdict !== "unmet") || typeof criterion !== "string" || typeof why !== "string") {
      return refuse("bad-value", "a review says of a criterion that it is met or unmet, and why");
    }
    said.set(criterion, {
      reviewer,
      verdict,
      why: why.slice(0, MAX_WHY),
      ...(diff === undefined ? {} : { diff }),
      at: record.at,
      session: record.by.session,
      ...(isPersons(record.by) ? { person: record.by.person! } : {}),
      stamp,
    });
  }
  if (said.size === 0) return plan.criteria;
  return plan.criteria.map((criterion) => {
    const verdict = said.get(criterion.uid);
    if (verdict === undefined) return criterion;
    const others = criterion.verdicts.filter((other) => !sameReviewer(other.reviewer, reviewer));
    return { ...criterion, verdicts: [...others, verdict].slice(-MAX_VERDICTS) };
  });
}

const MAX_WHY = 1000;
const MAX_VERDICTS = 8;

/** A person's word stands in for what would prove a criterion. */
export function signOff(draft: Draft, event: PlanEventOf<"acceptance.signed-off">): Refusal | undefined {
  const { plan, record, stamp } = draft;
  const known = plan.criteria.find(({ uid }) => uid === event.criterion);
  if (known === undefined) {
    const cause = plan.stamps["brief.acceptance"];
    return refuse("no-such-criterion", `there is no acceptance criterion ${event.criterion.slice(0, 80)}`, {
      hint: "holdfast plan acceptance",
      ...(cause === undefined ? {} : { cause }),
    });
  }
  const signedOff = { why: event.why, person: record.by.person ?? "", at: record.at, stamp };
  draft.set({ criteria: plan.criteria.map((other) => (other === known ? { ...known, signedOff } : other)) });
  draft.tell(event.type, known.id, event.why);
  return undefined;
}
