import { describe, expect, test } from "vitest";
import { Copy, finish, MINUTE, person, planWith, textOf, worker, writer } from "../../../test/kit/plan.ts";
import { checkById, isFlaky } from "../checks.ts";
import type { CheckInput, PlanCommand } from "../commands.ts";
import { taskConditions } from "../gate/task-gate.ts";
import type { EvidenceOutcome } from "../check-state.ts";

const UNIT: CheckInput = { kind: "test", command: ["npm", "test"], tasks: ["T1"] };

function planWithCheck(fields: CheckInput = UNIT): Copy {
  const copy = planWith(["T1", "T2"], {}, { pace: "ready" });
  copy.do({ type: "add-check", check: "unit", fields });
  return copy;
}

const formOf = (copy: Copy, id = "unit") => checkById(copy.state, id)!.stamp;

const saw = (
  copy: Copy,
  outcome: EvidenceOutcome,
  tree = "tree-1",
  check = "unit",
  series: { readonly series?: string } = {},
): PlanCommand => ({
  type: "record-evidence",
  check,
  form: formOf(copy, check),
  evidence: { outcome, why: `it ${outcome}`, durationMs: 5, tree, ...series },
});

const refusalOf = (copy: Copy, command: PlanCommand, by = copy.by) => copy.run(command, by).refusal;

const done = (copy: Copy, tree?: string): PlanCommand => ({
  type: "finish-task",
  id: "T1",
  ...(tree === undefined ? {} : { trees: Object.fromEntries(copy.state.checks.map(({ id }) => [id, tree])) }),
});

describe("a check", () => {
  test("has what it is given, and the rest by default", () => {
    const copy = planWithCheck({ ...UNIT, command: ["npm", "test", "--", "-t", "a b"], scope: ["src"], minTests: 3 });
    expect(checkById(copy.state, "UNIT")).toMatchObject({
      id: "unit",
      kind: "test",
      command: ["npm", "test", "--", "-t", "a b"],
      isShell: false,
      exit: 0,
      minTests: 3,
      tasks: [copy.task("T1").uid],
      scope: ["src"],
      evidence: [],
    });
  });

  test.each<[string, string, CheckInput]>([
    ["no kind", "x", { command: ["npm"] }],
    ["a kind there is not", "x", { kind: "wish" as never, command: ["npm"] }],
    ["nothing to run", "x", { kind: "command", command: [] }],
    ["an empty program", "x", { kind: "command", command: [" "] }],
    ["a shell with arguments", "x", { kind: "command", command: ["a", "b"], shell: true }],
    ["no time", "x", { ...UNIT, timeoutMs: 0 }],
    ["no tests wanted", "x", { ...UNIT, minTests: 0 }],
    ["an exit code there is not", "x", { ...UNIT, exit: 256 }],
    ["a wrong type", "x", { ...UNIT, scope: "src" as never }],
    ["a field there is not", "x", { ...UNIT, weight: 1 } as CheckInput],
    ["an unknown task", "x", { ...UNIT, tasks: ["T9"] }],
    ["a path for an id", "../x", UNIT],
  ])("with %s is refused", (_what, check, fields) => {
    const copy = planWith(["T1"]);
    expect(refusalOf(copy, { type: "add-check", check, fields })).toBeDefined();
    expect(copy.state.checks).toEqual([]);
  });

  test("all the errors of one are told at once, each with its place", () => {
    const copy = planWith(["T1"]);
    const fields = { ...UNIT, tasks: ["T8", "T9"], dir: 5 as never };
    const { details } = refusalOf(copy, { type: "add-check", check: "x", fields })!;
    expect(details?.map(({ place }) => place)).toEqual(["dir", "tasks[0]", "tasks[1]"]);
  });

  test("of an id that there is already is refused, whatever its case", () => {
    const copy = planWithCheck();
    expect(refusalOf(copy, { type: "add-check", check: "Unit", fields: UNIT })?.reason).toBe("check-exists");
  });

  test("that is changed has proven nothing yet", () => {
    const copy = planWithCheck();
    copy.do(saw(copy, "passed"));
    copy.do({ type: "edit-check", check: "unit", fields: { command: ["true"] } });
    expect(checkById(copy.state, "unit")).toMatchObject({
      command: ["true"],
      evidence: [],
      tasks: [copy.task("T1").uid],
    });
  });

  test("that ran in an older form proves nothing", () => {
    const copy = planWithCheck();
    const old = saw(copy, "passed");
    copy.do({ type: "edit-check", check: "unit", fields: { command: ["true"] } });
    expect(refusalOf(copy, old)?.reason).toBe("check-changed");
  });

  test("does not change under a task that is claimed or done, but by a person", () => {
    const copy = planWithCheck();
    copy.do({ type: "claim-task", id: "T1" }, worker());
    const weaker: PlanCommand = { type: "edit-check", check: "unit", fields: { command: ["true"] } };
    for (const command of [
      weaker,
      { type: "drop-check", check: "unit" },
      { type: "edit-check", check: "unit", fields: { tasks: ["T2"] } },
      { type: "add-check", check: "more", fields: UNIT },
    ] satisfies readonly PlanCommand[]) {
      expect(refusalOf(copy, command)?.reason).toBe("task-under-way");
    }
    copy.do(weaker, person());
    expect(checkById(copy.state, "unit")).toMatchObject({ command: ["true"] });
  });

  test("is written by the writer, and what was seen of it by whoever works", () => {
    const copy = planWithCheck();
    expect(refusalOf(copy, { type: "drop-check", check: "unit" }, worker())?.reason).toBe("not-writer");
    copy.do(saw(copy, "passed"), worker());
  });
});

