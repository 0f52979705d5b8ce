import { describe, expect, test } from "vitest";
import { merged, observer, person, planWith, textOf, twoCopies, worker, type Copy } from "../../../test/kit/plan.ts";
import { checkById, observedSince, standingOf } from "../checks.ts";
import type { PlanCommand } from "../commands.ts";
import { taskConditions } from "../gate/task-gate.ts";
import { restoreSnapshot } from "../snapshot.ts";
import type { ObservedOutcome } from "../check-state.ts";
import type { GateLevel } from "../state.ts";

function planWithCheck(): Copy {
  const copy = planWith(["T1", "T2"], {}, { pace: "ready" });
  copy.do({ type: "add-check", check: "unit", fields: { kind: "test", command: ["npm", "test"], tasks: ["T1"] } });
  return copy;
}

const unit = (copy: Copy) => checkById(copy.state, "unit")!;
const saw = (copy: Copy, outcome: ObservedOutcome, tree?: string): PlanCommand => ({
  type: "record-observed",
  check: "unit",
  form: unit(copy).stamp,
  observed: { outcome, why: `it ${outcome}`, exit: 0, commit: "abc", ...(tree === undefined ? {} : { tree }) },
});
const ran = (copy: Copy, outcome: "passed" | "failed"): PlanCommand => ({
  type: "record-evidence",
  check: "unit",
  form: unit(copy).stamp,
  evidence: { outcome, why: `it ${outcome}`, durationMs: 5, tree: "tree-1" },
});
const finish = { type: "finish-task", id: "T1", trees: { unit: "tree-1" } } as const;

describe("what a host told of a run", () => {
  test("stands beside the evidence, and the last of it stays", () => {
    const copy = planWithCheck();
    copy.do(ran(copy, "passed"));
    copy.do(saw(copy, "failed"));
    copy.do(saw(copy, "passed"));
    expect(unit(copy).observed).toMatchObject({ outcome: "passed", why: "it passed", exit: 0, commit: "abc" });
    expect(unit(copy).evidence).toHaveLength(1);
    expect(standingOf(unit(copy), { unit: "tree-1" })).toBe("passed");
  });

  test("opens no gate", () => {
    const copy = planWithCheck();
    copy.do({ type: "edit-plan", level: "executed" });
    copy.do({ type: "claim-task", id: "T1" });
    copy.do(saw(copy, "passed", "tree-1"));
    expect(copy.run(finish).refusal?.reason).toBe("gate-closed");
  });

  describe("where a person has lowered the plan's level", () => {
    function lowered(level: GateLevel = "observed"): Copy {
      const copy = planWithCheck();
      copy.do({ type: "edit-plan", level }, person());
      copy.do({ type: "claim-task", id: "T1" });
      return copy;
    }
    const standing = (copy: Copy) => taskConditions(copy.state, copy.task("T1"), { unit: "tree-1" })[0];

    test("opens a gate on the tree that it was told of, and is shown as what it is", () => {
      const copy = lowered();
      copy.do(saw(copy, "passed", "tree-1"));
      expect(standing(copy)).toMatchObject({ standing: "observed", isMet: true, says: /not run by Holdfast/ });
      copy.do(finish);
      expect(copy.task("T1")).toMatchObject({ status: "done", proof: "observed" });
    });

    test.each<[string, (copy: Copy) => void]>([
      ["another tree", (copy) => copy.do(saw(copy, "passed", "tree-2"))],
      ["no tree", (copy) => copy.do(saw(copy, "passed"))],
      ["a failure", (copy) => copy.do(saw(copy, "failed", "tree-1"))],
      ["nobody knows what", (copy) => copy.do(saw(copy, "unknown", "tree-1"))],
      [
        "a failure that came later",
        (copy) => {
          copy.do(saw(copy, "passed", "tree-1"));
          copy.do(saw(copy, "failed", "tree-1"));
        },
      ],
      [
        "a pass after Holdfast has seen it fail",
        (copy) => {
          copy.do(ran(copy, "failed"));
          copy.do(saw(copy, "passed", "tree-1"));
        },
      ],
    ])("opens none on %s", (_, happens) => {
      const copy = lowered();
      happens(copy);
      expect(copy.run(finish).refusal?.reason).toBe("gate-closed");
    });

    test("counts for less than what Holdfast saw pass, and for more than a word", () => {
      const executed = lowered();
      executed.do(ran(executed, "passed"));
      executed.do(saw(executed, "failed", "tree-1"));
      executed.do(finish);
      expect(executed.task("T1").proof).toBe("executed");
      const claimed = lowered("claimed");
      claimed.do(finish);
      expect(claimed.task("T1").proof).toBe("claimed");
    });
  });

  test("reopens nothing where it failed", () => {
    const copy = planWithCheck();
    copy.do({ type: "claim-task", id: "T1" });
    copy.do(ran(copy, "passed"));
    copy.do(finish);
    copy.do(saw(copy, "failed"));
    expect(copy.task("T1")).toMatchObject({ status: "done", proof: "executed" });
  });

  test("is told of until Holdfast has run the check itself, and goes with the check's old form", () => {
    const copy = planWithCheck();
    copy.do(saw(copy, "passed"));
    expect(observedSince(unit(copy))?.outcome).toBe("passed");
    copy.wait(1000);
    copy.do(ran(copy, "failed"));
    expect(observedSince(unit(copy))).toBeUndefined();
    const late = saw(copy, "passed");
    copy.do({ type: "edit-check", check: "unit", fields: { minTests: 2 } });
    expect(unit(copy).observed).toBeUndefined();
    expect(copy.run(late).refusal?.reason).toBe("check-changed");
  });

  test("is a worker's to record, and no observer's", () => {
    const copy = planWithCheck();
    expect(copy.run(saw(copy, "passed"), worker()).refusal).toBeUndefined();
    expect(copy.run(saw(copy, "failed"), observer()).refusal?.reason).toBe("not-writer");
    expect(copy.run(saw(copy, "great" as never)).refusal?.reason).toBe("bad-value");
  });

  test("of a check that another copy of the plan has changed is no conflict", () => {
    const { a, b } = twoCopies(["T1"]);
    a.do({ type: "add-check", check: "unit", fields: { kind: "test", command: ["npm", "test"] } });
    b.absorb(a);
    a.wait(1000);
    a.do({ type: "edit-check", check: "unit", fields: { minTests: 2 } });
    a.wait(1000);
    b.do(saw(b, "passed"));
    const { checks, conflicts } = merged(a, b);
    expect([checks[0]?.observed, conflicts]).toEqual([undefined, []]);
  });

  test("survives a snapshot", () => {
    const copy = planWithCheck();
    copy.do(saw(copy, "unknown"));
    expect(restoreSnapshot(JSON.parse(textOf(copy.state)))?.checks[0]?.observed).toEqual(unit(copy).observed);
  });
});
