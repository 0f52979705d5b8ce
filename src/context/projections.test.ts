import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlanState } from "../plan/state.ts";
import { makeAttempt, makeBusyState, makeEntry, makeLane, makeState, makeTask, minute } from "./fixtures.ts";
import { renderFindings } from "./findings.ts";
import { BREAKS_OUT, HIDDEN_IN_TEXT, hostileText } from "./hostile.ts";
import { GENERATED_MARK } from "./markdown.ts";
import { renderArchiveChunk, renderProgress } from "./progress.ts";
import { renderBlockers, renderLaneBrief } from "./reports.ts";
import { renderTaskPlan } from "./task-plan.ts";
import { renderTodoList } from "./todo-list.ts";

const FILES: readonly (readonly [name: string, render: (state: PlanState) => string])[] = [
  ["task_plan.md", renderTaskPlan],
  ["progress.md", renderProgress],
  ["findings.md", renderFindings],
  ["TODO_LIST.md", renderTodoList],
];

const blockersOf = (tried: string, why: string, resolve: string): string =>
  renderBlockers({
    kind: "blockers",
    task: "T3",
    blockers: [
      { tried: "First try", why: "First reason", resolve: "First way", at: minute(1), session: "claude:one" },
      { tried, why, resolve, at: minute(2), session: "codex:two" },
    ],
  });

test("task_plan.md says what blocks the plan, and no longer once it goes on", () => {
  const blockers = [
    { tried: "one", why: "first reason", resolve: "first way", at: minute(1), session: "claude:one" },
    { tried: "two", why: "second reason", resolve: "second way", at: minute(2), session: "claude:one" },
  ];
  const blocked = renderTaskPlan(makeState({ status: "blocked", blockers }));
  expect(blocked).toContain("**The plan** blocked since 2026-01-31T09:02:00Z: second reason");
  expect(blocked).not.toContain("first reason");
  expect(renderTaskPlan(makeState({ blockers }))).not.toContain("**The plan** blocked");
});

describe.each(FILES)("%s", (name, render) => {
  test("reads as the golden file says", async () => {
    await expect(render(makeBusyState())).toMatchFileSnapshot(`golden/${name}`);
  });

  test("begins with the mark of a generated file, also of an empty plan", () => {
    expect(render(makeBusyState()).startsWith(`${GENERATED_MARK}\n`)).toBe(true);
    expect(render(makeState()).startsWith(`${GENERATED_MARK}\n`)).toBe(true);
  });

  test("has the same headings whatever the plan says, and hides nothing", () => {
    const headings = (text: string): readonly string[] =>
      text.split("\n").filter((line) => BREAKS_OUT.test(line) && !line.startsWith("# "));
    const plain = headings(render(planSaying("x")));
    fc.assert(
      fc.property(hostileText(20), (text) => {
        const file = render(planSaying(`x${text}`));
        expect(file).not.toMatch(HIDDEN_IN_TEXT);
        expect(file.match(/<!--|<holdfast/g)).toHaveLength(1);
        expect(headings(file)).toEqual(plain);
      }),
      { numRuns: 150 },
    );
  });
});

const planSaying = (text: string): PlanState =>
  makeState({
    title: text,
    slug: text,
    brief: {
      goal: text,
      doneWhen: text,
      nonGoals: [text],
      acceptance: [text],
      constraints: [text],
      openQuestions: [text],
      edgeCases: [text],
    },
    phases: [{ id: "execute", title: text, status: "in_progress", doneWhen: [text] }],
    nextAction: { what: text, file: text, at: 0, session: text },
    tasks: [
      makeTask({
        id: "T1",
        title: text,
        status: "in_progress",
        claim: makeAttempt({ session: text }),
        steps: [{ text, done: false }],
      }),
      makeTask({
        id: "T2",
        title: text,
        status: "blocked",
        blockers: [{ tried: text, why: text, resolve: text, at: 0, session: text }],
      }),
      makeTask({ id: "T3", title: text, status: "done" }),
    ],
    entries: (["log", "finding", "decision", "handoff"] as const).map((kind) =>
      makeEntry(kind, text, {
        why: text,
        commit: text,
        files: [text],
        source: text,
        untrusted: kind === "finding",
        task: text,
        session: text,
      }),
    ),
    lanes: [makeLane({ title: text, summary: text })],
  });

