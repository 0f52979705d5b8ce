import { describe, expect, test } from "vitest";
import type { Stamp } from "../plan/record.ts";
import { EMPTY_FACTS, type WorkspaceState } from "./facts.ts";
import { findPlan, isStrong, resolvePlan, type PlanListing, type PlanQuestion } from "./resolve-plan.ts";

const plan = (slug: string, more: Partial<PlanListing> = {}): PlanListing => ({
  slug,
  aliases: [],
  status: "active",
  updatedAt: 0,
  ...more,
});
const PLANS = [
  plan("alpha", { updatedAt: 3, aliases: ["first"] }),
  plan("beta", { updatedAt: 5 }),
  plan("beta-two", { updatedAt: 1 }),
  plan("old", { status: "archived", updatedAt: 99 }),
  plan("rest", { status: "paused", updatedAt: 98 }),
];

const stateOf = (bound?: string, defaultPlan?: string): WorkspaceState => ({
  ...EMPTY_FACTS,
  ...(defaultPlan !== undefined && { defaultPlan }),
  bindings: new Map(
    bound === undefined
      ? []
      : [
          [
            "claude:a",
            {
              session: "claude:a",
              plan: bound,
              role: "writer",
              at: 0,
              renewedAt: 0,
              leaseMs: 1,
              stamp: "c:1" as Stamp,
            },
          ],
        ],
  ),
});
const resolve = (question: Partial<PlanQuestion>) => resolvePlan({ state: EMPTY_FACTS, plans: PLANS, ...question });
const choice = (question: Partial<PlanQuestion>) => {
  const result = resolve(question);
  if (!result.ok) throw new Error(result.refusal.message);
  return result.value;
};

describe("the order", () => {
  const full = { flag: "alpha", pin: "beta", session: "claude:a", state: stateOf("beta-two", "beta") };

  test("is flag, pin, binding, worktree, default, latest", () => {
    const { flag: _, ...unflagged } = full;
    const { pin: __, ...unpinned } = unflagged;
    expect(choice(full)).toMatchObject({ source: "flag", slug: "alpha" });
    expect(choice(unflagged)).toMatchObject({ source: "pin", slug: "beta" });
    expect(choice(unpinned)).toMatchObject({ source: "session", slug: "beta-two" });
    expect(choice({ ...unpinned, here: "alpha" })).toMatchObject({ source: "session", slug: "beta-two" });
    const other = { ...unpinned, session: "claude:other" };
    expect(choice({ ...other, here: "first" })).toMatchObject({ source: "worktree", slug: "alpha" });
    for (const here of ["old", "rest", "gone"]) expect(choice({ ...other, here }).source).toBe("default");
    expect(choice(other)).toMatchObject({ source: "default", slug: "beta" });
    expect(choice({ session: "claude:other" })).toMatchObject({ source: "latest", slug: "beta" });
    expect(choice({ plans: [] })).toEqual({ source: "none", notes: [] });
  });

  test("only what somebody said is strong", () => {
    const { flag: _, pin: __, ...bound } = full;
    expect([choice(full), choice(bound), choice({ here: "alpha" })].map(isStrong)).toEqual([true, true, true]);
    expect([choice({ state: stateOf(undefined, "alpha") }), choice({}), choice({ plans: [] })].map(isStrong)).toEqual([
      false,
      false,
      false,
    ]);
  });

  test("an empty pin is none; an empty flag is a wrong name", () => {
    expect(choice({ pin: "" }).source).toBe("latest");
    expect(resolve({ flag: "" })).toMatchObject({ ok: false, refusal: { reason: "no-such-plan" } });
  });

  test("plans at rest are chosen by name or binding only", () => {
    expect(choice({ flag: "old" })).toMatchObject({ slug: "old" });
    expect(choice({ session: "claude:a", state: stateOf("rest") })).toMatchObject({ source: "session", slug: "rest" });
    expect(choice({ plans: PLANS.filter(({ status }) => status !== "active") })).toMatchObject({ source: "none" });
    for (const status of ["done", "aborted", "none"] as const) {
      expect(choice({ plans: [plan("only", { status })] }).source).toBe("none");
    }
  });

  test("a damaged plan that is bound or the default is chosen, and nothing falls through to another", () => {
    const plans = [plan("broken", { status: "none" }), plan("other")];
    expect(choice({ plans, session: "claude:a", state: stateOf("broken") })).toMatchObject({ slug: "broken" });
    expect(choice({ plans, state: stateOf(undefined, "broken") })).toMatchObject({ source: "default", slug: "broken" });
  });

  test("of plans changed at the same time the first by name is the latest, however they are listed", () => {
    const plans = [plan("b"), plan("a"), plan("c")];
    expect(choice({ plans })).toMatchObject({ slug: "a" });
    expect(choice({ plans: plans.toReversed() })).toMatchObject({ slug: "a" });
  });
});

