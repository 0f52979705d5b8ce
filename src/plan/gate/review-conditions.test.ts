import { describe, expect, test } from "vitest";
import { observer, person, planWith, type Copy } from "../../../test/kit/plan.ts";
import type { FindingInput, PlanCommand } from "../commands.ts";
import { diffKey } from "../reviews.ts";
import { planReviewConditions, reviewConditions } from "./review-conditions.ts";

const HOLE: FindingInput = { severity: "critical", message: "a hole\nin the wall", file: "src/a.ts", line: 3 };
const NIT: FindingInput = { severity: "advisory", message: "a nit" };
const reviewer = observer("codex:reviewer");

function reviewed(): Copy {
  const copy = planWith([{ id: "T1", title: "one", reviewers: ["security", "style"] }]);
  copy.do({ type: "claim-task", id: "T1" });
  copy.do({ type: "implement-task", id: "T1" });
  return copy;
}
const report = (by: string, findings: readonly FindingInput[] = [], diff?: string): PlanCommand => ({
  type: "report-review",
  id: "T1",
  reviewer: by,
  findings,
  ...(diff === undefined ? {} : { diff }),
});
const conditions = (copy: Copy, diff?: string) => {
  const task = copy.task("T1");
  return reviewConditions(copy.state, task, diff === undefined ? undefined : { [diffKey(task.uid)]: diff });
};
const unmet = (copy: Copy, diff?: string) =>
  conditions(copy, diff).flatMap(({ isMet, subject, standing }) => (isMet ? [] : [`${subject} ${standing}`]));

describe("the reviews of a task", () => {
  test("are a condition each: one that passes hides nothing of another", () => {
    const copy = reviewed();
    expect(unmet(copy)).toEqual(["security missing", "style missing"]);
    copy.do(report("style"), reviewer);
    copy.do({ type: "fail-review", id: "T1", reviewer: "security", why: "no count" });
    expect(unmet(copy)).toEqual(["security capture-failed"]);
    copy.do(report("security", [HOLE, NIT]), reviewer);
    expect(unmet(copy)).toEqual(["security blocked", "R1 open"]);
    expect(conditions(copy)).toContainEqual(
      expect.objectContaining({ kind: "review-finding", says: "R1 (critical, src/a.ts:3): a hole" }),
    );
    copy.do({ type: "waive-finding", finding: "R1", why: "accepted" }, person());
    expect(unmet(copy)).toEqual([]);
  });

  test("are of what was changed then, and each names what moves it", () => {
    const copy = reviewed();
    copy.do(report("security", [], "d1"), reviewer);
    copy.do(report("style", [HOLE], "d1"), reviewer);
    expect(unmet(copy, "d1")).toEqual(["style blocked", "R1 open"]);
    expect(unmet(copy, "d2")).toEqual(["security stale", "style stale", "R1 open"]);
    expect(conditions(copy, "d2").map(({ way }) => way)).toEqual([
      "holdfast review request T1 --again",
      "holdfast review request T1 --again",
      'holdfast task prompt T1 --fix; or a person runs holdfast review waive R1 --why "…"',
    ]);
  });

  test("are none where nobody has to review it", () => {
    const copy = planWith(["T1"]);
    expect(conditions(copy)).toEqual([]);
    expect(planReviewConditions(copy.state)).toEqual([]);
  });
});

test("reviews of the plan are conditions of the plan", () => {
  const copy = planWith(["T1"]);
  copy.do({ type: "request-reviews", reviewers: ["architect"] });
  copy.do({ type: "report-review", reviewer: "other", findings: [HOLE] }, reviewer);
  expect(planReviewConditions(copy.state)).toMatchObject([
    { subject: "architect", standing: "requested", isMet: false },
    { subject: "other", standing: "blocked", isMet: false },
    { subject: "R1", isMet: false },
  ]);
});
