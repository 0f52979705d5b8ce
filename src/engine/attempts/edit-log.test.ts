import { appendFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempDir } from "../../workspace/git-fixture.ts";
import { noteEdit, readEdits, tidyEdits } from "./edit-log.ts";

const folder = (planning: string) => join(planning, ".local", "edits");

function begin(): string {
  const planning = tempDir();
  noteEdit(planning, { at: 1, session: "claude:one", files: ["/r/a"] });
  noteEdit(planning, { at: 3, session: "claude:one", agent: "a1", files: ["/r/b"] });
  noteEdit(planning, { session: "claude:one", agent: "a1", call: "c1" });
  noteEdit(planning, { at: 2, session: "codex:two", agent: "a1", files: ["/r/c"] });
  return planning;
}

test("edits of all conversations come in order, each by whoever made it", () => {
  const planning = begin();
  expect(readEdits(planning, 0, 9).map(({ actor, files }) => [actor, ...files])).toEqual([
    ["claude:one", "/r/a"],
    ["codex:two+a1", "/r/c"],
    ["claude:one+c1", "/r/b"],
  ]);
  expect(readEdits(planning, 2, 2)).toHaveLength(1);
  expect(readEdits(tempDir(), 0, 9)).toEqual([]);
});

test("lines that say nothing are passed over, and a link in a log's place is let be", () => {
  const planning = begin();
  const [name = ""] = readdirSync(folder(planning));
  appendFileSync(join(folder(planning), name), '\n{"at":"x"\n[]\nnull\n{"session":"s","at":1,"files":[1]}\n');
  expect(readEdits(planning, 0, 9)).toHaveLength(3);
  const outside = join(tempDir(), "file");
  writeFileSync(outside, "");
  symlinkSync(outside, join(folder(planning), "claude_3a_linked.jsonl"));
  noteEdit(planning, { at: 1, session: "claude:linked", files: ["/r/a"] });
  expect(statSync(outside).size).toBe(0);
});

test("a long log keeps its end; logs of the long silent go", () => {
  const planning = begin();
  const files = ["/r/".padEnd(4000, "x")];
  for (let at = 10; at < 160; at += 1) noteEdit(planning, { at, session: "claude:one", files });
  for (let at = 0; at < 3000; at += 1) noteEdit(planning, { at: 200 + at, session: "claude:one", files: ["/r/z"] });
  tidyEdits(planning, "claude:one", Date.now(), 60_000);
  const kept = readEdits(planning, 0, 9999).filter(({ session }) => session === "claude:one");
  expect([kept.length, kept.at(-1)?.at]).toEqual([1000, 3199]);
  tidyEdits(planning, "claude:one", Date.now() + 120_000, 60_000);
  expect(readdirSync(folder(planning))).toEqual([]);
});
