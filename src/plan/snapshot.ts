import { withoutEmptyTexts } from "./brief.ts";
import { renewCriteria } from "./criteria.ts";
import { isOpen } from "./graph.ts";
import type { Stamp } from "./record.ts";
import { DEFAULT_LEASE_MS, ENTRY_KINDS } from "./state.ts";
import { isObject } from "./shape.ts";
import { fits, PLAN_FORM, TASK_FORM } from "./state-shapes.ts";
import type { EntryKind, EntryWindow, Lane, PlanState, Task, TaskUid } from "./state.ts";

/** A new one each time: entries are added to it in place. */
const noEntries = (): EntryWindow => ({ recent: [], chunks: 0, count: 0 });

const PHASES = [
  { id: "clarify", title: "Clarify" },
  { id: "plan", title: "Plan" },
  { id: "execute", title: "Execute" },
  { id: "verify", title: "Verify" },
] as const;

/** The state before the first record. */
export function emptyPlan(): PlanState {
  return {
    slug: "",
    title: "",
    type: "implementation",
    aliases: [],
    status: "none",
    statusAt: 0,
    phase: "clarify",
    phases: PHASES.map((phase, index) => ({ ...phase, status: index === 0 ? "in_progress" : "pending", doneWhen: [] })),
    brief: {
      nonGoals: [],
      acceptance: [],
      constraints: [],
      openQuestions: [],
      edgeCases: [],
      verification: [],
    },
    criteria: [],
    mintedCriteria: 0,
    blockers: [],
    onBlocked: "others",
    pace: "waves",
    level: "executed",
    blocks: "high",
    reviewers: [],
    leaseMs: DEFAULT_LEASE_MS,
    repos: [],
    tasks: new Map(),
    ids: new Map(),
    passedWaves: 0,
    openInWave: new Map(),
    lanes: new Map(),
    checks: [],
    proposals: [],
    mintedFindings: 0,
    entries: Object.fromEntries(ENTRY_KINDS.map((kind) => [kind, noEntries()])) as Record<EntryKind, EntryWindow>,
    changes: [],
    waivers: [],
    conflicts: [],
    stamps: {},
    revision: 0,
    createdAt: 0,
    updatedAt: 0,
    nextOrder: 1,
    folded: {},
  };
}

type Plain = Readonly<Record<string, unknown>>;

/** The state as JSON, for the next start and for other programs: tasks name their parents by the ids people see. */
export function snapshotPlan(state: PlanState): Plain {
  return { ...snapshotWithoutTasks(state), tasks: [...state.tasks.values()].map((task) => snapshotTask(state, task)) };
}

export function snapshotWithoutTasks(state: PlanState): Plain {
  const { tasks: _tasks, ids: _ids, openInWave: _open, lanes, ...plan } = state;
  return { ...plan, lanes: [...lanes.values()] };
}

export function snapshotTask(state: Pick<PlanState, "tasks">, task: Task): Plain {
  return { ...task, parents: task.parents.map((uid) => state.tasks.get(uid)?.id ?? uid) };
}

/** Fields of a plan that the empty one has not. */
const SOMETIMES: ReadonlySet<string> = new Set(["nextAction", "proof", "confidence", "reviews", "provenCriteria"]);

/** A plan without its tasks; undefined where the value is not one. */
export function restorePlan(value: unknown): PlanState | undefined {
  const whole: unknown = isObject(value) ? withDefaults(value) : value;
  if (!fits(whole, PLAN_FORM)) return undefined;
  const { lanes, entries } = whole as Plain & { readonly lanes: readonly Lane[] };
  const empty = emptyPlan();
  // Whoever stores a snapshot may keep fields of its own beside ours.
  const ours = Object.entries(whole).filter(([field]) => Object.hasOwn(empty, field) || SOMETIMES.has(field));
  return {
    ...empty,
    ...Object.fromEntries(ours),
    tasks: empty.tasks,
    entries: { ...empty.entries, ...(entries as PlanState["entries"]) },
    lanes: new Map(lanes.map((lane) => [lane.id, lane])),
  };
}

/** Fields that older snapshots have not, as a plan of then would have them. */
function withDefaults(value: Plain): Plain {
  const { pace, level, blocks, reviewers } = emptyPlan();
  const checks = Array.isArray(value["checks"]) ? (value["checks"] as readonly unknown[]) : [];
  const { brief } = value;
  return {
    mintedFindings: 0,
    proposals: [],
    ...criteriaIn(value),
    pace,
    level,
    blocks,
    reviewers,
    ...value,
    ...(isObject(brief) ? { brief: withoutEmptyTexts(brief) } : {}),
    checks: checks.map((check) => (isObject(check) ? withCheckDefaults(check) : check)),
  };
}

const withCheckDefaults = (check: Plain): Plain => ({
  ...check,
  ...(check["isForWaves"] === undefined ? { isForWaves: false } : {}),
  ...(check["criteria"] === undefined ? { criteria: [] } : {}),
});

/** Whether it was written before criteria had ids: only the records themselves tell which they would have had. */
export const isBeforeCriteria = (value: unknown): boolean =>
  isObject(value) && value["criteria"] === undefined && acceptanceIn(value).length > 0;

function acceptanceIn(value: Plain): readonly string[] {
  const acceptance = isObject(value["brief"]) ? value["brief"]["acceptance"] : undefined;
  return Array.isArray(acceptance) ? acceptance.filter((text): text is string => typeof text === "string") : [];
}

const criteriaIn = (value: Plain): Pick<PlanState, "criteria" | "mintedCriteria"> =>
  renewCriteria({ criteria: [], mintedCriteria: 0 }, acceptanceIn(value), { uid: "old", stamp: "" as Stamp });

/** A task whose parents are named by id; undefined where the value is none or a parent is not known. */
export function restoreTask(value: unknown, uidOf: (id: string) => TaskUid | undefined): Task | undefined {
  if (!fits(value, TASK_FORM)) return undefined;
  return withParents({ ...value } as unknown as Task, uidOf);
}

/** Names the parents of a task by uid, in the task itself: of thousands that were just read nobody needs a copy. */
function withParents(task: Task, uidOf: (id: string) => TaskUid | undefined): Task | undefined {
  const parents: TaskUid[] = [];
  for (const id of task.parents) {
    const uid = uidOf(id);
    if (uid === undefined) return undefined;
    parents.push(uid);
  }
  (task as { parents: readonly TaskUid[] }).parents = parents;
  return task;
}

/** The inverse of `snapshotPlan`. Consumes the value. Shapes are checked unless it is known to be our own. */
export function restoreSnapshot(value: unknown, isOwn = false): PlanState | undefined {
  const plan = restorePlan(value);
  const given = isObject(value) ? value["tasks"] : undefined;
  if (plan === undefined || !Array.isArray(given)) return undefined;
  if (!isOwn && !given.every((task) => fits(task, TASK_FORM))) return undefined;
  const ids = new Map<string, TaskUid>();
  for (const { id, uid } of given as readonly Task[]) ids.set(id.toLowerCase(), uid);
  const uidOf = (id: string): TaskUid | undefined => ids.get(id.toLowerCase());
  const tasks = new Map<TaskUid, Task>();
  const openInWave = new Map<number, number>();
  for (const item of given as readonly Task[]) {
    const task = withParents(item, uidOf);
    if (task === undefined) return undefined;
    tasks.set(task.uid, task);
    if (isOpen(task)) openInWave.set(task.wave, (openInWave.get(task.wave) ?? 0) + 1);
  }
  if (ids.size !== given.length || tasks.size !== given.length) return undefined;
  return { ...plan, tasks, ids, openInWave };
}
