import type { CheckStanding, Trees } from "../checks.ts";
import { askedCriteria, checksOfCriterion, textBesideId, type Criterion } from "../criteria.ts";
import { doubtKey } from "../reviews.ts";
import type { Doubt } from "../check-state.ts";
import type { PlanState } from "../state.ts";
import { checkConditions } from "./check-conditions.ts";
import type { Condition } from "./condition.ts";

type Plan = Pick<PlanState, "criteria" | "checks" | "level">;

/** How every criterion that is asked for stands: as the worst of what is to prove it, or as a person has said. */
export const criterionConditions = (plan: Plan, trees?: Trees): readonly Condition[] =>
  askedCriteria(plan).map((criterion) => criterionCondition(plan, criterion, trees));

export function criterionCondition(plan: Plan, criterion: Criterion, trees?: Trees): Condition {
  const { id, signedOff } = criterion;
  const name = nameOf(criterion);
  const about = { kind: "criterion", subject: id };
  if (signedOff !== undefined && doubtOf(criterion, trees) === undefined) {
    const says = `${name} was signed off by ${signedOff.person} (${signedOff.why})`;
    return { ...about, standing: "signed-off", isMet: true, says, cause: signedOff.stamp };
  }
  const conditions = checkConditions(checksOfCriterion(plan, criterion), plan.level, trees, WAY);
  const unmet = conditions.filter(({ isMet }) => !isMet);
  const shown = unmet.length > 0 ? unmet : conditions;
  const [worst] = [...shown].sort((a, b) => WORST.indexOf(a.standing) - WORST.indexOf(b.standing));
  if (worst === undefined) return { ...about, ...unproven(plan, criterion, trees) };
  return { ...worst, ...about, says: `${name}: ${shown.map(({ says }) => says).join("; ")}` };
}

/** Of a criterion that no check is to prove, and no person's word that counts. */
function unproven(plan: Plan, criterion: Criterion, trees?: Trees): Omit<Condition, "kind" | "subject"> {
  const { id, signedOff, takenOut, stamp } = criterion;
  const name = nameOf(criterion);
  const byPerson = `a person runs: holdfast plan sign-off ${id} --why "…"`;
  const doubt = doubtOf(criterion, trees);
  if (signedOff !== undefined && doubt !== undefined) {
    const says = `${name}: what the journal has of its sign-off does not count here (${doubt})`;
    return { standing: doubt, isMet: false, says, way: byPerson, cause: signedOff.stamp };
  }
  const isMet = plan.level === "claimed";
  if (takenOut !== undefined) {
    return { standing: "taken-out", isMet, says: `${name}: nothing proves it`, way: byPerson, cause: stamp };
  }
  const way = `holdfast check add <id> --criterion ${id} -- <command>; or ${byPerson}`;
  return { standing: "open", isMet, says: `${name}: nothing is to prove it`, way, cause: stamp };
}

/** Whether it was proven when it was last looked at: what has become of the tree since is not asked. */
export const isProvenAsSeen = (plan: Plan, criterion: Criterion): boolean =>
  AS_SEEN.has(criterionCondition(plan, criterion).standing);

const AS_SEEN: ReadonlySet<string> = new Set(["signed-off", "passed", "unknown"]);

const WORST: readonly string[] = [
  "failed",
  "unverified",
  "void",
  "missing",
  "changed",
  "elsewhere",
  "stale",
  "unknown",
  "passed",
] satisfies readonly CheckStanding[];

const WAY = "holdfast verify --for-plan";
const MOST_CHARS = 80;

function nameOf(criterion: Criterion): string {
  const { id, takenOut } = criterion;
  const text = textBesideId(criterion);
  const short = text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS - 1)}…` : text;
  const gone = takenOut === undefined ? "" : `, taken out by ${takenOut.session} while work was under way`;
  return `${id} (${short})${gone}`;
}

/** Why a person's word does not count here. */
function doubtOf({ signedOff }: Criterion, trees: Trees = {}): Doubt | undefined {
  const known = signedOff === undefined ? undefined : trees[doubtKey(signedOff.stamp)];
  return known === "unverified" || known === "elsewhere" ? known : signedOff?.doubt;
}
