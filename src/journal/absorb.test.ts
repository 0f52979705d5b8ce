import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { expect, test } from "vitest";
import {
  add,
  claim,
  CLONE_A,
  CLONE_B,
  CLONE_C,
  linesOf,
  must,
  openToy,
  reasonOf,
  replay,
  tempDir,
  writeElsewhere,
} from "./fixtures.ts";
import type { Changes, TempDir } from "./fixtures.ts";
import { withOrdinal } from "./line.ts";
import { publishRecords } from "./publish.ts";

const sharing = (dir: TempDir): Changes => ({ published: dir.at("published"), receipt: dir.at("receipt.json") });
const copies = (lines: readonly string[]): string[] => lines.map((line, at) => withOrdinal(line, at + 1));
const publish = (dir: TempDir, own = CLONE_A) =>
  publishRecords({ own, dir: dir.at("journal"), published: dir.at("published") });

function put(dir: TempDir, lines: readonly string[], clone = CLONE_B): void {
  mkdirSync(dir.at("published"), { recursive: true });
  writeFileSync(dir.at("published", `${clone}.jsonl`), `${lines.join("\n")}\n`);
}

test("published records of others are taken into the local store, second name and all", () => {
  using dir = tempDir();
  put(dir, copies(writeElsewhere(CLONE_B, [add(1), add(2)])));
  const journal = openToy(dir.path, sharing(dir));
  expect(must(journal.refresh())).toMatchObject({ changed: true });
  expect(journal.state.sum).toBe(3);
  expect(statSync(dir.at("second", `${CLONE_B}.jsonl`)).nlink).toBe(2);
  rmSync(dir.at("published"), { recursive: true });
  expect(openToy(dir.path).state.sum).toBe(3);
});

test("what a merge leaves in a published file is put up with", () => {
  using dir = tempDir();
  const [one = "", two = "", three = ""] = copies(writeElsewhere(CLONE_B, [add(1), add(10), add(100)]));
  put(dir, ["<<<<<<< ours", three, "=======", one, one, two, ">>>>>>> theirs\r"]);
  const journal = openToy(dir.path, sharing(dir));
  must(journal.refresh());
  expect(journal.state.sum).toBe(111);
  expect(journal.problems).toMatchObject([{ reason: "published-unreadable", clone: CLONE_B }]);
});

test("a published file that came through a text conversion is read as if it had not", () => {
  using dir = tempDir();
  put(
    dir,
    copies(writeElsewhere(CLONE_B, [add(1), add(2)])).map((line) => `${line}\r`),
  );
  const journal = openToy(dir.path, sharing(dir));
  must(journal.refresh());
  expect(journal.state.sum).toBe(3);
  expect(linesOf(dir.at("journal", `${CLONE_B}.jsonl`)).join("")).not.toContain("\r");
});

test("records behind a gap wait, and come once it is filled", () => {
  using dir = tempDir();
  const lines = copies(writeElsewhere(CLONE_B, [add(1), add(10), add(100)]));
  put(dir, [lines[0] ?? "", lines[2] ?? ""]);
  const journal = openToy(dir.path, sharing(dir));
  must(journal.refresh());
  expect(journal.state.sum).toBe(1);
  expect(journal.problems).toMatchObject([{ reason: "gap" }]);
  put(dir, lines);
  must(journal.refresh());
  expect(journal.state.sum).toBe(111);
  expect(journal.problems).toEqual([]);
});

test("what is wrong with a published file stays known though its records make the fold start again", () => {
  using dir = tempDir();
  const journal = openToy(dir.path, sharing(dir));
  must(journal.append(add(1, { at: 2000 })));
  put(dir, ["garbage", ...copies(writeElsewhere(CLONE_B, [add(10, { at: 1000 })]))]);
  expect(must(journal.refresh()).refolded).toBe(true);
  expect(journal.problems).toMatchObject([{ reason: "published-unreadable" }]);
});

test.each([
  ["another clone's record", (line: string) => line.replaceAll(CLONE_B, CLONE_C)],
  ["a record without its ordinal", (line: string) => line.replace('"n":1,', "")],
  ["a record with events that are none", (line: string) => line.replace(/"events":\[.*\]/, '"events":[1]')],
  ["a time beyond all clocks", (line: string) => line.replace(/"time":\d+/, '"time":9007199254740991')],
  ["a negative ordinal", (line: string) => line.replace('"n":1,', '"n":-1,')],
])("%s in a published file is not taken in", (_name, spoil) => {
  using dir = tempDir();
  put(dir, copies(writeElsewhere(CLONE_B, [add(1)])).map(spoil));
  const journal = openToy(dir.path, sharing(dir));
  must(journal.refresh());
  expect(journal.state.log).toEqual([]);
  expect(existsSync(dir.at("journal", `${CLONE_B}.jsonl`))).toBe(false);
});

