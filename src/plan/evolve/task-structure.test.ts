import { describe, expect, test } from "vitest";
import { blocker, finish, planWith, type Copy } from "../../../test/kit/plan.ts";
import type { PlanCommand } from "../commands.ts";

const refusalOf = (copy: Copy, command: PlanCommand) => copy.run(command).refusal;
const parentsOf = (copy: Copy, id: string) => copy.task(id).parents.map((uid) => copy.state.tasks.get(uid)!.id);

describe("adding tasks", () => {
  test("keeps everything that was given, fields unknown to this program included", () => {
    const copy = planWith();
    const given = {
      title: "Research",
      description: "look around",
      kind: "research",
      steps: ["read", "write"],
      priority: 0,
      touches: ["src/a.ts"],
      agent: "explorer",
      promptPrefix: "Be brief",
      model: "large",
      outputPaths: ["docs/out.md"],
      extra: { estimate: 3, __proto__: "x", nested: { deep: [1] } },
    };
    copy.do({ type: "add-tasks", tasks: [{ id: "research-apis", ...given }] });
    const { steps, ...rest } = given;
    expect(copy.task("RESEARCH-APIS")).toMatchObject({ id: "research-apis", status: "todo", ...rest });
    expect(copy.task("research-apis").steps).toEqual(steps.map((text) => ({ text, done: false })));
    copy.restart();
    expect(copy.task("research-apis").extra).toEqual(given.extra);
  });

  test("gives ids where none are given, and never one that is taken", () => {
    const copy = planWith(["t2"]);
    copy.do({ type: "add-tasks", tasks: [{ title: "a" }, { id: "T3", title: "b" }, { title: "c" }] });
    expect([...copy.state.tasks.values()].map(({ id }) => id)).toEqual(["t2", "T1", "T3", "T4"]);
  });

  test("takes parents in any order and by any case, each once", () => {
    const copy = planWith(["C<b,A,B", "A", "B<a"]);
    expect(parentsOf(copy, "C")).toEqual(["B", "A"]);
    expect(copy.task("C").wave).toBe(3);
  });

  test("is all or nothing: one bad event of a record leaves the plan as it was", () => {
    const copy = planWith(["T1"]);
    const bad = copy.write([
      { type: "task.added", id: "T2", title: "fine", parents: [] },
      { type: "task.added", id: "T3", title: "not", parents: ["nowhere.0"] },
    ]);
    expect(bad.refusal).toMatchObject({ reason: "unknown-parent" });
    expect([...copy.state.ids.keys()]).toEqual(["t1"]);
    expect(copy.state.revision).toBe(1);
  });

  test("refuses an id that differs by case only, or that could leave its folder", () => {
    const copy = planWith(["T1"]);
    expect(copy.write([{ type: "task.added", id: "t1", title: "x", parents: [] }]).refusal?.reason).toBe(
      "duplicate-id",
    );
    for (const id of ["..", "../x", "a/b", "a\\b", "", "-x", "x.", "a..b", "CON", "nul.txt", "a\n", "x".repeat(65)]) {
      expect(copy.write([{ type: "task.added", id, title: "x", parents: [] }]).refusal?.reason, id).toBe("bad-id");
    }
  });

  test("refuses an order from which no neighbour could be told apart", () => {
    const copy = planWith(["T1"]);
    for (const order of [1e308, -1e308, 2 ** 41]) {
      expect(copy.write([{ type: "task.added", id: "T2", title: "x", parents: [], order }]).refusal?.reason).toBe(
        "bad-value",
      );
      expect(copy.write([{ type: "task.reordered", task: copy.task("T1").uid, order }]).refusal?.reason).toBe(
        "bad-value",
      );
    }
  });
});

