import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accountName, findActor, type ActorInput } from "./actor.ts";
import { parseSessionKey } from "./session-key.ts";

const find = (input: Partial<ActorInput>) => findActor({ env: {}, user: "mo", ...input });
const keyOf = (user: string) => {
  const found = find({ user });
  return found.ok ? found.value.session : undefined;
};
const HOSTS = {
  CLAUDE_CODE_SESSION_ID: "c1",
  CODEX_THREAD_ID: "x1",
  OPENCODE_SESSION_ID: "ses_1",
  TRAE_SESSION_ID: "t1",
};

describe("who is calling", () => {
  test("a flag goes before the environment, that before a host's, that before the account", () => {
    const env = { HOLDFAST_SESSION: "codex:pinned", ...HOSTS };
    expect(find({ flag: "claude:given", env })).toEqual({
      ok: true,
      value: { session: "claude:given", source: "flag" },
    });
    expect(find({ env })).toEqual({ ok: true, value: { session: "codex:pinned", source: "env" } });
    expect(find({ env: HOSTS })).toEqual({ ok: true, value: { session: "claude:c1", source: "host" } });
    expect(find({})).toEqual({ ok: true, value: { session: "shell:mo", source: "shell" } });
  });

  test.each([
    ["CLAUDE_CODE_SESSION_ID", "claude:id-1"],
    ["CODEX_THREAD_ID", "codex:id-1"],
    ["OPENCODE_SESSION_ID", "opencode:id-1"],
    ["TRAE_SESSION_ID", "trae:id-1"],
  ])("%s names the session %s", (variable, session) => {
    expect(find({ env: { [variable]: "id-1" } })).toMatchObject({ value: { session } });
  });

  test("the same environment gives the same name, in whatever order it is listed", () => {
    const entries = Object.entries(HOSTS);
    const shuffled = fc.shuffledSubarray(entries, { minLength: entries.length });
    fc.assert(
      fc.property(shuffled, (order) => {
        expect(find({ env: Object.fromEntries(order) })).toMatchObject({ value: { session: "claude:c1" } });
      }),
    );
  });

  test("a host's former name is read as the present one", () => {
    expect(find({ flag: "traecli:x" })).toMatchObject({ value: { session: "trae:x" } });
  });

  test.each([
    "",
    "claude",
    "claude:",
    ":x",
    "Claude:x",
    "claude:a b",
    "claude:a/b",
    "claude:a\n",
    `claude:${"x".repeat(129)}`,
  ])("the flag %j is refused and falls through to nothing", (flag) => {
    expect(find({ flag, env: HOSTS })).toMatchObject({ ok: false, refusal: { reason: "malformed-session" } });
  });

  test("a malformed variable is refused, an empty one is none", () => {
    expect(find({ env: { HOLDFAST_SESSION: "nonsense", ...HOSTS } })).toMatchObject({
      ok: false,
      refusal: { place: "HOLDFAST_SESSION" },
    });
    expect(find({ env: { CLAUDE_CODE_SESSION_ID: "../x" } })).toMatchObject({
      ok: false,
      refusal: { place: "CLAUDE_CODE_SESSION_ID" },
    });
    const empty = { HOLDFAST_SESSION: "", CLAUDE_CODE_SESSION_ID: "", CODEX_THREAD_ID: "x1" };
    expect(find({ env: empty })).toMatchObject({ value: { session: "codex:x1" } });
  });

  test("every account's name makes a valid session of its own", () => {
    const user = fc.string({ unit: "binary", minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(user, user, (one, other) => {
        expect(parseSessionKey(keyOf(one)!)).toBe(keyOf(one));
        expect(keyOf(one) === keyOf(other)).toBe(one === other);
      }),
    );
  });

  test("a name that looks like an encoded one is not taken for it", () => {
    expect(keyOf("a+20+b")).not.toBe(keyOf("a b"));
  });

  test("the account has a name without being told one", () => {
    expect(accountName()).not.toBe("");
    expect(findActor({ env: {} })).toMatchObject({ value: { source: "shell" } });
  });
});
