import { join } from "node:path";
import { statusTask, type StatusTask } from "../../context/status-json.ts";
import { summarizeTask, type TaskSummary } from "../../context/task-summary.ts";
import { explainWait, isReady } from "../../plan/graph.ts";
import type { PlacedRecord, Stamp } from "../../plan/record.ts";
import { ok, type Result } from "../../plan/refusal.ts";
import type { Attempt, PlanState, Task, TaskUid } from "../../plan/state.ts";
import type { PlanStore } from "../plans/plan-store.ts";
import { replay } from "../records/replay.ts";
import { taskFolder } from "./output-files.ts";

export interface Relative {
  readonly id: string;
  readonly title: string;
  readonly status: Task["status"] | "missing";
}

/** Everything about one task, for people and programs. Times are milliseconds since the epoch. */
export interface TaskView extends Omit<StatusTask, "attempts" | "steps" | "parents" | "claim" | "rival"> {
  readonly description?: string;
  readonly kind?: string;
  readonly givenId?: string;
  readonly claim?: ClaimView;
  readonly rival?: ClaimView;
  readonly parents: readonly Relative[];
  readonly children: readonly Relative[];
  /** What keeps it from being claimed. */
  readonly waits: readonly string[];
  readonly steps: readonly { readonly number: number; readonly text: string; readonly done: boolean }[];
  readonly touches: readonly string[];
  readonly agent?: string;
  readonly promptPrefix?: string;
  readonly model?: string;
  readonly outputPaths: readonly string[];
  readonly folder: string;
  readonly outputs: readonly (Task["outputs"][number] & { readonly path: string })[];
  readonly attemptCount: number;
  readonly attempts: readonly Attempt[];
  readonly blockers: Task["blockers"];
  readonly failure?: Task["failure"];
  readonly retryNote?: string;
  readonly confidence?: Task["confidence"];
  readonly reviewers?: Task["reviewers"];
  readonly reviews?: Task["reviews"];
  readonly newTests?: boolean;
  readonly crashes?: number;
  readonly log: Task["log"];
  readonly addedAt: number;
  readonly changedAt: number;
  readonly extra?: Task["extra"];
  /** What came of it, once it is implemented. */
  readonly summary?: TaskSummary;
}

export type ClaimView = NonNullable<StatusTask["claim"]> & Pick<Attempt, "number" | "machine" | "startedAt" | "base">;

const OPTIONAL = [
  "description",
  "kind",
  "givenId",
  "agent",
  "promptPrefix",
  "model",
  "failure",
  "retryNote",
  "confidence",
  "reviewers",
  "reviews",
  "newTests",
  "crashes",
  "extra",
] as const;

export function viewTask(store: PlanStore, task: Task, now: number): TaskView {
  const { state } = store;
  const {
    attempts: attemptCount,
    steps: _,
    parents: __,
    claim,
    rival,
    ...row
  } = statusTask(state, task, isReady(state, task), now);
  const folder = taskFolder(store, task);
  const summary = summarizeTask(state, task);
  return {
    ...row,
    ...present(task, OPTIONAL),
    ...(task.claim && claim ? { claim: claimView(claim, task.claim) } : {}),
    ...(task.rival && rival ? { rival: claimView(rival, task.rival) } : {}),
    parents: task.parents.map((uid) => relativeOf(state, uid)),
    children: childrenOf(state, task),
    waits: task.status === "todo" ? explainWait(state, task).map(({ text }) => text) : [],
    steps: task.steps.map((step, index) => ({ number: index + 1, ...step })),
    touches: task.touches,
    outputPaths: task.outputPaths,
    folder,
    outputs: task.outputs.map((output) => ({ ...output, path: join(folder, output.name) })),
    attemptCount,
    attempts: task.attempts,
    blockers: task.blockers,
    log: task.log,
    addedAt: task.addedAt,
    changedAt: task.changedAt,
    ...(summary === undefined ? {} : { summary }),
  };
}

const claimView = (claim: NonNullable<StatusTask["claim"]>, attempt: Attempt): ClaimView => ({
  ...claim,
  ...present(attempt, ["number", "machine", "startedAt", "base"]),
  number: attempt.number,
});

const present = <T extends object, K extends keyof T>(value: T, fields: readonly K[]): Pick<T, K> =>
  Object.fromEntries(fields.flatMap((field) => (value[field] === undefined ? [] : [[field, value[field]]]))) as Pick<
    T,
    K
  >;

function relativeOf(state: PlanState, uid: TaskUid): Relative {
  const task = state.tasks.get(uid);
  return task === undefined
    ? { id: uid, title: "", status: "missing" }
    : { id: task.id, title: task.title, status: task.status };
}

const childrenOf = (state: PlanState, { uid }: Task): readonly Relative[] =>
  [...state.tasks.values()].flatMap((task) => (task.parents.includes(uid) ? relativeOf(state, task.uid) : []));

/** Which record gave a field its value. */
export interface FieldSource {
  readonly field: string;
  readonly value: unknown;
  readonly stamp: Stamp;
  /** Absent where the journal holds no such record any more. */
  readonly record?: string;
  readonly at?: number;
  readonly by?: PlacedRecord["by"];
  readonly events?: readonly string[];
}

/** Every field of a task that has a value, with the record that gave it: read from the whole journal. */
export function explainFields({ workspace, slug, state }: PlanStore, task: Task): Result<readonly FieldSource[]> {
  const stamps = new Map<string, Stamp>();
  for (const field of EXPLAINED)
    if (hasValue(task[field])) stamps.set(field, task.stamps[field] ?? task.stamps["added"]!);
  if (task.claim !== undefined) stamps.set("claim", task.claim.stamp);
  if (task.rival !== undefined) stamps.set("rival", task.rival.stamp);
  const wanted = new Set<string>(stamps.values());
  const records = new Map<string, PlacedRecord>();
  const replayed = replay(workspace, slug, ({ record, apply }) => {
    const stamp = `${record.clone}:${record.ordinal}`;
    if (wanted.has(stamp)) records.set(stamp, record);
    return apply();
  });
  if (!replayed.ok) return replayed;
  return ok(
    [...stamps].map(([field, stamp]): FieldSource => {
      const record = records.get(stamp);
      const value = valueOf(state, task, field);
      if (record === undefined) return { field, value, stamp };
      const { id, at, by, events } = record;
      return { field, value, stamp, record: id, at, by, events: [...new Set(events.map(({ type }) => type))] };
    }),
  );
}

const EXPLAINED = [
  "status",
  "title",
  "description",
  "kind",
  "steps",
  "parents",
  "priority",
  "order",
  "touches",
  "agent",
  "promptPrefix",
  "model",
  "outputPaths",
  "extra",
] as const satisfies readonly (keyof Task)[];

const hasValue = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);

function valueOf(state: PlanState, task: Task, field: string): unknown {
  switch (field) {
    case "parents":
      return task.parents.map((uid) => relativeOf(state, uid).id);
    case "steps":
      return task.steps.map(({ text }) => text);
    case "claim":
      return task.claim?.session;
    case "rival":
      return task.rival?.session;
    default:
      return task[field as keyof Task];
  }
}
