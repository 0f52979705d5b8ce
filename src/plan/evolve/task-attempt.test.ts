import { describe, expect, test } from "vitest";
import {
  blocker,
  finish,
  MINUTE,
  person,
  planWith,
  START,
  textOf,
  worker,
  writer,
  type Copy,
} from "../../../test/kit/plan.ts";
import type { PlanCommand } from "../commands.ts";
import { effectiveNextAction } from "../graph.ts";

const refusalOf = (copy: Copy, command: PlanCommand, by = copy.by) => copy.run(command, by).refusal;
const other = writer("codex:two");

describe("claiming", () => {
  test("makes an attempt whose fence is the record's id", () => {
    const copy = planWith(["T1"]);
    copy.wait(MINUTE);
    const { id } = copy.do({ type: "claim-task", id: "t1" }, worker());
    expect(copy.task("T1")).toMatchObject({
      status: "in_progress",
      attemptCount: 1,
      claim: { fence: id, number: 1, session: "claude:sub", worker: "sub-1", at: START + MINUTE, leaseMs: 15 * MINUTE },
    });
  });

  test("begins execution where the plan was still being made, and leaves any other phase", () => {
    const copy = planWith(["T1", "T2"]);
    copy.do({ type: "claim-task", id: "T1" });
    expect(copy.state.phase).toBe("execute");
    copy.do({ type: "enter-phase", phase: "verify" });
    copy.do({ type: "claim-task", id: "T2" });
    expect(copy.state.phase).toBe("verify");
  });

  test("is had once: who comes second is told who has it and since when", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "claim-task", id: "T1" });
    const refusal = refusalOf(copy, { type: "claim-task", id: "T1" }, other);
    expect(refusal).toMatchObject({ reason: "already-claimed", cause: `${copy.id}:2` });
    expect(refusal?.message).toBe("T1: in_progress, claimed by claude:one since 2026-01-31T09:00:00Z");
    expect(copy.run({ type: "claim-task", id: "T1" }).advice).toBe("T1 is yours already");
  });

  test("in a race within one copy goes to the line that comes first, and is no conflict", () => {
    const copy = planWith(["T1"]);
    const folded = copy.own.length;
    const event = { type: "task.claimed", task: copy.task("T1").uid };
    expect(copy.write([event], copy.by, folded).refusal).toBeUndefined();
    const before = textOf(copy.state);
    expect(copy.write([event], other, folded).refusal?.reason).toBe("already-claimed");
    expect(textOf(copy.state)).toBe(before);
    expect(copy.task("T1").claim?.session).toBe("claude:one");
  });

  test("waits for the parents, and says for which and in what state they are", () => {
    const copy = planWith(["T7", "T8", "T9<T7,T8"]);
    copy.do({ type: "claim-task", id: "T7" });
    copy.do({ type: "claim-task", id: "T8" });
    copy.do({ type: "fail-task", id: "T8", why: "it cannot" });
    expect(refusalOf(copy, { type: "claim-task", id: "T9" })).toMatchObject({
      reason: "not-ready",
      message: "T9 waits for T7: in_progress, claimed by claude:one since 2026-01-31T09:00:00Z; T8: failed",
    });
    expect(refusalOf(copy, { type: "start-task", id: "T9" })?.message).toContain("T9 waits for T7");
  });

  test("waits for a person where a parent was done in doubt", () => {
    const copy = planWith(["T1", "T2<T1"]);
    finish(copy, "T1");
    copy.do({ type: "record-confidence", id: "T1", score: 3, why: "no test for dates" });
    expect(refusalOf(copy, { type: "claim-task", id: "T2" })?.message).toBe(
      "T2 waits for T1: done with confidence 3/5 (no test for dates)",
    );
    copy.do({ type: "waive-confidence", id: "T1", why: "checked by hand" }, person());
    copy.do({ type: "claim-task", id: "T2" });
  });

  test("stops with a paused plan, and at a blocked task where the plan says so", () => {
    const copy = planWith(["T1", "T2"]);
    copy.do({ type: "pause-plan" });
    expect(refusalOf(copy, { type: "claim-task", id: "T1" })?.message).toBe("T1 waits: the plan is paused");
    copy.do({ type: "resume-plan" });
    copy.do({ type: "block-task", id: "T1", ...blocker });
    copy.do({ type: "claim-task", id: "T2" });
    copy.do({ type: "release-task", id: "T2" });
    copy.do({ type: "edit-plan", onBlocked: "stop" });
    expect(refusalOf(copy, { type: "claim-task", id: "T2" })?.message).toBe("T2 waits for T1: blocked");
  });

  test("is held up by what the same record has blocked", () => {
    const copy = planWith(["T1", "T2"]);
    copy.do({ type: "edit-plan", onBlocked: "stop" });
    const { refusal } = copy.write([
      { type: "task.blocked", task: copy.task("T1").uid, ...blocker },
      { type: "task.claimed", task: copy.task("T2").uid },
    ]);
    expect(refusal?.reason).toBe("not-ready");
    expect(copy.task("T1").status).toBe("todo");
  });

  test("is refused for anything but todo, with what it is instead", () => {
    const copy = planWith(["T1"]);
    finish(copy, "T1");
    expect(refusalOf(copy, { type: "claim-task", id: "T1" })?.message).toBe("T1: done: it cannot be claimed");
  });
});

