import { expect, test } from "vitest";
import { mirrorTodos } from "./todos.ts";

test("what the agent made of the plan's items is not asked, and its own are kept as they are", () => {
  const own = [{ content: "a", status: "pending", id: "1" }, 7, null];
  const mirrored = mirrorTodos(
    [{ content: "[plan x] T1 Old", status: "completed" }, ...own],
    [{ content: "[plan x] T1", status: "pending" }],
  );
  expect(mirrored).toEqual([{ content: "[plan x] T1", status: "pending", priority: "medium" }, ...own]);
});
