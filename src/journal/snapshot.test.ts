import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { hexDigestOf } from "./digest.ts";
import { type Io, sweepTemps } from "./disk.ts";
import {
  add,
  claim,
  CLONE_A,
  CLONE_B,
  linesOf,
  must,
  openToy,
  replay,
  tempDir,
  toyOptions,
  toyReducer,
  writeElsewhere,
} from "./fixtures.ts";
import type { TempDir } from "./fixtures.ts";
import { openJournal } from "./journal.ts";
import { withOrdinal } from "./line.ts";
import { loadSnapshot } from "./snapshot.ts";

const io: Io = { write: (fd, bytes) => writeSync(fd, bytes), sync: () => undefined };
const START = 1_700_000_000_000;
const OWN = `${CLONE_A}.jsonl`;

/** A reducer that tells how many records it was given: what a snapshot saves. */
function counting() {
  const count = { applied: 0 };
  const apply: typeof toyReducer.apply = (state, record) => {
    count.applied++;
    return toyReducer.apply(state, record);
  };
  return { count, reducer: { ...toyReducer, apply } };
}

test("a snapshot is readable JSON with its digest last, and only the tail after it is folded", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  for (let i = 0; i < 5; i++) must(journal.append(add(1)));
  must(journal.writeSnapshot());
  must(journal.append(add(10)));
  const value = JSON.parse(readFileSync(dir.at("state.json"), "utf8"));
  expect(Object.keys(value)).toEqual(["$schema", "format", "claims", "log", "sum", "cursor", "digest"]);
  expect(value).toMatchObject({ $schema: "toy", format: 1, sum: 5, cursor: { total: 5 } });
  const { count, reducer } = counting();
  expect(openToy(dir.path, { reducer }).state.sum).toBe(15);
  expect(count.applied).toBe(1);
});

test("the older snapshot follows at a distance, and serves when the newer one is of no use", () => {
  using dir = tempDir();
  const journal = openToy(dir.path, { stride: 3 });
  for (let i = 0; i < 8; i++) {
    must(journal.append(add(1)));
    must(journal.writeSnapshot());
  }
  const earlier = loadSnapshot(toyReducer, dir.at(".local", "earlier.json"));
  expect(earlier?.cursor.total).toBe(6);
  writeFileSync(dir.at("state.json"), "{}");
  const { count, reducer } = counting();
  expect(openToy(dir.path, { reducer }).state.sum).toBe(8);
  expect(count.applied).toBe(2);
});

test("a late record starts the fold from the earlier snapshot if that is old enough, else from the beginning", () => {
  using dir = tempDir();
  const journal = openToy(dir.path, { stride: 1 });
  for (let i = 1; i <= 6; i++) {
    must(journal.append(add(1, { at: START + i * 1000 })));
    if (i === 3 || i === 5 || i === 6) must(journal.writeSnapshot());
  }
  const lines = writeElsewhere(CLONE_B, [add(10, { at: START + 5500 })]);
  writeFileSync(dir.at("journal", `${CLONE_B}.jsonl`), `${withOrdinal(lines[0] ?? "", 1)}\n`);
  const first = counting();
  expect(openToy(dir.path, { reducer: first.reducer }).state).toEqual(replay(dir.path));
  expect(first.count.applied).toBe(2);
  const older = writeElsewhere(CLONE_B, [add(10, { at: START })]);
  writeFileSync(dir.at("journal", `${CLONE_B}.jsonl`), `${withOrdinal(older[0] ?? "", 1)}\n`);
  const second = counting();
  expect(openToy(dir.path, { reducer: second.reducer }).state).toEqual(replay(dir.path));
  expect(second.count.applied).toBe(7);
});

test.each([
  ["changed by hand", (text: string) => text.replace('"sum":3', '"sum":4')],
  ["cut short", (text: string) => text.slice(0, -10)],
  ["empty", () => ""],
  ["without a digest", (text: string) => text.replace(/,\n"digest".*/, "")],
  ["an array", () => "[]"],
])("a snapshot that is %s is not believed", (_name, spoil) => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  for (let i = 0; i < 3; i++) must(journal.append(add(1)));
  must(journal.writeSnapshot());
  writeFileSync(dir.at("state.json"), spoil(readFileSync(dir.at("state.json"), "utf8")));
  expect(openToy(dir.path).state.sum).toBe(3);
});

