import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blocker, Copy, exchange, fold, MINUTE, START, textOf, writer } from "../../test/kit/plan.ts";
import { anyMove, authorOf, commandOf, movesOf, type Move } from "../../test/kit/plan-moves.ts";
import { EVENT_SHAPES } from "./events.ts";
import { evolve, tryRecord } from "./evolve/evolve.ts";
import { explainWait, isOpen, readyTasks } from "./graph.ts";
import type { JournalEvent, PlacedRecord } from "./record.ts";
import { restoreSnapshot, snapshotPlan } from "./snapshot.ts";
import type { PlanState, Task } from "./state.ts";

const RUNS = Number(process.env["HOLDFAST_RUNS"] ?? 150);

/** A plan on which moves find something to do. */
function begun(given: ConstructorParameters<typeof Copy>[0] = {}): Copy {
  const copy = new Copy(given);
  const tasks = [
    { id: "T1", title: "first", steps: ["one", "two"], touches: ["src/1"] },
    { id: "T2", title: "second", parents: ["T1"], steps: ["one"] },
    { id: "research", title: "third", description: "look" },
  ];
  copy.do({ type: "create-plan", slug: "auth", title: "Rewrite authentication", tasks });
  return copy;
}

function play(copy: Copy, move: Move): void {
  copy.wait(move.waitMs);
  copy.run(commandOf(copy.state, move), authorOf(move, copy.by));
}

/** Says where two texts part, for whole snapshots are too long to read. */
function expectSame(actual: string, expected: string): void {
  if (actual === expected) return;
  let at = 0;
  while (actual[at] === expected[at]) at += 1;
  const near = (text: string) => text.slice(Math.max(0, at - 80), at + 80);
  expect(near(actual)).toBe(near(expected));
}

/** A copy of a state that nothing else will consume. */
const cloned = (state: PlanState): PlanState => restoreSnapshot(JSON.parse(textOf(state)))!;

function expectInvariants(state: PlanState): void {
  const open = new Map<number, number>();
  for (const task of state.tasks.values()) {
    expectOfTask(state, task);
    if (isOpen(task)) open.set(task.wave, (open.get(task.wave) ?? 0) + 1);
  }
  const byWave = (waves: ReadonlyMap<number, number>) => [...waves].sort(([a], [b]) => a - b);
  expect(byWave(state.openInWave)).toEqual(byWave(open));
  const keys = [...state.tasks.values()].map(({ id }) => id.toLowerCase());
  expect(new Set(keys).size).toBe(keys.length);
  expect([...state.ids.keys()].sort()).toEqual(keys.sort());
  const lanes = [...state.lanes.keys()].map((id) => id.toLowerCase());
  expect(new Set(lanes).size).toBe(lanes.length);
  expect(new Set(state.conflicts.map(({ id }) => id)).size).toBe(state.conflicts.length);
  if (state.status === "done") expect([...state.tasks.values()].filter(isOpen)).toEqual([]);
  for (const task of readyTasks(state)) expect(explainWait(state, task)).toEqual([]);
}

function expectOfTask(state: PlanState, task: Task): void {
  expect(task.claim !== undefined).toBe(task.status === "in_progress");
  if (task.rival !== undefined) expect(["todo", "dropped"]).not.toContain(task.status);
  expect(task.proof === "claimed").toBe(task.status === "done");
  if (task.status === "blocked") expect(task.blockers.length).toBeGreaterThan(0);
  if (!isOpen(task)) return;
  expect(task.wave).toBeGreaterThan(state.passedWaves);
  for (const uid of task.parents) {
    const parent = state.tasks.get(uid)!;
    if (parent.status !== "dropped") expect(task.wave).toBeGreaterThan(parent.wave);
  }
}

