import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Stamp } from "../plan/record.ts";
import { add, CLONE_A, must, openToy, tempDir } from "./fixtures.ts";
import type { Key } from "./line.ts";
import { readSealed } from "./seals.ts";

const KEY: Key = { name: "k1", secret: Buffer.alloc(32, 7) };
const stamps = [1, 2, 3, 9].map((ordinal) => `${CLONE_A}:${ordinal}` as Stamp);

test("only what is there as it was signed is given, by the key that signed it", () => {
  using dir = tempDir();
  const journal = openToy(dir.path, { key: KEY });
  for (let by = 1; by <= 4; by += 1) must(journal.append(add(by)));
  journal.close();
  const sealed = (key = KEY) => [...readSealed({ dir: dir.at("journal"), key }, stamps).keys()];
  expect(sealed()).toEqual(stamps.slice(0, 3));
  expect(sealed({ ...KEY, name: "k2" })).toEqual([]);
  expect(sealed({ ...KEY, secret: Buffer.alloc(32, 8) })).toEqual([]);
  const file = dir.at("journal", `${CLONE_A}.jsonl`);
  writeFileSync(file, readFileSync(file, "utf8").replace('"by":2}', '"by":7}'));
  expect(sealed()).toEqual([stamps[0], stamps[2]]);
});

test("nothing is sealed where there is no journal", () => {
  using dir = tempDir();
  expect(readSealed({ dir: dir.at("none"), key: KEY }, stamps).size).toBe(0);
});
