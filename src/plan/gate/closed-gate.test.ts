import { expect, test } from "vitest";
import type { Stamp } from "../record.ts";
import { whyClosed } from "./closed-gate.ts";
import type { Condition } from "./condition.ts";

const open = (subject: string, more: Partial<Condition> = {}): Condition => ({
  kind: "task",
  subject,
  standing: "todo",
  isMet: false,
  says: `${subject} is todo`,
  ...more,
});

const judge = (conditions: readonly Condition[], unseen?: string) =>
  whyClosed(conditions, { gate: "wave 2", opening: "wave 2 has not passed", isUnseen: (stamp) => stamp === unseen });

test("a gate whose conditions are met is open", () => {
  expect(judge([open("A", { isMet: true })])).toBeUndefined();
});

test("what is unmet is said with the way out; where there is none, what shows all of it", () => {
  expect(judge([open("A", { isMet: true }), open("B", { way: "holdfast task claim B" })])).toEqual({
    reason: "gate-closed",
    message: "wave 2 has not passed: B is todo",
    hint: "holdfast task claim B",
  });
  expect(judge([open("A")])?.hint).toBe("holdfast gate wave 2");
});

test("of thousands the first few are said, and of the details there are no more than a reader takes in", () => {
  const refusal = judge(Array.from({ length: 3000 }, (_, n) => open(`T${n}`)))!;
  expect(refusal.message).toMatch(/: T0 is todo; .*T4 is todo; and 2995 more$/);
  expect(refusal.details).toHaveLength(20);
  expect(refusal.details?.[0]).toEqual({ reason: "task-open", message: "T0 is todo" });
});

test("the record that the writer could not know of is to blame, else the first that there is", () => {
  const conditions = [open("A"), open("B", { cause: "a:1" as Stamp }), open("C", { cause: "b:2" as Stamp })];
  expect(judge(conditions)?.cause).toBe("a:1");
  expect(judge(conditions, "b:2")?.cause).toBe("b:2");
});
