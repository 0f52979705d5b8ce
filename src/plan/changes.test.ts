import { expect, test } from "vitest";
import { kindsSince } from "./changes.ts";
import { emptyPlan } from "./snapshot.ts";
import type { Change, PlanState } from "./state.ts";

const change = (revision: number, type: string): Change => ({ revision, at: revision, session: "test:a", type });

const planAt = (revision: number, ...changes: readonly Change[]): PlanState => ({ ...emptyPlan(), revision, changes });

const sortedKinds = (state: PlanState, since: number): readonly string[] | undefined => {
  const kinds = kindsSince(state, since);
  return kinds === undefined ? undefined : [...kinds].sort();
};

test("the kinds of what happened after a revision", () => {
  const changes = [change(3, "plan.edited"), change(4, "task.claimed"), change(4, "phase.entered"), change(5, "x.y")];
  expect(sortedKinds(planAt(5, ...changes), 3)).toEqual(["phase.entered", "task.claimed", "x.y"]);
  expect(sortedKinds(planAt(5, ...changes), 4)).toEqual(["x.y"]);
  expect(sortedKinds(planAt(5, ...changes), 5)).toEqual([]);
});

test("what is not known whole is not told", () => {
  // Revision 5 told nothing.
  expect(kindsSince(planAt(6, change(3, "a.b"), change(4, "a.b"), change(6, "a.b")), 3)).toBeUndefined();
  // More may have happened in the oldest revision that is kept.
  expect(kindsSince(planAt(4, change(3, "a.b"), change(4, "a.b")), 2)).toBeUndefined();
  expect(kindsSince(planAt(9, change(8, "a.b"), change(9, "a.b")), 3)).toBeUndefined();
  // A file from another plan's life.
  expect(kindsSince(planAt(4, change(3, "a.b"), change(4, "a.b")), 7)).toBeUndefined();
});
