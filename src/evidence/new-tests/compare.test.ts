import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareTests, type RanTest } from "./compare.ts";

const ran = (name: string, outcome: RanTest["outcome"] = "passed", file?: string): RanTest => ({
  name,
  outcome,
  ...(file === undefined ? {} : { file }),
});

describe("what a run has that the one at the base had not", () => {
  test("are tests of other names that passed, and what is gone are those that ran and do not now", () => {
    const base = [ran("adds"), ran("fails", "failed"), ran("later", "skipped"), ran("gone")];
    const now = [ran("adds"), ran("fails", "skipped"), ran("later"), ran("new"), ran("broken", "failed")];
    const { added, lost } = compareTests(base, now);
    expect(added.map(({ name }) => name)).toEqual(["new"]);
    expect(lost).toEqual(["fails", "gone"]);
  });

  test("is nothing for a test that only moved to another file, and the one in the new file where a name comes twice", () => {
    expect(compareTests([ran("a", "passed", "1.js")], [ran("a", "passed", "2.js")])).toEqual({ added: [], lost: [] });
    const two = compareTests([ran("a", "passed", "1.js")], [ran("a", "passed", "1.js"), ran("a", "passed", "2.js")]);
    expect(two.added).toEqual([ran("a", "passed", "2.js")]);
  });

  test("does not count files that a runner reports as tests", () => {
    expect(compareTests([ran("test/a.test.js", "failed")], [ran("test/b.test.js")])).toEqual({ added: [], lost: [] });
  });
});

describe("whatever ran", () => {
  const oneTest = fc.record({
    name: fc.constantFrom("a", "b", "c"),
    outcome: fc.constantFrom("passed", "failed", "skipped", "todo", "error"),
    file: fc.constantFrom("1.js", "2.js"),
  }) as fc.Arbitrary<RanTest>;
  const tests = fc.array(oneTest, { maxLength: 8 });

  test("taking a test out adds none and brings none back", () => {
    fc.assert(
      fc.property(tests, tests, fc.nat(), (base, now, at) => {
        const fewer = now.filter((_, index) => index !== at % Math.max(1, now.length));
        const [before, after] = [compareTests(base, now), compareTests(base, fewer)];
        expect(after.added.length).toBeLessThanOrEqual(before.added.length);
        expect(after.lost.length).toBeGreaterThanOrEqual(before.lost.length);
      }),
    );
  });

  test("what is skipped or fails is never an addition, and a run that is the same has neither", () => {
    fc.assert(
      fc.property(tests, tests, (base, now) => {
        expect(compareTests(base, now).added.every(({ outcome }) => outcome === "passed")).toBe(true);
        expect(compareTests(now, now)).toEqual({ added: [], lost: [] });
      }),
    );
  });
});