describe("a plan in one clone", () => {
  test("decide and evolve agree, and decide leaves the state as it is", () => {
    fc.assert(
      fc.property(movesOf(40), (moves) => {
        const copy = begun();
        for (const move of moves) {
          copy.wait(move.waitMs);
          const by = authorOf(move, copy.by);
          const command = commandOf(copy.state, move);
          const before = structuredClone(copy.state);
          const decision = copy.decide(command, by);
          expect(copy.state).toEqual(before);
          expect(copy.decide(command, by)).toEqual(decision);
          if ("refusal" in decision || decision.events.length === 0) continue;
          expect(copy.write(decision.events, by).refusal).toBeUndefined();
        }
      }),
      { numRuns: RUNS },
    );
  });

  test("waves, claims, ids and indexes hold together after every step", () => {
    fc.assert(
      fc.property(movesOf(60), (moves) => {
        const copy = begun();
        let passed = 0;
        for (const move of moves) {
          play(copy, move);
          expectInvariants(copy.state);
          expect(copy.state.passedWaves).toBeGreaterThanOrEqual(passed);
          passed = copy.state.passedWaves;
          expect(copy.state.conflicts).toEqual([]);
        }
      }),
      { numRuns: RUNS },
    );
  });

  test("a restart from the snapshot at any step changes nothing", () => {
    fc.assert(
      fc.property(movesOf(40), (moves) => {
        const [whole, restarted] = [begun(), begun()];
        for (const move of moves) {
          play(whole, move);
          play(restarted, move);
          expectSame(textOf(restarted.state), textOf(whole.state));
          restarted.restart();
          expectSame(textOf(restarted.state), textOf(whole.state));
        }
      }),
      { numRuns: RUNS },
    );
  });

  test("a fence that is not the current attempt's writes nothing", () => {
    const writes = ["task.started", "task.released", "task.implemented", "task.done", "task.failed", "task.logged"];
    fc.assert(
      fc.property(movesOf(40), fc.constantFrom(...writes), (moves, type) => {
        const copy = begun();
        const fences = new Set<string>();
        for (const move of moves) {
          play(copy, move);
          for (const task of copy.state.tasks.values()) {
            if (task.claim !== undefined) fences.add(`${task.uid} ${task.claim.fence}`);
          }
        }
        for (const [uid, fence] of [...fences].map((each) => each.split(" "))) {
          const task = [...copy.state.tasks.values()].find((other) => other.uid === uid)!;
          const isCurrent = task.claim?.fence === fence || task.attempts.at(-1)?.fence === fence;
          if (isCurrent) continue;
          const before = textOf(copy.state);
          const { refusal } = copy.write([{ type, task: uid, fence, why: "w", text: "t" }]);
          expect(refusal?.reason).toMatch(/stale-fence|plan-closed/);
          expectSame(textOf(copy.state), before);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

const hostileKey = fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", "length", "type", "task");
const hostileText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  hostileKey,
  fc.constantFrom("", "../../x", "T1"),
);
const hostileNumber = fc.oneof(fc.double(), fc.maxSafeInteger(), fc.constantFrom(-0, 1e308, -1, 2 ** 53, 5e-324));
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  hostileText,
  hostileNumber,
  fc.array(hostileText, { maxLength: 3 }),
  fc.dictionary(fc.oneof(hostileKey, fc.string({ maxLength: 4 })), hostileText, { maxKeys: 3 }),
);

const FIELDS = [...new Set(Object.values(EVENT_SHAPES).flatMap((shape) => Object.keys(shape)))];

/** Events that often have the right shape, and never the right mind. */
const hostileEvent = fc
  .record({
    type: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...Object.keys(EVENT_SHAPES)) },
      { weight: 1, arbitrary: hostileText },
    ),
    seeds: fc.array(fc.record({ n: fc.nat(), text: hostileText, number: hostileNumber, any: hostile }), {
      minLength: 14,
      maxLength: 14,
    }),
    isWild: fc.boolean(),
    more: fc.dictionary(fc.constantFrom(...FIELDS), hostile, { maxKeys: 2 }),
  })
  .map(({ type, seeds, isWild, more }) => {
    const shape: Readonly<Record<string, string>> =
      (EVENT_SHAPES as Record<string, Record<string, string>>)[type] ?? {};
    const fields = Object.entries(Object.hasOwn(EVENT_SHAPES, type) ? shape : {}).flatMap(([field, kind], index) => {
      const { n, text, number, any } = seeds[index % seeds.length]!;
      if (kind.endsWith("?") && n % 3 === 0) return [];
      const right: Record<string, unknown> = {
        string: n % 2 === 0 ? text : NAMES[n % NAMES.length],
        number: n % 2 === 0 ? number : n % 6,
        boolean: n % 2 === 0,
        strings: [text, NAMES[n % NAMES.length]],
        object: any !== null && typeof any === "object" && !Array.isArray(any) ? any : { any },
      };
      return [[field, isWild && n % 5 === 0 ? any : right[kind.replace("?", "")]]];
    });
    return { ...Object.fromEntries(fields), ...(isWild ? more : {}), type } as JournalEvent;
  });

/** Names that mean something in `begun`. */
const NAMES = [
  "a0000000000000000001.0",
  "a0000000000000000001.1",
  "a0000000000000000001.2",
  "a0000000000000000001.3",
  "T1",
  "look",
  "execute",
  "discovery",
  "log",
  "kept",
  "lost",
  "blocked",
];

const anyAuthor = fc.record(
  {
    session: hostileText,
    role: fc.constantFrom("writer", "person", "worker", "observer", "__proto__"),
    person: fc.oneof(fc.constant("ada"), hostile),
    worker: hostile,
    machine: hostile,
    pid: hostile,
  },
  { requiredKeys: ["session", "role"] },
);

describe("whatever a record holds", () => {
  test("it is applied or refused, and a refused one changes nothing", () => {
    const step = fc.record({
      by: anyAuthor,
      events: fc.array(hostileEvent, { minLength: 1, maxLength: 3 }),
      at: fc.nat({ max: 2 ** 52 }),
    });
    fc.assert(
      fc.property(movesOf(12), fc.array(step, { maxLength: 12 }), (moves, steps) => {
        const copy = begun();
        for (const move of moves) play(copy, move);
        let state = cloned(copy.state);
        for (const [index, { by, events, at }] of steps.entries()) {
          const before = textOf(state);
          const record = JSON.parse(
            JSON.stringify({
              ...copy.header(),
              id: `h${String(index).padStart(19, "0")}`,
              ordinal: 1000 + index,
              prefix: [999 + index, ""],
              by,
              events,
              at,
            }),
          ) as PlacedRecord;
          const tried = tryRecord(state, record);
          expectSame(textOf(state), before);
          const applied = evolve(state, record);
          state = applied.state;
          expect("refusal" in tried).toBe(applied.refusal !== undefined);
          if (applied.refusal !== undefined) expectSame(textOf(state), before);
          expectSame(textOf(cloned(state)), textOf(state));
          for (const task of state.tasks.values()) explainWait(state, task);
        }
        expectWaves(state);
        expect(Object.prototype).not.toHaveProperty("polluted");
      }),
      { numRuns: RUNS * 2 },
    );
  });

  test("a snapshot with any part replaced is read or refused, never half-read", () => {
    fc.assert(
      fc.property(movesOf(20), fc.nat(), hostile, (moves, at, value) => {
        const copy = begun();
        copy.do({ type: "claim-task", id: "T1" });
        copy.do({ type: "record-confidence", id: "research", score: 2, why: "unsure" });
        for (const move of moves) play(copy, move);
        const snapshot = JSON.parse(textOf(copy.state)) as Record<string, unknown>;
        const paths = pathsOf(snapshot);
        replaceAt(snapshot, paths[at % paths.length]!, value);
        const restored = restoreSnapshot(snapshot);
        if (restored === undefined) return;
        for (const task of restored.tasks.values()) explainWait(restored, task);
        const record = { ...copy.header(), events: [{ type: "entry.added", kind: "log", text: "still here" }] };
        expect(() => textOf(evolve(restored, record).state)).not.toThrow();
      }),
      { numRuns: RUNS * 2 },
    );
  });
});

function expectWaves(state: PlanState): void {
  for (const task of state.tasks.values()) {
    if (!isOpen(task)) continue;
    expect(task.wave).toBeGreaterThan(state.passedWaves);
  }
}

function pathsOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [
    ...(path.length > 0 ? [path] : []),
    ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key])),
  ];
}

