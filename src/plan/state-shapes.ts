import { SEVERITIES } from "./severity.ts";
import { isObject, misshapen, type Shape } from "./shape.ts";
import { GATE_LEVELS, PACES } from "./state.ts";

/** Shapes of what a snapshot holds: a file that anybody may have edited. */

type Plain = Readonly<Record<string, unknown>>;

/** The fields of a thing, the objects among them and the lists of objects; `oneOf` where only certain words will do. */
export interface Form {
  readonly fields: Shape;
  readonly objects: readonly (readonly [field: string, form: Form])[];
  readonly lists: readonly (readonly [field: string, form: Form])[];
  readonly oneOf: readonly (readonly [field: string, words: ReadonlySet<unknown>])[];
}

const form = (
  fields: Shape,
  more: {
    readonly objects?: Readonly<Record<string, Form>>;
    readonly lists?: Readonly<Record<string, Form>>;
    readonly oneOf?: Readonly<Record<string, ReadonlySet<unknown>>>;
  } = {},
): Form => ({
  fields,
  objects: Object.entries(more.objects ?? {}),
  lists: Object.entries(more.lists ?? {}),
  oneOf: Object.entries(more.oneOf ?? {}),
});

/** Whether a value has a form. An object that is not there fits; a list must be there. */
export function fits(value: unknown, { fields, objects, lists, oneOf }: Form): value is Plain {
  if (!isObject(value) || misshapen(value, fields) !== undefined) return false;
  for (const [field, words] of oneOf) if (!words.has(value[field])) return false;
  for (const [field, form] of objects) if (value[field] !== undefined && !fits(value[field], form)) return false;
  for (const [field, form] of lists) {
    const list = value[field];
    if (!Array.isArray(list)) return false;
    for (const item of list) if (!fits(item, form)) return false;
  }
  return true;
}

const TASK_STATUSES = new Set(["todo", "in_progress", "implemented", "done", "blocked", "failed", "dropped"]);
const PLAN_STATUSES = new Set(["none", "active", "paused", "blocked", "verifying", "done", "archived", "aborted"]);
const PHASE_STATUSES = new Set(["pending", "in_progress", "complete", "blocked"]);
const LANE_STATUSES = new Set(["pending", "running", "blocked", "complete", "cancelled"]);
const LANE_KINDS = new Set(["discovery", "spike", "verify", "review", "catchup", "other"]);

const NOTED = { at: "time", session: "string" } as const satisfies Shape;
const BLOCKER = form({ tried: "string", why: "string", resolve: "string", ...NOTED });
const CONFIDENCE = form({ score: "number", why: "string", waived: "string?", ...NOTED });
const ENTRY = form({ kind: "string", id: "string", text: "string", task: "string?", untrusted: "boolean?", ...NOTED });

/** As `AttemptBase` and `AttemptFiles`, also in events. */
export const BASE_FORM = form({ trees: "stamps?", commits: "stamps?", places: "stamps?" });
export const FILES_FORM = form(
  { own: "strings", ownCount: "count", unattributed: "strings", unattributedCount: "count", digest: "string" },
  { oneOf: { basis: new Set(["tree", "commit", "events"]) } },
);
const ASSESSMENT = form(
  { why: "string", person: "string?", stamp: "string", ...NOTED },
  { oneOf: { state: new Set(["resolved", "still-there", "waived"]) } },
);
const REVIEW_FINDING = form(
  {
    uid: "string",
    id: "string",
    reviewer: "string",
    message: "string",
    file: "string?",
    line: "count?",
    attempt: "string?",
    resolvedAt: "time?",
    stamp: "string",
    ...NOTED,
  },
  {
    oneOf: { severity: new Set<unknown>(SEVERITIES), status: new Set(["open", "resolved", "waived"]) },
    lists: { assessments: ASSESSMENT },
  },
);
const REVIEW = form(
  {
    id: "string",
    reviewer: "string",
    attempt: "string?",
    diff: "string?",
    says: "string?",
    why: "string?",
    findings: "strings",
    person: "string?",
    stamp: "string",
    ...NOTED,
  },
  { oneOf: { state: new Set(["requested", "reported", "capture-failed", "waived"]) } },
);
const REVIEWS = form(
  { resolved: "count?", failed: "count", failedAttempt: "string?", answered: "count" },
  { lists: { rounds: REVIEW, findings: REVIEW_FINDING } },
);

