import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { expect, test, vi } from "vitest";
import { MAX_RECORD_BYTES } from "../plan/record.ts";
import { REMEMBERED_IDS } from "./cursor.ts";
import type { Io } from "./disk.ts";
import {
  add,
  AUTHOR,
  claim,
  CLONE_A,
  CLONE_B,
  CLONE_C,
  draft,
  linesOf,
  must,
  openToy,
  reasonOf,
  replay,
  tempDir,
  toyOptions,
  toyReducer,
  writeElsewhere,
} from "./fixtures.ts";
import { mintRecordId } from "./ids.ts";
import { openJournal } from "./journal.ts";
import { withOrdinal } from "./line.ts";

test("a record is appended, folded and answered", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  const first = must(journal.append(claim("T1")));
  const second = must(journal.append(claim("T1")));
  expect(first).toMatchObject({ status: "accepted", record: { ordinal: 1, clone: CLONE_A } });
  expect(second).toMatchObject({ status: "refused", refusal: { reason: "taken" }, record: { ordinal: 2 } });
  expect(journal.state.claims).toEqual({ T1: first.record.id });
  expect(replay(dir.path)).toEqual(journal.state);
});

test("a line begins and ends with a newline and keeps its fields in order", () => {
  using dir = tempDir();
  const key = { name: "k1", secret: Buffer.alloc(32, 1) };
  const journal = openToy(dir.path, { key });
  must(journal.append(add(1)));
  const text = readFileSync(dir.at("journal", `${CLONE_A}.jsonl`), "utf8");
  expect(text).toMatch(/^\n\{.*\}\n$/);
  const fields = ["format", "id", "clone", "at", "time", "by", "seen", "prefix", "events", "key", "mac"];
  expect(Object.keys(JSON.parse(text))).toEqual(fields);
});

test("a journal that was never made is empty, can be read, and cannot be written", () => {
  using dir = tempDir();
  const journal = must(openJournal(toyOptions(dir.path)));
  expect(journal.exists()).toBe(false);
  expect(must(journal.refresh())).toEqual({ changed: false, refolded: false, spills: [] });
  expect(reasonOf(journal.append(add(1)))).toBe("journal-missing");
  expect(existsSync(dir.at("journal"))).toBe(false);
  mkdirSync(dir.at("journal"));
  expect(reasonOf(journal.append(add(1)))).toBe("journal-missing");
  expect(readdirSync(dir.at("journal"))).toEqual([]);
});

test("two writers of one clone see each other's records, and a refresh tells what is new", () => {
  using dir = tempDir();
  const [a, b] = [openToy(dir.path), openToy(dir.path)];
  must(a.append(claim("T1")));
  expect(b.isBehind()).toBe(true);
  expect(must(b.append(claim("T1")))).toMatchObject({ status: "refused" });
  expect(b.isBehind()).toBe(false);
  expect(must(a.refresh())).toMatchObject({ changed: true, refolded: false });
  expect(must(a.refresh())).toMatchObject({ changed: false });
  expect(a.state).toEqual(b.state);
});

test("a fold that broke off is begun again, and what it had come to is not put down", () => {
  using dir = tempDir();
  let isArmed = false;
  const apply: typeof toyReducer.apply = (state, record) => {
    if (isArmed && record.ordinal === 2) throw Object.assign(new Error("EIO"), { code: "EIO" });
    return toyReducer.apply(state, record);
  };
  const journal = openToy(dir.path, { reducer: { ...toyReducer, apply } });
  const other = openToy(dir.path);
  for (const by of [1, 10, 100]) must(other.append(add(by)));
  isArmed = true;
  expect(reasonOf(journal.refresh())).toBe("io-failed");
  must(journal.writeSnapshot());
  expect(existsSync(dir.at("state.json"))).toBe(false);
  isArmed = false;
  must(journal.refresh());
  expect(journal.state).toEqual(other.state);
});

test("what a record spills comes with its answer, once", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  expect(must(journal.append(draft([{ type: "spilled", text: "long" }]))).spills).toEqual(["long"]);
  expect(must(journal.refresh()).spills).toEqual([]);
  const other = must(openJournal(toyOptions(dir.path)));
  expect(must(other.refresh()).spills).toEqual(["long"]);
});

test("time exceeds everything folded even where the clock went back", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1, { at: 5000 })));
  must(journal.append(add(1, { at: 1000 })));
  const [first, second] = linesOf(dir.at("journal", `${CLONE_A}.jsonl`)).map((line) => JSON.parse(line));
  expect([first.time, second.time, second.at]).toEqual([5000, 5001, 1000]);
});

