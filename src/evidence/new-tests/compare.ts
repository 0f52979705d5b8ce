import { isBareFile } from "../reports/junit.ts";
import type { TestCase } from "../reports/report.ts";

/** A test of a run. Its file, where the report says it, from the root of the checkout. */
export type RanTest = Pick<TestCase, "name" | "file" | "outcome" | "assertions">;

export interface TestDelta {
  /** Passed now, and the report at the base had no test of that name, or fewer. */
  readonly added: readonly RanTest[];
  /** Names of tests that ran at the base and now do not, each as often as that is so. */
  readonly lost: readonly string[];
}

/**
 * What a run has that the one at the base had not, and the reverse. Names are counted: taking a test out of a run never
 * adds one, and neither does a test that did not pass.
 */
export function compareTests(base: readonly RanTest[], now: readonly RanTest[]): TestDelta {
  const [then, ran] = [byName(base), byName(now)];
  const added = [...ran].flatMap(([name, tests]) => {
    const before = then.get(name) ?? [];
    const known = new Set(before.map(({ file }) => file));
    const passed = tests.filter(({ outcome }) => outcome === "passed");
    const inNewFilesFirst = passed.toSorted((a, b) => Number(known.has(a.file)) - Number(known.has(b.file)));
    return inNewFilesFirst.slice(0, Math.max(0, passed.length - before.length));
  });
  const lost = [...then].flatMap(([name, tests]) => {
    const missing = tests.filter(hasRun).length - (ran.get(name) ?? []).filter(hasRun).length;
    return Array.from({ length: Math.max(0, missing) }, () => name);
  });
  return { added, lost };
}

const hasRun = ({ outcome }: RanTest): boolean => outcome !== "skipped" && outcome !== "todo";

/** Files that some runners report as if they were tests are none. */
function byName(tests: readonly RanTest[]): ReadonlyMap<string, readonly RanTest[]> {
  const named = new Map<string, RanTest[]>();
  for (const test of tests) {
    if (isBareFile(test.name)) continue;
    const same = named.get(test.name);
    if (same === undefined) named.set(test.name, [test]);
    else same.push(test);
  }
  return named;
}
