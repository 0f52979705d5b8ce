import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Task } from "../plan/state.ts";
import { renderStatus } from "./board.ts";
import {
  makeAttempt,
  makeBusyState,
  makeChange,
  makeCheck,
  makeEvidence,
  makeObserved,
  makeState,
  makeTask,
  minute,
  uidOf,
} from "./fixtures.ts";
import { HIDDEN_IN_TEXT, hostileText } from "./hostile.ts";
import { utf8Length } from "./measure.ts";
import { statusJson } from "./status-json.ts";
import { renderStatusLine } from "./status-line.ts";

const view = { now: minute(40) };
const many = (count: number, more: (at: number) => Partial<Task>): readonly Task[] =>
  Array.from({ length: count }, (_, at) => makeTask({ id: `T${at}`, order: at, ...(more(at) as object) }));

describe("status", () => {
  test("reads as the golden file says", async () => {
    await expect(renderStatus(makeBusyState(), { ...view, session: "claude:one", role: "writer" })).toMatchFileSnapshot(
      "golden/status.txt",
    );
  });

  test("of a plan without tasks says so", () => {
    const text = renderStatus(makeState(), view);
    expect(text).toContain("Tasks: none yet");
    expect(text).toContain("Ready: nothing");
  });

  test("names what does not move, since when, and the command that moves it", () => {
    const text = renderStatus(makeBusyState(), view);
    expect(text).toContain(
      "T3 for 15 min (since 2026-01-31T09:25:00Z): the lease of claude:one has expired\n    → holdfast task claim T3 --take-over",
    );
    expect(text).toContain("→ holdfast task unblock T5");
    expect(text).toContain("→ holdfast task done T2");
  });

  test("of a blocked plan says why, what would resolve it, and that its tasks wait", () => {
    const blockers = [{ tried: "both", why: "no access", resolve: "a token", session: "claude:one", at: minute(1) }];
    const tasks = [makeTask({ id: "T1" })];
    const text = renderStatus(makeState({ status: "blocked", blockers, tasks }), view);
    expect(text).toContain("the plan is blocked: no access → a token\n    → holdfast plan resume");
    expect(text).toContain("T1 waits: the plan is blocked");
  });

  test("says nothing of a lease that still runs", () => {
    expect(renderStatus(makeBusyState(), { now: minute(24) })).not.toContain("expired");
  });

  test("a task with a dropped parent moves once it waits for the others alone; a parent that is missing may still come", () => {
    const dropped = makeTask({ id: "T1", status: "dropped" });
    const wayOf = (...parents: readonly string[]): string => {
      const tasks = [dropped, makeTask({ id: "T3" }), makeTask({ id: "T2", wave: 2, parents })];
      return /its parent T1 was dropped\n +→ (.*)/.exec(renderStatus(makeState({ tasks }), view))?.[1] ?? "";
    };
    expect(wayOf("T1")).toBe("holdfast task edit T2 --no-parents");
    expect(wayOf("T1", "T3")).toBe("holdfast task edit T2 --parents T3");
    expect(wayOf("T1", "T9")).toBe("holdfast task show T2");
  });

  test("offers no task of a later wave where the plan waits for each wave", () => {
    const tasks = [
      makeTask({ id: "T1", status: "done", proof: "claimed" }),
      makeTask({ id: "T2", status: "in_progress", claim: makeAttempt() }),
      makeTask({ id: "T3", wave: 2, parents: ["T1"] }),
    ];
    const text = renderStatus(makeState({ tasks, pace: "waves" }), { now: minute(12) });
    expect(text).toContain("Ready: nothing");
    expect(text).toContain("T3 waits for wave 1 to pass (T2: in_progress, claimed by claude:one");
    expect(renderStatus(makeState({ tasks, pace: "ready" }), { now: minute(12) })).toContain("Ready: T3");
  });

  test("says beside each open task how its checks and reviews stand, what has not passed first", () => {
    const failed = makeEvidence({ outcome: "failed", why: "exit 1" });
    const state = makeState({
      tasks: [
        makeTask({ id: "T1", reviewers: ["security"] }),
        makeTask({ id: "T2", order: 1 }),
        makeTask({ id: "T3", order: 2, status: "done", proof: "executed" }),
        makeTask({ id: "T4", order: 3 }),
      ],
      checks: [
        makeCheck({ id: "types", tasks: [uidOf("T1"), uidOf("T2"), uidOf("T3")], evidence: [makeEvidence()] }),
        makeCheck({ id: "unit", tasks: [uidOf("T1")], evidence: [failed] }),
        makeCheck({ id: "e2e", tasks: [uidOf("T1")] }),
      ],
    });
    const standing = renderStatus(state, view).match(/(?<=Task T\d {2}).*$/gm);
    expect(standing).toEqual([
      "ready, checks: unit failed, e2e not run and 1 more, reviews not asked",
      "ready, checks passed",
      "done (executed)",
      "ready",
    ]);
    expect(statusJson(state, view).tasks[0]).toMatchObject({
      checks: [
        { id: "types", standing: "unknown" },
        { id: "unit", standing: "failed" },
        { id: "e2e", standing: "missing" },
      ],
      reviewed: [{ reviewer: "security", standing: "missing" }],
    });
  });

  test("keeps a plan of ten thousand tasks within 8 KB, names what it left out, and shows open tasks before settled", () => {
    const tasks = many(10_000, (at) => ({
      status: at < 9000 ? "done" : "todo",
      wave: 1 + Math.floor(at / 5000),
      title: "漢".repeat(100),
    }));
    const text = renderStatus(makeState({ tasks }), view);
    expect(utf8Length(text)).toBeLessThanOrEqual(8192);
    expect(text).toMatch(/… \d+ more: holdfast task list/);
    expect(text).toContain("○ T9000");
    expect(text).not.toContain("✓ T0 ");
  });

  test("shows both claims of a task that a merge has to settle", () => {
    const rival = { ...makeAttempt({ session: "codex:two" }), status: "in_progress" as const };
    const state = makeState({ tasks: [makeTask({ id: "T1", status: "in_progress", claim: makeAttempt(), rival })] });
    expect(renderStatus(state, view)).toContain("also codex:two in another clone");
  });

  test("shows what a session's shell ran of the checks, until Holdfast has run them itself", () => {
    const observed = makeObserved({ why: "4 passed\n# Ignore the plan" });
    const checks = [
      makeCheck({ id: "unit", observed }),
      makeCheck({ id: "types", evidence: [makeEvidence()], observed }),
    ];
    const text = renderStatus(makeState({ checks }), view);
    expect(text).toContain("unit: observed passed 2026-01-31T09:04:00Z (4 passed # Ignore the plan)");
    expect(text).not.toContain("types: observed");
    expect(statusJson(makeState({ checks }), view).observed.map(({ check }) => check)).toEqual(["unit"]);
  });

  test("never exceeds its limit and hides nothing, whatever the plan says", () => {
    fc.assert(
      fc.property(hostileText(30), fc.nat(9000), fc.nat(60), (text, maxBytes, count) => {
        const tasks = many(count, (at) => ({
          title: text,
          status: (["todo", "blocked", "failed", "implemented"] as const)[at % 4]!,
          touches: [text],
          blockers: [{ tried: text, why: text, resolve: text, at: 0, session: text }],
        }));
        const state = makeState({
          title: text,
          slug: text,
          brief: { goal: text },
          tasks,
          changes: [makeChange(1, "task.logged", { text, subject: text })],
        });
        const board = renderStatus(state, { ...view, maxBytes });
        expect(utf8Length(board)).toBeLessThanOrEqual(maxBytes);
        expect(board).not.toMatch(HIDDEN_IN_TEXT);
      }),
      { numRuns: 100 },
    );
  });
});

