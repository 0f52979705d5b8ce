import * as fc from "fast-check";
import { expect, test } from "vitest";
import { agentSession, parseSessionKey } from "./session-key.ts";

test("a subagent's session has its parent's name and its own id", () => {
  expect(agentSession("claude:4f1c", "ae95")).toBe("claude:4f1c+ae95");
});

test("whatever a host calls an agent, it acts as a session of its own", () => {
  const session = fc.stringMatching(/^[a-z]{1,32}:[A-Za-z0-9._@:+-]{1,128}$/);
  const agents = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 300, unit: "grapheme" }), {
    minLength: 2,
    maxLength: 2,
  });
  fc.assert(
    fc.property(session, agents, (parent, [one = "", two = ""]) => {
      const key = agentSession(parent, one);
      expect(parseSessionKey(key)).toBeDefined();
      expect(key).not.toBe(parent);
      expect(key).not.toBe(agentSession(parent, two));
    }),
  );
});
