import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asksToGoOn, asksToStop, holdfastCommand } from "./phrases.ts";
import { endsWithQuestion } from "./question.ts";

describe("a person says stop", () => {
  test.each([
    "stop",
    "Stop!",
    "please stop",
    "Please stop, never mind",
    "ok, stop, that's enough",
    "ok, stop here please",
    "STOP NOW",
    "cancel this task",
    "abort the operation",
    "terminate execution",
    "don't do this",
    "Don’t continue",
    "do not proceed",
    "never mind",
    "skip this",
    "I changed my mind.",
    "that's all",
    "That's enough for today",
    "enough with this",
    "on second thought",
    "Actually, stop",
    "wait, cancel",
    "wait",
    "Thanks, that's all for now.",
    "OK. Never mind.",
    "Hold on. Let me check the spec first.",
    "hold on a second",
    "wait for my review",
    "Wait for my review between the phases.",
    "Wait until I have looked at it",
    "Let me review it first",
    "The parser looks good. Stop here.",
    "Thanks\n\nplease pause",
    "Stop.\n\n```sh\nnpm test\n```",
    "Please stop what you are doing",
    "stop doing that",
    "I'd like you to stop",
    "STOP STOP STOP",
    "Stop, I need to think.",
    "stop immediately, you're deleting my files",
    "stop — that's not what I meant",
    "stop after this task",
    "abort mission",
    "actually, don't",
    "enough of this",
  ])("%j", (prompt) => {
    expect(asksToStop(prompt)).toBe(true);
  });

  test.each([
    "",
    "please stop using tabs",
    "stop the server before you restart it",
    "cancel this operation if the user presses Esc",
    "add a stop button",
    "if it fails, stop, and log the reason",
    "stop, then start the server again",
    "Stop, start and restart buttons are missing",
    "stop-the-world pauses are too long",
    "wait until I/O is done before closing",
    "don't use lodash",
    "when the job fails, abort the transaction",
    "the word `stop` should be red",
    'print "stop" and exit',
    "print “please stop” and exit",
    "the user says 'never mind' and then",
    "> please stop\nwhat did he mean by that",
    "```\nplease stop\n```",
    "```\nplease stop",
    "~~~js\ncancel this task\n~~~\nwhat is this",
    "it's not that it's enough",
    "Don't do this with a regex, use the parser",
    "wait for the server to be ready, then run the tests",
    "Fix the typo in the title. That's it.",
    "I changed my mind. Use tabs.",
    "Wait. The other file is meant.",
    "Never mind the tests for now, write the parser",
    "<task-notification>\nstop\n</task-notification>",
    "I don't want it to continue silently on error",
    "<pasted>stop</pasted> explain this log",
  ])("but not in %j", (prompt) => {
    expect(asksToStop(prompt)).toBe(false);
  });
});

describe("a person says go on", () => {
  test.each([
    "proceed",
    "Go ahead.",
    "ok, continue",
    "yes please go on",
    "Continue with the plan",
    "continue with the next task please",
    "Looks good. Proceed!",
    "lgtm, go ahead and implement it",
    "resume",
    "keep going",
    "implement the plan",
  ])("%j", (prompt) => {
    expect(asksToGoOn(prompt)).toBe(true);
  });

  test.each([
    "",
    "ok",
    "don't continue",
    "continue the list in README.md with three more items",
    "go through the code and find the bug",
    "proceed only after the tests pass",
    "`proceed`",
    '"continue"',
    "stop. continue tomorrow",
    "should we proceed with the old parser or the new one?",
  ])("but not in %j", (prompt) => {
    expect(asksToGoOn(prompt)).toBe(false);
  });
});

test.each([
  ["/holdfast:proceed", "proceed"],
  ["/mcp__holdfast__proceed", "proceed"],
  ["/mcp__plugin_holdfast_holdfast__proceed now", "proceed"],
  ["/mcp__other__proceed", undefined],
  ["/holdfast-plan the feedback", "plan"],
  ["/holdfast/new a topic", "new"],
  ["$holdfast-stop", "stop"],
  ["  /holdfast proceed", "proceed"],
  ["/holdfastproceed", undefined],
  ["please run /holdfast:proceed", undefined],
  ["holdfast proceed", undefined],
])("the command of %j is %j", (prompt, command) => {
  expect(holdfastCommand(prompt)).toBe(command);
});

test("any text is read, and hostile ones do not take for ever", () => {
  const words = fc.constantFrom(
    "stop",
    "wait, ",
    "please ",
    "```",
    "`",
    '"',
    "'",
    ">",
    "\n",
    "? ",
    "1. ",
    "<a>",
    "ok ",
    "\ud800",
  );
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(words, { maxLength: 400 }).map((all) => all.join("")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      for (const read of [asksToStop, asksToGoOn, endsWithQuestion]) expect(typeof read(text)).toBe("boolean");
    }),
  );
  for (const hostile of [
    "please ".repeat(50_000),
    "`".repeat(100_000),
    "it now ".repeat(30_000),
    "<a>".repeat(50_000),
  ]) {
    asksToStop(hostile);
    asksToGoOn(hostile);
    endsWithQuestion(hostile);
  }
});