function replaceAt(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = root;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[path.at(-1)!] = value;
}

interface Scene {
  readonly skewMs: readonly number[];
  readonly steps: readonly { readonly n: number; readonly move: Move; readonly absorb: number | undefined }[];
}

const HOUR = 60 * MINUTE;
const scene = (copies: number): fc.Arbitrary<Scene> =>
  fc.record({
    skewMs: fc.array(fc.constantFrom(-HOUR, 0, 1, HOUR), { minLength: copies, maxLength: copies }),
    steps: fc.array(
      fc.record({
        n: fc.nat({ max: copies - 1 }),
        move: anyMove,
        absorb: fc.option(fc.nat({ max: copies - 1 }), { nil: undefined, freq: 3 }),
      }),
      { minLength: 1, maxLength: 50, size: "max" },
    ),
  });

/** Plays a scene over copies that begin with one plan and meet now and then. */
function stage({ skewMs, steps }: Scene): readonly Copy[] {
  const clock = { now: START };
  const copies = skewMs.map((skew, n) => {
    const given = { n, clock, skewMs: skew, by: writer(`host:${n}`) };
    return n === 0 ? begun(given) : new Copy(given);
  });
  for (const copy of copies.slice(1)) copy.absorb(copies[0]!);
  for (const { n, move, absorb } of steps) {
    if (absorb !== undefined) copies[n]!.absorb(copies[absorb]!);
    play(copies[n]!, move);
  }
  return copies;
}

