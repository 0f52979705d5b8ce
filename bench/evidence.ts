import { spawn, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Row } from "./figures.ts";
import { median } from "./figures.ts";

const FOLDERS = 400;
const FILES_EACH = 50;
const CHANGED = 20;
const MEGABYTE = 1024 * 1024;

interface Digested {
  readonly tookMs: number;
  readonly megabytes: number;
  readonly digest: string;
}

/** What evidence costs: the digest of a large tree beside `git status` on the same tree, and a large report. */
export async function benchEvidence(folder: string, runs: number, report: (row: Row) => void): Promise<void> {
  await benchTree(folder, runs, report);
  benchReport(folder, report);
}

async function benchTree(folder: string, runs: number, report: (row: Row) => void): Promise<void> {
  const home = mkdtempSync(join(folder, "tree-"));
  const root = join(home, "repo");
  const files = makeTree(root);
  const digester = spawn(process.execPath, [join(folder, "digester.mjs"), root, join(home, "store")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: digester.stdout })[Symbol.asyncIterator]();
  const digest = async (): Promise<Digested> => {
    digester.stdin.write("\n");
    return JSON.parse((await lines.next()).value as string) as Digested;
  };
  const first = await digest();
  status(root);
  const took: number[] = [];
  const floors: number[] = [];
  let { megabytes, digest: last } = first;
  for (let run = 0; run < runs; run += 1) {
    for (const file of files.slice(0, CHANGED)) writeFileSync(file, `changed ${run}\n`);
    floors.push(status(root));
    const one = await digest();
    if (one.digest === last) throw new Error("the digest saw no change");
    took.push(one.tookMs);
    ({ megabytes, digest: last } = one);
  }
  digester.stdin.end();
  const [measured, floor] = [median(took), median(floors)];
  const what = `tree digest, ${files.length.toLocaleString("en")} files, ${CHANGED} changed`;
  report({ what, measured, floor, unit: "ms", limit: "1.5 x git status", isMet: measured <= 1.5 * floor });
  report({ what: `${what}: memory`, measured: megabytes, unit: "MB", limit: "150", isMet: megabytes < 150 });
  report({ what: `${what}: the first`, measured: first.tookMs, unit: "ms", limit: "-", isMet: true });
  // Git may still be tidying up behind us.
  rmSync(home, { recursive: true, force: true, maxRetries: 10 });
}

/** Sources of some KB in folders, committed; every fifth file another one's content, as in real trees. */
function makeTree(root: string): readonly string[] {
  const files: string[] = [];
  for (let at = 0; at < FOLDERS; at += 1) {
    const into = join(root, "src", `part-${at % 20}`, `module-${at}`);
    mkdirSync(into, { recursive: true });
    for (let n = 0; n < FILES_EACH; n += 1) {
      const file = join(into, `file-${n}.ts`);
      writeFileSync(file, `export const it = ${n % 5 === 0 ? n : at * FILES_EACH + n};\n`.repeat(40));
      files.push(file);
    }
  }
  for (const args of [
    ["init", "-q"],
    ["add", "-A"],
    ["-c", "user.name=a", "-c", "user.email=a@b.invalid", "commit", "-qm", "all"],
  ]) {
    const { status: code, stderr } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
    if (code !== 0) throw new Error(stderr);
  }
  // Spread over the folders.
  return files.toSorted((a, b) => a.slice(-9).localeCompare(b.slice(-9)));
}

/** Milliseconds that `git status` takes, as an editor asks for it. */
function status(root: string): number {
  const from = performance.now();
  const { status: code } = spawnSync("git", ["status", "--porcelain=v2", "-z", "--untracked-files=all"], { cwd: root });
  if (code !== 0) throw new Error("git status failed");
  return performance.now() - from;
}

function benchReport(folder: string, report: (row: Row) => void): void {
  const path = join(folder, "report.xml");
  writeReport(path);
  const { stdout, stderr } = spawnSync(process.execPath, [join(folder, "reader.mjs"), path, "junit", "vitest"], {
    encoding: "utf8",
  });
  rmSync(path);
  if (stderr !== "") throw new Error(stderr);
  const { megabytes: measured } = JSON.parse(stdout) as { readonly megabytes: number };
  report({ what: "memory, a JUnit report of 50 MB", measured, unit: "MB", limit: "100", isMet: measured < 100 });
}

function writeReport(path: string): void {
  const file = openSync(path, "w");
  let size = writeSync(file, '<?xml version="1.0"?>\n<testsuites>\n<testsuite name="all">\n');
  for (let at = 0; size < 50 * MEGABYTE;) {
    let block = "";
    for (; block.length < MEGABYTE; at += 1) {
      block += `<testcase classname="src/file-${at % 900}.test.ts" name="does the thing number ${at} as it should" time="0.001"></testcase>\n`;
    }
    size += writeSync(file, block);
  }
  writeSync(file, "</testsuite>\n</testsuites>\n");
  closeSync(file);
}
