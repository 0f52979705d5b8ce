import { isObject, misshapen, type Shape } from "../plan/shape.ts";
import type { DelegationFact } from "./fact-delegation.ts";
import { checkoutKey } from "./fact-places.ts";
import type { GoalCheck, GoalFact, GoalStatus } from "./goals.ts";
import { isStanding, STANDING, type Standing } from "./standings.ts";
import type { Binding, CheckoutFact, RepositoryFact, TrustFact, WorkspaceState } from "./facts.ts";

/** Raised with every kind of fact: who did not know it has left it out of the snapshot. */
const VERSION = 5;

const STATE = {
  version: "number",
  defaultPlan: "string?",
  goalCount: "count",
  revision: "number",
  updatedAt: "number",
} as const satisfies Shape;
const BINDING = {
  session: "string",
  plan: "string",
  role: "string",
  at: "number",
  renewedAt: "number",
  leaseMs: "number",
  machine: "string?",
  pid: "number?",
  stamp: "string",
} as const satisfies Shape;
const REPOSITORY = { id: "string", path: "string", at: "number" } as const satisfies Shape;
const CHECKOUT = {
  plan: "string",
  repo: "string",
  mode: "string",
  path: "string",
  branch: "string?",
  base: "string?",
  isOurs: "boolean?",
  at: "number",
} as const satisfies Shape;
const DELEGATION = { plan: "string", at: "number", session: "string" } as const satisfies Shape;
const TRUST = {
  digest: "string",
  what: "string",
  person: "string",
  at: "number",
  stamp: "string",
} as const satisfies Shape;

const GOAL = {
  id: "string",
  session: "string",
  title: "string",
  doneWhen: "string",
  description: "string?",
  status: "string",
  setAt: "number",
  completedAt: "number?",
  validatedAt: "number?",
  endedAt: "number?",
  check: "object?",
  looked: "string?",
  reason: "string?",
  adoptedFrom: "string?",
  project: "string?",
  machine: "string?",
  stamp: "string",
} as const satisfies Shape;

export function snapshotFacts(state: WorkspaceState): unknown {
  const { bindings, repositories, checkouts, trusted, standings, delegations, ...rest } = state;
  return {
    version: VERSION,
    ...rest,
    bindings: [...bindings.values()],
    repositories: [...repositories.values()],
    checkouts: [...checkouts.values()],
    trusted: [...trusted.values()],
    standings: [...standings.values()],
    delegations: [...delegations.values()],
  };
}

/** Undefined where the value is not one of ours, or says what no history can have led to. */
export function restoreFacts(value: unknown): WorkspaceState | undefined {
  if (!isObject(value) || misshapen(value, STATE) !== undefined || value["version"] !== VERSION) return undefined;
  const bindings = restoreMap<Binding>(value["bindings"], BINDING, ({ session }) => session);
  const repositories = restoreMap<RepositoryFact>(value["repositories"], REPOSITORY, ({ id }) => id);
  const checkouts = restoreMap<CheckoutFact>(value["checkouts"], CHECKOUT, ({ plan, repo }) => checkoutKey(plan, repo));
  const trusted = restoreMap<TrustFact>(value["trusted"], TRUST, ({ digest }) => digest);
  const goals = restoreMap<GoalFact>(value["goals"], GOAL, ({ id }) => id);
  const standings = restoreMap<Standing>(value["standings"], STANDING, ({ subject }) => subject);
  const delegations = restoreMap<DelegationFact>(value["delegations"], DELEGATION, ({ plan }) => plan);
  if (!bindings || !repositories || !checkouts || !trusted || !goals || !standings || !delegations) return undefined;
  if (!hasSoundRoles(bindings) || ![...goals.values()].every(isSoundGoal)) return undefined;
  if (![...standings.values()].every(isStanding)) return undefined;
  const { defaultPlan, goalCount, revision, updatedAt } = value as unknown as WorkspaceState;
  return {
    bindings,
    ...(defaultPlan !== undefined && { defaultPlan }),
    repositories,
    checkouts,
    trusted,
    goals: [...goals.values()],
    goalCount,
    standings,
    delegations,
    revision,
    updatedAt,
  };
}

function restoreMap<T>(list: unknown, shape: Shape, keyOf: (item: T) => string): ReadonlyMap<string, T> | undefined {
  if (!Array.isArray(list)) return undefined;
  const map = new Map<string, T>();
  for (const item of list as readonly unknown[]) {
    if (!isObject(item) || misshapen(item, shape) !== undefined) return undefined;
    map.set(keyOf(item as T), item as T);
  }
  return map.size === list.length ? map : undefined;
}

const GOAL_STATUSES: ReadonlySet<string> = new Set<GoalStatus>([
  "active",
  "completed",
  "validated",
  "cancelled",
  "replaced",
]);

const isSoundGoal = ({ status, check }: GoalFact): boolean =>
  GOAL_STATUSES.has(status) && (check === undefined || isSoundCheck(check));

const CHECK = { command: "string", stamp: "string", last: "object?" } as const satisfies Shape;
const RUN = {
  outcome: "string",
  why: "string",
  at: "number",
  durationMs: "number",
  exit: "count?",
  tree: "string",
  logDigest: "string",
  stamp: "string",
} as const satisfies Shape;

const isSoundCheck = (check: GoalCheck): boolean =>
  misshapen({ ...check }, CHECK) === undefined &&
  (check.last === undefined || misshapen({ ...check.last }, RUN) === undefined);

function hasSoundRoles(bindings: ReadonlyMap<string, Binding>): boolean {
  const written = new Set<string>();
  for (const { plan, role } of bindings.values()) {
    if (role === "observer") continue;
    if (role !== "writer" || written.has(plan)) return false;
    written.add(plan);
  }
  return true;
}
