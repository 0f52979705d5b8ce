import { expect, test } from "vitest";
import { isHeadless } from "./headless.ts";

test.each([
  [{ CLAUDE_CODE_ENTRYPOINT: "sdk-cli" }, true],
  [{ CLAUDE_CODE_ENTRYPOINT: "sdk-py" }, true],
  [{ CLAUDE_CODE_ENTRYPOINT: "claude-code-github-action" }, true],
  [{ CLAUDE_CODE_ENTRYPOINT: "cli" }, false],
  [{ CLAUDE_CODE_ENTRYPOINT: "claude-vscode" }, false],
  [{ CLAUDE_CODE_ENTRYPOINT: "sdk-cli", HOLDFAST_WORKER: "w1" }, false],
  [{ CLAUDE_CODE_ENTRYPOINT: "" }, undefined],
  [{ CODEX_HOME: "/home/user/.codex" }, undefined],
])("%j means headless: %j", (env, expected) => {
  expect(isHeadless(env)).toBe(expected);
});
