import { expect, test } from "vitest";
import { EXIT_CODES, exitCodeOf } from "./exit-codes.ts";

test.each([
  ["not-ready", 1],
  ["already-claimed", 1],
  ["usage-unknown-option", 2],
  ["invalid-slug", 2],
  ["needs-decision", 2],
  ["no-such-task", 3],
  ["no-workspace", 3],
  ["file-not-found", 3],
  ["damaged-journal", 4],
  ["malformed-record", 4],
  ["malformed-session", 2],
  ["needs-a-person", 1],
  ["journal-shrunk", 4],
  ["git-timeout", 70],
  ["disk-full", 70],
  ["newer-format", 4],
  ["internal-error", 70],
  ["constructor", 1],
])("%s is %i", (reason, code) => {
  expect(exitCodeOf(reason)).toBe(code);
});

test("every code stands in the table once", () => {
  const codes = EXIT_CODES.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
});
