import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Copy, exchange, fold, MINUTE, START, textOf, writer } from "../../test/kit/plan.ts";
import { begun, cloned, expectInvariants, expectSame, play, RUNS } from "../../test/kit/plan-checks.ts";
import { anyMove, type Move } from "../../test/kit/plan-moves.ts";
import type { PlanState } from "./state.ts";

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
        for (const copy of copies.toReversed()) backwards.absorb(copy);
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
          // What a session elsewhere ran, and nobody asked it to, is nothing for a person to settle.
          if (record.events.every(({ type }) => type === "check.observed")) continue;
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
