import { expect, test } from "vitest";
import { besidesPlan, isSideRequest } from "./host-text.ts";

test("a request that names or summarises is told by its words, and by having no surroundings", () => {
  expect(isSideRequest(["You are a title generator. You output ONLY a thread title."])).toBe(true);
  expect(isSideRequest(["You are a context summarization agent."])).toBe(true);
  expect(isSideRequest(["You are opencode.\n<env>\n</env>"])).toBe(false);
  expect(isSideRequest(["You summarize patches.\n<env>\n</env>"])).toBe(false);
  expect(isSideRequest(["You review code."])).toBe(false);
  for (const strange of [[], [7], [null]]) expect(isSideRequest(strange)).toBe(false);
});

test("what the parts say already is left out, wherever it stood", () => {
  const context = [
    "Holdfast: mind the window.",
    '<holdfast-context plan="a" revision="3">',
    "Next: x",
    "Goal: y",
    "Changed: T1 done",
    "Folder: /project",
    "</holdfast-context>",
  ].join("\n");
  expect(besidesPlan(context)).toEqual({
    lines: ["Changed: T1 done", "Folder: /project"],
    texts: ["Holdfast: mind the window."],
  });
  expect(besidesPlan("Goal: dates. Done when: tests pass\nHoldfast: 1 plan is open here.")).toEqual({
    lines: [],
    texts: ["Holdfast: 1 plan is open here."],
  });
  expect(besidesPlan("")).toEqual({ lines: [], texts: [] });
});
