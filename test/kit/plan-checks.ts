import { expect } from "vitest";
import { checksOf, lastEvidence } from "../../src/plan/checks.ts";
import { provesCriterion } from "../../src/plan/criteria.ts";
import { explainWait, isOpen, readyTasks } from "../../src/plan/graph.ts";
import type { ReviewFinding } from "../../src/plan/reviews.ts";
import { restoreSnapshot } from "../../src/plan/snapshot.ts";
import type { PlanState, Task } from "../../src/plan/state.ts";
import { Copy, person, textOf } from "./plan.ts";
import { authorOf, commandOf, type Move } from "./plan-moves.ts";

/** How often a property is tried; more with HOLDFAST_RUNS. */
export const RUNS = Number(process.env["HOLDFAST_RUNS"] ?? 100);

/** A plan on which moves find something to do. */
export function begun(given: ConstructorParameters<typeof Copy>[0] = {}): Copy {
  const copy = new Copy(given);
  const tasks = [
    { id: "T1", title: "first", steps: ["one", "two"], touches: ["src/1"] },
    { id: "T2", title: "second", parents: ["T1"], steps: ["one"] },
    { id: "research", title: "third", description: "look" },
  ];
  // Tasks get done without much ado; moves make the plan stricter.
  const easy = { pace: "ready", level: "claimed" } as const;
  copy.do({ type: "create-plan", slug: "auth", title: "Rewrite authentication", tasks, ...easy }, person());
  return copy;
}

export function play(copy: Copy, move: Move): void {
  copy.wait(move.waitMs);
  copy.run(commandOf(copy.state, move), authorOf(move, copy.by));
}

/** Says where two texts part, for whole snapshots are too long to read. */
export function expectSame(actual: string, expected: string): void {
  if (actual === expected) return;
  let at = 0;
  while (actual[at] === expected[at]) at += 1;
  const near = (text: string) => text.slice(Math.max(0, at - 80), at + 80);
  expect(near(actual)).toBe(near(expected));
}

/** A copy of a state that nothing else will consume. */
export const cloned = (state: PlanState): PlanState => restoreSnapshot(JSON.parse(textOf(state)))!;

export function expectInvariants(state: PlanState): void {
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
  if (state.status === "done") {
    expect([...state.tasks.values()].filter(isOpen)).toEqual([]);
    const ofPlan = state.checks.filter(({ isForPlan }) => isForPlan);
    expect(ofPlan.filter((check) => lastEvidence(check)?.outcome === "failed")).toEqual([]);
  }
  expect([state.brief.goal, state.brief.doneWhen]).not.toContain("");
  expectOfReviews(state);
  expectOfCriteria(state);
  for (const task of readyTasks(state)) expect(explainWait(state, task)).toEqual([]);
}

/** They are what the brief says, each under an id of its own; what is done was not seen to fail one. */
function expectOfCriteria(state: PlanState): void {
  const { criteria, brief } = state;
  expect(criteria.filter(({ takenOut }) => takenOut === undefined).map(({ text }) => text)).toEqual(brief.acceptance);
  expect(new Set(criteria.map(({ id }) => id.toLowerCase())).size).toBe(criteria.length);
  expect(new Set(criteria.map(({ uid }) => uid)).size).toBe(criteria.length);
  expect(criteria.length).toBeLessThanOrEqual(state.mintedCriteria);
  expect(criteria.flatMap(({ signedOff }) => signedOff?.person ?? []).every((person) => person === "ada")).toBe(true);
  if (state.status !== "done") return;
  const failing = state.checks.filter((check) => lastEvidence(check)?.outcome === "failed");
  expect(failing.filter((check) => provesCriterion(state, check))).toEqual([]);
}

/** Ids of review findings are never given twice, and a name of another case is the same reviewer. */
function expectOfReviews(state: PlanState): void {
  const all = [state.reviews, ...[...state.tasks.values()].map(({ reviews }) => reviews)];
  const findings = all.flatMap((reviews) => reviews?.findings ?? []);
  expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length);
  expect(findings.every(({ id }) => Number(id.slice(1)) <= state.mintedFindings)).toBe(true);
  for (const { person, state: last } of findings.flatMap(({ status, assessments }) =>
    status === "waived" ? assessments.filter(({ state }) => state === "waived") : [],
  )) {
    expect(`${last} by ${person}`).toBe("waived by ada");
  }
  for (const reviews of all) expect(reviews === undefined || reviews.answered <= reviews.failed).toBe(true);
}

function expectOfTask(state: PlanState, task: Task): void {
  expect(task.claim !== undefined).toBe(task.status === "in_progress");
  if (task.rival !== undefined) expect(["todo", "dropped"]).not.toContain(task.status);
  expect(task.proof !== undefined).toBe(task.status === "done");
  // Whatever a plan lets block, this does.
  const isHole = ({ status, severity }: ReviewFinding): boolean => status === "open" && severity === "critical";
  if (task.status === "done") expect(task.reviews?.findings.filter(isHole) ?? []).toEqual([]);
  if (task.status === "done") {
    expect(checksOf(state, task.uid).filter((check) => lastEvidence(check)?.outcome === "failed")).toEqual([]);
  }
  if (task.status === "blocked") expect(task.blockers.length).toBeGreaterThan(0);
  if (!isOpen(task)) return;
  expect(task.wave).toBeGreaterThan(state.passedWaves);
  for (const uid of task.parents) {
    const parent = state.tasks.get(uid)!;
    if (parent.status !== "dropped") expect(task.wave).toBeGreaterThan(parent.wave);
  }
}
