import { describe, expect, test } from "vitest";
import type { CloneId, JournalEvent, PlacedRecord, RecordId } from "../plan/record.ts";
import { EMPTY_FACTS, workspaceReducer, type WorkspaceState } from "./facts.ts";
import { goalOf, unfinishedElsewhere } from "./goals.ts";

const A = "claude:a";
const B = "codex:b";

/** A fold with a clock that goes on by a second with each record. */
class Fold {
  state: WorkspaceState = EMPTY_FACTS;
  #ordinal = 0;

  try(by: string, ...events: readonly (JournalEvent & { readonly session?: string })[]) {
    this.#ordinal += 1;
    const at = this.#ordinal * 1_000;
    const record: PlacedRecord = {
      format: 1,
      id: `r${this.#ordinal}` as RecordId,
      clone: "c00000000" as CloneId,
      at,
      time: at,
      effectiveTime: at,
      ordinal: this.#ordinal,
      by: { session: by, role: by.startsWith("shell:") ? "person" : "writer" },
      seen: {},
      prefix: [this.#ordinal - 1, ""],
      events: events.map((event) => ({ session: by, ...event })),
    };
    const applied = workspaceReducer.apply(this.state, record);
    this.state = applied.state;
    return applied.refusal;
  }

  do(by: string, ...events: readonly JournalEvent[]): void {
    expect(this.try(by, ...events)).toBeUndefined();
  }

  own(session: string) {
    return goalOf(this.state, session);
  }
}

const set = (title = "Fast", more: object = {}): JournalEvent => ({
  type: "goal.set",
  title,
  doneWhen: "84 ms",
  ...more,
});
const completed = (goal = "G1"): JournalEvent => ({ type: "goal.completed", goal });
const validated = (goal = "G1"): JournalEvent => ({ type: "goal.validated", goal, looked: "the bench" });
const cancelled = (goal = "G1", reason?: string): JournalEvent => ({
  type: "goal.cancelled",
  goal,
  ...(reason === undefined ? {} : { reason }),
});

describe("the life of a goal", () => {
  test("is active, completed, validated, each with its time", () => {
    const fold = new Fold();
    fold.do(A, set("Fast", { description: "all of it" }));
    expect(fold.own(A)).toMatchObject({ id: "G1", status: "active", setAt: 1_000, description: "all of it" });
    fold.do(A, completed());
    expect(fold.own(A)).toMatchObject({ status: "completed", completedAt: 2_000 });
    fold.do(A, validated());
    expect(fold.own(A)).toMatchObject({ status: "validated", validatedAt: 3_000, looked: "the bench" });
  });

  test("or is cancelled, and then the session has none, but the history keeps it with its reason", () => {
    const fold = new Fold();
    fold.do(A, set());
    fold.do(A, cancelled("G1", "the vendor fixed it"));
    expect(fold.own(A)).toBeUndefined();
    expect(fold.state.goals).toMatchObject([
      { id: "G1", status: "cancelled", reason: "the vendor fixed it", endedAt: 2_000 },
    ]);
  });

  test("ends as replaced where another is set, and what was validated stays so", () => {
    const fold = new Fold();
    fold.do(A, set("one"));
    fold.do(A, set("two"));
    expect(fold.own(A)).toMatchObject({ id: "G2", title: "two", status: "active" });
    fold.do(A, completed("G2"));
    fold.do(A, validated("G2"));
    fold.do(A, set("three"));
    expect(fold.state.goals.map(({ title, status }) => [title, status])).toEqual([
      ["one", "replaced"],
      ["two", "validated"],
      ["three", "active"],
    ]);
  });

  test.each([
    ["completed twice", [completed()], completed(), "no-such-goal", "No active goal to complete. Use goal_set first."],
    ["completed after it was validated", [completed(), validated()], completed(), "no-such-goal", "No active goal"],
    ["validated while it is active", [], validated(), "goal-active", "still active. Use goal_done to mark it"],
    ["validated twice", [completed(), validated()], validated(), "goal-validated", "has already been validated."],
    [
      "cancelled after it was validated",
      [completed(), validated()],
      cancelled(),
      "no-such-goal",
      "No active goal to cancel.",
    ],
    ["completed under another id", [], completed("G7"), "goal-changed", "another goal"],
    ["validated without a statement", [completed()], { ...validated(), looked: " " }, "malformed-event", "looked at"],
    ["set without a title", [], set(" "), "malformed-event", "title"],
    ["set with a book for a title", [], set("x".repeat(20_001)), "malformed-event", "book"],
  ])("cannot be %s", (_, before, event, reason, words) => {
    const fold = new Fold();
    fold.do(A, set());
    for (const one of before) fold.do(A, one);
    const state = fold.state;
    const refusal = fold.try(A, event);
    expect(refusal).toMatchObject({ reason, message: expect.stringContaining(words) as string });
    expect(fold.state).toBe(state);
  });

  test("is nobody else's to move, but for a person", () => {
    const fold = new Fold();
    fold.do(A, set());
    expect(fold.try(B, { ...completed(), session: A })?.reason).toBe("not-your-session");
    expect(fold.try("shell:mo", { ...cancelled(), session: A })).toBeUndefined();
    expect(fold.own(A)).toBeUndefined();
  });
});

describe("a goal with a check", () => {
  const checked = (outcome: string, goal = "G1"): JournalEvent => ({
    type: "goal.checked",
    goal,
    outcome,
    why: "exit 0",
    exit: 0,
    durationMs: 5,
    tree: "t",
    logDigest: "d",
  });
  const begun = (): Fold => {
    const fold = new Fold();
    fold.do(A, set("Fast", { check: "npm run bench" }));
    fold.do(A, completed());
    return fold;
  };

  test("is validated in the record in which that has passed, and keeps what was seen", () => {
    const fold = begun();
    expect(fold.own(A)?.check).toMatchObject({ command: "npm run bench", stamp: "c00000000:1" });
    fold.do(A, checked("passed"), validated());
    expect(fold.own(A)).toMatchObject({ status: "validated", check: { last: { outcome: "passed", at: 3_000 } } });
    expect(workspaceReducer.restore(workspaceReducer.snapshot(fold.state))).toEqual(fold.state);
  });

  test.each([
    ["by a word", [], [validated()]],
    ["by a run that failed", [], [checked("failed"), validated()]],
    ["by what an earlier run saw", [checked("passed")], [validated()]],
    ["by a run of another goal", [], [checked("passed", "G7"), validated()]],
    [
      "by another program's file",
      [],
      [{ ...validated(), ...set(), type: "goal.imported", status: "validated", setAt: 1_000 }],
    ],
    ["by a run that is none", [], [checked("fine"), validated()]],
  ])("is not validated %s", (_, before, events) => {
    const fold = begun();
    for (const event of before) fold.do(A, event);
    expect(fold.try(A, ...events)).toBeDefined();
    expect(fold.own(A)?.status).toBe("completed");
  });

  test("keeps it with whoever takes it over", () => {
    const fold = begun();
    fold.do(B, { type: "goal.adopted", goal: "G1" });
    expect(fold.try(B, validated())?.reason).toBe("goal-not-shown");
  });

  test("no run is noted of one that has none", () => {
    const fold = new Fold();
    fold.do(A, set());
    fold.do(A, completed());
    expect(fold.try(A, checked("passed"))?.reason).toBe("no-goal-check");
  });
});

describe("adopting", () => {
  test("moves an unfinished goal, and tells where it came from", () => {
    const fold = new Fold();
    fold.do(A, set());
    expect(unfinishedElsewhere(fold.state, B)).toMatchObject([{ id: "G1" }]);
    fold.do(B, { type: "goal.adopted", goal: "G1" });
    expect(fold.own(A)).toBeUndefined();
    expect(fold.own(B)).toMatchObject({ id: "G1", adoptedFrom: A, status: "active" });
    fold.do(B, completed());
    expect(fold.own(B)?.status).toBe("completed");
  });

  test("makes it the session's goal, also where that had an older one that is over", () => {
    const fold = new Fold();
    fold.do(A, set("left"));
    fold.do(B, set("over"));
    fold.do(B, completed("G2"));
    fold.do(B, validated("G2"));
    fold.do(B, { type: "goal.adopted", goal: "G1" });
    expect(fold.own(B)?.title).toBe("left");
  });

  test.each([
    ["none", "G9", [], "no-such-goal"],
    ["one that is over", "G1", [[A, cancelled()]], "goal-ended"],
    ["one's own", "G1", [[B, { type: "goal.adopted", goal: "G1" }]], "goal-is-yours"],
    ["one beside another of one's own", "G1", [[B, set("mine")]], "has-a-goal"],
  ] as const)("takes not %s", (_, goal, before, reason) => {
    const fold = new Fold();
    fold.do(A, set());
    for (const [by, event] of before) fold.do(by, event);
    expect(fold.try(B, { type: "goal.adopted", goal })?.reason).toBe(reason);
  });
});

describe("importing", () => {
  const imported = (more: object = {}): JournalEvent => ({
    type: "goal.imported",
    title: "Fast",
    doneWhen: "84 ms",
    status: "active",
    setAt: 500,
    ...more,
  });

  test("keeps the foreign times, and moves the same goal on in place", () => {
    const fold = new Fold();
    fold.do(A, imported({ description: "old" }));
    expect(fold.own(A)).toMatchObject({ id: "G1", setAt: 500, status: "active" });
    fold.do(A, imported({ status: "completed", completedAt: 700 }));
    expect(fold.state.goals).toMatchObject([{ id: "G1", status: "completed", completedAt: 700 }]);
    expect(fold.own(A)).not.toHaveProperty("description");
    fold.do(A, imported());
    expect(fold.own(A)).not.toHaveProperty("completedAt");
  });

  test("another goal takes the place of the session's own", () => {
    const fold = new Fold();
    fold.do(A, set());
    fold.do(A, imported({ title: "Small" }));
    expect(fold.state.goals.map(({ status }) => status)).toEqual(["replaced", "active"]);
  });

  test.each([[-1], [1e300], [undefined]])("of a time that no clock shows (%s) takes the record's", (setAt) => {
    const fold = new Fold();
    fold.do(A, imported({ setAt, status: "validated" }));
    expect(fold.own(A)).toMatchObject({ setAt: 1_000, completedAt: 1_000, validatedAt: 1_000 });
  });

  test("of a status that is none is refused", () => {
    expect(new Fold().try(A, imported({ status: "cancelled" }))?.reason).toBe("malformed-event");
  });
});

test("the oldest goals that are over are forgotten, never one that is unfinished", () => {
  const fold = new Fold();
  fold.do(B, set("kept"));
  for (let n = 0; n < 250; n += 1) fold.do(A, set(`goal ${n}`));
  expect(fold.state.goals).toHaveLength(202);
  expect(fold.state.goalCount).toBe(251);
  expect(fold.own(B)?.title).toBe("kept");
  expect(fold.own(A)?.title).toBe("goal 249");
});
