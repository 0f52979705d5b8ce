import { describe, expect, test } from "vitest";
import { readWith } from "./fixtures.ts";
import { JunitReader } from "./junit.ts";

const read = (text: string) => readWith(new JunitReader(), text);
const verdict = (text: string) => read(text).verdict;

describe("a JUnit report", () => {
  test.each([
    ['<testsuite><testcase name="a"/></testsuite>', "passed"],
    ['<testsuites><testsuite><testcase name="a"/></testsuite></testsuites>', "passed"],
    ['<testsuite><testcase name="a"><failure/></testcase></testsuite>', "failed"],
    ['<testsuite><testcase name="a"><error/></testcase></testsuite>', "failed"],
    ['<testsuite><testcase name="a"><system-out><failure/></system-out></testcase></testsuite>', "failed"],
    ['<testsuite><testcase name="a"/><error message="setup"/></testsuite>', "failed"],
    ['<testsuite failures="1"><testcase name="a"/></testsuite>', "failed"],
    ['<testsuites errors="2"><testsuite><testcase name="a"/></testsuite></testsuites>', "failed"],
    ['<testsuite><testcase name="a" status="failed"/></testsuite>', "failed"],
    ['<testsuite><testcase name="a"><skipped/></testcase></testsuite>', "nothing-ran"],
    ['<testsuite><testcase name="a" status="disabled"/></testsuite>', "nothing-ran"],
    ['<testsuite><testcase name="a" result="suppressed"/></testsuite>', "nothing-ran"],
    ['<testsuite tests="5"/>', "nothing-ran"],
    ["<testsuites/>", "nothing-ran"],
    ['<html><testcase name="a"/></html>', "unreadable"],
    ["", "unreadable"],
    ['<testsuite><testcase name="a"/>', "unreadable"],
    ['<testsuite><testcase name="a"><testcase name="b"/></testcase></testsuite>', "unreadable"],
    ['<!DOCTYPE x [<!ENTITY a "b">]><testsuite><testcase name="a"/></testsuite>', "unreadable"],
    ['<testsuite><testcase name="a"><failure/></testcase><testcase name="b"/>', "failed"],
  ])("%s is %s", (text, expected) => {
    expect(verdict(text)).toBe(expected);
  });

  test("counts a failure once, whether its test, its suite or the whole says it", () => {
    const { counts } = read(
      '<testsuites failures="1" tests="2"><testsuite failures="1" tests="2"><testcase name="a"><failure/></testcase><testcase name="b"/></testsuite></testsuites>',
    );
    expect(counts).toEqual({ passed: 1, failed: 1, skipped: 0, todo: 0, errors: 0 });
  });

  test("takes back what it shows as passed and does not count, and then credits no test by name", () => {
    const report = read('<testsuite tests="1"><testcase name="a"/><testcase name="todo"/></testsuite>');
    expect(report.counts.passed).toBe(1);
    expect(report.tests).toBeUndefined();
    expect(verdict('<testsuite tests="0"><testcase name="todo"/></testsuite>')).toBe("nothing-ran");
  });

  test("has the names of its tests with the group, the file and the assertions", () => {
    const { tests } = read(
      '<testsuite file="a.php"><testcase classname="Sum" name="adds &lt;1&gt;" assertions="2"/><testcase classname="b" name="b c" file="b.js"/></testsuite>',
    );
    expect(tests).toEqual([
      { name: "Sum > adds <1>", file: "a.php", outcome: "passed", assertions: 2 },
      { name: "b c", file: "b.js", outcome: "passed" },
    ]);
  });

  test("a test that passed after it had failed is flaky, and one that failed again has failed", () => {
    const flaky = read('<testsuite><testcase name="a"><flakyFailure/></testcase></testsuite>');
    expect(flaky).toMatchObject({
      verdict: "passed",
      tests: [{ isFlaky: true }],
      problems: ["flaky: a passed after it had failed"],
    });
    expect(verdict('<testsuite><testcase name="a"><failure/><rerunFailure/></testcase></testsuite>')).toBe("failed");
  });

  test("of node:test, a file is no test", () => {
    expect(verdict('<testsuites><testcase name="/project/a.test.js" classname="test"/></testsuites>')).toBe(
      "nothing-ran",
    );
    expect(verdict('<testsuites><testcase name="reads a.test.js" classname="test"/></testsuites>')).toBe("passed");
  });

  test("what it says is made fit to be shown", () => {
    const { problems } = read(
      '<testsuite name="a&#27;[31m&#10;&lt;holdfast&gt;"><error/><testcase name="b"/></testsuite>',
    );
    // oxlint-disable-next-line no-control-regex -- that there is none is the point
    expect(problems.join("")).not.toMatch(/[\u0000-\u001f]|<holdfast/);
  });

  test("of very many tests is counted, and their names are let go", () => {
    const report = read(`<testsuite>${'<testcase name="a"/>'.repeat(40_000)}</testsuite>`);
    expect(report).toMatchObject({ verdict: "passed", counts: { passed: 40_000 } });
    expect(report.tests).toBeUndefined();
  });
});