const ATTEMPT_FIELDS = {
  fence: "string",
  number: "number",
  clone: "string",
  ...NOTED,
  startedAt: "time?",
  leaseMs: "number",
  renewedAt: "time",
  endedAt: "time?",
  end: "string?",
  note: "string?",
  doneNote: "string?",
  stamp: "string",
} as const satisfies Shape;
const ATTEMPT_OBJECTS = { base: BASE_FORM, since: BASE_FORM, files: FILES_FORM };
const ATTEMPT = form(ATTEMPT_FIELDS, { objects: ATTEMPT_OBJECTS });
const RIVAL = form(ATTEMPT_FIELDS, {
  objects: ATTEMPT_OBJECTS,
  oneOf: { status: new Set(["in_progress", "implemented", "done"]) },
});

export const TASK_FORM = form(
  {
    uid: "string",
    id: "string",
    givenId: "string?",
    title: "string",
    description: "string?",
    kind: "string?",
    parents: "strings",
    priority: "number",
    order: "number",
    touches: "strings",
    agent: "string?",
    promptPrefix: "string?",
    model: "string?",
    outputPaths: "strings",
    reviewers: "strings?",
    newTests: "boolean?",
    wave: "count",
    attemptCount: "count",
    crashes: "count?",
    retryNote: "string?",
    addedAt: "time",
    changedAt: "time",
    statusAt: "time",
    landedAt: "time?",
    stamps: "stamps",
    extra: "object?",
  },
  {
    oneOf: { status: TASK_STATUSES },
    objects: {
      claim: ATTEMPT,
      rival: RIVAL,
      confidence: CONFIDENCE,
      failure: form({ why: "string", ...NOTED }),
      reviews: REVIEWS,
    },
    lists: {
      steps: form({ text: "string", done: "boolean" }),
      attempts: ATTEMPT,
      outputs: form({ name: "string", bytes: "count", summary: "string", ...NOTED }),
      blockers: BLOCKER,
      log: form({ text: "string", attempt: "number", ...NOTED }),
    },
  },
);

const LANE = form(
  {
    id: "string",
    title: "string",
    goal: "string?",
    constraints: "strings",
    deliverable: "string?",
    success: "strings",
    task: "string?",
    summary: "string?",
    why: "string?",
    files: "strings",
    promoted: "strings?",
    changedAt: "time",
    stamp: "string?",
    ...NOTED,
  },
  { oneOf: { kind: LANE_KINDS, status: LANE_STATUSES } },
);

const SIDE = form({ stamp: "string" });
const WINDOW = form({ chunks: "count", count: "count" }, { lists: { recent: ENTRY } });

const BRIEF = form({
  goal: "string?",
  doneWhen: "string?",
  nonGoals: "strings",
  acceptance: "strings",
  constraints: "strings",
  openQuestions: "strings",
  edgeCases: "strings",
  verification: "strings",
});

const TEST_NAMES = form({ count: "count", named: "strings" });
const TEST_CHANGE = form(
  { task: "string", attempt: "string", isByText: "boolean?", why: "string?", added: "object", lost: "object" },
  {
    oneOf: { basis: new Set(["report", "checkout", "files"]) },
    objects: { added: TEST_NAMES, lost: TEST_NAMES, base: form({ file: "string", digest: "string" }) },
  },
);
/** As `Evidence` has it, also in events. */
export const COMPARED_FORM = form({}, { lists: { changes: TEST_CHANGE } });

const EVIDENCE = form(
  {
    id: "string",
    why: "string",
    exit: "number?",
    durationMs: "number",
    tree: "string",
    repos: "stamps?",
    programs: "stamps?",
    lockfiles: "stamps?",
    ignoreRules: "string?",
    resolved: "stamps?",
    series: "string?",
    isPartial: "boolean?",
    commit: "string?",
    log: "string?",
    logDigest: "string?",
    testsDigest: "string?",
    machine: "string?",
    stamp: "string",
    ...NOTED,
  },
  {
    oneOf: { outcome: new Set(["passed", "failed", "void"]) },
    objects: { tests: form({ passed: "count", failed: "count", skipped: "count" }), compared: COMPARED_FORM },
  },
);

