import type { Role } from "../plan/record.ts";
import type { PlanState } from "../plan/state.ts";
import { neutralizeLine } from "./neutralize.ts";
import { surveyTasks, type Survey } from "./survey.ts";

const LONGEST_SLUG = 30;

/**
 * The piece of a host's status line about a plan: `task!:<slug>` for its writer or worker, `obs:<slug>` for an
 * observer, `wksp:<slug>` where the session is bound to none; then wave and tasks.
 */
export function renderStatusLine(state: PlanState, role?: Role, survey: Survey = surveyTasks(state)): string {
  const parts = [`${cueOf(role)}:${shortSlug(state.slug)}`];
  if (state.status !== "active") parts.push(state.status);
  if (survey.total > 0)
    parts.push(`wave ${survey.wave}/${survey.waves}`, `${survey.counts.done}/${survey.total} tasks`);
  if (survey.counts.blocked > 0) parts.push(`${survey.counts.blocked} blocked`);
  return parts.join(" ");
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
