import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeEntry, makeState, makeTask } from "./fixtures.ts";
import { buildHead } from "./head.ts";
import { judgeRoute, renderRoute, speaksOf } from "./route.ts";

const head = buildHead(
  makeState({
    slug: "parser-speed",
    title: "Speed up the parser",
    brief: {
      goal: "Parse a million lines in two seconds",
      nonGoals: [],
      acceptance: [],
      constraints: [],
      openQuestions: [],
      edgeCases: [],
      verification: [],
    },
    tasks: [
      makeTask({ id: "T1", title: "Measure the tokenizer" }),
      makeTask({ id: "lexer", title: "Rewrite the lexer" }),
    ],
  }),
);

describe("evidence of other work", () => {
  test.each([
    ["Let's do a completely different project: a billing service", { cue: "a completely different project" }],
    ["continue with a completely new billing project", { cue: "a completely new billing project" }],
    ["I have an unrelated question about invoices", { cue: "an unrelated question" }],
    ["This has nothing to do with this: rename the invoices table", { cue: "nothing to do with this" }],
    ["换个任务,帮我写一封邮件", { cue: "换个任务" }],
    ["Fix the billing webhook bug in payments/service.ts", { path: "payments/service.ts" }],
  ])("%s", (prompt, evidence) => {
    expect(judgeRoute(prompt, head)).toEqual(evidence);
  });
});

describe("no evidence", () => {
  test.each([
    "",
    "continue",
    "继续",
    "Use a map instead",
    "Use a different data structure",
    "Add a new task for the docs",
    "Preview the roadmap",
    "Do the other task first",
    "For another project I'd say no, but speed up the tokenizer in src/lexer/fast.ts",
    "Fix the parser in src/parse.ts",
    "Rewrite T1's harness in bench/run.ts please",
    "Fix the flaky harness in lexer",
    "What does payments/service.ts say?",
    "Fix payments/service.ts",
    "/holdfast:new a completely different project",
    "Why does it take so long?",
  ])("%j", (prompt) => {
    expect(judgeRoute(prompt, head)).toBeUndefined();
  });

  test("about files that the conversation has changed before", () => {
    const prompt = "Fix the billing webhook bug in payments/service.ts";
    expect(judgeRoute(prompt, head, { files: ["/project/payments/webhook.ts"] })).toBeUndefined();
  });
});

test("it is worded as evidence, in one line, whatever the prompt holds", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (noise) => {
      const evidence = judgeRoute(`a different project ${noise}`, head);
      const line = evidence === undefined ? "evidence" : renderRoute(evidence, head);
      expect(line).toContain("evidence");
      expect(line.split("\n")).toHaveLength(1);
    }),
  );
  expect(judgeRoute("x/".repeat(50_000), head)).toBeUndefined();
});

describe("a plan says more than its head, and so speaks for prompts that the head knows nothing of", () => {
  const state = makeState({
    brief: { nonGoals: ["a billing webhook"] },
    tasks: [
      makeTask({ id: "T1", title: "Measure", status: "done", touches: ["src/payments/service.ts"] }),
      makeTask({ id: "lexer", title: "Rewrite it", description: "Tokens overflow at the end of a line" }),
    ],
    entries: [makeEntry("log", "Changed 1 file", { files: ["test/scanner.test.ts"] })],
  });

  test.each([
    ["Fix the crash in payments/service.ts", true],
    ["Fix an unrelated bug: tokens overflow", true],
    ["Fix another thing in lexer", true],
    ["Fix the flaky test/scanner.test.ts", true],
    ["Fix the billing webhook in invoices/pdf.ts", false],
    ["Rewrite it for a separate project", false],
  ])("%j: %s", (prompt, speaks) => {
    const evidence = judgeRoute(prompt, head) ?? {};
    expect(speaksOf(state, prompt, evidence)).toBe(speaks);
  });
});
