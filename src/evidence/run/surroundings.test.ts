import { chmodSync, mkdirSync, realpathSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempDir, writeFiles } from "../../workspace/git-fixture.ts";
import { readSurroundings, type SurroundingsRequest } from "./surroundings.ts";

/** A package with a runner that is installed in the folder above it. */
function begin(): SurroundingsRequest {
  const top = tempDir();
  const cwd = join(top, "app");
  writeFiles(top, {
    "app/package.json": JSON.stringify({ scripts: { test: "vitest run" } }),
    "app/uv.lock": "1",
    "pnpm-lock.yaml": "2",
    "other/yarn.lock": "3",
    "node_modules/vitest/vitest.mjs": "run()",
    "bin/pnpm": "#!/bin/sh\n",
  });
  chmodSync(join(top, "node_modules/vitest/vitest.mjs"), 0o755);
  chmodSync(join(top, "bin/pnpm"), 0o755);
  mkdirSync(join(top, "node_modules/.bin"));
  symlinkSync("../vitest/vitest.mjs", join(top, "node_modules/.bin/vitest"));
  return { command: ["pnpm", "test"], isShell: false, top, cwd, env: { PATH: join(top, "bin") } };
}

test("what a run leads to is named by its real path with a mark of its content, lockfiles by theirs", () => {
  const request = begin();
  const { programs, lockfiles } = readSurroundings(request);
  expect(Object.keys(programs ?? {})).toEqual(["bin/pnpm", "node_modules/vitest/vitest.mjs"]);
  expect(Object.keys(lockfiles ?? {})).toEqual(["app/uv.lock", "pnpm-lock.yaml"]);
  expect(readSurroundings(request)).toEqual({ programs, lockfiles });
});

test("a runner that was put in another's place, and a lockfile that changed, have other marks", () => {
  const request = begin();
  const before = readSurroundings(request);
  writeFileSync(join(request.top, "node_modules/vitest/vitest.mjs"), "console.log('all passed')");
  writeFileSync(join(request.top, "pnpm-lock.yaml"), "3");
  const after = readSurroundings(request);
  expect(after.programs?.["bin/pnpm"]).toBe(before.programs?.["bin/pnpm"]);
  expect(after.programs?.["node_modules/vitest/vitest.mjs"]).not.toBe(
    before.programs?.["node_modules/vitest/vitest.mjs"],
  );
  expect(after.lockfiles?.["pnpm-lock.yaml"]).not.toBe(before.lockfiles?.["pnpm-lock.yaml"]);
});

test("a large program is told by size and time; one that is nowhere is left out", () => {
  const request = begin();
  truncateSync(join(request.top, "bin/pnpm"), 5 * 1024 * 1024);
  expect(readSurroundings({ ...request, command: ["pnpm", "--version"] }).programs).toEqual({
    "bin/pnpm": expect.stringMatching(/^size:5242880 time:\d+$/),
  });
  expect(readSurroundings({ ...request, command: ["nowhere"] }).programs).toBeUndefined();
  expect(readSurroundings({ ...request, command: [process.execPath] }).programs).toHaveProperty([
    realpathSync(process.execPath),
  ]);
});
