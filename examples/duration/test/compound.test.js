import assert from "node:assert/strict";
import test from "node:test";
import { parse } from "../src/compound.js";
import { DurationError } from "../src/errors.js";

test("several amounts add up, with or without spaces", () => {
  assert.equal(parse("1h 30m"), 5_400_000);
  assert.equal(parse("1h30m5s"), 5_405_000);
});

test("anything else is refused", () => {
  for (const text of ["", "ten minutes", "1h and a bit", "1h 30"]) {
    assert.throws(() => parse(text), DurationError, text);
  }
});
