import { describe, expect, test } from "vitest";
import { isHeadless } from "./headless.ts";
import type { ProcessSight } from "./process-table.ts";

const sight = (...argv: readonly string[]): ProcessSight => ({
  pid: 2,
  parent: 1,
  comm: (argv[0] ?? "").split("/").at(-1) ?? "",
  argv,
});
const HOOK = sight("node", "/usr/lib/holdfast.js", "hook", "codex");
const SHELL = sight("-zsh");
const never = () => Promise.reject(new Error("nobody should look"));

describe("nobody sits at a host", () => {
  test.each([
    [{ CLAUDE_CODE_ENTRYPOINT: "sdk-cli" }, true],
    [{ CLAUDE_CODE_ENTRYPOINT: "sdk-py" }, true],
    [{ CLAUDE_CODE_ENTRYPOINT: "claude-code-github-action" }, true],
    [{ CLAUDE_CODE_ENTRYPOINT: "cli" }, false],
    [{ CLAUDE_CODE_ENTRYPOINT: "claude-vscode" }, false],
    [{ CLAUDE_CODE_ENTRYPOINT: "sdk-cli", HOLDFAST_WORKER: "w1" }, false],
  ])("as its environment says: %j %j", async (env, expected) => {
    expect(await isHeadless(env, never)).toBe(expected);
  });

  test.each<[readonly ProcessSight[], boolean]>([
    [[HOOK, sight("/v/bin/codex", "exec", "go"), sight("node", "/n/@openai/codex/bin/codex.js", "exec"), SHELL], true],
    [[HOOK, sight("sh", "-c", "holdfast hook codex"), sight("codex", "-m", "x", "exec", "go"), SHELL], true],
    [[HOOK, sight("codex", "app-server"), sight("code")], false],
    [[HOOK, sight("codex"), SHELL], false],
    [[sight("opencode", "run", "hello"), SHELL], true],
    [[sight("opencode", "serve"), SHELL], false],
    [[HOOK, sight("claude", "-p", "go"), SHELL], true],
    [[HOOK, sight("codex"), SHELL, sight("claude", "-p", "go")], false],
    [[HOOK, SHELL], false],
  ])("as its command line says: %#", async (lineage, expected) => {
    expect(await isHeadless({}, () => Promise.resolve(lineage))).toBe(expected);
  });

  test("and what cannot be seen counts as a person's", async () => {
    expect(await isHeadless({ CLAUDE_CODE_ENTRYPOINT: "" }, () => Promise.resolve(undefined))).toBe(false);
  });
});