test("wherever the last line is torn, it is not folded, and what is appended next is", () => {
  using dir = tempDir();
  const journal = openToy(dir.path, { second: undefined });
  must(journal.append(add(1)));
  const file = dir.at("journal", `${CLONE_A}.jsonl`);
  const kept = statSync(file).size;
  must(journal.append(add(10)));
  const whole = readFileSync(file);
  journal.close();
  for (let size = kept; size < whole.length; size++) {
    writeFileSync(file, whole.subarray(0, size));
    const torn = must(openJournal(toyOptions(dir.path, { second: undefined })));
    expect([torn.state.sum, torn.problems]).toEqual([1, []]);
    expect(torn.cursor().files[CLONE_A]?.bytes).toBe(Math.min(size, kept + 1));
    must(torn.append(add(100)));
    // Cut just before its newline, the line is whole, and the next writer's first byte terminates it.
    const isWhole = size === whole.length - 1;
    expect(torn.state.sum).toBe(isWhole ? 111 : 101);
    const isTorn = !isWhole && size > kept + 1;
    expect(torn.problems.map(({ reason, offset }) => [reason, offset])).toEqual(
      isTorn ? [["torn-line", kept + 1]] : [],
    );
    torn.close();
  }
});

test.each([
  ["no JSON", "{nonsense}"],
  ["an array", "[]"],
  ["a list of NULs", "\0\0\0\0"],
  ["another clone's record", JSON.stringify({ clone: CLONE_B })],
])("a terminated line that is %s is skipped and reported", (_name, text) => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  appendFileSync(dir.at("journal", `${CLONE_A}.jsonl`), `\n${text}\n`);
  must(journal.append(add(2)));
  expect(journal.state.sum).toBe(3);
  expect(journal.state.log.map((entry) => entry.split(":")[1])).toEqual(["1", "2"]);
  expect(journal.problems).toMatchObject([{ reason: "torn-line", clone: CLONE_A }]);
});

test("bytes that are no UTF-8 make a torn line, and an honest replacement character does not", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(draft([{ type: "noted", text: "\uFFFD and \u{1F600}" }])));
  const file = dir.at("journal", `${CLONE_A}.jsonl`);
  const bytes = readFileSync(file);
  const id = mintRecordId(1);
  const copy = bytes
    .toString("latin1")
    .replace(/"id":"[^"]*"/, `"id":"${id}"`)
    .replace("\xF0\x9F", "\xF0A");
  appendFileSync(file, copy, "latin1");
  must(journal.refresh());
  expect(journal.state.log).toHaveLength(1);
  expect(journal.problems).toMatchObject([{ reason: "torn-line" }]);
});

test("unknown fields and events reach the reducer as they were written", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  const file = dir.at("journal", `${CLONE_A}.jsonl`);
  const next = { ...JSON.parse(readFileSync(file, "utf8")), id: mintRecordId(2), novel: { a: [1] } };
  appendFileSync(file, `\n${JSON.stringify(next)}\n`);
  let met: unknown;
  const { snapshot: _none, ...options } = toyOptions(dir.path);
  const apply: typeof options.reducer.apply = (state, record) => {
    met = record;
    return { state };
  };
  must(openJournal({ ...options, reducer: { ...options.reducer, apply } }));
  expect(met).toMatchObject({ novel: { a: [1] }, ordinal: 2 });
});

test("a record of a newer format is listed, counted, not folded, and bars writing", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  const file = dir.at("journal", `${CLONE_A}.jsonl`);
  const next = { ...JSON.parse(readFileSync(file, "utf8")), id: mintRecordId(2), format: 2 };
  appendFileSync(file, `\n${JSON.stringify(next)}\n`);
  must(journal.refresh());
  expect(journal.state.sum).toBe(1);
  expect(journal.problems).toMatchObject([{ reason: "newer-format" }]);
  const refusal = journal.append(add(1));
  expect(reasonOf(refusal)).toBe("newer-format");
  expect(JSON.stringify(refusal)).toContain("Upgrade");
  must(journal.writeSnapshot());
  expect(reasonOf(openToy(dir.path).append(add(1)))).toBe("newer-format");
});

test("of several newer formats the lowest is named: whoever understands that one can fold on", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  const file = dir.at("journal", `${CLONE_A}.jsonl`);
  const record = JSON.parse(readFileSync(file, "utf8"));
  for (const format of [4, 3, 5]) {
    appendFileSync(file, `\n${JSON.stringify({ ...record, id: mintRecordId(format), format })}\n`);
  }
  must(journal.refresh());
  expect(journal.newerFormat).toBe(3);
  must(journal.writeSnapshot());
  expect(openToy(dir.path).newerFormat).toBe(3);
});

