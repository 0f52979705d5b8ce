import { appendFileSync, existsSync, fdatasyncSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { expect, test } from "vitest";
import type { Io } from "./disk.ts";
import {
  add,
  claim,
  CLONE_A,
  CLONE_B,
  linesOf,
  must,
  openToy,
  reasonOf,
  replay,
  tempDir,
  toyReducer,
  writeElsewhere,
} from "./fixtures.ts";
import { withOrdinal } from "./line.ts";

const failWith = (code: string): never => {
  throw Object.assign(new Error(code), { code });
};

/** Io that does what the next step of a script says, and the real thing when it has run out. */
function scripted(steps: { write?: (fd: number, bytes: Uint8Array) => number; sync?: (fd: number) => void }[]): Io {
  let at = 0;
  return {
    write: (fd, bytes) => {
      const step = steps[at];
      if (step?.sync === undefined) at++;
      return step?.write === undefined ? writeSync(fd, bytes) : step.write(fd, bytes);
    },
    sync: (fd) => {
      const step = steps[at];
      if (step?.sync === undefined) return fdatasyncSync(fd);
      at++;
      step.sync(fd);
    },
  };
}

const short = (missing: number) => ({
  write: (fd: number, bytes: Uint8Array) => writeSync(fd, bytes.subarray(0, bytes.length - missing)),
});
const failedWrite = (code: string) => ({ write: () => failWith(code) });
const failedSync = (code: string) => ({ sync: () => failWith(code) });

test.each([
  ["ENOSPC", "disk-full"],
  ["EDQUOT", "disk-full"],
  ["EROFS", "read-only"],
  ["EACCES", "no-permission"],
  ["EIO", "io-failed"],
])("a write that fails with %s is refused as %s, and nothing is acknowledged", (code, reason) => {
  using dir = tempDir();
  const journal = openToy(dir.path, { io: scripted([failedWrite(code)]) });
  const refusal = journal.append(add(1));
  expect(reasonOf(refusal)).toBe(reason);
  expect(JSON.stringify(refusal)).toContain("Nothing was acknowledged");
  expect(journal.state.sum).toBe(0);
  must(journal.append(add(2)));
  expect(journal.state.sum).toBe(2);
});

test.each([1, 2, 3, 50])("a write that comes up %i bytes short is tried again and applies once", (missing) => {
  using dir = tempDir();
  const journal = openToy(dir.path, { io: scripted([short(missing)]) });
  expect(must(journal.append(add(1)))).toMatchObject({ status: "accepted" });
  expect(journal.state.sum).toBe(1);
  expect(replay(dir.path).sum).toBe(1);
});

test("a record of which all but the last newline went out is an unknown outcome, settled by whoever appends next", () => {
  using dir = tempDir();
  const journal = openToy(dir.path, { io: scripted([short(1), failedWrite("ENOSPC"), failedWrite("ENOSPC")]) });
  const mine = claim("T1");
  expect(reasonOf(journal.append(mine))).toBe("outcome-unknown");
  const other = openToy(dir.path);
  expect(must(other.append(claim("T1")))).toMatchObject({ status: "refused" });
  expect(other.state.claims).toEqual({ T1: mine.id });
  expect(must(journal.append(mine))).toMatchObject({ status: "accepted", record: { ordinal: 1 } });
});

test("the same id tried again after an unknown outcome applies once and gets the first answer", () => {
  using dir = tempDir();
  const journal = openToy(dir.path, { io: scripted([short(1), failedWrite("ENOSPC")]) });
  const mine = claim("T1");
  expect(reasonOf(journal.append(mine))).toBe("outcome-unknown");
  must(openToy(dir.path).append(claim("T1")));
  expect(must(journal.append(mine))).toMatchObject({ status: "accepted", record: { ordinal: 1 } });
  expect(replay(dir.path).log).toHaveLength(2);
});

test("a partial line that can never be a record is no unknown outcome", () => {
  using dir = tempDir();
  const journal = openToy(dir.path, { io: scripted([short(20), failedWrite("ENOSPC")]) });
  expect(reasonOf(journal.append(add(1)))).toBe("disk-full");
  must(journal.append(add(2)));
  expect(journal.state.sum).toBe(2);
  expect(journal.problems).toMatchObject([{ reason: "torn-line" }]);
});

test("a record whose sync failed is written again before it is acknowledged, and applies once", () => {
  using dir = tempDir();
  const journal = openToy(dir.path, { io: scripted([failedSync("EIO")]) });
  const mine = add(1);
  expect(must(journal.append(mine)).status).toBe("accepted");
  const lines = linesOf(dir.at("journal", `${CLONE_A}.jsonl`));
  expect(lines.filter((line) => line.includes(mine.id))).toHaveLength(2);
  expect(journal.state.sum).toBe(1);
});

test("a record whose sync keeps failing is never a success", () => {
  using dir = tempDir();
  const journal = openToy(dir.path, {
    io: { write: (fd, bytes) => writeSync(fd, bytes), sync: () => failWith("EIO") },
  });
  expect(reasonOf(journal.append(add(1)))).toBe("outcome-unknown");
  expect(replay(dir.path).sum).toBe(1);
});

test("a retry that comes too late to be recognised is not made", () => {
  using dir = tempDir();
  const journal = openToy(dir.path, { io: scripted(Array.from({ length: 4 }, () => failedSync("EIO"))) });
  const mine = add(1000);
  expect(reasonOf(journal.append(mine))).toBe("outcome-unknown");
  const other = openToy(dir.path, { io: { write: (fd, bytes) => writeSync(fd, bytes), sync: () => undefined } });
  for (let i = 0; i < 400; i++) must(other.append(add(1)));
  const size = readFileSync(dir.at("journal", `${CLONE_A}.jsonl`)).length;
  expect(reasonOf(journal.append(mine))).toBe("outcome-unknown");
  expect(readFileSync(dir.at("journal", `${CLONE_A}.jsonl`))).toHaveLength(size);
  expect(replay(dir.path).sum).toBe(1400);
});

test("a retry is answered by the order as it is now, though the first try had been folded in another", () => {
  using dir = tempDir();
  const journal = openToy(dir.path, { io: scripted(Array.from({ length: 4 }, () => failedSync("EIO"))) });
  const mine = claim("T1", { at: 2000 });
  expect(reasonOf(journal.append(mine))).toBe("outcome-unknown");
  const [theirs = ""] = writeElsewhere(CLONE_B, [claim("T1", { at: 1000 })]);
  writeFileSync(dir.at("journal", `${CLONE_B}.jsonl`), `${withOrdinal(theirs, 1)}\n`);
  must(openToy(dir.path).writeSnapshot());
  expect(must(journal.append(mine))).toMatchObject({ status: "refused", record: { ordinal: 1 } });
});

test("a journal whose folder vanishes while a record is written is put back with that record in it", () => {
  using dir = tempDir();
  const vanish = { sync: () => rmSync(dir.at("journal"), { recursive: true }) };
  const journal = openToy(dir.path, { io: scripted([{}, vanish]) });
  must(journal.append(add(1)));
  must(journal.append(add(2)));
  expect(replay(dir.path).sum).toBe(3);
});

test("a journal that loses both names while it is written is put back from the open file", () => {
  using dir = tempDir();
  const vanish = {
    sync: () => {
      rmSync(dir.at("journal"), { recursive: true });
      rmSync(dir.at("second"), { recursive: true });
    },
  };
  const journal = openToy(dir.path, { io: scripted([{}, vanish]) });
  must(journal.append(add(1)));
  must(journal.append(add(2)));
  expect(replay(dir.path).sum).toBe(3);
  expect(existsSync(dir.at("second", `${CLONE_A}.jsonl`))).toBe(true);
});

test("a second process that still has the vanished file open finds the one put back", () => {
  using dir = tempDir();
  const [a, b] = [openToy(dir.path), openToy(dir.path)];
  must(a.append(add(1)));
  must(b.append(add(10)));
  rmSync(dir.at("journal"), { recursive: true });
  rmSync(dir.at("second"), { recursive: true });
  must(a.append(add(100)));
  must(b.append(add(1000)));
  must(a.refresh());
  expect([a.state.sum, b.state.sum, replay(dir.path).sum]).toEqual([1111, 1111, 1111]);
});

test("a line that somebody appends between write and fold is folded too", () => {
  using dir = tempDir();
  const file = dir.at("journal", `${CLONE_A}.jsonl`);
  const journal = openToy(dir.path, { io: scripted([{ sync: () => appendFileSync(file, "\n{torn}\n") }]) });
  expect(must(journal.append(add(1))).status).toBe("accepted");
  expect(journal.problems).toMatchObject([{ reason: "torn-line" }]);
});

test("a journal that vanishes after it was folded is put back before the answer", () => {
  using dir = tempDir();
  let isArmed = false;
  const apply: typeof toyReducer.apply = (state, record) => {
    if (isArmed) rmSync(dir.at("journal"), { recursive: true, force: true });
    isArmed = false;
    return toyReducer.apply(state, record);
  };
  const journal = openToy(dir.path, { second: undefined, reducer: { ...toyReducer, apply } });
  must(journal.append(add(1)));
  isArmed = true;
  must(journal.append(add(2)));
  expect(replay(dir.path).sum).toBe(3);
});

test("a snapshot is not written before what it knows is durable", () => {
  using dir = tempDir();
  let syncs = 0;
  const counted: Io = { write: (fd, bytes) => writeSync(fd, bytes), sync: () => void syncs++ };
  const journal = openToy(dir.path, { io: counted });
  must(journal.append(add(1)));
  must(journal.writeSnapshot());
  expect(syncs).toBe(1);
  must(openToy(dir.path).append(add(2)));
  must(journal.refresh());
  must(journal.writeSnapshot());
  expect(syncs).toBe(2);
});
