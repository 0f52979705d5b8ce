import { describe, expect, test } from "vitest";
import { Copy, merged, observer, person, planWith, textOf, twoCopies, worker, writer } from "../../../test/kit/plan.ts";
import type { AssessmentInput, FindingInput, PlanCommand } from "../commands.ts";
import { diffKey, findingById, needsDecision, reviewersOf, reviewStanding } from "../reviews.ts";
import { restoreSnapshot } from "../snapshot.ts";
import { invertRecord } from "../undo.ts";

const HOLE: FindingInput = { severity: "critical", message: "a hole", file: "src/a.ts", line: 3 };
const NIT: FindingInput = { severity: "advisory", message: "a nit" };
const reviewer = observer("codex:reviewer");

/** T1 implemented by `claude:one`. */
function implemented(more: Parameters<typeof planWith>[0] = ["T2"]): Copy {
  const copy = planWith(["T1", ...more]);
  copy.do({ type: "claim-task", id: "T1" });
  copy.do({ type: "implement-task", id: "T1" });
  return copy;
}

const report = (
  given: {
    readonly by?: string;
    readonly findings?: readonly FindingInput[];
    readonly assessments?: readonly AssessmentInput[];
    readonly verdict?: "passed" | "blocked";
    readonly diff?: string;
    readonly attempt?: string;
  } = {},
): PlanCommand => {
  const { by = "security", findings = [], ...rest } = given;
  return { type: "report-review", id: "T1", reviewer: by, findings, ...rest };
};

const standing = (copy: Copy, name = "security", diff?: string) => {
  const task = copy.task("T1");
  const attempt = task.claim ?? task.attempts.at(-1);
  const now = { ...(attempt ? { attempt: attempt.fence } : {}), ...(diff ? { diff } : {}) };
  return reviewStanding(task.reviews, name, now, copy.state.blocks);
};
const findingOf = (copy: Copy, id = "R1") => findingById(copy.state, id)!.finding;
const refusalOf = (copy: Copy, command: PlanCommand, by = reviewer) => copy.run(command, by).refusal;

/** Sends T1 back and has it done once more. */
function fix(copy: Copy, by = copy.by): void {
  copy.do({ type: "retry-task", id: "T1" }, by);
  copy.do({ type: "claim-task", id: "T1" });
  copy.do({ type: "implement-task", id: "T1", fence: copy.fence("T1") });
}

test("a finding that blocks counts once when it is first resolved; a nit, a waiver and a second time do not", () => {
  const copy = implemented();
  const counted = () => copy.task("T1").reviews?.resolved ?? 0;
  copy.do(report({ findings: [HOLE, NIT, { ...HOLE, message: "another" }] }), reviewer);
  const say = (finding: string, state: "resolved" | "still-there") =>
    copy.do({ type: "assess-finding", finding, state, why: "looked" }, reviewer);
  say("R2", "resolved");
  expect(counted()).toBe(0);
  say("R1", "resolved");
  expect(counted()).toBe(1);
  for (const state of ["still-there", "resolved"] as const) say("R1", state);
  expect(counted()).toBe(1);
  copy.do({ type: "waive-finding", finding: "R3", why: "a false alarm" }, person());
  expect(counted()).toBe(1);
  copy.do(report({ findings: [HOLE] }), reviewer);
  copy.do(report({ assessments: [{ finding: "R4", state: "resolved" }] }), reviewer);
  expect(counted()).toBe(2);
  expect(restoreSnapshot(JSON.parse(textOf(copy.state)))).toEqual(copy.state);
});

