import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { expect, test } from "vitest";
import {
  add,
  CLONE_A,
  CLONE_B,
  linesOf,
  must,
  openToy,
  reasonOf,
  tempDir,
  toyOptions,
  writeElsewhere,
} from "./fixtures.ts";
import type { TempDir } from "./fixtures.ts";
import { openJournal } from "./journal.ts";
import { type Key, withOrdinal } from "./line.ts";
import { publishRecords } from "./publish.ts";
import { readRecords } from "./read-records.ts";
import { rescueJournal } from "./rescue.ts";

const FILE = `${CLONE_A}.jsonl`;
const NOW = Date.UTC(2026, 10, 20, 7, 24);

const rescue = (dir: TempDir, more: { key?: Key; published?: string; lines?: readonly string[] } = {}) =>
  rescueJournal({
    clone: CLONE_A,
    dir: dir.at("journal"),
    second: dir.at("second"),
    snapshot: dir.at("state.json"),
    now: NOW,
    ...more,
  });

test("two files that went different ways are united, and both are kept", () => {
  using dir = tempDir();
  must(openToy(dir.path).append(add(1)));
  copyFileSync(dir.at("journal", FILE), dir.at("copy"));
  must(openToy(dir.path).append(add(10)));
  unlinkSync(dir.at("second", FILE));
  const [line = ""] = writeElsewhere(CLONE_A, [add(100)]);
  writeFileSync(dir.at("second", FILE), `${readFileSync(dir.at("copy"), "utf8")}\n${line}\n`);
  expect(reasonOf(openJournal(toyOptions(dir.path)))).toBe("journal-diverged");
  const { records, setAside } = must(rescue(dir));
  expect(records).toBe(3);
  expect(setAside).toEqual([
    `${dir.at("journal", FILE)}.damaged-2026-11-20T07-24-00-000Z`,
    `${dir.at("second", FILE)}.damaged-2026-11-20T07-24-00-000Z`,
  ]);
  for (const file of setAside) expect(existsSync(file)).toBe(true);
  const journal = openToy(dir.path);
  expect(journal.state.sum).toBe(111);
  expect(statSync(dir.at("journal", FILE)).ino).toBe(statSync(dir.at("second", FILE)).ino);
  expect(must(journal.append(add(1000))).status).toBe("accepted");
});

test("a shortened journal gets back what was published, under the ordinals that others know", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  for (const by of [1, 10, 100]) must(journal.append(add(by)));
  must(journal.writeSnapshot());
  const published = dir.at("published");
  must(publishRecords({ own: CLONE_A, dir: dir.at("journal"), published }));
  const before = [...journal.state.log];
  truncateSync(dir.at("journal", FILE), 5);
  expect(reasonOf(openToy(dir.path).append(add(1)))).toBe("journal-shrunk");
  expect(must(rescue(dir, { published })).records).toBe(3);
  const again = openToy(dir.path);
  expect(again.state.log).toEqual(before);
  expect(must(again.append(add(1000))).status).toBe("accepted");
});

test("a whole record that lacks only its newline is rescued, torn ones are left in the file set aside", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  must(journal.append(add(10)));
  const file = dir.at("journal", FILE);
  truncateSync(file, statSync(file).size - 1);
  writeFileSync(file, `\n{"torn\n${readFileSync(file, "utf8")}`);
  const { setAside, records } = must(rescue(dir));
  expect(records).toBe(2);
  expect(readFileSync(setAside[0] ?? "", "utf8")).toContain('{"torn');
  expect(openToy(dir.path).problems).toEqual([]);
});

test("of two texts for one record the signed one is kept", () => {
  using dir = tempDir();
  const key: Key = { name: "k1", secret: Buffer.alloc(32, 3) };
  must(openToy(dir.path, { key }).append(add(1)));
  const [line = ""] = linesOf(dir.at("journal", FILE));
  writeFileSync(dir.at("journal", FILE), `${line.replace('"by":1}', '"by":9}')}\n`);
  must(rescue(dir, { key, lines: [line] }));
  expect(openToy(dir.path).state.sum).toBe(1);
});

test("a process that had the damaged file open goes on with the new one", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  appendFileSync(dir.at("journal", FILE), "\ntorn\n");
  must(rescue(dir));
  must(journal.append(add(10)));
  expect(openToy(dir.path).state.sum).toBe(11);
});

test("what was appended after the old file was read, and before the new one stood, is carried over", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  appendFileSync(dir.at("journal", FILE), "\ntorn\n");
  // Asked for once the files have been read.
  const lines = Object.assign([], {
    *[Symbol.iterator]() {
      must(journal.append(add(10)));
      yield* [];
    },
  });
  must(rescue(dir, { lines }));
  expect(openToy(dir.path).state.sum).toBe(11);
  must(journal.append(add(100)));
  expect(openToy(dir.path).state.sum).toBe(111);
});

test("records are read in the total order, across clones, past what is torn", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1, { at: 2000 })));
  appendFileSync(dir.at("journal", FILE), "\ntorn\n");
  const [line = ""] = writeElsewhere(CLONE_B, [add(2, { at: 1000 })]);
  writeFileSync(dir.at("journal", `${CLONE_B}.jsonl`), `${withOrdinal(line, 1)}\n`);
  const problems: string[] = [];
  const files = [CLONE_A, CLONE_B].map((clone) => ({ clone, path: dir.at("journal", `${clone}.jsonl`) }));
  const records = [...readRecords(files, ({ reason }) => problems.push(reason))];
  expect(records.map(({ clone, ordinal }) => [clone, ordinal])).toEqual([
    [CLONE_B, 1],
    [CLONE_A, 1],
  ]);
  expect(problems).toEqual(["torn-line"]);
});