/** A snapshot's text with the digest that it should have. */
function resealed(text: string): string {
  const body = text.slice(0, text.indexOf(',\n"digest"'));
  return `${body},\n"digest":"${hexDigestOf([Buffer.from(body)])}"\n}\n`;
}

test("a snapshot that left out records which this program understands is not believed", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  must(journal.writeSnapshot());
  const text = readFileSync(dir.at("state.json"), "utf8");
  const appliedWith = (changed: string): number => {
    writeFileSync(dir.at("state.json"), resealed(changed));
    const { count, reducer } = counting();
    openToy(dir.path, { reducer });
    return count.applied;
  };
  expect(appliedWith(text)).toBe(0);
  expect(appliedWith(text.replace('"total":', '"newer":2,"total":'))).toBe(0);
  expect(appliedWith(text.replace('"total":', '"newer":1,"total":'))).toBe(1);
});

test("a newer program's snapshot is neither believed nor overwritten", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  must(journal.writeSnapshot());
  const newer = resealed(readFileSync(dir.at("state.json"), "utf8").replace('"format":1', '"format":2'));
  writeFileSync(dir.at("state.json"), newer);
  const { count, reducer } = counting();
  const other = openToy(dir.path, { reducer });
  expect(count.applied).toBe(1);
  must(other.append(add(1)));
  must(other.writeSnapshot());
  expect(other.state.sum).toBe(2);
  expect(readFileSync(dir.at("state.json"), "utf8")).toBe(newer);
});

test("a state that the reducer cannot read any more is folded anew", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  must(journal.writeSnapshot());
  expect(openToy(dir.path, { reducer: { ...toyReducer, restore: () => undefined } }).state.sum).toBe(1);
});

test("another plan's snapshot is ignored and bars nothing", () => {
  using dir = tempDir();
  using other = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  const theirs = openToy(other.path);
  for (let i = 0; i < 5; i++) must(theirs.append(add(7)));
  must(theirs.writeSnapshot());
  copyFileSync(other.at("state.json"), dir.at("state.json"));
  const again = openToy(dir.path);
  expect(again.state.sum).toBe(1);
  expect(must(again.append(add(1))).status).toBe("accepted");
  expect(again.problems).toEqual([]);
});

test("writing a snapshot leaves no temporary files behind", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  must(journal.writeSnapshot());
  expect(readdirSync(dir.path).sort()).toEqual(["journal", "second", "state.json"]);
});

test("what dead writers left unfinished is taken away after an hour, and nothing else", () => {
  using dir = tempDir();
  const journal = openToy(dir.path);
  const [orphan, foreign] = [".state.json.123.01234567.hf-tmp", ".state.json.mine.hf-tmp"];
  for (const name of [orphan, foreign]) writeFileSync(dir.at(name), "");
  sweepTemps(dir.path, Date.now());
  expect(existsSync(dir.at(orphan))).toBe(true);
  sweepTemps(dir.path, Date.now() + 3_700_000);
  must(journal.writeSnapshot());
  expect(readdirSync(dir.path).filter((name) => name.startsWith("."))).toEqual([foreign]);
});

/** Things that happen to the files of a plan. Each leaves something that can still be opened. */
const MISHAPS: Record<string, (dir: TempDir, amount: number) => void> = {
  append: (dir, amount) => {
    const journal = openToy(dir.path, { io, second: undefined, stride: 3 });
    // A journal that has lost records refuses: reading it is what this is about.
    for (let i = 0; i <= amount % 3; i++) journal.append(claim(`T${amount % 4}`, { at: START + amount * 100 }));
    journal.close();
  },
  snapshot: (dir) => {
    const journal = openToy(dir.path, { io, second: undefined, stride: 3 });
    must(journal.writeSnapshot());
    journal.close();
  },
  keepOldSnapshot: (dir) => {
    if (existsSync(dir.at("state.json"))) copyFileSync(dir.at("state.json"), dir.at("old.json"));
  },
  useOldSnapshot: (dir) => {
    if (existsSync(dir.at("old.json"))) copyFileSync(dir.at("old.json"), dir.at("state.json"));
  },
  swapSnapshots: (dir) => {
    if (!existsSync(dir.at(".local", "earlier.json"))) return;
    copyFileSync(dir.at(".local", "earlier.json"), dir.at("state.json"));
  },
  cut: (dir, amount) => {
    const file = dir.at("journal", OWN);
    truncateSync(file, Math.max(0, statSync(file).size - amount * 7));
  },
  grow: (dir, amount) => appendFileSync(dir.at("journal", OWN), "garbage\n".repeat(amount % 3)),
  dropFirst: (dir) => writeFileSync(dir.at("journal", OWN), `${linesOf(dir.at("journal", OWN)).slice(1).join("\n")}\n`),
  swapFile: (dir, amount) => {
    const theirs = writeElsewhere(CLONE_A, [add(amount), add(amount)], { io });
    writeFileSync(dir.at("journal", OWN), `${theirs.join("\n")}\n`);
  },
  other: (dir, amount) => {
    const theirs = writeElsewhere(CLONE_B, [claim("T1", { at: START + amount * 100 })], { io });
    writeFileSync(dir.at("journal", `${CLONE_B}.jsonl`), `${withOrdinal(theirs[0] ?? "", 1)}\n`);
  },
  loseOther: (dir) => rmSync(dir.at("journal", `${CLONE_B}.jsonl`), { force: true }),
};

