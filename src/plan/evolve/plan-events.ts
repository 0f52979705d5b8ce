import type { Draft } from "../draft.ts";
import type { PlanEvent, PlanEventOf } from "../events.ts";
import { isOpen } from "../graph.ts";
import { validateSlug } from "../names.ts";
import { omit } from "../omit.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { Brief, PlanState, PlanStatus, PlanType } from "../state.ts";

const TYPES: readonly string[] = ["implementation", "design", "deep"];
const isType = (type: string): type is PlanType => TYPES.includes(type);
const isOnBlocked = (value: string): value is PlanState["onBlocked"] => value === "stop" || value === "others";

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

type SettingsEvent = PlanEventOf<"plan.created"> | PlanEventOf<"plan.edited">;

export function createPlan(draft: Draft, event: PlanEventOf<"plan.created">): Refusal | undefined {
  const { plan, record } = draft;
  if (plan.status !== "none") {
    return refuse("plan-exists", `there is a plan ${plan.slug} already`, {
      hint: "choose another slug, or holdfast plan switch",
      cause: plan.stamps["created"]!,
    });
  }
  const valid = validateSlug(event.slug);
  if (!valid.ok) return valid.refusal;
  draft.set({
    slug: event.slug,
    title: event.title,
    status: "active",
    statusAt: record.at,
    createdAt: record.at,
    stamps: { created: draft.stamp },
    ...settingsOf(event),
  });
  draft.tell(event.type, event.slug, event.title);
  return undefined;
}

function settingsOf(event: SettingsEvent): Partial<PlanState> {
  return {
    ...(event.type === "plan.edited" && event.title !== undefined ? { title: event.title } : {}),
    ...(kindOf(event) === undefined ? {} : { type: kindOf(event)! }),
    ...(event.onBlocked !== undefined && isOnBlocked(event.onBlocked) ? { onBlocked: event.onBlocked } : {}),
    ...(event.leaseMs !== undefined && event.leaseMs > 0 ? { leaseMs: event.leaseMs } : {}),
    ...(event.repos === undefined ? {} : { repos: [...new Set(event.repos)] }),
  };
}

/** The plan's type stands in `planType`: an event's own `type` is its name. */
function kindOf(event: SettingsEvent): PlanType | undefined {
  return event.planType !== undefined && isType(event.planType) ? event.planType : undefined;
}

/** Sets fields of the plan; a value that another clone gave unknown to this writer is listed, not lost. */
function overwrite(draft: Draft, fields: Partial<PlanState>): void {
  const stamps = { ...draft.plan.stamps };
  for (const [field, value] of Object.entries(fields)) {
    const stamp = stamps[field];
    const old = draft.plan[field as keyof PlanState];
    if (stamp !== undefined && draft.isUnseen(stamp) && JSON.stringify(old) !== JSON.stringify(value)) {
      draft.addConflict(
        {
          kind: "field",
          field,
          kept: { stamp: draft.stamp, value },
          lost: { stamp, value: old },
          message: `two copies of the plan changed its ${field}`,
        },
        `.${field}`,
      );
    }
    stamps[field] = draft.stamp;
  }
  draft.set({ ...fields, stamps });
}

export function editPlan(draft: Draft, event: PlanEventOf<"plan.edited">): undefined {
  const fields = settingsOf(event);
  overwrite(draft, fields);
  draft.tell(event.type, undefined, Object.keys(fields).join(", "));
  return undefined;
}

export function renamePlan(draft: Draft, event: PlanEventOf<"plan.renamed">): Refusal | undefined {
  const valid = validateSlug(event.alias);
  if (!valid.ok) return valid.refusal;
  const aliases = [...draft.plan.aliases.filter((alias) => alias !== event.alias), event.alias];
  draft.set({ aliases });
  draft.tell(event.type, event.alias);
  return undefined;
}

export function movePlan(draft: Draft, event: PlanEvent): Refusal | undefined {
  const { plan } = draft;
  const from = FROM[event.type]!;
  if (!from.includes(plan.status as PlanStatus)) {
    return refuse("illegal-transition", `${plan.slug} is ${plan.status}: no ${event.type} from there`, {
      hint: plan.status === "archived" ? "holdfast plan reopen" : `it must be ${from.join(" or ")}`,
      ...(plan.stamps["status"] === undefined ? {} : { cause: plan.stamps["status"] }),
    });
  }
  if (event.type === "plan.done") {
    const open = whatKeepsOpen(draft);
    if (open !== undefined) return open;
  }
  const status = TO[event.type]!;
  draft.plan = {
    ...omit(plan, "proof"),
    ...(status === "done" ? { proof: "claimed" as const, phases: allComplete(plan) } : {}),
    ...(event.type === "plan.blocked" ? { blockers: [...plan.blockers, blockerOf(draft, event)] } : {}),
    status,
    statusAt: draft.record.at,
    stamps: { ...plan.stamps, status: draft.stamp },
  };
  const text = "why" in event ? event.why : "note" in event ? event.note : undefined;
  draft.tell(event.type, undefined, text);
  return undefined;
}

