import { describe, expect, test } from "vitest";
import { blocker, finish, merged, planWith, textOf, twoCopies } from "../../test/kit/plan.ts";
import { emptyPlan, restoreSnapshot, snapshotPlan } from "./snapshot.ts";

type Json = Record<string, any>;
const busy = () => {
  const copy = planWith([{ id: "A", title: "a", extra: { estimate: 3 } }, "B<A", "C<B"]);
  finish(copy, "A");
  copy.do({ type: "claim-task", id: "B" });
  copy.do({ type: "block-task", id: "B", ...blocker });
  copy.do({ type: "create-lane", lane: "look", kind: "spike", title: "look" });
  return copy;
};
const jsonOf = (edit?: (snapshot: Json) => void): Json => {
  const snapshot = JSON.parse(textOf(busy().state)) as Json;
  edit?.(snapshot);
  return snapshot;
};

describe("a snapshot", () => {
  test("names parents by the ids that people see, and has no indexes", () => {
    const snapshot = jsonOf();
    expect(snapshot["tasks"].map(({ id, parents }: Json) => [id, parents])).toEqual([
      ["A", []],
      ["B", ["A"]],
      ["C", ["B"]],
    ]);
    expect(snapshot).not.toHaveProperty("ids");
    expect(snapshot).not.toHaveProperty("openInWave");
  });

  test("gives back the same state, with indexes, lanes and merged tasks", () => {
    const { a, b, clock } = twoCopies(["T1"]);
    for (const copy of [a, b]) {
      copy.do({ type: "claim-task", id: "T1" });
      copy.do({ type: "add-tasks", tasks: [{ id: "T2", title: copy.id, parents: ["T1"] }] });
      clock.now += 1;
    }
    for (const state of [busy().state, merged(a, b), emptyPlan()]) {
      const restored = restoreSnapshot(JSON.parse(textOf(state)))!;
      expect(restored).toEqual(state);
      expect(textOf(restored)).toBe(textOf(state));
    }
  });

  test("of a plan whose goal was taken away when that left an empty text has none", () => {
    const brief = { goal: "", doneWhen: "cookies are gone" };
    const restored = restoreSnapshot(jsonOf((snapshot) => void Object.assign(snapshot["brief"], brief)))!;
    expect(restored.brief).toMatchObject({ doneWhen: "cookies are gone" });
    expect(restored.brief).not.toHaveProperty("goal");
  });

  test("keeps fields of a task that this program does not know", () => {
    const given = jsonOf((snapshot) => (snapshot["tasks"][0].mood = { good: true }));
    const restored = restoreSnapshot(given)!;
    expect(snapshotPlan(restored)).toMatchObject({ tasks: [{ mood: { good: true }, extra: { estimate: 3 } }, {}, {}] });
  });

  test("that is damaged is refused, not guessed at", () => {
    const damages: Record<string, (snapshot: Json) => unknown> = {
      "no tasks": (s) => delete s["tasks"],
      "an unknown parent": (s) => (s["tasks"][1].parents = ["Z"]),
      "an id twice": (s) => (s["tasks"][1].id = "a"),
      "a uid twice": (s) => (s["tasks"][1].uid = s["tasks"][0].uid),
      "a status of its own": (s) => (s["tasks"][0].status = "great"),
      "a plan status of its own": (s) => (s["status"] = "__proto__"),
      "a wave that is no number": (s) => (s["tasks"][0].wave = "1"),
      "a wave below nothing": (s) => (s["passedWaves"] = -1),
      "a claim without a time": (s) => (s["tasks"][1].claim = { fence: "x" }),
      "a time without a date": (s) => (s["tasks"][0].statusAt = 1e300),
      "an attempt that is none": (s) => (s["tasks"][0].attempts = [null]),
      "a step without text": (s) => (s["tasks"][0].steps = [{ done: true }]),
      "a stamp that is no text": (s) => (s["tasks"][0].stamps.status = 5),
      "a lane of no kind": (s) => (s["lanes"][0].kind = "party"),
      "a brief without lists": (s) => (s["brief"] = { goal: "x" }),
      "a conflict without sides": (s) => (s["conflicts"] = [{ id: "x", kind: "field", message: "m", at: 1 }]),
      "notes that are none": (s) => (s["entries"].log.recent = ["x"]),
    };
    for (const [name, damage] of Object.entries(damages)) expect(restoreSnapshot(jsonOf(damage)), name).toBeUndefined();
    for (const value of [undefined, null, 5, "x", [], {}, { tasks: [] }])
      expect(restoreSnapshot(value)).toBeUndefined();
    expect(restoreSnapshot(jsonOf())).toBeDefined();
  });
});
