import { expect, test } from "vitest";
import { makeBusyState } from "./fixtures.ts";
import { renderHotContext } from "./hot-context.ts";
import { splitHotContext } from "./hot-parts.ts";

const parts = splitHotContext(renderHotContext(makeBusyState()).text);

test("the stable part is what the plan is about", () => {
  expect(parts.stable.map((line) => line.slice(0, line.indexOf(":")))).toEqual([
    "Plan",
    "Goal",
    "Done when",
    "Constraints",
  ]);
});

test("the stable part is the same to the byte while the work goes on", () => {
  const moved = makeBusyState({ revision: 99, nextAction: { what: "Something else", at: 1, session: "s" } });
  const { stable, moving } = splitHotContext(renderHotContext(moved).text);
  expect(stable).toEqual(parts.stable);
  expect(moving).not.toEqual(parts.moving);
});

test("nothing is lost but the tags, which name the revision", () => {
  const { text } = renderHotContext(makeBusyState());
  const lines = text.split("\n").slice(1, -1);
  expect([...parts.stable, ...parts.moving].toSorted()).toEqual(lines.toSorted());
});

test("nothing comes of nothing", () => {
  expect(splitHotContext("")).toEqual({ stable: [], moving: [] });
});
