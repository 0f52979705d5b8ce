import { checkById } from "../checks.ts";
import type { Draft } from "../draft.ts";
import { readEvent, type PlanEventOf } from "../events.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { isObject } from "../shape.ts";
import type { Approved, Check, Proposal, Resolved } from "../check-state.ts";
import { changedCheck, dropCheck, editCheck, noCheck, putCheck, whyBad } from "./checks.ts";

/** A person says yes to the plan: its checks, in the form that they saw, are not made weaker by others from then on. */
export function approvePlan(draft: Draft, event: PlanEventOf<"plan.approved">): undefined {
  const checks = draft.plan.checks.map((check): Check => {
    const given = Object.hasOwn(event.checks, check.id) ? event.checks[check.id] : undefined;
    if (!isObject(given) || given["form"] !== check.stamp) return check;
    return { ...check, approved: approvedBy(draft, textsIn(given["resolved"])) };
  });
  draft.set({ checks });
  draft.tell(event.type, draft.plan.slug, event.note);
  return undefined;
}

/** A person says yes to what a check resolves to now. */
export function acceptCheck(draft: Draft, event: PlanEventOf<"check.accepted">): Refusal | undefined {
  const check = checkById(draft.plan, event.check);
  if (check === undefined) return noCheck(event.check);
  if (event.form !== check.stamp) {
    return refuse("check-changed", `${check.id} is in another form by now`, {
      hint: `holdfast check show ${check.id}`,
      cause: check.stamp,
    });
  }
  putCheck(draft, { ...check, approved: approvedBy(draft, event.resolved) });
  draft.tell(event.type, check.id, Object.keys(event.resolved).join(", "));
  return undefined;
}

const approvedBy = ({ record, stamp }: Draft, resolved: Resolved): Approved => ({
  resolved,
  person: record.by.person ?? "",
  ...(record.by.machine === undefined ? {} : { machine: record.by.machine }),
  at: record.at,
  stamp,
});

function textsIn(value: unknown): Resolved {
  if (!isObject(value)) return {};
  const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return Object.fromEntries(entries);
}

/** Somebody would make a check weaker that a person approved: that waits until a person says yes or no. */
export function proposeChange(draft: Draft, event: PlanEventOf<"check.proposed">, index: number): Refusal | undefined {
  const known = checkById(draft.plan, event.check);
  if (known === undefined) return noCheck(event.check);
  if (event.change !== undefined) {
    const edit = editOf(known.id, event.change);
    if ("refusal" in edit) return edit.refusal;
    const bad = whyBad(changedCheck(draft, known, edit.event));
    if (bad !== undefined) return bad;
  }
  const { id, at, by } = draft.record;
  const proposal: Proposal = {
    id: `${id}.${index}`,
    check: known.id,
    ...(event.change === undefined ? {} : { change: event.change }),
    ...(event.why === undefined ? {} : { why: event.why }),
    at,
    session: by.session,
  };
  const others = draft.plan.proposals.filter(({ check }) => check !== known.id);
  draft.set({ proposals: [...others, proposal] });
  draft.tell(event.type, known.id, event.why);
  return undefined;
}

/** A person's yes or no to a proposal. */
export function settleProposal(draft: Draft, event: PlanEventOf<"proposal.settled">): Refusal | undefined {
  const { proposals } = draft.plan;
  const proposal = proposals.find(({ id }) => id === event.proposal);
  if (proposal === undefined) {
    return refuse("no-such-proposal", `no open proposal ${event.proposal}`, { hint: "holdfast check list" });
  }
  if (event.take !== "accept" && event.take !== "reject") {
    return refuse("bad-value", `a proposal is accepted or rejected, not ${event.take}`);
  }
  draft.set({ proposals: proposals.filter((other) => other !== proposal) });
  draft.tell(event.type, proposal.check, event.take);
  if (event.take === "reject") return undefined;
  if (proposal.change === undefined) return dropCheck(draft, { type: "check.dropped", check: proposal.check });
  const edit = editOf(proposal.check, proposal.change);
  return "refusal" in edit ? edit.refusal : editCheck(draft, edit.event);
}

/** A change as an event would have it; what was kept may hold anything. */
function editOf(
  check: string,
  change: Readonly<Record<string, unknown>>,
): { readonly event: PlanEventOf<"check.edited"> } | { readonly refusal: Refusal } {
  const read = readEvent({ ...change, type: "check.edited", check });
  if ("event" in read && read.event.type === "check.edited") return { event: read.event };
  return { refusal: refuse("malformed-event", "what is proposed is no change of a check") };
}
