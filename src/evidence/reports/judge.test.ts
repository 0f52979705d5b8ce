import { describe, expect, test } from "vitest";
import { judgeRun } from "./judge.ts";
import { NO_TESTS, type ReportFormat, type TestReport, type Verdict } from "./report.ts";

const report = (verdict: Verdict, format: ReportFormat = "junit", name = "a"): TestReport => ({
  format,
  counts: { ...NO_TESTS, passed: verdict === "passed" ? 1 : 0, failed: verdict === "failed" ? 1 : 0 },
  tests: verdict === "passed" ? [{ name, outcome: "passed" }] : [],
  problems: [],
  verdict,
  why: `it ${verdict}`,
});
const text = (verdict: Verdict) => report(verdict, "text");

describe("the verdict on a run", () => {
  test.each<[number | undefined, readonly Verdict[], Verdict | undefined, Verdict]>([
    [0, ["passed"], undefined, "passed"],
    [0, [], "passed", "passed"],
    [0, ["passed"], "unreadable", "passed"],
    [0, ["passed", "nothing-ran"], "passed", "passed"],
    [0, [], undefined, "unreadable"],
    [0, ["passed"], "failed", "failed"],
    [0, ["failed"], "passed", "failed"],
    [0, ["passed", "failed"], undefined, "failed"],
    [0, ["unreadable"], "passed", "unreadable"],
    [0, ["passed", "unreadable"], undefined, "unreadable"],
    [0, ["nothing-ran"], "passed", "nothing-ran"],
    [0, ["passed"], "nothing-ran", "nothing-ran"],
    [1, ["passed"], "passed", "failed"],
    [undefined, ["passed"], "passed", "failed"],
    [1, ["unreadable"], undefined, "failed"],
    [1, ["nothing-ran"], undefined, "nothing-ran"],
    [1, [], undefined, "unreadable"],
  ])("exit %s, reports %j, text %s: %s", (exit, reports, printed, verdict) => {
    const judged = judgeRun({
      exit,
      reports: reports.map((one) => report(one)),
      ...(printed === undefined ? {} : { text: text(printed) }),
    });
    expect(judged.verdict).toBe(verdict);
  });

  test("several files of one format are added up, another format says the same again", () => {
    const parts = [report("passed", "junit", "a"), report("passed", "junit", "b"), report("passed", "jest-json", "a")];
    const judged = judgeRun({ exit: 0, reports: parts });
    expect(judged.counts.passed).toBe(2);
    expect(judged.tests?.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(judged.why).toBe("2 tests passed");
  });

  test("a green report with an exit that is not says so", () => {
    const { why, counts } = judgeRun({ exit: 7, reports: [report("passed")] });
    expect(why).toBe("the command ended with 7, though its tests passed");
    expect(counts).toMatchObject({ passed: 1, errors: 1 });
  });
});
