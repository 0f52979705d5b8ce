import { describe, expect, test } from "vitest";
import { blocker, Copy, exchange, merged, MINUTE, person, textOf, twoCopies, writer } from "../../../test/kit/plan.ts";
import type { PlanCommand } from "../commands.ts";
import { taskById } from "../graph.ts";
import type { Conflict, PlanState } from "../state.ts";

const HOUR = 60 * MINUTE;
const brief = ({ kind, field, settled }: Conflict) =>
  [kind, field, settled?.take].filter((part) => part !== undefined).join(" ");
const conflictsOf = (state: PlanState) => state.conflicts.map(brief);
const statusOf = (state: PlanState, id: string) => taskById(state, id)?.status;

/** Both claim T1 without knowing of each other; a is first. */
function contested() {
  const copies = twoCopies([{ id: "T1", title: "t", steps: ["one", "two"] }, "T2<T1"]);
  copies.a.do({ type: "claim-task", id: "T1" });
  copies.clock.now += 1;
  copies.b.do({ type: "claim-task", id: "T1" });
  copies.clock.now += 1;
  return copies;
}

describe("one task claimed in two copies", () => {
  test("goes to the first, with the second kept beside it and the conflict listed", () => {
    const { a, b } = contested();
    const fences = [a.fence("T1"), b.fence("T1")];
    const state = merged(a, b);
    expect(taskById(state, "T1")).toMatchObject({
      status: "in_progress",
      claim: { session: "claude:a", fence: fences[0] },
      rival: { session: "codex:b", fence: fences[1], status: "in_progress" },
    });
    expect(state.conflicts).toMatchObject([
      {
        kind: "claim",
        kept: { stamp: `${a.id}:2`, value: "claude:a" },
        lost: { stamp: `${b.id}:1`, value: "codex:b" },
        message: "T1 was claimed in two copies of the plan: by claude:a, and by codex:b",
      },
    ]);
    expect(b.run({ type: "claim-task", id: "T1" }).advice).toContain("contested between you and claude:a");
  });

  test("both go on in their own attempts, with and without naming them", () => {
    const { a, b } = contested();
    for (const copy of [a, b]) {
      copy.do({ type: "tick-step", id: "T1", step: copy === a ? "1" : "2" });
      copy.do({ type: "log-task", id: "T1", text: `by ${copy.id}` });
    }
    const state = merged(a, b);
    expect(taskById(state, "T1")).toMatchObject({
      steps: [{ done: true }, { done: true }],
      log: [
        { text: `by ${a.id}`, attempt: 1 },
        { text: `by ${b.id}`, attempt: 2 },
      ],
    });
    b.do({ type: "start-task", id: "T1", fence: taskById(b.state, "T1")!.rival!.fence });
    expect(taskById(b.state, "T1")?.rival?.startedAt).toBe(b.clock.now);
    expect(conflictsOf(b.state)).toEqual(["claim"]);
  });

  test("what is done beats a bare claim, whichever claim came first", () => {
    for (const winner of ["a", "b"] as const) {
      const copies = contested();
      copies[winner].do({ type: "finish-task", id: "T1" });
      const state = merged(copies.a, copies.b);
      const session = copies[winner].by.session;
      const task = taskById(state, "T1");
      expect(task).toMatchObject({ status: "done", proof: "claimed" });
      expect(task?.attempts.map(({ session, end }) => [session, end])).toEqual([
        [copies[winner === "a" ? "b" : "a"].by.session, "lost-merge"],
        [session, "done"],
      ]);
      expect(task).not.toHaveProperty("rival");
      expect(task).not.toHaveProperty("claim");
      expect(conflictsOf(state)).toEqual([`claim ${winner === "a" ? "kept" : "lost"}`]);
      expect(taskById(state, "T2")?.wave).toBe(2);
      expect(state.passedWaves).toBe(1);
    }
  });

  test("the loser's later writes are listed, not dropped", () => {
    const { a, b, clock } = contested();
    a.do({ type: "finish-task", id: "T1" });
    clock.now += 1;
    b.do({ type: "add-output", id: "T1", name: "output.md", text: "work" });
    b.do({ type: "implement-task", id: "T1" });
    const state = merged(a, b);
    expect(statusOf(state, "T1")).toBe("done");
    expect(conflictsOf(state)).toEqual(["claim kept", "refused"]);
    expect(state.conflicts[1]).toMatchObject({
      lost: { stamp: `${b.id}:3`, value: "task.implemented" },
      message: expect.stringContaining("refused in the merge: T1 is done"),
    });
  });

  test("where both are done a person decides, and meanwhile the first stands", () => {
    for (const take of ["kept", "lost"] as const) {
      const { a, b, clock } = contested();
      for (const copy of [a, b]) {
        copy.do({ type: "implement-task", id: "T1" });
        clock.now += 1;
      }
      for (const copy of [a, b]) {
        copy.do({ type: "finish-task", id: "T1" });
        clock.now += 1;
      }
      const state = merged(a, b);
      expect(taskById(state, "T1")).toMatchObject({ status: "done", rival: { session: "codex:b", status: "done" } });
      expect(conflictsOf(state)).toEqual(["claim"]);
      a.do({ type: "settle-conflict", conflict: state.conflicts[0]!.id, take, why: "read both" }, person());
      expect(a.task("T1")).toMatchObject({ status: "done", proof: "claimed" });
      expect(a.task("T1").attempts.at(-1)?.session).toBe(take === "kept" ? "claude:a" : "codex:b");
      expect(a.task("T1").attempts).toHaveLength(2);
      expect(a.state.conflicts[0]?.settled).toEqual({ take, why: "read both", by: "ada" });
    }
  });

  test("what is done beats what is only implemented, and that is listed", () => {
    const { a, b, clock } = contested();
    a.do({ type: "implement-task", id: "T1" });
    clock.now += 1;
    b.do({ type: "finish-task", id: "T1" });
    const state = merged(a, b);
    expect(taskById(state, "T1")).toMatchObject({
      status: "done",
      attempts: [{ session: "claude:a" }, { session: "codex:b" }],
    });
    expect(conflictsOf(state)).toEqual(["claim lost", "field status"]);
  });

  test("the first letting go gives the task to the second", () => {
    const { a, b } = contested();
    a.do({ type: "release-task", id: "T1", note: "yours" });
    const state = merged(a, b);
    expect(taskById(state, "T1")).toMatchObject({ status: "in_progress", claim: { session: "codex:b" } });
    expect(taskById(state, "T1")).not.toHaveProperty("rival");
    expect(conflictsOf(state)).toEqual(["claim lost"]);
    b.do({ type: "finish-task", id: "T1", fence: b.fence("T1") });
  });

  test("the first being unblocked gives it to the second, who went on meanwhile", () => {
    const { a, b, clock } = contested();
    a.do({ type: "block-task", id: "T1", ...blocker });
    clock.now += 1;
    b.do({ type: "implement-task", id: "T1" });
    expect(taskById(merged(a, b), "T1")).toMatchObject({ status: "blocked", rival: { status: "implemented" } });
    a.do({ type: "unblock-task", id: "T1" });
    expect(a.task("T1")).toMatchObject({
      status: "implemented",
      attempts: [{ end: "blocked" }, { session: "codex:b" }],
    });
    expect(conflictsOf(a.state)).toEqual(["claim lost"]);
  });

  test("the second letting go, failing or being blocked leaves the first, and its words are kept", () => {
    const ends: Record<string, PlanCommand> = {
      released: { type: "release-task", id: "T1", note: "not for me" },
      failed: { type: "fail-task", id: "T1", why: "cannot" },
      blocked: { type: "block-task", id: "T1", ...blocker },
    };
    for (const [end, command] of Object.entries(ends)) {
      const { a, b } = contested();
      b.do(command);
      const state = merged(a, b);
      const task = taskById(state, "T1");
      expect(task).toMatchObject({ status: "in_progress", claim: { session: "claude:a" } });
      expect(task?.attempts).toMatchObject([{ session: "codex:b", end }]);
      expect(task?.blockers).toMatchObject(end === "blocked" ? [blocker] : []);
      expect(conflictsOf(state)).toEqual(["claim kept"]);
    }
  });

  test("dropping or retrying it ends both attempts", () => {
    for (const type of ["drop-task", "retry-task"] as const) {
      const { a, b } = contested();
      a.do({ type: "block-task", id: "T1", ...blocker });
      merged(a, b);
      a.do({ type, id: "T1", children: "detach" });
      expect(a.task("T1")).not.toHaveProperty("rival");
      expect(a.task("T1").attempts.map(({ end }) => end)).toContain("lost-merge");
      expect(conflictsOf(a.state)).toEqual(["claim kept"]);
    }
  });

  test("a person puts the second in force, even over what the first calls done", () => {
    const { a, b, clock } = contested();
    b.do({ type: "implement-task", id: "T1" });
    clock.now += 1;
    a.do({ type: "finish-task", id: "T1" });
    a.do({ type: "claim-task", id: "T2" });
    const { conflicts } = merged(a, b);
    a.do({ type: "settle-conflict", conflict: conflicts[0]!.id, take: "lost", why: "a is wrong" }, person());
    expect(a.task("T1")).toMatchObject({ status: "implemented", wave: 2 });
    expect(a.task("T1")).not.toHaveProperty("proof");
    expect(a.task("T2").wave).toBe(3);
    expect(a.state.passedWaves).toBe(1);
  });

  test("a third claim is listed with all that follows from it, and takes nobody else's", () => {
    const { a, b, clock } = twoCopies(["T1"]);
    const c = new Copy({ n: 2, clock, by: writer("third:c") });
    c.absorb(b);
    for (const copy of [a, b, c]) {
      copy.do({ type: "claim-task", id: "T1" });
      clock.now += 1;
    }
    c.do({ type: "log-task", id: "T1", text: "mine" });
    c.do({ type: "finish-task", id: "T1" });
    exchange(a, b);
    exchange(a, c);
    b.absorb(c);
    expect(textOf(b.state)).toBe(textOf(c.state));
    expect(c.task("T1")).toMatchObject({
      status: "in_progress",
      claim: { session: "claude:a" },
      rival: { session: "codex:b" },
      log: [{ text: "mine" }],
    });
    expect(conflictsOf(c.state)).toEqual(["claim", "refused", "refused"]);
  });

  test("a takeover that another copy did not know of is listed on its side", () => {
    const { a, b, clock } = twoCopies(["T1"]);
    a.do({ type: "claim-task", id: "T1" });
    exchange(a, b);
    clock.now += HOUR;
    b.do({ type: "claim-task", id: "T1", takeOver: true });
    clock.now += 1;
    a.do({ type: "finish-task", id: "T1" });
    const state = merged(a, b);
    expect(taskById(state, "T1")).toMatchObject({ status: "in_progress", claim: { session: "codex:b" } });
    expect(conflictsOf(state)).toEqual(["refused"]);
    expect(state.conflicts[0]?.lost.value).toBe("task.implemented, task.done");
  });

  test("a takeover loses to a holder who had renewed the lease unseen", () => {
    const { a, b, clock } = twoCopies(["T1"]);
    a.do({ type: "claim-task", id: "T1" });
    exchange(a, b);
    clock.now += HOUR;
    a.do({ type: "log-task", id: "T1", text: "still at it" });
    clock.now += 1;
    b.do({ type: "claim-task", id: "T1", takeOver: true });
    const state = merged(a, b);
    expect(taskById(state, "T1")?.claim?.session).toBe("claude:a");
    expect(conflictsOf(state)).toEqual(["refused"]);
  });

  test("two contests in one record are two conflicts", () => {
    const { a, b, clock } = twoCopies(["T1", "T2"]);
    for (const copy of [a, b]) {
      copy.write(["T1", "T2"].map((id) => ({ type: "task.claimed", task: copy.task(id).uid })));
      clock.now += 1;
    }
    const { conflicts } = merged(a, b);
    a.do({ type: "settle-conflict", conflict: conflicts[0]!.id, take: "lost", why: "b is further" }, person());
    expect(a.task("T1").claim?.session).toBe("codex:b");
    expect(a.task("T2").claim?.session).toBe("claude:a");
    expect(conflictsOf(a.state)).toEqual(["claim lost", "claim"]);
  });
});
