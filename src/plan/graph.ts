import type { Lane, PlanState, Step, Task, TaskStatus, TaskUid } from "./state.ts";

/** Why a task is not ready: what it waits for, in words. */
export interface Wait {
  readonly on?: Task;
  readonly reason: "parent" | "confidence" | "status" | "plan" | "missing-parent" | "blocked-elsewhere" | "wave";
  readonly text: string;
}

/** Below this a person is asked before anything builds on the work. */
export const CONFIDENT = 4;

export const isOpen = (task: Task): boolean => task.status !== "done" && task.status !== "dropped";

/** A low confidence that no person has waved through. */
export const isDoubtful = (task: Task): boolean =>
  task.confidence !== undefined && task.confidence.score < CONFIDENT && task.confidence.waived === undefined;

export const isWorking = (state: PlanState): boolean => state.status === "active" || state.status === "verifying";

export function taskById(state: PlanState, id: string): Task | undefined {
  const uid = state.ids.get(id.toLowerCase());
  return uid === undefined ? undefined : state.tasks.get(uid);
}

/** Lane ids are told apart as folders are, without regard to case. */
export function laneById(lanes: PlanState["lanes"], id: string): Lane | undefined {
  const exact = lanes.get(id);
  if (exact !== undefined) return exact;
  const key = id.toLowerCase();
  for (const lane of lanes.values()) if (lane.id.toLowerCase() === key) return lane;
  return undefined;
}

export function parentsOf(state: PlanState, task: Task): readonly Task[] {
  return task.parents.flatMap((uid) => state.tasks.get(uid) ?? []);
}

/** Children of every task that has any. One pass over the plan. */
export function childrenIndex(state: PlanState): Map<TaskUid, Task[]> {
  const children = new Map<TaskUid, Task[]>();
  for (const task of state.tasks.values()) {
    for (const parent of task.parents) {
      const list = children.get(parent);
      if (list) list.push(task);
      else children.set(parent, [task]);
    }
  }
  return children;
}

/** All ancestors of a task, nearest first, each once. */
export function ancestorsOf(state: PlanState, task: Task): readonly Task[] {
  const found = new Set<Task>();
  let layer: readonly Task[] = [task];
  while (layer.length > 0) {
    const next: Task[] = [];
    for (const child of layer) {
      for (const parent of parentsOf(state, child)) {
        if (found.has(parent) || parent === task) continue;
        found.add(parent);
        next.push(parent);
      }
    }
    layer = next;
  }
  return [...found];
}

/** Whether the parents let a task begin. A dropped parent does not: somebody has to say what replaces it. */
export function parentsAllow(tasks: Pick<PlanState["tasks"], "get">, task: Task): boolean {
  for (const uid of task.parents) {
    const parent = tasks.get(uid);
    if (parent === undefined || parent.status !== "done" || isDoubtful(parent)) return false;
  }
  return true;
}

/** Whether the plan's pace lets a task begin: where waves are waited for, none of a later one does. */
export const paceAllows = ({ pace, passedWaves }: Pick<PlanState, "pace" | "passedWaves">, { wave }: Task): boolean =>
  pace === "ready" || wave <= passedWaves + 1;

const firstBlocked = (tasks: Iterable<Task>): Task | undefined => {
  for (const task of tasks) if (task.status === "blocked") return task;
  return undefined;
};

export function isReady(state: PlanState, task: Task): boolean {
  return (
    task.status === "todo" &&
    isWorking(state) &&
    paceAllows(state, task) &&
    parentsAllow(state.tasks, task) &&
    !isHeldUp(state)
  );
}

/** Whether a blocked task stops the others too, as the plan says. */
export function isHeldUp(state: PlanState, tasks: Iterable<Task> = state.tasks.values()): boolean {
  return state.onBlocked === "stop" && firstBlocked(tasks) !== undefined;
}

/** The order in which ready tasks are offered. */
export const byOffer = (a: Task, b: Task): number => a.priority - b.priority || a.wave - b.wave || a.order - b.order;

const byPriority = (a: Task, b: Task): number => a.priority - b.priority || a.order - b.order;

/** The order in which tasks are listed. */
export const byPlace = (a: Task, b: Task): number => a.wave - b.wave || byPriority(a, b);

/** What may be claimed now, in the order in which it is offered: priority, then wave, then the plan's order. */
export function readyTasks(state: PlanState): readonly Task[] {
  if (!isWorking(state) || isHeldUp(state)) return [];
  const ready: Task[] = [];
  for (const task of state.tasks.values())
    if (task.status === "todo" && paceAllows(state, task) && parentsAllow(state.tasks, task)) ready.push(task);
  return ready.sort(byOffer);
}

const iso = (at: number): string => new Date(at).toISOString().slice(0, 19) + "Z";

/** A task's state in half a sentence: `T7: in_progress, claimed by claude:x since …`. */
export function describeTask(task: Task): string {
  const holder = task.claim === undefined ? "" : `, claimed by ${task.claim.session} since ${iso(task.claim.at)}`;
  return `${task.id}: ${task.status}${holder}`;
}