describe("a lease", () => {
  test("is renewed by what its holder writes, not by what others do", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "claim-task", id: "T1" }, worker());
    copy.wait(5 * MINUTE);
    copy.do({ type: "log-task", id: "T1", text: "half" }, worker());
    expect(copy.task("T1").claim?.renewedAt).toBe(START + 5 * MINUTE);
    copy.wait(5 * MINUTE);
    copy.do({ type: "log-task", id: "T1", text: "how is it going?" }, other);
    expect(copy.task("T1").claim?.renewedAt).toBe(START + 5 * MINUTE);
    copy.do({ type: "log-task", id: "T1", text: "named", fence: copy.fence("T1") }, other);
    expect(copy.task("T1").claim?.renewedAt).toBe(START + 10 * MINUTE);
  });

  test("that ran out leaves the task to its holder until somebody takes it over", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "claim-task", id: "T1" }, worker());
    copy.wait(15 * MINUTE - 1);
    expect(refusalOf(copy, { type: "claim-task", id: "T1", takeOver: true })?.reason).toBe("lease-running");
    copy.wait(60 * MINUTE);
    expect(refusalOf(copy, { type: "claim-task", id: "T1" })?.reason).toBe("already-claimed");
    copy.do({ type: "log-task", id: "T1", text: "still here" }, worker());
    expect(refusalOf(copy, { type: "claim-task", id: "T1", takeOver: true })?.reason).toBe("lease-running");
    copy.wait(15 * MINUTE);
    copy.do({ type: "claim-task", id: "T1", takeOver: true });
    expect(copy.task("T1")).toMatchObject({
      claim: { session: "claude:one", number: 2 },
      attempts: [{ session: "claude:sub", end: "taken-over", number: 1 }],
    });
  });

  test("does not run out because a clock went back, and a person need not wait for it", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "claim-task", id: "T1" });
    copy.wait(-60 * MINUTE);
    expect(refusalOf(copy, { type: "claim-task", id: "T1", takeOver: true }, other)?.reason).toBe("lease-running");
    copy.do({ type: "claim-task", id: "T1", takeOver: true }, person());
    expect(copy.task("T1").claim?.session).toBe("terminal:ada");
  });

  test("runs from the last sign of life, also where the clock went back before the next", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "claim-task", id: "T1" });
    copy.wait(-10 * MINUTE);
    copy.do({ type: "log-task", id: "T1", text: "still here" });
    copy.wait(20 * MINUTE);
    expect(refusalOf(copy, { type: "claim-task", id: "T1", takeOver: true }, other)?.reason).toBe("lease-running");
  });

  test("is taken over once: the second names an attempt that is no more", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "claim-task", id: "T1" });
    copy.wait(20 * MINUTE);
    const event = { type: "task.claimed", task: copy.task("T1").uid, takeOver: copy.fence("T1") };
    const folded = copy.own.length;
    expect(copy.write([event], other, folded).refusal).toBeUndefined();
    expect(copy.write([event], worker(), folded).refusal?.reason).toBe("stale-fence");
  });

  test("is as long as the claim, or else the plan, says", () => {
    const copy = planWith(["T1", "T2"]);
    copy.do({ type: "edit-plan", leaseMs: 7 });
    copy.do({ type: "claim-task", id: "T1" });
    copy.do({ type: "claim-task", id: "T2", leaseMs: 9 });
    expect([copy.task("T1").claim?.leaseMs, copy.task("T2").claim?.leaseMs]).toEqual([7, 9]);
  });
});

