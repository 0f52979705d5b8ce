import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeCheck } from "../../context/fixtures.ts";
import type { Check } from "../../plan/check-state.ts";
import { readText, recordedRuns, type RecordedRun } from "../reports/fixtures.ts";
import { judgeObserved, type ToldRun } from "./judge-observed.ts";

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "holdfast-observed-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const match = { folders: [], isMute: false };
const judge = (told: Partial<ToldRun>, check: Partial<Check> = {}) =>
  judgeObserved({ match, cwd, ...told }, makeCheck({ kind: "command", command: ["npx", "tsc"], ...check }));

describe("a command", () => {
  test("passes by its exit, where the host says it and it is the command's own", () => {
    expect(judge({ exit: 0 })).toEqual({ outcome: "passed", why: "exit 0", exit: 0 });
    expect(judge({ exit: 2 }, { exit: 2 })).toMatchObject({ outcome: "passed" });
    expect(judge({ exit: 1 })).toEqual({ outcome: "failed", why: "exit 1 where 0 is wanted", exit: 1 });
    expect(judge({})).toEqual({ outcome: "unknown", why: "the host does not say how it ended" });
    for (const exit of [0, 1]) {
      expect(judge({ exit, match: { ...match, loose: "more ran" } })).toEqual({ outcome: "unknown", why: "more ran" });
    }
  });

  test.each([126, 127, 130, 137, 143])("that ended with %i has not failed of itself", (exit) => {
    expect(judge({ exit }).outcome).toBe("unknown");
  });

  test("that must print something is seen to have printed it, or nothing is known", () => {
    expect(judge({ exit: 0, printed: "all fine" }, { match: "fine" }).outcome).toBe("passed");
    expect(judge({ exit: 0, printed: "all bad" }, { match: "fine" }).outcome).toBe("failed");
    expect(judge({ exit: 0 }, { match: "fine" }).outcome).toBe("unknown");
    expect(judge({ exit: 0, printed: "fine", match: { ...match, isMute: true } }, { match: "fine" }).outcome).toBe(
      "unknown",
    );
  });
});

describe("tests", () => {
  const vitest = { kind: "test", command: ["npx", "vitest", "run"] } as const;
  const printedBy = (name: string): string =>
    recordedRuns.find(({ title }) => title === `vitest 4.1.12 ${name}`)!.output;

  test("pass by what their runner printed, and not by the exit alone", () => {
    const tests = { passed: 4, failed: 0, skipped: 1 };
    const seen = judge({ exit: 0, printed: printedBy("all-pass") }, vitest);
    expect(seen).toEqual({ outcome: "passed", why: "4 passed", exit: 0, tests });
    expect(judge({ exit: 0 }, vitest)).toEqual({ outcome: "unknown", why: "what it printed is not there whole" });
    expect(judge({ exit: 0, printed: printedBy("all-pass").slice(0, 200) }, vitest).outcome).not.toBe("passed");
    expect(judge({ exit: 0, printed: printedBy("all-pass") }, { ...vitest, minTests: 5 }).outcome).toBe("failed");
  });

  test("fail where none ran, where one failed, and where the exit says so", () => {
    expect(judge({ exit: 0, printed: printedBy("all-skipped") }, vitest)).toMatchObject({ outcome: "failed" });
    expect(judge({ exit: 0, printed: printedBy("one-fails") }, vitest)).toMatchObject({ outcome: "failed" });
    expect(judge({ exit: 1, printed: printedBy("all-pass") }, vitest)).toMatchObject({ outcome: "failed" });
  });

  test("never pass by the text of a program that is not their runner", () => {
    const printed = printedBy("all-pass");
    writeFileSync(join(cwd, "package.json"), JSON.stringify({ scripts: { test: "echo 5 passing" } }));
    const npm = { kind: "test", command: ["npm", "test"] } as const;
    expect(judge({ exit: 0, printed: "5 passing" }, npm).outcome).toBe("unknown");
    expect(judge({ exit: 0, printed }, npm).outcome).toBe("unknown");
    writeFileSync(join(cwd, "package.json"), JSON.stringify({ scripts: { test: "vitest run" } }));
    expect(judge({ exit: 0, printed }, npm).outcome).toBe("passed");
  });

  // What only a report tells is not known here.
  const isTold = ({ exit, runner, output }: RecordedRun): boolean =>
    exit !== 0 || readText(runner, output)?.verdict !== "passed";
  test.each(recordedRuns.filter((run) => run.isReal && run.expect.verdict !== "passed" && isTold(run)))(
    "$title is no pass",
    ({ command, exit, output }) => {
      expect(judge({ exit, printed: output }, { kind: "test", command: [command], isShell: true }).outcome).not.toBe(
        "passed",
      );
    },
  );
});