function meet(copies: readonly Copy[]): PlanState {
  for (const a of copies) for (const b of copies) exchange(a, b);
  for (const a of copies) for (const b of copies) exchange(a, b);
  return copies[0]!.state;
}

describe("a plan in several clones", () => {
  test("everybody computes the same, in whatever order they met", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 3 }).chain(scene), (given) => {
        const copies = stage(given);
        const backwards = new Copy({ n: 7 });
        for (const copy of [...copies].reverse()) backwards.absorb(copy);
        meet(copies);
        for (const copy of copies) expectSame(textOf(copy.state), textOf(backwards.state));
      }),
      { numRuns: RUNS },
    );
  });

  test("what holds in one clone holds after a merge", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 3 }).chain(scene), (given) => {
        const copies = stage(given);
        meet(copies);
        let passed = 0;
        fold(copies[0]!.files, (state) => {
          expectInvariants(state);
          expect(state.passedWaves).toBeGreaterThanOrEqual(passed);
          passed = state.passedWaves;
          expectSame(textOf(cloned(state)), textOf(state));
        });
      }),
      { numRuns: RUNS },
    );
  });

  test("nothing that one clone accepted disappears without a listed conflict", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 3 }).chain(scene), (given) => {
        const copies = stage(given);
        const { conflicts } = meet(copies);
        const lost = new Set(conflicts.map((conflict) => conflict.lost.stamp as string));
        const accepted = new Set(
          copies.flatMap(({ verdicts }) =>
            verdicts.flatMap(({ record, refusal }) => (refusal === undefined ? [record.id] : [])),
          ),
        );
        for (const { record, refusal } of fold(copies[0]!.files).verdicts) {
          if (refusal === undefined || !accepted.has(record.id)) continue;
          expect(lost, `${record.events.map(({ type }) => type).join()}: ${refusal.reason}`).toContain(
            `${record.clone}:${record.ordinal}`,
          );
        }
      }),
      { numRuns: RUNS },
    );
  });

  test("a field is only overwritten by who knew its value, or the value is listed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 3 }).chain(scene), (given) => {
        const copies = stage(given);
        const { conflicts } = meet(copies);
        const isListed = (stamp: string) =>
          conflicts.some(({ kept, lost }) => kept.stamp === stamp || lost.stamp === stamp);
        let before = new Map<string, { value: string; stamp: string | undefined }>();
        fold(copies[0]!.files, (state, record) => {
          const after = fieldsOf(state);
          for (const [field, { value, stamp }] of before) {
            const now = after.get(field);
            if (now === undefined || now.value === value || stamp === undefined) continue;
            const [clone = "", ordinal = ""] = stamp.split(":");
            const isKnown = clone === record.clone || Number(ordinal) <= (record.seen[clone] ?? 0);
            const claimsFree = field.endsWith(".status") && value === '"todo"' && now.value === '"in_progress"';
            if (!isKnown && !claimsFree) expect(isListed(stamp), `${field}: ${value} → ${now.value}`).toBe(true);
          }
          before = after;
        });
      }),
      { numRuns: RUNS },
    );
  });
});

