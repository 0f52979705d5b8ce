import { renewCriteria } from "../criteria.ts";
import type { Draft } from "../draft.ts";
import type { PlanEventOf } from "../events.ts";
import { refuse, type Refusal } from "../refusal.ts";
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