describe("editing a task", () => {
  test("changes what is named, clears what is named, and says which record did it", () => {
    const copy = planWith([{ id: "T1", title: "old", description: "long", agent: "a" }]);
    copy.do({ type: "edit-task", id: "t1", fields: { title: "new", extra: { a: 1 } }, clear: ["description"] });
    copy.do({ type: "edit-task", id: "T1", fields: { extra: { b: 2 } } });
    expect(copy.task("T1")).toMatchObject({ title: "new", agent: "a", extra: { a: 1, b: 2 } });
    expect(copy.task("T1")).not.toHaveProperty("description");
    expect(copy.task("T1").stamps).toMatchObject({
      added: `${copy.id}:1`,
      title: `${copy.id}:2`,
      description: `${copy.id}:2`,
    });
  });

  test("keeps each tick of a step that still stands, once", () => {
    const copy = planWith([{ id: "T1", title: "t", steps: ["a", "b", "a"] }]);
    copy.do({ type: "claim-task", id: "T1" });
    for (const step of ["1", "2"]) copy.do({ type: "tick-step", id: "T1", step });
    copy.do({ type: "release-task", id: "T1" });
    copy.do({ type: "edit-task", id: "T1", fields: { steps: ["c", "a", "a", "b"] } });
    expect(copy.task("T1").steps.map(({ text, done }) => `${text}${done ? "+" : ""}`)).toEqual(["c", "a+", "a", "b+"]);
  });

  test("leaves description, steps, output paths and parents alone while somebody is at it, and once it is done", () => {
    const copy = planWith([{ id: "T1", title: "t", steps: ["a"] }, "T2"]);
    const asked: PlanCommand[] = [
      { type: "edit-task", id: "T1", fields: { description: "other" } },
      { type: "edit-task", id: "T1", fields: { steps: [] } },
      { type: "edit-task", id: "T1", fields: { outputPaths: ["x"] } },
      { type: "edit-task", id: "T1", fields: {}, clear: ["description"] },
      { type: "reparent-task", id: "T1", parents: ["T2"] },
      { type: "drop-task", id: "T1" },
    ];
    const expectFrozen = (hint: string) => {
      for (const command of asked) expect(refusalOf(copy, command)).toMatchObject({ reason: "task-under-way" });
      expect(refusalOf(copy, asked[0]!)?.hint).toContain(hint);
      expect(refusalOf(copy, asked[0]!)?.message).toContain("its description does not change");
      expect(refusalOf(copy, asked[1]!)?.message).toContain("its steps do not change");
      copy.do({ type: "edit-task", id: "T1", fields: { title: "clearer", touches: ["a"], priority: 1 } });
    };
    copy.do({ type: "claim-task", id: "T1" });
    expectFrozen("release T1");
    copy.do({ type: "implement-task", id: "T1" });
    expectFrozen("retry T1");
    copy.do({ type: "finish-task", id: "T1" });
    expectFrozen("retry T1");
    copy.do({ type: "retry-task", id: "T1" });
    for (const command of asked) copy.do(command);
    expect(copy.task("T1").status).toBe("dropped");
  });
});

describe("parents", () => {
  test("a cycle is refused with the way round", () => {
    const copy = planWith(["A", "B<A", "C<B", "D"]);
    const refusal = refusalOf(copy, { type: "reparent-task", id: "A", parents: ["D", "C"] });
    expect(refusal?.reason).toBe("cycle");
    expect(refusal?.message).toBe("A would wait for itself: A → B → C → A");
    expect(refusalOf(copy, { type: "reparent-task", id: "A", parents: ["a"] })?.reason).toBe("cycle");
    const uid = copy.task("A").uid;
    expect(copy.write([{ type: "task.reparented", task: uid, parents: [uid] }]).refusal?.reason).toBe("cycle");
    expect(parentsOf(copy, "A")).toEqual([]);
  });

  test("all that are wrong are named, with their places", () => {
    const copy = planWith(["A", "research", "B"]);
    const refusal = refusalOf(copy, { type: "reparent-task", id: "A", parents: ["reserch", "B", "A"] });
    expect(refusal?.details).toMatchObject([
      { reason: "unknown-parent", place: "parents[0]", hint: "did you mean research?" },
      { reason: "cycle", place: "parents[2]" },
    ]);
  });
});

