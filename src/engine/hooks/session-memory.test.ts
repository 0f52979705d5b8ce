import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { MemoryNote } from "./memory-note.ts";
import { foldMemory, remember } from "./session-memory.ts";

const text = fc.string({ maxLength: 12 });
const note: fc.Arbitrary<MemoryNote> = fc.oneof(
  fc.record({ note: fc.constant("handled" as const), id: text, by: text }),
  fc.record({ note: fc.constant("saw" as const), plan: text, revision: fc.nat() }),
  fc.record({ note: fc.constant("told" as const), what: text }),
  fc.record({ note: fc.constant("context-use" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ note: fc.constant("changed" as const), files: fc.array(text, { maxLength: 5 }) }),
  fc.record({ note: fc.constant("compacted" as const) }),
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
  fc.record({ note: fc.constant("listed" as const), plan: text, revision: fc.nat(), print: text }),
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
