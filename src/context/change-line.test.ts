import { expect, test } from "vitest";
import { describeChange } from "./change-line.ts";
import { makeChange, makeState } from "./fixtures.ts";

test("a change that has nothing to add does not end in a colon", () => {
  expect(describeChange(makeState(), makeChange({ type: "brief.edited", session: "claude:one", text: "" }))).toBe(
    "brief edited by claude:one",
  );
});

test("a record that a merge refused is said to be refused, and why", () => {
  const change = makeChange({ type: "conflict.listed", subject: "T1", session: "claude:one", text: "T1 is done" });
  expect(describeChange(makeState(), change)).toBe("T1 refused in the merge, written by claude:one: T1 is done");
});