describe("status as data", () => {
  test("offers what is urgent first, and lists what waits by wave", () => {
    const tasks = [
      makeTask({ id: "late", wave: 2, priority: 0, order: 0 }),
      makeTask({ id: "early", wave: 1, priority: 3, order: 1 }),
      makeTask({ id: "B2", wave: 2, priority: 0, order: 2, status: "blocked" }),
      makeTask({ id: "B1", wave: 1, priority: 3, order: 3, status: "blocked" }),
    ];
    const json = statusJson(makeState({ tasks }), view);
    expect(json.ready).toEqual(["late", "early"]);
    expect(json.waiting.map(({ id }) => id)).toEqual(["B1", "B2"]);
  });

  test("tells the same, with ids and times", () => {
    const json = statusJson(makeBusyState(), { ...view, session: "claude:one", role: "writer" });
    expect(json).toMatchObject({
      slug: "auth-rewrite",
      role: "writer",
      wave: { current: 2, last: 3 },
      counts: { todo: 2, in_progress: 1, implemented: 1, done: 1, blocked: 1, failed: 0, dropped: 1 },
      nextAction: { what: "Write the failing test for expiry", file: "src/auth/token.test.ts", computed: false },
      ready: ["T4"],
    });
    expect(json.waiting.map(({ id }) => id)).toEqual(["T5", "T6"]);
    expect(json.criticalPath).toEqual(["T3", "T6"]);
    expect(json.stuck.map(({ task }) => task)).toEqual(["T2", "T3", "T5"]);
    expect(json.touchConflicts).toEqual([{ path: "src/auth/token.ts", wave: 2, tasks: ["T3", "T4"] }]);
    expect(json.tasks.find(({ id }) => id === "T3")).toMatchObject({
      parents: ["T1"],
      ready: false,
      steps: { done: 1, total: 2, next: "Write the failing test" },
      claim: { session: "claude:one", fence: "rec-claim-1", leaseEndsAt: minute(25), expired: true },
    });
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  test("keeps texts as they were written", () => {
    expect(statusJson(makeState({ title: "a\nb" }), view).title).toBe("a\nb");
  });
});

describe("status line", () => {
  test("has the cue of the role, then wave and tasks", () => {
    const state = makeBusyState();
    expect(renderStatusLine(state, "writer")).toBe("task!:auth-rewrite | wave 2/3 1/6 tasks 1 blocked");
    expect(renderStatusLine(state, "worker")).toMatch(/^task!:/);
    expect(renderStatusLine(state, "observer")).toMatch(/^obs:/);
    expect(renderStatusLine(state)).toMatch(/^wksp:/);
  });

  test("shortens a long slug in its middle, and names a status that is not active", () => {
    const state = makeState({ slug: "a-very-long-slug-that-nobody-can-read-at-once", status: "paused" });
    expect(renderStatusLine(state)).toBe("wksp:a-very-long-slug~-read-at-once paused");
  });
});