describe("a review", () => {
  test("is missing, asked for, failed or reported, and each reviewer stands alone", () => {
    const copy = implemented();
    expect(standing(copy)).toBe("missing");
    copy.do({ type: "request-reviews", id: "T1", reviewers: ["security", "style"] });
    expect(standing(copy)).toBe("requested");
    copy.do({ type: "fail-review", id: "T1", reviewer: "security", why: "no summary" });
    copy.do(report({ by: "style" }), reviewer);
    expect(standing(copy)).toBe("capture-failed");
    expect(standing(copy, "STYLE")).toBe("passed");
    copy.do(report({ findings: [HOLE, NIT] }), reviewer);
    expect(standing(copy)).toBe("blocked");
    copy.do(report({ by: "other", findings: [NIT] }), reviewer);
    expect(standing(copy, "other")).toBe("passed");
    copy.do(report({ by: "style", verdict: "blocked" }), reviewer);
    expect(standing(copy, "style")).toBe("blocked");
  });

  test("gives what it finds ids that are never given again", () => {
    const copy = implemented();
    copy.do(report({ findings: [HOLE, NIT] }), reviewer);
    copy.do({ type: "report-review", reviewer: "security", findings: [NIT] }, reviewer);
    expect(copy.task("T1").reviews?.findings).toMatchObject([
      { id: "R1", severity: "critical", file: "src/a.ts", line: 3, status: "open", reviewer: "security" },
      { id: "R2" },
    ]);
    expect(copy.state.reviews?.findings).toMatchObject([{ id: "R3" }]);
    expect(restoreSnapshot(JSON.parse(textOf(copy.state)))).toEqual(copy.state);
  });

  test("is bound to the attempt, and to what the attempt had changed where that is known", () => {
    const copy = implemented();
    copy.do(report({ diff: "d1" }), reviewer);
    expect([standing(copy), standing(copy, "security", "d1"), standing(copy, "security", "d2")]).toEqual([
      "passed",
      "passed",
      "stale",
    ]);
    fix(copy);
    expect([standing(copy), standing(copy, "security", "d1")]).toEqual(["stale", "stale"]);
  });

  test("of an attempt that has ended meanwhile does not count for the one that came after it", () => {
    const copy = implemented();
    const old = copy.task("T1").attempts.at(-1)!.fence;
    fix(copy);
    copy.do(report({ attempt: old }), reviewer);
    expect(standing(copy)).toBe("stale");
    expect(refusalOf(copy, report({ attempt: "nowhere" }))?.reason).toBe("stale-fence");
  });

  test("of nothing is refused", () => {
    const copy = planWith(["T1"]);
    expect(refusalOf(copy, report())?.reason).toBe("nothing-to-review");
    expect(refusalOf(copy, { type: "request-reviews", id: "T1", reviewers: ["a"] })?.reason).toBe("nothing-to-review");
    expect(refusalOf(copy, { type: "request-reviews" })?.reason).toBe("no-reviewers");
    expect(refusalOf(implemented(), report({ by: "../x" }))?.reason).toBe("bad-id");
  });

  test("that comes in two forms of one name is one reviewer's", () => {
    const copy = implemented([{ id: "T2", title: "two", reviewers: ["Security", "style"] }]);
    copy.do({ type: "edit-task", id: "T1", fields: { reviewers: ["Security"] } });
    copy.do(report({ findings: [HOLE] }), reviewer);
    expect(reviewersOf(copy.state, copy.task("T1"))).toEqual(["Security"]);
    expect(reviewersOf({ reviewers: ["lead"] }, copy.task("T2"))).toEqual(["lead", "Security", "style"]);
  });

  test("that blocks what is done reopens it", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "claim-task", id: "T1" });
    copy.do({ type: "finish-task", id: "T1" });
    copy.do(report({ findings: [NIT] }), reviewer);
    expect(copy.task("T1").status).toBe("done");
    copy.do(report({ findings: [HOLE] }), reviewer);
    expect(copy.task("T1").status).toBe("implemented");
  });
});

describe("nobody reviews their own attempt", () => {
  const own: [string, Parameters<typeof planWith>[1], ReturnType<typeof writer>][] = [
    ["the session that did it", {}, writer("claude:one")],
    ["under another role", {}, observer("claude:one")],
    ["the conversation whose subagent did it", { by: writer("claude:one+a1") }, writer("claude:one")],
    ["the same worker in another session", { by: worker("claude:w1", "w") }, worker("claude:w2", "w")],
  ];

  test.each(own)("not %s", (_, given, by) => {
    const copy = new Copy({});
    copy.do({ type: "create-plan", slug: "auth", title: "Auth", tasks: [{ id: "T1", title: "one" }] });
    const holder = given?.by ?? copy.by;
    copy.do({ type: "claim-task", id: "T1" }, holder);
    copy.do({ type: "implement-task", id: "T1" }, holder);
    expect(refusalOf(copy, report(), by)?.reason).toBe("own-review");
    copy.do(report({ findings: [HOLE] }), reviewer);
    const resolve: PlanCommand = { type: "assess-finding", finding: "R1", state: "resolved", why: "is fine" };
    expect(refusalOf(copy, resolve, by)?.reason).toBe("own-review");
    copy.do({ type: "retry-task", id: "T1" });
    expect(refusalOf(copy, resolve, by)?.reason).toBe("own-review");
  });

  test("but another subagent of the conversation may, another session, and a person", () => {
    const copy = planWith(["T1"], { by: writer("claude:one") });
    copy.do({ type: "claim-task", id: "T1" }, worker("claude:one+a1", "a1"));
    copy.do({ type: "implement-task", id: "T1" }, worker("claude:one+a1", "a1"));
    for (const by of [worker("claude:one+a2", "a2"), observer("claude:one2"), person()]) copy.do(report(), by);
  });
});

