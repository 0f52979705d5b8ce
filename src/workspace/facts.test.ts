import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CloneId, JournalEvent, PlacedRecord, RecordId } from "../plan/record.ts";
import { EMPTY_FACTS, workspaceReducer, type WorkspaceState } from "./facts.ts";
import { observersOf, writerOf } from "./sessions.ts";

interface Given {
  readonly by?: string;
  readonly at?: number;
  readonly person?: string;
}

let ordinal = 0;

const recordOf = (events: readonly unknown[], { by = "claude:a", at = 1_000, person }: Given = {}): PlacedRecord => {
  ordinal++;
  return {
    format: 1,
    id: `r${ordinal}` as RecordId,
    clone: "c00000000" as CloneId,
    at,
    time: at,
    effectiveTime: at,
    ordinal,
    by: { session: by, role: person === undefined ? "writer" : "person", ...(person !== undefined && { person }) },
    seen: {},
    prefix: [ordinal - 1, ""],
    events: events as readonly JournalEvent[],
  };
};

const fold = (state: WorkspaceState, events: readonly unknown[], given?: Given) =>
  workspaceReducer.apply(state, recordOf(events, given));

/** The state after records that must all be accepted. */
const after = (...records: readonly (readonly [events: readonly unknown[], given?: Given])[]): WorkspaceState =>
  records.reduce((state, [events, given]) => {
    const applied = fold(state, events, given);
    expect(applied.refusal).toBeUndefined();
    return applied.state;
  }, EMPTY_FACTS);

const bound = (session: string, plan: string, more: object = {}) => ({
  type: "session.bound",
  session,
  plan,
  role: "writer",
  leaseMs: 100,
  ...more,
});

const boundBy = (session: string, plan: string, at = 1_000, more: object = {}) =>
  [[bound(session, plan, more)], { by: session, at }] as const;

