import { describe, expect, test } from "vitest";
import { merged, person, planWith, twoCopies, worker, type Copy } from "../../../test/kit/plan.ts";
import { checkById, standingOf } from "../checks.ts";
import type { CheckInput, PlanCommand } from "../commands.ts";

const UNIT: CheckInput = { kind: "test", command: ["npm", "test"], tasks: ["T1"], minTests: 2, scope: ["src"] };
const RESOLVED = { "script test": "a1", "program npm": "b2" };
const unit = (copy: Copy) => checkById(copy.state, "unit")!;
const refusalOf = (copy: Copy, command: PlanCommand, by = copy.by) => copy.run(command, by).refusal;

function approved(resolved: Readonly<Record<string, string>> = RESOLVED): Copy {
  const copy = planWith(["T1", "T2"], {}, { pace: "ready" });
  copy.do({ type: "add-check", check: "unit", fields: UNIT });
  copy.do(
    { type: "approve-plan", checks: { unit: { form: unit(copy).stamp, resolved } } },
    { ...person(), machine: "m1" },
  );
  return copy;
}

/** The same with a program, as evidence keeps it: by path. */
function ran(copy: Copy, resolved: Readonly<Record<string, string>> | undefined, machine?: string): void {
  const { "program npm": npm, ...rest } = resolved ?? {};
  const programs = npm === undefined ? {} : { programs: { "/usr/bin/npm": npm } };
  const evidence = { outcome: "passed", why: "ok", durationMs: 1, tree: "t", resolved: rest, ...programs } as const;
  const by = machine === undefined ? copy.by : { ...copy.by, machine };
  copy.do({ type: "record-evidence", check: "unit", form: unit(copy).stamp, evidence }, by);
}

describe("a plan that a person approved", () => {
  test("takes a person", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "add-check", check: "unit", fields: UNIT });
    const yes: PlanCommand = { type: "approve-plan", checks: { unit: { form: unit(copy).stamp, resolved: {} } } };
    expect(refusalOf(copy, yes)?.reason).toBe("needs-a-person");
    copy.do(yes, person());
    expect(unit(copy).approved).toMatchObject({ person: "ada" });
  });

  test("holds no check that has another form than the person saw", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "add-check", check: "unit", fields: UNIT });
    const { stamp: form } = unit(copy);
    copy.do({ type: "edit-check", check: "unit", fields: { command: ["true"] } });
    copy.do({ type: "approve-plan", checks: { unit: { form, resolved: {} } } }, person());
    expect(unit(copy)).not.toHaveProperty("approved");
  });

  test.each<[string, CheckInput]>([
    ["another command", { command: ["true"] }],
    ["fewer tests", { minTests: 1 }],
    ["another kind", { kind: "command" }],
    ["a narrower scope", { scope: ["src/a"] }],
    ["a task less", { tasks: [] }],
    ["another exit", { exit: 1 }],
    ["an output more", { outputs: ["src/a.ts"] }],
    ["a shell", { shell: true, command: ["npm test || true"] }],
  ])("keeps its check where an agent wants %s: that is a proposal, until a person accepts it", (_what, fields) => {
    const copy = approved();
    const before = unit(copy);
    const { record, advice } = copy.run({ type: "edit-check", check: "unit", fields });
    expect(record?.events).toMatchObject([{ type: "check.proposed" }]);
    expect(advice).toContain("holdfast check accept unit");
    expect(unit(copy)).toEqual(before);
    const [proposal] = copy.state.proposals;
    const accept: PlanCommand = { type: "settle-proposal", proposal: proposal!.id, take: "accept" };
    expect(refusalOf(copy, accept)?.reason).toBe("needs-a-person");
    copy.do(accept, person());
    expect(unit(copy).stamp).not.toBe(before.stamp);
    expect(copy.state.proposals).toEqual([]);
  });

  test("keeps its check where an agent would drop it, and where a person says no", () => {
    const copy = approved();
    copy.do({ type: "drop-check", check: "unit", why: "slow" });
    expect(copy.state.proposals).toMatchObject([{ check: "unit", why: "slow" }]);
    copy.do({ type: "settle-proposal", proposal: copy.state.proposals[0]!.id, take: "reject" }, person());
    expect(copy.state.proposals).toEqual([]);
    expect(unit(copy)).toBeDefined();
    copy.do({ type: "drop-check", check: "unit" });
    copy.do({ type: "settle-proposal", proposal: copy.state.proposals[0]!.id, take: "accept" }, person());
    expect(copy.state.checks).toEqual([]);
  });

  test("lets an agent ask for more, and add checks", () => {
    const copy = approved();
    copy.do({
      type: "edit-check",
      check: "unit",
      fields: { minTests: 5, tasks: ["T1", "T2"], plan: true, exclusive: true },
    });
    expect(unit(copy)).toMatchObject({ minTests: 5, isForPlan: true, approved: { resolved: RESOLVED } });
    copy.do({ type: "add-check", check: "lint", fields: { kind: "command", command: ["lint"] } });
  });

  test("is not got round by writing the event by hand", () => {
    const copy = approved();
    const weaker = copy.write([{ type: "check.edited", check: "unit", command: ["true"] }]);
    expect(weaker.refusal?.reason).toBe("check-approved");
    expect(copy.write([{ type: "check.dropped", check: "unit" }]).refusal?.reason).toBe("check-approved");
    expect(copy.write([{ type: "check.proposed", check: "unit", change: { minTests: "many" } }]).refusal).toBeDefined();
    expect(refusalOf(copy, { type: "edit-check", check: "unit", fields: { minTests: 1 } }, worker())).toBeDefined();
  });

  test("a person changes at once", () => {
    const copy = approved();
    copy.do({ type: "edit-check", check: "unit", fields: { command: ["true"] } }, person());
    expect(unit(copy)).toMatchObject({ command: ["true"], approved: { resolved: {} } });
  });
});

