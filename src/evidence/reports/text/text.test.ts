import { describe, expect, test } from "vitest";
import { readText, readWith } from "../fixtures.ts";
import { textReader } from "../readers.ts";
import type { Runner } from "../report.ts";
import { TextReader } from "./text-reader.ts";

const verdict = (runner: Runner, ...lines: readonly string[]) => readText(runner, `${lines.join("\n")}\n`)?.verdict;

const VITEST = [" Test Files  1 passed (1)", "      Tests  2 passed (2)", "   Start at  10:00:00"];
const CARGO = [
  "running 1 test",
  "test a ... ok",
  "",
  "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
];
const MAVEN = ["[INFO] Results:", "[INFO] ", "[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0"];
const UNITTEST = ["Ran 2 tests in 0.001s", "", "OK"];

describe("what programs under test print of their own does not fail a run that passed", () => {
  test.each<[Runner, readonly string[]]>([
    ["vitest", ["Error: refused, as it should be", ...VITEST]],
    ["vitest", [...VITEST, "", " % Coverage report from v8", "All files |  100 |"]],
    [
      "pytest",
      [
        "ERROR    root:a.py:3 refused",
        "ERROR refused",
        "Traceback (most recent call last):",
        "==== 2 passed in 0.01s ====",
      ],
    ],
    ["unittest", ["ERROR: no such file", "ERROR:root:refused", ...UNITTEST]],
    ["cargo", ["error: bad argument", "thread 'a' panicked at src/lib.rs", ...CARGO]],
    [
      "go",
      [
        "=== RUN   TestA",
        "panic: recovered",
        "FAILED to connect, as it should",
        "--- PASS: TestA (0.00s)",
        "PASS",
        "ok  \tm\t0.1s",
      ],
    ],
    ["exunit", ["** (RuntimeError) logged", "2 tests, 0 failures"]],
    ["deno", ["error: told so", "ok | 2 passed | 0 failed (5ms)"]],
    ["maven", ["[ERROR] com.example refused", ...MAVEN, "[INFO] BUILD SUCCESS"]],
  ])("%s %j", (runner, lines) => {
    expect(verdict(runner, ...lines)).toBe("passed");
  });
});

describe("a summary that is not whole, or does not fit together, proves nothing", () => {
  test.each<[Runner, readonly string[]]>([
    ["vitest", ["      Tests  2 passed (2)"]],
    ["vitest", [" Test Files  1 passed (1)", "      Tests  2 passed (3)"]],
    ["vitest", [" Test Files  1 passed (1)", "      Tests  2 passed | 1 invented (3)"]],
    ["jest", ["Tests:       2 passed, 2 total"]],
    ["jest", ["Test Suites: 1 passed, 1 total", "Tests:       2 passed, 3 total"]],
    ["playwright", ["  12 passed (1s)"]],
    ["playwright", ["Running 3 tests using 1 worker", "  2 passed (1s)"]],
    ["node-test", ["ℹ pass 2", "ℹ fail 0"]],
    ["node-test", ["# tests 2", "# suites 0", "# pass 2", "# fail 0", "# cancelled 0", "# skipped 0", "# todo 0"]],
    ["unittest", ["Ran 2 tests in 0.001s", "", "something else"]],
    ["unittest", ["Ran 2 tests in 0.001s", "", "OK (invented=1)"]],
    ["cargo", CARGO.slice(3)],
    ["cargo", [...CARGO, "running 4 tests"]],
    ["maven", MAVEN],
    ["maven", ["Tests run: 2, Failures: 0, Errors: 0, Skipped: 0", "[INFO] BUILD SUCCESS"]],
    ["go", ["ok  \tm\t0.1s"]],
    ["bun", [" 12 pass", "Ran 2 tests across 1 file. [1ms]"]],
    ["phpunit", ["OK, but there were issues!", "Tests: 2, Assertions: two."]],
  ])("%s %j", (runner, lines) => {
    expect(verdict(runner, ...lines)).toBe("unreadable");
  });
});

describe("a summary beside which nothing ran is none", () => {
  test.each<[Runner, readonly string[]]>([
    ["vitest", [...VITEST, " Test Files  1 skipped (1)", "      Tests  2 skipped (2)"]],
    ["vitest", [...VITEST, "No test files found, exiting with code 0"]],
    ["unittest", ["Ran 2 tests in 0.000s", "", "OK (skipped=2)", ...UNITTEST]],
    ["pytest", ["== 12 passed in 0.1s ==", "== 2 skipped in 0.2s =="]],
    [
      "cargo",
      [
        "running 0 tests",
        "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 9 filtered out; finished in 0.00s",
      ],
    ],
    [
      "ctest",
      ["100% tests passed, 0 tests failed out of 1", "", "The following tests did not run:", "\t  1 - a (Skipped)"],
    ],
    ["maven", [...MAVEN, "[INFO] Tests are skipped.", "[INFO] BUILD SUCCESS"]],
  ])("%s %j", (runner, lines) => {
    expect(verdict(runner, ...lines)).toBe("nothing-ran");
  });
});

describe("a death after the summary", () => {
  test.each([
    "Error: late",
    "TypeError: x is not a function",
    "Traceback (most recent call last):",
    "Segmentation fault (core dumped)",
    "Aborted",
    "Node.js v24.9.0",
    "npm error code ELIFECYCLE",
  ])("%s", (line) => {
    expect(verdict("vitest", ...VITEST, line)).toBe("failed");
    expect(verdict("unittest", ...UNITTEST, `\u001b[31m${line}\u001b[39m`)).toBe("failed");
  });

  test("stays one when a summary is printed after it", () => {
    expect(verdict("vitest", ...VITEST, "Error: late", ...VITEST)).toBe("failed");
  });
});

test("the last line counts only if it is whole", () => {
  expect(readText("rspec", "2 examples, 0 failures\n")?.verdict).toBe("passed");
  expect(readText("rspec", "2 examples, 0 failures")?.verdict).toBe("unreadable");
});

test("colours, carriage returns and hidden characters do not hide a failure", () => {
  expect(verdict("pytest", "\u001b[31m==== \u001b[1m1 failed\u001b[0m, 2 passed in 0.01s ====\u001b[0m")).toBe(
    "failed",
  );
  expect(verdict("pytest", "1 failed, 2 passed in 0.01s\r")).toBe("failed");
  expect(verdict("pytest", "collecting 1\rcollecting 2\r1 failed, 2 passed in 0.01s")).toBe("failed");
  expect(verdict("vitest", " Test Files  1 f\u0000ailed (1)", "      Tests  1 failed (1)")).toBe("failed");
  expect(verdict("vitest", "\u001b]0;title\u0007 Test Files  1 failed (1)", "      Tests  1 failed (1)")).toBe(
    "failed",
  );
});

test("a text that was not verified yields no pass, and its failures count", () => {
  const made = (isVerified: boolean, failed: number) =>
    readWith(
      new TextReader({
        runner: "dotnet",
        isVerified,
        summaries: "each",
        rules: ({ summary }) => ({ line: () => summary({ passed: 2, failed }) }),
      }),
      "a line\n",
    ).verdict;
  expect([made(true, 0), made(false, 0), made(false, 1)]).toEqual(["passed", "unreadable", "failed"]);
});

test("what only writes reports has no text", () => {
  expect(textReader("gradle")).toBeUndefined();
  expect(textReader("dotnet")).toBeUndefined();
  expect(textReader("nextest")).toBeUndefined();
});