describe("binding", () => {
  test("a session that binds as writer is the plan's writer, since then", () => {
    const state = after(boundBy("claude:a", "alpha", 5, { machine: "m", pid: 7 }));
    expect(writerOf(state, "alpha")).toMatchObject({
      session: "claude:a",
      role: "writer",
      at: 5,
      renewedAt: 5,
      leaseMs: 100,
      machine: "m",
      pid: 7,
    });
  });

  test("a second writer is refused, with the holder, since when, and the record in the way", () => {
    const state = after(boundBy("claude:a", "alpha", 1_000));
    const { refusal, state: next } = fold(state, [bound("codex:b", "alpha")], { by: "codex:b", at: 2_000 });
    expect(refusal).toMatchObject({ reason: "plan-has-writer", cause: writerOf(state, "alpha")!.stamp });
    expect(refusal!.message).toContain("claude:a, since 1970-01-01T00:00:01.000Z");
    expect(next).toBe(state);
  });

  test("stealing makes the old writer an observer", () => {
    const state = after(boundBy("claude:a", "alpha"), boundBy("codex:b", "alpha", 1_050, { steal: true }));
    expect(writerOf(state, "alpha")!.session).toBe("codex:b");
    expect(observersOf(state, "alpha")).toMatchObject([{ session: "claude:a", at: 1_050 }]);
  });

  test("a run-out lease alone gives nothing away: the author must have found the holder dead", () => {
    const state = after(boundBy("claude:a", "alpha", 1_000));
    const late = { by: "codex:b", at: 1_100 };
    expect(fold(state, [bound("codex:b", "alpha")], late).refusal!.reason).toBe("plan-has-writer");
    const taken = fold(state, [bound("codex:b", "alpha", { expired: true })], late);
    expect(taken.refusal).toBeUndefined();
    expect(writerOf(taken.state, "alpha")!.session).toBe("codex:b");
  });

  test("a holder that was called dead keeps its role while its lease runs", () => {
    const state = after(boundBy("claude:a", "alpha", 1_000));
    const early = fold(state, [bound("codex:b", "alpha", { expired: true })], { by: "codex:b", at: 1_099 });
    expect(early.refusal!.message).toContain("its lease runs until");
  });

  test("a renewal moves the end of the lease, and a clock set back does not", () => {
    const renewed = [{ type: "session.renewed", session: "claude:a" }];
    const state = after(boundBy("claude:a", "alpha", 1_000), [renewed, { at: 1_090 }], [renewed, { at: 10 }]);
    expect(writerOf(state, "alpha")).toMatchObject({ at: 1_000, renewedAt: 1_090 });
    const taken = fold(state, [bound("codex:b", "alpha", { expired: true })], { by: "codex:b", at: 1_150 });
    expect(taken.refusal!.reason).toBe("plan-has-writer");
  });

  test("binding to another plan releases the one before, and begins anew", () => {
    const state = after(boundBy("claude:a", "alpha", 1_000), boundBy("claude:a", "beta", 3_000));
    expect(writerOf(state, "alpha")).toBeUndefined();
    expect(writerOf(state, "beta")).toMatchObject({ session: "claude:a", at: 3_000 });
    expect(state.bindings.size).toBe(1);
  });

  test("binding again in the same role renews and keeps since when", () => {
    const state = after(boundBy("claude:a", "alpha", 1_000), boundBy("claude:a", "alpha", 3_000));
    expect(writerOf(state, "alpha")).toMatchObject({ at: 1_000, renewedAt: 3_000 });
  });

  test("a writer may step down to observer, and others may then write", () => {
    const state = after(
      boundBy("claude:a", "alpha"),
      boundBy("claude:a", "alpha", 1_010, { role: "observer" }),
      boundBy("codex:b", "alpha", 1_020),
    );
    expect(writerOf(state, "alpha")!.session).toBe("codex:b");
  });

  test("any number of observers may join", () => {
    const sessions = Array.from({ length: 20 }, (_, i) => `claude:${i}`);
    const state = after(...sessions.map((it, i) => boundBy(it, "alpha", 1_000 - i, { role: "observer" })));
    expect(observersOf(state, "alpha").map(({ session }) => session)).toEqual(sessions.toReversed());
  });

  test("nobody binds or releases another session, but a person does", () => {
    const state = after(boundBy("claude:a", "alpha"));
    const released = [{ type: "session.released", session: "claude:a" }];
    expect(fold(state, released, { by: "codex:b" }).refusal!.reason).toBe("not-your-session");
    expect(fold(state, [bound("claude:c", "beta")], { by: "codex:b" }).refusal!.reason).toBe("not-your-session");
    expect(fold(state, released, { by: "claude:a" }).state.bindings.size).toBe(0);
    expect(fold(state, released, { by: "shell:mo", person: "mo" }).state.bindings.size).toBe(0);
  });

  test("a host's former name is the same session", () => {
    const state = after(boundBy("traecli:a", "alpha"));
    expect(writerOf(state, "alpha")!.session).toBe("trae:a");
    expect(fold(state, [bound("trae:a", "alpha")], { by: "trae:a" }).refusal).toBeUndefined();
  });

  test.each([
    ["a malformed session", { session: "../evil" }, "malformed-session"],
    ["an unknown role", { role: "owner" }, "malformed-event"],
    ["a lease without end", { leaseMs: 1e15 }, "malformed-event"],
    ["a lease of nothing", { leaseMs: 0 }, "malformed-event"],
    ["a plan that is a path", { plan: "../alpha" }, "malformed-event"],
    ["a plan without a name", { plan: "" }, "malformed-event"],
    ["a field of another type", { plan: 7 }, "malformed-event"],
  ])("%s is refused", (_, more, reason) => {
    expect(fold(EMPTY_FACTS, [bound("claude:a", "alpha", more)]).refusal!.reason).toBe(reason);
  });
});