test("a record that is too large is refused before anything is written", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  const text = "x".repeat(MAX_RECORD_BYTES);
  expect(reasonOf(journal.append(draft([{ type: "noted", text }])))).toBe("record-too-large");
  expect(statSync(dir.at("journal", `${CLONE_A}.jsonl`)).size).toBe(0);
});

test("the largest record that may be written is read back", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  const empty = draft([{ type: "noted", text: "" }]);
  must(journal.append(empty));
  const used = statSync(dir.at("journal", `${CLONE_A}.jsonl`)).size + 64;
  must(journal.append(draft([{ type: "noted", text: "x".repeat(MAX_RECORD_BYTES - used) }])));
  must(journal.append(add(1)));
  expect(replay(dir.path).sum).toBe(1);
});

test("an endless line without a newline is passed over in bounded memory", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  appendFileSync(dir.at("journal", `${CLONE_A}.jsonl`), Buffer.alloc(3 * MAX_RECORD_BYTES, 0x41));
  const allocate = vi.spyOn(Buffer, "allocUnsafeSlow");
  must(journal.refresh());
  const largest = Math.max(...allocate.mock.calls.map(([bytes]) => bytes));
  allocate.mockRestore();
  expect(largest).toBeLessThan(2.5 * MAX_RECORD_BYTES);
  must(journal.append(add(5)));
  expect(journal.state.sum).toBe(5);
  expect(journal.problems).toMatchObject([{ reason: "torn-line", offset: 0 }]);
});

test("a repeated record applies once, and the answer is the first one's", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  const one = claim("T1");
  must(journal.append(one));
  must(journal.append(add(1)));
  expect(must(journal.append(one))).toMatchObject({ status: "accepted", record: { ordinal: 1 } });
  const line = linesOf(dir.at("journal", `${CLONE_A}.jsonl`))[0] ?? "";
  appendFileSync(dir.at("journal", `${CLONE_A}.jsonl`), `\n${line}\n`);
  must(journal.append(add(1)));
  expect(journal.state.log.map((entry) => entry.split(":")[1])).toEqual(["1", "2", "3"]);
});

test("of many ids the latest are remembered, in a snapshot too", () => {
  using dir = tempDir();
  const io: Io = { write: (fd, bytes) => writeSync(fd, bytes), sync: () => undefined };
  const journal = openToy(dir.path, { io });
  for (let i = 0; i < REMEMBERED_IDS + 10; i++) must(journal.append(add(1)));
  const last = add(1000);
  must(journal.append(last));
  must(journal.writeSnapshot());
  const [line = ""] = linesOf(dir.at("journal", `${CLONE_A}.jsonl`)).slice(-1);
  appendFileSync(dir.at("journal", `${CLONE_A}.jsonl`), `\n${line}\n`);
  must(journal.refresh());
  const other = openToy(dir.path);
  expect([journal.state.sum, other.state.sum]).toEqual([REMEMBERED_IDS + 1010, REMEMBERED_IDS + 1010]);
  expect(must(other.append(last)).record.ordinal).toBe(REMEMBERED_IDS + 11);
});

test("a repetition is known from a snapshot as well", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  const one = add(7);
  must(journal.append(one));
  must(journal.writeSnapshot());
  const other = openToy(dir.path);
  expect(must(other.append(one)).record.ordinal).toBe(1);
  expect(other.state.sum).toBe(7);
});

test("another clone's file holds copies with ordinals: doubles are skipped and a gap waits", () => {
  using dir = tempDir();
  const raw = writeElsewhere(CLONE_B, [add(1), add(10), add(100), add(1000)]);
  const copies = raw.map((line, at) => withOrdinal(line, at + 1));
  const file = dir.at("journal", `${CLONE_B}.jsonl`);
  mkdirSync(dir.at("journal"));
  writeFileSync(file, `\n${[copies[0], copies[1], copies[1], copies[3]].join("\n")}\n`);
  const journal = openToy(dir.path);
  expect(journal.state.sum).toBe(11);
  expect(journal.problems).toMatchObject([{ reason: "gap", clone: CLONE_B }]);
  appendFileSync(file, `\n${copies[2]}\n${copies[3]}\n`);
  must(journal.refresh());
  expect(journal.state.sum).toBe(1111);
  expect(replay(dir.path)).toEqual(journal.state);
});

test("a file that appears is found, though the clock of its folder stands still", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  const later = new Date(Date.now() + 3_600_000);
  utimesSync(dir.at("journal"), later, later);
  must(journal.refresh());
  const [line = ""] = writeElsewhere(CLONE_B, [add(1)]);
  writeFileSync(dir.at("journal", `${CLONE_B}.jsonl`), `${withOrdinal(line, 1)}\n`);
  utimesSync(dir.at("journal"), later, later);
  must(journal.refresh());
  expect(journal.state.sum).toBe(1);
});

