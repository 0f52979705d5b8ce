import type * as Fs from "node:fs";
import { appendFileSync, copyFileSync, mkdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import {
  add,
  CLONE_A,
  CLONE_B,
  must,
  openToy,
  replay,
  tempDir,
  toyOptions,
  writeElsewhere,
} from "../src/journal/fixtures.ts";
import type { TempDir } from "../src/journal/fixtures.ts";
import { openJournal } from "../src/journal/journal.ts";
import { withOrdinal } from "../src/journal/line.ts";
import { publishRecords } from "../src/journal/publish.ts";
import { rescueJournal } from "../src/journal/rescue.ts";
import { joinNames } from "../src/journal/second-name.ts";

/** What was flushed and what got its name, in that order; and what is to happen before the next name is given. */
const disk = vi.hoisted(() => ({ log: [] as string[][], beforeName: undefined as (() => void) | undefined }));

vi.mock("node:fs", async (importOriginal) => {
  const fs = await importOriginal<typeof Fs>();
  const files = new Map<number, string>();
  const flush = (call: (fd: number) => void) => (fd: number) => {
    disk.log.push(["flush", files.get(fd) ?? "?"]);
    call(fd);
  };
  const name = (call: (from: string, to: string) => void) => (from: string, to: string) => {
    const act = disk.beforeName;
    disk.beforeName = undefined;
    act?.();
    disk.log.push(["name", to]);
    call(from, to);
  };
  return {
    ...fs,
    openSync: (file: string, ...rest: [never, never]) => {
      const fd = fs.openSync(file, ...rest);
      files.set(fd, file);
      return fd;
    },
    fsyncSync: flush(fs.fsyncSync),
    fdatasyncSync: flush(fs.fdatasyncSync),
    linkSync: name(fs.linkSync),
    renameSync: name(fs.renameSync),
  };
});

const FILE = `${CLONE_A}.jsonl`;

const logIn = (dir: TempDir): string[] =>
  disk.log.map(([what, file = ""]) => `${what} ${file.endsWith(".hf-tmp") ? "temp" : relative(dir.path, file)}`);

beforeEach(() => {
  disk.log.length = 0;
  disk.beforeName = undefined;
});

test("a journal that is made is flushed, named, and its folders are flushed, before anything is written to it", () => {
  using dir = tempDir();
  openToy(dir.path).close();
  expect(logIn(dir)).toEqual([
    "flush temp",
    `name journal/${FILE}`,
    "flush journal",
    `name second/${FILE}`,
    "flush second",
  ]);
});

test("a name that is given back is flushed", () => {
  using dir = tempDir();
  openToy(dir.path).close();
  rmSync(dir.at("journal"), { recursive: true });
  disk.log.length = 0;
  must(openJournal(toyOptions(dir.path))).close();
  expect(logIn(dir)).toEqual([`name journal/${FILE}`, "flush journal"]);
});

test("a journal that is put back from the open file is flushed before it has its name, and its folder after", () => {
  using dir = tempDir();
  const journal = openToy(dir.path, { second: undefined });
  must(journal.append(add(1)));
  rmSync(dir.at("journal"), { recursive: true });
  disk.log.length = 0;
  must(journal.append(add(2)));
  expect(logIn(dir).slice(0, 3)).toEqual(["flush temp", `name journal/${FILE}`, "flush journal"]);
  expect(replay(dir.path).sum).toBe(3);
});

test("what is published is flushed before it takes the place of what was there", () => {
  using dir = tempDir();
  must(openToy(dir.path).append(add(1)));
  disk.log.length = 0;
  must(publishRecords({ own: CLONE_A, dir: dir.at("journal"), published: dir.at("published") }));
  expect(logIn(dir)).toEqual(["flush temp", `name published/${FILE}`, "flush published"]);
});

test("what is taken in is flushed before it is noted that it was read", () => {
  using dir = tempDir();
  mkdirSync(dir.at("published"));
  const [line = ""] = writeElsewhere(CLONE_B, [add(1)]);
  writeFileSync(dir.at("published", `${CLONE_B}.jsonl`), `${withOrdinal(line, 1)}\n`);
  const journal = openToy(dir.path, { published: dir.at("published"), receipt: dir.at("receipt.json") });
  disk.log.length = 0;
  must(journal.refresh());
  expect(logIn(dir).slice(-2)).toEqual([`flush journal/${CLONE_B}.jsonl`, "name receipt.json"]);
});

test("a rescued journal is flushed before it takes its place, after what was there has a further name", () => {
  using dir = tempDir();
  must(openToy(dir.path, { second: undefined }).append(add(1)));
  disk.log.length = 0;
  must(rescueJournal({ clone: CLONE_A, dir: dir.at("journal"), now: 0 }));
  expect(logIn(dir)).toEqual([
    "flush temp",
    `name journal/${FILE}.damaged-1970-01-01T00-00-00-000Z`,
    `name journal/${FILE}`,
    "flush journal",
  ]);
});

test("what is appended to the shorter of two files while the longer takes its name is carried over, and flushed", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  copyFileSync(dir.at("journal", FILE), dir.at("copy"));
  must(journal.append(add(10)));
  journal.close();
  unlinkSync(dir.at("second", FILE));
  copyFileSync(dir.at("copy"), dir.at("second", FILE));
  const [late = ""] = writeElsewhere(CLONE_A, [add(100)]);
  disk.log.length = 0;
  disk.beforeName = () => appendFileSync(dir.at("second", FILE), `\n${late}\n`);
  expect(must(joinNames(dir.at("journal", FILE), dir.at("second", FILE)))).toBe("linked");
  expect(replay(dir.path).sum).toBe(111);
  expect(logIn(dir).slice(-2)).toEqual(["flush second", `flush journal/${FILE}`]);
});
