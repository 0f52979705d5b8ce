import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PAUSES } from "../continuation/grant.ts";
import type { CloneId, JournalEvent, PlacedRecord, RecordId } from "../plan/record.ts";
import { EMPTY_FACTS, workspaceReducer, type WorkspaceState } from "./facts.ts";
import { standingOf } from "./standings.ts";

interface Given {
  readonly by?: string;
  readonly at?: number;
  readonly person?: string;
}

const A = "claude:a";
const B = "codex:b";
const MO = { person: "mo" };

let ordinal = 0;

const recordOf = (events: readonly unknown[], { by = A, at = 1_000, person }: Given = {}): PlacedRecord => {
  ordinal += 1;
  return {
    format: 1,
    id: `r${ordinal}` as RecordId,
    clone: "c00000000" as CloneId,
    at,
    time: at,
    effectiveTime: at,
    ordinal,
    by: { session: by, role: "writer", ...(person !== undefined && { person }) },
    seen: {},
    prefix: [ordinal - 1, ""],
    events: events as readonly JournalEvent[],
  };
};

const fold = (state: WorkspaceState, event: object, given?: Given) =>
  workspaceReducer.apply(state, recordOf([event], given));
const reasonOf = (state: WorkspaceState, event: object, given?: Given) => fold(state, event, given).refusal?.reason;

/** The state after records that must all be accepted. */
const after = (start: WorkspaceState, ...records: readonly (readonly [event: object, given?: Given])[]) =>
  records.reduce((state, [event, given]) => {
    const applied = fold(state, event, given);
    expect(applied.refusal).toBeUndefined();
    return applied.state;
  }, start);

const given = (more: object = {}) => ({ type: "grant.given", subject: A, turns: 3, mark: 0, ...more });
const renewed = (more: object = {}) => ({
  type: "grant.renewed",
  subject: A,
  plan: "alpha",
  turns: 10,
  mark: 0,
  ...more,
});
const revoked = (subject = A) => ({ type: "grant.revoked", subject });
const bound = (session: string, plan: string) => ({ type: "session.bound", session, plan, role: "writer" });
const grantIn = (state: WorkspaceState, session = A) => standingOf(state, session).grant;
const continued = (state: WorkspaceState, number: number, more: object = {}) => ({
  type: "turn.continued",
  subject: A,
  session: A,
  grant: grantIn(state)?.id ?? "",
  number,
  mark: 0,
  ...more,
});

describe("a grant", () => {
  test("takes a person, whoever else asks", () => {
    for (const event of [given(), renewed(), { type: "mode.set", subject: A, mode: "proceed" }]) {
      expect(reasonOf(EMPTY_FACTS, event)).toBe("needs-a-person");
    }
    const state = after(EMPTY_FACTS, [given({ plan: "alpha", tokens: 9, until: 50, stall: 2 }), MO]);
    expect(standingOf(state, A, "alpha")).toMatchObject({
      mode: "proceed",
      isApproved: true,
      grant: { person: "mo", turns: 3, used: 0, tokens: 9, until: 50, stall: 2 },
    });
  });

  test.each([
    ["no turns", given({ turns: 0 })],
    ["turns without end", given({ turns: 1_001 })],
    ["half a turn", given({ turns: 1.5 })],
    ["fewer than none", given({ turns: -1 })],
    ["a plan that is a path", given({ plan: "../x" })],
    ["a plan's grant for another plan", given({ subject: "beta", plan: "alpha" })],
    ["a plan's grant for no plan", given({ subject: "beta" })],
  ])("of %s is refused", (_, event) => {
    expect(reasonOf(EMPTY_FACTS, event, MO)).toBe("malformed-event");
  });

  test("lasts for its turns, each numbered and taken once", () => {
    let state = after(EMPTY_FACTS, [given(), MO]);
    expect(reasonOf(state, continued(state, 2))).toBe("not-continued");
    for (const number of [1, 2, 3]) {
      const same = continued(state, number);
      state = after(state, [same]);
      expect(reasonOf(state, same)).toBe("not-continued");
    }
    expect(reasonOf(state, continued(state, 4))).toBe("not-continued");
    expect(grantIn(state)).toMatchObject({ used: 3, turns: 3, idle: 3 });
  });

  test("is continued once a turn, by the host's name of it", () => {
    const state = after(EMPTY_FACTS, [given(), MO]);
    const next = after(state, [continued(state, 1, { turn: "t1" })]);
    expect(reasonOf(next, continued(next, 2, { turn: "t1" }))).toBe("not-continued");
    expect(reasonOf(next, continued(next, 2, { turn: "t2" }))).toBeUndefined();
  });

  test("ends with its wrap-up", () => {
    const state = after(EMPTY_FACTS, [given(), MO]);
    const next = after(state, [continued(state, 1, { isLast: true })]);
    expect(reasonOf(next, continued(next, 2))).toBe("not-continued");
  });

  test("is spent by its own session only, and never as an earlier one", () => {
    const state = after(EMPTY_FACTS, [given(), MO]);
    const stale = continued(state, 1);
    expect(reasonOf(state, stale, { by: B })).toBe("not-your-grant");
    expect(reasonOf(state, { ...stale, session: B }, { by: B })).toBe("not-your-grant");
    expect(reasonOf(after(state, [given(), MO]), stale)).toBe("no-grant");
  });

  test("of a plan is its writer's to spend", () => {
    const plans = given({ subject: "alpha", plan: "alpha" });
    const state = after(EMPTY_FACTS, [bound(A, "alpha")], [plans, MO]);
    expect(standingOf(state, A)).toMatchObject({ subject: "alpha", mode: "proceed" });
    expect(grantIn(state, B)).toBeUndefined();
    const spend = (session: string) => ({ ...continued(state, 1), subject: "alpha", session });
    expect(reasonOf(state, spend(B), { by: B })).toBe("not-your-grant");
    expect(reasonOf(state, spend(A))).toBeUndefined();
  });

  test("for one plan is none for another", () => {
    const state = after(EMPTY_FACTS, [given({ plan: "alpha" }), MO], [bound(A, "beta")]);
    expect(grantIn(state)).toBeUndefined();
  });

  test("of the session and of its plan: the later holds", () => {
    const plans = given({ subject: "alpha", plan: "alpha", turns: 7 });
    const state = after(EMPTY_FACTS, [bound(A, "alpha")], [plans, { ...MO, at: 10 }], [given(), { ...MO, at: 20 }]);
    expect(grantIn(state)).toMatchObject({ turns: 3 });
    expect(grantIn(after(state, [plans, { ...MO, at: 30 }]))).toMatchObject({ turns: 7 });
  });

  test("goes with its plan when that is put away, and so does the yes to it", () => {
    const state = after(EMPTY_FACTS, [bound(A, "alpha")], [given({ plan: "alpha" }), MO]);
    const away = after(state, [{ type: "plan.released", plan: "alpha" }]);
    expect(standingOf(away, A, "alpha")).toMatchObject({ isApproved: false });
    expect(standingOf(away, A, "alpha").grant).toBeUndefined();
  });
});

