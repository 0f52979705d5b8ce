import { expect, test } from "vitest";
import { describeRest } from "./time.ts";

test.each([
  [2 * 3_600_000, "2 h"],
  [2 * 3_600_000 - 5, "2 h"],
  [90 * 60_000, "1 h 30 min"],
  [20_000, "1 min"],
  [-5, "0 min"],
])("what is left of %i ms is told to the next minute: %s", (ms, told) => {
  expect(describeRest(ms)).toBe(told);
});