describe("a fence", () => {
  const twice = () => {
    const copy = planWith([{ id: "T1", title: "t", steps: ["one"] }]);
    copy.do({ type: "claim-task", id: "T1" });
    const old = copy.fence("T1");
    copy.do({ type: "release-task", id: "T1", note: "not mine" });
    copy.do({ type: "claim-task", id: "T1" });
    return { copy, old, now: copy.fence("T1") };
  };
  const writes = (fence?: string): readonly PlanCommand[] => {
    const about = { id: "T1", ...(fence === undefined ? {} : { fence }) };
    return [
      { type: "start-task", ...about },
      { type: "tick-step", ...about, step: "1" },
      { type: "log-task", ...about, text: "x" },
      { type: "add-output", ...about, name: "output.md", text: "x" },
      { type: "record-confidence", ...about, score: 4, why: "x" },
      { type: "implement-task", ...about },
      { type: "finish-task", ...about },
    ];
  };

  test("of an earlier attempt is refused", () => {
    const { copy, old } = twice();
    for (const command of [...writes(old), { type: "block-task", id: "T1", fence: old, ...blocker } as PlanCommand]) {
      expect(refusalOf(copy, command)?.reason, command.type).toBe("stale-fence");
    }
    expect(refusalOf(copy, { type: "release-task", id: "T1", fence: old })?.message).toContain(
      "its attempt 2 is claude:one's",
    );
  });

  test("must be named once a task has had two attempts, but a person need not", () => {
    const { copy, now } = twice();
    for (const command of writes()) {
      if (command.type === "record-confidence") continue;
      expect(refusalOf(copy, command)?.reason, command.type).toBe("fence-needed");
    }
    for (const command of writes(now)) copy.do(command);
    expect(copy.task("T1").status).toBe("done");
    const again = twice().copy;
    again.do({ type: "release-task", id: "T1" }, person());
    expect(again.task("T1").status).toBe("todo");
  });

  test("ends with the attempt: given back, unblocked or to be tried again, it opens nothing", () => {
    const ends: Record<string, (copy: Copy) => void> = {
      released: (copy) => copy.do({ type: "release-task", id: "T1" }),
      unblocked: (copy) => {
        copy.do({ type: "block-task", id: "T1", ...blocker });
        copy.do({ type: "unblock-task", id: "T1" });
      },
      failed: (copy) => {
        copy.do({ type: "fail-task", id: "T1", why: "no" });
        copy.do({ type: "retry-task", id: "T1" });
      },
      done: (copy) => {
        copy.do({ type: "finish-task", id: "T1" });
        copy.do({ type: "retry-task", id: "T1" });
      },
      dropped: (copy) => {
        copy.do({ type: "fail-task", id: "T1", why: "no" });
        copy.do({ type: "drop-task", id: "T1", why: "not needed" });
      },
      "given back, then dropped": (copy) => {
        copy.do({ type: "release-task", id: "T1" });
        copy.do({ type: "drop-task", id: "T1", why: "not needed" });
      },
      "given back, then blocked": (copy) => {
        copy.do({ type: "release-task", id: "T1" });
        copy.do({ type: "block-task", id: "T1", ...blocker });
      },
    };
    for (const [name, end] of Object.entries(ends)) {
      const copy = planWith([{ id: "T1", title: "t", steps: ["one"] }]);
      copy.do({ type: "claim-task", id: "T1" }, worker());
      const fence = copy.fence("T1");
      end(copy);
      for (const command of [...writes(fence), { type: "block-task", id: "T1", fence, ...blocker } as PlanCommand]) {
        expect(refusalOf(copy, command)?.reason, `${name}: ${command.type}`).toBe("stale-fence");
      }
      const log = { type: "log-task", id: "T1", text: "x" } as const;
      expect(refusalOf(copy, log, worker())?.reason, name).toBe("not-claimed");
      if (copy.task("T1").status !== "todo") continue;
      copy.do({ type: "claim-task", id: "T1" }, other);
      expect(refusalOf(copy, { ...log, fence }, worker())?.reason, name).toBe("stale-fence");
    }
  });

  test("of what was implemented or blocked still serves its holder's last words", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "claim-task", id: "T1" }, worker());
    const fence = copy.fence("T1");
    copy.do({ type: "implement-task", id: "T1", fence }, worker());
    copy.do({ type: "add-output", id: "T1", fence, name: "output.md", text: "# Result" }, worker());
    copy.do({ type: "finish-task", id: "T1", fence }, worker());
    expect(copy.task("T1").attempts).toMatchObject([{ fence, end: "done" }]);
  });
});

