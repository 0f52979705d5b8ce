import assert from "node:assert/strict";
import test from "node:test";
import { sum } from "../src/sum.js";

test("a list of amounts as one", () => {
  assert.equal(sum(["30m", "45m"]), "1h 15m");
  assert.equal(sum([]), "0s");
});