describe("sweeping up", () => {
  test("a binding is collected by anybody, but not before its lease has run out", () => {
    const state = after(boundBy("claude:a", "alpha", 1_000));
    const collected = [{ type: "session.collected", session: "claude:a" }];
    expect(fold(state, collected, { by: "codex:b", at: 1_099 }).refusal!.reason).toBe("lease-running");
    expect(fold(state, collected, { by: "codex:b", at: 1_100 }).state.bindings.size).toBe(0);
  });

  test("the end of a plan releases all its sessions and the default that names it", () => {
    const state = after(
      boundBy("claude:a", "alpha"),
      boundBy("codex:b", "alpha", 1_000, { role: "observer" }),
      boundBy("trae:c", "beta"),
      [[{ type: "default.set", plan: "alpha" }]],
      [[{ type: "plan.released", plan: "alpha" }]],
    );
    expect([...state.bindings.keys()]).toEqual(["trae:c"]);
    expect(state.defaultPlan).toBeUndefined();
  });

  test("the end of a plan leaves the default of another plan", () => {
    const state = after([[{ type: "default.set", plan: "beta" }]], [[{ type: "plan.released", plan: "alpha" }]]);
    expect(state.defaultPlan).toBe("beta");
  });

  test("a plan with a live writer is released by nobody else", () => {
    const state = after(boundBy("claude:a", "alpha", 1_000));
    const released = [{ type: "plan.released", plan: "alpha" }];
    expect(fold(state, released, { by: "codex:b", at: 1_050 }).refusal!.reason).toBe("plan-has-writer");
    expect(fold(state, released, { by: "codex:b", at: 1_200 }).state.bindings.size).toBe(0);
    expect(fold(state, released, { by: "shell:mo", at: 1_050, person: "mo" }).state.bindings.size).toBe(0);
  });
});

describe("repositories and checkouts", () => {
  const added = (id: string, path: string) => ({ type: "repository.added", id, path });
  const prepared = (more: object = {}) => ({
    type: "checkout.prepared",
    plan: "alpha",
    repo: "web",
    path: "../web.worktrees/alpha",
    branch: "task/alpha",
    base: "main",
    mode: "worktree",
    isOurs: true,
    ...more,
  });

  test("ids and paths are unique both ways, and saying the same again changes nothing", () => {
    const state = after([[added("web", "web")]]);
    expect(fold(state, [added("web", "web")]).state).toBe(state);
    expect(fold(state, [added("web", "other")]).refusal!.reason).toBe("repository-exists");
    expect(fold(state, [added("other", "web")]).refusal!.reason).toBe("repository-exists");
  });

  test("a repository is not removed under a checkout of it", () => {
    const removed = { type: "repository.removed", id: "web" };
    const state = after([[added("web", "web"), prepared()]]);
    expect(fold(state, [removed]).refusal!.reason).toBe("repository-in-use");
    const gone = { type: "checkout.removed", plan: "alpha", repo: "web" };
    expect(fold(state, [gone, removed]).state).toMatchObject({ repositories: new Map(), checkouts: new Map() });
    expect(fold(EMPTY_FACTS, [removed]).refusal!.reason).toBe("unknown-repository");
    expect(fold(EMPTY_FACTS, [gone]).refusal!.reason).toBe("unknown-checkout");
  });

  test("that a checkout is ours is not forgotten when it is bound again", () => {
    const state = after([[prepared()]], [[prepared({ isOurs: false, branch: "other" })]]);
    expect([...state.checkouts.values()]).toMatchObject([{ isOurs: true, branch: "other" }]);
  });

  test("a detached checkout has no branch, and a checkout is one of two kinds", () => {
    const { branch: _, base: __, isOurs: ___, ...bare } = prepared();
    const state = after([[bare]]);
    expect([...state.checkouts.values()]).toEqual([
      { plan: "alpha", repo: "web", mode: "worktree", path: "../web.worktrees/alpha", at: 1_000 },
    ]);
    expect(fold(EMPTY_FACTS, [prepared({ mode: "moon" })]).refusal!.reason).toBe("malformed-event");
    expect(fold(EMPTY_FACTS, [prepared({ branch: "" })]).refusal!.reason).toBe("malformed-event");
  });

  test("a checkout of ours is not lost by naming another place for it", () => {
    const state = after([[prepared()]]);
    expect(fold(state, [prepared({ path: "elsewhere" })]).refusal!.reason).toBe("checkout-exists");
  });
});