test("snapshot and tail give what a full replay gives, whatever happened to the files in between", () => {
  const mishap = fc.tuple(fc.constantFrom(...Object.keys(MISHAPS)), fc.nat({ max: 60 }));
  fc.assert(
    fc.property(fc.array(mishap, { maxLength: 14 }), (mishaps) => {
      using dir = tempDir();
      mkdirSync(dir.at(".local"));
      MISHAPS["append"]?.(dir, 2);
      const kept = must(openJournal(toyOptions(dir.path, { second: undefined })));
      for (const [name, amount] of mishaps) {
        MISHAPS[name]?.(dir, amount);
        const expected = replay(dir.path);
        const fresh = must(openJournal(toyOptions(dir.path, { second: undefined })));
        expect([name, fresh.state]).toEqual([name, expected]);
        must(kept.refresh());
        expect([name, kept.state]).toEqual([name, expected]);
        fresh.close();
      }
      kept.close();
    }),
    { numRuns: 150 },
  );
});

test("a large snapshot may lag a few records behind, never more, and the state stays what a replay gives", () => {
  using dir = tempDir();
  const file = dir.at("state.json");
  const journal = openToy(dir.path);
  must(journal.append(claim("x".repeat(300_000))));
  must(journal.writeSnapshot({ mayLag: true }));
  const first = readFileSync(file, "utf8");
  const totals = new Set<number>();
  for (let i = 0; i < 100; i++) {
    must(journal.append(add(1)));
    must(journal.writeSnapshot({ mayLag: true }));
    const { total } = (JSON.parse(readFileSync(file, "utf8")) as { cursor: { total: number } }).cursor;
    expect(i + 2 - total).toBeLessThan(32);
    totals.add(total);
  }
  expect([...totals]).toHaveLength(4);
  expect(first).not.toBe(readFileSync(file, "utf8"));
  const next = openToy(dir.path);
  expect(next.state).toEqual(replay(dir.path));
  // It was not read from the beginning, so it knows how far the snapshot is behind.
  must(next.append(add(1)));
  must(next.writeSnapshot({ mayLag: true }));
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ cursor: { total: 97 } });
  must(next.writeSnapshot());
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ cursor: { total: 102 } });
});

test("a small snapshot, and one that was not to be used, never lags", () => {
  using dir = tempDir();
  const file = dir.at("state.json");
  const journal = openToy(dir.path);
  must(journal.append(add(1)));
  must(journal.writeSnapshot());
  must(journal.append(add(1)));
  must(journal.writeSnapshot({ mayLag: true }));
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ cursor: { total: 2 } });
  must(journal.append(claim("x".repeat(300_000))));
  must(journal.writeSnapshot());
  writeFileSync(file, readFileSync(file, "utf8").replace('"sum":2', '"sum":3'));
  const next = openToy(dir.path);
  must(next.writeSnapshot({ mayLag: true }));
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ sum: 2, cursor: { total: 3 } });
  // The earlier one served: that it is large says nothing of what stands in the later one's place.
  copyFileSync(file, dir.at("earlier.json"));
  writeFileSync(file, "{}");
  const last = openToy(dir.path, { previous: dir.at("earlier.json") });
  must(last.writeSnapshot({ mayLag: true }));
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ cursor: { total: 3 } });
});
