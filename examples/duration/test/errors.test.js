import assert from "node:assert/strict";
import test from "node:test";
import { DurationError } from "../src/errors.js";

test("an error names the text and the place", () => {
  const error = new DurationError("3x", 1);
  assert.match(error.message, /"3x"/);
  assert.equal(error.at, 1);
  assert.ok(error instanceof Error);
});