describe("dropping and restoring", () => {
  test("a dropped task stays, counts no more, and may come back as it was", () => {
    const copy = planWith(["T1", "T2"]);
    copy.do({ type: "block-task", id: "T1", ...blocker });
    copy.do({ type: "drop-task", id: "T1", why: "not needed" });
    expect(copy.task("T1").status).toBe("dropped");
    expect(refusalOf(copy, { type: "drop-task", id: "T1" })?.reason).toBe("already-dropped");
    const { uid } = copy.task("T1");
    const restore = (status: string) => copy.write([{ type: "task.restored", task: uid, status }]).refusal?.reason;
    for (const status of ["done", "in_progress", "failed", "__proto__"])
      expect(restore(status), status).toBe("bad-value");
    expect(restore("blocked")).toBeUndefined();
    expect(copy.task("T1").status).toBe("blocked");
    expect(refusalOf(copy, { type: "restore-task", id: "T1" })?.reason).toBe("not-dropped");
  });

  test("with children it is refused, unless they are detached or dropped too", () => {
    const copy = planWith(["A", "B<A", "C<B,X", "X", "D<A"]);
    expect(refusalOf(copy, { type: "drop-task", id: "A" })).toMatchObject({
      reason: "has-children",
      message: "B, D depend on A",
      hint: expect.stringMatching(/--detach.*--cascade/),
    });
    copy.do({ type: "drop-task", id: "B", children: "detach" });
    expect(parentsOf(copy, "C")).toEqual(["X"]);
    copy.do({ type: "restore-task", id: "B" });
    copy.do({ type: "reparent-task", id: "C", parents: ["B"] });
    copy.do({ type: "drop-task", id: "A", children: "cascade" });
    const statuses = [...copy.state.tasks.values()].map(({ id, status }) => `${id} ${status}`);
    expect(statuses).toEqual(["A dropped", "B dropped", "X todo", "C dropped", "D dropped"]);
  });

  test("a cascade stops at the whole, where one of them is under way", () => {
    const copy = planWith(["A", "B<A"]);
    finish(copy, "A");
    copy.do({ type: "claim-task", id: "B" });
    copy.do({ type: "retry-task", id: "A" });
    expect(refusalOf(copy, { type: "drop-task", id: "A", children: "cascade" })?.reason).toBe("task-under-way");
    expect(copy.task("A").status).toBe("todo");
  });
});

describe("order", () => {
  const sorted = (copy: Copy) =>
    [...copy.state.tasks.values()]
      .sort((a, b) => a.order - b.order)
      .map(({ id }) => id)
      .join("");

  test("a task goes before or after another, and priority is its own", () => {
    const copy = planWith(["A", "B", "C", "D"]);
    copy.do({ type: "reorder-task", id: "D", before: "B" });
    expect(sorted(copy)).toBe("ADBC");
    copy.do({ type: "reorder-task", id: "A", after: "C", priority: 0 });
    expect(sorted(copy)).toBe("DBCA");
    expect(copy.task("A").priority).toBe(0);
    copy.do({ type: "reorder-task", id: "C", before: "D" });
    expect(sorted(copy)).toBe("CDBA");
    expect(copy.run({ type: "reorder-task", id: "A", before: "A" }).advice).toBe("nothing to change");
    expect(refusalOf(copy, { type: "reorder-task", id: "A", priority: 7 })).toMatchObject({
      reason: "bad-value",
      place: "priority",
    });
  });

  test("there is always room, however often it is halved", () => {
    const copy = planWith(["A", "B", "C"]);
    for (let n = 0; n < 120; n += 1) {
      copy.do({ type: "reorder-task", id: n % 2 === 0 ? "C" : "B", after: "A" });
      expect(sorted(copy)).toBe(n % 2 === 0 ? "ACB" : "ABC");
    }
    expect(new Set([...copy.state.tasks.values()].map(({ order }) => order)).size).toBe(3);
  });

  test("tasks of one order are told apart before one of them moves", () => {
    const copy = planWith(["A", "B", "C"]);
    const events = ["A", "B", "C"].map((id) => ({ type: "task.reordered", task: copy.task(id).uid, order: 5 }));
    copy.write(events);
    copy.do({ type: "reorder-task", id: "C", after: "A" });
    expect(sorted(copy)).toBe("ACB");
  });
});
