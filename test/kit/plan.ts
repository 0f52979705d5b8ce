import type { PlanCommand, PlanSettings, TaskInput } from "../../src/plan/commands.ts";
import { decide, type Decision, type RecordHeader } from "../../src/plan/decide/decide.ts";
import { planReducer } from "../../src/plan/evolve/evolve.ts";
import { taskById } from "../../src/plan/graph.ts";
import type { Author, CloneId, JournalEvent, JournalRecord, PlacedRecord, RecordId } from "../../src/plan/record.ts";
import type { Refusal } from "../../src/plan/refusal.ts";
import { snapshotPlan } from "../../src/plan/snapshot.ts";
import type { PlanState, Spill, Task } from "../../src/plan/state.ts";

/** 2026-01-31T09:00:00Z, where the clock of every test begins. */
export const START = Date.UTC(2026, 0, 31, 9);
export const MINUTE = 60_000;

export interface Clock {
  now: number;
}

export const writer = (session = "claude:one"): Author => ({ session, role: "writer", machine: "m1", pid: 7 });
export const worker = (session = "claude:sub", name = "sub-1"): Author => ({ session, role: "worker", worker: name });
export const observer = (session = "codex:two"): Author => ({ session, role: "observer" });
export const person = (name = "ada"): Author => ({ session: `terminal:${name}`, role: "person", person: name });

/** What one command or record came to. */
export interface Outcome {
  readonly record?: PlacedRecord;
  readonly refusal?: Refusal;
  readonly advice?: string;
  readonly spills: readonly Spill[];
}

/** What a fold of several files said about one record. */
export interface Verdict {
  readonly record: PlacedRecord;
  readonly refusal: Refusal | undefined;
}

type Files = ReadonlyMap<CloneId, readonly JournalRecord[]>;

/** Places the records of one file: their ordinals, and effective times that only rise. */
function place(file: readonly JournalRecord[]): readonly PlacedRecord[] {
  let last = -1;
  return file.map((record, index) => {
    last = Math.max(record.time, last + 1);
    return { ...record, ordinal: index + 1, effectiveTime: last };
  });
}

/** All records of all files in the total order, by (effective time, clone, ordinal). */
export function merge(files: Files): readonly PlacedRecord[] {
  return [...files.values()]
    .flatMap(place)
    .sort(
      (a, b) =>
        a.effectiveTime - b.effectiveTime || (a.clone < b.clone ? -1 : a.clone > b.clone ? 1 : a.ordinal - b.ordinal),
    );
}

/** Folds files from nothing. `onStep` sees the state after each record; it must not keep it. */
export function fold(
  files: Files,
  onStep?: (state: PlanState, record: PlacedRecord) => void,
): { readonly state: PlanState; readonly verdicts: readonly Verdict[] } {
  let state = planReducer.initial();
  const verdicts: Verdict[] = [];
  for (const record of merge(files)) {
    const applied = planReducer.apply(state, record);
    state = applied.state;
    verdicts.push({ record, refusal: applied.refusal });
    onStep?.(state, record);
  }
  return { state, verdicts };
}

/** The snapshot as text: equal texts are equal states. */
export const textOf = (state: PlanState): string => JSON.stringify(snapshotPlan(state));

/** One copy of a plan: a clone with its own file, what it absorbed of others, and a clock that may be wrong. */
export class Copy {
  readonly id: CloneId;
  readonly clock: Clock;
  readonly skewMs: number;
  readonly by: Author;
  readonly verdicts: Verdict[] = [];
  readonly #files = new Map<CloneId, JournalRecord[]>();
  #state = planReducer.initial();
  #last = 0;
  #minted = 0;

  constructor(given: { n?: number; clock?: Clock; skewMs?: number; by?: Author } = {}) {
    const { n = 0, clock = { now: START }, skewMs = 0, by = writer() } = given;
    this.id = `c${"abcdefgh".charAt(n).repeat(8)}` as CloneId;
    this.clock = clock;
    this.skewMs = skewMs;
    this.by = by;
    this.#files.set(this.id, []);
  }

  get state(): PlanState {
    return this.#state;
  }

  get files(): Files {
    return this.#files;
  }

  get own(): readonly JournalRecord[] {
    return this.#files.get(this.id)!;
  }