describe("a task's gate", () => {
  const implemented = (fields?: CheckInput): Copy => {
    const copy = planWithCheck(fields);
    copy.do({ type: "claim-task", id: "T1" });
    copy.do({ type: "implement-task", id: "T1" });
    return copy;
  };

  test("opens on evidence for the tree as it is, and what is done rests on it", () => {
    const copy = implemented();
    copy.do(saw(copy, "passed"));
    copy.do(done(copy, "tree-1"));
    expect(copy.task("T1")).toMatchObject({ status: "done", proof: "executed" });
  });

  test.each<[string, (copy: Copy) => PlanCommand, string]>([
    ["that never ran", (copy) => done(copy, "tree-1"), "has not run"],
    ["that failed", (copy) => (copy.do(saw(copy, "failed")), done(copy, "tree-1")), "failed (it failed)"],
    ["that proves nothing", (copy) => (copy.do(saw(copy, "void")), done(copy, "tree-1")), "proves nothing"],
    ["that passed elsewhere", (copy) => (copy.do(saw(copy, "passed")), done(copy, "tree-2")), "has changed since"],
    ["that passed, the tree not looked at", (copy) => (copy.do(saw(copy, "passed")), done(copy)), "is not known"],
    [
      "that failed after it had passed",
      (copy) => (copy.do(saw(copy, "passed")), copy.do(saw(copy, "failed")), done(copy, "tree-1")),
      "failed (it failed)",
    ],
    [
      "whose tree is named for another check",
      (copy) => (copy.do(saw(copy, "passed")), { type: "finish-task", id: "T1", trees: { other: "tree-1" } }),
      "is not known",
    ],
  ])("is closed on a check %s", (_what, act, says) => {
    const copy = implemented();
    const refusal = refusalOf(copy, act(copy))!;
    expect(refusal).toMatchObject({ reason: "gate-closed", hint: "holdfast verify --task T1" });
    expect(refusal.message).toContain(says);
    expect(copy.task("T1").status).toBe("implemented");
  });

  test("asks for every check", () => {
    const copy = implemented();
    copy.do({ type: "retry-task", id: "T1" });
    copy.do({ type: "add-check", check: "lint", fields: { kind: "command", command: ["lint"], tasks: ["T1"] } });
    copy.do({ type: "claim-task", id: "T1" });
    copy.do(saw(copy, "passed"));
    const { fence } = copy.task("T1").claim!;
    const finishing: PlanCommand = { ...done(copy, "tree-1"), type: "finish-task", id: "T1", fence };
    expect(refusalOf(copy, finishing)?.message).toBe("T1 is not proven: lint: has not run");
    // Refused whole: it is not implemented either.
    expect(copy.task("T1").status).toBe("in_progress");
    copy.do(saw(copy, "passed", "tree-1", "lint"));
    copy.do(finishing);
    expect(copy.task("T1")).toMatchObject({ status: "done", proof: "executed" });
  });

  test("of a task without checks asks for something that it hands on, or for a person's word", () => {
    const copy = planWithCheck();
    const finishing = (): PlanCommand => ({ type: "finish-task", id: "T2" });
    copy.do({ type: "claim-task", id: "T2" });
    expect(refusalOf(copy, finishing())?.reason).toBe("gate-closed");
    const signing: PlanCommand = { type: "give-waiver", subject: "sign-off", target: "T2", why: "read it" };
    expect(refusalOf(copy, signing)?.reason).toBe("needs-a-person");
    copy.do(signing, person());
    copy.do(finishing());
    expect(copy.task("T2")).toMatchObject({ status: "done", proof: "claimed" });
  });

  test("of a task without checks that hands something on is somebody's word", () => {
    const copy = implemented();
    finish(copy, "T2");
    expect(copy.task("T2")).toMatchObject({ status: "done", proof: "claimed" });
  });

  test("a check that fails later reopens the task, and the plan; one that proves nothing does not", () => {
    const copy = implemented();
    copy.do(saw(copy, "passed"));
    copy.do(done(copy, "tree-1"));
    finish(copy, "T2");
    copy.do({ type: "finish-plan" });
    copy.do(saw(copy, "void", "tree-2"));
    expect(copy.task("T1").status).toBe("done");
    copy.do(saw(copy, "failed", "tree-2"));
    expect(copy.task("T1")).toMatchObject({ status: "implemented" });
    expect(copy.task("T1")).not.toHaveProperty("proof");
    expect(copy.state.status).toBe("active");
  });

  test("names a check that passes where it failed before on the same tree", () => {
    const copy = implemented();
    copy.do(saw(copy, "failed"));
    copy.do(saw(copy, "passed", "tree-2"));
    expect(isFlaky(checkById(copy.state, "unit")!)).toBe(false);
    copy.do(saw(copy, "passed"));
    const [condition] = taskConditions(copy.state, copy.task("T1"), { unit: "tree-1" });
    expect(condition).toMatchObject({ subject: "unit", standing: "passed", isMet: true, isFlaky: true });
  });
});

