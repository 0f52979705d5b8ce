import { misshapen, type Shape } from "./shape.ts";

/** Shapes of what a snapshot holds: a file that anybody may have edited. */

type Plain = Readonly<Record<string, unknown>>;

/** The fields of a thing, the objects among them and the lists of objects; `oneOf` where only certain words will do. */
interface Form {
  readonly fields: Shape;
  readonly objects?: Readonly<Record<string, Form>>;
  readonly lists?: Readonly<Record<string, Form>>;
  readonly oneOf?: Readonly<Record<string, ReadonlySet<unknown>>>;
}

export const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a value has a form. An object that is not there fits; a list must be there. */
export function fits(value: unknown, form: Form): value is Plain {
  if (!isPlain(value) || misshapen(value, form.fields) !== undefined) return false;
  for (const field in form.oneOf) if (!form.oneOf[field]!.has(value[field])) return false;
  for (const field in form.objects) {
    if (value[field] !== undefined && !fits(value[field], form.objects[field]!)) return false;
  }
  for (const field in form.lists) {
    const list = value[field];
    const item = form.lists[field]!;
    if (!Array.isArray(list) || !list.every((each) => fits(each, item))) return false;
  }
  return true;
}

const TASK_STATUSES = new Set(["todo", "in_progress", "implemented", "done", "blocked", "failed", "dropped"]);
const PLAN_STATUSES = new Set(["none", "active", "paused", "blocked", "verifying", "done", "archived", "aborted"]);
const PHASE_STATUSES = new Set(["pending", "in_progress", "complete", "blocked"]);
const LANE_STATUSES = new Set(["pending", "running", "blocked", "complete", "cancelled"]);
const LANE_KINDS = new Set(["discovery", "spike", "verify", "review", "catchup", "other"]);

const NOTED = { at: "time", session: "string" } as const satisfies Shape;
const BLOCKER: Form = { fields: { tried: "string", why: "string", resolve: "string", ...NOTED } };
const CONFIDENCE: Form = { fields: { score: "number", why: "string", waived: "string?", ...NOTED } };
const ENTRY: Form = {
  fields: { kind: "string", id: "string", text: "string", task: "string?", untrusted: "boolean?", ...NOTED },
};
const ATTEMPT: Form = {
  fields: {
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
    stamp: "string",
  },
};
const RIVAL: Form = { ...ATTEMPT, oneOf: { status: new Set(["in_progress", "implemented", "done"]) } };

export const TASK_FORM: Form = {
  fields: {
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
    wave: "count",
    attemptCount: "count",
    retryNote: "string?",
    addedAt: "time",
    changedAt: "time",
    statusAt: "time",
    stamps: "stamps",
    extra: "object?",
  },
  oneOf: { status: TASK_STATUSES },
  objects: {
    claim: ATTEMPT,
    rival: RIVAL,
    confidence: CONFIDENCE,
    failure: { fields: { why: "string", ...NOTED } },
  },
  lists: {
    steps: { fields: { text: "string", done: "boolean" } },
    attempts: ATTEMPT,
    outputs: { fields: { name: "string", bytes: "count", summary: "string", ...NOTED } },
    blockers: BLOCKER,
    log: { fields: { text: "string", attempt: "number", ...NOTED } },
  },
};

export const LANE_FORM: Form = {
  fields: {
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
  oneOf: { kind: LANE_KINDS, status: LANE_STATUSES },
};

const SIDE: Form = { fields: { stamp: "string" } };
const WINDOW: Form = { fields: { chunks: "count", count: "count" }, lists: { recent: ENTRY } };

/** A plan's own part of its snapshot: all but its tasks. */
export const PLAN_FORM: Form = {
  fields: {
    slug: "string",
    title: "string",
    aliases: "strings",
    statusAt: "time",
    phase: "string",
    leaseMs: "number",
    repos: "strings",
    passedWaves: "count",
    entries: "object",
    stamps: "stamps",
    revision: "count",
    createdAt: "time",
    updatedAt: "time",
    nextOrder: "number",
    folded: "object?",
  },
  oneOf: {
    type: new Set(["implementation", "design", "deep"]),
    status: PLAN_STATUSES,
    onBlocked: new Set(["stop", "others"]),
  },
  objects: {
    brief: {
      fields: {
        goal: "string?",
        doneWhen: "string?",
        nonGoals: "strings",
        acceptance: "strings",
        constraints: "strings",
        openQuestions: "strings",
        edgeCases: "strings",
        verification: "strings",
      },
    },
    nextAction: { fields: { what: "string", file: "string?", ...NOTED } },
    confidence: CONFIDENCE,
    entries: {
      fields: {},
      objects: { log: WINDOW, finding: WINDOW, decision: WINDOW, handoff: WINDOW, checkpoint: WINDOW },
    },
  },
  lists: {
    phases: { fields: { id: "string", title: "string", doneWhen: "strings" }, oneOf: { status: PHASE_STATUSES } },
    blockers: BLOCKER,
    lanes: LANE_FORM,
    changes: {
      fields: { revision: "count", type: "string", subject: "string?", text: "string?", ...NOTED },
    },
    waivers: {
      fields: { id: "string", subject: "string", target: "string", why: "string", person: "string", at: "time" },
    },
    conflicts: {
      fields: { id: "string", kind: "string", task: "string?", field: "string?", message: "string", at: "time" },
      objects: { kept: SIDE, lost: SIDE, settled: { fields: { take: "string", why: "string", by: "string" } } },
    },
  },
};