describe("what was found", () => {
  test("is answered one by one when its reviewer comes back", () => {
    const copy = implemented();
    copy.do(report({ findings: [HOLE, { ...HOLE, message: "another" }, NIT] }), reviewer);
    fix(copy);
    const silent = refusalOf(copy, report({ assessments: [{ finding: "R1", state: "resolved" }] }));
    expect(silent).toMatchObject({ reason: "review-incomplete", message: expect.stringContaining("R2") as string });
    expect(copy.state.mintedFindings).toBe(3);
    // Another reviewer has nothing to answer.
    copy.do(report({ by: "style" }), reviewer);
    const assessments: AssessmentInput[] = [
      { finding: "r1", state: "resolved", why: "bound" },
      { finding: "R2", state: "still-there", why: "same line" },
    ];
    copy.do(report({ assessments }), reviewer);
    expect([standing(copy), findingOf(copy).status, findingOf(copy, "R2").status]).toEqual([
      "blocked",
      "resolved",
      "open",
    ]);
    expect(findingOf(copy, "R2").assessments).toMatchObject([{ state: "still-there", why: "same line" }]);
    copy.do(report({ assessments: [{ finding: "R2", state: "resolved" }] }), reviewer);
    expect(standing(copy)).toBe("passed");
    copy.do(report({ assessments: [{ finding: "R1", state: "still-there" }] }), reviewer);
    expect(standing(copy)).toBe("blocked");
  });

  test("is waived by a person alone, who alone brings it back", () => {
    const copy = implemented();
    copy.do(report({ findings: [HOLE] }), reviewer);
    const waive: PlanCommand = { type: "waive-finding", finding: "R1", why: "a false alarm" };
    for (const by of [copy.by, reviewer, { ...copy.by, role: "person" as const }]) {
      expect(refusalOf(copy, waive, by)?.reason).toBe("needs-a-person");
    }
    copy.do(waive, person());
    expect([standing(copy), findingOf(copy).status]).toEqual(["passed", "waived"]);
    expect(findingOf(copy).assessments).toMatchObject([{ state: "waived", why: "a false alarm", person: "ada" }]);
    const again: PlanCommand = { type: "assess-finding", finding: "R1", state: "still-there", why: "it is not" };
    copy.do(again, reviewer);
    expect(findingOf(copy).status).toBe("waived");
    copy.do(again, person());
    expect(findingOf(copy).status).toBe("open");
  });

  test("a person does without a reviewer, and no agent does, nor takes one from a task", () => {
    const copy = implemented();
    copy.do({ type: "edit-task", id: "T1", fields: { reviewers: ["security"] } });
    const waive: PlanCommand = { type: "waive-reviewer", id: "T1", reviewer: "security", why: "on holiday" };
    expect(refusalOf(copy, waive, copy.by)?.reason).toBe("needs-a-person");
    const fewer: PlanCommand = { type: "edit-task", id: "T1", fields: { reviewers: ["style"] } };
    expect(refusalOf(copy, fewer, copy.by)?.reason).toBe("needs-a-person");
    copy.do(waive, person());
    expect(standing(copy)).toBe("waived");
    copy.do(fewer, person());
    expect(copy.task("T1").reviewers).toEqual(["style"]);
  });

  test("of the plan as a whole belongs to the plan", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "report-review", reviewer: "architect", findings: [HOLE] }, reviewer);
    expect(findingById(copy.state, "R1")).toMatchObject({ finding: { status: "open" } });
    const wrong = report({ assessments: [{ finding: "R1", state: "resolved" }] });
    expect(refusalOf(implementedFrom(copy), wrong)?.reason).toBe("no-such-finding");
  });

  test("is not undone", () => {
    const copy = implemented();
    const before = restoreSnapshot(JSON.parse(textOf(copy.state)))!;
    const record = copy.do(report({ findings: [HOLE] }), reviewer);
    expect(invertRecord(before, copy.state, record)).toMatchObject({ refusal: { reason: "cannot-undo" } });
  });
});

