import type { Trees } from "../checks.ts";
import type { Draft } from "../draft.ts";
import type { PlanEvent, PlanEventOf } from "../events.ts";
import { whyClosed } from "../gate/closed-gate.ts";
import { planConditions, proofOfPlan } from "../gate/plan-gate.ts";
import { validateSlug } from "../names.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { PlanState, PlanStatus } from "../state.ts";
import { settingsOf, whyNotLower } from "./plan-fields.ts";
import { setPlanStatus, wayBack } from "./plan-status.ts";
import { isIncomplete } from "./task-attempt.ts";

/** From which statuses a plan may take each step. */
const FROM: Readonly<Record<string, readonly PlanStatus[]>> = {
  "plan.paused": ["active", "blocked", "verifying"],
  "plan.resumed": ["paused", "blocked", "verifying"],
  "plan.blocked": ["active", "verifying"],
  "plan.done": ["active", "verifying"],
  "plan.aborted": ["active", "paused", "blocked", "verifying"],
  "plan.archived": ["done", "aborted"],
  "plan.reopened": ["done", "aborted", "archived"],
};

const TO: Readonly<Record<string, PlanStatus>> = {
  "plan.paused": "paused",
  "plan.resumed": "active",
  "plan.blocked": "blocked",
  "plan.done": "done",
  "plan.aborted": "aborted",
  "plan.archived": "archived",
  "plan.reopened": "active",
};

export function createPlan(draft: Draft, event: PlanEventOf<"plan.created">): Refusal | undefined {
  const { plan, record } = draft;
  if (plan.status !== "none") return planExists(plan);
  const valid = validateSlug(event.slug);
  if (!valid.ok) return valid.refusal;
  const settings = settingsOf(event);
  const lower = whyNotLower(draft, settings);
  if (lower !== undefined) return lower;
  draft.set({
    slug: event.slug,
    title: event.title,
    status: "active",
    statusAt: record.at,
    createdAt: record.at,
    stamps: { created: draft.stamp },
    ...settings,
  });
  draft.tell(event.type, event.slug, event.title);
  return undefined;
}

export const planExists = ({ slug, stamps }: PlanState): Refusal =>
  refuse("plan-exists", `there is a plan ${slug} already`, {
    hint: "choose another slug, or holdfast plan switch",
    ...(stamps["created"] === undefined ? {} : { cause: stamps["created"] }),
  });

export function renamePlan(draft: Draft, event: PlanEventOf<"plan.renamed">): Refusal | undefined {
  const valid = validateSlug(event.alias);
  if (!valid.ok) return valid.refusal;
  const aliases = [...draft.plan.aliases.filter((alias) => alias !== event.alias), event.alias];
  draft.set({ aliases });
  draft.tell(event.type, event.alias);
  return undefined;
}

type PlanMove = Extract<
  PlanEvent,
  {
    readonly type:
      | "plan.paused"
      | "plan.resumed"
      | "plan.blocked"
      | "plan.done"
      | "plan.aborted"
      | "plan.archived"
      | "plan.reopened";
  }
>;

export function movePlan(draft: Draft, event: PlanMove): Refusal | undefined {
  const { plan } = draft;
  const status = TO[event.type]!;
  const from = FROM[event.type]!;
  if (event.type === "plan.blocked" && isIncomplete(event)) {
    return refuse("blocker-incomplete", `${plan.slug} cannot be blocked without a blocker`);
  }
  // Two clones may come to the same without knowing of each other: that is no conflict.
  const isAgreed = plan.status === status && draft.isUnseen(plan.stamps["status"]);
  if (!isAgreed && !from.includes(plan.status as PlanStatus)) {
    return refuse("illegal-transition", `${plan.slug} is ${plan.status}: it cannot be ${movedTo(event.type)}`, {
      hint: howToGetThere(plan, event.type, from),
      ...statusCause(draft),
    });
  }
  if (event.type === "plan.done") {
    const open = whatKeepsOpen(draft, event.trees);
    if (open !== undefined) return open;
  }
  if (event.type === "plan.blocked") draft.set({ blockers: [...plan.blockers, blockerOf(draft, event)] });
  setPlanStatus(draft, status, event.type === "plan.done" ? proofOfPlan(draft.whole(), event.trees) : "claimed");
  draft.tell(event.type, undefined, reasonOf(event));
  return undefined;
}

/** What comes before a step that a plan cannot take from where it stands. */
function howToGetThere(plan: PlanState, step: PlanMove["type"], from: readonly PlanStatus[]): string {
  const isAside = plan.status === "paused" || plan.status === "blocked";
  if (step === "plan.reopened" && !isAside) return `holdfast plan switch ${plan.slug}`;
  if (step === "plan.reopened") return wayBack(plan);
  if (plan.status === "archived" || (from.includes("active") && plan.status !== "active")) return wayBack(plan);
  const isOpen = plan.status !== "done" && plan.status !== "aborted";
  const { slug } = plan;
  if (from.includes("aborted") && isOpen) return `holdfast plan done ${slug}, or holdfast plan abort ${slug} --why "…"`;
  return `it must be ${from.join(" or ")}`;
}

const movedTo = (type: PlanMove["type"]): string => (type === "plan.done" ? "called done" : type.slice("plan.".length));

/** By type, not by field: fields that an event should not have may hold anything. */
function reasonOf(event: PlanMove): string | undefined {
  switch (event.type) {
    case "plan.blocked":
    case "plan.aborted":
    case "plan.reopened":
      return event.why;
    case "plan.paused":
    case "plan.resumed":
    case "plan.done":
      return event.note;
    case "plan.archived":
      return undefined;
    default: {
      const never: never = event;
      return never;
    }
  }
}

const statusCause = ({ plan }: Draft): Pick<Refusal, "cause"> =>
  plan.stamps["status"] === undefined ? {} : { cause: plan.stamps["status"] };

const blockerOf = (draft: Draft, event: PlanEventOf<"plan.blocked">): PlanState["blockers"][number] => ({
  tried: event.tried,
  why: event.why,
  resolve: event.resolve,
  at: draft.record.at,
  session: draft.record.by.session,
});

/** What a plan may not be done with, all of it. */
const whatKeepsOpen = (draft: Draft, trees: Trees | undefined): Refusal | undefined =>
  whyClosed(planConditions(draft.whole(), trees), {
    gate: "plan",
    opening: `${draft.plan.slug} is not done`,
    reason: "plan-open",
    isUnseen: (stamp) => draft.isUnseen(stamp),
  });
