import { describe, expect, test } from "vitest";
import { blocker, finish, planWith, writer, type Copy } from "../../test/kit/plan.ts";
import {
  ancestorsOf,
  childrenIndex,
  countByStatus,
  criticalPath,
  effectiveNextAction,
  explainWait,
  lastWave,
  openTasks,
  readyTasks,
  tasksInHand,
  touchConflicts,
} from "./graph.ts";
import type { Task } from "./state.ts";

const idsOf = (tasks: readonly Task[]) => tasks.map(({ id }) => id).join(" ");
const readyIn = (copy: Copy) => idsOf(readyTasks(copy.state));

describe("what is ready", () => {
  test("is todo with all parents done, offered by priority, then wave, then order", () => {
    const copy = planWith([
      "A",
      { id: "B", title: "b", priority: 1 },
      "C<A",
      { id: "D", title: "d", parents: ["A"], priority: 0 },
      "E",
    ]);
    expect(readyIn(copy)).toBe("B A E");
    finish(copy, "A");
    expect(readyIn(copy)).toBe("D B E C");
    copy.do({ type: "claim-task", id: "D" });
    copy.do({ type: "drop-task", id: "E" });
    expect(readyIn(copy)).toBe("B C");
  });

  test("is nothing in a plan that rests, or behind what failed, is blocked, dropped or in doubt", () => {
    const copy = planWith(["A", "B<A", "C<A"]);
    copy.do({ type: "pause-plan" });
    expect(readyIn(copy)).toBe("");
    copy.do({ type: "resume-plan" });
    copy.do({ type: "block-task", id: "A", ...blocker });
    expect(readyIn(copy)).toBe("");
    copy.write([{ type: "task.dropped", task: copy.task("A").uid }]);
    expect(explainWait(copy.state, copy.task("B"))).toMatchObject([{ reason: "parent", text: "A: dropped" }]);
    copy.do({ type: "reparent-task", id: "B", parents: [] });
    expect(readyIn(copy)).toBe("B");
  });

  test("the plan may stop at the first blocked task, and says which", () => {
    const copy = planWith(["A", "B"]);
    copy.do({ type: "edit-plan", onBlocked: "stop" });
    copy.do({ type: "block-task", id: "A", ...blocker });
    expect(readyIn(copy)).toBe("");
    expect(explainWait(copy.state, copy.task("B"))).toMatchObject([
      { reason: "blocked-elsewhere", text: "A: blocked" },
    ]);
  });

  test("what is not todo explains itself", () => {
    const copy = planWith(["A"]);
    finish(copy, "A");
    expect(explainWait(copy.state, copy.task("A"))).toMatchObject([{ reason: "status", text: "A: done" }]);
  });
});

describe("ways through the graph", () => {
  test("ancestors come nearest first, each once", () => {
    const copy = planWith(["A", "B<A", "C<A", "D<B,C", "E<D,A"]);
    expect(idsOf(ancestorsOf(copy.state, copy.task("E")))).toBe("D A B C");
    expect(
      childrenIndex(copy.state)
        .get(copy.task("A").uid)
        ?.map(({ id }) => id),
    ).toEqual(["B", "C", "E"]);
  });

  test("the critical path is the longest chain of what is open", () => {
    const copy = planWith(["A", "B<A", "C<B", "X", "Y<X"]);
    expect(idsOf(criticalPath(copy.state))).toBe("A B C");
    finish(copy, "A");
    finish(copy, "B");
    expect(idsOf(criticalPath(copy.state))).toBe("X Y");
    copy.do({ type: "drop-task", id: "X", children: "cascade" });
    expect(idsOf(criticalPath(copy.state))).toBe("C");
    finish(copy, "C");
    expect(criticalPath(copy.state)).toEqual([]);
  });

  test("a long chain, and a dense one, take no long time", () => {
    const chain = planWith(Array.from({ length: 3000 }, (_, n) => `T${n}${n === 0 ? "" : `<T${n - 1}`}`));
    expect(criticalPath(chain.state)).toHaveLength(3000);
    const layer = (n: number) => [`A${n}`, `B${n}`].map((id) => `${id}${n === 0 ? "" : `<A${n - 1},B${n - 1}`}`);
    const dense = planWith(Array.from({ length: 40 }, (_, n) => layer(n)).flat());
    for (let n = 0; n < 40; n += 1) for (const id of [`A${n}`, `B${n}`]) finish(dense, id);
    dense.do({ type: "retry-task", id: "A0" });
    expect(dense.task("A0").wave).toBe(41);
  });

  test("counts and lists", () => {
    const copy = planWith(["A", "B", "C<A"]);
    copy.do({ type: "claim-task", id: "B" });
    finish(copy, "A");
    expect(countByStatus(copy.state)).toEqual({
      todo: 1,
      in_progress: 1,
      implemented: 0,
      done: 1,
      blocked: 0,
      failed: 0,
      dropped: 0,
    });
    expect(idsOf(openTasks(copy.state))).toBe("B C");
    expect(idsOf(tasksInHand(copy.state))).toBe("B");
    expect(lastWave(copy.state.tasks.values())).toBe(2);
  });
});

