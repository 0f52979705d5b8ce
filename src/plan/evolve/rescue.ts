import { renewCriteria } from "../criteria.ts";
import type { Draft } from "../draft.ts";
import type { PlanEventOf } from "../events.ts";
import { isOpen } from "../graph.ts";
import { validateId, validateSlug } from "../names.ts";
import { omit } from "../omit.ts";
import { NO_REVIEWS, type Reviews } from "../reviews.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { restorePlan, restoreTask } from "../snapshot.ts";
import type { Confidence, PlanState, Task } from "../state.ts";
import { waveAfter } from "../waves.ts";
import { isPersons } from "./permission.ts";
import { isOrder, notAnOrder } from "./task-structure.ts";

/**
 * A plan made again from a projection: what it says is somebody's word, so done is only claimed, nothing is proven, and
 * waivers and lowered gates hold only where a person does it.
 */
export function rescuePlan(draft: Draft, event: PlanEventOf<"plan.rescued">): Refusal | undefined {
  if (draft.plan.status !== "none") return refuse("plan-exists", `there is a plan ${draft.plan.slug} already`);
  // What is restored is changed later on; the record is not ours to change.
  const plan = restorePlan(structuredClone(event.plan));
  if (plan === undefined || plan.status === "none") return refuse("bad-value", "what was to be rescued is not a plan");
  const slug = validateSlug(plan.slug);
  if (!slug.ok) return slug.refusal;
  for (const lane of plan.lanes.keys()) {
    const valid = validateId(lane);
    if (!valid.ok) return valid.refusal;
  }
  const { pace, level, blocks } = isPersons(draft.record.by) ? plan : draft.plan;
  draft.plan = {
    ...omit(plan, "folded", "proof", "confidence", "reviews"),
    pace,
    level,
    blocks,
    ...(plan.status === "done" ? { proof: "claimed" as const } : {}),
    ...doubtOf(draft, plan.confidence),
    ...unreviewed(plan.reviews),
    ...criteriaOf(draft, plan),
    checks: plan.checks.map((check) => ({ ...check, evidence: [], stamp: draft.stamp })),
    waivers: isPersons(draft.record.by) ? plan.waivers : [],
    stamps: { created: draft.stamp },
    revision: draft.plan.revision,
  };
  draft.tell(event.type, undefined, `from ${event.source}`);
  return undefined;
}

/** Each once, as the brief says them; what a person said of them holds where a person does it. */
function criteriaOf(draft: Draft, plan: PlanState): Pick<PlanState, "criteria" | "mintedCriteria"> {
  const seen = new Set<string>();
  const criteria = plan.criteria.flatMap((criterion) => {
    const names = [criterion.uid, criterion.id.toLowerCase()];
    if (names.some((name) => seen.has(name))) return [];
    for (const name of names) seen.add(name);
    const { signedOff, verdicts: _, ...rest } = criterion;
    const isKept = signedOff !== undefined && isPersons(draft.record.by);
    return [
      {
        ...rest,
        ...(isKept ? { signedOff: { ...signedOff, stamp: draft.stamp } } : {}),
        verdicts: [],
        stamp: draft.stamp,
      },
    ];
  });
  const by = { uid: `${draft.record.id}.rescued`, stamp: draft.stamp };
  return renewCriteria({ criteria, mintedCriteria: plan.mintedCriteria }, plan.brief.acceptance, by);
}

function doubtOf(draft: Draft, confidence: Confidence | undefined): { readonly confidence?: Confidence } {
  if (confidence === undefined) return {};
  return { confidence: isPersons(draft.record.by) ? confidence : omit(confidence, "waived") };
}

/** Its parents must have been rescued before it. Who held it goes on holding it. */
export function rescueTask(draft: Draft, event: PlanEventOf<"task.rescued">): Refusal | undefined {
  const task = restoreTask(event.task, (id) => draft.taskById(id)?.uid);
  if (task === undefined)
    return refuse("bad-value", "what was to be rescued is not a task, or its parents are not here");
  const names = [task.id, ...task.outputs.map(({ name }) => name)].map(validateId);
  const bad = names.find((name) => !name.ok);
  if (bad !== undefined && !bad.ok) return bad.refusal;
  if (!isOrder(task.order)) return notAnOrder(task.id, task.order);
  if (draft.get(task.uid) !== undefined || draft.taskById(task.id) !== undefined) {
    return refuse("duplicate-id", `there is a task ${task.id} already`);
  }
  draft.put(asRescued(draft, task));
  draft.set({ nextOrder: Math.max(draft.plan.nextOrder, Math.floor(task.order) + 1) });
  draft.tell(event.type, task.id);
  return undefined;
}

/** What was found wrong is remembered, and nobody has looked at it since. */
function unreviewed(reviews: Reviews | undefined): { readonly reviews?: Reviews } {
  if (reviews === undefined || reviews.findings.length === 0) return {};
  const findings = reviews.findings.map((finding) => ({ ...finding, status: "open" as const }));
  return { reviews: { ...NO_REVIEWS, findings } };
}

function asRescued(draft: Draft, task: Task): Task {
  const claim = task.status === "in_progress" ? task.claim : undefined;
  const status = task.status === "in_progress" && claim === undefined ? "todo" : task.status;
  return {
    ...omit(task, "claim", "rival", "proof", "confidence", "reviews"),
    ...unreviewed(task.reviews),
    ...(claim === undefined ? {} : { claim: { ...claim, stamp: draft.stamp } }),
    attempts: task.attempts.map((attempt) => ({ ...attempt, stamp: draft.stamp })),
    ...(status === "done" ? { proof: "claimed" as const } : {}),
    ...doubtOf(draft, task.confidence),
    status,
    wave: isOpen(task) ? waveAfter(draft, task.parents) : task.wave,
    stamps: { added: draft.stamp },
  };
}
