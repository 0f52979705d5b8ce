import { expect, test } from "vitest";
import { refuse } from "../plan/refusal.ts";
import { wayOut, withCalls } from "./way-out.ts";

test.each([
  ["holdfast task claim T1", 'task {"action":"claim","id":"T1"}'],
  [
    "holdfast task show IMPL-1.2, then claim it again",
    'plan_read {"what":"task","id":"IMPL-1.2"}, then claim it again',
  ],
  [
    "add --fence <id>; holdfast task prompt T1 shows yours",
    'add "fence"; plan_read {"what":"prompt","id":"T1"} shows yours',
  ],
  ["holdfast task next; or a person takes it over", 'plan_read {"what":"ready"}; or a person takes it over'],
  [
    "--plan a or --plan b; or holdfast plan switch <slug>",
    '"plan":"a" or "plan":"b"; or plan_write {"action":"switch"}',
  ],
  [
    "choose another name, or holdfast plan switch billing",
    'choose another name, or plan_write {"action":"switch","plan":"billing"}',
  ],
  ['holdfast plan new "<title>"', 'plan_write {"action":"new"}'],
  ["holdfast goal adopt g1 --steal takes it", "goal_adopt g1 --steal takes it"],
  ["holdfast worktree prepare", "holdfast worktree prepare"],
  ["did you mean T1?", "did you mean T1?"],
])("%s", (hint, way) => {
  expect(withCalls(hint)).toBe(way);
});

test("a way of its own goes before, and where there is none nothing is said", () => {
  expect(wayOut(refuse("writer-taken", "x", { hint: "--observe" })).hint).toContain("observe");
  expect(wayOut(refuse("cycle", "x"))).toEqual({});
});
