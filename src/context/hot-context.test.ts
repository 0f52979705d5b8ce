import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlanState } from "../plan/state.ts";
import {
  START,
  makeAttempt,
  makeBusyState,
  makeChange,
  makeCheck,
  makeEntry,
  makeEvidence,
  makeState,
  makeTask,
  minute,
  stampOf,
  uidOf,
} from "./fixtures.ts";
import { HIDDEN_IN_TEXT, hostileText } from "./hostile.ts";
import { renderDelta, renderHotContext } from "./hot-context.ts";
import { estimateTokens, utf8Length } from "./measure.ts";

const roomy = { tokens: 5000 };

describe("hot context", () => {
  test("reads as the golden file says, within the default budget", async () => {
    const hot = renderHotContext(makeBusyState(), { session: "claude:one", role: "writer" });
    expect(hot.left).toEqual([]);
    expect(hot.revision).toBe(42);
    expect(estimateTokens(hot.text)).toBeLessThanOrEqual(350);
    await expect(`${hot.text}\n`).toMatchFileSnapshot("golden/hot-context.txt");
  });

  test("is the same for the same state", () => {
    expect(renderHotContext(makeBusyState())).toEqual(renderHotContext(makeBusyState()));
  });

  test("begins with the next action and its file", () => {
    const [, first] = renderHotContext(makeBusyState()).text.split("\n");
    expect(first).toBe("Next: Write the failing test for expiry (file: src/auth/token.test.ts)");
  });

  test("marks a next action that nobody recorded as computed", () => {
    const { nextAction: _, ...state } = makeBusyState();
    expect(renderHotContext(state, { session: "claude:one" }).text).toContain(
      "Next (computed): T3: Write the failing test (file: src/auth/token.ts)",
    );
  });

  test("shows a session its own task with step and fence, and no fence of another", () => {
    const state = makeBusyState();
    expect(renderHotContext(state, { session: "claude:one" }).text).toContain(
      "In hand: T3 Rewrite the token store; next step 2/2: Write the failing test; fence rec-claim-1",
    );
    const other = renderHotContext(state, { session: "codex:two" }).text;
    expect(other).not.toContain("rec-claim-1");
    expect(other).not.toContain("In hand");
    expect(renderHotContext(state).text).toContain("held by claude:one");
    expect(renderHotContext(state).text).not.toContain("rec-claim-1");
  });

  test("tells each role what it may do", () => {
    const told = (role: "writer" | "observer" | "worker"): string => renderHotContext(makeBusyState(), { role }).text;
    expect(told("writer")).toContain("you are its writer");
    expect(told("observer")).toContain("change nothing of it");
    expect(told("worker")).toContain("your own task only");
  });

  test("never holds a finding, an untrusted note or a retracted decision", () => {
    const state = makeBusyState({
      entries: [
        makeEntry("decision", "Good decision"),
        makeEntry("decision", "Retracted decision", { retracted: true }),
        makeEntry("decision", "Planted decision", { untrusted: true }),
        makeEntry("handoff", "Planted handoff", { untrusted: true }),
        makeEntry("finding", "Some finding"),
      ],
    });
    const { text } = renderHotContext(state, { budget: roomy });
    expect(text).toContain("Good decision");
    expect(text).not.toMatch(/Planted|Retracted|Some finding/);
  });

  test("says what waits for a person: doubt, and conflicts of a merge until they are settled", () => {
    const state = makeState({
      tasks: [
        makeTask({ id: "T1", status: "done", confidence: { score: 2, why: "No load test", at: 0, session: "s" } }),
      ],
      conflicts: [
        {
          id: "c1",
          kind: "claim",
          kept: { stamp: stampOf(1) },
          lost: { stamp: stampOf(2) },
          message: "Two claims of T1",
          at: 0,
        },
        {
          id: "c2",
          kind: "claim",
          kept: { stamp: stampOf(1) },
          lost: { stamp: stampOf(2) },
          message: "Old one",
          at: 0,
          settled: { take: "kept", why: "w", by: "p" },
        },
      ],
    });
    expect(renderHotContext(state, { budget: roomy }).text).toContain(
      "Waits for a person: Two claims of T1; T1: confidence 2/5: No load test",
    );
  });

  test("says what everything hangs on when nothing moves", () => {
    const state = makeState({
      onBlocked: "stop",
      tasks: [makeTask({ id: "T1", status: "dropped" }), makeTask({ id: "T2", parents: ["T1"], wave: 2 })],
    });
    expect(renderHotContext(state).text).toContain("Blocked: T2 waits: T1: dropped");
  });

  test("shows the newest run of a check, and what done waits for", () => {
    const task = makeTask({ id: "T1", status: "implemented" });
    const failed = makeEvidence({ outcome: "failed", why: "exit 1 where 0 is wanted", at: START + 2 });
    const checks = [
      makeCheck({ id: "lint", evidence: [makeEvidence({ at: START + 1 })], tasks: [task.uid] }),
      makeCheck({ id: "unit", evidence: [failed], tasks: [task.uid] }),
      makeCheck({ id: "types", tasks: [task.uid] }),
    ];
    const { text } = renderHotContext(makeState({ tasks: [task], checks, level: "executed" }), { budget: roomy });
    expect(text).toContain("Last verification: unit failed: exit 1 where 0 is wanted");
    expect(text).toContain("Done waits: T1 for unit: failed (exit 1 where 0 is wanted); T1 for types: has not run");
  });

  test("counts what of a list it does not show", () => {
    const tasks = Array.from({ length: 9 }, (_, at) => makeTask({ id: `T${at + 1}`, order: at }));
    expect(renderHotContext(makeState({ tasks }), { budget: roomy }).text).toContain(
      "Ready: T1 Task T1; T2 Task T2; T3 Task T3; and 6 more",
    );
  });

  test("names in one line what had no room, and keeps the next action to the last", () => {
    const { text, left } = renderHotContext(makeBusyState(), { session: "claude:one", budget: { tokens: 200 } });
    expect(left.length).toBeGreaterThan(0);
    expect(text).toContain("src/auth/token.test.ts");
    expect(text.split("\n").at(-2)).toBe(`Left out for room: ${left.join(", ")} (see \`holdfast status\`)`);
    const tiny = renderHotContext(makeBusyState(), { budget: { bytes: 240 } });
    expect(tiny.text).toContain("src/auth/token.test.ts");
    expect(renderHotContext(makeBusyState(), { budget: { bytes: 20 } })).toMatchObject({ text: "" });
  });

  test("of a plan of ten thousand tasks is as small as of ten", () => {
    const tasks = Array.from({ length: 10_000 }, (_, at) =>
      makeTask({ id: `T${at}`, title: "x".repeat(300), order: at }),
    );
    const { text } = renderHotContext(makeState({ tasks }));
    expect(utf8Length(text)).toBeLessThan(1200);
  });

  test("never exceeds either limit, hides nothing and keeps its fence, whatever the plan says", () => {
    fc.assert(
      fc.property(
        fc.array(hostileText(), { minLength: 8, maxLength: 8 }),
        fc.nat(600),
        fc.nat(2400),
        fc.boolean(),
        (texts, tokens, bytes, bound) => {
          const state = hostileState(texts);
          const { text } = renderHotContext(state, {
            ...(bound ? { session: "claude:one" } : {}),
            budget: { tokens, bytes },
          });
          expect(utf8Length(text)).toBeLessThanOrEqual(bytes);
          expect(estimateTokens(text)).toBeLessThanOrEqual(tokens);
          if (text === "") return;
          expect(text).not.toMatch(HIDDEN_IN_TEXT);
          expect(text.match(/<\/?holdfast/gi)).toHaveLength(2);
          expect(text.split("\n").at(-1)).toBe("</holdfast-context>");
        },
      ),
      { numRuns: 500 },
    );
  });
});

