import { taskErrors } from "../../plan/decide/task-input.ts";
import { emptyPlan } from "../../plan/snapshot.ts";
import { describe, expect, test } from "vitest";
import type { Refusal, Result } from "../../plan/refusal.ts";
import { parseDuration } from "../duration.ts";
import {
  parsePlanDocument,
  parseSteps,
  parseTaskDocument,
  type TaskJudge,
  planDocumentJsonSchema,
  taskDocumentJsonSchema,
} from "./task-input.ts";

const valueOf = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.refusal));
  return result.value;
};
const refusalOf = (result: Result<unknown>): Refusal => {
  if (result.ok) throw new Error("it was accepted");
  return result.refusal;
};
/** Places and messages of all errors, in order. */
const errorsOf = (result: Result<unknown>): readonly (readonly [string | undefined, string])[] => {
  const refusal = refusalOf(result);
  return (refusal.details ?? [refusal]).map(({ place, message }) => [place, message]);
};

const WHOLE = {
  id: "IMPL-1",
  title: "Write it",
  description: "all of it",
  kind: "implementation",
  steps: ["a", "b"],
  parents: ["T1"],
  priority: 0,
  touches: ["src/a.ts"],
  agent: "general-purpose",
  promptPrefix: "As a tester",
  model: "large",
  outputPaths: ["docs/a.md"],
};

describe("tasks", () => {
  test("come as a list, in an object, or alone", async () => {
    const tasks = [WHOLE];
    expect(valueOf(await parseTaskDocument(JSON.stringify(tasks), "-")).tasks).toEqual(tasks);
    expect(valueOf(await parseTaskDocument(JSON.stringify({ tasks }), "-")).tasks).toEqual(tasks);
    expect(valueOf(await parseTaskDocument(JSON.stringify(WHOLE), "-")).tasks).toEqual(tasks);
  });

  test("are YAML where the text or the name says so", async () => {
    const yaml = "- title: one\n  steps:\n    - a\n- {title: two, dependsOn: [one]}\n";
    const tasks = [
      { title: "one", steps: ["a"] },
      { title: "two", parents: ["one"] },
    ];
    expect(valueOf(await parseTaskDocument(yaml, "standard input")).tasks).toEqual(tasks);
    expect(valueOf(await parseTaskDocument("[{title: flow}]", "t.yaml")).tasks).toEqual([{ title: "flow" }]);
  });

  test("may use the other names of three fields, but not both names of one", async () => {
    const task = { title: "x", dependsOn: ["a"], subagent: "Explore", subagent_prompt: "Look" };
    expect(valueOf(await parseTaskDocument(JSON.stringify([task]), "-")).tasks).toEqual([
      { title: "x", parents: ["a"], agent: "Explore", promptPrefix: "Look" },
    ]);
    const both = JSON.stringify([{ title: "x", dependsOn: ["a"], parents: [] }]);
    expect(errorsOf(await parseTaskDocument(both, "-"))).toEqual([
      ["tasks[0].dependsOn", "dependsOn is another name of parents, which is given too"],
    ]);
  });

  test("keep fields that nobody knows, and a near miss is said", async () => {
    const text = '[{"title":"x","estimate":3,"stpes":["a"],"extra":{"board":7},"__proto__":{"polluted":1}}]';
    const { tasks, warnings } = valueOf(await parseTaskDocument(text, "-"));
    expect(Object.entries(tasks[0]?.extra ?? {})).toEqual([
      ["board", 7],
      ["estimate", 3],
      ["stpes", ["a"]],
      ["__proto__", { polluted: 1 }],
    ]);
    expect(Object.getPrototypeOf(tasks[0]?.extra)).toBe(Object.prototype);
    expect(warnings).toContain("tasks[0].stpes is no field of a task and is kept as it is; did you mean steps?");
  });

  test("are refused with every error and its place", async () => {
    const text = "tasks:\n  - id: 1\n    title: x\n    steps: [yes, 2]\n    priority: 9\n  - parents: a\n  - 5\n  -\n";
    expect(errorsOf(await parseTaskDocument(text, "-"))).toEqual([
      ["tasks[0].id", "expected text, not number (1 needs quotes)"],
      ["tasks[0].steps[1]", "expected text, not number (2 needs quotes)"],
      ["tasks[0].priority", "expected a whole number from 0 to 4"],
      ["tasks[1].title", "a task needs a title"],
      ["tasks[1].parents", "expected a list of texts, not string"],
      ["tasks[2]", "expected a task, not number (5 needs quotes)"],
      ["tasks[3]", "expected a task, not nothing"],
    ]);
  });

  test("are judged by the plan too where fields do not fit, so that every error is told at once", async () => {
    const tasks = [
      { id: 7, title: "", steps: "one" },
      { id: "A", title: "a", parents: ["7", "nope", "A"] },
      "task",
      { id: "../x", title: "b" },
    ];
    const judge: TaskJudge = (given) => taskErrors(emptyPlan(), given);
    expect(errorsOf(await parseTaskDocument(JSON.stringify(tasks), "-", judge)).map(([place]) => place)).toEqual([
      "tasks[0].id",
      "tasks[0].steps",
      "tasks[0].title",
      "tasks[1].parents[1]",
      "tasks[1].parents[2]",
      "tasks[2]",
      "tasks[3].id",
    ]);
    const plan = { title: 1, tasks };
    const places = errorsOf(await parsePlanDocument(JSON.stringify(plan), "-", judge)).map(([place]) => place);
    expect([places[0], places.length]).toEqual(["title", 8]);
  });

  test("have earned no status yet", async () => {
    const text = '[{"title":"a","status":"todo"},{"title":"b","status":"done"}]';
    expect(errorsOf(await parseTaskDocument(text, "-"))).toEqual([["tasks[1].status", "a new task is todo"]]);
    const { tasks } = valueOf(await parseTaskDocument('[{"title":"a","status":"todo"}]', "-"));
    expect(tasks).toEqual([{ title: "a" }]);
  });
});

