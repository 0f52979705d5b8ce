import { expect, test } from "vitest";
import { omit } from "./omit.ts";

test("a copy lacks the fields that are named and keeps the others, hostile names included", () => {
  const value = JSON.parse('{"a": 1, "b": 2, "__proto__": {"claim": "forged"}, "constructor": 3}') as Record<
    string,
    unknown
  >;
  const copy = omit(value, "a");
  expect(JSON.stringify(copy)).toBe('{"b":2,"__proto__":{"claim":"forged"},"constructor":3}');
  expect(copy["claim"]).toBeUndefined();
  expect(value["a"]).toBe(1);
});
