import { describe, expect, test } from "vitest";
import { person, planWith, type Copy } from "../../../test/kit/plan.ts";
import { checkById } from "../checks.ts";
import { taskById } from "../graph.ts";
import type { Author } from "../record.ts";
import { restoreSnapshot, snapshotPlan } from "../snapshot.ts";
import type { EvidenceOutcome, TestChange, TestNames } from "../check-state.ts";
import { newTestConditions } from "./new-test-conditions.ts";

const names = (...named: readonly string[]): TestNames => ({ count: named.length, named });

/** A task in hand that has to add tests, and a check of tests that proves it. */
function begun(): Copy {
  const copy = planWith([{ id: "T1", title: "first", newTests: true }], {}, {});
  copy.do({ type: "add-check", check: "unit", fields: { kind: "test", command: ["make"], tasks: ["T1"] } });
  copy.do({ type: "claim-task", id: "T1" });
  return copy;
}

function saw(copy: Copy, change: Partial<TestChange> = {}, outcome: EvidenceOutcome = "passed"): void {
  const task = taskById(copy.state, "T1")!;
  const compared = {
    changes: [
      {
        task: task.uid,
        attempt: copy.fence("T1"),
        basis: "report",
        added: names(),
        lost: names(),
        ...change,
      } as TestChange,
    ],
  };
  const { stamp: form } = checkById(copy.state, "unit")!;
  const evidence = { outcome, why: "it ran", durationMs: 5, tree: "t", compared };
  copy.do({ type: "record-evidence", check: "unit", form, evidence });
}

const conditions = (copy: Copy): readonly string[] =>
  newTestConditions(copy.state, taskById(copy.state, "T1")!).map(
    ({ kind, standing, isMet }) => `${isMet ? "✓" : "✗"} ${kind} ${standing}`,
  );
const waive = (copy: Copy, subject: string, by: Author = person()) =>
  copy.run({ type: "give-waiver", subject, target: "T1", why: "documentation-only: the guide" }, by);

describe("a task that has to add tests", () => {
  test("waits for a passed run of this attempt that has one", () => {
    const copy = begun();
    expect(conditions(copy)).toEqual(["✗ new-tests unknown"]);
    saw(copy);
    expect(conditions(copy)).toEqual(["✗ new-tests none"]);
    saw(copy, { added: names("adds") }, "failed");
    expect(conditions(copy)).toEqual(["✗ new-tests none"]);
    saw(copy, { added: names("adds"), attempt: "another" });
    expect(conditions(copy)).toEqual(["✗ new-tests unknown"]);
    saw(copy, { added: names("adds") });
    expect(conditions(copy)).toEqual(["✓ new-tests added"]);
  });

  test("is not done without, and is with", () => {
    const copy = begun();
    saw(copy);
    const finish = () => copy.run({ type: "finish-task", id: "T1", fence: copy.fence("T1"), trees: { unit: "t" } });
    expect(finish().refusal?.message).toContain("T1 adds no test that ran");
    saw(copy, { added: names("adds") });
    expect(finish().refusal).toBeUndefined();
    expect(taskById(copy.state, "T1")).toMatchObject({ status: "done", proof: "executed" });
  });

  test("is let off by a person alone, and so is the asking", () => {
    const copy = begun();
    expect(waive(copy, "new-tests", copy.by).refusal?.reason).toBe("needs-a-person");
    const off = { type: "edit-task", id: "T1", fields: { newTests: false } } as const;
    expect(copy.run(off).refusal?.reason).toBe("needs-a-person");
    expect(waive(copy, "new-tests").refusal).toBeUndefined();
    expect(conditions(copy)).toEqual(["✓ new-tests waived"]);
    copy.do(off, person());
    expect(conditions(copy)).toEqual([]);
  });
});

describe("tests that are lost", () => {
  test("keep the gate closed whether or not new ones are asked for, until a person lets these pass", () => {
    const copy = begun();
    copy.do({ type: "edit-task", id: "T1", fields: { newTests: false } }, person());
    saw(copy, { lost: names("adds") });
    expect(conditions(copy)).toEqual(["✗ lost-tests lost"]);
    expect(waive(copy, "lost-tests", copy.by).refusal?.reason).toBe("needs-a-person");
    waive(copy, "lost-tests");
    expect(conditions(copy)).toEqual(["✓ lost-tests waived"]);
    saw(copy, { lost: names("adds", "subtracts") });
    expect(conditions(copy)).toEqual(["✗ lost-tests lost"]);
    saw(copy, { lost: names("subtracts") });
    expect(conditions(copy)).toEqual(["✗ lost-tests lost"]);
  });

  test("of a waiver that was given before any were lost are not covered", () => {
    const copy = begun();
    waive(copy, "lost-tests");
    saw(copy, { added: names("more"), lost: names("adds") });
    expect(conditions(copy)).toEqual(["✓ new-tests added", "✗ lost-tests lost"]);
  });
});

test("what was compared survives a snapshot, and what has another shape is not believed", () => {
  const copy = begun();
  saw(copy, { added: names("adds"), lost: names("old") });
  waive(copy, "lost-tests");
  const again = restoreSnapshot(JSON.parse(JSON.stringify(snapshotPlan(copy.state))))!;
  expect(newTestConditions(again, taskById(again, "T1")!)).toEqual(
    newTestConditions(copy.state, taskById(copy.state, "T1")!),
  );
  saw(copy, { added: "all" as unknown as TestNames });
  expect(conditions(copy)).toEqual(["✗ new-tests unknown"]);
});
