import { expect, test } from "vitest";
import { batchChecks } from "./check-batches.ts";

/** `A` is exclusive, `w` writes into the tree, anything else may run beside others. */
const batches = (names: string): string =>
  batchChecks(
    names.split("").map((name) => ({
      name,
      check: { isExclusive: name === name.toUpperCase() },
      writesIntoTree: name === "w" || name === "v",
    })),
  )
    .map((batch) => batch.map(({ name }) => name).join(""))
    .join(" ");

test.each([
  ["", ""],
  ["abc", "abc"],
  ["aBc", "a B c"],
  ["AB", "A B"],
  ["abwcv", "w v abc"],
  ["abwCdv", "w ab C v d"],
])("%s runs as %s", (names, expected) => {
  expect(batches(names)).toBe(expected);
});
