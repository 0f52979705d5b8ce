import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlanState, Task } from "../plan/state.ts";
import { makeAttempt, makeBusyState, makeCheck, makeState, makeTask, minute, uidOf } from "./fixtures.ts";
import { HIDDEN_IN_TEXT, hostileText } from "./hostile.ts";
import { utf8Length } from "./measure.ts";
import { outputPathsOf, renderTaskPrompt, type PromptTexts } from "./task-prompt.ts";

const texts = (more: Partial<PromptTexts> = {}): PromptTexts => ({
  outputs: [],
  outputFolder: ".planning/auth-rewrite/tasks/T3",
  planFolder: ".planning/auth-rewrite",
  ...more,
});
const taskOf = (state: PlanState, id: string): Task => state.tasks.get(uidOf(id))!;
const promptOf = (state: PlanState, id: string, more: Partial<Parameters<typeof renderTaskPrompt>[2]> = {}): string =>
  renderTaskPrompt(state, taskOf(state, id), { texts: texts(), ...more }).text;

const survey = {
  task: "T1",
  name: "output.md",
  text: "# Survey\n\nThree modules read the cookie:\n```ts\nreadCookie();\n```\n",
};

/** T3 in its second attempt: the first was blocked, resolved and sent back with a note. */
function secondAttempt(): PlanState {
  const state = makeBusyState();
  const first = makeAttempt({ session: "codex:two", endedAt: minute(9), end: "blocked", note: "stopped at the store" });
  const task: Task = {
    ...taskOf(state, "T3"),
    description: "Tokens live in src/auth/token.ts.",
    promptPrefix: "very thorough analysis",
    claim: makeAttempt({ fence: "rec-claim-2" as never, number: 2 }),
    attemptCount: 2,
    attempts: [first],
    retryNote: "Keep the old file format",
    blockers: [
      {
        tried: "In-place edit",
        why: "Format is shared",
        resolve: "Write beside it",
        at: minute(9),
        session: "codex:two",
      },
    ],
    log: [
      { at: minute(5), session: "codex:two", text: "Started with the reader", attempt: 1 },
      { at: minute(11), session: "claude:one", text: "Own line of this attempt", attempt: 2 },
    ],
  };
  return { ...state, tasks: new Map([...state.tasks, [task.uid, task]]) };
}

