import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempDir } from "../../workspace/git-fixture.ts";
import { readTyped } from "./typed-prompts.ts";

const put = (content: string, at: number, operation = "enqueue") => ({
  type: "queue-operation",
  operation,
  timestamp: new Date(at).toISOString(),
  content,
});
const prompt = (content: string, promptId: string, more: object = {}) => ({
  type: "user",
  promptId,
  message: { role: "user", content },
  ...more,
});

function transcriptOf(...entries: readonly object[]): string {
  const path = join(tempDir(), "transcript.jsonl");
  writeFileSync(
    path,
    `not json "p1" "queue-operation"\n${entries.map((entry) => `${JSON.stringify(entry)}\n`).join("")}`,
  );
  return path;
}

test("one reading has the words that a turn began with, and what was put in line since a moment", () => {
  const transcript = transcriptOf(
    prompt("go ahead", "p0"),
    put("before", 500),
    prompt("what a command expands to", "p1", { isMeta: true }),
    prompt("<command-name>/holdfast:stop</command-name>", "p1"),
    prompt("later", "p1"),
    put("also b.ts", 2000),
    put("also b.ts", 2000, "dequeue"),
    put("<task-notification>done</task-notification>", 2000),
  );
  expect(readTyped(transcript, { promptId: "p1", since: 1000 })).toEqual({
    prompt: "/holdfast:stop",
    queued: ["also b.ts"],
    during: [],
  });
  expect(readTyped(transcript, { promptId: "p0" })).toEqual({ prompt: "go ahead", queued: [], during: [] });
  expect(readTyped(transcript, { since: 0 })).toEqual({ queued: ["before", "also b.ts"], during: [] });
});

test("what reached the model in the middle of a turn is what stands behind its beginning, typed by a person", () => {
  const delivered = (text: string, commandMode = "prompt") => ({
    type: "attachment",
    attachment: { type: "queued_command", prompt: text, commandMode },
  });
  const transcript = transcriptOf(
    delivered("before"),
    prompt("look around", "p3"),
    prompt('he said "queued_command"', "p3"),
    delivered("<task-notification>proceed</task-notification>"),
    delivered("proceed", "task-notification"),
    delivered("go ahead"),
  );
  expect(readTyped(transcript, { during: "p3" })).toEqual({ queued: [], during: ["go ahead"] });
  expect(readTyped(transcript, { during: "p2" })).toEqual({ queued: [], during: [] });
});

test("nothing was typed where there is no transcript, or it does not say", () => {
  expect(readTyped(join(tempDir(), "none"), { promptId: "p1", since: 0 })).toEqual({ queued: [], during: [] });
  expect(readTyped(transcriptOf(), { promptId: "p1", since: 0 })).toEqual({ queued: [], during: [] });
});