describe("from claim to done", () => {
  test("start claims what is free, and begins what is one's own only", () => {
    const copy = planWith(["T1", "T2"]);
    copy.do({ type: "start-task", id: "T1" });
    expect(copy.task("T1").claim).toMatchObject({ session: "claude:one", startedAt: START });
    expect(refusalOf(copy, { type: "start-task", id: "T1" }, other)?.reason).toBe("already-claimed");
    copy.do({ type: "claim-task", id: "T2" });
    copy.wait(MINUTE);
    copy.do({ type: "start-task", id: "T2" });
    copy.wait(MINUTE);
    copy.do({ type: "start-task", id: "T2" });
    expect(copy.task("T2").claim?.startedAt).toBe(START + MINUTE);
  });

  test("the first landing of a task is remembered, whatever becomes of it", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "claim-task", id: "T1" });
    expect(copy.task("T1")).not.toHaveProperty("landedAt");
    copy.wait(MINUTE);
    copy.do({ type: "implement-task", id: "T1" });
    copy.wait(MINUTE);
    copy.do({ type: "fail-task", id: "T1", why: "no" });
    copy.do({ type: "retry-task", id: "T1" });
    const { id: fence } = copy.do({ type: "claim-task", id: "T1" });
    copy.do({ type: "implement-task", id: "T1", fence });
    expect(copy.task("T1").landedAt).toBe(START + MINUTE);
  });

  test("implemented comes before done, and done is only claimed", () => {
    const copy = planWith(["T1"]);
    expect(refusalOf(copy, { type: "finish-task", id: "T1" })?.reason).toBe("not-claimed");
    copy.do({ type: "claim-task", id: "T1" });
    expect(copy.write([{ type: "task.done", task: copy.task("T1").uid }]).refusal?.reason).toBe("illegal-transition");
    copy.do({ type: "implement-task", id: "T1", note: "see output" });
    expect(copy.task("T1")).toMatchObject({
      status: "implemented",
      attempts: [{ end: "implemented", note: "see output" }],
    });
    expect(copy.task("T1")).not.toHaveProperty("claim");
    expect(refusalOf(copy, { type: "implement-task", id: "T1" })?.reason).toBe("illegal-transition");
    copy.do({ type: "finish-task", id: "T1" });
    expect(copy.task("T1")).toMatchObject({ status: "done", proof: "claimed", attempts: [{ end: "done" }] });
    expect(copy.run({ type: "finish-task", id: "T1" }).advice).toBe("T1 is done already");
  });

  test("nothing is done in doubt before a person has decided", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "claim-task", id: "T1" });
    copy.do({ type: "record-confidence", id: "T1", score: 3, why: "untested" });
    expect(refusalOf(copy, { type: "finish-task", id: "T1" })).toMatchObject({
      reason: "low-confidence",
      message: "T1 is not done: T1 is at confidence 3/5 (untested): a person decides first",
    });
    copy.do({ type: "record-confidence", id: "T1", score: 4, why: "tested" });
    copy.do({ type: "finish-task", id: "T1" });
  });

  test("a step is ticked by number or text, and unticked", () => {
    const copy = planWith([{ id: "T1", title: "t", steps: ["read", "2", "write"] }]);
    copy.do({ type: "claim-task", id: "T1" });
    for (const step of ["1", "2", "write"]) copy.do({ type: "tick-step", id: "T1", step });
    copy.do({ type: "tick-step", id: "T1", step: "read", undo: true });
    expect(copy.task("T1").steps.map(({ done }) => done)).toEqual([false, true, true]);
    const { revision } = copy.state;
    expect(copy.run({ type: "tick-step", id: "T1", step: "2" }).advice).toBe("step 2 of T1 is done already");
    expect(copy.run({ type: "tick-step", id: "T1", step: "1", undo: true }).advice).toBe(
      "step 1 of T1 is open already",
    );
    expect(copy.state.revision).toBe(revision);
    const late = copy.run({ type: "tick-step", id: "T1", step: "2", fence: "01m0000000000000none" });
    expect(late.refusal?.reason).toBeDefined();
    expect(effectiveNextAction(copy.state)).toMatchObject({ what: "T1: read", computed: true });
    for (const step of ["0", "4", "-1", "", "rea", "99999"]) {
      expect(refusalOf(copy, { type: "tick-step", id: "T1", step })?.reason, step).toBe("no-such-step");
    }
    for (const step of [-1, 1.5, 3, 1e300]) {
      const event = { type: "task.step-done", task: copy.task("T1").uid, step };
      expect(copy.write([event]).refusal?.reason).toBe("no-such-step");
    }
  });

  test("released work goes back to todo with its note, outputs, log and ticks", () => {
    const copy = planWith([{ id: "T1", title: "t", steps: ["a"] }]);
    copy.do({ type: "claim-task", id: "T1" });
    copy.do({ type: "tick-step", id: "T1", step: "1" });
    copy.do({ type: "add-output", id: "T1", name: "output.md", text: "half" });
    copy.do({ type: "release-task", id: "T1", note: "half done" });
    expect(copy.task("T1")).toMatchObject({
      status: "todo",
      steps: [{ done: true }],
      outputs: [{ name: "output.md" }],
      attempts: [{ end: "released", note: "half done" }],
    });
    expect(refusalOf(copy, { type: "release-task", id: "T1" })?.reason).toBe("not-claimed");
  });
});