  task(id: string): Task {
    const task = taskById(this.#state, id);
    if (task === undefined) throw new Error(`no task ${id} in ${[...this.#state.ids.keys()].join(", ")}`);
    return task;
  }

  /** The fence of the live claim. */
  fence(id: string): RecordId {
    const { claim } = this.task(id);
    if (claim === undefined) throw new Error(`nobody holds ${id}`);
    return claim.fence;
  }

  wait(ms: number): void {
    this.clock.now += ms;
  }

  /** What the next record would be; unlike a real one it may be asked for again and again. */
  header(by = this.by): RecordHeader {
    const at = this.clock.now + this.skewMs;
    const time = Math.max(at, this.#last + 1);
    const seen = [...this.#files].flatMap(([clone, file]) =>
      clone === this.id ? [] : [[clone, file.length] as const],
    );
    const ordinal = this.own.length + 1;
    const place = { ordinal, effectiveTime: time };
    const id = `${this.id.charAt(1)}${String(this.#minted + 1).padStart(19, "0")}` as RecordId;
    return {
      format: 1,
      id,
      clone: this.id,
      at,
      time,
      by,
      seen: Object.fromEntries(seen),
      prefix: [ordinal - 1, ""],
      ...place,
    };
  }

  /** What a command would come to. */
  decide(command: PlanCommand, by = this.by): Decision {
    return decide(this.#state, command, this.header(by));
  }

  /** Decides, appends and folds. */
  run(command: PlanCommand, by = this.by): Outcome {
    const decision = this.decide(command, by);
    if ("refusal" in decision) return { refusal: decision.refusal, spills: [] };
    const told = decision.advice === undefined ? {} : { advice: decision.advice };
    if (decision.events.length === 0) return { ...told, spills: [] };
    return { ...this.write(decision.events, by), ...told };
  }

  /** Runs a command that must be accepted. */
  do(command: PlanCommand, by = this.by): PlacedRecord {
    const { refusal, record, advice } = this.run(command, by);
    if (refusal !== undefined) throw new Error(`${command.type} was refused: ${refusal.reason}: ${refusal.message}`);
    if (record === undefined) throw new Error(`${command.type} wrote nothing: ${advice}`);
    return record;
  }

  /** Appends events as they are, and folds them. `prefix` tells how much of its own file the writer had folded. */
  write(events: readonly JournalEvent[], by = this.by, prefix = this.own.length): Outcome {
    // Through JSON, as a journal would.
    const record = JSON.parse(JSON.stringify({ ...this.header(by), prefix: [prefix, ""], events })) as PlacedRecord;
    const { ordinal: _, effectiveTime, ...line } = record;
    this.#minted += 1;
    this.#files.get(this.id)!.push(line);
    const applied = planReducer.apply(this.#state, record);
    this.#state = applied.state;
    this.#last = effectiveTime;
    this.verdicts.push({ record, refusal: applied.refusal });
    const { refusal, spills = [] } = applied;
    return { record, spills, ...(refusal === undefined ? {} : { refusal }) };
  }

  /** Takes over what another copy has, and folds all of it anew. */
  absorb(other: Copy): void {
    let isNew = false;
    for (const [clone, file] of other.files) {
      const known = this.#files.get(clone) ?? [];
      if (file.length <= known.length) continue;
      isNew = true;
      this.#files.set(clone, [...file]);
    }
    if (!isNew) return;
    const folded = fold(this.#files);
    this.#state = folded.state;
    this.#last = Math.max(this.#last, folded.verdicts.at(-1)?.record.effectiveTime ?? 0);
  }

  /** Goes on from a snapshot, as a new process would. */
  restart(): void {
    const restored = planReducer.restore(JSON.parse(textOf(this.#state)));
    if (restored === undefined) throw new Error("the snapshot was not restored");
    this.#state = restored;
  }
}

/** Both copies take what the other has. */
export function exchange(a: Copy, b: Copy): void {
  a.absorb(b);
  b.absorb(a);
}

/** A person lets go of all that gates ask for: for tests of everything else. */
const EASY: PlanSettings = { pace: "ready", level: "claimed" };

/** A plan with tasks; strings are ids, `"B<A,C"` depends on A and C. Without settings, its gates ask for nothing. */
export function planWith(
  tasks: readonly (string | TaskInput)[] = [],
  given: ConstructorParameters<typeof Copy>[0] = {},
  settings = EASY,
): Copy {
  const copy = new Copy(given);
  copy.do(
    { type: "create-plan", slug: "auth", title: "Rewrite authentication", tasks: tasks.map(taskInput), ...settings },
    { ...copy.by, person: "ada" },
  );
  return copy;
}

export function taskInput(given: string | TaskInput): TaskInput {
  if (typeof given !== "string") return given;
  const [id = "", parents] = given.split("<");
  return { id, title: `Task ${id}`, ...(parents === undefined ? {} : { parents: parents.split(",") }) };
}

/** Two copies that both know one plan, and nothing of each other from then on. */
export function twoCopies(
  tasks: readonly (string | TaskInput)[] = [],
  skewMs: readonly [number, number] = [0, 0],
): { readonly a: Copy; readonly b: Copy; readonly clock: Clock } {
  const clock = { now: START };
  const a = planWith(tasks, { n: 0, clock, skewMs: skewMs[0], by: writer("claude:a") });
  const b = new Copy({ n: 1, clock, skewMs: skewMs[1], by: writer("codex:b") });
  b.absorb(a);
  clock.now += MINUTE;
  return { a, b, clock };
}

/** Exchanges, and returns the merged state after checking that both have the same. */
export function merged(a: Copy, b: Copy): PlanState {
  exchange(a, b);
  if (textOf(a.state) !== textOf(b.state)) throw new Error("two copies of the same records differ");
  return a.state;
}

/** Claims, implements and finishes a task, with something to hand on where a gate asks for it. */
export function finish(copy: Copy, id: string, by = copy.by): void {
  copy.do({ type: "claim-task", id }, by);
  if (copy.state.level !== "claimed") {
    copy.do({ type: "add-output", id, fence: copy.fence(id), name: "output.md", text: "what came of it" }, by);
  }
  copy.do({ type: "finish-task", id, fence: copy.fence(id) }, by);
}

export const blocker = { tried: "ran it", why: "no database", resolve: "start one" };
