import type { Draft } from "../draft.ts";
import type { PlanEventOf } from "../events.ts";
import { omit } from "../omit.ts";
import { BRIEF_TEXTS, withoutEmptyTexts } from "../brief.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { SEVERITIES } from "../severity.ts";
import {
  GATE_LEVELS,
  PACES,
  type Brief,
  type Phase,
  type PhaseStatus,
  type PlanState,
  type PlanType,
} from "../state.ts";
import { passWaves } from "../waves.ts";
import { setAcceptance } from "./acceptance.ts";
import { isPersons } from "./permission.ts";

const TYPES: readonly string[] = ["implementation", "design", "deep"];
const isType = (type: string): type is PlanType => TYPES.includes(type);
const isOnBlocked = (value: string): value is PlanState["onBlocked"] => value === "stop" || value === "others";

type SettingsEvent = PlanEventOf<"plan.created"> | PlanEventOf<"plan.edited">;

/** The settings that an event gives; a value that this program does not know changes nothing. */
export function settingsOf(event: SettingsEvent): Partial<PlanState> {
  return {
    ...(event.type === "plan.edited" && event.title !== undefined ? { title: event.title } : {}),
    // An event's own `type` is its name, so the plan's type stands in `planType`.
    ...(event.planType !== undefined && isType(event.planType) ? { type: event.planType } : {}),
    ...(event.onBlocked !== undefined && isOnBlocked(event.onBlocked) ? { onBlocked: event.onBlocked } : {}),
    ...(event.leaseMs !== undefined && event.leaseMs > 0 ? { leaseMs: event.leaseMs } : {}),
    ...(event.repos === undefined ? {} : { repos: [...new Set(event.repos)] }),
    ...oneOf("pace", PACES, event.pace),
    ...oneOf("level", GATE_LEVELS, event.level),
    ...oneOf("blocks", SEVERITIES, event.blocks),
    ...(event.reviewers === undefined ? {} : { reviewers: [...new Set(event.reviewers)] }),
  };
}

function oneOf<F extends keyof PlanState, V extends string>(
  field: F,
  words: readonly V[],
  given: string | undefined,
): Partial<Record<F, V>> {
  const word = words.find((one) => one === given);
  return (word === undefined ? {} : { [field]: word }) as Partial<Record<F, V>>;
}

/** Words that ask for less than those before them. */
const LOWERING = [
  ["pace", PACES],
  ["level", GATE_LEVELS],
  ["blocks", SEVERITIES.toReversed()],
] as const;

/** What a gate asks for may be raised by the plan's writer, and lowered by a person. */
export function whyNotLower(draft: Draft, fields: Partial<PlanState>): Refusal | undefined {
  if (isPersons(draft.record.by)) return undefined;
  const words = LOWERING.flatMap(([field, order]) => {
    const [now, wanted] = [draft.plan[field], fields[field]];
    const isLower = wanted !== undefined && order.indexOf(wanted as never) > order.indexOf(now as never);
    return isLower ? [`its ${field} from ${now} to ${wanted}`] : [];
  });
  const { reviewers } = fields;
  const gone = reviewers === undefined ? [] : draft.plan.reviewers.filter((name) => !reviewers.includes(name));
  if (gone.length > 0) words.push(`its reviewers by ${gone.join(", ")}`);
  if (words.length === 0) return undefined;
  return refuse("needs-a-person", `lowering what the plan asks for takes a person: ${words.join("; ")}`, {
    hint: "ask the person to run it in a terminal of their own",
  });
}

/**
 * Stamps a field of the plan as given by this record. A value that another clone gave, unknown to this writer, is
 * listed, not lost.
 */