const blockerOf = (draft: Draft, event: PlanEventOf<"plan.blocked">): PlanState["blockers"][number] => ({
  tried: event.tried,
  why: event.why,
  resolve: event.resolve,
  at: draft.record.at,
  session: draft.record.by.session,
});

const allComplete = (plan: PlanState): PlanState["phases"] =>
  plan.phases.map((phase) => ({ ...phase, status: "complete" as const }));

/** What a plan may not be done with: open tasks, active lanes, a blocked phase, a doubt nobody has answered. */
function whatKeepsOpen(draft: Draft): Refusal | undefined {
  const { plan } = draft;
  const details: Refusal[] = [];
  for (const task of draft.all()) {
    if (isOpen(task)) details.push(refuse("task-open", `${task.id} is ${task.status}`));
  }
  for (const lane of plan.lanes.values()) {
    if (lane.status !== "complete" && lane.status !== "cancelled") {
      details.push(refuse("lane-open", `lane ${lane.id} is ${lane.status}`));
    }
  }
  for (const phase of plan.phases) {
    if (phase.status === "blocked") details.push(refuse("phase-blocked", `phase ${phase.id} is blocked`));
  }
  const { confidence } = plan;
  if (confidence !== undefined && confidence.score < 4 && confidence.waived === undefined) {
    details.push(refuse("low-confidence", `the plan is at confidence ${confidence.score}/5 (${confidence.why})`));
  }
  if (details.length === 0) return undefined;
  return refuse("plan-open", `${plan.slug} is not done: ${details.length} thing${details.length === 1 ? "" : "s"} left`, {
    hint: "holdfast status",
    details: details.slice(0, 20),
    ...(plan.stamps["status"] === undefined ? {} : { cause: plan.stamps["status"] }),
  });
}

export function editBrief(draft: Draft, event: PlanEventOf<"brief.edited">): undefined {
  const changes: Partial<Brief> = Object.fromEntries(
    Object.keys(draft.plan.brief)
      .concat("goal", "doneWhen")
      .flatMap((field) => (event[field as keyof Brief] === undefined ? [] : [[field, event[field as keyof Brief]]])),
  );
  const stamps = { ...draft.plan.stamps };
  for (const [field, value] of Object.entries(changes)) {
    const key = `brief.${field}`;
    const old = draft.plan.brief[field as keyof Brief];
    if (draft.isUnseen(stamps[key]) && JSON.stringify(old) !== JSON.stringify(value)) {
      draft.addConflict(
        {
          kind: "field",
          field: key,
          kept: { stamp: draft.stamp, value },
          lost: { stamp: stamps[key]!, value: old },
          message: `two copies of the plan changed the brief's ${field}`,
        },
        `.${key}`,
      );
    }
    stamps[key] = draft.stamp;
  }
  draft.set({ brief: { ...draft.plan.brief, ...changes }, stamps });
  draft.tell(event.type, undefined, Object.keys(changes).join(", "));
  return undefined;
}

export function enterPhase(draft: Draft, event: PlanEventOf<"phase.entered">): Refusal | undefined {
  const { phases } = draft.plan;
  const index = phases.findIndex(({ id }) => id === event.phase);
  if (index < 0) return noPhase(draft, event.phase);
  overwrite(draft, {
    phase: event.phase,
    phases: phases.map((phase, other) => ({
      ...phase,
      status: other < index ? ("complete" as const) : other === index ? ("in_progress" as const) : ("pending" as const),
    })),
  });
  draft.tell(event.type, event.phase);
  return undefined;
}

const noPhase = (draft: Draft, phase: string): Refusal =>
  refuse("no-such-phase", `no phase ${phase}`, { hint: `one of ${draft.plan.phases.map(({ id }) => id).join(", ")}` });

export function editPhase(draft: Draft, event: PlanEventOf<"phase.edited">): Refusal | undefined {
  const { phases } = draft.plan;
  if (!phases.some(({ id }) => id === event.phase)) return noPhase(draft, event.phase);
  const status = event.status;
  if (status !== undefined && !isPhaseStatus(status)) {
    return refuse("bad-value", `a phase is pending, in_progress, complete or blocked, not ${status}`);
  }
  draft.set({
    phases: phases.map((phase) =>
      phase.id === event.phase
        ? {
            ...phase,
            ...(event.title === undefined ? {} : { title: event.title }),
            ...(status === undefined ? {} : { status }),
            ...(event.doneWhen === undefined ? {} : { doneWhen: event.doneWhen }),
          }
        : phase,
    ),
  });
  draft.tell(event.type, event.phase);
  return undefined;
}

const isPhaseStatus = (status: string): status is PlanState["phases"][number]["status"] =>
  ["pending", "in_progress", "complete", "blocked"].includes(status);

export function recordNext(draft: Draft, event: PlanEventOf<"next.recorded">): undefined {
  const { at, by } = draft.record;
  const file = event.file === undefined ? {} : { file: event.file };
  overwrite(draft, { nextAction: { what: event.what, ...file, at, session: by.session } });
  draft.tell(event.type, undefined, event.what);
  return undefined;
}

export function clearNext(draft: Draft, event: PlanEventOf<"next.cleared">): undefined {
  draft.plan = omit(draft.plan, "nextAction");
  draft.tell(event.type);
  return undefined;
}
