import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { textOf } from "../../test/kit/plan.ts";
import { begun, cloned, expectInvariants, expectSame, play, RUNS } from "../../test/kit/plan-checks.ts";
import { authorOf, commandOf, movesOf } from "../../test/kit/plan-moves.ts";
import { copyState } from "./draft.ts";
import { evolve } from "./evolve/evolve.ts";
import type { PlanState, Task } from "./state.ts";
import { invertRecord } from "./undo.ts";

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

  test("what is tried on a copy leaves the state as it is, and comes to what it does there", () => {
    fc.assert(
      fc.property(movesOf(40), (moves) => {
        const copy = begun();
        for (const move of moves) {
          copy.wait(move.waitMs);
          const by = authorOf(move, copy.by);
          const decision = copy.decide(commandOf(copy.state, move), by);
          if ("refusal" in decision || decision.events.length === 0) continue;
          const before = structuredClone(copy.state);
          const tried = evolve(copyState(copy.state), { ...copy.header(by), events: decision.events }).state;
          expect(copy.state).toEqual(before);
          copy.write(decision.events, by);
          expectSame(textOf(tried), textOf(copy.state));
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
    id,
    title,
    description,
    parents,
    priority,
    order,
    touches,
    steps,
    extra,
    // Work that had moved on goes back to todo.
    status: MOVED.has(status) ? "todo" : status,
    score: MOVED.has(status) ? undefined : confidence?.score,
  });
  const MOVED = new Set(["todo", "in_progress", "implemented", "failed", "blocked"]);

  test("gives back what a record changed", () => {
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
          // That execution has begun is no claim's alone, and stays.
          const begins = record.events.some(({ type }) => type === "task.claimed");
          const { phase, phases } = begins ? copy.state : before;
          const expected = { ...givenOf(before), phase, phases };
          expect(givenOf(copy.state), record.events.map(({ type }) => type).join()).toEqual(expected);
        }
      }),
      { numRuns: RUNS },
    );
    expect(undone).toBeGreaterThan(RUNS);
  });
});