/** Fields of a plan and its tasks with what they say and who said it. */
function fieldsOf(state: PlanState): Map<string, { value: string; stamp: string | undefined }> {
  const fields = new Map<string, { value: string; stamp: string | undefined }>();
  const put = (name: string, value: unknown, stamp: string | undefined) =>
    fields.set(name, { value: JSON.stringify(value) ?? "", stamp });
  for (const field of ["title", "status", "onBlocked", "phase", "nextAction", "confidence"] as const) {
    const { nextAction } = state;
    const value =
      field === "nextAction" ? nextAction && { what: nextAction.what, file: nextAction.file } : state[field];
    put(`plan.${field}`, value, state.stamps[field]);
  }
  put("plan.goal", state.brief.goal, state.stamps["brief.goal"]);
  for (const { id, status } of state.phases) put(`phases.${id}`, status, state.stamps[`phases.${id}.status`]);
  for (const task of state.tasks.values()) {
    for (const field of ["title", "status", "description", "priority", "order", "parents", "confidence"] as const) {
      put(`${task.uid}.${field}`, task[field], task.stamps[field]);
    }
  }
  return fields;
}

describe("undo", () => {
  /** All that people gave, without what only ever grows. */
  const givenOf = (state: PlanState) => ({
    title: state.title,
    type: state.type,
    onBlocked: state.onBlocked,
    status: state.status,
    phase: state.phase,
    phases: state.phases,
    brief: state.brief,
    next: state.nextAction && { what: state.nextAction.what, file: state.nextAction.file },
    score: state.confidence?.score,
    waivers: state.waivers,
    lanes: [...state.lanes.values()]
      .filter(({ status }) => status !== "cancelled")
      .map(({ id, status }) => ({ id, status })),
    tasks: [...state.tasks.values()].filter(({ status }) => status !== "dropped").map(taskGiven),
  });
  const taskGiven = ({
    id,
    title,
    description,
    parents,
    priority,
    order,
    touches,
    steps,
    extra,
    status,
    confidence,
  }: Task) => ({
    ...{ id, title, description, parents, priority, order, touches, steps, extra },
    // Work that had moved on goes back to todo.
    status: MOVED.has(status) ? "todo" : status,
    score: MOVED.has(status) ? undefined : confidence?.score,
  });
  const MOVED = new Set(["todo", "in_progress", "implemented", "failed", "blocked"]);

  test("gives back what a record changed", async () => {
    const { invertRecord } = await import("./undo.ts");
    let undone = 0;
    fc.assert(
      fc.property(movesOf(25), (moves) => {
        const copy = begun();
        for (const move of moves) {
          copy.wait(move.waitMs);
          const before = cloned(copy.state);
          const { record } = copy.run(commandOf(copy.state, move), authorOf(move, copy.by));
          if (record === undefined) continue;
          const inverse = invertRecord(before, copy.state, record);
          if ("refusal" in inverse) continue;
          const person = { ...copy.by, role: "person", person: "ada" } as const;
          const { refusal } = copy.write(inverse.events, person);
          if (refusal !== undefined) continue;
          undone += 1;
          expect(givenOf(copy.state), record.events.map(({ type }) => type).join()).toEqual(givenOf(before));
        }
      }),
      { numRuns: RUNS },
    );
    expect(undone).toBeGreaterThan(RUNS);
  });

  test("leaves alone what was changed again since", async () => {
    const { invertRecord } = await import("./undo.ts");
    const copy = begun();
    const before = cloned(copy.state);
    const record = copy.do({ type: "edit-task", id: "T1", fields: { title: "better" } });
    copy.do({ type: "edit-task", id: "T1", fields: { title: "best" } });
    expect(invertRecord(before, copy.state, record)).toMatchObject({ refusal: { reason: "cannot-undo" } });
    expect(snapshotPlan(copy.state)).toMatchObject({ tasks: [{ title: "best" }, {}, {}] });
    copy.do({ type: "block-task", id: "T1", ...blocker });
  });
});
