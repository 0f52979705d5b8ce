import { describe, expect, test } from "vitest";
import { blocker, finish, MINUTE, person, planWith, textOf, writer, type Copy } from "../../test/kit/plan.ts";
import type { PlanCommand } from "./commands.ts";
import { EVENT_SHAPES } from "./events.ts";
import type { PlacedRecord } from "./record.ts";
import { restoreSnapshot } from "./snapshot.ts";
import type { PlanState } from "./state.ts";
import { invertRecord } from "./undo.ts";

interface Done {
  readonly copy: Copy;
  readonly before: PlanState;
  readonly record: PlacedRecord;
}

const copyOf = (copy: Copy) => restoreSnapshot(JSON.parse(textOf(copy.state)))!;

function doing(copy: Copy, command: PlanCommand, by = copy.by): Done {
  const before = copyOf(copy);
  return { copy, before, record: copy.do(command, by) };
}

const inverseOf = ({ copy, before, record }: Done) => invertRecord(before, copy.state, record);

function undo(done: Done, by = done.copy.by): Copy {
  const inverse = inverseOf(done);
  if ("refusal" in inverse) throw new Error(inverse.refusal.message);
  const { refusal } = done.copy.write(inverse.events, by);
  if (refusal !== undefined) throw new Error(`${refusal.reason}: ${refusal.message}`);
  return done.copy;
}

describe("undo gives back", () => {
  test("the settings and the brief that were changed, and no others", () => {
    const copy = planWith();
    copy.do({ type: "edit-plan", brief: { acceptance: ["old"] } });
    const done = doing(copy, {
      type: "edit-plan",
      title: "New",
      onBlocked: "stop",
      brief: { goal: "g", acceptance: ["new"] },
    });
    copy.do({ type: "edit-plan", leaseMs: 5, brief: { doneWhen: "d" } });
    undo(done);
    expect(copy.state).toMatchObject({ title: "Rewrite authentication", onBlocked: "others", leaseMs: 5 });
    expect(copy.state.brief).toMatchObject({ acceptance: ["old"], doneWhen: "d" });
    expect(copy.state.brief).not.toHaveProperty("goal");
  });

  test("the status of a plan, and the phases that its end had completed", () => {
    for (const [way, command] of [
      [[], { type: "pause-plan" }],
      [[{ type: "pause-plan" }], { type: "resume-plan" }],
      [[{ type: "pause-plan" }], { type: "abort-plan", why: "w" }],
      [[{ type: "enter-phase", phase: "plan" }], { type: "finish-plan" }],
      [[{ type: "abort-plan", why: "w" }], { type: "archive-plan" }],
      [[{ type: "finish-plan" }], { type: "archive-plan" }],
    ] as readonly (readonly [readonly PlanCommand[], PlanCommand])[]) {
      const copy = planWith();
      for (const each of way) copy.do(each);
      const { status, phases } = copyOf(copy);
      undo(doing(copy, command));
      expect({ status: copy.state.status, phases: copy.state.phases }, command.type).toEqual({ status, phases });
    }
  });

  test("phases, the next action and confidence", () => {
    const copy = planWith();
    copy.do({ type: "edit-phase", phase: "plan", status: "blocked" });
    copy.do({ type: "record-next", what: "one", file: "a.ts" });
    copy.do({ type: "record-confidence", score: 2, why: "hm" });
    const { phases, phase } = copyOf(copy);
    undo(doing(copy, { type: "enter-phase", phase: "verify" }));
    undo(doing(copy, { type: "record-next", what: "two" }));
    undo(doing(copy, { type: "clear-next" }));
    undo(doing(copy, { type: "record-confidence", score: 5, why: "sure" }));
    expect(copy.state).toMatchObject({
      phase,
      phases,
      nextAction: { what: "one", file: "a.ts" },
      confidence: { score: 2, why: "hm" },
    });
  });

  test("a task's fields, parents, place and ticks", () => {
    const copy = planWith([
      "P",
      { id: "T", title: "t", description: "d", steps: ["a", "b"], parents: ["P"], extra: { n: 1 } },
    ]);
    const fields = ({
      title,
      description,
      agent,
      steps,
      parents,
      priority,
      order,
      extra,
    }: ReturnType<Copy["task"]>) => ({
      title,
      description,
      agent,
      steps,
      parents,
      priority,
      order,
      extra,
    });
    const before = fields(copy.task("T"));
    undo(
      doing(copy, {
        type: "edit-task",
        id: "T",
        fields: { title: "x", agent: "y", steps: ["b"], extra: { n: 2 } },
        clear: ["description"],
      }),
    );
    undo(doing(copy, { type: "reparent-task", id: "T", parents: [] }));
    undo(doing(copy, { type: "reorder-task", id: "T", before: "P", priority: 0 }));
    expect(fields(copy.task("T"))).toEqual(before);
    finish(copy, "P");
    copy.do({ type: "claim-task", id: "T" });
    undo(doing(copy, { type: "tick-step", id: "T", step: "a" }));
    expect(fields(copy.task("T"))).toEqual(before);
  });

  test("what was dropped, with the dependencies that were cut and the status it had", () => {
    const copy = planWith(["A", "B<A", "C<B"]);
    copy.do({ type: "block-task", id: "B", ...blocker });
    undo(doing(copy, { type: "drop-task", id: "B", children: "detach" }));
    expect(copy.task("B").status).toBe("blocked");
    expect(copy.task("C").parents).toEqual([copy.task("B").uid]);
    undo(doing(copy, { type: "drop-task", id: "A", children: "cascade" }));
    expect([...copy.state.tasks.values()].map(({ status }) => status)).toEqual(["todo", "blocked", "todo"]);
  });

  test("the plan as it was done, before something was added", () => {
    const copy = planWith();
    copy.do({ type: "finish-plan" });
    undo(doing(copy, { type: "add-tasks", tasks: [{ title: "more" }] }));
    expect(copy.state).toMatchObject({ status: "done", proof: "claimed" });
    expect(copy.task("T1").status).toBe("dropped");
  });

  test("work that had moved on to todo, once for one record", () => {
    for (const [way, command] of [
      [[], { type: "claim-task", id: "T" }],
      [[], { type: "start-task", id: "T" }],
      [[{ type: "claim-task", id: "T" }], { type: "finish-task", id: "T" }],
      [[{ type: "claim-task", id: "T" }], { type: "fail-task", id: "T", why: "w" }],
      [[], { type: "block-task", id: "T", ...blocker }],
    ] as readonly (readonly [readonly PlanCommand[], PlanCommand])[]) {
      const copy = planWith(["T"]);
      for (const each of way) copy.do(each);
      undo(doing(copy, command));
      expect(copy.task("T").status, command.type).toBe("todo");
    }
  });

  test("notes struck through, lanes cancelled, waivers only by a person", () => {
    const copy = planWith(["T"]);
    undo(doing(copy, { type: "add-entry", kind: "finding", text: "wrong" }));
    expect(copy.state.entries.finding.recent).toMatchObject([{ retracted: true }]);
    undo(doing(copy, { type: "create-lane", lane: "look", kind: "spike", title: "x" }));
    expect(copy.state.lanes.get("look")?.status).toBe("cancelled");
    const waived = doing(copy, { type: "give-waiver", subject: "done", target: "T", why: "w" }, person());
    expect(() => undo(waived)).toThrow("needs-a-person");
    undo(waived, person());
    expect(copy.state.waivers).toEqual([]);
  });
});