test("names that are no clone's, links and folders are not opened", () => {
  using dir = tempDir();
  mkdirSync(dir.at("published", `${CLONE_C}.jsonl`), { recursive: true });
  writeFileSync(dir.at("secret"), copies(writeElsewhere(CLONE_B, [add(1)])).join("\n"));
  symlinkSync(dir.at("secret"), dir.at("published", `${CLONE_B}.jsonl`));
  writeFileSync(dir.at("published", "..jsonl"), "x\n");
  const journal = openToy(dir.path, sharing(dir));
  expect(must(journal.refresh()).changed).toBe(false);
});

test("a copy under our own name is not taken in", () => {
  using dir = tempDir();
  const journal = openToy(dir.path, sharing(dir));
  put(dir, copies(writeElsewhere(CLONE_A, [add(1)])), CLONE_A);
  put(dir, copies(writeElsewhere(CLONE_B, [add(10)])), CLONE_B);
  must(journal.refresh());
  expect(journal.state.sum).toBe(10);
});

test("unchanged files are not read again, not even by another process", () => {
  using dir = tempDir();
  put(dir, copies(writeElsewhere(CLONE_B, [add(1)])));
  must(openToy(dir.path, sharing(dir)).refresh());
  const store = readFileSync(dir.at("journal", `${CLONE_B}.jsonl`));
  expect(must(openToy(dir.path, sharing(dir)).refresh()).changed).toBe(false);
  expect(readFileSync(dir.at("journal", `${CLONE_B}.jsonl`))).toEqual(store);
});

test("a store that was lost is filled again, whatever the receipt says", () => {
  using dir = tempDir();
  put(dir, copies(writeElsewhere(CLONE_B, [add(1)])));
  must(openToy(dir.path, sharing(dir)).refresh());
  rmSync(dir.at("journal", `${CLONE_B}.jsonl`));
  rmSync(dir.at("second", `${CLONE_B}.jsonl`));
  const journal = openToy(dir.path, sharing(dir));
  must(journal.refresh());
  expect(journal.state.sum).toBe(1);
});

test("two processes that take in the same file do no harm", () => {
  using dir = tempDir();
  const [a, b] = [openToy(dir.path, sharing(dir)), openToy(dir.path, { published: dir.at("published") })];
  put(dir, copies(writeElsewhere(CLONE_B, [add(1), add(2)])));
  must(a.refresh());
  appendFileSync(dir.at("journal", `${CLONE_B}.jsonl`), readFileSync(dir.at("published", `${CLONE_B}.jsonl`)));
  must(b.refresh());
  must(a.refresh());
  expect([a.state.sum, b.state.sum]).toEqual([3, 3]);
});

test("publishing copies every clone's records with their ordinals, and only when there is something new", () => {
  using dir = tempDir();
  const lines = copies(writeElsewhere(CLONE_B, [add(1)]));
  put(dir, lines);
  const journal = openToy(dir.path, sharing(dir));
  must(journal.refresh());
  rmSync(dir.at("published"), { recursive: true });
  must(journal.append(add(2)));
  expect(must(publish(dir))).toEqual([CLONE_A, CLONE_B]);
  expect(linesOf(dir.at("published", `${CLONE_B}.jsonl`))).toEqual(lines);
  expect(linesOf(dir.at("published", `${CLONE_A}.jsonl`))[0]).toMatch(/^\{"n":1,"format":1,/);
  expect(must(publish(dir))).toEqual([]);
});

test("publishing never takes away what is published already", () => {
  using dir = tempDir();
  const lines = copies(writeElsewhere(CLONE_B, [add(1), add(2)]));
  put(dir, [lines[0] ?? ""]);
  must(openToy(dir.path, sharing(dir)).refresh());
  put(dir, lines);
  must(publish(dir));
  expect(linesOf(dir.at("published", `${CLONE_B}.jsonl`))).toEqual(lines);
});

test("a clone whose journal is not what it published may neither publish nor start over", () => {
  using dir = tempDir();
  const journal = openToy(dir.path, sharing(dir));
  must(journal.append(add(1)));
  put(dir, copies(writeElsewhere(CLONE_A, [add(5)])), CLONE_A);
  expect(reasonOf(publish(dir))).toBe("published-differs");
  using other = tempDir();
  expect(() => openToy(other.path, sharing(dir))).toThrow("journal-shrunk");
});

test("clones that exchange records come to one state, and the losing claim is refused in all", () => {
  using one = tempDir();
  using two = tempDir();
  const published = one.at("published");
  const a = openToy(one.path, { published });
  const b = openToy(two.path, { published, clone: CLONE_B });
  must(a.append(claim("T1", { at: 2000 })));
  must(b.append(claim("T1", { at: 1000 })));
  must(publishRecords({ own: CLONE_A, dir: one.at("journal"), published }));
  must(publishRecords({ own: CLONE_B, dir: two.at("journal"), published }));
  must(a.refresh());
  must(b.refresh());
  expect(a.state).toEqual(b.state);
  expect(a.state.log[0]).toContain(CLONE_B);
  expect(replay(one.path)).toEqual(a.state);
});
