import { expect, test } from "vitest";
import { makeBusyState } from "./fixtures.ts";
import { itemsOfPlan, renderItems } from "./list-items.ts";

const read = (state = makeBusyState()) => itemsOfPlan(state).map(({ content, status }) => `${status} ${content}`);

test("phases that have ended are one item, the present one says how far it is, with its tasks behind it", () => {
  expect(read()).toMatchInlineSnapshot(`
    [
      "completed [plan auth-rewrite] Clarify: ended",
      "in_progress [plan auth-rewrite] Execute: wave 2 of 3, 1/6 tasks done, 1 in progress, 1 implemented, 1 blocked",
      "in_progress [plan auth-rewrite] T3 Rewrite the token store",
      "pending [plan auth-rewrite] T4 Document the header",
    ]
  `);
});

test("a plan that is over is one item", () => {
  expect(read(makeBusyState({ status: "done" }))).toEqual([expect.stringMatching(/^completed .*: ended$/)]);
});

test("a model reads them as lines with boxes, without the mark that a list needs", () => {
  const lines = renderItems(itemsOfPlan(makeBusyState())).split("\n");
  expect(lines.slice(1)).toEqual([
    "[x] Clarify: ended",
    expect.stringMatching(/^\[~\] Execute: wave 2 of 3/),
    "[~] T3 Rewrite the token store",
    "[ ] T4 Document the header",
  ]);
});
