import type { Shape, Shaped } from "../plan/shape.ts";

const GOAL_TEXT = {
  title: "string",
  doneWhen: "string",
  description: "string?",
  project: "string?",
} as const satisfies Shape;

/** Every event of a workspace's journal and the fields it must have. An event that is not here changes nothing. */
export const FACT_SHAPES = {
  /**
   * Where the plan has another writer, `steal` makes that one an observer; so does `expired`, with which the author
   * says that it found the holder's heartbeat stale or its process gone, once the lease has run out too.
   */
  "session.bound": {
    session: "string",
    plan: "string",
    role: "string",
    leaseMs: "number?",
    steal: "boolean?",
    expired: "boolean?",
    machine: "string?",
    pid: "number?",
  },
  "session.renewed": { session: "string", machine: "string?", pid: "number?" },
  "session.released": { session: "string" },
  /** Somebody else's binding whose lease ran out, swept up. */
  "session.collected": { session: "string" },
  /** The plan is done, paused, archived or aborted: all its bindings end. */
  "plan.released": { plan: "string" },
  /** Only the subagents of the plan's conversation edit, not it itself. */
  "delegation.begun": { plan: "string" },
  "delegation.ended": { plan: "string" },
  "default.set": { plan: "string" },
  "default.cleared": {},
  "repository.added": { id: "string", path: "string" },
  "repository.removed": { id: "string" },
  "checkout.prepared": {
    plan: "string",
    repo: "string",
    mode: "string",
    path: "string",
    branch: "string?",
    base: "string?",
    isOurs: "boolean?",
  },
  "checkout.removed": { plan: "string", repo: "string" },
  "check.trusted": { digest: "string", what: "string" },
  "check.distrusted": { digest: "string" },
  "goal.set": { session: "string", ...GOAL_TEXT, check: "string?" },
  /** As another program left it, with its own times. */
  "goal.imported": {
    session: "string",
    ...GOAL_TEXT,
    status: "string",
    setAt: "number?",
    completedAt: "number?",
    validatedAt: "number?",
  },
  /** The goal is named, so that nobody ends one that took its place meanwhile. */
  "goal.completed": { session: "string", goal: "string" },
  /** What Holdfast saw when it ran the goal's check. */
  "goal.checked": {
    session: "string",
    goal: "string",
    outcome: "string",
    why: "string",
    exit: "count?",
    durationMs: "number",
    tree: "string",
    logDigest: "string",
  },
  /** A goal with a check is validated in the record in which that has passed. */
  "goal.validated": { session: "string", goal: "string", looked: "string" },
  "goal.cancelled": { session: "string", goal: "string", reason: "string?" },
  /** Taken over from another session. */
  "goal.adopted": { session: "string", goal: "string" },
  /** A subject is a session, or a plan for whoever writes it. Only a person begins to proceed. */
  "mode.set": { subject: "string", mode: "string" },
  /** Takes a person. With a plan, it also says that the person approves of that plan. */
  "grant.given": {
    subject: "string",
    plan: "string?",
    turns: "count",
    tokens: "count?",
    until: "time?",
    stall: "count?",
    mark: "count",
  },
  /** Takes a person: at least `turns` are left afterwards. With 0 turns a resting grant only goes on. */
  "grant.renewed": { subject: "string", plan: "string?", turns: "count", mark: "count" },
  "grant.paused": { subject: "string", session: "string", grant: "string", why: "string" },
  /** Nothing is continued for the subject until a person gives a grant again. */
  "grant.revoked": { subject: "string", why: "string?" },
  /** A continuation that is about to be sent; of those with one number the first counts. */
  "turn.continued": {
    subject: "string",
    session: "string",
    grant: "string",
    number: "count",
    mark: "count",
    turn: "string?",
    tokens: "count?",
    /** What the host's own count of the conversation stood at. */
    meter: "count?",
    isLast: "boolean?",
    after: "string?",
  },
  "turn.failed": { subject: "string", session: "string", grant: "string", turn: "string?" },
} as const satisfies Readonly<Record<string, Shape>>;

export type FactType = keyof typeof FACT_SHAPES;
export type FactEvent<T extends FactType> = Shaped<(typeof FACT_SHAPES)[T]>;

export const isFactType = (type: string): type is FactType => Object.hasOwn(FACT_SHAPES, type);
