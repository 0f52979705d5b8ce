import { appendFileSync, mkdirSync, writeSync } from "node:fs";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { CloneId } from "../plan/record.ts";
import { compareKeys, type OrderKey } from "./cursor.ts";
import { add, claim, CLONE_A, CLONE_B, CLONE_C, must, openToy, replay, tempDir, writeElsewhere } from "./fixtures.ts";
import type { TempDir } from "./fixtures.ts";
import type { Io } from "./disk.ts";
import type { Draft } from "./journal.ts";
import { withOrdinal } from "./line.ts";
import { publishRecords } from "./publish.ts";

const CLONES = [CLONE_A, CLONE_B, CLONE_C] as const;
const HOUR_MS = 3_600_000;
const START = 1_700_000_000_000;
/** Durability is tested elsewhere; without syncs a property sees more histories. */
const io: Io = { write: (fd, bytes) => writeSync(fd, bytes), sync: () => undefined };

const things = fc.constantFrom("T1", "T2", "T3");
const skew = fc.integer({ min: -HOUR_MS, max: HOUR_MS });
const drafts = fc
  .array(fc.record({ thing: things, at: skew }), { minLength: 1, maxLength: 6 })
  .map((list): Draft[] => list.map(({ thing, at }) => claim(thing, { at: START + at })));

function deliver(dir: TempDir, clone: CloneId, lines: readonly string[]): void {
  mkdirSync(dir.at("journal"), { recursive: true });
  if (lines.length > 0) appendFileSync(dir.at("journal", `${clone}.jsonl`), `\n${lines.join("\n")}\n`);
}

test("records of three clones give one state, whatever order and pieces they arrive in", () => {
  const arrivals = fc.array(fc.record({ clone: fc.nat({ max: 2 }), count: fc.nat({ max: 3 }) }), { maxLength: 12 });
  fc.assert(
    fc.property(fc.tuple(drafts, drafts, drafts), arrivals, fc.nat({ max: 3 }), (written, order, snapshots) => {
      using all = tempDir();
      using dir = tempDir();
      const files = CLONES.map((clone, at) => writeElsewhere(clone, written[at] ?? [], { io }));
      const copies = files.map((lines) => lines.map((line, at) => withOrdinal(line, at + 1)));
      for (const [at, clone] of CLONES.entries()) deliver(all, clone, copies[at] ?? []);
      const reader = openToy(dir.path, { clone: "czzzzzzzz" as CloneId, io, stride: 2 });
      const given = [0, 0, 0];
      const steps = [...order, ...CLONES.map((_, clone) => ({ clone, count: Infinity }))];
      for (const [step, { clone, count }] of steps.entries()) {
        const from = given[clone] ?? 0;
        const lines = (copies[clone] ?? []).slice(from, from + count);
        given[clone] = from + lines.length;
        deliver(dir, CLONES[clone] ?? CLONE_A, lines);
        must(reader.refresh());
        if (step % 4 === snapshots) must(reader.writeSnapshot());
      }
      expect(reader.state).toEqual(replay(all.path));
      expect(openToy(dir.path, { clone: "czzzzzzzz" as CloneId }).state).toEqual(reader.state);
    }),
    { numRuns: 60 },
  );
});

test("clones with clocks an hour apart that work and exchange at random come to one state, and order keeps causes first", () => {
  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant("claim" as const), clone: fc.nat({ max: 2 }), thing: things }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("publish" as const), clone: fc.nat({ max: 2 }), thing: things }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("refresh" as const), clone: fc.nat({ max: 2 }), thing: things }),
    },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), fc.tuple(skew, skew, skew), (steps, skews) => {
      using shared = tempDir();
      using root = tempDir();
      const published = shared.at("published");
      const journals = CLONES.map((clone) => openToy(root.at(clone), { clone, published, io, second: undefined }));
      const publish = (at: number): unknown =>
        must(publishRecords({ own: CLONES[at] ?? CLONE_A, dir: root.at(CLONES[at] ?? CLONE_A, "journal"), published }));
      for (const [at, { kind, clone, thing }] of steps.entries()) {
        const journal = journals[clone];
        if (kind === "publish") publish(clone);
        else if (kind === "refresh") must(journal?.refresh() ?? expect.fail());
        else must(journal?.append(claim(thing, { at: START + (skews[clone] ?? 0) + at })) ?? expect.fail());
      }
      for (const at of CLONES.keys()) publish(at);
      for (const journal of journals) must(journal.refresh());
      const [a, b, c] = journals.map((journal) => journal.state);
      expect(b).toEqual(a);
      expect(c).toEqual(a);
      for (const journal of journals) journal.close();
    }),
    { numRuns: 40 },
  );
});

test("a record comes after all that its writer had folded, even where that writer's clock is an hour slow", () => {
  using dir = tempDir();
  const theirs = writeElsewhere(CLONE_B, [add(1, { at: START + HOUR_MS }), add(2, { at: START + HOUR_MS })]);
  deliver(
    dir,
    CLONE_B,
    theirs.map((line, at) => withOrdinal(line, at + 1)),
  );
  const journal = openToy(dir.path);
  const mine = must(journal.append(add(4, { at: START }))).record;
  expect(mine.effectiveTime).toBeGreaterThan(START + HOUR_MS);
  expect(journal.state.log.map((entry) => entry.split(":")[0])).toEqual([CLONE_B, CLONE_B, CLONE_A]);
});

test("within a file, byte order stands although a writer that knew less wrote an earlier time", () => {
  using dir = tempDir();
  const [ahead = ""] = writeElsewhere(CLONE_A, [add(1, { at: START + HOUR_MS })]);
  const [behind = ""] = writeElsewhere(CLONE_A, [add(2, { at: START })]);
  deliver(dir, CLONE_A, [ahead, behind]);
  const { log } = openToy(dir.path).state;
  expect(log.map((entry) => entry.split(":").slice(1, 3))).toEqual([
    ["1", String(START + HOUR_MS)],
    ["2", String(START + HOUR_MS + 1)],
  ]);
});

test("the order is total: of two different places one comes first, the same way round for everybody", () => {
  const place = fc.tuple(fc.nat({ max: 3 }), fc.constantFrom(...CLONES), fc.integer({ min: 1, max: 3 }));
  fc.assert(
    fc.property(place, place, place, (a: OrderKey, b: OrderKey, c: OrderKey) => {
      expect(Math.sign(compareKeys(a, b))).toBe(-Math.sign(compareKeys(b, a)) + 0);
      if (compareKeys(a, b) === 0) expect(a).toEqual(b);
      if (compareKeys(a, b) < 0 && compareKeys(b, c) < 0) expect(compareKeys(a, c)).toBeLessThan(0);
    }),
  );
});