describe("trust", () => {
  const trusted = [{ type: "check.trusted", digest: "abc", what: "npm test" }];
  const begun = [{ type: "delegation.begun", plan: "alpha" }];

  test("that a plan's conversation edits nothing itself is its writer's to say, and a person's to end", () => {
    const state = after(boundBy("claude:a", "alpha"));
    expect(fold(state, begun, { by: "codex:b" }).refusal!.reason).toBe("not-writer");
    const on = fold(state, begun).state;
    expect([...on.delegations.keys()]).toEqual(["alpha"]);
    const ended = [{ type: "delegation.ended", plan: "alpha" }];
    expect(fold(on, ended).refusal!.reason).toBe("needs-a-person");
    expect(fold(on, ended, { person: "mo" }).state.delegations.size).toBe(0);
    expect(fold(state, begun, { by: "codex:b", person: "mo" }).state.delegations.size).toBe(1);
  });

  test("only a person can trust a check; anybody can take the trust back", () => {
    expect(fold(EMPTY_FACTS, trusted).refusal!.reason).toBe("needs-a-person");
    const state = after([trusted, { person: "mo" }]);
    expect(state.trusted.get("abc")).toMatchObject({ what: "npm test", person: "mo" });
    expect(fold(state, [{ type: "check.distrusted", digest: "abc" }]).state.trusted.size).toBe(0);
  });
});

describe("records", () => {
  test("one refused event refuses the whole record, and says which it was", () => {
    const events = [{ type: "default.set", plan: "alpha" }, bound("codex:b", "alpha")];
    const { state, refusal } = fold(EMPTY_FACTS, events);
    expect(refusal).toMatchObject({ reason: "not-your-session", place: "events[1]" });
    expect(state).toBe(EMPTY_FACTS);
  });

  test("unknown events change nothing, names of built-in properties neither", () => {
    const events = ["grant.forged", "constructor", "__proto__", "toString"].map((type) => ({ type, x: 1 }));
    expect(fold(EMPTY_FACTS, events)).toEqual({ state: EMPTY_FACTS });
  });

  test("the revision counts records that changed something", () => {
    const set = [{ type: "default.set", plan: "alpha" }];
    const state = after([set, { at: 50 }], [set], [[{ type: "default.cleared" }], { at: 20 }]);
    expect(state).toMatchObject({ revision: 2, updatedAt: 50 });
  });

  test.each([
    ["at", "yesterday"],
    ["at", Number.NaN],
    ["at", 1e300],
    ["by", undefined],
    ["by", null],
    ["by", { session: 3 }],
    ["events", undefined],
    ["events", [null]],
    ["events", [{}]],
  ])("a record whose %s is %j is refused", (field, value) => {
    const record = { ...recordOf([]), [field]: value } as PlacedRecord;
    expect(workspaceReducer.apply(EMPTY_FACTS, record).refusal!.reason).toMatch(/^malformed-/);
  });
});