describe("the plan's gate", () => {
  const finished = (): Copy => {
    const copy = planWithCheck({ kind: "command", command: ["lint"], plan: true });
    finish(copy, "T1");
    finish(copy, "T2");
    return copy;
  };
  const finishPlan = (tree?: string): PlanCommand => ({
    type: "finish-plan",
    ...(tree === undefined ? {} : { trees: { unit: tree } }),
  });

  test("asks for the checks of the plan on the tree as it is, and names what is open", () => {
    const copy = finished();
    expect(refusalOf(copy, finishPlan("tree-1"))).toMatchObject({
      reason: "plan-open",
      message: "auth is not done: unit: has not run",
    });
    copy.do(saw(copy, "passed"));
    expect(refusalOf(copy, finishPlan())?.reason).toBe("plan-open");
    expect(refusalOf(copy, finishPlan("tree-2"))?.reason).toBe("plan-open");
    copy.do(finishPlan("tree-1"));
    expect(copy.state).toMatchObject({ status: "done", proof: "executed" });
  });

  test("a check of the plan that fails later reopens it, and no task", () => {
    const copy = finished();
    copy.do(saw(copy, "passed"));
    copy.do(finishPlan("tree-1"));
    copy.do(saw(copy, "failed"));
    expect(copy.state.status).toBe("active");
    expect(copy.state).not.toHaveProperty("proof");
    expect(copy.task("T1").status).toBe("done");
  });
});