describe("renewal", () => {
  const approved = after(EMPTY_FACTS, [bound(A, "alpha")], [given({ plan: "alpha" }), MO]);

  test("takes a yes to the plan, and no stop since", () => {
    expect(reasonOf(EMPTY_FACTS, renewed(), MO)).toBe("not-approved");
    expect(reasonOf(after(approved, [revoked()]), renewed(), MO)).toBe("grant-stopped");
    expect(reasonOf(after(approved, [revoked("alpha"), { by: B }]), renewed(), MO)).toBe("grant-stopped");
  });

  test("leaves at least so many turns, and forgets nothing that was used", () => {
    const used = after(approved, [continued(approved, 1)], [renewed(), MO]);
    expect(grantIn(used)).toMatchObject({ turns: 11, used: 1, idle: 0, id: grantIn(approved)!.id });
    expect(grantIn(used)!.acts).toHaveLength(2);
    const large = after(approved, [given({ plan: "alpha", turns: 50 }), MO], [renewed(), MO]);
    expect(grantIn(large)).toMatchObject({ turns: 50, used: 0 });
  });

  test("begins anew where nothing is left, of time as of turns", () => {
    const timed = after(approved, [given({ plan: "alpha", turns: 50, until: 2_000 }), MO]);
    const late = after(timed, [renewed(), { ...MO, at: 2_000 }]);
    expect(grantIn(late)).toMatchObject({ turns: 10, used: 0 });
    expect(grantIn(late)).not.toHaveProperty("until");
  });

  test("gives the first grant to a session that had none", () => {
    const other = after(approved, [renewed({ subject: B }), { by: B, ...MO }]);
    expect(standingOf(other, B, "alpha")).toMatchObject({ mode: "proceed", grant: { turns: 10 } });
  });

  test("of no turns lets a resting grant go on, and makes none", () => {
    const resting = after(approved, [
      { type: "grant.paused", subject: A, session: A, grant: grantIn(approved)!.id, why: "interrupted" },
    ]);
    expect(reasonOf(resting, continued(resting, 1))).toBe("not-continued");
    const awake = after(resting, [renewed({ turns: 0 }), MO]);
    expect(grantIn(awake)).toMatchObject({ turns: 3, used: 0 });
    expect(grantIn(awake)).not.toHaveProperty("paused");
    expect(reasonOf(EMPTY_FACTS, renewed({ turns: 0 }), MO)).toBe("no-grant");
  });
});