describe("what an approved check runs", () => {
  const standing = (copy: Copy): string => standingOf(unit(copy), { unit: "t" });

  test.each<[string, Readonly<Record<string, string>> | undefined, string]>([
    ["the same", RESOLVED, "passed"],
    ["another script", { ...RESOLVED, "script test": "zz" }, "changed"],
    ["another program", { ...RESOLVED, "program npm": "zz" }, "changed"],
    ["something new", { ...RESOLVED, "variable NODE_OPTIONS": "zz" }, "changed"],
    ["nothing known", undefined, "changed"],
  ])("being %s, it stands accordingly", (_what, resolved, expected) => {
    const copy = approved();
    ran(copy, resolved);
    expect(standing(copy)).toBe(expected);
  });

  test("that is elsewhere on another machine is the same program", () => {
    const copy = approved();
    ran(copy, { ...RESOLVED, "program npm": "elsewhere" }, "m2");
    expect(standing(copy)).toBe("passed");
  });

  test("counts again once a person has accepted it", () => {
    const copy = approved();
    const next = { ...RESOLVED, "script test": "zz" };
    ran(copy, next);
    const accept: PlanCommand = { type: "accept-check", check: "unit", form: unit(copy).stamp, resolved: next };
    expect(refusalOf(copy, accept)?.reason).toBe("needs-a-person");
    copy.do(accept, person());
    expect(standing(copy)).toBe("passed");
    expect(refusalOf(copy, { ...accept, form: `${copy.id}:1` as never }, person())?.reason).toBe("check-changed");
  });

  test("keeps the gate closed while it is not what was approved, and names what changed", () => {
    const copy = approved();
    copy.do({ type: "claim-task", id: "T1" });
    ran(copy, { ...RESOLVED, "script test": "zz" });
    const refusal = refusalOf(copy, { type: "finish-task", id: "T1", trees: { unit: "t" } });
    expect(refusal).toMatchObject({ reason: "gate-closed", hint: "a person runs: holdfast check accept unit" });
    expect(refusal?.message).toContain("script test");
  });
});

test("an approval in one copy and a weaker form in another: what the person saw is not what there is, and both copies say so", () => {
  const { a, b, clock } = twoCopies(["T1"]);
  a.do({ type: "add-check", check: "unit", fields: UNIT });
  b.absorb(a);
  clock.now += 1;
  b.do({ type: "edit-check", check: "unit", fields: { command: ["true"] } });
  clock.now += 1;
  a.do({ type: "approve-plan", checks: { unit: { form: unit(a).stamp, resolved: RESOLVED } } }, person());
  expect(checkById(merged(a, b), "unit")).not.toHaveProperty("approved");
});

test("a weaker form that another copy wrote after the approval, unknown to it, is refused in the merge and listed", () => {
  const { a, b, clock } = twoCopies(["T1"]);
  a.do({ type: "add-check", check: "unit", fields: UNIT });
  b.absorb(a);
  clock.now += 1;
  a.do({ type: "approve-plan", checks: { unit: { form: unit(a).stamp, resolved: RESOLVED } } }, person());
  clock.now += 1;
  b.do({ type: "edit-check", check: "unit", fields: { command: ["true"] } });
  const state = merged(a, b);
  expect(checkById(state, "unit")).toMatchObject({ command: ["npm", "test"] });
  expect(state.conflicts).toMatchObject([{ kind: "refused" }]);
});
