import type { JudgedPlan } from "./gate/condition.ts";
import { isOpen } from "./graph.ts";
import type { PlacedRecord, Stamp } from "./record.ts";
import { ENTRY_CHUNK, KEPT_CHANGES } from "./state.ts";
import type { Change, Conflict, Entry, PlanState, Spill, Task, TaskUid } from "./state.ts";

/** Records with more events than this are told as one line of "what happened last". */
const TOLD_ONE_BY_ONE = 4;

export const stampOf = (clone: string, ordinal: number): Stamp => `${clone}:${ordinal}` as Stamp;

const readStamp = (stamp: Stamp): { readonly clone: string; readonly ordinal: number } => {
  const colon = stamp.lastIndexOf(":");
  return { clone: stamp.slice(0, colon), ordinal: Number(stamp.slice(colon + 1)) };
};

/**
 * What one record would make of a state. Nothing touches the state before `commit`, so a record is applied
 * or refused whole, and `decide` can try one out.
 */
export class Draft {
  readonly record: PlacedRecord;
  readonly stamp: Stamp;
  readonly spills: Spill[] = [];
  readonly #tasks = new Map<TaskUid, Task>();
  readonly #ids = new Map<string, TaskUid>();
  readonly #waves = new Map<number, number>();
  readonly #changes: Omit<Change, "revision" | "at" | "session">[] = [];
  readonly #entries: Entry[] = [];
  #plan: PlanState;
  /** Whether `#plan` is a copy of our own: the state itself is never written to before `commit`. */
  #isCopy = false;

  constructor(state: PlanState, record: PlacedRecord) {
    this.#plan = state;
    this.record = record;
    this.stamp = stampOf(record.clone, record.ordinal);
  }

  /** Everything but tasks and new entries, as this record would leave it. */
  get plan(): PlanState {
    return this.#plan;
  }

  /** Takes a plan that nobody else holds. */
  set plan(plan: PlanState) {
    this.#plan = plan;
    this.#isCopy = true;
  }

  get(uid: TaskUid): Task | undefined {
    return this.#tasks.get(uid) ?? this.plan.tasks.get(uid);
  }

  taskById(id: string): Task | undefined {
    const key = id.toLowerCase();
    const uid = this.#ids.get(key) ?? this.plan.ids.get(key);
    return uid === undefined ? undefined : this.get(uid);
  }

