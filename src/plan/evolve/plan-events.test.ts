import { describe, expect, test } from "vitest";
import {
  blocker,
  Copy,
  finish,
  MINUTE,
  observer,
  person,
  planWith,
  START,
  textOf,
  worker,
} from "../../../test/kit/plan.ts";
import type { PlanCommand } from "../commands.ts";

const refusalOf = (copy: Copy, command: PlanCommand, by = copy.by) => copy.run(command, by).refusal;

describe("making a plan", () => {
  test("takes brief, settings and tasks in one record, in phase clarify", () => {
    const copy = new Copy();
    copy.do({
      type: "create-plan",
      slug: "auth",
      title: "Rewrite authentication",
      planType: "deep",
      onBlocked: "stop",
      leaseMs: 1000,
      repos: ["api", "api", "web"],
      brief: { goal: "tokens", doneWhen: "cookies are gone", acceptance: ["tests pass"] },
      tasks: [{ title: "one" }, { title: "two", parents: ["T1"] }],
    });
    expect(copy.state).toMatchObject({
      slug: "auth",
      title: "Rewrite authentication",
      type: "deep",
      status: "active",
      phase: "clarify",
      onBlocked: "stop",
      leaseMs: 1000,
      repos: ["api", "web"],
      brief: { goal: "tokens", doneWhen: "cookies are gone", acceptance: ["tests pass"], nonGoals: [] },
      createdAt: START,
      revision: 1,
    });
    expect([...copy.state.ids.keys()]).toEqual(["t1", "t2"]);
    expect(copy.own).toHaveLength(1);
  });

  test("happens once", () => {
    const again = refusalOf(planWith(), { type: "create-plan", slug: "auth", title: "Again" });
    expect(again).toMatchObject({ reason: "plan-exists", message: expect.stringContaining("auth") });
  });

  test("comes before everything else", () => {
    const copy = new Copy();
    expect(refusalOf(copy, { type: "pause-plan" })?.reason).toBe("no-such-plan");
    expect(copy.write([{ type: "plan.paused" }]).refusal?.reason).toBe("no-such-plan");
    expect(copy.write([{ type: "plan.created", slug: "../evil", title: "x" }]).refusal?.reason).toBe("bad-slug");
    expect(copy.state.status).toBe("none");
  });
});