describe("a text that is no document", () => {
  test.each([
    ["t.json", '{"tasks": [}', "t.json:1:12"],
    ["t.yaml", "a: 1\nb: [1,\nc: 2\n", "t.yaml:3:1"],
    ["t.yaml", "a: 1\na: 2\n", "t.yaml:2:1"],
    ["standard input", '[{"title": "x"},\n  {"title": x}]', "standard input:2:13"],
  ])("is refused where it goes wrong: %s %j", async (name, text, place) => {
    const result = await parseTaskDocument(text, name);
    expect(refusalOf(result).reason).toBe("bad-document");
    expect(errorsOf(result)[0]?.[0]).toBe(place);
    expect(errorsOf(result)[0]?.[1]).not.toMatch(/[a-z][A-Z]/);
  });

  test.each([
    ["empty", "  \n"],
    ["no tasks", '{"a": 1}'],
    ["tasks that are no list", '{"tasks": {}}'],
    ["a word", "hello"],
    ["nested beyond reason", "[".repeat(50_000) + "]".repeat(50_000)],
    ["nested beyond reason, and unfinished", "[".repeat(50_000)],
    ["aliases that multiply", `a: &a [${"x,".repeat(9)}x]\n${multiplied()}`],
  ])("is refused: %s", async (_, text) => {
    expect(refusalOf(await parseTaskDocument(text, "-")).reason).toBe("bad-document");
  });
});

/** Ten aliases of ten aliases of ten …: a billion values in a few lines. */
function multiplied(): string {
  const letters = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
  return letters
    .slice(1)
    .map((letter, index) => `${letter}: &${letter} [${Array(10).fill(`*${letters[index]}`).join(",")}]`)
    .join("\n");
}

describe("a plan", () => {
  test("has settings, a brief and tasks", async () => {
    const text = `$schema: https://example.invalid/plan.json
title: Dates
slug: dates
type: design
onBlocked: stop
lease: 90s
repos: [app]
brief: {goal: parse them, acceptance: [all of ISO 8601]}
tasks: [{title: read}]
`;
    expect(valueOf(await parsePlanDocument(text, "-"))).toEqual({
      title: "Dates",
      slug: "dates",
      planType: "design",
      onBlocked: "stop",
      leaseMs: 90_000,
      repos: ["app"],
      brief: { goal: "parse them", acceptance: ["all of ISO 8601"] },
      tasks: [{ title: "read" }],
      warnings: [],
    });
  });

  test("is refused with every error and its place, unknown fields too", async () => {
    const text = JSON.stringify({
      goal: "x",
      lease: "soon",
      brief: { gaol: "x" },
      tasks: [{ title: 1 }],
      onBlocked: "go",
    });
    expect(errorsOf(await parsePlanDocument(text, "-")).map(([place]) => place)).toEqual([
      "title",
      "onBlocked",
      "lease",
      "goal",
      "brief.gaol",
      "tasks[0].title",
    ]);
    expect(refusalOf(await parsePlanDocument('{"title":"x","brief":{"gaol":"x"}}', "-")).hint).toBe(
      "did you mean goal?",
    );
    expect(refusalOf(await parsePlanDocument("[]", "-")).reason).toBe("bad-document");
  });
});

test("steps are a list of texts", async () => {
  expect(valueOf(await parseSteps('["a", "b"]', "-"))).toEqual(["a", "b"]);
  expect(valueOf(await parseSteps("- a\n- b\n", "-"))).toEqual(["a", "b"]);
  expect(errorsOf(await parseSteps('["a", 1]', "-"))).toEqual([
    ["steps[1]", "expected text, not number (1 needs quotes)"],
  ]);
  expect(refusalOf(await parseSteps("a b", "-")).place).toBe("steps");
});

test("a duration is a whole number with its unit", () => {
  expect(["90s", "15m", "2h", "1d"].map(parseDuration)).toEqual([90_000, 900_000, 7_200_000, 86_400_000]);
  expect(["", "0s", "15", "m", "-1m", "1.5h", "1 h", "9999999s"].map(parseDuration)).toEqual(Array(8).fill(undefined));
});

test("the published schemas know every field and want a title", () => {
  const schemas = [taskDocumentJsonSchema(), planDocumentJsonSchema()] as { $defs: { task: Record<string, object> } }[];
  for (const { $defs } of schemas) {
    expect(Object.keys($defs.task["properties"] ?? {})).toEqual(expect.arrayContaining(Object.keys(WHOLE)));
    expect($defs.task["required"]).toEqual(["title"]);
    expect($defs.task["properties"]).toMatchObject({ priority: { minimum: 0, maximum: 4 } });
  }
});
