import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { findBun } from "./kit/bun.ts";
import { projectRoot } from "./kit/program.ts";

const bun = findBun();
if (bun === undefined && process.env["CI"] === undefined)
  process.stderr.write("Bun is not installed here: its test is skipped\n");

test.skipIf(bun === undefined && process.env["CI"] === undefined)(
  "the journal's suite passes under the runtime that OpenCode has, Bun",
  { timeout: 300_000 },
  () => {
    expect(bun, "Bun is a development dependency: npm ci installs it").toBeDefined();
    const { status, stderr } = spawnSync(bun!, ["test", "--timeout", "120000", "src/journal"], {
      cwd: projectRoot,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], TMPDIR: process.env["TMPDIR"] },
    });
    expect(stderr).toMatch(/^ *[1-9]\d* pass$/m);
    expect(stderr).toMatch(/^ *0 fail$/m);
    expect(status).toBe(0);
  },
);
