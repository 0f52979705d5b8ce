import { describe, expect, test } from "vitest";
import {
  blocker,
  exchange,
  merged,
  MINUTE,
  person,
  START,
  textOf,
  twoCopies,
  worker,
  writer,
} from "../../../test/kit/plan.ts";
import type { PlanCommand } from "../commands.ts";
import { taskById } from "../graph.ts";
import type { Conflict, PlanState } from "../state.ts";

const HOUR = 60 * MINUTE;
const brief = ({ kind, field, settled }: Conflict) =>
  [kind, field, settled?.take].filter((part) => part !== undefined).join(" ");
const conflictsOf = (state: PlanState) => state.conflicts.map(brief);
const statusOf = (state: PlanState, id: string) => taskById(state, id)?.status;

describe("one id given in two copies", () => {
  test("is the first's; the later one is renamed, everywhere alike, and listed", () => {
    for (const skew of [
      [0, 0],
      [HOUR, 0],
      [0, HOUR],
    ] as const) {
      const { a, b, clock } = twoCopies([], skew);
      a.do({ type: "add-tasks", tasks: [{ id: "T1", title: "by a" }] });
      clock.now += 1;
      b.do({
        type: "add-tasks",
        tasks: [
          { id: "t1", title: "by b" },
          { title: "child", parents: ["t1"] },
        ],
      });
      const state = merged(a, b);
      const first = skew[0] > skew[1] ? b : a;
      const second = first === a ? b : a;
      expect(taskById(state, "T1")?.title).toBe(first === a ? "by a" : "by b");
      const renamed = [...state.tasks.values()].find(({ givenId }) => givenId !== undefined);
      expect(renamed).toMatchObject({ title: second === a ? "by a" : "by b" });
      expect(renamed?.id.toLowerCase()).toBe(`t1-${second.id.slice(1, 5)}`);
      const child = [...state.tasks.values()].find(({ title }) => title === "child")!;
      expect(state.tasks.get(child.parents[0]!)?.title).toBe("by b");
      expect(conflictsOf(state)).toEqual(["renamed id"]);
      expect(
        a.run({ type: "settle-conflict", conflict: state.conflicts[0]!.id, take: "lost", why: "x" }, person()).refusal
          ?.reason,
      ).toBe("cannot-take");
      a.do({ type: "settle-conflict", conflict: state.conflicts[0]!.id, take: "kept", why: "seen" }, person());
    }
  });

  test("finds a free one, whatever ids there are", () => {
    const { a, b, clock } = twoCopies();
    const taken = `T1-${b.id.slice(1, 5)}`;
    a.do({
      type: "add-tasks",
      tasks: [
        { id: "T1", title: "a" },
        { id: taken, title: "in the way" },
      ],
    });
    clock.now += 1;
    b.do({ type: "add-tasks", tasks: [{ id: "T1", title: "b" }] });
    expect([...merged(a, b).tasks.values()].map(({ id }) => id)).toEqual(["T1", taken, `${taken}2`]);
  });
});

