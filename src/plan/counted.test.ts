import { expect, test } from "vitest";
import { counted } from "./counted.ts";

test.each([
  [0, "0 tasks"],
  [1, "1 task"],
  [2, "2 tasks"],
])("%i of them are said as they are counted", (count, words) => {
  expect(counted(count, "task")).toBe(words);
});