describe("the life of a plan", () => {
  const steps: Record<string, PlanCommand> = {
    pause: { type: "pause-plan", note: "lunch" },
    resume: { type: "resume-plan" },
    block: { type: "block-plan", ...blocker },
    finish: { type: "finish-plan" },
    abort: { type: "abort-plan", why: "not needed" },
    archive: { type: "archive-plan" },
    reopen: { type: "reopen-plan" },
  };
  const STATUSES: Record<string, readonly string[]> = {
    active: [],
    paused: ["pause"],
    blocked: ["block"],
    done: ["finish"],
    aborted: ["abort"],
    archived: ["finish", "archive"],
  };
  /** For each status, where each step leads; what is not named is refused or changes nothing. */
  const LEADS: Record<string, Record<string, string>> = {
    active: { pause: "paused", block: "blocked", finish: "done", abort: "aborted" },
    paused: { resume: "active", abort: "aborted" },
    blocked: { pause: "paused", resume: "active", abort: "aborted" },
    done: { archive: "archived", reopen: "active" },
    aborted: { archive: "archived", reopen: "active" },
    archived: { reopen: "active" },
  };

  for (const [from, way] of Object.entries(STATUSES)) {
    for (const [step, command] of Object.entries(steps)) {
      const to = LEADS[from]![step];
      test(`${from}: ${step} ${to === undefined ? "changes nothing" : `makes it ${to}`}`, () => {
        const copy = planWith();
        for (const each of way) copy.do(steps[each]!);
        expect(copy.state.status).toBe(from);
        const before = textOf(copy.state);
        const { record } = copy.run(command);
        expect(record !== undefined).toBe(to !== undefined);
        if (to === undefined) expect(textOf(copy.state)).toBe(before);
        else expect(copy.state.status).toBe(to);
      });
    }
  }

  test("a refused step says what the status is and which record gave it", () => {
    const copy = planWith();
    copy.do({ type: "pause-plan" });
    const refusal = refusalOf(copy, { type: "block-plan", ...blocker });
    expect(refusal).toMatchObject({ reason: "illegal-transition", cause: `${copy.id}:2` });
    expect(refusal?.message).toContain("auth is paused");
    expect(refusal?.hint).toBe("holdfast plan resume auth");
  });

  test("a plan is blocked with a written blocker only, and keeps it", () => {
    const copy = planWith();
    for (const part of ["tried", "why", "resolve"]) {
      expect(refusalOf(copy, { type: "block-plan", ...blocker, [part]: " " })?.reason).toBe("blocker-incomplete");
      expect(copy.write([{ type: "plan.blocked", ...blocker, [part]: "" }]).refusal?.reason).toBe("blocker-incomplete");
    }
    copy.do({ type: "block-plan", ...blocker });
    copy.do({ type: "resume-plan" });
    expect(copy.state.blockers).toMatchObject([{ ...blocker, session: "claude:one", at: START }]);
  });

  test("an archived or aborted plan takes notes, waivers and names, and no work", () => {
    for (const way of [["finish-plan", "archive-plan"], ["abort-plan"]] as const) {
      const copy = planWith();
      for (const type of way) copy.do({ type, why: "w" });
      for (const command of [
        { type: "add-tasks", tasks: [{ title: "late" }] },
        { type: "edit-plan", title: "other" },
        { type: "create-lane", lane: "look", kind: "spike", title: "look" },
        { type: "record-next", what: "go on" },
      ] as PlanCommand[]) {
        expect(refusalOf(copy, command), command.type).toMatchObject({
          reason: "plan-closed",
          hint: "holdfast plan reopen auth",
        });
      }
      copy.do({ type: "add-entry", kind: "finding", text: "learned" });
      copy.do({ type: "rename-plan", name: "old-auth" });
      copy.do({ type: "give-waiver", subject: "done", target: "auth", why: "late" }, person());
      copy.do({ type: "reopen-plan" });
      expect(copy.state.status).toBe("active");
    }
  });
});

describe("a plan is done", () => {
  test("only with every task done or dropped, and says so for as long as it is only claimed", () => {
    const copy = planWith(["T1", "T2", "T3<T1"]);
    finish(copy, "T1");
    copy.do({ type: "drop-task", id: "T2" });
    expect(refusalOf(copy, { type: "finish-plan" })).toMatchObject({
      reason: "plan-open",
      message: "auth is not done: T3 is todo",
    });
    finish(copy, "T3");
    copy.do({ type: "finish-plan" });
    expect(copy.state).toMatchObject({ status: "done", proof: "claimed" });
    expect(copy.state.phases.map(({ status }) => status)).toEqual(["complete", "complete", "complete", "complete"]);
    expect(copy.run({ type: "finish-plan" }).advice).toContain("done already");
  });

  test("not with an active lane, a blocked phase, or a doubt that nobody answered; all of them are named", () => {
    const copy = planWith(["T1"]);
    finish(copy, "T1");
    copy.do({ type: "create-lane", lane: "look", kind: "review", title: "look" });
    copy.do({ type: "edit-phase", phase: "verify", status: "blocked" });
    copy.do({ type: "record-confidence", score: 3, why: "untested on Windows" });
    copy.do({ type: "record-confidence", id: "T1", score: 2, why: "guessed" });
    const reasons = () => refusalOf(copy, { type: "finish-plan" })?.details?.map(({ reason }) => reason) ?? [];
    expect(reasons()).toEqual(["low-confidence", "lane-open", "phase-blocked", "low-confidence"]);
    copy.do({ type: "cancel-lane", lane: "look" });
    copy.do({ type: "edit-phase", phase: "verify", status: "pending" });
    copy.do({ type: "waive-confidence", why: "Linux only" }, person());
    expect(refusalOf(copy, { type: "finish-plan" })?.message).toBe("auth is not done: T1 is done at confidence 2/5");
    copy.do({ type: "waive-confidence", id: "T1", why: "looked at it" }, person());
    copy.do({ type: "finish-plan" });
    expect(copy.state.status).toBe("done");
  });

  test("until something is added to it, which it says", () => {
    const done = () => {
      const copy = planWith(["T1", "T2"]);
      finish(copy, "T1");
      copy.do({ type: "drop-task", id: "T2" });
      copy.do({ type: "enter-phase", phase: "verify" });
      copy.do({ type: "finish-plan" });
      return copy;
    };
    for (const command of [
      { type: "add-tasks", tasks: [{ title: "more" }] },
      { type: "retry-task", id: "T1" },
      { type: "restore-task", id: "T2" },
    ] as PlanCommand[]) {
      const copy = done();
      copy.do(command);
      expect(copy.state.status, command.type).toBe("active");
      expect(copy.state).not.toHaveProperty("proof");
      expect(copy.state.changes).toContainEqual(expect.objectContaining({ type: "plan.reopened" }));
      expect(copy.state.phases.at(-1)?.status).toBe("in_progress");
    }
  });
});

