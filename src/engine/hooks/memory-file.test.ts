import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { tempDir } from "../../workspace/git-fixture.ts";
import { isFirst, MemoryFile } from "./memory-file.ts";

const makeFile = (): MemoryFile => new MemoryFile(tempDir(), "claude:s1");

describe("who takes up an event", () => {
  test("is whoever noted it first, also where another was faster between looking and noting", () => {
    const file = makeFile();
    expect(isFirst(file, "e1", "one")).toBe(true);
    expect(isFirst(file, "e1", "two")).toBe(false);
    expect(isFirst(file, "e2", "two")).toBe(true);
  });

  test("where nothing can be noted, everybody", () => {
    const file = new MemoryFile(join(tempDir(), "nowhere"), "claude:s1");
    expect([isFirst(file, "e", "one"), isFirst(file, "e", "two")]).toEqual([true, true]);
  });
});

test("a torn line costs itself only", () => {
  const file = makeFile();
  file.add([{ note: "told", what: "a" }]);
  appendFileSync(file.path, '{"note":"told","wh');
  file.add([{ note: "told", what: "b" }]);
  expect([...file.read().told]).toEqual(["a", "b"]);
});

test("a long memory is made short, and says the same", () => {
  const file = makeFile();
  file.add([
    { note: "told", what: "once" },
    { note: "changed", files: ["/a", "/b"] },
  ]);
  file.add([{ note: "logged" }, { note: "changed", files: ["/c"] }]);
  file.add([{ note: "spawned", call: "c", plan: "p", task: "T1", fence: "f" }]);
  mkdirSync(dirname(file.path), { recursive: true });
  for (let at = 0; at < 2_000; at += 1) file.add([{ note: "saw", plan: "p", revision: at }]);
  const before = file.read();
  file.tidy();
  expect(file.read()).toEqual(before);
  expect(readFileSync(file.path).length).toBeLessThan(2_000);
});
