import { describe, expect, test } from "vitest";
import { observer, planWith, textOf, type Copy } from "../../../test/kit/plan.ts";
import type { PlanCommand } from "../commands.ts";

const create = (lane: string): PlanCommand => ({ type: "create-lane", lane, kind: "spike", title: `Lane ${lane}` });
const steps: Record<string, (lane: string) => PlanCommand> = {
  start: (lane) => ({ type: "start-lane", lane }),
  block: (lane) => ({ type: "block-lane", lane, why: "no access" }),
  complete: (lane) => ({ type: "complete-lane", lane, summary: "found it", files: ["a.ts"] }),
  cancel: (lane) => ({ type: "cancel-lane", lane, why: "moot" }),
  promote: (lane) => ({ type: "promote-lane", lane, items: ["one", "two"] }),
  create,
};
const WAYS: Record<string, readonly string[]> = {
  pending: [],
  running: ["start"],
  blocked: ["block"],
  complete: ["complete"],
  cancelled: ["cancel"],
};
/** For each status, where each step leads; what is not named is refused. */
const LEADS: Record<string, Record<string, string>> = {
  pending: { start: "running", block: "blocked", complete: "complete", cancel: "cancelled", create: "pending" },
  running: { start: "running", block: "blocked", complete: "complete", cancel: "cancelled", create: "running" },
  blocked: { start: "running", complete: "complete", cancel: "cancelled", promote: "blocked", create: "pending" },
  complete: { promote: "complete" },
  cancelled: {},
};

function laneIn(status: string): Copy {
  const copy = planWith(["T1"]);
  copy.do(create("look"));
  for (const step of WAYS[status]!) copy.do(steps[step]!("look"));
  expect(copy.state.lanes.get("look")?.status).toBe(status);
  return copy;
}

describe("a lane", () => {
  for (const status of Object.keys(WAYS)) {
    for (const [step, command] of Object.entries(steps)) {
      const to = LEADS[status]![step];
      test(`${status}: ${step} ${to === undefined ? "is refused" : `leaves it ${to}`}`, () => {
        const copy = laneIn(status);
        const before = textOf(copy.state);
        const { refusal } = copy.run(command("look"));
        expect(refusal === undefined).toBe(to !== undefined);
        if (to === undefined) expect(textOf(copy.state)).toBe(before);
        else expect(copy.state.lanes.get("look")?.status).toBe(to);
      });
    }
  }

  test("keeps its brief, its result and who opened it", () => {
    const copy = planWith(["T1"]);
    const brief = {
      goal: "who reads the cookie?",
      constraints: ["read only"],
      deliverable: "a list",
      success: ["file and line"],
    };
    copy.do({ ...create("look"), ...brief, id: "t1", start: true } as PlanCommand, observer());
    copy.do({ type: "complete-lane", lane: "LOOK", summary: "three places", files: ["notes.md"] }, observer());
    expect(copy.state.lanes.get("look")).toMatchObject({
      ...brief,
      kind: "spike",
      status: "complete",
      task: copy.task("T1").uid,
      session: "codex:two",
      summary: "three places",
      files: ["notes.md"],
    });
  });

  test("is promoted once: its items become findings that name it", () => {
    const copy = laneIn("complete");
    copy.do(steps["promote"]!("look"));
    expect(copy.state.entries.finding.recent).toMatchObject([
      { text: "one", source: "lane look" },
      { text: "two", source: "lane look" },
    ]);
    expect(copy.run(steps["promote"]!("look")).refusal?.reason).toBe("already-promoted");
    expect(copy.state.entries.finding.count).toBe(2);
  });

  test("forgets why it was blocked once it goes on", () => {
    for (const step of ["start", "create"]) {
      const copy = laneIn("blocked");
      expect(copy.state.lanes.get("look")?.why).toBe("no access");
      copy.do(steps[step]!("look"));
      expect(copy.state.lanes.get("look")).not.toHaveProperty("why");
    }
  });

  test("has an id of its own, whatever the case, and one of six kinds", () => {
    const copy = laneIn("pending");
    copy.do(create("LOOK"));
    expect([...copy.state.lanes.keys()]).toEqual(["look"]);
    for (const lane of ["../x", "", "con", "a/b"]) expect(copy.run(create(lane)).refusal?.reason, lane).toBe("bad-id");
    const kind = (name: string) => copy.run({ ...create("x"), kind: name } as PlanCommand).refusal?.reason;
    expect(kind("party")).toBe("bad-value");
    expect(kind("toString")).toBe("bad-value");
    for (const name of ["discovery", "spike", "verify", "review", "catchup", "other"])
      expect(kind(name)).toBeUndefined();
    expect(copy.run({ type: "start-lane", lane: "loook" }).refusal).toMatchObject({
      reason: "no-such-lane",
      hint: "did you mean look?",
    });
    expect(copy.write([{ type: "lane.started", lane: "__proto__" }]).refusal?.reason).toBe("no-such-lane");
    const unknown = { ...create("y"), type: "lane.created", task: "nobody" };
    expect(copy.write([unknown]).refusal?.reason).toBe("no-such-task");
  });

  test("keeps its plan open while it is active, and does not begin in a plan that is done", () => {
    for (const status of ["pending", "running", "blocked"]) {
      const copy = laneIn(status);
      copy.do({ type: "drop-task", id: "T1" });
      expect(copy.run({ type: "finish-plan" }).refusal).toMatchObject({
        reason: "plan-open",
        message: `auth is not done: lane look is ${status}`,
      });
      copy.do(steps["cancel"]!("look"));
      copy.do({ type: "finish-plan" });
      expect(copy.run(create("more")).refusal?.reason).toBe("plan-closed");
    }
  });
});
