import { countByStatus, effectiveNextAction } from "../../plan/graph.ts";
import { omit } from "../../plan/omit.ts";
import type { Brief, PlanState } from "../../plan/state.ts";

/** How much of a brief is there to work from. */
export type BriefQuality = "ready" | "missing-goal" | "needs-acceptance" | "needs-clarification";

export type BriefField = keyof Brief;

/** What a brief should have before work begins, in the order in which it is asked for. */
const WANTED: readonly BriefField[] = ["goal", "doneWhen", "acceptance", "nonGoals", "constraints", "verification"];

/** Fields without which nobody can tell when the plan is done. */
export function missingBriefFields(brief: Brief): readonly BriefField[] {
  return WANTED.filter((field) => (brief[field] ?? []).length === 0);
}

export function briefQuality(brief: Brief): BriefQuality {
  const missing = missingBriefFields(brief);
  if (missing.includes("goal")) return "missing-goal";
  if (missing.length === 0) return "ready";
  return missing.length === 1 && missing[0] === "acceptance" ? "needs-acceptance" : "needs-clarification";
}

/** Everything about a plan but its tasks and notes, as `plan show --json` gives it. Times in milliseconds. */
export function viewPlan(state: PlanState, dir: string, session?: string) {
  const counts = countByStatus(state);
  const next = effectiveNextAction(state, session);
  return {
    slug: state.slug,
    aliases: state.aliases,
    title: state.title,
    type: state.type,
    status: state.status,
    ...(state.proof === undefined ? {} : { proof: state.proof }),
    phase: state.phase,
    phases: state.phases,
    dir,
    brief: state.brief,
    criteria: state.criteria.map((criterion) => omit(criterion, "uid", "stamp")),
    briefQuality: briefQuality(state.brief),
    missing: missingBriefFields(state.brief),
    ...(next === undefined
      ? {}
      : {
          nextAction: {
            what: next.what,
            ...(next.file === undefined ? {} : { file: next.file }),
            computed: next.computed,
          },
        }),
    tasks: counts,
    blockers: state.blockers,
    ...(state.confidence === undefined ? {} : { confidence: state.confidence }),
    decisions: state.entries.decision.recent.filter(({ retracted }) => retracted !== true),
    waivers: state.waivers,
    conflicts: state.conflicts.filter(({ settled }) => settled === undefined),
    onBlocked: state.onBlocked,
    pace: state.pace,
    level: state.level,
    blocks: state.blocks,
    reviewers: state.reviewers,
    leaseMs: state.leaseMs,
    repos: state.repos,
    revision: state.revision,
    createdAt: state.createdAt,
    updatedAt: state.updatedAt,
  };
}

export type PlanView = ReturnType<typeof viewPlan>;