describe("one field changed in two copies", () => {
  const changes: Record<string, readonly [PlanCommand, PlanCommand, (state: PlanState) => unknown]> = {
    title: [{ type: "edit-plan", title: "a" }, { type: "edit-plan", title: "b" }, (state) => state.title],
    "brief.goal": [
      { type: "edit-plan", brief: { goal: "a" } },
      { type: "edit-plan", brief: { goal: "b" } },
      (state) => state.brief.goal,
    ],
    nextAction: [
      { type: "record-next", what: "a" },
      { type: "record-next", what: "b" },
      (state) => state.nextAction?.what,
    ],
    confidence: [
      { type: "record-confidence", id: "T1", score: 2, why: "a" },
      { type: "record-confidence", id: "T1", score: 5, why: "b" },
      (state) => taskById(state, "T1")?.confidence?.why,
    ],
    description: [
      { type: "edit-task", id: "T1", fields: { description: "a" } },
      { type: "edit-task", id: "T1", fields: { description: "b" } },
      (state) => taskById(state, "T1")?.description,
    ],
    priority: [
      { type: "reorder-task", id: "T1", priority: 0 },
      { type: "reorder-task", id: "T1", priority: 4 },
      (state) => ({ 0: "a", 4: "b" })[taskById(state, "T1")!.priority],
    ],
    "phases.plan.title": [
      { type: "edit-phase", phase: "plan", title: "a" },
      { type: "edit-phase", phase: "plan", title: "b" },
      (state) => state.phases[1]?.title,
    ],
  };

  for (const [field, [byA, byB, valueOf]] of Object.entries(changes)) {
    test(`${field}: the later stands, the earlier is listed, and a person may put it back`, () => {
      const { a, b, clock } = twoCopies(["T1"]);
      a.do(byA);
      clock.now += 1;
      b.do(byB);
      const state = merged(a, b);
      expect(valueOf(state)).toBe("b");
      expect(state.conflicts).toMatchObject([
        { kind: "field", field, lost: { stamp: `${a.id}:2` }, kept: { stamp: `${b.id}:1` } },
      ]);
      a.do({ type: "settle-conflict", conflict: state.conflicts[0]!.id, take: "lost", why: "a is right" }, person());
      expect(valueOf(a.state)).toBe("a");
      expect(
        a.run({ type: "settle-conflict", conflict: state.conflicts[0]!.id, take: "kept", why: "no" }, person()).refusal
          ?.reason,
      ).toBe("no-such-conflict");
      exchange(a, b);
      b.restart();
      expect(textOf(b.state)).toBe(textOf(a.state));
    });

    // A title of a phase that stays as it is gets no stamp of its own.
    if (field.startsWith("phases.")) continue;
    test(`${field}: put back over what its writer did not know of, that is listed`, () => {
      const { a, b, clock } = twoCopies(["T1"]);
      a.do(byA);
      clock.now += 1;
      b.do(byB);
      const [conflict] = merged(a, b).conflicts;
      clock.now += 1;
      b.do(byB);
      const stamp = `${b.id}:${b.own.length}`;
      clock.now += 1;
      a.do({ type: "settle-conflict", conflict: conflict!.id, take: "lost", why: "a is right" }, person());
      expect(merged(a, b).conflicts.some(({ kept, lost }) => [kept.stamp, lost.stamp].includes(stamp as never))).toBe(
        true,
      );
    });

    test(`${field}: to the same value is no conflict, and neither is what was known`, () => {
      const { a, b, clock } = twoCopies(["T1"]);
      a.do(byA);
      clock.now += 1;
      if (field !== "confidence") b.do(byA);
      exchange(a, b);
      b.do(byB);
      expect(conflictsOf(merged(a, b))).toEqual([]);
    });
  }

  test("taking a value away is a change too", () => {
    const { a, b, clock } = twoCopies([{ id: "T1", title: "t", description: "old" }]);
    a.do({ type: "edit-task", id: "T1", fields: { description: "new" } });
    a.do({ type: "record-next", what: "go" });
    clock.now += 1;
    b.do({ type: "edit-task", id: "T1", fields: {}, clear: ["description"] });
    b.write([{ type: "next.cleared" }]);
    const { conflicts } = merged(a, b);
    expect(conflicts).toMatchObject([
      { field: "description", lost: { value: "new" } },
      { field: "nextAction", lost: { value: { what: "go" } } },
    ]);
    for (const { id } of conflicts) a.do({ type: "settle-conflict", conflict: id, take: "lost", why: "w" }, person());
    expect(a.task("T1").description).toBe("new");
    expect(a.state.nextAction).toMatchObject({ what: "go" });
  });

  test("different fields, phases and unknown fields do not meet", () => {
    const { a, b } = twoCopies(["T1"]);
    a.do({ type: "edit-plan", title: "a", brief: { goal: "a" } });
    b.do({ type: "edit-plan", brief: { doneWhen: "b" }, onBlocked: "stop" });
    a.do({ type: "edit-phase", phase: "plan", title: "a" });
    b.do({ type: "edit-phase", phase: "verify", status: "blocked" });
    const state = merged(a, b);
    expect(state).toMatchObject({ title: "a", brief: { goal: "a", doneWhen: "b" }, onBlocked: "stop" });
    expect(state.phases.map(({ title, status }) => `${title} ${status}`).slice(1)).toEqual([
      "a pending",
      "Execute pending",
      "Verify blocked",
    ]);
    expect(conflictsOf(state)).toEqual([]);
  });

  test("a description is not put back under a task that is under way", () => {
    const { a, b, clock } = twoCopies(["T1"]);
    a.do({ type: "edit-task", id: "T1", fields: { description: "a" } });
    clock.now += 1;
    b.do({ type: "edit-task", id: "T1", fields: { description: "b" } });
    const [conflict] = merged(a, b).conflicts;
    a.do({ type: "claim-task", id: "T1" });
    const settle = { type: "settle-conflict", conflict: conflict!.id, take: "lost", why: "w" } as const;
    expect(a.run(settle, person()).refusal?.reason).toBe("task-under-way");
    a.do({ type: "release-task", id: "T1" });
    a.do(settle, person());
    expect(a.task("T1").description).toBe("a");
  });
});

