import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import test from "node:test";

const cli = fileURLToPath(new URL("../src/cli.js", import.meta.url));
const run = (...args) => spawnSync(process.execPath, [cli, ...args], { encoding: "utf8" });

test("adds what it is given", () => {
  const { stdout, status } = run("1h 30m", "45m");
  assert.equal(stdout, "2h 15m\n");
  assert.equal(status, 0);
});

test("says what it cannot read", () => {
  const { stderr, status } = run("soon");
  assert.match(stderr, /"soon"/);
  assert.equal(status, 1);
});