describe("blocked, failed and tried again", () => {
  test("nothing is blocked without what was tried, why it failed and what would resolve it", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "claim-task", id: "T1" });
    for (const part of ["tried", "why", "resolve"]) {
      const command = { type: "block-task", id: "T1", ...blocker, [part]: " \n" } as PlanCommand;
      expect(refusalOf(copy, command)?.message).toBe(`T1 cannot be blocked: ${part} is empty`);
      const event = { type: "task.blocked", task: copy.task("T1").uid, ...blocker, [part]: "" };
      expect(copy.write([event]).refusal?.reason).toBe("blocker-incomplete");
    }
    const { spills } = copy.run({ type: "block-task", id: "T1", ...blocker });
    expect(copy.task("T1")).toMatchObject({
      status: "blocked",
      blockers: [{ ...blocker, at: START }],
      attempts: [{ end: "blocked" }],
    });
    expect(spills).toMatchObject([{ kind: "blockers", task: "T1", blockers: [blocker] }]);
  });

  test("a todo task is blocked by the plan's writer, not by a worker, and not with a fence", () => {
    const copy = planWith(["T1"]);
    expect(refusalOf(copy, { type: "block-task", id: "T1", ...blocker }, worker())?.reason).toBe("not-claimed");
    expect(refusalOf(copy, { type: "block-task", id: "T1", ...blocker, fence: "x" })?.reason).toBe("stale-fence");
    copy.do({ type: "block-task", id: "T1", ...blocker });
    copy.do({ type: "unblock-task", id: "T1", note: "database is up" });
    expect(copy.task("T1")).toMatchObject({ status: "todo", retryNote: "database is up", blockers: [blocker] });
    expect(refusalOf(copy, { type: "unblock-task", id: "T1" })?.reason).toBe("illegal-transition");
  });

  test("a retry carries a note; outputs, blockers and log are kept, doubt and failure are over", () => {
    const copy = planWith(["T1", "T2<T1"]);
    copy.do({ type: "block-task", id: "T1", ...blocker });
    copy.do({ type: "unblock-task", id: "T1" });
    copy.do({ type: "claim-task", id: "T1" });
    copy.do({ type: "log-task", id: "T1", text: "tried a" });
    copy.do({ type: "add-output", id: "T1", name: "output.md", text: "a" });
    copy.do({ type: "record-confidence", id: "T1", score: 2, why: "hm" });
    expect(refusalOf(copy, { type: "retry-task", id: "T1" })?.reason).toBe("illegal-transition");
    copy.do({ type: "fail-task", id: "T1", why: "a does not work" });
    expect(copy.task("T1")).toMatchObject({ status: "failed", failure: { why: "a does not work" } });
    copy.do({ type: "retry-task", id: "T1", note: "try b" });
    expect(copy.task("T1")).toMatchObject({
      status: "todo",
      retryNote: "try b",
      blockers: [blocker],
      outputs: [{ name: "output.md" }],
      log: [{ text: "tried a", attempt: 1 }],
      attempts: [{ end: "failed", note: "a does not work" }],
    });
    for (const field of ["failure", "confidence", "proof"]) expect(copy.task("T1")).not.toHaveProperty(field);
  });

  test("done work that is tried again is open again, and holds up what waits for it", () => {
    const copy = planWith(["T1", "T2<T1"]);
    finish(copy, "T1");
    copy.do({ type: "retry-task", id: "T1" });
    expect(copy.task("T1")).toMatchObject({ status: "todo", wave: 2, attempts: [{ end: "retried" }] });
    expect(copy.task("T2").wave).toBe(3);
    expect(refusalOf(copy, { type: "claim-task", id: "T2" })?.message).toBe("T2 waits for T1: todo");
  });

  test("the last three attempts are kept, and all are counted", () => {
    const copy = planWith(["T1"]);
    for (let n = 0; n < 5; n += 1) {
      copy.do({ type: "claim-task", id: "T1" });
      copy.do({ type: "fail-task", id: "T1", why: `no ${n}`, fence: copy.fence("T1") });
      copy.do({ type: "retry-task", id: "T1" });
    }
    expect(copy.task("T1").attempts.map(({ number, note }) => `${number} ${note}`)).toEqual([
      "3 no 2",
      "4 no 3",
      "5 no 4",
    ]);
    expect(copy.task("T1").attemptCount).toBe(5);
  });

  test("a task that is not there is named", () => {
    const copy = planWith(["research"]);
    expect(refusalOf(copy, { type: "claim-task", id: "reserach" })).toMatchObject({
      reason: "no-such-task",
      hint: "did you mean research?",
    });
    for (const type of [
      "task.claimed",
      "task.released",
      "task.retried",
      "task.unblocked",
      "task.restored",
      "task.dropped",
    ]) {
      expect(copy.write([{ type, task: "__proto__" }]).refusal?.reason, type).toBe("no-such-task");
    }
  });
});

