import { expect, test } from "vitest";
import { makeBusyState } from "../../context/fixtures.ts";
import { mirrorTodos, planTodos } from "./todos.ts";

const read = (state = makeBusyState()) => planTodos(state).map(({ content, status }) => `${status} ${content}`);

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

test("what the agent made of the plan's items is not asked, and its own are kept as they are", () => {
  const own = [{ content: "a", status: "pending", id: "1" }, 7, null];
  const mirrored = mirrorTodos(
    [{ content: "[plan x] T1 Old", status: "completed" }, ...own],
    [{ content: "[plan x] T1", status: "pending" }],
  );
  expect(mirrored).toEqual([{ content: "[plan x] T1", status: "pending", priority: "medium" }, ...own]);
});
