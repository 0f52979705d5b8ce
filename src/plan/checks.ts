import { omit } from "./omit.ts";
import type { Check, Doubt, Evidence, Observed, Resolved } from "./check-state.ts";
import type { PlanState, Proof, TaskUid } from "./state.ts";

/** Whatever the case: ids of checks are unique without regard to it. */
export const checkById = ({ checks }: Pick<PlanState, "checks">, id: string): Check | undefined =>
  checks.find((check) => check.id.toLowerCase() === id.toLowerCase());

export const checksOf = ({ checks }: Pick<PlanState, "checks">, task: TaskUid): readonly Check[] =>
  indexOf(checks).get(task) ?? NONE;

const NONE: readonly Check[] = [];

/** By the list itself, which is another one after every change: gates ask for the checks of each task of a plan. */
const indexes = new WeakMap<readonly Check[], ReadonlyMap<TaskUid, readonly Check[]>>();

function indexOf(checks: readonly Check[]): ReadonlyMap<TaskUid, readonly Check[]> {
  const known = indexes.get(checks);
  if (known !== undefined) return known;
  const index = new Map<TaskUid, Check[]>();
  for (const check of checks) {
    for (const task of new Set(check.tasks)) {
      const list = index.get(task);
      if (list === undefined) index.set(task, [check]);
      else list.push(check);
    }
  }
  indexes.set(checks, index);
  return index;
}

/** Those that every wave needs before it passes. */
export const checksOfWaves = ({ checks }: Pick<PlanState, "checks">): readonly Check[] =>
  checks.filter(({ isForWaves }) => isForWaves);

/**
 * By check: the digest of what is in its scope now. A check that is missing has not been looked at. Where what was seen
 * of it does not count here, a `Doubt` stands in the place of the digest.
 */
export type Trees = Readonly<Record<string, string>>;

/**
 * How a check stands: it passed on the tree as it is, it passed on another one, it failed, its last run proves nothing,
 * or it never ran. `unknown`: it passed, and nobody has looked at the tree. `changed`: it passed, and what ran is not what
 * a person approved. A doubt: it passed, and that is in doubt.
 */
export type CheckStanding = "passed" | "stale" | "failed" | "void" | "missing" | "unknown" | "changed" | Doubt;

const DOUBTS: ReadonlySet<string> = new Set<Doubt>(["unverified", "elsewhere"]);

/** The last that decides: a run of several that count together says nothing before the others. */
export const lastEvidence = ({ evidence }: Pick<Check, "evidence">): Evidence | undefined =>
  evidence.findLast(({ isPartial }) => isPartial !== true);

/** The runs by which a check stands as it does: the last that decides, and those of its series. */
export function decidingEvidence(check: Pick<Check, "evidence">): readonly Evidence[] {
  const last = lastEvidence(check);
  if (last?.series === undefined) return last === undefined ? [] : [last];
  return check.evidence.filter(({ series }) => series === last.series);
}

/** Whether a run leaves open how a check stands, since more of the same series are to come. */
export function isUndecided(
  { passes = 1, runs = 1, evidence }: Check,
  next: Pick<Evidence, "outcome" | "tree" | "series">,
): boolean {
  if (runs === 1 || next.outcome === "void") return false;
  const before = evidence.filter(
    ({ series, tree }) => series !== undefined && series === next.series && tree === next.tree,
  );
  const outcomes = [...before, next].map(({ outcome }) => outcome);
  const passed = outcomes.filter((outcome) => outcome === "passed").length;
  const failed = outcomes.filter((outcome) => outcome === "failed").length;
  return passed < passes && failed <= runs - passes;
}

/** What a host told of a run since Holdfast ran the check last. */
export function observedSince(check: Check): Observed | undefined {
  const { observed } = check;
  return observed !== undefined && observed.at >= (lastEvidence(check)?.at ?? 0) ? observed : undefined;
}