function implementedFrom(copy: Copy): Copy {
  copy.do({ type: "claim-task", id: "T1" });
  copy.do({ type: "implement-task", id: "T1" });
  return copy;
}

describe("rounds", () => {
  test("after two that failed a person is asked, however many reviewers blocked each", () => {
    const copy = implemented();
    const isAsked = () => needsDecision(copy.task("T1").reviews);
    copy.do(report({ findings: [HOLE] }), reviewer);
    copy.do(report({ by: "style", findings: [HOLE] }), reviewer);
    expect(isAsked()).toBe(false);
    fix(copy);
    copy.do(report({ assessments: [{ finding: "R1", state: "still-there" }] }), reviewer);
    expect(isAsked()).toBe(true);
    expect(refusalOf(copy, { type: "retry-task", id: "T1" }, copy.by)?.reason).toBe("needs-a-person");
    copy.do({ type: "retry-task", id: "T1", note: "bind the query" }, person());
    expect(isAsked()).toBe(false);
  });

  test("whoever waives what blocks has decided", () => {
    const copy = implemented();
    copy.do(report({ findings: [HOLE] }), reviewer);
    fix(copy);
    copy.do(report({ assessments: [{ finding: "R1", state: "still-there" }] }), reviewer);
    copy.do({ type: "waive-finding", finding: "R1", why: "accepted" }, person());
    expect(needsDecision(copy.task("T1").reviews)).toBe(false);
  });

  test("only those whose review does not stand are asked again", () => {
    const copy = implemented();
    copy.do({ type: "request-reviews", id: "T1", reviewers: ["security", "style", "tests"] });
    copy.do(report({ findings: [HOLE], diff: "d1" }), reviewer);
    copy.do(report({ by: "style", diff: "d1" }), reviewer);
    const { uid } = copy.task("T1");
    copy.do({ type: "request-reviews", id: "T1", again: true, trees: { [diffKey(uid)]: "d1" } });
    expect([standing(copy), standing(copy, "style"), standing(copy, "tests")]).toEqual([
      "requested",
      "passed",
      "requested",
    ]);
  });

  test("the last few of each reviewer are kept, and all that is open", () => {
    const copy = implemented();
    for (let n = 0; n < 30; n += 1) {
      const assessments = n === 0 ? [] : [{ finding: `R${n}`, state: "resolved" as const }];
      copy.do(report({ findings: [HOLE], assessments }), reviewer);
    }
    copy.do(report({ by: "style", findings: [NIT] }), reviewer);
    const { rounds = [], findings = [] } = copy.task("T1").reviews ?? {};
    expect(rounds.filter(({ reviewer: name }) => name === "security")).toHaveLength(4);
    expect(rounds.filter(({ reviewer: name }) => name === "style")).toHaveLength(1);
    expect(findings.filter(({ status }) => status === "open")).toHaveLength(2);
    expect(findings.length).toBeLessThan(30);
  });
});

test("two copies that review without knowing of each other keep both, with ids of their own", () => {
  const { a, b, clock } = twoCopies(["T1"]);
  a.do({ type: "claim-task", id: "T1" });
  a.do({ type: "implement-task", id: "T1" });
  b.absorb(a);
  clock.now += 1;
  a.do(report({ findings: [HOLE] }), reviewer);
  b.do(report({ by: "style", findings: [HOLE] }), reviewer);
  b.do({ type: "assess-finding", finding: "R1", state: "resolved", why: "gone" }, reviewer);
  const { findings = [] } = [...merged(a, b).tasks.values()][0]?.reviews ?? {};
  expect(findings.map(({ id, reviewer: by, status }) => [id, by, status])).toEqual([
    ["R1", "security", "open"],
    ["R2", "style", "resolved"],
  ]);
});
