import { describe, expect, test } from "vitest";
import { Copy, planWith, textOf } from "../../../test/kit/plan.ts";
import type { PlanCommand, TaskInput } from "../commands.ts";
import type { Refusal } from "../refusal.ts";

const placesOf = (refusal: Refusal | undefined) =>
  (refusal?.details ?? [refusal]).map((each) => `${each?.place} ${each?.reason}`);
const adding = (copy: Copy, tasks: readonly unknown[]) =>
  copy.run({ type: "add-tasks", tasks: tasks as readonly TaskInput[] }).refusal;

describe("input with errors", () => {
  test("names all of them, each with its place, and changes nothing", () => {
    const copy = planWith(["T1", "research"]);
    const before = textOf(copy.state);
    const refusal = adding(copy, [
      { id: "t1", title: "taken" },
      { id: "../x", title: "" },
      { id: "A", title: "a", parents: ["reserch", "A"], priority: 5 },
      { id: "a", title: "x".repeat(301) },
    ]);
    expect(refusal?.message).toBe("8 errors in the tasks; nothing was changed");
    expect(placesOf(refusal)).toEqual([
      "tasks[0].id duplicate-id",
      "tasks[1].id bad-id",
      "tasks[1].title bad-value",
      "tasks[2].priority bad-value",
      "tasks[2].parents[0] unknown-parent",
      "tasks[2].parents[1] cycle",
      "tasks[3].id duplicate-id",
      "tasks[3].title bad-value",
    ]);
    expect(refusal?.details?.[4]?.hint).toBe("did you mean research?");
    expect(textOf(copy.state)).toBe(before);
  });

  test("one error is told alone", () => {
    expect(adding(planWith(), [{ title: "x", parents: ["nope"] }])).toMatchObject({
      reason: "unknown-parent",
      message: 'T1: there is no task "nope" to depend on',
      place: "tasks[0].parents[0]",
    });
  });

  test("never suggests that a task should depend on itself", () => {
    const copy = planWith(["A1"]);
    const tasks = [{ id: "A2", title: "x", parents: ["A9"] }];
    expect(adding(copy, tasks)?.hint).toBe("did you mean A1?");
    expect(copy.run({ type: "reparent-task", id: "A1", parents: ["A9"] }).refusal?.hint).toBe("holdfast task list");
  });

  test("no task is called what the plan is called", () => {
    expect(adding(planWith(), [{ id: "Plan", title: "x" }])).toMatchObject({ reason: "bad-id", place: "tasks[0].id" });
    expect(adding(planWith(), [{ id: "plans", title: "x" }])).toBeUndefined();
  });

  test("of the wrong types is told as such", () => {
    const refusal = adding(planWith(), [
      "T1",
      null,
      { id: 5, title: 7, steps: "one", parents: "T1", priority: "2" },
      { title: "x", parents: [1], touches: {}, extra: [], description: null },
    ]);
    expect(placesOf(refusal)).toEqual([
      "tasks[0] bad-value",
      "tasks[1] bad-value",
      ...["id", "title", "steps", "priority", "parents"].map((field) => `tasks[2].${field} bad-value`),
      ...["description", "touches", "extra", "parents"].map((field) => `tasks[3].${field} bad-value`),
    ]);
    expect(refusal?.details?.[6]?.message).toBe("a task's parents is a list of texts");
  });

  test("of a plan names plan and tasks together", () => {
    const { refusal } = new Copy().run({
      type: "create-plan",
      slug: "No Slug",
      title: " ",
      planType: "party" as never,
      onBlocked: "shout" as never,
      leaseMs: -1,
      repos: "api" as never,
      brief: { goal: 5 as never, acceptance: "tests" as never },
      tasks: [{ title: "" }],
    });
    expect(placesOf(refusal)).toEqual([
      "slug bad-slug",
      ...["title", "planType", "onBlocked", "leaseMs", "repos", "brief.goal", "brief.acceptance", "tasks[0].title"].map(
        (place) => `${place} bad-value`,
      ),
    ]);
    const edit = planWith().run({ type: "edit-plan", title: "", leaseMs: Number.NaN }).refusal;
    expect(placesOf(edit)).toEqual(["title bad-value", "leaseMs bad-value"]);
  });

  test("of an edit names its fields, and cannot pass for another event", () => {
    const copy = planWith(["T1", "T2"]);
    const edit = (fields: object) => copy.run({ type: "edit-task", id: "T1", fields });
    expect(placesOf(edit({ title: "", priority: 9 }).refusal)).toEqual(["title bad-value", "priority bad-value"]);
    expect(placesOf(edit({ steps: [1], touches: "x" }).refusal)).toEqual(["steps bad-value", "touches bad-value"]);
    const smuggled = edit({
      title: "new",
      type: "task.dropped",
      task: copy.task("T2").uid,
      status: "done",
      parents: ["T2"],
    });
    expect(smuggled.record?.events).toEqual([{ type: "task.edited", task: copy.task("T1").uid, title: "new" }]);
    expect(edit({ unknown: 1, constructor: 2 }).advice).toBe("nothing to change");
    expect(edit({}).advice).toBe("nothing to change");
    copy.do({ type: "edit-plan", brief: { goal: "g", type: "plan.aborted", why: "w" } as never });
    expect(copy.state).toMatchObject({ status: "active", brief: { goal: "g" } });
  });
});