/** Everything that keeps a task from being claimed; empty where it is ready. */
export function explainWait(
  state: PlanState,
  task: Task,
  tasks: { get(uid: TaskUid): Task | undefined; values(): Iterable<Task> } = state.tasks,
): readonly Wait[] {
  if (task.status !== "todo") return [{ on: task, reason: "status", text: describeTask(task) }];
  const waits: Wait[] = [];
  if (!isWorking(state)) waits.push({ reason: "plan", text: `the plan is ${state.status}` });
  for (const uid of task.parents) {
    const parent = tasks.get(uid);
    if (parent === undefined) {
      waits.push({ reason: "missing-parent", text: `a parent that is not in this copy of the plan (${uid})` });
    } else if (parent.status !== "done") {
      waits.push({ on: parent, reason: "parent", text: describeTask(parent) });
    } else if (isDoubtful(parent)) {
      const { score, why } = parent.confidence!;
      waits.push({ on: parent, reason: "confidence", text: `${parent.id}: done with confidence ${score}/5 (${why})` });
    }
  }
  if (!paceAllows(state, task) && waits.length === 0) waits.push(waitForWave(state, tasks));
  const blocked = state.onBlocked === "stop" ? firstBlocked(tasks.values()) : undefined;
  if (blocked) waits.push({ on: blocked, reason: "blocked-elsewhere", text: describeTask(blocked) });
  return waits;
}

/** What the current wave still has to do: an open task of it, or its gate. */
function waitForWave(state: PlanState, tasks: { values(): Iterable<Task> }): Wait {
  const wave = currentWave(state);
  for (const task of tasks.values()) {
    if (task.wave !== wave || !isOpen(task)) continue;
    return { on: task, reason: "wave", text: `wave ${wave} to pass (${describeTask(task)})` };
  }
  return { reason: "wave", text: `the gate of wave ${wave} (holdfast gate wave)` };
}

/** What keeps a `todo` task from being claimed, as a sentence: `T2 waits for T1: todo`. */
export function describeWaits({ id }: Task, waits: readonly Wait[]): string {
  const texts = waits.map(({ text }) => text).join("; ");
  return waits.some(({ reason }) => reason === "plan") ? `${id} waits: ${texts}` : `${id} waits for ${texts}`;
}

/** The first wave that has not passed. */
export const currentWave = (state: PlanState): number => state.passedWaves + 1;

/** The highest wave that any task is in; 0 without tasks. */
export function lastWave(tasks: Iterable<Task>): number {
  let last = 0;
  for (const task of tasks) if (task.status !== "dropped" && task.wave > last) last = task.wave;
  return last;
}

export function countByStatus(state: PlanState): Record<TaskStatus, number> {
  const counts: Record<TaskStatus, number> = {
    todo: 0,
    in_progress: 0,
    implemented: 0,
    done: 0,
    blocked: 0,
    failed: 0,
    dropped: 0,
  };
  for (const task of state.tasks.values()) counts[task.status] += 1;
  return counts;
}

/** Not done and not dropped, by wave, then by priority, then by the plan's order. */
export function openTasks(state: PlanState): readonly Task[] {
  // Tasks come in the plan's order: by wave they are sorted already, or nearly.
  const waves = new Map<number, Task[]>();
  for (const task of state.tasks.values()) {
    if (!isOpen(task)) continue;
    const wave = waves.get(task.wave);
    if (wave) wave.push(task);
    else waves.set(task.wave, [task]);
  }
  return [...waves.keys()].sort((a, b) => a - b).flatMap((wave) => waves.get(wave)!.sort(byPriority));
}

/**
 * The longest chain of open tasks, first to last: what decides how soon the plan can end. Every task is looked at once:
 * status asks this of plans of any size.
 */
export function criticalPath({ tasks }: Pick<PlanState, "tasks">): readonly Task[] {
  const lengths = new Map<TaskUid, number>();
  const before = new Map<TaskUid, Task>();
  let end: Task | undefined;
  for (const task of tasks.values()) {
    if (!isOpen(task)) continue;
    measure(tasks, task, lengths, before);
    if (end === undefined || lengths.get(task.uid)! > lengths.get(end.uid)!) end = task;
  }
  const path: Task[] = [];
  for (let task = end; task !== undefined; task = before.get(task.uid)) path.push(task);
  return path.toReversed();
}

