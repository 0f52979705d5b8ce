import { describe, expect, test } from "vitest";
import type { Evidence } from "../plan/check-state.ts";
import { makeAttempt, makeCheck, makeTask, minute, stampOf, uidOf } from "./fixtures.ts";
import { renderSummaries, renderSummary, summarizeTask } from "./task-summary.ts";

const files = {
  own: ["src/auth/token.ts", "src/auth/token.test.ts"],
  ownCount: 2,
  unattributed: [],
  unattributedCount: 0,
  basis: "tree",
  digest: "d",
} as const;

const evidence: Evidence = {
  id: "e",
  outcome: "passed",
  why: "12 tests passed",
  tests: { passed: 12, failed: 0, skipped: 0 },
  durationMs: 1,
  tree: "t",
  at: minute(1),
  session: "claude:one",
  stamp: stampOf(3),
};

const done = (attempt: Parameters<typeof makeAttempt>[0] = {}) =>
  makeTask({ id: "T1", status: "done", proof: "executed", attempts: [makeAttempt({ end: "done", ...attempt })] });
const state = (more: Partial<Evidence> = {}) => ({
  checks: [makeCheck({ id: "unit", tasks: [uidOf("T1")], evidence: [{ ...evidence, ...more }] })],
});
const linesOf = (of: ReturnType<typeof state>, task: ReturnType<typeof done>) =>
  renderSummary(summarizeTask(of, task)!);

describe("what came of a task", () => {
  test("tells what was seen apart from what its agent says", () => {
    const task = {
      ...done({ files, note: "Added token()", doneNote: "Call it with a cookie" }),
      outputs: ["usage.md", "notes.md"].map((name) => {
        return { name, bytes: 1, summary: "How to call it", at: minute(1), session: "s" };
      }),
    };
    expect(linesOf(state(), task)).toEqual([
      "seen: changed src/auth/token.ts, src/auth/token.test.ts",
      "seen: check unit passed, 12 tests",
      "its agent says: Added token()",
      "its agent says: Call it with a cookie",
      "its agent hands on: usage.md (How to call it)",
    ]);
  });

  test("says what could not be attributed, what the list rests on, and a check that fails", () => {
    const loose = {
      ...files,
      own: [],
      ownCount: 0,
      unattributed: ["x"],
      unattributedCount: 7,
      basis: "commit",
    } as const;
    expect(linesOf(state({ outcome: "failed", why: "1 of 12 failed" }), done({ files: loose }))).toEqual([
      "seen: changed no file, as compared with the commit that it began on",
      "seen: changed meanwhile, by nobody knows whom: x and 6 more",
      "seen: check unit failed: 1 of 12 failed",
    ]);
  });

  test("is nothing before the work is there", () => {
    expect(summarizeTask(state(), makeTask({ id: "T1", status: "in_progress" }))).toBeUndefined();
    expect(renderSummaries({ checks: [] }, [makeTask({ id: "T1" }), makeTask({ id: "T2", status: "done" })])).toEqual(
      [],
    );
  });
});
