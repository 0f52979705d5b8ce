import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeAttempt, makeBusyState, makeChange, makeState, makeTask } from "./fixtures.ts";
import { NO_REVIEWS } from "../plan/reviews.ts";
import { buildHead, MAX_HEAD_BYTES } from "./head.ts";
import { hostileText } from "./hostile.ts";
import { renderHotContext } from "./hot-context.ts";
import { utf8Length } from "./measure.ts";

const sizeOf = (head: object): number => utf8Length(JSON.stringify(head));

describe("head", () => {
  test("reads as the golden file says", async () => {
    await expect(`${JSON.stringify(buildHead(makeBusyState()), undefined, 2)}\n`).toMatchFileSnapshot(
      "golden/head.json",
    );
  });

  test("holds the hot context for any role, and that of a session where one is named", () => {
    expect(buildHead(makeBusyState()).hot).toEqual(renderHotContext(makeBusyState()));
    expect(buildHead(makeBusyState(), { session: "claude:one" }).hot.text).toContain("fence rec-claim-1");
  });

  test("names every live claim up to fifty, and counts them all", () => {
    const tasks = Array.from({ length: 80 }, (_, at) =>
      makeTask({ id: `T${at}`, order: at, status: "in_progress", claim: makeAttempt({ session: `s:${at}` }) }),
    );
    const { inHand } = buildHead(makeState({ tasks }));
    expect(inHand.count).toBe(80);
    expect(inHand.top).toHaveLength(50);
    expect(inHand.top[0]).toMatchObject({ id: "T0", session: "s:0", fence: "rec-claim-1", leaseMs: 900_000 });
  });

  test("counts every task that ever landed, whatever became of it", () => {
    const tasks = [
      makeTask({ id: "T1", status: "todo", landedAt: 5 }),
      makeTask({ id: "T2", status: "dropped", landedAt: 5 }),
      makeTask({ id: "T3", status: "implemented" }),
      makeTask({ id: "T4", status: "done", landedAt: 5 }),
      makeTask({ id: "T5", status: "in_progress" }),
    ];
    expect(buildHead(makeState({ tasks })).landed).toBe(4);
  });

  test("counts the review findings that were resolved, of tasks and of the plan, and the criteria that were proven", () => {
    const reviews = { ...NO_REVIEWS, resolved: 2 };
    const tasks = [makeTask({ id: "T1", status: "in_progress", reviews }), makeTask({ id: "T2", reviews: NO_REVIEWS })];
    expect(buildHead({ ...makeState({ tasks }), reviews, provenCriteria: 3 }).landed).toBe(7);
  });

  test("stays under its limit, whatever the plan says and however much there is", () => {
    fc.assert(
      fc.property(hostileText(60), fc.nat(120), (text, count) => {
        const tasks = Array.from({ length: count }, (_, at) =>
          makeTask({
            id: `T${at}`,
            title: text,
            status: (["todo", "blocked", "in_progress", "done"] as const)[at % 4]!,
            blockers: [{ tried: text, why: text, resolve: text, at: 0, session: text }],
            confidence: { score: 1, why: text, at: 0, session: text },
            ...(at % 4 === 2 ? { claim: makeAttempt({ session: text }) } : {}),
          }),
        );
        const changes = Array.from({ length: 40 }, (_, at) => makeChange(at, "task.logged", { subject: text, text }));
        const head = buildHead(
          makeState({
            title: text,
            slug: text,
            phase: text,
            tasks,
            changes,
            nextAction: { what: text, file: text, at: 0, session: text },
          }),
        );
        expect(sizeOf(head)).toBeLessThanOrEqual(MAX_HEAD_BYTES);
      }),
      { numRuns: 100 },
    );
  });

  test("of the longest texts that escape to the most bytes is still under its limit", () => {
    const text = '\\"漢'.repeat(2000);
    const tasks = Array.from({ length: 200 }, (_, at) =>
      makeTask({
        id: `${"漢".repeat(60)}${at}`,
        title: text,
        status: "in_progress",
        claim: makeAttempt({ session: text, fence: text as never }),
      }),
    );
    expect(sizeOf(buildHead(makeState({ title: text, slug: text, phase: text, tasks })))).toBeLessThanOrEqual(
      MAX_HEAD_BYTES,
    );
  });

  test("counts what is implemented and waits for a person, since its reviews go on failing", () => {
    const reviews = { rounds: [], findings: [], failed: 2, answered: 0 };
    const tasks = [
      makeTask({ id: "T1", status: "implemented", reviews }),
      makeTask({ id: "T2", status: "implemented" }),
    ];
    const head = buildHead(makeState({ tasks }));
    expect(head).toMatchObject({ contested: 1, needsPerson: { top: [{ kind: "review", task: "T1" }] } });
    expect(buildHead(makeState({ tasks: tasks.slice(1) }))).not.toHaveProperty("contested");
  });
});
