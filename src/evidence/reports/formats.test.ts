import { describe, expect, test } from "vitest";
import { readWith } from "./fixtures.ts";
import { machineReader } from "./readers.ts";
import type { MachineFormat } from "./report.ts";

const read = (format: MachineFormat, value: unknown) =>
  readWith(machineReader(format), typeof value === "string" ? value : JSON.stringify(value));

const jest = (more: object, file: object = {}) => ({
  ...more,
  testResults: [{ assertionResults: [{ fullName: "a", status: "passed" }], name: "/a.js", status: "passed", ...file }],
});
const spec = (status: string) => ({ title: "a", file: "a.js", tests: [{ status, projectName: "" }] });
const playwright = (more: object, status = "expected") => ({
  suites: [{ title: "a.js", specs: [spec(status)] }],
  stats: { unexpected: 0 },
  ...more,
});
const rspec = (summary: object) => ({ examples: [{ full_description: "a", status: "passed" }], summary });
const lines = (...events: readonly object[]): string => events.map((event) => JSON.stringify(event)).join("\n");
const trx = (outcome: string, inside = "") =>
  `<TestRun><Results><UnitTestResult testName="a" outcome="Passed"/></Results><ResultSummary outcome="${outcome}">${inside}</ResultSummary></TestRun>`;

describe("what a report says of the whole counts where it is worse than what its tests show", () => {
  test.each<[MachineFormat, unknown]>([
    ["jest-json", jest({ numFailedTests: 1 })],
    ["jest-json", jest({ numFailedTestSuites: 1 })],
    ["jest-json", jest({ numRuntimeErrorTestSuites: 1 })],
    ["jest-json", jest({ success: false })],
    ["jest-json", jest({}, { status: "failed" })],
    ["jest-json", jest({}, { assertionResults: [{ fullName: "a", status: "never heard of" }] })],
    ["mocha-json", { stats: { failures: 1 }, passes: [{ fullTitle: "a" }] }],
    ["playwright-json", playwright({ stats: { unexpected: 1 } })],
    ["playwright-json", playwright({ errors: [{ message: "Error: teardown" }] })],
    ["playwright-json", playwright({}, "never heard of")],
    ["rspec-json", rspec({ failure_count: 1 })],
    ["rspec-json", rspec({ errors_outside_of_examples_count: 1 })],
    ["go-json", lines({ Action: "pass", Package: "p", Test: "T" }, { Action: "fail", Package: "p" })],
    [
      "go-json",
      `${lines({ Action: "pass", Package: "p", Test: "T" }, { Action: "pass", Package: "p" })}\nFAIL\tq [build failed]`,
    ],
    [
      "go-json",
      lines(
        { Action: "build-fail", ImportPath: "q" },
        { Action: "pass", Package: "p", Test: "T" },
        { Action: "pass", Package: "p" },
      ),
    ],
    [
      "libtest-json",
      lines(
        { type: "suite", event: "started" },
        { type: "test", event: "ok", name: "a" },
        { type: "suite", event: "failed", failed: 1 },
      ),
    ],
    ["trx", trx("Failed")],
    ["trx", trx("Completed", '<Counters failed="1"/>')],
    ["trx", trx("Completed", '<RunInfos><RunInfo outcome="Error"/></RunInfos>')],
  ])("%s %j", (format, value) => {
    expect(read(format, value).verdict).toBe("failed");
  });
});

describe("what is not the report that it should be, or not all of it, proves nothing", () => {
  test.each<[MachineFormat, unknown]>([
    ["jest-json", {}],
    ["jest-json", { testResults: 3 }],
    ["mocha-json", { passes: [{ fullTitle: "a" }] }],
    ["playwright-json", { suites: [], stats: 1 }],
    ["rspec-json", { examples: [{ full_description: "a", status: "passed" }] }],
    ["go-json", "PASS\nok  \tp\t0.1s"],
    ["go-json", lines({ Action: "pass", Package: "p", Test: "T" })],
    ["libtest-json", lines({ type: "suite", event: "started" }, { type: "test", event: "ok", name: "a" })],
    ["trx", "<TestRun><Results/></TestRun>"],
    ["trx", "<testsuite/>"],
  ])("%s %j", (format, value) => {
    expect(read(format, value).verdict).toBe("unreadable");
  });
});

test("tests have their names, files and what they stand in", () => {
  expect(read("jest-json", jest({})).tests).toEqual([{ name: "a", file: "/a.js", outcome: "passed" }]);
  const nested = { suites: [{ title: "a.js", suites: [{ title: "group", specs: [spec("flaky")] }] }], stats: {} };
  expect(read("playwright-json", nested).tests).toEqual([
    { name: "group > a", file: "a.js", outcome: "passed", isFlaky: true },
  ]);
  expect(
    read("go-json", lines({ Action: "pass", Package: "p", Test: "T" }, { Action: "pass", Package: "p" })).tests,
  ).toEqual([{ name: "p > T", outcome: "passed" }]);
});