describe("what a plan says about itself", () => {
  test("a rename is an alias: the slug stays, the newest name is last", () => {
    const copy = planWith();
    for (const name of ["sso", "login", "sso"]) copy.do({ type: "rename-plan", name });
    expect(copy.state).toMatchObject({ slug: "auth", aliases: ["login", "sso"] });
    expect(refusalOf(copy, { type: "rename-plan", name: "../x" })?.reason).toBe("bad-slug");
  });

  test("an edit changes what it names and nothing else", () => {
    const copy = planWith();
    copy.do({ type: "edit-plan", brief: { goal: "tokens", nonGoals: ["sso"] } });
    copy.do({ type: "edit-plan", title: "Tokens", brief: { nonGoals: [] } });
    expect(copy.state).toMatchObject({ title: "Tokens", brief: { goal: "tokens", nonGoals: [] }, onBlocked: "others" });
    expect(copy.state.stamps).toMatchObject({ title: `${copy.id}:3`, "brief.goal": `${copy.id}:2` });
    expect(copy.run({ type: "edit-plan" }).advice).toBe("nothing to change");
  });

  test.each(["", " \n"])("a goal that is given as %j is taken away", (nothing) => {
    const copy = planWith();
    copy.do({ type: "edit-plan", brief: { goal: "tokens", doneWhen: "cookies are gone" } });
    copy.do({ type: "edit-plan", brief: { goal: nothing, doneWhen: nothing } });
    expect(copy.state.brief).not.toHaveProperty("goal");
    expect(copy.state.brief).not.toHaveProperty("doneWhen");
    expect(copy.state.stamps).toMatchObject({ "brief.goal": `${copy.id}:3` });
  });

  test("the next action keeps what, file, who and when, and can be taken back", () => {
    const copy = planWith();
    copy.wait(MINUTE);
    copy.do({ type: "record-next", what: "write the test", file: "a.test.ts" });
    expect(copy.state.nextAction).toEqual({
      what: "write the test",
      file: "a.test.ts",
      at: START + MINUTE,
      session: "claude:one",
    });
    copy.do({ type: "record-next", what: "run it" });
    expect(copy.state.nextAction).not.toHaveProperty("file");
    copy.do({ type: "clear-next" });
    expect(copy.state).not.toHaveProperty("nextAction");
    expect(copy.run({ type: "clear-next" }).advice).toBe("no next action is recorded");
  });

  test("entering a phase completes those before it, but what was blocked stays blocked", () => {
    const copy = planWith();
    copy.do({ type: "edit-phase", phase: "plan", status: "blocked", title: "Planning", doneWhen: ["approved"] });
    copy.do({ type: "enter-phase", phase: "execute" });
    expect(copy.state.phases.map(({ status }) => status)).toEqual(["complete", "blocked", "in_progress", "pending"]);
    expect(copy.state.phases[1]).toMatchObject({ title: "Planning", doneWhen: ["approved"] });
    copy.do({ type: "enter-phase", phase: "plan" });
    expect(copy.state.phases.map(({ status }) => status)).toEqual(["complete", "in_progress", "pending", "pending"]);
    expect(copy.run({ type: "enter-phase", phase: "plan" }).advice).toBe("auth is in plan already");
    expect(refusalOf(copy, { type: "enter-phase", phase: "deploy" })?.hint).toBe(
      "one of clarify, plan, execute, verify",
    );
    expect(refusalOf(copy, { type: "edit-phase", phase: "plan", status: "great" })?.reason).toBe("bad-value");
  });
});

