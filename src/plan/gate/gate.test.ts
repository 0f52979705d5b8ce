import { describe, expect, test } from "vitest";
import { Copy, finish, merged, person, planWith, twoCopies } from "../../../test/kit/plan.ts";
import { checkById } from "../checks.ts";
import type { PlanCommand, PlanSettings } from "../commands.ts";
import { planConditions } from "./plan-gate.ts";
import { isJudgeable, waveConditions } from "./wave-gate.ts";

const STRICT: PlanSettings = {};
const strictPlan = (...tasks: readonly string[]): Copy => planWith(tasks, {}, STRICT);
const refusalOf = (copy: Copy, command: PlanCommand, by = copy.by) => copy.run(command, by).refusal;
const unmet = (conditions: readonly { readonly isMet: boolean; readonly kind: string; readonly subject: string }[]) =>
  conditions.filter(({ isMet }) => !isMet).map(({ kind, subject }) => `${kind} ${subject}`);

function pass(copy: Copy, check: string, tree: string): void {
  const { stamp: form } = checkById(copy.state, check)!;
  const evidence = { outcome: "passed", why: "it passed", durationMs: 5, tree } as const;
  copy.do({ type: "record-evidence", check, form, evidence });
}

describe("the pace of a plan", () => {
  test("keeps tasks of a later wave waiting until all of an earlier one are done, and names who is waited for", () => {
    const copy = strictPlan("A", "B", "C<A");
    finish(copy, "A");
    expect(refusalOf(copy, { type: "claim-task", id: "C" })).toMatchObject({
      reason: "not-ready",
      message: "C waits for wave 1 to pass (B: todo)",
    });
    finish(copy, "B");
    copy.do({ type: "claim-task", id: "C" });
  });

  test("set to ready lets each task begin when its parents are done", () => {
    const copy = strictPlan("A", "B", "C<A");
    copy.do({ type: "edit-plan", pace: "ready" }, person());
    finish(copy, "A");
    copy.do({ type: "claim-task", id: "C" });
  });
});

test("a gate names the command that moves a task: claiming is none for one that waits", () => {
  const copy = strictPlan("A", "B", "C<A", "D");
  copy.do({ type: "claim-task", id: "D" });
  copy.do({ type: "fail-task", id: "D", why: "it broke" });
  finish(copy, "A");
  const ways = planConditions(copy.state).flatMap(({ kind, subject, way }) =>
    kind === "task" ? [[subject, way]] : [],
  );
  expect(ways).toEqual([
    ["B", "holdfast task claim B"],
    ["C", "holdfast task show C"],
    ["D", 'holdfast task retry D --note "…"'],
  ]);
});

test("a task that is implemented is moved on by what holds it up, not by the check that passed", () => {
  const copy = strictPlan("A");
  copy.do({ type: "add-check", check: "unit", fields: { kind: "command", command: ["make"], tasks: ["A"] } });
  copy.do({ type: "edit-task", id: "A", fields: { reviewers: ["security"] } });
  copy.do({ type: "claim-task", id: "A" });
  copy.do({ type: "implement-task", id: "A" });
  const wayOfA = () => planConditions(copy.state).find(({ subject }) => subject === "A")?.way;
  expect(wayOfA()).toBe("holdfast verify --task A");
  pass(copy, "unit", "tree-1");
  expect(wayOfA()).toBe("holdfast review request A");
});

describe("a wave", () => {
  const withCheck = (): Copy => {
    const copy = strictPlan("A", "B<A");
    copy.do({ type: "add-check", check: "all", fields: { kind: "command", command: ["make"], waves: true } });
    finish(copy, "A");
    return copy;
  };

  test("with checks passes once they passed on the tree as it is, and not before", () => {
    const copy = withCheck();
    expect(unmet(waveConditions(copy.state, 1))).toEqual(["check all"]);
    expect(refusalOf(copy, { type: "claim-task", id: "B" })?.message).toContain("the gate of wave 1");
    pass(copy, "all", "tree-1");
    const passing = (tree: string): PlanCommand => ({ type: "pass-wave", wave: 1, trees: { all: tree } });
    expect(refusalOf(copy, passing("tree-2"))?.reason).toBe("gate-closed");
    copy.do(passing("tree-1"));
    expect(copy.state.passedWaves).toBe(1);
    copy.do({ type: "claim-task", id: "B" });
    expect(refusalOf(copy, passing("tree-1"))?.reason).toBe("wave-passed");
  });

  test("that is unknown, empty or still to come is not judged, and does not pass", () => {
    const copy = withCheck();
    for (const wave of [0, 2, 3, 99, 1.5, -1, NaN]) {
      expect(isJudgeable(copy.state, wave)).toBe(false);
      expect(refusalOf(copy, { type: "pass-wave", wave, trees: {} })?.reason).toMatch(
        /no-such-wave|wave-passed|malformed/,
      );
    }
    expect(isJudgeable(planWith([], {}, STRICT).state, 1)).toBe(false);
  });

  test("with a task that is not done does not pass, whatever was seen", () => {
    const copy = strictPlan("A", "B");
    copy.do({ type: "add-check", check: "all", fields: { kind: "command", command: ["make"], waves: true } });
    finish(copy, "A");
    pass(copy, "all", "tree-1");
    expect(refusalOf(copy, { type: "pass-wave", wave: 1, trees: { all: "tree-1" } })?.message).toContain("B is todo");
  });

  test("in which a merge left something open does not pass before a person has settled it", () => {
    const { a, b, clock } = twoCopies(["A", "B<A"]);
    a.do({ type: "edit-plan", pace: "waves" });
    b.absorb(a);
    a.do({ type: "edit-task", id: "A", fields: { title: "in a" } });
    clock.now += 1;
    b.do({ type: "edit-task", id: "A", fields: { title: "in b" } });
    const [conflict] = merged(a, b).conflicts;
    finish(a, "A");
    expect(a.state.passedWaves).toBe(0);
    expect(refusalOf(a, { type: "claim-task", id: "B" })?.reason).toBe("not-ready");
    a.do({ type: "settle-conflict", conflict: conflict!.id, take: "kept", why: "a was first" }, person());
    expect(a.state.passedWaves).toBe(1);
  });
});