const session = fc.constantFrom("claude:a", "codex:b", "trae:c", "traecli:c", "bad");
const plan = fc.constantFrom("alpha", "beta", "gamma", "../x");
const time = fc.oneof(fc.integer({ min: 0, max: 500 }), fc.constant(-0));
const knownEvent = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("session.bound"),
      session,
      plan,
      role: fc.constantFrom("writer", "writer", "observer", "king"),
      leaseMs: fc.constantFrom(1, 50, 1_000),
      steal: fc.boolean(),
      expired: fc.boolean(),
    }),
  },
  fc.record({ type: fc.constantFrom("session.renewed", "session.released", "session.collected"), session }),
  fc.record({
    type: fc.constantFrom("plan.released", "default.set", "default.cleared", "delegation.begun", "delegation.ended"),
    plan,
  }),
  fc.record({
    type: fc.constantFrom("repository.added", "repository.removed"),
    id: fc.constantFrom("web", "api"),
    path: fc.constantFrom("web", "api"),
  }),
  fc.record({
    type: fc.constantFrom("checkout.prepared", "checkout.removed"),
    plan,
    repo: fc.constantFrom("web", "api"),
    path: fc.constantFrom("p", "q"),
    branch: fc.constant("b"),
    mode: fc.constantFrom("shared", "worktree", "moon"),
    isOurs: fc.boolean(),
  }),
  fc.record({
    type: fc.constantFrom("check.trusted", "check.distrusted"),
    digest: fc.constantFrom("d", "e"),
    what: fc.constant("w"),
  }),
  fc.record({
    type: fc.constantFrom("mode.set", "grant.given", "grant.renewed", "grant.revoked"),
    subject: fc.oneof(session, plan),
    plan: fc.option(plan, { nil: undefined }),
    mode: fc.constantFrom("plan", "proceed", "sleep"),
    turns: fc.constantFrom(0, -0, 1, 3, 1e6),
    mark: fc.constantFrom(-0, 0, 2),
    tokens: fc.constantFrom(undefined, -0, 10),
    until: fc.constantFrom(undefined, -0, 300),
    why: fc.constantFrom(undefined, "enough", "\u0007"),
  }),
  fc.record({
    type: fc.constantFrom("turn.continued", "turn.failed", "grant.paused"),
    subject: fc.oneof(session, plan),
    session,
    grant: fc.integer({ min: 1, max: 40 }).map((record) => `c00000000:${record}`),
    number: fc.constantFrom(-0, 1, 2, 3),
    mark: fc.constantFrom(-0, 0, 1, 5),
    tokens: fc.constantFrom(undefined, -0, 4),
    meter: fc.constantFrom(undefined, -0, 4),
    why: fc.constantFrom("spent", "no-progress", "tired"),
  }),
);
const goalEvent = fc.record({
  type: fc.constantFrom(
    "goal.set",
    "goal.set",
    "goal.imported",
    "goal.completed",
    "goal.completed",
    "goal.validated",
    "goal.cancelled",
    "goal.adopted",
  ),
  session,
  goal: fc.constantFrom("G1", "G2", "G3", "G9"),
  title: fc.constantFrom("t", "u", ""),
  doneWhen: fc.constant("d"),
  status: fc.constantFrom("active", "completed", "validated", "cancelled"),
  setAt: time,
  completedAt: fc.oneof(time, fc.constantFrom(-1, 1e300)),
  looked: fc.constantFrom("l", " "),
});
const anyEvent = fc.oneof(
  { weight: 8, arbitrary: goalEvent },
  { weight: 8, arbitrary: knownEvent },
  fc.jsonValue(),
  fc.record({
    type: fc.constantFrom("session.bound", "checkout.prepared"),
    session: fc.jsonValue(),
    plan: fc.jsonValue(),
  }),
);
const anyRecord = fc.record({
  events: fc.array(anyEvent, { maxLength: 3 }),
  by: session,
  at: time,
  person: fc.option(fc.constant("mo"), { nil: undefined }),
});

/** A session is after one thing at a time, and every goal keeps a name of its own. */
const expectSoundGoals = ({ goals, goalCount }: WorkspaceState): void => {
  expect(new Set(goals.map(({ id }) => id)).size).toBe(goals.length);
  expect(goals.length).toBeLessThanOrEqual(goalCount);
  const after = goals.filter(({ status }) => status === "active" || status === "completed");
  expect(new Set(after.map(({ session }) => session)).size).toBe(after.length);
  for (const { status, completedAt, validatedAt } of goals) {
    if (status === "completed") expect(completedAt).toBeDefined();
    if (status === "validated") expect(validatedAt).toBeDefined();
  }
};

