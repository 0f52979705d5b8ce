import { expect, test } from "vitest";
import { isOurHook } from "./ours.ts";
import { trustedHooks, trustOf } from "./trust.ts";

const FILE = "/home/ada/.codex/hooks.json";
const HOOKS = {
  SessionStart: [{ hooks: [{ type: "command", command: "/home/ada/holdfast hook codex", timeout: 10 }] }],
  PreToolUse: [
    { hooks: [{ type: "command", command: "another's" }] },
    {
      matcher: "^update_plan$",
      hooks: [{ type: "mcp_tool", server: "holdfast", tool: "hook", input: { z: "1", host: "codex" }, timeout: 10 }],
    },
  ],
};
const ours = () => trustedHooks(JSON.stringify({ hooks: HOOKS }), FILE, isOurHook);

test("our hooks have the keys and hashes that Codex gave them", () => {
  expect(ours()).toEqual([
    {
      key: `${FILE}:session_start:0:0`,
      hash: "sha256:6464fafca0e450f3d2d1a377d4a60adc08c99e480dd4fbd88393bdbdee913e95",
    },
    {
      key: `${FILE}:pre_tool_use:1:0`,
      hash: "sha256:0d04af4046501f2240fd822879e12df9b9d86db63f4a5b605f6b3bfdbe3c87d9",
    },
  ]);
});

test("what Codex's settings say of one is told, whatever stands there", () => {
  const [hook] = ours();
  const { key, hash } = hook!;
  for (const state of [undefined, 3, {}, { [key]: 1 }, { [key]: {} }, { [key]: { trusted_hash: 1 } }]) {
    expect(trustOf(hook!, state)).toBe("never");
  }
  expect(trustOf(hook!, { [key]: { trusted_hash: hash } })).toBe("trusted");
  expect(trustOf(hook!, { [key]: { trusted_hash: "sha256:0" } })).toBe("changed");
  expect(trustOf(hook!, { [key]: { trusted_hash: hash, enabled: false } })).toBe("off");
});