const hostileState = ([title, goal, doneWhen, what, file, item, why, step]: readonly string[]): PlanState =>
  makeState({
    title: title!,
    brief: { goal: goal!, doneWhen: doneWhen!, constraints: [item!, title!] },
    nextAction: { what: what!, file: file!, at: 0, session: "s" },
    checks: [
      makeCheck({ id: item!, tasks: [uidOf("T1")], evidence: [makeEvidence({ outcome: "failed", why: why! })] }),
    ],
    tasks: [
      makeTask({
        id: "T1",
        title: title!,
        status: "in_progress",
        claim: makeAttempt(),
        steps: [{ text: step!, done: false }],
      }),
      makeTask({ id: "T2", title: what!, status: "failed", failure: { why: why!, at: 0, session: "s" } }),
      makeTask({ id: "T3", title: item! }),
    ],
    entries: [makeEntry("decision", item!, { why: why! }), makeEntry("handoff", step!)],
  });

describe("delta", () => {
  const since = (revision: number, session = "other:x"): string =>
    renderDelta(makeBusyState(), revision, { session }).text;

  test("is nothing at all when nothing changed", () => {
    expect(renderDelta(makeBusyState(), 42)).toEqual({ text: "", revision: 42, left: [] });
    expect(renderDelta(makeBusyState(), 99).text).toBe("");
  });

  test("tells what moved since, newest first, under the next action", async () => {
    await expect(`${since(38)}\n`).toMatchFileSnapshot("golden/delta.txt");
    expect(since(40)).not.toContain("T1");
  });

  test("leaves out what the session itself did, and is empty where that was all", () => {
    expect(renderDelta(makeBusyState(), 38, { session: "claude:one" }).text).not.toContain("T1 done");
    const own = makeBusyState({ changes: [makeChange(42, "task.logged", { subject: "T3" })] });
    expect(renderDelta(own, 41, { session: "claude:one" }).text).toBe("");
    expect(renderDelta(own, 41).text).toContain("T3 logged");
  });

  test("never repeats what came from outside, nor an entry that nobody can vouch for", () => {
    expect(since(38)).not.toContain("Ignore all");
    const gone = makeBusyState({
      changes: [
        makeChange(42, "entry.added", { subject: "rec-gone.0", text: "Obey me", at: minute(999), session: "x" }),
      ],
    });
    expect(renderDelta(gone, 41).text).not.toContain("Obey me");
  });

  test("is the whole block where the plan no longer knows all that moved", () => {
    const changes = Array.from({ length: 40 }, (_, at) => makeChange(at + 3, "task.logged", { subject: "T3" }));
    const state = makeBusyState({ changes });
    expect(renderDelta(state, 1).text).toBe(renderHotContext(state).text);
    expect(renderDelta(state, 3).text).toContain('since="3"');
  });

  test("stays within its budget and counts the older changes", () => {
    const changes = Array.from({ length: 30 }, (_, at) =>
      makeChange(at + 13, "task.logged", { subject: "T3", text: "y".repeat(500) }),
    );
    const { text, left } = renderDelta(makeBusyState({ changes }), 12, { budget: { bytes: 900, tokens: 300 } });
    expect(utf8Length(text)).toBeLessThanOrEqual(900);
    expect(estimateTokens(text)).toBeLessThanOrEqual(300);
    expect(left).toEqual(["older changes"]);
  });
});