describe("what a merge must refuse", () => {
  test("is listed with the record that stood in the way", () => {
    const { a, b, clock } = twoCopies(["A", "B", "C"]);
    a.do({ type: "reparent-task", id: "A", parents: ["B"] });
    clock.now += 1;
    b.do({ type: "reparent-task", id: "B", parents: ["A"] });
    const state = merged(a, b);
    expect(state.conflicts).toMatchObject([
      { kind: "refused", kept: { stamp: `${a.id}:2` }, lost: { stamp: `${b.id}:1`, value: "task.reparented" } },
    ]);
    expect(state.conflicts[0]?.message).toContain("B would wait for itself: B → A → B");
    expect(state.changes.at(-1)).toMatchObject({ type: "conflict.listed", subject: "B" });
    expect(
      a.run({ type: "settle-conflict", conflict: state.conflicts[0]!.id, take: "lost", why: "x" }, person()).refusal
        ?.reason,
    ).toBe("cannot-take");
  });

  test("takes with it what was built upon it, and all of that is listed", () => {
    const { a, b, clock } = twoCopies();
    a.do({ type: "abort-plan", why: "no money" });
    clock.now += 1;
    b.do({ type: "add-tasks", tasks: [{ id: "T1", title: "t" }] });
    clock.now += 1;
    a.do({ type: "reopen-plan" });
    clock.now += 1;
    b.do({ type: "claim-task", id: "T1" });
    b.do({ type: "finish-task", id: "T1" });
    const state = merged(a, b);
    expect(state.tasks.size).toBe(0);
    expect(state.conflicts.map(({ lost }) => lost.stamp)).toEqual([1, 2, 3].map((n) => `${b.id}:${n}`));
  });

  test("is not listed where the race was lost at home, or the record could never have been accepted", () => {
    const { a, b } = twoCopies(["T1"]);
    a.do({ type: "edit-plan", title: "a" });
    const event = { type: "task.claimed", task: b.task("T1").uid };
    const folded = b.own.length;
    b.write([event], b.by, folded);
    b.write([event], writer("codex:c"), folded);
    b.write([{ type: "task.dropped" }]);
    b.write([{ type: "waiver.given", subject: "x", target: "y", why: "z" }]);
    expect(conflictsOf(merged(a, b))).toEqual([]);
  });

  test("a step is not ticked that another copy has meanwhile replaced", () => {
    const { a, b, clock } = twoCopies([{ id: "T1", title: "t", steps: ["read", "write"] }]);
    a.do({ type: "edit-task", id: "T1", fields: { steps: ["write", "read"] } });
    clock.now += 1;
    b.do({ type: "claim-task", id: "T1" });
    b.do({ type: "tick-step", id: "T1", step: "1" });
    const state = merged(a, b);
    expect(taskById(state, "T1")?.steps).toEqual([
      { text: "write", done: false },
      { text: "read", done: false },
    ]);
    expect(state.conflicts).toMatchObject([{ kind: "refused", lost: { value: "task.step-done" } }]);
  });

  test("a note about a task that others meanwhile took is kept as a note", () => {
    const { a, b, clock } = twoCopies(["T1"]);
    a.do({ type: "claim-task", id: "T1" }, worker("claude:w"));
    clock.now += 1;
    b.do({ type: "log-task", id: "T1", text: "mind the dates" });
    const state = merged(a, b);
    expect(taskById(state, "T1")?.log).toMatchObject([{ text: "mind the dates", attempt: 0 }]);
    expect(taskById(state, "T1")?.claim?.renewedAt).toBe(START + MINUTE);
    expect(conflictsOf(state)).toEqual([]);
  });
});

