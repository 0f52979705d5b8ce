import type { JournalEvent } from "./record.ts";
import { misshapen, type Shape, type Shaped } from "./shape.ts";

/** What may be given to a task and changed about it. */
export const TASK_FIELDS = {
  title: "string?",
  description: "string?",
  kind: "string?",
  steps: "strings?",
  priority: "number?",
  touches: "strings?",
  agent: "string?",
  promptPrefix: "string?",
  model: "string?",
  outputPaths: "strings?",
  reviewers: "strings?",
  newTests: "boolean?",
  /** Fields that this program does not know. */
  extra: "object?",
} as const satisfies Shape;

/** What may be said in a plan's brief. */
export const BRIEF_FIELDS = {
  goal: "string?",
  doneWhen: "string?",
  nonGoals: "strings?",
  acceptance: "strings?",
  constraints: "strings?",
  openQuestions: "strings?",
  edgeCases: "strings?",
  verification: "strings?",
} as const satisfies Shape;

/** What a check may be given, beside what it is called and what it runs. */
export const CHECK_FIELDS = {
  shell: "boolean?",
  repo: "string?",
  withRepos: "strings?",
  dir: "string?",
  env: "stamps?",
  timeoutMs: "number?",
  exit: "number?",
  minTests: "number?",
  passes: "number?",
  runs: "number?",
  report: "string?",
  match: "string?",
  tasks: "strings?",
  /** Acceptance criteria, by uid. */
  criteria: "strings?",
  plan: "boolean?",
  waves: "boolean?",
  outputs: "strings?",
  scope: "strings?",
  exclusive: "boolean?",
} as const satisfies Shape;

/** How a plan is to go on, and what its gates ask for. */
const SETTINGS = {
  planType: "string?",
  onBlocked: "string?",
  leaseMs: "number?",
  repos: "strings?",
  pace: "string?",
  level: "string?",
  blocks: "string?",
  reviewers: "strings?",
} as const satisfies Shape;

const BLOCKER = { tried: "string", why: "string", resolve: "string" } as const satisfies Shape;

/**
 * Every event of a plan's journal and the fields that it must have. Tasks are named by uid, attempts by their fence.
 * A field that is not here survives; an event that is not here changes nothing.
 */
