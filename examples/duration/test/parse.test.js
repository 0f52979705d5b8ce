import assert from "node:assert/strict";
import test from "node:test";
import { parseOne } from "../src/parse.js";

test("one amount with its unit", () => {
  assert.equal(parseOne("5m"), 300_000);
  assert.equal(parseOne("250ms"), 250);
  assert.equal(parseOne("1.5h"), 5_400_000);
});

test("what is not an amount is undefined", () => {
  assert.equal(parseOne("m5"), undefined);
  assert.equal(parseOne("5 parsecs"), undefined);
});
