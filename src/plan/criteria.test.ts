import { describe, expect, test } from "vitest";
import { merged, person, planWith, textOf, twoCopies, type Copy } from "../../test/kit/plan.ts";
import { planReducer } from "./evolve/evolve.ts";
import { restoreSnapshot } from "./snapshot.ts";

const withCriteria = (acceptance: readonly string[], tasks: readonly string[] = ["A"]): Copy => {
  const copy = planWith(tasks, {}, {});
  copy.do({ type: "edit-plan", brief: { acceptance } });
  return copy;
};
const idsOf = ({ state }: Copy): readonly string[] => state.criteria.map(({ id, text }) => `${id} ${text}`);
const say = (copy: Copy, ...acceptance: readonly string[]): void =>
  void copy.do({ type: "edit-plan", brief: { acceptance } });

describe("acceptance criteria", () => {
  test("keep their ids while their texts stay, and no id is given twice", () => {
    const copy = withCriteria(["it is fast", "it is small"]);
    expect(idsOf(copy)).toEqual(["AC1 it is fast", "AC2 it is small"]);
    say(copy, "it is new", "it is small");
    expect(idsOf(copy)).toEqual(["AC3 it is new", "AC2 it is small"]);
    say(copy, "it is small");
    say(copy, "it is small", "it is new");
    expect(idsOf(copy)).toEqual(["AC2 it is small", "AC4 it is new"]);
  });

  test("go by an id that their text begins with, as long as no other has it", () => {
    const copy = withCriteria(["FR-003: a", "US1.2: b", "FR-003: c", "Note: d", "AC6: e", "f", "fr-003: g"]);
    expect(copy.state.criteria.map(({ id }) => id)).toEqual(["FR-003", "US1.2", "AC3", "AC4", "AC6", "AC7", "AC8"]);
  });

  test("that say the same are two all the same", () => {
    expect(idsOf(withCriteria(["same", "same"]))).toEqual(["AC1 same", "AC2 same"]);
  });

  test("that come back by undo before work began are new", () => {
    const copy = withCriteria(["a"]);
    copy.do({ type: "sign-off-criterion", criterion: "ac1", why: "seen" }, person());
    say(copy, "b");
    say(copy, "a");
    expect(copy.state.criteria).toMatchObject([{ id: "AC3", text: "a" }]);
    expect(copy.state.criteria[0]).not.toHaveProperty("signedOff");
  });
});

describe("once work has begun, a criterion that is taken out", () => {
  const begun = (): Copy => {
    const copy = withCriteria(["a", "b"]);
    copy.do({ type: "claim-task", id: "A" });
    return copy;
  };

  test("by an agent is still asked for, and is the same when it comes back", () => {
    const copy = begun();
    const { uid } = copy.state.criteria[0]!;
    say(copy, "b");
    expect(copy.state.criteria).toMatchObject([
      { id: "AC2" },
      { id: "AC1", uid, takenOut: { session: copy.by.session } },
    ]);
    say(copy, "a", "b");
    expect(copy.state.criteria[0]).toEqual({
      id: "AC1",
      uid,
      text: "a",
      verdicts: [],
      stamp: expect.any(String) as string,
    });
  });

  test("by a person is gone", () => {
    const copy = begun();
    copy.do({ type: "edit-plan", brief: { acceptance: ["b"] } }, person());
    expect(idsOf(copy)).toEqual(["AC2 b"]);
  });

  test("under an id of its own does not give that id to another text", () => {
    const copy = withCriteria(["FR-1: all of it"]);
    copy.do({ type: "claim-task", id: "A" });
    say(copy, "FR-1: a little of it");
    expect(idsOf(copy)).toEqual(["AC2 FR-1: a little of it", "FR-1 FR-1: all of it"]);
  });
});

test("two copies that add criteria agree, and a check proves the one that its writer meant", () => {
  const { a, b, clock } = twoCopies(["T1"]);
  say(a, "from a");
  clock.now += 1;
  say(b, "from b");
  const fields = { kind: "command", command: ["true"], criteria: ["AC1"] } as const;
  b.do({ type: "add-check", check: "of-b", fields });
  const state = merged(a, b);
  const meant = state.criteria.find(({ uid }) => state.checks[0]?.criteria.includes(uid));
  expect(meant?.text).toBe("from b");
});

test("a criterion counts once when all that is to prove it has first passed; what a person signs does not", () => {
  const copy = withCriteria(["a", "b", "c"]);
  const counted = () => copy.state.provenCriteria ?? 0;
  const add = (check: string, ...criteria: readonly string[]) =>
    copy.do({ type: "add-check", check, fields: { kind: "command", command: ["true"], criteria } });
  const saw = (check: string, outcome: "passed" | "failed"): void => {
    const form = copy.state.checks.find(({ id }) => id === check)!.stamp;
    const evidence = { outcome, why: outcome, durationMs: 1, tree: "t" };
    copy.do({ type: "record-evidence", check, form, evidence });
  };
  add("one", "AC1", "AC2");
  add("two", "AC1");
  saw("two", "passed");
  saw("one", "failed");
  expect(counted()).toBe(0);
  saw("one", "passed");
  expect(counted()).toBe(2);
  for (const outcome of ["failed", "passed"] as const) saw("two", outcome);
  copy.do({ type: "sign-off-criterion", criterion: "AC3", why: "seen" }, person());
  expect(counted()).toBe(2);
  expect(copy.state.criteria.map(({ provenAt }) => provenAt !== undefined)).toEqual([true, true, false]);
  expect(restoreSnapshot(JSON.parse(textOf(copy.state)))).toEqual(copy.state);
});

test("a check that names no criterion there is, is refused with those that are near", () => {
  const copy = withCriteria(["FR-003: a"]);
  const fields = { kind: "command", command: ["true"], criteria: ["FR-03"] } as const;
  const { refusal } = copy.run({ type: "add-check", check: "unit", fields });
  expect(refusal).toMatchObject({ message: expect.stringContaining("FR-03") as string });
  expect(JSON.stringify(refusal)).toContain("did you mean FR-003?");
});

test("a snapshot from before there were ids is folded anew, and one without criteria is taken", () => {
  const old = (acceptance: readonly string[]): unknown => {
    const {
      criteria: _,
      mintedCriteria: _minted,
      ...rest
    } = JSON.parse(textOf(withCriteria(acceptance).state)) as Record<string, unknown>;
    return rest;
  };
  expect(planReducer.restore(old(["a"]))).toBeUndefined();
  expect(planReducer.restore(old([]))).toMatchObject({ criteria: [], mintedCriteria: 0 });
  // What is rescued from one has no records to be folded.
  expect(restoreSnapshot(old(["a"]))).toMatchObject({ criteria: [{ id: "AC1", text: "a" }] });
});
