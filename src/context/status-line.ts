import type { Role } from "../plan/record.ts";
import type { PlanState } from "../plan/state.ts";
import { neutralizeLine } from "./neutralize.ts";
import { surveyTasks, type Survey } from "./survey.ts";

const LONGEST_SLUG = 30;

/** Between the parts of a status line. */
export const PART_BREAK = " | ";

/**
 * What a host's status line says about a plan: `task!:<slug>` for its writer or worker, `obs:<slug>` for an observer,
 * `wksp:<slug>` where the session is bound to none; and as a part of its own wave and tasks.
 */
export function renderStatusLine(state: PlanState, role?: Role, survey: Survey = surveyTasks(state)): string {
  const { counts, total, wave, waves } = survey;
  const plan = `${cueOf(role)}:${shortSlug(state.slug)}${state.status === "active" ? "" : ` ${state.status}`}`;
  if (total === 0) return plan;
  const blocked = counts.blocked > 0 ? ` ${counts.blocked} blocked` : "";
  return `${plan}${PART_BREAK}wave ${wave}/${waves} ${counts.done}/${total} tasks${blocked}`;
}

/** What a plan's name stands behind in a status line. */
export function cueOf(role: Role | undefined): "task!" | "obs" | "wksp" {
  if (role === "writer" || role === "worker") return "task!";
  return role === "observer" ? "obs" : "wksp";
}

/** Both ends of a slug tell more than its beginning. */
function shortSlug(slug: string): string {
  const safe = neutralizeLine(slug, 200);
  return safe.length <= LONGEST_SLUG ? safe : `${safe.slice(0, 16)}~${safe.slice(-13)}`;
}