function stampField(draft: Draft, field: string, old: unknown, value: unknown): void {
  const stamp = draft.plan.stamps[field];
  if (stamp !== undefined && draft.isUnseen(stamp) && !isSame(old, value)) {
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
  draft.set({ stamps: { ...draft.plan.stamps, [field]: draft.stamp } });
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Sets fields of the plan, with stamps. */
export function overwrite(draft: Draft, fields: Partial<PlanState>): void {
  for (const [field, value] of Object.entries(fields)) {
    stampField(draft, field, draft.plan[field as keyof PlanState], value);
  }
  draft.set(fields);
}

export function editPlan(draft: Draft, event: PlanEventOf<"plan.edited">): Refusal | undefined {
  const fields = settingsOf(event);
  const lower = whyNotLower(draft, fields);
  if (lower !== undefined) return lower;
  overwrite(draft, fields);
  passWaves(draft);
  const why = event.why === undefined ? "" : ` (${event.why})`;
  draft.tell(event.type, undefined, `${Object.keys(fields).join(", ")}${why}`);
  return undefined;
}

const BRIEF_LISTS = ["nonGoals", "acceptance", "constraints", "openQuestions", "edgeCases", "verification"] as const;
const BRIEF_FIELDS = [...BRIEF_TEXTS, ...BRIEF_LISTS];

export function editBrief(draft: Draft, event: PlanEventOf<"brief.edited">, index: number): undefined {
  const cleared = BRIEF_TEXTS.filter((field) => event.cleared?.includes(field));
  const given = BRIEF_FIELDS.filter((field) => event[field] !== undefined);
  const changed = new Set<keyof Brief>([...given, ...cleared]);
  const values = Object.fromEntries(given.map((field) => [field, event[field]]));
  const brief: Brief = withoutEmptyTexts(omit({ ...draft.plan.brief, ...values }, ...cleared));
  for (const field of changed) stampField(draft, `brief.${field}`, draft.plan.brief[field], brief[field]);
  draft.set({ brief });
  if (event.acceptance !== undefined) setAcceptance(draft, event.acceptance, String(index));
  draft.tell(event.type, undefined, [...changed].join(", "));
  return undefined;
}

/** What was blocked on the way stays blocked until somebody says otherwise. */
export function phasesIn(phases: readonly Phase[], current: string): readonly Phase[] {
  const index = phases.findIndex(({ id }) => id === current);
  const statusAt = (other: number, { status }: Phase): PhaseStatus => {
    if (other === index) return "in_progress";
    if (other > index) return "pending";
    return status === "blocked" ? "blocked" : "complete";
  };
  return phases.map((phase, other) => ({ ...phase, status: statusAt(other, phase) }));
}

function setPhases(draft: Draft, phases: readonly Phase[]): void {
  for (const [n, phase] of phases.entries()) {
    const old = draft.plan.phases[n]!;
    for (const field of ["title", "status", "doneWhen"] as const) {
      if (!isSame(old[field], phase[field])) stampField(draft, `phases.${phase.id}.${field}`, old[field], phase[field]);
    }
  }
  draft.set({ phases });
}

export function enterPhase(draft: Draft, event: PlanEventOf<"phase.entered">): Refusal | undefined {
  const { phases } = draft.plan;
  if (!phases.some(({ id }) => id === event.phase)) return noPhase(draft, event.phase);
  setPhases(draft, phasesIn(phases, event.phase));
  overwrite(draft, { phase: event.phase });
  draft.tell(event.type, event.phase);
  return undefined;
}

const noPhase = (draft: Draft, phase: string): Refusal =>
  refuse("no-such-phase", `no phase ${phase}`, { hint: `one of ${draft.plan.phases.map(({ id }) => id).join(", ")}` });

export function editPhase(draft: Draft, event: PlanEventOf<"phase.edited">): Refusal | undefined {
  const { phases } = draft.plan;
  if (!phases.some(({ id }) => id === event.phase)) return noPhase(draft, event.phase);
  const { title, status, doneWhen } = event;
  if (status !== undefined && !isPhaseStatus(status)) {
    return refuse("bad-value", `a phase is ${PHASE_STATUSES.join(", ")}, not ${status}`);
  }
  const fields = {
    ...(title === undefined ? {} : { title }),
    ...(status === undefined ? {} : { status }),
    ...(doneWhen === undefined ? {} : { doneWhen }),
  };
  setPhases(
    draft,
    phases.map((phase) => (phase.id === event.phase ? { ...phase, ...fields } : phase)),
  );
  draft.tell(event.type, event.phase);
  return undefined;
}

const PHASE_STATUSES: readonly string[] = ["pending", "in_progress", "complete", "blocked"] satisfies PhaseStatus[];
const isPhaseStatus = (status: string): status is PhaseStatus => PHASE_STATUSES.includes(status);

export function recordNext(draft: Draft, event: PlanEventOf<"next.recorded">): undefined {
  const { at, by } = draft.record;
  const { what, file } = event;
  const next = { what, ...(file === undefined ? {} : { file }) };
  stampField(draft, "nextAction", bareNext(draft.plan), next);
  draft.set({ nextAction: { ...next, at, session: by.session } });
  draft.tell(event.type, undefined, what);
  return undefined;
}

/** The next action without who and when, in which two clones may differ. */
function bareNext({ nextAction }: PlanState): Pick<NonNullable<PlanState["nextAction"]>, "what" | "file"> | undefined {
  if (nextAction === undefined) return undefined;
  const { what, file } = nextAction;
  return { what, ...(file === undefined ? {} : { file }) };
}

export function clearNext(draft: Draft, event: PlanEventOf<"next.cleared">): undefined {
  stampField(draft, "nextAction", bareNext(draft.plan), undefined);
  draft.plan = omit(draft.plan, "nextAction");
  draft.tell(event.type);
  return undefined;
}

const GIVABLE: readonly string[] = [
  "title",
  "type",
  "onBlocked",
  "leaseMs",
  "repos",
  "pace",
  "level",
  "blocks",
  "reviewers",
  "confidence",
];

/** Puts a value back that lost to another; false where the field is none that stands for itself. */
export function givePlanField(draft: Draft, field: string, value: unknown): boolean {
  const { at, by } = draft.record;
  const { plan } = draft;
  const brief = BRIEF_FIELDS.find((name) => field === `brief.${name}`);
  const phase = plan.phases.find(({ id }) => field.startsWith(`phases.${id}.`));
  if (brief !== undefined) {
    const rest = omit(plan.brief, brief);
    const taken = withoutEmptyTexts((value === undefined ? rest : { ...rest, [brief]: value }) as Brief);
    stampField(draft, field, plan.brief[brief], taken[brief]);
    draft.set({ brief: taken });
    if (brief === "acceptance") setAcceptance(draft, draft.plan.brief.acceptance, "taken");
  } else if (phase !== undefined) {
    const part = field.slice(`phases.${phase.id}.`.length) as keyof Phase;
    stampField(draft, field, phase[part], value);
    draft.set({ phases: plan.phases.map((other) => (other === phase ? { ...phase, [part]: value } : other)) });
  } else if (field === "nextAction") {
    stampField(draft, field, bareNext(plan), value);
    const rest = omit(draft.plan, "nextAction");
    const next = value as Pick<NonNullable<PlanState["nextAction"]>, "what" | "file"> | undefined;
    draft.plan = next === undefined ? rest : { ...rest, nextAction: { ...next, at, session: by.session } };
  } else if (GIVABLE.includes(field)) {
    stampField(draft, field, plan[field as keyof PlanState], value);
    draft.set({ [field]: value });
  } else return false;
  return true;
}
