import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "./kit/program.ts";

/** Bun's binary: in the package that holds it, or where that package's install script, if it ran, has moved it. */
function findBun(): string | undefined {
  const modules = join(projectRoot, "node_modules");
  const builds = existsSync(join(modules, "@oven")) ? readdirSync(join(modules, "@oven")) : [];
  const places = [...builds.map((build) => join(modules, "@oven", build, "bin")), join(modules, "bun", "bin")];
  return places
    .flatMap((place) => ["bun", "bun.exe"].map((name) => join(place, name)))
    .find((file) => existsSync(file));
}

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
