import { describe, expect, test } from "vitest";
import { readWith } from "./fixtures.ts";
import { TapReader } from "./tap.ts";

const read = (...lines: readonly string[]) => readWith(new TapReader(), `${lines.join("\n")}\n`);

describe("TAP", () => {
  test.each([
    [["1..1", "ok 1 - a"], "passed"],
    [["TAP version 14", "ok", "ok", "1..2"], "passed"],
    [["1..1", "not ok 1 - a"], "failed"],
    [["1..2", "ok 1", "not ok 2 # TODO some day"], "passed"],
    [["1..1", "not ok 1 # SKIP not here"], "failed"],
    [["1..1", "ok 1 - a # skip not here"], "nothing-ran"],
    [["1..0 # SKIP all"], "nothing-ran"],
    [["ok 1 - a"], "unreadable"],
    [["1..2", "ok 1 - a"], "unreadable"],
    [["1..1", "ok 1", "ok 2"], "unreadable"],
    [["1..1", "1..1", "ok 1"], "unreadable"],
    [["1..1", "ok 1", "Bail out! no database"], "failed"],
    [["1..1", "ok 1", "# fail 1"], "failed"],
    [["1..1", "ok 1", "# cancelled 2"], "failed"],
    [["1..1", "ok 1 - a", "  ---", "  message: 'x'"], "unreadable"],
    [["1..1", "not ok 1 - a", "  ---", "  message: |-", "ok 2", "  ..."], "failed"],
    [["# Subtest: a", "    ok 1 - b", "    1..1", "ok 1 - a", "1..1"], "passed"],
    [["# Subtest: a", "    not ok 1 - b", "    1..1", "not ok 1 - a", "1..1"], "failed"],
    [["# Subtest: a", "    ok 1 - b", "    1..2", "ok 1 - a", "1..1"], "unreadable"],
    [["TAP version 13", "ok 1", "1..1", "TAP version 13", "not ok 1", "1..1"], "failed"],
    [["TAP version 13", "ok 1", "1..1", "TAP version 13", "ok 1"], "unreadable"],
    [["# Subtest: a.test.js", "ok 1 - a.test.js", "1..1"], "nothing-ran"],
    [["hello"], "unreadable"],
  ])("%j is %s", (lines, verdict) => {
    expect(read(...lines).verdict).toBe(verdict);
  });

  test("a test with tests in it is counted by those, and named with what it stands in", () => {
    const { counts, tests } = read(
      "# Subtest: a",
      "    # Subtest: b",
      "    ok 1 - b",
      "    1..1",
      "ok 1 - a",
      "ok 2 - c",
      "1..2",
    );
    expect(counts.passed).toBe(2);
    expect(tests?.map(({ name }) => name)).toEqual(["a > b", "c"]);
  });
});
