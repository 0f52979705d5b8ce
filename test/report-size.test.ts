import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "./kit/program.ts";

const folder = mkdtempSync(join(tmpdir(), "holdfast-size-"));
const program = join(folder, "read.mjs");

beforeAll(async () => {
  await build({
    entryPoints: [join(projectRoot, "test/support/report-reader.ts")],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

const MEGABYTE = 1024 * 1024;
const noise = "at Object.<anonymous> (src/some/file.test.js:12:34) ".repeat(20);

/** A file of at least 50 MB: the parts between a head and a tail, which is told how many there are. */
function bigFile(
  name: string,
  head: string,
  part: (index: number) => string,
  tail: (count: number) => string,
): { path: string; count: number } {
  const path = join(folder, name);
  const file = openSync(path, "w");
  let size = writeSync(file, head);
  let count = 0;
  while (size < 50 * MEGABYTE) {
    let block = "";
    while (block.length < MEGABYTE) block += part(count++);
    size += writeSync(file, block);
  }
  writeSync(file, tail(count));
  closeSync(file);
  return { path, count };
}

const CASES = {
  junit: () =>
    bigFile(
      "many.xml",
      '<?xml version="1.0"?>\n<testsuites>\n<testsuite name="all">\n',
      (at) =>
        `<testcase classname="src/file-${at % 900}.test.ts" name="does the thing number ${at} as it should" time="0.001"></testcase>\n`,
      () => "</testsuite>\n</testsuites>\n",
    ),
  "junit with output": () =>
    bigFile(
      "long.xml",
      "<testsuite>",
      (at) =>
        `<testcase name="${at}"><failure message="${"no ".repeat(500)}"><![CDATA[${noise.repeat(200)}]]></failure></testcase>\n`,
      () => "</testsuite>",
    ),
  "jest-json": () =>
    bigFile(
      "many.json",
      '{"success":true,"testResults":[{"assertionResults":[{"status":"passed","fullName":"first"}',
      (at) =>
        `,{"ancestorTitles":["a","b"],"fullName":"does the thing number ${at}","status":"passed","failureMessages":[],"meta":{}}`,
      () => '],"name":"/project/a.test.js","status":"passed"}]}',
    ),
  "go-json": () =>
    bigFile(
      "many.jsonl",
      "",
      (at) =>
        `{"Action":"run","Package":"p","Test":"T${at}"}\n{"Action":"output","Package":"p","Test":"T${at}","Output":"${"x".repeat(200)}\\n"}\n{"Action":"pass","Package":"p","Test":"T${at}","Elapsed":0}\n`,
      () => '{"Action":"pass","Package":"p","Elapsed":1}\n',
    ),
  text: () =>
    bigFile(
      "long.txt",
      "",
      (at) => `\u001b[32m ✓\u001b[39m test ${at} ${noise}\n`,
      (count) => ` Test Files  1 passed (1)\n      Tests  ${count} passed (${count})\n`,
    ),
  "text in one line": () =>
    bigFile(
      "line.txt",
      "",
      () => noise,
      () => "\n Test Files  1 passed (1)\n      Tests  7 passed (7)\n",
    ),
} as const;

describe("a report of 50 MB", () => {
  test.each(Object.keys(CASES) as (keyof typeof CASES)[])("in %s is read in less than 100 MB", (name) => {
    const { path, count } = CASES[name]();
    const format = name.split(" ")[0]!;
    const { stdout, stderr } = spawnSync(process.execPath, [program, path, format, "vitest"], { encoding: "utf8" });
    expect(stderr).toBe("");
    const { verdict, counts, megabytes } = JSON.parse(stdout) as {
      verdict: string;
      counts: { passed: number; failed: number };
      megabytes: number;
    };
    rmSync(path);
    expect(verdict).toBe(name === "junit with output" ? "failed" : "passed");
    if (name !== "text in one line")
      expect(counts.passed + counts.failed).toBe(name === "jest-json" ? count + 1 : count);
    expect(megabytes).toBeLessThan(100);
  });
});