describe("between copies of a plan", () => {
  test("what one copy sees fail, unknown to another that calls the task done, is listed", () => {
    const a = planWithCheck();
    a.do({ type: "claim-task", id: "T1" });
    a.do({ type: "implement-task", id: "T1" });
    a.do(saw(a, "passed"));
    const b = new Copy({ n: 1, clock: a.clock, by: writer("codex:two") });
    b.absorb(a);
    a.wait(MINUTE);
    b.do(saw(b, "failed"));
    a.wait(MINUTE);
    a.do(done(a, "tree-1"));
    a.absorb(b);
    b.absorb(a);
    expect(textOf(a.state)).toBe(textOf(b.state));
    expect(a.state.conflicts).toMatchObject([{ kind: "refused", task: a.task("T1").uid }]);
    expect(a.task("T1").status).not.toBe("done");
  });
});

describe("of several runs", () => {
  const WORDS = { p: "passed", f: "failed", v: "void" } as const;
  /** Runs of one go, a letter each; a capital one is on another tree. */
  const runAll = (copy: Copy, runs: string, series = "s1"): void => {
    for (const letter of runs) {
      const tree = letter === letter.toUpperCase() ? "tree-2" : "tree-1";
      const outcome = WORDS[letter.toLowerCase() as keyof typeof WORDS];
      copy.do(saw(copy, outcome, tree, "unit", { series }));
    }
  };
  const standing = (copy: Copy): string => taskConditions(copy.state, copy.task("T1"), { unit: "tree-1" })[0]!.standing;

  test.each([
    ["", "missing"],
    ["p", "missing"],
    ["f", "missing"],
    ["pf", "missing"],
    ["pp", "passed"],
    ["pfp", "passed"],
    ["fpp", "passed"],
    ["ff", "failed"],
    ["pff", "failed"],
    ["v", "void"],
    ["pvp", "passed"],
    ["pP", "missing"],
    ["pPp", "passed"],
  ])("two of three must pass: after %j it is %s", (runs, expected) => {
    const copy = planWithCheck({ ...UNIT, passes: 2, runs: 3 });
    runAll(copy, runs);
    expect(standing(copy)).toBe(expected);
  });

  test("what another go showed counts for none, and the last full result stands until the next", () => {
    const copy = planWithCheck({ ...UNIT, passes: 2, runs: 3 });
    runAll(copy, "p", "s1");
    runAll(copy, "p", "s2");
    expect(standing(copy)).toBe("missing");
    runAll(copy, "pp", "s3");
    runAll(copy, "f", "s4");
    runAll(copy, "fp", "s5");
    expect(standing(copy)).toBe("passed");
    runAll(copy, "ff", "s6");
    expect(standing(copy)).toBe("failed");
  });

  test("one that failed reopens nothing before it is decided, and shows as flaky where the others passed", () => {
    const copy = planWithCheck({ ...UNIT, passes: 2, runs: 3 });
    runAll(copy, "pp");
    copy.do({ type: "claim-task", id: "T1" });
    copy.do(done(copy, "tree-1"));
    runAll(copy, "fp", "s2");
    expect(copy.task("T1").status).toBe("done");
    runAll(copy, "p", "s2");
    expect(isFlaky(checkById(copy.state, "unit")!)).toBe(true);
    runAll(copy, "ff", "s3");
    expect(copy.task("T1").status).toBe("implemented");
  });

  test.each([
    { passes: 0, runs: 2 },
    { passes: 3, runs: 2 },
    { passes: 1, runs: 10 },
    { passes: 1.5, runs: 2 },
    { passes: 2 },
  ])("%j is refused", (fields) => {
    const copy = planWith(["T1"]);
    expect(refusalOf(copy, { type: "add-check", check: "x", fields: { ...UNIT, ...fields } })?.reason).toBe(
      "bad-value",
    );
  });
});