describe("tasks of one wave that touch the same path", () => {
  const conflictsIn = (...touches: readonly (readonly string[])[]) => {
    const copy = planWith(touches.map((paths, n) => ({ id: `T${n + 1}`, title: "t", touches: paths })));
    return touchConflicts(copy.state).map(({ path, tasks, wave }) => `${wave} ${path}: ${idsOf(tasks)}`);
  };

  test("are shown, whichever way the path is written", () => {
    expect(conflictsIn(["src/a.ts"], ["./src//a.ts", "src/b.ts"], ["src/c.ts"])).toEqual(["1 src/a.ts: T1 T2"]);
    expect(conflictsIn(["src/"], ["src"])).toEqual(["1 src: T1 T2"]);
  });

  test("a folder covers what is in it, and the dot everything", () => {
    expect(conflictsIn(["src/auth"], ["src/auth/token.ts"], ["src/authority.ts"])).toEqual([
      "1 src/auth/token.ts: T2 T1",
    ]);
    expect(conflictsIn(["src/**"], ["src/a/b.ts"])).toEqual(["1 src/a/b.ts: T2 T1"]);
    expect(conflictsIn(["."], ["a.ts"])).toEqual(["1 a.ts: T2 T1"]);
  });

  test("in different waves, or done, are none", () => {
    const copy = planWith([
      { id: "A", title: "a", touches: ["x"] },
      { id: "B", title: "b", touches: ["x"], parents: ["A"] },
      { id: "C", title: "c", touches: ["x"] },
    ]);
    expect(touchConflicts(copy.state)).toHaveLength(1);
    finish(copy, "A");
    expect(touchConflicts(copy.state)).toEqual([]);
  });
});

describe("what comes next", () => {
  test("is what was recorded", () => {
    const copy = planWith(["A"]);
    copy.do({ type: "record-next", what: "look", file: "a.ts" });
    copy.do({ type: "claim-task", id: "A" });
    expect(effectiveNextAction(copy.state)).toEqual({ what: "look", file: "a.ts", computed: false });
  });

  test("or the plan's gate once all tasks are done, until the plan is", () => {
    const copy = planWith(["A"]);
    finish(copy, "A");
    expect(effectiveNextAction(copy.state)?.what).toContain("holdfast gate plan");
    copy.do({ type: "finish-plan" });
    expect(effectiveNextAction(copy.state)).toBeUndefined();
    expect(effectiveNextAction(planWith().state)).toBeUndefined();
  });

  test("or the next step of the task in hand, one's own first, marked as computed", () => {
    const copy = planWith([
      { id: "A", title: "first", steps: ["read", "write"], touches: ["src/a.ts"] },
      { id: "B", title: "second" },
      "C",
    ]);
    expect(effectiveNextAction(copy.state)).toMatchObject({ what: "A: read", file: "src/a.ts", computed: true });
    copy.do({ type: "claim-task", id: "B" }, writer("codex:two"));
    expect(effectiveNextAction(copy.state, "claude:one")).toMatchObject({ what: "B: second", computed: true });
    copy.do({ type: "claim-task", id: "A" });
    copy.do({ type: "tick-step", id: "A", step: "1" });
    expect(effectiveNextAction(copy.state, "codex:two")).toMatchObject({ what: "B: second" });
    expect(effectiveNextAction(copy.state, "claude:one")).toMatchObject({ what: "A: write", file: "src/a.ts" });
  });

  test("or nothing", () => {
    expect(effectiveNextAction(planWith().state)).toBeUndefined();
  });
});