test("a file that its clone wrote itself can be read by another clone, as after a copy of the workspace", () => {
  using dir = tempDir();
  const old = openToy(dir.path, { clone: CLONE_B });
  must(old.append(add(1)));
  must(old.append(add(2)));
  const journal = openToy(dir.path);
  expect(must(journal.append(add(4))).record.seen).toEqual({ [CLONE_B]: 2 });
  expect(journal.state.sum).toBe(7);
});

test("a record of another clone that sorts before what is folded makes the fold start again", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  expect(must(journal.append(claim("T1", { at: 2_000_000 }))).status).toBe("accepted");
  const theirs = claim("T1", { at: 1_000_000 });
  const [line = ""] = writeElsewhere(CLONE_B, [theirs]);
  writeFileSync(dir.at("journal", `${CLONE_B}.jsonl`), `${withOrdinal(line, 1)}\n`);
  expect(must(journal.refresh())).toMatchObject({ changed: true, refolded: true });
  expect(journal.state.claims).toEqual({ T1: theirs.id });
  expect(replay(dir.path)).toEqual(journal.state);
});

test("a clock that somebody forged to the end of time stops nobody", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1, { at: 2 ** 52 })));
  must(journal.append(add(2)));
  must(journal.append(add(4)));
  expect(journal.state.sum).toBe(7);
  expect(replay(dir.path)).toEqual(journal.state);
});

test.each([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42 | 0, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x01021997, "9p"],
  [0x65735546, "FUSE"],
])("file system %i (%s) is refused, with the way out", (type, name) => {
  using dir = tempDir();
  const opened = openJournal({ ...toyOptions(dir.path), fsType: () => type });
  expect(reasonOf(opened)).toBe("unfit-file-system");
  expect(JSON.stringify(opened)).toContain(name);
  expect(JSON.stringify(opened)).toContain("journal.dir");
});

test.skipIf(process.platform === "win32")(
  "a pipe or a link in a journal file's place is neither read nor waited for",
  () => {
    using dir = tempDir();
    const journal = openToy(dir.path);
    must(journal.append(add(1)));
    execFileSync("mkfifo", [dir.at("journal", `${CLONE_B}.jsonl`)]);
    symlinkSync(dir.at("journal", `${CLONE_A}.jsonl`), dir.at("journal", `${CLONE_C}.jsonl`));
    must(journal.refresh());
    expect(openToy(dir.path).state.log).toHaveLength(1);
    expect(journal.state.sum).toBe(1);
  },
);

test("creating twice harms nothing and leaves no temporary files", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  must(journal.create());
  expect(must(openJournal(toyOptions(dir.path))).state.sum).toBe(1);
  expect(readdirSync(dir.at("journal"))).toEqual([`${CLONE_A}.jsonl`]);
});

test("a journal that lost records says so, answers from what is left, and is not written", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  const size = statSync(dir.at("journal", `${CLONE_A}.jsonl`)).size;
  must(journal.append(add(2)));
  must(journal.writeSnapshot());
  journal.close();
  truncateSync(dir.at("journal", `${CLONE_A}.jsonl`), size);
  const shrunk = must(openJournal(toyOptions(dir.path)));
  expect(shrunk.state.sum).toBe(1);
  expect(shrunk.problems).toMatchObject([{ reason: "journal-shrunk" }]);
  expect(reasonOf(shrunk.append(add(1)))).toBe("journal-shrunk");
  must(shrunk.writeSnapshot());
  expect(reasonOf(must(openJournal(toyOptions(dir.path))).append(add(1)))).toBe("journal-shrunk");
});

test("the author and the prefix that its writer had folded stand in a record", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  const first = must(journal.append(add(1))).record;
  const second = must(journal.append(add(1))).record;
  expect(first.prefix).toEqual([0, ""]);
  expect(second.prefix).toEqual([1, expect.stringMatching(/^[\w-]{22}$/)]);
  expect(second.by).toEqual(AUTHOR);
});

test("a journal that is gone, and of which a snapshot is left, is not started over", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  must(journal.writeSnapshot());
  journal.close();
  rmSync(dir.at("journal"), { recursive: true });
  rmSync(dir.at("second"), { recursive: true });
  const again = must(openJournal(toyOptions(dir.path)));
  expect(again.problems).toMatchObject([{ reason: "journal-shrunk" }]);
  expect(reasonOf(again.create())).toBe("journal-shrunk");
});
