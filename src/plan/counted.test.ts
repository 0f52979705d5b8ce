import { expect, test } from "vitest";
import { counted, listed } from "./counted.ts";

test.each([
  [0, "0 tasks"],
  [1, "1 task"],
  [2, "2 tasks"],
])("%i of them are said as they are counted", (count, words) => {
  expect(counted(count, "task")).toBe(words);
});

test("of a list the first few are said, and how many more there are", () => {
  expect(listed(["a", "b"], 2)).toBe("a, b");
  expect(listed(["a", "b"], 5)).toBe("a, b and 3 more");
  expect(listed(["a", "b"], 5, ";")).toBe("a; b; and 3 more");
  expect(listed([], 3)).toBe("and 3 more");
  expect(listed([], 0)).toBe("");
});