describe("a plan's status in two copies", () => {
  test("agreeing is no conflict", () => {
    for (const command of [
      { type: "pause-plan" },
      { type: "abort-plan", why: "w" },
      { type: "finish-plan" },
    ] as PlanCommand[]) {
      const { a, b, clock } = twoCopies();
      a.do(command);
      clock.now += 1;
      b.do(command);
      expect(conflictsOf(merged(a, b)), command.type).toEqual([]);
    }
  });

  test("work added unaware reopens a done plan, and that it was done is listed", () => {
    const { a, b, clock } = twoCopies();
    a.do({ type: "finish-plan" });
    clock.now += 1;
    b.do({ type: "add-tasks", tasks: [{ id: "T1", title: "more" }] });
    const state = merged(a, b);
    expect(state.status).toBe("active");
    expect(state.conflicts).toMatchObject([
      { kind: "field", field: "status", lost: { value: "done" }, kept: { value: "active" } },
    ]);
    expect(
      a.run({ type: "settle-conflict", conflict: state.conflicts[0]!.id, take: "lost", why: "x" }, person()).refusal
        ?.reason,
    ).toBe("cannot-take");
  });

  test("a done that did not know of open work is refused and listed", () => {
    const { a, b, clock } = twoCopies();
    a.do({ type: "add-tasks", tasks: [{ id: "T1", title: "more" }] });
    clock.now += 1;
    b.do({ type: "finish-plan" });
    const state = merged(a, b);
    expect(state.status).toBe("active");
    expect(state.conflicts).toMatchObject([
      { kind: "refused", kept: { stamp: `${a.id}:2` }, lost: { value: "plan.done" } },
    ]);
  });

  test("an abort over an unseen pause is listed", () => {
    const { a, b, clock } = twoCopies();
    a.do({ type: "pause-plan" });
    clock.now += 1;
    b.do({ type: "abort-plan", why: "w" });
    expect(conflictsOf(merged(a, b))).toEqual(["field status"]);
  });

  test("a conflict cannot change a plan that is put away", () => {
    const { a, b, clock } = twoCopies(["T1"]);
    for (const copy of [a, b]) {
      copy.do({ type: "claim-task", id: "T1" });
      clock.now += 1;
    }
    const [conflict] = merged(a, b).conflicts;
    a.do({ type: "abort-plan", why: "w" });
    const settle = { type: "settle-conflict", conflict: conflict!.id, why: "w" } as const;
    expect(a.run({ ...settle, take: "lost" }, person()).refusal?.reason).toBe("plan-closed");
    a.do({ ...settle, take: "kept" }, person());
  });
});