describe("stop", () => {
  test("ends the grant until a person gives one again", () => {
    const state = after(EMPTY_FACTS, [bound(A, "alpha")], [given({ plan: "alpha" }), MO]);
    const next = after(state, [revoked()]);
    expect(standingOf(next, A)).toMatchObject({ stopped: { session: A } });
    expect(reasonOf(next, continued(state, 1))).toBe("no-grant");
    expect(standingOf(after(next, [given({ plan: "alpha" }), MO]), A).stopped).toBeUndefined();
  });

  test("is every session's own to say, and of a plan anybody's", () => {
    expect(reasonOf(EMPTY_FACTS, revoked(), { by: B })).toBe("not-your-session");
    expect(reasonOf(EMPTY_FACTS, revoked(), { by: B, ...MO })).toBeUndefined();
    expect(reasonOf(EMPTY_FACTS, revoked("alpha"), { by: B })).toBeUndefined();
  });

  test("of a plan holds for its sessions, and what a person says of the plan later overrules what they were told", () => {
    const state = after(EMPTY_FACTS, [bound(A, "alpha")], [given(), MO], [revoked("alpha"), { by: B }]);
    expect(standingOf(state, A).stopped).toBeDefined();
    const told = after(state, [revoked()], [{ type: "mode.set", subject: A, mode: "plan" }]);
    const again = after(told, [given({ subject: "alpha", plan: "alpha" }), MO]);
    expect(standingOf(again, A)).toMatchObject({ mode: "proceed", subject: "alpha" });
    expect(standingOf(again, A).stopped).toBeUndefined();
  });
});

describe("the mode", () => {
  test("of planning is anybody's for itself, and there are no others", () => {
    const set = (mode: string, subject = A) => ({ type: "mode.set", subject, mode });
    expect(standingOf(after(EMPTY_FACTS, [set("design")]), A).mode).toBe("design");
    expect(reasonOf(EMPTY_FACTS, set("design", B))).toBe("not-your-session");
    expect(reasonOf(EMPTY_FACTS, set("sleep"))).toBe("malformed-event");
  });
});

test("so many sessions are remembered, those last heard of, and every plan", () => {
  let state = after(EMPTY_FACTS, [{ type: "mode.set", subject: "alpha", mode: "plan" }]);
  for (let n = 0; n < 250; n += 1) {
    const session = `claude:${n}`;
    state = after(state, [{ type: "mode.set", subject: session, mode: "plan" }, { by: session }]);
  }
  const subjects = [...state.standings.keys()];
  expect(subjects).toHaveLength(201);
  expect(subjects).toContain("alpha");
  expect(subjects).not.toContain("claude:49");
  expect(subjects).toContain("claude:50");
});

describe("any history of grants", () => {
  const step = fc.record({
    kind: fc.constantFrom(
      "given",
      "renewed",
      "revoked",
      "paused",
      "continued",
      "continued",
      "continued",
      "failed",
      "bound",
      "put-away",
    ),
    by: fc.constantFrom(A, B),
    isPerson: fc.boolean(),
    isPlans: fc.boolean(),
    turns: fc.integer({ min: 0, max: 4 }),
    number: fc.constantFrom(0, 1, 1, 1, 2),
    why: fc.constantFrom(...PAUSES),
    isLast: fc.boolean(),
  });

  test("no more is continued than persons allowed, each number once, and nothing while it rests or is stopped", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let state: WorkspaceState = EMPTY_FACTS;
        let allowed = 0;
        let spent = 0;
        for (const { kind, by, isPerson, isPlans, turns, number, why, isLast } of steps) {
          const standing = standingOf(state, by, "alpha");
          const { grant } = standing;
          const subject = isPlans ? "alpha" : by;
          const spend = { subject: standing.subject, session: by, grant: grant?.id ?? "x" };
          const events: Readonly<Record<string, object>> = {
            given: given({ subject, plan: "alpha", turns }),
            renewed: renewed({ subject, turns }),
            revoked: revoked(subject),
            paused: { type: "grant.paused", ...spend, why },
            continued: { type: "turn.continued", ...spend, number: (grant?.used ?? 0) + number, mark: 0, isLast },
            failed: { type: "turn.failed", ...spend },
            bound: { ...bound(by, "alpha"), steal: true },
            "put-away": { type: "plan.released", plan: "alpha" },
          };
          const { refusal, state: next } = fold(state, events[kind]!, { by, ...(isPerson && MO) });
          if (refusal === undefined && (kind === "given" || kind === "renewed")) {
            expect(isPerson).toBe(true);
            allowed += turns;
          }
          if (refusal === undefined && kind === "continued") {
            spent += 1;
            expect([grant?.paused, standing.stopped, grant?.isWrapped]).toEqual([undefined, undefined, false]);
            expect(standingOf(next, by, "alpha").grant!.used).toBe(grant!.used + 1);
          }
          expect(spent).toBeLessThanOrEqual(allowed);
          state = next;
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