export const EVENT_SHAPES = {
  "plan.created": { slug: "string", title: "string", ...SETTINGS },
  /** `why`: what a person lowers something for. */
  "plan.edited": { title: "string?", ...SETTINGS, why: "string?" },
  "plan.renamed": { alias: "string" },
  "plan.paused": { note: "string?" },
  "plan.resumed": { note: "string?" },
  "plan.blocked": BLOCKER,
  /** `trees`: as of `task.done`. */
  "plan.done": { note: "string?", trees: "stamps?" },
  /** `trees`: as of `task.done`. */
  "wave.passed": { wave: "number", trees: "stamps?" },
  "plan.aborted": { why: "string" },
  "plan.archived": {},
  "plan.reopened": { why: "string?" },
  "plan.rescued": { source: "string", plan: "object" },
  /** A person says that a criterion holds, or that it may go; by uid. */
  "acceptance.signed-off": { criterion: "string", why: "string" },
  "brief.edited": { ...BRIEF_FIELDS, cleared: "strings?" },
  "phase.entered": { phase: "string" },
  "phase.edited": { phase: "string", title: "string?", status: "string?", doneWhen: "strings?" },
  "next.recorded": { what: "string", file: "string?" },
  "next.cleared": {},
  "task.added": { id: "string", ...TASK_FIELDS, title: "string", parents: "strings", order: "number?" },
  "task.rescued": { task: "object" },
  "task.edited": { task: "string", ...TASK_FIELDS, cleared: "strings?" },
  "task.reparented": { task: "string", parents: "strings" },
  "task.reordered": { task: "string", priority: "number?", order: "number?" },
  "task.dropped": { task: "string", why: "string?" },
  "task.restored": { task: "string", status: "string?" },
  /** `base`: what the checkouts were when the attempt began, as `Attempt` has it. */
  "task.claimed": {
    task: "string",
    leaseMs: "number?",
    takeOver: "string?",
    /** The holder that it is taken over from is gone. */
    crashed: "boolean?",
    base: "object?",
  },
  "task.released": { task: "string", fence: "string?", note: "string?" },
  "task.started": { task: "string", fence: "string?" },
  "task.step-done": { task: "string", step: "number", fence: "string?" },
  "task.step-reopened": { task: "string", step: "number", fence: "string?" },
  /** `changed`: the files of `Attempt`. */
  "task.implemented": { task: "string", fence: "string?", note: "string?", changed: "object?" },
  /** `trees`: by check, the digest of what is in its scope at this moment. */
  "task.done": { task: "string", fence: "string?", note: "string?", trees: "stamps?", changed: "object?" },
  "task.blocked": { task: "string", fence: "string?", ...BLOCKER },
  "task.unblocked": { task: "string", note: "string?" },
  /** `crashed`: it did not come to an end of its own. */
  "task.failed": { task: "string", fence: "string?", why: "string", crashed: "boolean?" },
  "task.retried": { task: "string", note: "string?" },
  "task.output-added": { task: "string", name: "string", text: "string", fence: "string?" },
  "task.logged": { task: "string", text: "string", fence: "string?" },
  "entry.added": {
    kind: "string",
    text: "string",
    task: "string?",
    untrusted: "boolean?",
    source: "string?",
    why: "string?",
    commit: "string?",
    files: "strings?",
  },
  "entry.retracted": { entry: "string" },
  "confidence.recorded": { task: "string?", score: "number", why: "string", fence: "string?" },
  "confidence.waived": { task: "string?", why: "string" },
  "waiver.given": { subject: "string", target: "string", why: "string" },
  "waiver.withdrawn": { waiver: "string" },
  "lane.created": {
    lane: "string",
    kind: "string",
    title: "string",
    goal: "string?",
    constraints: "strings?",
    deliverable: "string?",
    success: "strings?",
    task: "string?",
  },
  "lane.started": { lane: "string" },
  "lane.blocked": { lane: "string", why: "string" },
  "lane.completed": { lane: "string", summary: "string", files: "strings?" },
  "lane.cancelled": { lane: "string", why: "string?" },
  "lane.promoted": { lane: "string", items: "strings" },
  "check.added": { check: "string", kind: "string", command: "strings", ...CHECK_FIELDS },
  "check.edited": { check: "string", kind: "string?", command: "strings?", ...CHECK_FIELDS, cleared: "strings?" },
  "check.dropped": { check: "string", why: "string?" },
  /** By check: its form, and what it resolves to. */
  "plan.approved": { checks: "object", note: "string?" },
  "check.accepted": { check: "string", form: "string", resolved: "stamps" },
  /** `change`: as in `check.edited`; absent where the check would be dropped. */
  "check.proposed": { check: "string", change: "object?", why: "string?" },
  "proposal.settled": { proposal: "string", take: "string", why: "string?" },
  "evidence.recorded": {
    check: "string",
    /** The record that gave the check the form in which it ran. */
    form: "string",
    outcome: "string",
    why: "string",
    exit: "number?",
    tests: "object?",
    durationMs: "number",
    tree: "string",
    repos: "stamps?",
    programs: "stamps?",
    lockfiles: "stamps?",
    ignoreRules: "string?",
    /** What the command resolved to when it ran. */
    resolved: "stamps?",
    /** The same for all the runs of one go at a check of which several runs decide together. */
    series: "string?",
    commit: "string?",
    log: "string?",
    logDigest: "string?",
    testsDigest: "string?",
    /** As `Evidence` has it. */
    compared: "object?",
  },
  /** A host told how a run in a session's shell went; an event of its own, lest anybody take it for evidence. */
  "check.observed": {
    check: "string",
    form: "string",
    outcome: "string",
    why: "string",
    exit: "number?",
    tests: "object?",
    tree: "string?",
    commit: "string?",
  },
  /** Without a task: of the plan as a whole. `attempt`: the one that is looked at, by its fence; the latest where absent. */
  "review.requested": { task: "string?", attempt: "string?", reviewers: "strings" },
  /** `findings`: severity, message, file, line. `assessments`: finding (its uid), state, why. `diff`: as `Review`. */
  "review.reported": {
    task: "string?",
    attempt: "string?",
    reviewer: "string",
    verdict: "string?",
    findings: "any",
    assessments: "any?",
    /** Of the plan as a whole, what it says of acceptance criteria: criterion (its uid), verdict (met or unmet), why. */
    criteria: "any?",
    diff: "string?",
    format: "string?",
  },
  "review.failed": { task: "string?", attempt: "string?", reviewer: "string", why: "string" },
  "review.assessed": { task: "string?", attempt: "string?", finding: "string", state: "string", why: "string" },
  "review.waived": {
    task: "string?",
    attempt: "string?",
    finding: "string?",
    reviewer: "string?",
    why: "string",
  },
  "conflict.settled": { conflict: "string", take: "string", why: "string" },
} as const satisfies Record<string, Shape>;

export type PlanEventType = keyof typeof EVENT_SHAPES;
export type PlanEventOf<K extends PlanEventType> = { readonly type: K } & Shaped<(typeof EVENT_SHAPES)[K]>;
export type PlanEvent = { [K in PlanEventType]: PlanEventOf<K> }[PlanEventType];

const isKnown = (type: string): type is PlanEventType => Object.hasOwn(EVENT_SHAPES, type);

/** What an entry of the journal is: an event with the fields it must have, one that is not ours, or a broken one. */
export function readEvent(
  event: JournalEvent,
): { readonly event: PlanEvent } | { readonly unknown: true } | { readonly misshapen: string } {
  if (!isKnown(event.type)) return { unknown: true };
  const field = misshapen(event, EVENT_SHAPES[event.type]);
  return field === undefined ? { event: event as unknown as PlanEvent } : { misshapen: field };
}