describe("a task's status in two copies", () => {
  test("done that is sent back unaware goes back, and that it was done is listed", () => {
    const { a, b, clock } = twoCopies(["T1"]);
    a.do({ type: "claim-task", id: "T1" });
    a.do({ type: "implement-task", id: "T1" });
    exchange(a, b);
    a.do({ type: "finish-task", id: "T1" });
    clock.now += 1;
    b.do({ type: "retry-task", id: "T1", note: "dates are wrong" });
    const state = merged(a, b);
    expect(statusOf(state, "T1")).toBe("todo");
    expect(state.conflicts).toMatchObject([
      { kind: "field", field: "status", lost: { value: "done" }, kept: { value: "todo" } },
    ]);
  });

  test("a doubt that the one who sends it back has not heard of stays", () => {
    const { a, b, clock } = twoCopies(["T1"]);
    a.do({ type: "claim-task", id: "T1" });
    a.do({ type: "implement-task", id: "T1" });
    exchange(a, b);
    a.do({ type: "record-confidence", id: "T1", score: 2, why: "dates" });
    clock.now += 1;
    b.do({ type: "retry-task", id: "T1" });
    expect(taskById(merged(a, b), "T1")?.confidence).toMatchObject({ score: 2 });
  });

  test("implemented here and blocked there is listed", () => {
    const { a, b, clock } = twoCopies(["T1"]);
    a.do({ type: "claim-task", id: "T1" });
    exchange(a, b);
    a.do({ type: "implement-task", id: "T1" });
    clock.now += 1;
    b.do({ type: "block-task", id: "T1", ...blocker });
    const state = merged(a, b);
    expect(statusOf(state, "T1")).toBe("blocked");
    expect(conflictsOf(state)).toEqual(["field status"]);
  });

  test("released here and claimed there is no conflict", () => {
    const { a, b, clock } = twoCopies(["T1"]);
    a.do({ type: "claim-task", id: "T1" });
    a.do({ type: "release-task", id: "T1" });
    clock.now += 1;
    b.do({ type: "claim-task", id: "T1" });
    b.do({ type: "finish-task", id: "T1" });
    const state = merged(a, b);
    expect(statusOf(state, "T1")).toBe("done");
    expect(conflictsOf(state)).toEqual([]);
  });
});

describe("a lane in two copies", () => {
  const lane = (title: string): PlanCommand => ({
    type: "create-lane",
    lane: "look",
    kind: "spike",
    title,
    start: true,
  });

  test("opened in both is shared, and the later brief is listed", () => {
    const { a, b, clock } = twoCopies();
    a.do(lane("by a"));
    clock.now += 1;
    b.do(lane("by b"));
    const state = merged(a, b);
    expect([...state.lanes.values()]).toMatchObject([{ title: "by a", status: "running" }]);
    expect(state.conflicts).toMatchObject([{ kind: "field", field: "lanes.look", lost: { value: { title: "by b" } } }]);
  });

  test("ended in both keeps the first result, and the other is listed", () => {
    const { a, b, clock } = twoCopies();
    a.do(lane("look"));
    exchange(a, b);
    a.do({ type: "complete-lane", lane: "look", summary: "by a" });
    clock.now += 1;
    b.do({ type: "complete-lane", lane: "look", summary: "by b" });
    const state = merged(a, b);
    expect(state.lanes.get("look")).toMatchObject({ status: "complete", summary: "by a" });
    expect(state.conflicts).toMatchObject([
      { kind: "refused", kept: { stamp: `${a.id}:3` }, lost: { value: "lane.completed" } },
    ]);
  });

  test("blocked here and cancelled there is listed", () => {
    const { a, b, clock } = twoCopies();
    a.do(lane("look"));
    exchange(a, b);
    a.do({ type: "block-lane", lane: "look", why: "no access" });
    clock.now += 1;
    b.do({ type: "cancel-lane", lane: "look" });
    expect(merged(a, b).conflicts).toMatchObject([
      { field: "lanes.look", lost: { value: { status: "blocked", why: "no access" } } },
    ]);
  });
});
