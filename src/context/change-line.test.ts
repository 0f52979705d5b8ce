import { expect, test } from "vitest";
import { describeChange } from "./change-line.ts";
import { makeChange, makeState } from "./fixtures.ts";

test("a change that has nothing to add does not end in a colon", () => {
  expect(describeChange(makeState(), makeChange(2, "brief.edited", { text: "" }))).toBe("brief edited by claude:one");
});

test("another name of a plan is told as such", () => {
  const change = makeChange(2, "plan.renamed", { subject: "invoices" });
  expect(describeChange(makeState(), change)).toBe("plan also called invoices by claude:one");
});

test("a record that a merge refused is said to be refused, and why", () => {
  const change = makeChange(2, "conflict.listed", { subject: "T1", text: "T1 is done" });
  expect(describeChange(makeState(), change)).toBe("T1 refused in the merge, written by claude:one: T1 is done");
});
