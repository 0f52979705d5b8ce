import { planReducer } from "../src/plan/evolve/evolve.ts";
import { planConditions } from "../src/plan/gate/plan-gate.ts";
import { waveConditions } from "../src/plan/gate/wave-gate.ts";
import type { CloneId, JournalEvent, PlacedRecord, RecordId } from "../src/plan/record.ts";
import type { PlanState } from "../src/plan/state.ts";
import { median, type Row } from "./figures.ts";

const TASKS = 1000;
const CLONE = "caaaaaaaa" as CloneId;

/** The gates of a plan of which all is implemented and nothing done: every task is asked for its checks. */
export function benchGate(report: (row: Row) => void): void {
  const state = makePlan();
  const trees = Object.fromEntries(state.checks.map(({ id }) => [id, "tree"]));
  for (const [name, judge] of [
    ["the plan", () => planConditions(state, trees)],
    ["a wave", () => waveConditions(state, 1, trees)],
  ] as const) {
    const times: number[] = [];
    for (let run = 0; run < 50; run += 1) {
      const from = performance.now();
      if (judge().length < TASKS) throw new Error("not every task was asked for");
      times.push(performance.now() - from);
    }
    const measured = median(times);
    const what = `the gate of ${name}, ${TASKS.toLocaleString("en")} tasks with a check each`;
    report({ what, measured, unit: "ms", limit: "20", isMet: measured < 20 });
  }
}

function makePlan(): PlanState {
  let state = planReducer.initial();
  let ordinal = 0;
  const write = (events: readonly JournalEvent[]): RecordId => {
    ordinal += 1;
    const id = `a${String(ordinal).padStart(19, "0")}` as RecordId;
    const by = { session: "bench:0", role: "writer" } as const;
    const record = { format: 1, id, clone: CLONE, at: ordinal, time: ordinal, by, seen: {}, prefix: [ordinal - 1, ""] };
    const placed = { ...record, events, ordinal, effectiveTime: ordinal } as unknown as PlacedRecord;
    const applied = planReducer.apply(state, placed);
    if (applied.refusal !== undefined) throw new Error(applied.refusal.message);
    ({ state } = applied);
    return id;
  };
  write([{ type: "plan.created", slug: "bench", title: "Bench" }]);
  for (let n = 0; n < TASKS; n += 1) {
    const task = `${write([{ type: "task.added", id: `T${n}`, title: "A part", parents: [] }])}.0`;
    write([{ type: "check.added", check: `c${n}`, kind: "command", command: ["make", `t${n}`], tasks: [task] }]);
    const form = `${CLONE}:${ordinal}`;
    const fence = write([{ type: "task.claimed", task }]);
    write([{ type: "task.implemented", task, fence }]);
    const seen = { check: `c${n}`, form, outcome: "passed", why: "exit 0", durationMs: 1, tree: "tree" };
    write([{ type: "evidence.recorded", ...seen }]);
  }
  return state;
}
