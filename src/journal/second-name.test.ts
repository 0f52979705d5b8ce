import {
  copyFileSync,
  existsSync,
  appendFileSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  unlinkSync,
} from "node:fs";
import { expect, test } from "vitest";
import { add, CLONE_A, must, openToy, reasonOf, tempDir, toyOptions } from "./fixtures.ts";
import { openJournal } from "./journal.ts";
import { joinNames } from "./second-name.ts";

const FILE = `${CLONE_A}.jsonl`;
/** Where Linux keeps a file system in memory. */
const OTHER_DISK = "/dev/shm";

test("a journal has two names for one file", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  expect(journal.secondName).toBe("linked");
  expect(statSync(dir.at("second", FILE)).ino).toBe(statSync(dir.at("journal", FILE)).ino);
});

test("after its folder is removed a journal is restored from its second name", () => {
  using dir = tempDir();
  must(openToy(dir.path).append(add(1)));
  rmSync(dir.at("journal"), { recursive: true });
  const journal = must(openJournal(toyOptions(dir.path)));
  expect(journal.state.sum).toBe(1);
  expect(journal.exists()).toBe(true);
});

test("an open journal whose folder is removed is restored at the next refresh", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  rmSync(dir.at("journal"), { recursive: true });
  must(journal.refresh());
  expect(journal.state.sum).toBe(1);
  expect(readdirSync(dir.at("journal"))).toEqual([FILE]);
});

test("a second name that went missing is made again", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  rmSync(dir.at("second"), { recursive: true });
  must(journal.append(add(2)));
  expect(statSync(dir.at("second", FILE)).nlink).toBe(2);
});

test.each(["journal", "second"])("of two files the longer takes both names, here under %s", (longer) => {
  using dir = tempDir();
  must(openToy(dir.path).append(add(1)));
  const shorter = longer === "journal" ? "second" : "journal";
  copyFileSync(dir.at(shorter, FILE), dir.at("copy"));
  must(openToy(dir.path).append(add(2)));
  unlinkSync(dir.at(shorter, FILE));
  copyFileSync(dir.at("copy"), dir.at(shorter, FILE));
  const { ino } = statSync(dir.at(longer, FILE));
  const journal = must(openJournal(toyOptions(dir.path)));
  expect(journal.state.sum).toBe(3);
  expect(statSync(dir.at("journal", FILE))).toMatchObject({ ino, nlink: 2 });
  expect(readdirSync(dir.at(shorter))).toEqual([FILE]);
});

test("files that have gone different ways are refused, both named, with the way out", () => {
  using dir = tempDir();
  must(openToy(dir.path).append(add(1)));
  copyFileSync(dir.at("journal", FILE), dir.at("copy"));
  must(openToy(dir.path).append(add(2)));
  unlinkSync(dir.at("second", FILE));
  copyFileSync(dir.at("copy"), dir.at("second", FILE));
  appendFileSync(dir.at("second", FILE), "\nelse\n");
  const opened = openJournal(toyOptions(dir.path));
  expect(reasonOf(opened)).toBe("journal-diverged");
  const text = JSON.stringify(opened);
  for (const part of [dir.at("journal", FILE), dir.at("second", FILE), "holdfast journal rescue"]) {
    expect(text).toContain(part);
  }
});

test("an editor that replaces the file by another is noticed at the next refresh", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  const text = readFileSync(dir.at("journal", FILE), "utf8");
  unlinkSync(dir.at("journal", FILE));
  writeFileSync(dir.at("journal", FILE), text.replace('"by":1', '"by":9'));
  expect(reasonOf(journal.refresh())).toBe("journal-diverged");
});

test.skipIf(!existsSync(OTHER_DISK))("where no second name can be had, the journal goes on without", () => {
  using dir = tempDir();
  const elsewhere = mkdtempSync(`${OTHER_DISK}/holdfast-journal-`);
  try {
    const isOtherDisk = statSync(elsewhere).dev !== statSync(dir.path).dev;
    const journal = openToy(dir.path, { second: elsewhere });
    must(journal.append(add(1)));
    expect(journal.secondName).toBe(isOtherDisk ? "none" : "linked");
    expect(journal.state.sum).toBe(1);
    rmSync(dir.at("journal"), { recursive: true });
    must(journal.append(add(10)));
    expect(journal.state.sum).toBe(11);
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

test("joining two names of one file changes nothing", () => {
  using dir = tempDir();
  writeFileSync(dir.at("a"), "text");
  linkSync(dir.at("a"), dir.at("b"));
  expect(must(joinNames(dir.at("a"), dir.at("b")))).toBe("linked");
  expect(readFileSync(dir.at("a"), "utf8")).toBe("text");
});
