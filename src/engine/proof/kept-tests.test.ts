import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempDir, writeFiles } from "../../workspace/git-fixture.ts";
import { asRanTests, keepTests, readTests, type KeptTests } from "./kept-tests.ts";

test("names do not say where the checkout is, and files are told from it, where there are such", () => {
  const top = tempDir();
  writeFiles(top, { "src/a.test.ts": "" });
  const run = (name: string, file?: string) =>
    asRanTests([{ name, outcome: "passed", ...(file === undefined ? {} : { file }) }], top, join(top, "src"))[0];
  expect(run("a.test.ts > sums > adds")).toEqual({ name: "sums > adds", file: "src/a.test.ts", outcome: "passed" });
  expect(run("adds", join(top, "src/a.test.ts"))).toMatchObject({ name: "adds", file: "src/a.test.ts" });
  expect(run("adds", "com.example.Sums")).toEqual({ name: "adds", outcome: "passed" });
  expect(run("adds", "/etc/passwd")).toEqual({ name: "adds", outcome: "passed" });
  expect(run(`reads ${top}/src`)).toMatchObject({ name: "reads ./src" });
});

const KEPT: KeptTests = { tree: "t", tests: [{ name: "adds", outcome: "passed" }] };

test("what was kept is believed as it was written, and nothing outside of the folder", () => {
  const folder = tempDir();
  const file = keepTests(folder, "evidence/one.log", KEPT, new Set())!;
  expect(readTests(folder, file)).toMatchObject(KEPT);
  expect(readTests(folder, { ...file, digest: "0" })).toBeUndefined();
  writeFileSync(join(folder, "one.tests.json"), JSON.stringify(KEPT));
  expect(readTests(folder, { ...file, file: "evidence/../one.tests.json" })).toBeUndefined();
  writeFileSync(join(folder, file.file), JSON.stringify({ version: 1, ...KEPT, tests: [] }));
  expect(readTests(folder, file)).toBeUndefined();
});

test("the oldest go first, but for those that are still referred to and what is not ours", () => {
  const folder = tempDir();
  writeFiles(folder, { "evidence/notes.json": "" });
  const inUse = new Set(["evidence/run-000.tests.json"]);
  for (let run = 0; run < 105; run += 1) {
    keepTests(folder, `evidence/run-${String(run).padStart(3, "0")}.log`, KEPT, inUse);
  }
  const names = readdirSync(join(folder, "evidence"));
  expect(names).toContain("run-000.tests.json");
  expect(names).toContain("notes.json");
  expect(names).not.toContain("run-001.tests.json");
  expect(names).toHaveLength(102);
});