describe("any history", () => {
  const run = (
    history: readonly { events: readonly unknown[]; by: string; at: number; person: string | undefined }[],
  ) => {
    // Events name grants by the record that gave them.
    ordinal = 0;
    return history.map(({ events, by, at, person }) =>
      recordOf(events, { by, at, ...(person !== undefined && { person }) }),
    );
  };

  test("never throws, never has two writers of a plan, changes nothing where it refuses", () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 30 }), (history) => {
        let state = EMPTY_FACTS;
        for (const record of run(history)) {
          const applied = workspaceReducer.apply(state, record);
          if (applied.refusal !== undefined) expect(applied.state).toBe(state);
          state = applied.state;
          const written = [...state.bindings.values()].filter(({ role }) => role === "writer").map(({ plan }) => plan);
          expect(new Set(written).size).toBe(written.length);
          for (const [key, binding] of state.bindings) expect(binding.session).toBe(key);
          expectSoundGoals(state);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("a snapshot anywhere gives the same state again, and the same end", () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 20 }), fc.nat(20), (history, cut) => {
        const records = run(history);
        const whole = records.reduce((state, record) => workspaceReducer.apply(state, record).state, EMPTY_FACTS);
        const head = records
          .slice(0, cut)
          .reduce((state, record) => workspaceReducer.apply(state, record).state, EMPTY_FACTS);
        const restored = workspaceReducer.restore(JSON.parse(JSON.stringify(workspaceReducer.snapshot(head))));
        expect(restored).toEqual(head);
        const end = records
          .slice(cut)
          .reduce((state, record) => workspaceReducer.apply(state, record).state, restored!);
        expect(end).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });
});

describe("restoring", () => {
  test("takes no value that is not a snapshot of this version", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => workspaceReducer.restore(value) === undefined));
    const snapshot = workspaceReducer.snapshot(EMPTY_FACTS) as object;
    expect(workspaceReducer.restore({ ...snapshot, version: 1 })).toBeUndefined();
    expect(workspaceReducer.restore({ ...snapshot, bindings: [{}] })).toBeUndefined();
    expect(workspaceReducer.restore({ ...snapshot, bindings: {} })).toBeUndefined();
    expect(workspaceReducer.restore({ ...snapshot, goals: undefined })).toBeUndefined();
    expect(workspaceReducer.restore({ ...snapshot, goals: [{}] })).toBeUndefined();
    expect(workspaceReducer.restore({ ...snapshot, standings: undefined })).toBeUndefined();
    for (const odd of [{ mode: "sleep" }, { grant: {} }, { stopped: { at: 1 } }, { approved: { person: 3 } }]) {
      expect(workspaceReducer.restore({ ...snapshot, standings: [{ subject: "alpha", ...odd }] })).toBeUndefined();
    }
  });

  test("moments that no clock shows do not break a refusal", () => {
    const snapshot = workspaceReducer.snapshot(after(boundBy("claude:a", "alpha"))) as { bindings: readonly object[] };
    const wild = { ...snapshot, bindings: [{ ...snapshot.bindings[0], at: -1e300, renewedAt: 1e300 }] };
    const state = workspaceReducer.restore(wild)!;
    const { refusal } = fold(state, [bound("codex:b", "alpha", { expired: true })], { by: "codex:b" });
    expect(refusal!.reason).toBe("plan-has-writer");
  });

  test("takes no snapshot in which a plan has two writers or a session two bindings", () => {
    const state = after(boundBy("claude:a", "alpha"), boundBy("codex:b", "beta"));
    const snapshot = workspaceReducer.snapshot(state) as { bindings: readonly object[] };
    const [first, second] = snapshot.bindings;
    const two = (changed: object) => ({ ...snapshot, bindings: [first, { ...second, ...changed }] });
    expect(workspaceReducer.restore(two({}))).toEqual(state);
    expect(workspaceReducer.restore(two({ plan: "alpha" }))).toBeUndefined();
    expect(workspaceReducer.restore(two({ session: "claude:a" }))).toBeUndefined();
    expect(workspaceReducer.restore(two({ role: "king" }))).toBeUndefined();
  });
});
