import { describe, expect, test } from "vitest";
import type { Stamp } from "../plan/record.ts";
import type { Actor } from "./actor.ts";
import { EMPTY_FACTS, type Binding, type WorkspaceState } from "./facts.ts";
import { deadBindings, isLive, roleIn, type Liveness } from "./sessions.ts";

const LEASE = 100;

const binding = (session: string, plan: string, role: Binding["role"] = "writer", renewedAt = 0): Binding => ({
  session,
  plan,
  role,
  at: 0,
  renewedAt,
  leaseMs: LEASE,
  stamp: "c00000000:1" as Stamp,
});
const stateOf = (...bindings: readonly Binding[]): WorkspaceState => ({
  ...EMPTY_FACTS,
  bindings: new Map(bindings.map((it) => [it.session, it])),
});
const actor = (session: string, more: Partial<Actor> = {}): Actor => ({ session, source: "host", ...more });
const is = (liveness: Liveness) => () => liveness;

describe("the role in a plan", () => {
  const state = stateOf(
    binding("claude:a", "alpha"),
    binding("codex:b", "alpha", "observer"),
    binding("trae:c", "beta"),
  );

  test("a bound session has the role it is bound as, even after its lease", () => {
    expect(roleIn(state, "alpha", actor("claude:a"), 10 * LEASE, is("gone"))).toBe("writer");
    expect(roleIn(state, "alpha", actor("codex:b"), 10, is("alive"))).toBe("observer");
  });

  test("beside a live writer, another session may only work on tasks that it claims", () => {
    expect(roleIn(state, "alpha", actor("claude:new"), LEASE - 1, is("stale"))).toBe("worker");
    expect(roleIn(state, "alpha", actor("trae:c"), LEASE - 1, is("stale"))).toBe("worker");
  });

  test("a writer whose lease ran out still counts while it shows itself, and no longer", () => {
    expect(roleIn(state, "alpha", actor("claude:new"), LEASE, is("alive"))).toBe("worker");
    for (const liveness of ["stale", "gone", "unknown"] as const) {
      expect(roleIn(state, "alpha", actor("claude:new"), LEASE, is(liveness))).toBe("writer");
    }
  });

  test("where nobody writes, whoever comes may", () => {
    expect(roleIn(EMPTY_FACTS, "alpha", actor("claude:new"), 0, is("alive"))).toBe("writer");
  });

  test("a person at a terminal is a person, but not where a session was given", () => {
    const mo = { person: "mo" };
    expect(roleIn(state, "alpha", actor("shell:mo", { ...mo, source: "shell" }), 1, is("alive"))).toBe("person");
    expect(roleIn(state, "alpha", actor("claude:new", { ...mo, source: "flag" }), 1, is("alive"))).toBe("worker");
    expect(roleIn(state, "alpha", actor("shell:mo", { source: "shell" }), 1, is("alive"))).toBe("worker");
  });
});

describe("dead bindings", () => {
  const state = stateOf(binding("claude:a", "alpha"), binding("codex:b", "beta", "observer", 1_000));

  test("are those whose lease ran out and whose holder does not show itself", () => {
    const names = (now: number, liveness: Liveness, graceMs?: number) =>
      deadBindings(state, now, is(liveness), graceMs).map(({ session }) => session);
    expect(names(LEASE - 1, "gone")).toEqual([]);
    expect(names(LEASE, "gone")).toEqual(["claude:a"]);
    expect(names(LEASE, "stale")).toEqual(["claude:a"]);
    expect(names(1_000 + LEASE, "unknown")).toEqual(["claude:a", "codex:b"]);
    expect(names(1e9, "alive")).toEqual([]);
    expect(names(LEASE + 49, "gone", 50)).toEqual([]);
    expect(names(LEASE + 50, "gone", 50)).toEqual(["claude:a"]);
  });

  test("a holder within its lease is live, whatever its heartbeat says", () => {
    expect(isLive(binding("claude:a", "alpha"), LEASE - 1, is("gone"))).toBe(true);
    expect(isLive(binding("claude:a", "alpha"), LEASE, is("gone"))).toBe(false);
  });
});