/** How long the longest chain is that ends with a task; a merge may have left tasks that wait for each other. */
function measure(
  tasks: PlanState["tasks"],
  start: Task,
  lengths: Map<TaskUid, number>,
  before: Map<TaskUid, Task>,
): void {
  const stack = lengths.has(start.uid) ? [] : [start];
  const onStack = new Set([start.uid]);
  for (let task = stack.at(-1); task !== undefined; task = stack.at(-1)) {
    let longest = 0;
    let unmeasured: Task | undefined;
    for (const uid of task.parents) {
      const parent = tasks.get(uid);
      if (parent === undefined || !isOpen(parent)) continue;
      const length = lengths.get(uid);
      if (length === undefined && !onStack.has(uid)) unmeasured = parent;
      if (unmeasured !== undefined) break;
      if (length === undefined || length <= longest) continue;
      longest = length;
      before.set(task.uid, parent);
    }
    if (unmeasured === undefined) {
      lengths.set(task.uid, longest + 1);
      onStack.delete(task.uid);
      stack.pop();
    } else {
      onStack.add(unmeasured.uid);
      stack.push(unmeasured);
    }
  }
}

/** Open tasks of one wave that say they change the same path, or one a folder above the other's path. */
export function touchConflicts(
  state: PlanState,
  open: readonly Task[] = openTasks(state),
): readonly { readonly path: string; readonly tasks: readonly Task[]; readonly wave: number }[] {
  const waves = new Map<number, Map<string, Task[]>>();
  for (const task of open) {
    if (task.touches.length === 0) continue;
    let paths = waves.get(task.wave);
    if (!paths) waves.set(task.wave, (paths = new Map()));
    for (const touched of task.touches) {
      const path = normalizePath(touched);
      const holders = paths.get(path);
      if (!holders) paths.set(path, [task]);
      else if (holders.at(-1) !== task) holders.push(task);
    }
  }
  const conflicts: { path: string; tasks: readonly Task[]; wave: number }[] = [];
  for (const [wave, paths] of waves) {
    const above = holdersAbove(paths);
    for (const [path, holders] of paths) {
      const further = above(path);
      if (holders.length + further.length < 2) continue;
      const tasks = new Set([...holders, ...further]);
      if (tasks.size > 1) conflicts.push({ path, tasks: [...tasks], wave });
    }
  }
  return conflicts;
}

/** Who holds a folder above a path, the nearest first. Every folder is looked up once. */
function holdersAbove(paths: ReadonlyMap<string, readonly Task[]>): (path: string) => readonly Task[] {
  const known = new Map<string, readonly Task[]>();
  const above = (path: string): readonly Task[] => {
    if (path === ".") return NOBODY;
    const folder = folderOf(path);
    let found = known.get(folder);
    if (found === undefined) {
      const holders = paths.get(folder) ?? NOBODY;
      const further = above(folder);
      found = further.length === 0 ? holders : [...holders, ...further];
      known.set(folder, found);
    }
    return found;
  };
  return above;
}

const NOBODY: readonly Task[] = [];

/** An empty part, a `.`, or a last `*` or `**`. */
const UNUSUAL = /(?:^|\/)(?:\.?(?:\/|$)|\*\*?$)/;

/** One way to write a path: `.` for everything, and a folder for all that is in it. */
function normalizePath(path: string): string {
  if (!UNUSUAL.test(path)) return path;
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  while (/^\*\*?$/.test(parts.at(-1) ?? "")) parts.pop();
  return parts.length === 0 ? "." : parts.join("/");
}

function folderOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end < 0 ? "." : path.slice(0, end);
}

/** The tasks in hand (`tasksInHand`) and the ready ones (`readyTasks`), for who has gathered them already. */
export interface Offer {
  readonly held: readonly Task[];
  readonly ready: readonly Task[];
}

export const nextStep = (task: Task): Step | undefined => task.steps.find((step) => !step.done);

const SEE_GATE = "see what the plan still waits for: holdfast gate plan";

/** Whether its tasks are all done, and the plan is not. */
const isWorkedThrough = (state: PlanState): boolean =>
  isWorking(state) && state.tasks.size > 0 && state.openInWave.size === 0;

/**
 * What comes next and on which file: as recorded, or else the next step of the task in hand
 * (of this session first, then of anybody), the first ready task, or once all are done the plan's gate, marked as
 * computed.
 */
export function effectiveNextAction(
  state: PlanState,
  session?: string,
  offer?: Offer,
): { readonly what: string; readonly file?: string; readonly computed: boolean; readonly task?: Task } | undefined {
  if (state.nextAction !== undefined) {
    const { what, file } = state.nextAction;
    return file === undefined ? { what, computed: false } : { what, file, computed: false };
  }
  const { held, ready } = offer ?? { held: tasksInHand(state), ready: readyTasks(state) };
  const task = held.find(({ claim }) => claim?.session === session) ?? held[0] ?? ready[0];
  if (task === undefined) return isWorkedThrough(state) ? { what: SEE_GATE, computed: true } : undefined;
  const what = `${task.id}: ${nextStep(task)?.text ?? task.title}`;
  const file = task.touches[0];
  return file === undefined ? { what, computed: true, task } : { what, file, computed: true, task };
}

/** Tasks under a live claim, by wave, then by priority, then by the plan's order. */
export function tasksInHand(state: PlanState): readonly Task[] {
  const held: Task[] = [];
  for (const task of state.tasks.values()) if (task.claim !== undefined && isOpen(task)) held.push(task);
  return held.sort(byPlace);
}