describe("an attempt that crashed", () => {
  const crash = (copy: Copy): void => {
    const { id } = copy.do({ type: "claim-task", id: "T1" });
    copy.do({ type: "fail-task", id: "T1", fence: id, why: "out of memory", crashed: true });
  };

  test("has failed with its reason, and the task is offered again, so often", () => {
    const copy = planWith(["T1"]);
    for (const crashes of [1, 2]) {
      crash(copy);
      expect(copy.task("T1")).toMatchObject({ status: "todo", crashes });
    }
    expect(copy.task("T1").retryNote).toMatch(/^attempt 2 crashed \(out of memory\)/);
    crash(copy);
    expect(copy.task("T1")).toMatchObject({ status: "failed", crashes: 3, failure: { why: "crashed: out of memory" } });
    expect(copy.task("T1").attempts.map(({ end }) => end)).toEqual(["failed", "failed", "failed"]);
    expect(refusalOf(copy, { type: "retry-task", id: "T1" })?.reason).toBe("needs-a-person");
    copy.do({ type: "retry-task", id: "T1" }, person());
    expect(copy.task("T1")).toMatchObject({ status: "todo" });
    expect(copy.task("T1").crashes).toBeUndefined();
  });

  test("counts no longer once an attempt has come to something, and a plain failure is none", () => {
    const copy = planWith(["T1"]);
    crash(copy);
    const { id } = copy.do({ type: "claim-task", id: "T1" });
    copy.do({ type: "fail-task", id: "T1", fence: id, why: "tests are red" });
    expect(copy.task("T1")).toMatchObject({ status: "failed", crashes: 1 });
    copy.do({ type: "retry-task", id: "T1" });
    copy.do({ type: "claim-task", id: "T1" });
    copy.do({ type: "implement-task", id: "T1", fence: copy.task("T1").claim!.fence });
    expect(copy.task("T1").crashes).toBeUndefined();
  });

  test("is one whose holder is gone when it is taken over; the third is taken over by a person", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "claim-task", id: "T1" });
    const takeOver = { type: "claim-task", id: "T1", takeOver: true, crashed: true } as const;
    for (const [crashes, by] of [
      [1, other],
      [2, copy.by],
    ] as const) {
      copy.wait(20 * MINUTE);
      copy.do(takeOver, by);
      expect(copy.task("T1")).toMatchObject({ status: "in_progress", crashes, claim: { session: by.session } });
      expect(copy.task("T1").attempts.at(-1)).toMatchObject({ end: "failed", note: expect.stringMatching(/is gone$/) });
    }
    copy.wait(20 * MINUTE);
    expect(refusalOf(copy, takeOver, other)?.reason).toBe("needs-a-person");
    copy.do(takeOver, person());
    expect(copy.task("T1").attempts.at(-1)?.end).toBe("taken-over");
  });
});