export function standingOf(check: Check, trees: Trees | undefined): CheckStanding {
  const last = lastEvidence(check);
  if (last === undefined) return "missing";
  if (last.outcome !== "passed") return last.outcome;
  const tree = trees === undefined || !Object.hasOwn(trees, check.id) ? undefined : trees[check.id];
  if (tree !== undefined && DOUBTS.has(tree)) return tree as Doubt;
  if (last.doubt !== undefined) return last.doubt;
  if (changedParts(check).length > 0) return "changed";
  if (tree === undefined) return "unknown";
  return tree === last.tree ? "passed" : "stale";
}

/**
 * Whether a host told of a pass on the tree as it is. That is not enough where Holdfast saw the check fail last, or where
 * several runs count together.
 */
export function isObservedPass({ id, observed, evidence, runs = 1 }: Check, trees: Trees | undefined): boolean {
  if (observed?.outcome !== "passed" || observed.tree === undefined || runs > 1) return false;
  if (lastEvidence({ evidence })?.outcome === "failed") return false;
  return trees !== undefined && Object.hasOwn(trees, id) && trees[id] === observed.tree;
}

/** What it rests on that these checks let something be called done. */
export function proofOf(checks: readonly Check[], trees: Trees | undefined): Proof {
  const isSeen = (check: Check): boolean => standingOf(check, trees) === "passed";
  if (checks.length === 0) return "claimed";
  if (checks.every(isSeen)) return "executed";
  return checks.every((check) => isSeen(check) || isObservedPass(check, trees)) ? "observed" : "claimed";
}

/** A check that passed on a tree on which an earlier run of it failed. */
export function isFlaky({ evidence }: Check): boolean {
  const last = lastEvidence({ evidence });
  return last?.outcome === "passed" && evidence.some(({ outcome, tree }) => outcome === "failed" && tree === last.tree);
}

/** What a person approved of what a check runs, or what ran: its parts and its programs, these by place in the checkout. */
export function partsOf({ resolved, programs }: Pick<Evidence, "resolved" | "programs">): Resolved {
  const named = Object.entries(programs ?? {}).map(([path, mark]) => {
    const isInCheckout = !/^(?:[/\\]|[A-Za-z]:)/.test(path);
    return [isInCheckout ? path : `program ${path.replace(/^.*[/\\]/, "")}`, mark] as const;
  });
  return { ...resolved, ...Object.fromEntries(named) };
}

/** What of that which a person approved was another thing, or not there, when a check ran last; and what was new then. */
export function changedParts(check: Check): readonly string[] {
  const { approved } = check;
  const last = lastEvidence(check);
  if (approved === undefined || last === undefined || Object.keys(approved.resolved).length === 0) return [];
  // Another machine has its own programs outside of the checkout.
  const isElsewhere = approved.machine !== last.machine;
  const ran = partsOf(last);
  return Object.keys({ ...approved.resolved, ...ran }).filter((part) => {
    if (isElsewhere && part.startsWith("program ")) return false;
    return approved.resolved[part] !== ran[part];
  });
}

/** Whether a check asks for less than it did. What it proves may grow, and how much must have passed. */
export function isWeaker(before: Check, after: Check): boolean {
  return (
    formOf(before) !== formOf(after) ||
    after.minTests < before.minTests ||
    !before.tasks.every((uid) => after.tasks.includes(uid)) ||
    !before.criteria.every((uid) => after.criteria.includes(uid)) ||
    (before.isForPlan && !after.isForPlan) ||
    (before.isForWaves && !after.isForWaves)
  );
}

/** What may not differ at all. */
function formOf(check: Check): string {
  const free = ["tasks", "criteria", "isForPlan", "isForWaves", "minTests", "timeoutMs", "isExclusive"] as const;
  const kept = omit(check, ...free, "evidence", "observed", "approved", "stamp");
  return JSON.stringify(Object.entries(kept).sort(([a], [b]) => (a < b ? -1 : 1)));
}
