import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tempDir } from "../../workspace/git-fixture.ts";
import { foldMemory, isFirst, MemoryFile, remember, type MemoryNote } from "./session-memory.ts";

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

const text = fc.string({ maxLength: 12 });
const note: fc.Arbitrary<MemoryNote> = fc.oneof(
  fc.record({ note: fc.constant("handled" as const), id: text, by: text }),
  fc.record({ note: fc.constant("saw" as const), plan: text, revision: fc.nat() }),
  fc.record({ note: fc.constant("told" as const), what: text }),
  fc.record({ note: fc.constant("context-use" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ note: fc.constant("changed" as const), files: fc.array(text, { maxLength: 5 }) }),
  fc.record({ note: fc.constant("logged" as const) }),
  fc.record({ note: fc.constant("spawned" as const), call: text, plan: text, task: text, fence: text }),
  fc.record({ note: fc.constant("agent" as const), agent: text, call: text }),
  fc.record({ note: fc.constant("agent-ended" as const), agent: text, last: text }),
  fc.record({ note: fc.constant("spawn-ended" as const), call: text, how: text }),
  fc.record({ note: fc.constant("scheduled" as const), prompts: fc.array(text, { maxLength: 3 }) }),
  fc.record({ note: fc.constant("left" as const), plan: text, role: fc.constant("writer" as const) }),
  fc.record({
    note: fc.constant("items" as const),
    items: fc.array(fc.record({ content: text, status: text }), { maxLength: 3 }),
  }),
  fc.record({ note: fc.constant("item" as const), id: text, content: text, status: text }),
  fc.record({ note: fc.constant("item" as const), id: text, status: fc.constant("deleted") }),
  fc.record({ note: fc.constant("began" as const), at: fc.nat() }),
);

test("what was noted is remembered, whatever else is in the file", () => {
  const noise = fc.oneof(fc.string({ maxLength: 20 }), fc.json({ maxDepth: 1 }));
  fc.assert(
    fc.property(fc.array(fc.tuple(note, noise), { maxLength: 30 }), (entries) => {
      const lines = entries.flatMap(([one, other]) => [JSON.stringify(one), other.replaceAll("\n", " ")]);
      const expected = entries.reduce((memory, [one]) => remember(memory, one), foldMemory([]));
      expect(foldMemory(lines)).toEqual(expected);
    }),
  );
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
