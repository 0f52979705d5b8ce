import * as z from "zod/mini";
import { PAUSES } from "../../continuation/grant.ts";
import { MODES } from "../../continuation/mode.ts";

const time = () => z.number().check(z.describe("Milliseconds since the epoch."));
const count = () => z.int().check(z.minimum(0));
const text = z.string;

const described = <T extends z.ZodMiniType>(schema: T, description: string): T =>
  schema.check(z.describe(description)) as T;

const PROOF = z.enum(["executed", "observed", "claimed", "unverified"]);
const TASK_STATUS = z.enum(["todo", "in_progress", "implemented", "done", "blocked", "failed", "dropped"]);

const DOUBTS = ["unverified", "elsewhere"] as const;
const CHECK_STANDING = z.enum(["passed", "stale", "failed", "void", "missing", "unknown", "changed", ...DOUBTS]);
const REVIEW_STANDING = z.enum([
  "missing",
  "requested",
  "capture-failed",
  "stale",
  "blocked",
  "passed",
  "waived",
  ...DOUBTS,
]);

const CLAIM = z.strictObject({
  session: text(),
  worker: z.optional(text()),
  fence: described(text(), "Names the attempt; writes about the task carry it."),
  since: time(),
  leaseEndsAt: time(),
  expired: z.boolean(),
});

const TASK = z.strictObject({
  id: text(),
  title: text(),
  status: TASK_STATUS,
  proof: z.optional(PROOF),
  wave: described(count(), "Layer of the graph, from 1."),
  priority: z.int().check(z.minimum(0), z.maximum(4), z.describe("0 most urgent, 4 least.")),
  parents: z.array(text()),
  ready: described(z.boolean(), "Whether it may be claimed now."),
  statusAt: time(),
  attempts: count(),
  steps: z.strictObject({ done: count(), total: count(), next: z.optional(text()) }),
  checks: z.optional(
    described(
      z.array(z.strictObject({ id: text(), standing: CHECK_STANDING })),
      "How its checks stand, as last seen; `unknown`: passed, and the tree is not looked at.",
    ),
  ),
  reviewed: z.optional(
    described(
      z.array(z.strictObject({ reviewer: text(), standing: REVIEW_STANDING })),
      "How those stand who have to review it, as last seen.",
    ),
  ),
  claim: z.optional(CLAIM),
  rival: z.optional(described(CLAIM, "A claim of another clone, until a merge is settled.")),
});

const GRANT = z.strictObject({
  person: text(),
  at: time(),
  plan: z.optional(text()),
  turns: described(count(), "Turns allowed in all."),
  used: count(),
  tokens: z.optional(count()),
  tokensUsed: count(),
  until: z.optional(time()),
  stall: described(count(), "Turns without progress after which it rests."),
  idle: described(count(), "Turns since the last progress."),
  errors: described(count(), "Turns in a row that ended in an error."),
  paused: z.optional(z.enum(PAUSES)),
});

/** What `holdfast status --json` prints. */
export const statusSchema = z.strictObject({
  slug: text(),
  title: text(),
  type: z.enum(["implementation", "design", "deep"]),
  status: z.enum(["none", "active", "paused", "blocked", "verifying", "done", "archived", "aborted"]),
  proof: z.optional(PROOF),
  phase: text(),
  role: z.optional(
    described(z.enum(["person", "writer", "observer", "worker"]), "What the reading session is to the plan."),
  ),
  mode: z.optional(described(z.enum(MODES), "What the session, or the plan's writer, is at.")),
  grant: z.optional(described(GRANT, "What a person has let the agent do by itself.")),
  stopped: z.optional(
    described(
      z.strictObject({ at: time(), session: text(), why: z.optional(text()) }),
      "Nothing is continued until a person allows it again.",
    ),
  ),
  goal: z.optional(text()),
  doneWhen: z.optional(text()),
  revision: described(count(), "Grows with every change."),
  wave: z.strictObject({ current: count(), last: count() }),
  counts: described(z.record(TASK_STATUS, count()), "Tasks by status."),
  nextAction: z.optional(
    z.strictObject({
      what: text(),
      file: z.optional(text()),
      computed: described(z.boolean(), "Whether it follows from the tasks, and nobody recorded it."),
      task: z.optional(text()),
    }),
  ),
  tasks: z.array(TASK),
  ready: described(z.array(text()), "Ids, in the order in which they are offered."),
  waiting: described(
    z.array(z.strictObject({ id: text(), on: z.array(text()) })),
    "Tasks that cannot begin or go on, and what they wait for; the first fifty.",
  ),
  criticalPath: described(z.array(text()), "The longest chain of open tasks, by id, first to last."),
  stuck: described(
    z.array(z.strictObject({ task: text(), since: time(), why: text(), command: text() })),
    "What will not move by itself, and the command that moves it.",
  ),
  needsPerson: z.array(
    z.strictObject({
      kind: z.enum(["confidence", "conflict", "crash", "review", "check", "plan"]),
      task: z.optional(text()),
      text: text(),
      command: text(),
    }),
  ),
  touchConflicts: described(
    z.array(z.strictObject({ path: text(), wave: count(), tasks: z.array(text()) })),
    "Open tasks of one wave that change the same path.",
  ),
  acceptance: described(
    z.strictObject({
      total: count(),
      proven: count(),
      open: described(z.array(text()), "Those that are not, by id."),
    }),
    "Acceptance criteria, as last seen: the tree is not looked at (holdfast plan acceptance does).",
  ),
  observed: described(
    z.array(
      z.strictObject({
        check: text(),
        outcome: z.enum(["passed", "failed", "unknown"]),
        why: text(),
        at: time(),
        session: text(),
      }),
    ),
    "Checks that ran in a session's shell since Holdfast ran them last, as the host told; no evidence. The latest first.",
  ),
  events: described(
    z.array(
      z.strictObject({
        revision: count(),
        at: time(),
        session: text(),
        type: text(),
        subject: z.optional(text()),
        text: z.optional(text()),
      }),
    ),
    "What happened last, the latest first.",
  ),
});

export const statusJsonSchema = (): object => ({
  ...z.toJSONSchema(statusSchema),
  title: "holdfast status --json",
});