describe("undo is refused", () => {
  const reasonOf = (done: Done) => {
    const inverse = inverseOf(done);
    return "refusal" in inverse ? inverse.refusal.message : undefined;
  };

  test("where what it changed was changed again since", () => {
    const pairs: readonly (readonly [PlanCommand, PlanCommand])[] = [
      [
        { type: "edit-plan", title: "a" },
        { type: "edit-plan", title: "b" },
      ],
      [
        { type: "edit-plan", brief: { goal: "a" } },
        { type: "edit-plan", brief: { goal: "b" } },
      ],
      [{ type: "pause-plan" }, { type: "resume-plan" }],
      [
        { type: "enter-phase", phase: "plan" },
        { type: "enter-phase", phase: "execute" },
      ],
      [
        { type: "edit-phase", phase: "plan", title: "a" },
        { type: "edit-phase", phase: "plan", title: "b" },
      ],
      [
        { type: "record-next", what: "a" },
        { type: "record-next", what: "b" },
      ],
      [
        { type: "edit-task", id: "T", fields: { steps: ["a"] } },
        { type: "edit-task", id: "T", fields: { steps: ["b"] } },
      ],
      [
        { type: "reparent-task", id: "T", parents: [] },
        { type: "reparent-task", id: "T", parents: ["P"] },
      ],
      [
        { type: "reorder-task", id: "T", priority: 0 },
        { type: "reorder-task", id: "T", priority: 1 },
      ],
      [
        { type: "drop-task", id: "T" },
        { type: "restore-task", id: "T" },
      ],
      [
        { type: "block-task", id: "T", ...blocker },
        { type: "unblock-task", id: "T" },
      ],
    ];
    for (const [first, second] of pairs) {
      const copy = planWith(["P", "T"]);
      copy.do({ type: "record-confidence", score: 4, why: "w" });
      const done = doing(copy, first);
      copy.do(second);
      expect(reasonOf(done), first.type).toContain("was changed again since");
    }
  });

  test("where a task that was added has been worked on since, or is waited for", () => {
    const later: readonly (readonly [PlanCommand, string, string])[] = [
      [{ type: "edit-task", id: "N", fields: { title: "theirs" } }, "was changed again since", "task drop N"],
      [{ type: "block-task", id: "N", ...blocker }, "was changed again since", "task drop N"],
      [{ type: "add-tasks", tasks: [{ id: "C", title: "c", parents: ["N"] }] }, "C waits for N", "--detach"],
    ];
    for (const [command, because, way] of later) {
      const copy = planWith();
      const done = doing(copy, { type: "add-tasks", tasks: [{ id: "N", title: "new" }] });
      copy.do(command);
      expect(reasonOf(done)).toContain(because);
      expect(inverseOf(done)).toMatchObject({ refusal: { hint: expect.stringContaining(way) as string } });
    }
    const copy = planWith();
    const both = [
      { id: "N", title: "new" },
      { id: "C", title: "c", parents: ["N"] },
    ];
    undo(doing(copy, { type: "add-tasks", tasks: both }));
    expect([copy.task("N").status, copy.task("C").status]).toEqual(["dropped", "dropped"]);
  });

  test("where there is no opposite", () => {
    const copy = planWith([{ id: "T", title: "t", steps: ["a", "b"] }]);
    expect(reasonOf(doing(copy, { type: "rename-plan", name: "sso" }))).toContain("plan.renamed cannot be taken back");
    expect(reasonOf(doing(copy, { type: "record-confidence", score: 2, why: "w" }))).toContain("only a person");
    expect(reasonOf(doing(copy, { type: "edit-task", id: "T", fields: { extra: { x: 1 } } }))).toContain(
      "does not know",
    );
    copy.do({ type: "claim-task", id: "T" });
    expect(reasonOf(doing(copy, { type: "start-task", id: "T" }))).toContain("without its claim");
    copy.do({ type: "tick-step", id: "T", step: "a" });
    copy.wait(20 * MINUTE);
    expect(reasonOf(doing(copy, { type: "claim-task", id: "T", takeOver: true }, writer("codex:two")))).toContain(
      "lost the task",
    );
    const about = { id: "T", fence: copy.fence("T") };
    expect(reasonOf(doing(copy, { type: "add-output", ...about, name: "o.md", text: "x" }))).toContain("no opposite");
    copy.do({ type: "release-task", ...about });
    expect(reasonOf(doing(copy, { type: "edit-task", id: "T", fields: { steps: ["b"] } }))).toContain(
      "without its tick",
    );
    copy.do({ type: "block-plan", ...blocker });
    expect(reasonOf(doing(copy, { type: "resume-plan" }))).toContain("nothing but a blocker");
    expect(reasonOf(doing(copy, { type: "abort-plan", why: "w" }))).toBeUndefined();
    expect(reasonOf(doing(copy, { type: "reopen-plan" }))).toContain("no opposite");
  });

  test.each([
    "evidence.recorded",
    "check.observed",
    "review.requested",
    "review.reported",
    "review.failed",
    "review.assessed",
    "review.waived",
    "plan.approved",
    "check.accepted",
    "proposal.settled",
    "acceptance.signed-off",
    "confidence.waived",
    "conflict.settled",
  ] as const)("what was seen, and what a person decided: %s", (type) => {
    const copy = planWith(["T1"]);
    const values = {
      string: "x",
      number: 1,
      boolean: true,
      strings: [],
      object: {},
      any: {},
      time: 1,
      count: 1,
      stamps: {},
    };
    const fields = Object.entries(EVENT_SHAPES[type]).map(([field, kind]) => [
      field,
      values[kind.replace("?", "") as "any"],
    ]);
    const record = { ...copy.header(), events: [{ ...Object.fromEntries(fields), type }] };
    expect(invertRecord(copy.state, copy.state, record)).toMatchObject({ refusal: { reason: "cannot-undo" } });
  });

  test("a lane that was only taken up again is not cancelled", () => {
    const copy = planWith();
    copy.do({ type: "create-lane", lane: "look", kind: "spike", title: "x" });
    expect(reasonOf(doing(copy, { type: "create-lane", lane: "LOOK", kind: "spike", title: "x" }))).toContain(
      "no opposite",
    );
  });
});