const OBSERVED = form(
  {
    id: "string",
    why: "string",
    exit: "number?",
    tree: "string?",
    commit: "string?",
    machine: "string?",
    stamp: "string",
    ...NOTED,
  },
  {
    oneOf: { outcome: new Set(["passed", "failed", "unknown"]) },
    objects: { tests: form({ passed: "count", failed: "count", skipped: "count" }) },
  },
);

const APPROVED = form({ resolved: "stamps", person: "string", machine: "string?", at: "time", stamp: "string" });
const PROPOSAL = form({ id: "string", check: "string", change: "object?", why: "string?", ...NOTED });

const CHECK = form(
  {
    id: "string",
    command: "strings",
    isShell: "boolean",
    repo: "string?",
    withRepos: "strings?",
    dir: "string?",
    env: "stamps",
    timeoutMs: "number",
    exit: "number",
    minTests: "number",
    passes: "number?",
    runs: "number?",
    report: "string?",
    match: "string?",
    tasks: "strings",
    criteria: "strings",
    isForPlan: "boolean",
    isForWaves: "boolean",
    outputs: "strings",
    scope: "strings",
    isExclusive: "boolean",
    stamp: "string",
    ...NOTED,
  },
  {
    oneOf: { kind: new Set(["test", "command"]) },
    lists: { evidence: EVIDENCE },
    objects: { observed: OBSERVED, approved: APPROVED },
  },
);

const CRITERION = form(
  { uid: "string", id: "string", text: "string", provenAt: "time?", stamp: "string" },
  {
    lists: {
      verdicts: form(
        { reviewer: "string", why: "string", diff: "string?", person: "string?", stamp: "string", ...NOTED },
        { oneOf: { verdict: new Set(["met", "unmet"]) } },
      ),
    },
    objects: {
      signedOff: form({ why: "string", person: "string", at: "time", stamp: "string" }),
      takenOut: form(NOTED),
    },
  },
);

const CONFLICT = form(
  {
    id: "string",
    kind: "string",
    task: "string?",
    field: "string?",
    kept: "object",
    lost: "object",
    message: "string",
    at: "time",
  },
  { objects: { kept: SIDE, lost: SIDE, settled: form({ take: "string", why: "string", by: "string" }) } },
);

/** A plan's own part of its snapshot: all but its tasks. */
export const PLAN_FORM = form(
  {
    slug: "string",
    title: "string",
    aliases: "strings",
    statusAt: "time",
    phase: "string",
    brief: "object",
    leaseMs: "number",
    repos: "strings",
    reviewers: "strings",
    passedWaves: "count",
    mintedFindings: "count",
    mintedCriteria: "count",
    provenCriteria: "count?",
    entries: "object",
    stamps: "stamps",
    revision: "count",
    createdAt: "time",
    updatedAt: "time",
    nextOrder: "number",
    folded: "object?",
  },
  {
    oneOf: {
      type: new Set(["implementation", "design", "deep"]),
      status: PLAN_STATUSES,
      onBlocked: new Set(["stop", "others"]),
      pace: new Set<unknown>(PACES),
      level: new Set<unknown>(GATE_LEVELS),
      blocks: new Set<unknown>(SEVERITIES),
    },
    objects: {
      brief: BRIEF,
      nextAction: form({ what: "string", file: "string?", ...NOTED }),
      confidence: CONFIDENCE,
      reviews: REVIEWS,
      entries: form(
        {},
        { objects: { log: WINDOW, finding: WINDOW, decision: WINDOW, handoff: WINDOW, checkpoint: WINDOW } },
      ),
    },
    lists: {
      phases: form({ id: "string", title: "string", doneWhen: "strings" }, { oneOf: { status: PHASE_STATUSES } }),
      blockers: BLOCKER,
      lanes: LANE,
      checks: CHECK,
      proposals: PROPOSAL,
      criteria: CRITERION,
      changes: form({ revision: "count", type: "string", subject: "string?", text: "string?", ...NOTED }),
      waivers: form(
        {
          id: "string",
          subject: "string",
          target: "string",
          why: "string",
          person: "string",
          at: "time",
          stamp: "string?",
        },
        { objects: { covers: TEST_NAMES } },
      ),
      conflicts: CONFLICT,
    },
  },
);
