import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { textOf } from "../../test/kit/plan.ts";
import { begun, cloned, expectSame, play, RUNS } from "../../test/kit/plan-checks.ts";
import { movesOf } from "../../test/kit/plan-moves.ts";
import { EVENT_SHAPES } from "./events.ts";
import { evolve, tryRecord } from "./evolve/evolve.ts";
import { explainWait, isOpen } from "./graph.ts";
import type { JournalEvent, PlacedRecord } from "./record.ts";
import { restoreSnapshot } from "./snapshot.ts";
import type { PlanState } from "./state.ts";

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
        any:
          n % 2 === 0
            ? any
            : [{ severity: "high", message: text, finding: NAMES[n % NAMES.length], state: "resolved" }],
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
