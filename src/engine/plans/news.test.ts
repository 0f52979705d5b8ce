import * as fc from "fast-check";
import { expect, test } from "vitest";
import { begun, play } from "../../../test/kit/plan-checks.ts";
import { movesOf } from "../../../test/kit/plan-moves.ts";
import { kindsSince } from "../../plan/changes.ts";
import { NOT_SHOWN } from "./news.ts";
import { filesOf } from "./projection.ts";

test("what is said not to show in a file does not change a byte of it, whatever happens", () => {
  const met = new Set<string>();
  fc.assert(
    fc.property(movesOf(40), (moves) => {
      const copy = begun();
      for (const move of moves) {
        const { revision } = copy.state;
        const before = new Map(filesOf(copy.state).map(({ name, render }) => [name, render()]));
        play(copy, move);
        const kinds = [...(kindsSince(copy.state, revision) ?? ["something else"])];
        for (const { name, render } of filesOf(copy.state)) {
          const notShown = NOT_SHOWN[name];
          if (notShown === undefined || !kinds.every((kind) => notShown.has(kind))) continue;
          expect([name, kinds, render()]).toEqual([name, kinds, before.get(name)]);
          for (const kind of kinds) met.add(`${name} ${kind}`);
        }
      }
    }),
    { numRuns: 150 },
  );
  for (const file of ["TODO_LIST.md", "progress.md", "findings.md"]) expect(met).toContain(`${file} task.claimed`);
  expect(met).toContain("task_plan.md entry.added log");
});
