import { appendFileSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { add, CLONE_A, CLONE_B, linesOf, must, openToy, tempDir, writeElsewhere } from "./fixtures.ts";
import type { TempDir } from "./fixtures.ts";
import { type Key, withOrdinal } from "./line.ts";
import { publishRecords } from "./publish.ts";
import { verifyJournal, type VerifyOptions } from "./verify.ts";

const KEY: Key = { name: "k1", secret: Buffer.alloc(32, 7) };
const START = 1_700_000_000_000;

function setUp(dir: TempDir, count: number): string {
  const journal = openToy(dir.path, { key: KEY });
  for (let i = 0; i < count; i++) must(journal.append(add(i, { at: START + i })));
  return dir.at("journal", `${CLONE_A}.jsonl`);
}

function check(dir: TempDir, more: Partial<VerifyOptions> = {}): string[] {
  const options = { clone: CLONE_A, dir: dir.at("journal"), key: KEY, ...more };
  return verifyJournal(options).map(({ severity, reason, line }) => `${severity} ${reason} ${line ?? ""}`.trim());
}

const rewrite = (file: string, change: (lines: string[]) => readonly string[]): void =>
  writeFileSync(
    file,
    change(linesOf(file))
      .map((line) => `\n${line}\n`)
      .join(""),
  );

test("a sound journal gives no findings", () => {
  using dir = tempDir();
  setUp(dir, 4);
  expect(check(dir, { second: dir.at("second") })).toEqual([]);
});

test("a changed record is found by its own digest, and by that of the records after it", () => {
  using dir = tempDir();
  const file = setUp(dir, 4);
  rewrite(file, (lines) => lines.map((line) => line.replace('"by":1}', '"by":7}')));
  expect(check(dir)).toEqual(["error mac-wrong 4", "error prefix-wrong 6", "error prefix-wrong 8"]);
});

test("without the key a changed record is still found by those that follow", () => {
  using dir = tempDir();
  const file = setUp(dir, 3);
  rewrite(file, (lines) => lines.map((line) => line.replace('"by":1}', '"by":7}')));
  const findings = verifyJournal({ clone: CLONE_A, dir: dir.at("journal") });
  expect(findings.map(({ reason }) => reason)).toEqual(["prefix-wrong", "unverified"]);
});

test("a record that was cut out is found", () => {
  using dir = tempDir();
  const file = setUp(dir, 4);
  rewrite(file, (lines) => lines.filter((_, at) => at !== 1));
  expect(check(dir)).toEqual(["error prefix-wrong 4", "error prefix-wrong 6"]);
});

test("a record that was put in is found", () => {
  using dir = tempDir();
  const file = setUp(dir, 3);
  const [alien = ""] = writeElsewhere(CLONE_A, [add(9)], { key: KEY });
  rewrite(file, ([first = "", ...rest]) => [first, alien, ...rest]);
  expect(check(dir)).toContain("error prefix-wrong 8");
});

test("records of another key and unsigned ones are noted, not condemned", () => {
  using dir = tempDir();
  setUp(dir, 2);
  must(openToy(dir.path).append(add(1, { at: START + 9 })));
  expect(check(dir)).toEqual(["note unsigned 6"]);
  expect(check(dir, { key: { name: "k2", secret: Buffer.alloc(32, 8) } })).toEqual([
    "note unsigned 6",
    "note unverified",
  ]);
});

test("torn lines and an unfinished last one are listed with their line numbers", () => {
  using dir = tempDir();
  const file = setUp(dir, 1);
  appendFileSync(file, '\n{"half\n\n{"tail');
  expect(check(dir)).toEqual(["warning torn-line 4", "note unterminated 6"]);
});

test("a clock that went back by more than five seconds is listed", () => {
  using dir = tempDir();
  setUp(dir, 1);
  const journal = openToy(dir.path, { key: KEY });
  must(journal.append(add(1, { at: START - 4000 })));
  must(journal.append(add(1, { at: START - 10_000 })));
  expect(check(dir)).toEqual(["warning clock-back 6"]);
});

test("a second name that is missing or leads elsewhere is listed", () => {
  using dir = tempDir();
  const file = setUp(dir, 1);
  const second = dir.at("second", `${CLONE_A}.jsonl`);
  rmSync(second);
  expect(check(dir, { second: dir.at("second") })).toEqual(["warning second-name-missing"]);
  copyFileSync(file, second);
  expect(check(dir, { second: dir.at("second") })).toEqual(["error second-name-differs"]);
  rmSync(file);
  expect(check(dir, { second: dir.at("second") })).toEqual(["error first-name-missing"]);
});

test("published records that the journal lacks or has otherwise are listed", () => {
  using dir = tempDir();
  const file = setUp(dir, 3);
  const published = dir.at("published");
  must(publishRecords({ own: CLONE_A, dir: dir.at("journal"), published }));
  expect(check(dir, { published })).toEqual([]);
  rewrite(file, (lines) => lines.slice(0, 2));
  expect(check(dir, { published })).toEqual(["error published-longer"]);
  rewrite(file, (lines) => lines.map((line) => line.replace('"by":1}', '"by":7}')));
  expect(check(dir, { published })).toContain("error published-differs 4");
});

test("another clone's file is checked too, its gaps and what it has not taken in", () => {
  using dir = tempDir();
  setUp(dir, 1);
  const lines = writeElsewhere(CLONE_B, [add(1), add(2), add(3)]).map((line, at) => withOrdinal(line, at + 1));
  writeFileSync(dir.at("journal", `${CLONE_B}.jsonl`), `${lines[0]}\n${lines[2]}\n`);
  mkdirSync(dir.at("published"));
  writeFileSync(dir.at("published", `${CLONE_B}.jsonl`), `${lines.join("\n")}\n`);
  expect(check(dir, { published: dir.at("published") })).toEqual([
    "warning gap 2",
    "note unsigned",
    "note not-absorbed",
  ]);
});

test("checking changes nothing", () => {
  using dir = tempDir();
  const file = setUp(dir, 2);
  appendFileSync(file, "\ntorn\n");
  const before = readFileSync(file);
  check(dir);
  expect(readFileSync(file)).toEqual(before);
});