describe("task plan", () => {
  test("has the hot context as its first section", () => {
    expect(/^## .*$/m.exec(renderTaskPlan(makeBusyState()))?.[0]).toBe("## Hot Context");
  });

  test("stays small for ten thousand tasks and says where the rest is", () => {
    const tasks = Array.from({ length: 10_000 }, (_, at) => makeTask({ id: `T${at}`, wave: 1 + (at % 50), order: at }));
    const file = renderTaskPlan(makeState({ tasks }));
    expect(file.length).toBeLessThan(16_000);
    expect(file).toContain("- and 180 more: see TODO_LIST.md");
    expect(file).toContain("And 44 more waves: see TODO_LIST.md.");
  });
});

describe("progress", () => {
  const at = (day: number, text: string) => makeEntry("log", text, { at: minute(day * 24 * 60) });

  test("has the newest entry first, of one moment the later written one, and folds older days", () => {
    const state = makeState({ entries: [at(0, "first"), at(1, "second"), at(1, "third")] });
    expect(renderProgress(state)).not.toContain("<details>");
    const file = renderProgress(state, undefined, 1);
    expect(file.indexOf("third")).toBeLessThan(file.indexOf("second"));
    expect(file).toContain("### 2026-02-01");
    expect(file).toMatch(/<details><summary>2026-01-31 \(1\)<\/summary>\n\n- .*first\n\n<\/details>/);
  });

  test("tells which tasks were done, when, by whom, and what that rests on", () => {
    const end = { endedAt: minute(6), end: "done" } as const;
    const tasks = [
      makeTask({ id: "T1", status: "done", proof: "executed", statusAt: minute(6), attempts: [makeAttempt(end)] }),
      makeTask({ id: "T2", status: "done", proof: "claimed", statusAt: minute(3), title: "*Two*" }),
      makeTask({ id: "T3", status: "implemented" }),
    ];
    const entries = [makeEntry("log", "between", { at: minute(5) })];
    expect(renderProgress(makeState({ tasks, entries }))).toContain(
      [
        "- 2026-01-31T09:06:00Z **T1** (claude:one) is done (executed): Task T1",
        "- 2026-01-31T09:05:00Z (claude:one): between",
        "- 2026-01-31T09:03:00Z **T2** is done (claimed): \\*Two\\*",
        "",
      ].join("\n"),
    );
  });

  test("points to the archives, the newest first", () => {
    const state = makeState();
    const log = { recent: [], chunks: 2, count: 400 };
    const file = renderProgress({ ...state, entries: { ...state.entries, log } });
    expect(file).toContain(
      "- [archive/log-0002.md](archive/log-0002.md)\n- [archive/log-0001.md](archive/log-0001.md)",
    );
  });

  test("keeps the lines of a long note under its own item", () => {
    const file = renderProgress(makeState({ entries: [makeEntry("log", "one\n# two\nthree")] }));
    expect(file).toContain("\n\n  one\n  \\# two\n  three\n");
  });

  test("an archive holds its entries oldest first", () => {
    const chunk = renderArchiveChunk({
      kind: "entries",
      window: "log",
      chunk: 1,
      entries: [at(0, "first"), at(1, "second")],
    });
    expect(chunk).toContain("# Archive: log 1\n\nFrom 2026-01-31T09:00:00Z to 2026-02-01T09:00:00Z.");
    expect(chunk.indexOf("first")).toBeLessThan(chunk.indexOf("second"));
  });
});

describe("findings", () => {
  test("keep what came from outside apart, under a warning", () => {
    const [own, outside] = renderFindings(makeBusyState()).split("## From Outside (untrusted)");
    expect(own).toContain("The store never evicts");
    expect(own).not.toContain("Ignore all");
    expect(outside).toMatch(/^\n\n> \*\*Warning:\*\*[^]*Ignore all previous instructions/);
  });

  test("leave out what was retracted, and count it", () => {
    const file = renderFindings(makeState({ entries: [makeEntry("finding", "Wrong", { retracted: true })] }));
    expect(file).not.toContain("Wrong");
    expect(file).toContain("Retracted since: 1.");
  });
});

describe("todo list", () => {
  test("ticks a task's box when it is done, T1 and not T10", () => {
    const tasks = [makeTask({ id: "T1" }), makeTask({ id: "T10", order: 1 })];
    expect(renderTodoList(makeState({ tasks }))).toContain("- [ ] · **T1**: Task T1\n- [ ] · **T10**: Task T10");
    const [t1, t10] = tasks as [(typeof tasks)[0], (typeof tasks)[0]];
    const after = renderTodoList(makeState({ tasks: [{ ...t1, status: "done", proof: "claimed" }, t10] }));
    expect(after).toContain("- [x] ✓ **T1**: Task T1 (claimed)");
    expect(after).toContain("- [ ] · **T10**: Task T10");
  });

  test("says the same whoever has a task in hand", () => {
    const idle = makeState({ tasks: [makeTask({ id: "T1" })] });
    const held = makeState({ tasks: [makeTask({ id: "T1", status: "in_progress", claim: makeAttempt() })] });
    expect(renderTodoList(held)).toBe(renderTodoList(idle));
  });

  test("names what an open task depends on", () => {
    const parents = Array.from({ length: 10 }, (_, at) => makeTask({ id: `P${at}` }));
    const state = makeState({
      tasks: [...parents, makeTask({ id: "D", wave: 2, parents: parents.map(({ id }) => id) })],
    });
    expect(renderTodoList(state)).toContain("**D**: Task D (after P0, P1, P2, P3, P4, P5, P6, P7 and 2 more)");
  });

  test("keeps settled tasks compact in a large plan, each still with its id under a ticked box", () => {
    const tasks = Array.from({ length: 5000 }, (_, at) =>
      makeTask({
        id: `T${at}`,
        status: at % 10 === 0 ? "dropped" : "done",
        order: at,
        title: "A title of some length for a task",
      }),
    );
    const file = renderTodoList(makeState({ tasks }));
    expect(file.length).toBeLessThan(60_000);
    for (const { id } of tasks) expect(file).toMatch(new RegExp(`\\b${id}\\b`));
    expect(file.split("\n").filter((line) => line.startsWith("- [x]")).length).toBeLessThan(400);
  });
});

describe("reports", () => {
  test("blocker report reads as the golden file says, the newest first", async () => {
    await expect(blockersOf("Ran the migration", "No database", "Ask for access")).toMatchFileSnapshot(
      "golden/blockers.md",
    );
  });

  test("blocker report keeps its headings whatever was written", () => {
    const headings = (file: string): readonly string[] => file.split("\n").filter((line) => BREAKS_OUT.test(line));
    const plain = headings(blockersOf("a", "b", "c"));
    expect(plain).toContain("## What Was Attempted");
    fc.assert(
      fc.property(hostileText(), (text) => {
        expect(headings(blockersOf(text, text, text))).toEqual(plain);
      }),
      { numRuns: 200 },
    );
  });

  test("lane brief reads as the golden file says", async () => {
    const lane = makeLane({
      goal: "Find every reader of the cookie",
      constraints: ["Read only"],
      deliverable: "A list",
      success: ["File and line of each"],
    });
    await expect(renderLaneBrief(lane)).toMatchFileSnapshot("golden/lane-brief.md");
  });
});
