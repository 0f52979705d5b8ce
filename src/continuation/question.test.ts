import { describe, expect, test } from "vitest";
import { endsWithQuestion } from "./question.ts";

describe("a message ends with a question", () => {
  test.each([
    "Should I go on?",
    "Done with T1. **Shall I also update the docs?**",
    "Which of these do you want?\n\n1. SQLite\n2. Postgres",
    "Which one?\n- a\n- b\n- c\n",
    "Do you want me to run this?\n\n```sh\nmake deploy\n```",
    "Soll ich weitermachen？",
    "I need a decision (which database?)",
    "Ready when you are 🙂 Shall we?  🚀",
    "Let me know which option you prefer.",
    "Let me know if I should go on.",
    "Waiting for your approval.",
    "Should I remove the old one? I'll wait.",
    "Overwrite it? (y/n)",
    "Would you like me to go on with T2?\n\n---",
  ])("%j", (message) => {
    expect(endsWithQuestion(message)).toBe(true);
  });

  test.each([
    "",
    "Done.",
    "Why did it fail? The path was relative. I made it absolute.",
    "All tests pass.\n\n- T1 done\n- T2 done",
    "The regex is now `a?`",
    "I replaced `x ? y : z`.\n```ts\nconst a = b?\n```",
    'The page asks "Are you sure?"',
    "All done. Let me know if you have questions.",
    "Let me know if anything looks wrong.",
  ])("but not %j", (message) => {
    expect(endsWithQuestion(message)).toBe(false);
  });
});