describe("tasks that wait for each other", () => {
  test("are refused with the way round, in the direction in which work flows", () => {
    const refusal = adding(planWith(["T1"]), [
      { id: "A", title: "a", parents: ["C", "T1"] },
      { id: "B", title: "b", parents: ["A"] },
      { id: "C", title: "c", parents: ["b"] },
      { id: "D", title: "d", parents: ["A"] },
    ]);
    expect(refusal).toMatchObject({ reason: "cycle", place: "tasks[0].parents" });
    expect(refusal?.message).toBe("these tasks wait for each other: A → B → C → A");
  });

  test("every round is named", () => {
    const refusal = adding(planWith(), [
      { id: "A", title: "a", parents: ["B"] },
      { id: "B", title: "b", parents: ["A"] },
      { id: "C", title: "c", parents: ["D"] },
      { id: "D", title: "d", parents: ["C"] },
      { id: "E", title: "e", parents: ["E"] },
    ]);
    expect(placesOf(refusal)).toEqual([
      "tasks[4].parents[0] cycle",
      "tasks[0].parents cycle",
      "tasks[2].parents cycle",
    ]);
  });

  test("a thousand in a chain, given backwards, are added parents first", () => {
    const copy = planWith();
    const tasks = Array.from({ length: 1000 }, (_, n) => ({
      id: `T${n}`,
      title: "t",
      ...(n === 999 ? {} : { parents: [`T${n + 1}`] }),
    }));
    copy.do({ type: "add-tasks", tasks });
    expect(copy.task("T0")).toMatchObject({ wave: 1000, order: 1 });
    expect(copy.task("T999")).toMatchObject({ wave: 1, order: 1000 });
  });
});

describe("a decision", () => {
  test("is advice where there is nothing to write", () => {
    const copy = planWith(["T1"]);
    const advice: readonly (readonly [PlanCommand, string])[] = [
      [{ type: "add-tasks", tasks: [] }, "no tasks given"],
      [{ type: "resume-plan" }, "auth is active already"],
      [{ type: "enter-phase", phase: "clarify" }, "auth is in clarify already"],
      [{ type: "edit-task", id: "T1", fields: {}, clear: [] }, "nothing to change"],
      [{ type: "reorder-task", id: "T1" }, "nothing to change"],
    ];
    for (const [command, text] of advice)
      expect(copy.decide(command), command.type).toMatchObject({ events: [], advice: text });
    expect(copy.own).toHaveLength(1);
  });

  test("with a fence that is none never begins a new attempt in passing", () => {
    const copy = planWith(["T1"]);
    expect(copy.run({ type: "start-task", id: "T1", fence: "00000000000000000000" }).refusal?.reason).toBe(
      "stale-fence",
    );
    expect(copy.task("T1").status).toBe("todo");
  });

  test("never names a command that destroys", () => {
    const copy = planWith(["A", "B<A"]);
    copy.do({ type: "claim-task", id: "A" });
    const commands: readonly PlanCommand[] = [
      { type: "drop-task", id: "A" },
      { type: "edit-task", id: "A", fields: { steps: [] } },
      { type: "claim-task", id: "B" },
      { type: "finish-plan" },
      { type: "finish-task", id: "A", fence: "x" },
    ];
    for (const command of commands)
      expect(JSON.stringify(copy.run(command).refusal)).not.toMatch(/rm |reset|--force|clean/);
  });
});