describe("what an attempt began on, and what it changed", () => {
  const files = {
    own: ["a"],
    ownCount: 1,
    unattributed: [],
    unattributedCount: 0,
    basis: "tree",
    digest: "d",
  } as const;

  test("is kept with it; what is of another form says nothing", () => {
    const copy = planWith(["T1", "T2"]);
    const base = { trees: { app: "t" }, commits: { app: "c" }, places: { app: "." } };
    copy.do({ type: "claim-task", id: "T1", base });
    copy.do({ type: "finish-task", id: "T1", note: "all of it", changed: files });
    expect(copy.task("T1").attempts).toMatchObject([{ base, files, note: "all of it", end: "done" }]);
    expect(copy.task("T1").attempts[0]?.doneNote).toBeUndefined();
    const event = { type: "task.claimed", task: copy.task("T2").uid, base: { trees: { app: 1 } } };
    expect(copy.write([event], copy.by).refusal).toBeUndefined();
    expect(copy.task("T2").claim?.base).toBeUndefined();
  });

  test("is as it was when the work was called done, with what was said then", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "claim-task", id: "T1" });
    copy.do({ type: "implement-task", id: "T1", note: "added it", changed: files });
    copy.do({ type: "finish-task", id: "T1", note: "use it so", changed: { ...files, digest: "e" } });
    expect(copy.task("T1").attempts).toMatchObject([
      { note: "added it", doneNote: "use it so", files: { digest: "e" } },
    ]);
  });
});
