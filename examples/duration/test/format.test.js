import assert from "node:assert/strict";
import test from "node:test";
import { format } from "../src/format.js";

test("largest units first, nothing that is zero", () => {
  assert.equal(format(5_400_000), "1h 30m");
  assert.equal(format(86_401_250), "1d 1s 250ms");
  assert.equal(format(0), "0s");
});
