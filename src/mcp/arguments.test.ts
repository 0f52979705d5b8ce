import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonSchemaOf, parseArguments } from "./arguments.ts";
import { withPlan } from "./tools/table.ts";

const schemaOf = (name: string) => withPlan.find((tool) => tool.name === name)!.input;

const faults = (name: string, given: unknown): readonly (readonly [string | undefined, string])[] => {
  const parsed = parseArguments(schemaOf(name), given);
  if (parsed.ok) return [];
  const { details, ...only } = parsed.refusal;
  return (details ?? [only]).map(({ place, message }) => [place, message]);
};

describe("the arguments of a call", () => {
  test("that fit are taken as they are, absent fields left out", () => {
    const given = { action: "edit", brief: { goal: "x", acceptance: ["a"] }, tasks: [{ id: "T1", parents: [] }] };
    expect(parseArguments(schemaOf("plan_write"), given)).toEqual({ ok: true, value: given });
    expect(parseArguments(schemaOf("goal_status"), undefined)).toEqual({ ok: true, value: {} });
  });

  test.each<[string, unknown, string | undefined, string]>([
    ["plan_read", {}, "what", "it is missing"],
    ["plan_read", { what: 5 }, "what", "there is no 5 here"],
    ["plan_read", { what: "staus" }, "what", 'there is no "staus" here'],
    ["plan_read", { what: "log", last: "3" }, "last", "expected a number, not text"],
    ["plan_read", { what: "log", last: 1.5 }, "last", "expected a whole number, not 1.5"],
    ["plan_write", { action: "new", brief: [] }, "brief", "expected an object, not a list"],
    ["plan_write", { action: "new", tasks: {} }, "tasks", "expected a list, not an object"],
    ["plan_write", { action: "new", tasks: [null] }, "tasks[0]", "expected an object, not nothing"],
    ["plan_write", { action: "new", tasks: [{ title: "a" }, { steps: [1] }] }, "tasks[1].steps[0]", "expected text"],
    ["plan_write", { action: "new", brief: { gaol: "x" } }, "brief.gaol", "there is no such argument"],
    ["goal_status", { x: 1 }, "x", "there is no such argument"],
    ["note", "text", undefined, "expected an object, not text"],
  ])("%s %j: the place and what is wrong there", (name, given, place, message) => {
    const found = faults(name, given);
    expect(found).toHaveLength(1);
    expect(found[0]?.[0]).toBe(place);
    expect(found[0]?.[1]).toContain(message);
  });

  test("whatever they are, are taken or refused with reasons, and nothing is thrown", () => {
    const hostile = fc.oneof(
      fc.anything(),
      fc.record({ action: fc.anything(), what: fc.anything(), kind: fc.anything(), tasks: fc.array(fc.anything()) }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...withPlan), hostile, ({ input }, given) => {
        const parsed = parseArguments(input, given);
        if (!parsed.ok) expect(parsed.refusal.message).not.toBe("");
      }),
      { numRuns: 500 },
    );
  });
});

test("schemas say no more than a model needs", () => {
  expect(jsonSchemaOf(schemaOf("goal_cancel"))).toEqual({ type: "object", properties: { reason: { type: "string" } } });
  const all = JSON.stringify(withPlan.map(({ input }) => jsonSchemaOf(input)));
  expect(all).not.toMatch(/\$schema|additionalProperties|9007199254740991/);
});