describe("names", () => {
  test.each(["flag", "pin"] as const)(
    "a wrong %s is refused with the near ones and falls through to nothing",
    (key) => {
      const result = resolve({ [key]: "alhpa", session: "claude:a", state: stateOf("beta", "beta") });
      expect(result).toMatchObject({
        ok: false,
        refusal: { reason: "no-such-plan" },
      });
      expect(!result.ok && result.refusal.hint).toContain("alpha");
      // By position or by --plan: what was typed is seen. A variable is not.
      expect(!result.ok && result.refusal.place).toBe(key === "flag" ? undefined : "HOLDFAST_PLAN");
    },
  );

  test.each(["../..", "ALPHA", "alpha/", "alpha\n", "\u001B[31m", "x".repeat(100_000)])("%j is no plan", (flag) => {
    const result = resolve({ flag });
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.refusal.message).toMatch(/^[^\p{Cc}]{1,120}$/u);
  });

  test("an alias is taken for its plan, and a slug goes before an alias", () => {
    expect(choice({ flag: "first" })).toMatchObject({ slug: "alpha" });
    const plans = [plan("one", { aliases: ["two"] }), plan("two")];
    expect(choice({ flag: "two", plans })).toMatchObject({ slug: "two" });
  });

  test("an alias of two plans is refused", () => {
    const plans = [plan("one", { aliases: ["x"] }), plan("two", { aliases: ["x"] })];
    expect(resolve({ flag: "x", plans })).toMatchObject({
      refusal: { reason: "ambiguous-plan", hint: "One of: one, two" },
    });
  });

  test("a prefix serves only where that is allowed and fits one plan", () => {
    expect(resolve({ flag: "al" }).ok).toBe(false);
    expect(choice({ flag: "al", allowPrefix: true })).toMatchObject({ slug: "alpha" });
    expect(choice({ flag: "fir", allowPrefix: true })).toMatchObject({ slug: "alpha" });
    expect(choice({ flag: "beta", allowPrefix: true })).toMatchObject({ slug: "beta" });
    expect(resolve({ flag: "bet", allowPrefix: true })).toMatchObject({ refusal: { reason: "ambiguous-plan" } });
    expect(resolve({ flag: "", allowPrefix: true })).toMatchObject({ refusal: { reason: "no-such-plan" } });
  });

  test("with no plan at all, the refusal says so", () => {
    expect(findPlan("x", [])).toMatchObject({ refusal: { hint: "There is no plan yet." } });
  });

  test("a name that is near none leads to the list", () => {
    expect(resolve({ flag: "zebra" })).toMatchObject({ refusal: { hint: "holdfast plan list --archived" } });
  });
});

describe("what is out of date", () => {
  test("a binding to a plan that is gone is told, and others are asked", () => {
    const found = choice({ session: "claude:a", state: stateOf("lost", "alpha") });
    expect(found).toMatchObject({ source: "default", slug: "alpha" });
    expect(found.notes).toEqual(["This session is bound to the plan lost, which is gone."]);
  });

  test("a default that is gone or at rest is told", () => {
    expect(choice({ state: stateOf(undefined, "lost") }).notes).toEqual(["The default plan lost is gone."]);
    expect(choice({ state: stateOf(undefined, "old") })).toMatchObject({
      source: "latest",
      notes: ["The default plan old is archived."],
    });
  });

  test("a binding finds its plan by an alias", () => {
    expect(choice({ session: "claude:a", state: stateOf("first") })).toMatchObject({
      source: "session",
      slug: "alpha",
    });
  });
});
