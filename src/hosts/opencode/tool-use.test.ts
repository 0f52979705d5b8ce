import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readOutcome, readToolUse } from "./tool-use.ts";

const at = { cwd: "/project" };

test.each([
  ["bash", { command: "ls" }, { kind: "shell", command: "ls" }],
  ["bash", { command: "ls", workdir: "src/it's" }, { kind: "shell", command: String.raw`cd 'src/it'\''s' && ls` }],
  ["bash", {}, { kind: "shell" }],
  ["write", { filePath: "a.ts" }, { kind: "edit", paths: ["/project/a.ts"] }],
  ["edit", { filePath: "/x/a.ts" }, { kind: "edit", paths: ["/x/a.ts"] }],
  ["multiedit", { filePath: "a.ts", edits: [{ filePath: "b.ts" }, {}] }, { paths: ["/project/a.ts", "/project/b.ts"] }],
  ["edit", { filePath: 7 }, { kind: "edit" }],
  ["read", { filePath: "a.ts" }, { kind: "read", paths: ["/project/a.ts"] }],
  ["task", { prompt: "go", subagent_type: "explore" }, { kind: "spawn", prompt: "go", subagentType: "explore" }],
  ["holdfast_task", { id: "T1" }, { kind: "other" }],
])("%s %j", (name, args, expected) => {
  expect(readToolUse(name, args, at)).toMatchObject({ name, ...expected });
});

test("whatever a tool is called with is read or left alone", () => {
  const tools = fc.constantFrom("bash", "edit", "apply_patch", "task", "read", "x");
  fc.assert(
    fc.property(tools, fc.anything(), (name, args) => {
      const { paths = [] } = readToolUse(name, args, at);
      expect(paths.every((path) => path.startsWith("/"))).toBe(true);
    }),
  );
});

test("an exit that is not told is not known", () => {
  expect(readOutcome({ exit: 0 })).toEqual({ outcome: "ok", exitCode: 0 });
  expect(readOutcome({ exit: 3 })).toEqual({ outcome: "failed", exitCode: 3 });
  for (const strange of [{}, { exit: null }, { exit: "0" }, { exit: 1.5 }, null, 7]) {
    expect(readOutcome(strange)).toEqual({ outcome: "unknown" });
  }
});
