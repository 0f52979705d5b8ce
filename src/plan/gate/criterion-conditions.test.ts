import { describe, expect, test } from "vitest";
import { finish, person, planWith, type Copy } from "../../../test/kit/plan.ts";
import { checkById } from "../checks.ts";
import { doubtKey } from "../reviews.ts";
import type { EvidenceOutcome } from "../check-state.ts";
import { criterionConditions } from "./criterion-conditions.ts";
import { checksForPlan } from "./plan-gate.ts";

/** A plan of two criteria whose only task is done; a check is to prove the first. */
function deliverable(settings = {}): Copy {
  const copy = planWith(["A"], {}, settings);
  copy.do({ type: "edit-plan", brief: { acceptance: ["it is fast", "it is small"] } });
  const fields = { kind: "command", command: ["make"], criteria: ["AC1"] } as const;
  copy.do({ type: "add-check", check: "speed", fields });
  finish(copy, "A");
  return copy;
}

function run(copy: Copy, outcome: EvidenceOutcome, tree = "t1"): void {
  const { stamp: form } = checkById(copy.state, "speed")!;
  copy.do({ type: "record-evidence", check: "speed", form, evidence: { outcome, why: "so", durationMs: 5, tree } });
}

const trees = { speed: "t1" };
const standings = (copy: Copy, now: Readonly<Record<string, string>> = trees) =>
  criterionConditions(copy.state, now).map(({ subject, standing, isMet }) => `${subject} ${standing} ${isMet}`);
const refusalOf = (copy: Copy, now: Readonly<Record<string, string>> = trees) =>
  copy.run({ type: "finish-plan", trees: now }).refusal;
const signOff = (copy: Copy, criterion: string, by = person()) =>
  copy.run({ type: "sign-off-criterion", criterion, why: "tried it" }, by).refusal;

describe("a criterion", () => {
  test("is proven where its check passed on this tree, or by a person's word", () => {
    const copy = deliverable();
    expect(standings(copy)).toEqual(["AC1 missing false", "AC2 open false"]);
    run(copy, "passed");
    expect(standings(copy)).toEqual(["AC1 passed true", "AC2 open false"]);
    expect(standings(copy, { speed: "t2" })).toContain("AC1 stale false");
    expect(refusalOf(copy)?.reason).toBe("plan-open");
    expect(signOff(copy, "AC2")).toBeUndefined();
    expect(standings(copy)).toEqual(["AC1 passed true", "AC2 signed-off true"]);
    expect(refusalOf(copy, { speed: "t2" })?.reason).toBe("plan-open");
    copy.do({ type: "finish-plan", trees });
    expect(copy.state).toMatchObject({ status: "done", proof: "claimed" });
  });

  test("stands as the worst of its checks", () => {
    const copy = deliverable();
    run(copy, "passed");
    const fields = { kind: "command", command: ["bench"], criteria: ["AC1"] } as const;
    copy.do({ type: "add-check", check: "memory", fields });
    expect(standings(copy)[0]).toBe("AC1 missing false");
  });

  test("whose check fails later opens the plan again, unless a person has signed it off", () => {
    const copy = deliverable();
    run(copy, "passed");
    signOff(copy, "AC2");
    copy.do({ type: "finish-plan", trees });
    run(copy, "failed");
    expect(copy.state.status).toBe("active");
    signOff(copy, "AC1");
    copy.do({ type: "finish-plan", trees });
    run(copy, "failed");
    expect(copy.state.status).toBe("done");
  });

  test("that is added opens a plan again that is done", () => {
    const copy = deliverable({ level: "executed" });
    run(copy, "passed");
    signOff(copy, "AC2");
    copy.do({ type: "finish-plan", trees });
    copy.do({ type: "edit-plan", brief: { acceptance: ["it is fast", "it is small", "it is blue"] } });
    expect(copy.state.status).toBe("active");
  });

  test("all of whose kind were seen makes the plan executed", () => {
    const copy = deliverable();
    copy.do({ type: "edit-check", check: "speed", fields: { criteria: ["AC1", "AC2"] } });
    run(copy, "passed");
    copy.do({ type: "finish-plan", trees });
    expect(copy.state.proof).toBe("executed");
  });
});

describe("a liar", () => {
  test("who signs off as an agent is refused", () => {
    const copy = deliverable();
    expect(signOff(copy, "AC1", copy.by)?.reason).toBe("needs-a-person");
    expect(
      copy.write([{ type: "acceptance.signed-off", criterion: copy.state.criteria[0]!.uid, why: "x" }]).refusal,
    ).toMatchObject({ reason: "needs-a-person" });
  });

  test("who rewords a criterion after its proof has neither proof nor sign-off for the new text", () => {
    const copy = deliverable();
    run(copy, "passed");
    signOff(copy, "AC2");
    copy.do({ type: "edit-plan", brief: { acceptance: ["it is fast enough", "it is smallish"] } });
    expect(standings(copy)).toEqual(["AC3 open false", "AC4 open false", "AC1 passed true"]);
  });

  test("who takes out what is not proven cannot finish before a person agrees", () => {
    const copy = deliverable();
    run(copy, "passed");
    copy.do({ type: "edit-plan", brief: { acceptance: ["it is fast"] } });
    expect(refusalOf(copy)).toMatchObject({ reason: "plan-open", message: expect.stringContaining("AC2") });
    signOff(copy, "AC2");
    copy.do({ type: "finish-plan", trees });
    expect(copy.state.proof).toBe("executed");
  });

  test("who uses the evidence of another criterion changes the check, whose evidence is gone", () => {
    const copy = deliverable();
    run(copy, "passed");
    copy.do({ type: "edit-check", check: "speed", fields: { criteria: ["AC1", "AC2"] } });
    expect(standings(copy)).toEqual(["AC1 missing false", "AC2 missing false"]);
  });

  test("whose sign-off Holdfast did not write opens nothing", () => {
    const copy = deliverable();
    run(copy, "passed");
    signOff(copy, "AC2");
    const forged = { ...trees, [doubtKey(copy.state.criteria[1]!.signedOff!.stamp)]: "unverified" };
    expect(standings(copy, forged)).toContain("AC2 unverified false");
    expect(refusalOf(copy, forged)?.reason).toBe("plan-open");
  });
});

test("the gate of the plan looks at the trees of what proves its criteria, but not of what a sign-off stands in for", () => {
  const copy = deliverable();
  expect(checksForPlan(copy.state).map(({ id }) => id)).toEqual(["speed"]);
  signOff(copy, "AC1");
  expect(checksForPlan(copy.state)).toEqual([]);
});

test("at the level claimed nothing has to prove a criterion, and what was seen to fail still counts", () => {
  const copy = deliverable({ level: "claimed", pace: "ready" });
  run(copy, "failed");
  expect(standings(copy)).toEqual(["AC1 failed false", "AC2 open true"]);
});