describe("roles", () => {
  test("an observer uses lanes, but promotes none and writes nothing else", () => {
    const copy = planWith(["T1"]);
    const by = observer();
    copy.do({ type: "create-lane", lane: "look", kind: "discovery", title: "look", start: true }, by);
    copy.do({ type: "complete-lane", lane: "look", summary: "found it" }, by);
    for (const command of [
      { type: "promote-lane", lane: "look", items: ["it"] },
      { type: "claim-task", id: "T1" },
      { type: "add-entry", kind: "log", text: "hi" },
      { type: "record-next", what: "x" },
      { type: "record-confidence", id: "T1", score: 4, why: "x" },
      { type: "pause-plan" },
    ] as PlanCommand[]) {
      expect(refusalOf(copy, command, by)?.reason, command.type).toBe("not-writer");
    }
  });

  test("a worker writes the task that it holds and nothing else of the plan", () => {
    const copy = planWith(["T1", "T2"]);
    const by = worker();
    copy.do({ type: "claim-task", id: "T1" }, by);
    copy.do({ type: "claim-task", id: "T2" });
    copy.do({ type: "log-task", id: "T1", text: "on it" }, by);
    copy.do({ type: "record-confidence", id: "T1", score: 4, why: "sure" }, by);
    for (const command of [
      { type: "log-task", id: "T2", text: "not mine" },
      { type: "add-output", id: "T2", name: "output.md", text: "x" },
      { type: "record-confidence", id: "T2", score: 5, why: "not mine" },
      { type: "finish-task", id: "T2" },
      { type: "block-task", id: "T2", ...blocker },
      { type: "release-task", id: "T2" },
    ] as PlanCommand[]) {
      expect(refusalOf(copy, command, by)?.reason, command.type).toBe("not-holder");
    }
    for (const command of [
      { type: "add-tasks", tasks: [{ title: "x" }] },
      { type: "edit-task", id: "T1", fields: { title: "x" } },
      { type: "drop-task", id: "T2" },
      { type: "retry-task", id: "T1" },
      { type: "add-entry", kind: "finding", text: "x" },
      { type: "finish-plan" },
      { type: "record-confidence", score: 5, why: "x" },
    ] as PlanCommand[]) {
      expect(refusalOf(copy, command, by)?.reason, command.type).toBe("not-writer");
    }
  });

  test("waivers and the settling of conflicts take a person, whatever the role says", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "record-confidence", id: "T1", score: 1, why: "no idea" });
    const nobodies = [{ ...person(), person: "" }, { session: "x", role: "person" as const }, copy.by];
    for (const by of [...nobodies, { ...copy.by, person: null as never }]) {
      for (const command of [
        { type: "waive-confidence", id: "T1", why: "fine" },
        { type: "give-waiver", subject: "done", target: "T1", why: "fine" },
        { type: "settle-conflict", conflict: "x", take: "kept", why: "fine" },
      ] as PlanCommand[]) {
        expect(refusalOf(copy, command, by)?.reason, command.type).toBe("needs-a-person");
      }
    }
    copy.do({ type: "give-waiver", subject: "done", target: "T1", why: "seen it" }, { ...copy.by, person: "ada" });
    expect(copy.state.waivers).toMatchObject([
      { subject: "done", target: "T1", why: "seen it", person: "ada", at: START },
    ]);
  });

  test("a role that this program does not know writes nothing", () => {
    const copy = planWith(["T1"]);
    const by = { session: "x", role: "admin" as never };
    expect(refusalOf(copy, { type: "claim-task", id: "T1" }, by)?.reason).toBe("not-writer");
    expect(refusalOf(copy, { type: "create-lane", lane: "l", kind: "spike", title: "t" }, by)?.reason).toBe(
      "not-writer",
    );
  });
});