describe("the gate of the plan", () => {
  test("stays closed where nothing at all is to prove anything, until a person says why", () => {
    const copy = strictPlan("A");
    finish(copy, "A");
    expect(unmet(planConditions(copy.state))).toEqual(["proof auth"]);
    expect(refusalOf(copy, { type: "finish-plan" })?.reason).toBe("plan-open");
    const waiver: PlanCommand = { type: "give-waiver", subject: "proof", target: "auth", why: "notes only" };
    copy.do(waiver, person());
    copy.do({ type: "finish-plan" });
    expect(copy.state).toMatchObject({ status: "done", proof: "claimed" });
  });

  test("asks for the checks of its waves on the final tree", () => {
    const copy = strictPlan("A");
    copy.do({ type: "add-check", check: "all", fields: { kind: "command", command: ["make"], waves: true } });
    finish(copy, "A");
    pass(copy, "all", "tree-1");
    expect(refusalOf(copy, { type: "finish-plan", trees: { all: "tree-2" } })?.reason).toBe("plan-open");
    copy.do({ type: "finish-plan", trees: { all: "tree-1" } });
  });
});

describe("what gates ask for", () => {
  const settings: readonly (readonly [PlanSettings, PlanSettings])[] = [
    [{ level: "observed" }, { level: "executed" }],
    [{ level: "claimed" }, { level: "observed" }],
    [{ pace: "ready" }, { pace: "waves" }],
    [{ blocks: "critical" }, { blocks: "low" }],
    [{ reviewers: [] }, { reviewers: ["security", "tests"] }],
  ];

  test.each(settings)("is lowered to %j by a person alone, and raised to %j by the writer", (lower, higher) => {
    const copy = strictPlan("A");
    copy.do({ type: "edit-plan", ...higher }, person());
    expect(refusalOf(copy, { type: "edit-plan", ...lower })?.reason).toBe("needs-a-person");
    copy.do({ type: "edit-plan", ...lower }, person());
    copy.do({ type: "edit-plan", ...higher });
    expect(copy.state).toMatchObject(higher);
  });

  test("says in what happened who lowered it, and why", () => {
    const copy = strictPlan("A");
    copy.do({ type: "edit-plan", level: "claimed", why: "a spike" }, person());
    expect(copy.state.changes.at(-1)).toMatchObject({ session: "terminal:ada", text: "level (a spike)" });
  });

  test("is not lowered by how a plan is begun, either", () => {
    const copy = new Copy();
    const begin: PlanCommand = { type: "create-plan", slug: "auth", title: "x", level: "claimed" };
    expect(refusalOf(copy, begin)?.reason).toBe("needs-a-person");
    copy.do({ ...begin, level: "executed", pace: "waves", blocks: "low", reviewers: ["tests"] });
  });

  test("what was seen to fail keeps a gate closed at any level", () => {
    const copy = planWith(["A"]);
    copy.do({ type: "add-check", check: "unit", fields: { kind: "command", command: ["make"], tasks: ["A"] } });
    copy.do({ type: "claim-task", id: "A" });
    const { stamp: form } = checkById(copy.state, "unit")!;
    const evidence = { outcome: "failed", why: "exit 1", durationMs: 5, tree: "t" } as const;
    copy.do({ type: "record-evidence", check: "unit", form, evidence });
    expect(refusalOf(copy, { type: "finish-task", id: "A" })?.reason).toBe("gate-closed");
  });
});