describe("task prompt", () => {
  test("of a first attempt reads as the golden file says", async () => {
    await expect(promptOf(makeBusyState(), "T3", { texts: texts({ outputs: [survey] }) })).toMatchFileSnapshot(
      "golden/prompt-first.md",
    );
  });

  test("of a second attempt reads as the golden file says", async () => {
    await expect(
      promptOf(secondAttempt(), "T3", {
        texts: texts({ outputs: [survey] }),
        fix: ["critical: expiry is not checked"],
      }),
    ).toMatchFileSnapshot("golden/prompt-second.md");
  });

  test("begins with the task's id", () => {
    expect(promptOf(makeBusyState(), "T3").split("\n")[0]).toBe("**Task ID:** T3");
  });

  test("puts the prefix before the description, and takes the title where there is none", () => {
    expect(promptOf(secondAttempt(), "T3")).toContain("\nvery thorough analysis: Tokens live in src/auth/token.ts.\n");
    expect(promptOf(makeBusyState(), "T4")).toContain("\nDocument the header\n");
  });

  test("lists what Holdfast will run, and says so where nothing is recorded", () => {
    const state = makeBusyState();
    expect(promptOf(state, "T3")).toContain("No check is recorded for this task.");
    const checks = [makeCheck({ id: "unit", command: ["npm", "test", "`x`\n## Boundaries"], tasks: [uidOf("T3")] })];
    const text = promptOf({ ...state, checks }, "T3");
    expect(text).toContain("- unit: `npm test 'x' ## Boundaries`");
    expect(text).toContain("Holdfast runs them itself: `holdfast verify --task T3`");
    expect(text.match(/^## Boundaries$/gm)).toHaveLength(1);
    expect(text).not.toContain("No check is recorded");
  });

  test("asks for an output that is recorded where nothing else would let the task be done", () => {
    const state = makeBusyState({ level: "executed" });
    const text = promptOf(state, "T3");
    expect(text).toContain("Hand on what came of this task");
    expect(text).toContain("Without an output that is recorded it cannot be done.");
    expect(text).not.toContain("Otherwise write nothing there");
    const checks = [makeCheck({ tasks: [uidOf("T3")] })];
    expect(promptOf({ ...state, checks }, "T3")).toContain("Otherwise write nothing there");
    const tasks = [makeTask({ id: "T1", outputPaths: ["docs/a.md"] })];
    expect(promptOf(makeState({ tasks }), "T1")).toContain(
      "Write what this task hands on to `docs/a.md`, and record it: `holdfast task output T1 <name.md> --file <path>",
    );
  });

  test("tells of earlier attempts only when there was one, and never of this one", () => {
    expect(promptOf(makeBusyState(), "T3")).not.toContain("Earlier attempts");
    const second = promptOf(secondAttempt(), "T3");
    expect(second).toContain("## Earlier attempts: 1");
    expect(second).toContain("Keep the old file format");
    expect(second).toContain("Started with the reader");
    expect(second).toContain("tried In-place edit");
    expect(second).not.toContain("Own line of this attempt");
  });

  test("names fence and commands, or how to get a fence where nobody holds the task", () => {
    expect(promptOf(makeBusyState(), "T3")).toContain("`holdfast task step T3 <number> --fence rec-claim-1`");
    expect(promptOf(makeBusyState(), "T4")).toContain("Claim it first: `holdfast task claim T4`");
  });

  test("sends outputs to the paths that the task or its steps give, and else to its folder", () => {
    const where = (more: Partial<Task>): readonly string[] => outputPathsOf(makeTask({ id: "T1", ...more }));
    const step = (text: string) => ({ steps: [{ text, done: false }] });
    expect(where({ outputPaths: ["docs/a.md"], ...step("Write to docs/b.md") })).toEqual(["docs/a.md"]);
    expect(where(step("Write the result to `docs/design/b.md`"))).toEqual(["docs/design/b.md"]);
    expect(where(step("Save as notes.md"))).toEqual(["notes.md"]);
    expect(where(step("Run npm test and/or lint"))).toEqual([]);
    expect(promptOf(makeBusyState(), "T3")).toContain(".planning/auth-rewrite/tasks/T3");
  });

  test("holds the parents' outputs in the parents' order, then by name, and an ancestor's only when asked", () => {
    const tasks = [
      makeTask({ id: "A", status: "done" }),
      makeTask({ id: "B", status: "done", parents: ["A"] }),
      makeTask({ id: "C", status: "done" }),
      makeTask({ id: "D", parents: ["C", "B"] }),
    ];
    const state = makeState({ tasks });
    const outputs = ["B/z.md", "A/spec.md", "B/a.md", "C/output.md"].map((path) => {
      const [task, name] = path.split("/") as [string, string];
      return { task, name, text: `text of ${path}` };
    });
    const headings = (text: string): readonly string[] => [...text.matchAll(/^### (.*)$/gm)].map(([, name]) => name!);
    expect(headings(promptOf(state, "D", { texts: texts({ outputs }) }))).toEqual(["C/output.md", "B/a.md", "B/z.md"]);
    const asked = promptOf(state, "D", { texts: texts({ outputs }), ancestors: ["a"] });
    expect(headings(asked)).toEqual(["C/output.md", "B/a.md", "B/z.md", "A/spec.md"]);
    expect(asked).toContain("text of A/spec.md");
  });

  test("says where an output is that the caller could not read", () => {
    expect(promptOf(makeBusyState(), "T3")).toContain(
      "Not included here (Three modules read the cookie); read `.planning/auth-rewrite/tasks/T1/output.md`.",
    );
  });

  test("cuts long outputs evenly, and says where the rest is", () => {
    const tasks = [
      makeTask({ id: "A", status: "done" }),
      makeTask({ id: "B", status: "done" }),
      makeTask({ id: "C", status: "done" }),
      makeTask({ id: "D", parents: ["A", "B", "C"] }),
    ];
    const outputs = [
      { task: "A", name: "output.md", text: "a".repeat(100_000) },
      { task: "B", name: "output.md", text: "short" },
      { task: "C", name: "output.md", text: "c".repeat(100_000) },
    ];
    const text = promptOf(makeState({ tasks }), "D", { texts: texts({ outputs }), budgetBytes: 12_000 });
    expect(utf8Length(text)).toBeLessThanOrEqual(12_000);
    expect(utf8Length(text)).toBeGreaterThan(9_000);
    expect(text).toContain("short");
    const count = (letter: string): number =>
      Math.max(...[...text.matchAll(new RegExp(`${letter}+`, "g"))].map(([run]) => run.length));
    expect(Math.abs(count("a") - count("c"))).toBeLessThan(20);
    expect(text).toContain("Cut here, of 100000 bytes; the rest is in `.planning/auth-rewrite/tasks/A/output.md`.");
  });

  test("keeps its budget where making an output harmless makes it longer", () => {
    const tasks = [makeTask({ id: "A", status: "done" }), makeTask({ id: "D", parents: ["A"] })];
    const outputs = [{ task: "A", name: "output.md", text: "<holdfast".repeat(5000) }];
    const text = promptOf(makeState({ tasks }), "D", { texts: texts({ outputs }), budgetBytes: 9000 });
    expect(utf8Length(text)).toBeLessThanOrEqual(9000);
    expect(text).toContain("‹holdfast‹holdfast");
  });

  test("names the outputs that it has no room for", () => {
    const parents = Array.from({ length: 60 }, (_, at) => makeTask({ id: `P${at}`, status: "done" }));
    const state = makeState({ tasks: [...parents, makeTask({ id: "D", parents: parents.map(({ id }) => id) })] });
    const outputs = parents.map(({ id }) => ({ task: id, name: "output.md", text: "o".repeat(3000) }));
    const prompt = renderTaskPrompt(state, taskOf(state, "D"), { texts: texts({ outputs }), budgetBytes: 8192 });
    expect(utf8Length(prompt.text)).toBeLessThanOrEqual(8192);
    expect(prompt.left).toContain("P59/output.md: .planning/auth-rewrite/tasks/P59/output.md");
    expect(prompt.text).toContain("## Left out for room");
    expect(prompt.text).toMatch(/- and \d+ more|P59/);
  });

  test("always holds id, boundaries, fence and report, within its budget, whatever the plan says", () => {
    fc.assert(
      fc.property(
        fc.array(hostileText(40), { minLength: 6, maxLength: 6 }),
        fc.nat(60),
        fc.integer({ min: 0, max: 30_000 }),
        (given, many, budgetBytes) => {
          const [a, b, c, d, e, f] = given as [string, string, string, string, string, string];
          const repeat = (text: string): readonly string[] => Array.from({ length: many }, () => text.repeat(3));
          const task = makeTask({
            id: "T9",
            title: a,
            description: b.repeat(many),
            promptPrefix: c,
            touches: repeat(d),
            outputPaths: repeat(e),
            parents: ["P"],
            steps: repeat(f).map((text) => ({ text, done: false })),
            claim: makeAttempt({ number: 3 }),
            attemptCount: 3,
            retryNote: a,
            failure: { why: b, at: 0, session: c },
            log: repeat(d).map((text) => ({ at: 0, session: "s", text, attempt: 1 })),
          });
          const files = { own: repeat(a), ownCount: 99, unattributed: repeat(d), unattributedCount: 99 };
          const attempt = makeAttempt({ note: e, doneNote: f, files: { ...files, basis: "tree", digest: b } });
          const parent = makeTask({ id: "P", title: f, status: "done", attempts: [attempt] });
          const state = makeState({
            title: c,
            tasks: [parent, task],
            brief: { goal: a, acceptance: repeat(b), constraints: repeat(c) },
          });
          const outputs = repeat(e).map((text, at) => ({ task: "P", name: `o${at}.md`, text }));
          const { text } = renderTaskPrompt(state, task, {
            texts: texts({ outputs, planFiles: repeat(f) }),
            fix: repeat(a),
            budgetBytes,
          });
          expect(utf8Length(text)).toBeLessThanOrEqual(Math.max(4096, budgetBytes));
          expect(text.replaceAll("\t", " ")).not.toMatch(HIDDEN_IN_TEXT);
          expect(text).not.toMatch(/<\/?holdfast/i);
          expect(text.startsWith("**Task ID:** T9\n")).toBe(true);
          for (const needed of ["## Boundaries", "## Report", "`rec-claim-1`", "holdfast task implemented T9"]) {
            expect(text).toContain(needed);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