  /** All tasks as this record would leave them. */
  *values(): Generator<Task> {
    for (const task of this.plan.tasks.values()) yield this.#tasks.get(task.uid) ?? task;
    for (const task of this.#tasks.values()) if (!this.plan.tasks.has(task.uid)) yield task;
  }

  /** The plan as this record would leave it, its tasks too. */
  whole(): JudgedPlan {
    return { ...this.plan, tasks: { get: (uid) => this.get(uid), values: () => this.values() } };
  }

  set(fields: Partial<PlanState>): void {
    if (this.#isCopy) Object.assign(this.#plan, fields);
    else this.plan = { ...this.#plan, ...fields };
  }

  put(task: Task): void {
    const before = this.get(task.uid);
    if (before === undefined) this.#ids.set(task.id.toLowerCase(), task.uid);
    if (before !== undefined && isOpen(before)) this.#countWave(before.wave, -1);
    if (isOpen(task)) this.#countWave(task.wave, 1);
    this.#tasks.set(task.uid, task);
  }

  /** The task with some fields changed, stamped with this record. */
  change(task: Task, fields: Partial<Task>, stamped: readonly (keyof Task)[] = []): Task {
    const changed: Task = { ...task, ...fields, stamps: this.#stamp(task, stamped), changedAt: this.record.at };
    this.put(changed);
    return changed;
  }

  #stamp({ stamps }: Task, fields: readonly string[]): Task["stamps"] {
    if (fields.length === 0) return stamps;
    const stamped: Record<string, Stamp> = { ...stamps };
    for (const field of fields) stamped[field] = this.stamp;
    return stamped;
  }

  openIn(wave: number): number {
    return (this.plan.openInWave.get(wave) ?? 0) + (this.#waves.get(wave) ?? 0);
  }

  /** The highest wave with an open task; 0 where none is open. */
  lastOpenWave(): number {
    let last = 0;
    for (const wave of this.plan.openInWave.keys()) if (wave > last && this.openIn(wave) > 0) last = wave;
    for (const wave of this.#waves.keys()) if (wave > last && this.openIn(wave) > 0) last = wave;
    return last;
  }

  #countWave(wave: number, by: number): void {
    this.#waves.set(wave, (this.#waves.get(wave) ?? 0) + by);
  }

  /** Whether the writer of this record could not know of the one that the stamp names. */
  isUnseen(stamp: Stamp | undefined): boolean {
    if (stamp === undefined) return false;
    const { clone, ordinal } = readStamp(stamp);
    return clone !== this.record.clone && ordinal > this.#seenOf(clone);
  }

  #seenOf(clone: string): number {
    return Object.hasOwn(this.record.seen, clone) ? (this.record.seen[clone] ?? 0) : 0;
  }

  /**
   * The record of another clone that is to blame for a refusal, which the writer could not foresee. What was decided
   * on all that its writer had can only be refused for what it had not; undefined where the race was lost at home.
   */
  unforeseen(cause: Stamp | undefined): Stamp | undefined {
    if (cause !== undefined) {
      if (this.isUnseen(cause)) return cause;
      const { clone, ordinal } = readStamp(cause);
      if (clone === this.record.clone && ordinal > this.record.prefix[0]) return undefined;
    }
    for (const [clone, ordinal] of Object.entries(this.plan.folded ?? {})) {
      const stamp = stampOf(clone, ordinal);
      if (this.isUnseen(stamp)) return stamp;
    }
    return undefined;
  }

  tell(type: string, subject?: string, text?: string): void {
    this.#changes.push({
      type,
      ...(subject === undefined ? {} : { subject }),
      ...(text === undefined ? {} : { text: text.length > 120 ? `${text.slice(0, 119)}…` : text }),
    });
  }

  addEntry(entry: Entry): void {
    this.#entries.push(entry);
  }

  addConflict(conflict: Omit<Conflict, "id" | "at">, suffix = ""): void {
    const id = `${this.record.id}${suffix}`;
    this.set({ conflicts: [...this.plan.conflicts, { ...conflict, id, at: this.record.at }] });
  }

  /** Makes it so. The state that the draft was made from must not be used afterwards. */
  commit(): PlanState {
    const { at, by, clone, ordinal } = this.record;
    const tasks = this.plan.tasks as Map<TaskUid, Task>;
    for (const [uid, task] of this.#tasks) tasks.set(uid, task);
    const ids = this.plan.ids as Map<string, TaskUid>;
    for (const [id, uid] of this.#ids) ids.set(id, uid);
    const waves = this.plan.openInWave as Map<number, number>;
    for (const [wave, more] of this.#waves) {
      const open = (waves.get(wave) ?? 0) + more;
      if (open > 0) waves.set(wave, open);
      else waves.delete(wave);
    }
    const revision = this.plan.revision + 1;
    const changes = this.plan.changes as Change[];
    for (const change of this.#told()) changes.push({ revision, at, session: by.session, ...change });
    if (changes.length > KEPT_CHANGES) changes.splice(0, changes.length - KEPT_CHANGES);
    if (this.#entries.length > 0) this.set({ entries: this.#keepEntries() });
    this.set({
      revision,
      updatedAt: Math.max(this.plan.updatedAt, at),
      folded: { ...this.plan.folded, [clone]: ordinal },
    });
    return this.plan;
  }

  #keepEntries(): PlanState["entries"] {
    const entries = { ...this.plan.entries };
    for (const entry of this.#entries) {
      const window = entries[entry.kind];
      const recent = window.recent as Entry[];
      let { chunks } = window;
      recent.push(entry);
      if (recent.length >= 2 * ENTRY_CHUNK) {
        chunks += 1;
        const left = recent.splice(0, ENTRY_CHUNK);
        this.spills.push({ kind: "entries", window: entry.kind, chunk: chunks, entries: left });
      }
      entries[entry.kind] = { recent, chunks, count: window.count + 1 };
    }
    return entries;
  }

  #told(): readonly Omit<Change, "revision" | "at" | "session">[] {
    if (this.#changes.length <= TOLD_ONE_BY_ONE) return this.#changes;
    const counts = new Map<string, number>();
    for (const { type } of this.#changes) counts.set(type, (counts.get(type) ?? 0) + 1);
    return [...counts].map(([type, count]) => {
      const only = count === 1 ? this.#changes.find((change) => change.type === type) : undefined;
      return only ?? { type, text: `${count} times` };
    });
  }
}

/** A state to try things on: what is committed to it leaves the given one as it is. */
export function copyState(state: PlanState): PlanState {
  const entries = Object.entries(state.entries).map(([kind, window]) => [
    kind,
    { ...window, recent: [...window.recent] },
  ]);
  return {
    ...state,
    tasks: new Map(state.tasks),
    ids: new Map(state.ids),
    openInWave: new Map(state.openInWave),
    changes: [...state.changes],
    entries: Object.fromEntries(entries) as PlanState["entries"],
  };
}
