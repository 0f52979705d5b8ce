import type { PlanStatus } from "../plan/state.ts";
import { ok, refused, type Result } from "../plan/refusal.ts";
import type { WorkspaceState } from "./facts.ts";
import { bindingOf } from "./sessions.ts";
import { hintNear } from "../plan/suggest.ts";

/** What choosing a plan needs to know of each. */
export interface PlanListing {
  readonly slug: string;
  readonly aliases: readonly string[];
  readonly status: PlanStatus | "none";
  readonly updatedAt: number;
}

export type PlanSource = "flag" | "pin" | "session" | "worktree" | "default" | "latest";

/** Which plan is meant and why; `notes` tell a person what was found to be out of date on the way. */
export type PlanChoice =
  | { readonly source: "none"; readonly notes: readonly string[] }
  | { readonly source: PlanSource; readonly slug: string; readonly notes: readonly string[] };

export interface PlanQuestion {
  /** `--plan`. */
  readonly flag?: string;
  /** HOLDFAST_PLAN; an empty one is none. */
  readonly pin?: string;
  readonly session?: string;
  /** The plan in whose own worktree the caller stands. */
  readonly here?: string;
  readonly state: WorkspaceState;
  readonly plans: readonly PlanListing[];
  /** A prefix that fits one plan only is taken for it: for reading, and where a person sees the full name. */
  readonly allowPrefix?: boolean;
}

const STRONG: ReadonlySet<PlanChoice["source"]> = new Set(["flag", "pin", "session", "worktree"]);

/** Whether somebody meant this plan. The others are advice, and nothing is written on their word. */
export const isStrong = (choice: PlanChoice): boolean => STRONG.has(choice.source);

/**
 * The order is: flag, pin, binding, worktree, default, latest. A name that was given and is wrong is refused. A plan that
 * is bound, has this worktree or is the default is chosen though it is damaged.
 */
export function resolvePlan(question: PlanQuestion): Result<PlanChoice> {
  const { flag, pin, session, here, state, plans, allowPrefix = false } = question;
  const given =
    flag !== undefined ? named(flag, "flag") : pin !== undefined && pin !== "" ? named(pin, "pin") : undefined;
  if (given !== undefined) {
    const found = findPlan(given.name, plans, allowPrefix, given.place);
    return found.ok ? ok({ source: given.source, slug: found.value.slug, notes: [] }) : found;
  }
  const notes: string[] = [];
  const binding = session === undefined ? undefined : bindingOf(state, session);
  if (binding !== undefined) {
    const bound = planNamed(binding.plan, plans);
    if (bound !== undefined) return ok({ source: "session", slug: bound.slug, notes });
    notes.push(`This session is bound to the plan ${binding.plan}, which is gone.`);
  }
  const own = here === undefined ? undefined : planNamed(here, plans);
  if (own !== undefined && mayBeTakenUp(own)) return ok({ source: "worktree", slug: own.slug, notes });
  if (state.defaultPlan !== undefined) {
    const standard = planNamed(state.defaultPlan, plans);
    if (standard !== undefined && mayBeTakenUp(standard)) {
      return ok({ source: "default", slug: standard.slug, notes });
    }
    notes.push(`The default plan ${state.defaultPlan} is ${standard?.status ?? "gone"}.`);
  }
  const latest = latestOf(plans);
  return ok(latest === undefined ? { source: "none", notes } : { source: "latest", slug: latest.slug, notes });
}

/** The plan of that slug, else the one of that alias; with `allowPrefix`, else the only one that begins so. */
export function findPlan(
  name: string,
  plans: readonly PlanListing[],
  allowPrefix = false,
  place?: string,
): Result<PlanListing> {
  const at = place === undefined ? {} : { place };
  const bySlug = plans.find(({ slug }) => slug === name);
  if (bySlug !== undefined) return ok(bySlug);
  const namesOf = ({ slug, aliases }: PlanListing): readonly string[] => [slug, ...aliases];
  let fitting = plans.filter(({ aliases }) => aliases.includes(name));
  if (fitting.length === 0 && allowPrefix && name !== "") {
    fitting = plans.filter((plan) => namesOf(plan).some((candidate) => candidate.startsWith(name)));
  }
  if (fitting.length === 1) return ok(fitting[0]!);
  if (fitting.length > 1) {
    const slugs = fitting.map(({ slug }) => slug).sort();
    return refused("ambiguous-plan", `${quote(name)} fits ${slugs.length} plans.`, { hint: oneOf(slugs), ...at });
  }
  const near = plans.length === 0 ? { hint: "There is no plan yet." } : hintNear(name, plans.flatMap(namesOf), LISTED);
  return refused("no-such-plan", `There is no plan ${quote(name)}.`, { ...near, ...at });
}

/** Where a name was typed is plain to whoever typed it, by position or by `--plan`; a variable is not. */
const named = (name: string, source: "flag" | "pin") => ({
  name,
  source,
  place: source === "flag" ? undefined : "HOLDFAST_PLAN",
});

/**
 * A renamed plan is still found by what a fact once called it; so is one that is damaged (`none`): what was meant for it
 * must not go to another.
 */
const planNamed = (name: string, plans: readonly PlanListing[]): PlanListing | undefined => {
  const found = findPlan(name, plans);
  return found.ok ? found.value : undefined;
};

/** What is damaged is chosen too: what was meant for it must not go to another. */
const mayBeTakenUp = (plan: PlanListing): boolean => isSelectable(plan) || plan.status === "none";

/** Plans that may be taken up without being named. */
export function isSelectable({ status }: Pick<PlanListing, "status">): boolean {
  switch (status) {
    case "active":
    case "blocked":
    case "verifying":
      return true;
    case "paused":
    case "done":
    case "archived":
    case "aborted":
    case "none":
      return false;
    default:
      return status satisfies never;
  }
}

function latestOf(plans: readonly PlanListing[]): PlanListing | undefined {
  const isLater = (a: PlanListing, b: PlanListing) =>
    a.updatedAt > b.updatedAt || (a.updatedAt === b.updatedAt && a.slug < b.slug);
  return plans
    .filter(isSelectable)
    .reduce<PlanListing | undefined>(
      (best, plan) => (best === undefined || isLater(plan, best) ? plan : best),
      undefined,
    );
}

const LISTED = "holdfast plan list --archived";

const oneOf = (names: readonly string[]): string => `One of: ${names.slice(0, 10).join(", ")}`;

/** As it was typed, but for what a terminal would act on. */
const quote = (name: string): string => `"${name.slice(0, 80).replace(/[\p{Cc}\p{Cf}]/gu, "?")}"`;
