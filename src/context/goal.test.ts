import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { refuse } from "../plan/refusal.ts";
import {
  renderGoalAdopted,
  renderGoalCancelled,
  renderGoalDone,
  renderGoalLine,
  renderGoalOffer,
  renderGoalSet,
  renderGoalStatus,
  renderGoalValidated,
  renderGoalWarning,
  type GoalView,
} from "./goal.ts";
import { HIDDEN_IN_TEXT, hostileText } from "./hostile.ts";

const goal: GoalView = {
  id: "G3",
  session: "claude:a",
  title: "Make it fast",
  doneWhen: "the bench shows 100 ms",
  status: "active",
  setAt: Date.UTC(2026, 0, 31, 9, 30),
};
const completedAt = Date.UTC(2026, 0, 31, 10);
const now = Date.UTC(2026, 1, 1);

describe("the documented texts", () => {
  test("goal_set", () => {
    expect(renderGoalSet({ ...goal, description: "All of it" })).toBe(
      `✅ Goal set successfully!

**Title:** Make it fast
**Done Condition:** the bench shows 100 ms
**Description:** All of it

The agent will work toward this goal. Use goal_done when the condition is met.`,
    );
  });

  test("goal_status, with ISO times", () => {
    const done: GoalView = {
      ...goal,
      status: "validated",
      completedAt,
      validatedAt: completedAt + 60_000,
      looked: "it",
    };
    expect(renderGoalStatus(done, { now })).toBe(
      `🎯 **Current Goal:** Make it fast
**Status:** ✓ Validated
**Done Condition:** the bench shows 100 ms
**Created:** 2026-01-31T09:30:00Z
**Completed:** 2026-01-31T10:00:00Z
**Validated:** 2026-01-31T10:01:00Z
**Looked At:** it`,
    );
    expect(renderGoalStatus(goal, { now })).toContain("**Status:** 🟡 In Progress");
    expect(renderGoalStatus({ ...goal, status: "completed" }, { now })).toContain("**Status:** ✅ Completed");
    expect(renderGoalStatus(undefined, { now })).toBe("📋 No active goal for this session.");
  });

  test("goal_done, goal_validate, goal_cancel", () => {
    expect(renderGoalDone({ ...goal, status: "completed", completedAt })).toContain(
      "🎉 Goal completed!\n\n**Title:** Make it fast\n**Completed At:** 2026-01-31T10:00:00Z\n",
    );
    const validated = renderGoalValidated({ ...goal, status: "validated", completedAt, validatedAt: completedAt });
    expect(validated).toContain("✅ Goal validated!\n\n**Title:** Make it fast\n**Status:** Validated\n");
    expect(validated).toMatch(/The goal has been successfully validated and is now complete\.$/);
    expect(renderGoalCancelled({ ...goal, reason: "no more" })).toBe(
      "🚫 Goal cancelled.\n\n**Title:** Make it fast\n**Reason:** no more\n\nThe goal has been removed. It stays in the history as cancelled.",
    );
  });

  test("a warning is the refusal's sentence", () => {
    expect(renderGoalWarning(refuse("x", "No active goal to cancel."))).toBe("⚠️ No active goal to cancel.");
  });
});

describe("without a goal", () => {
  test("what other sessions left is offered, the newest first and not all", () => {
    const elsewhere = ["G9", "G7", "G5", "G4"].map((id) => ({ ...goal, id }));
    const text = renderGoalStatus(undefined, { now, elsewhere });
    expect(text).toContain('- G9 "Make it fast" (active, claude:a, set 14 h ago)');
    expect(text).toContain("- and 1 more: holdfast goal list");
    expect(text).not.toContain("G4");
    expect(text).toContain('goal_adopt with id "G9", or holdfast goal adopt G9');
    const other = renderGoalStatus(undefined, { now, elsewhere, adoptBy: (id) => `asking for ${id}` });
    expect(other).toContain("asking for G9, or holdfast goal adopt G9");
  });

  test("one that was cancelled is remembered with its reason", () => {
    const last: GoalView = { ...goal, status: "cancelled", reason: "the vendor fixed it" };
    expect(renderGoalStatus(undefined, { now, last })).toContain(
      'G3 "Make it fast", was cancelled: the vendor fixed it',
    );
  });
});

describe("the line of the hot context", () => {
  test("says what an active goal is and how it is done, and that a completed one waits", () => {
    expect(renderGoalLine(goal)).toBe("Goal: Make it fast. Done when: the bench shows 100 ms (then goal_done)");
    expect(renderGoalLine({ ...goal, status: "completed" })).toMatch(
      /^Goal completed, to be validated: Make it fast\./,
    );
  });

  test("is nothing for a goal that is over", () => {
    expect(renderGoalLine({ ...goal, status: "validated" })).toBeUndefined();
    expect(renderGoalLine({ ...goal, status: "cancelled" })).toBeUndefined();
  });
});

test("whatever a goal says, nothing hidden or active gets out, and a line stays a line", () => {
  fc.assert(
    fc.property(hostileText(30), (text) => {
      const hostile: GoalView = {
        ...goal,
        title: text,
        doneWhen: text,
        description: text,
        looked: text,
        reason: text,
        session: text,
        adoptedFrom: text,
        check: { command: text, last: { outcome: "failed", why: text, at: now, durationMs: 1 } },
      };
      const texts = [
        renderGoalSet(hostile, hostile),
        renderGoalStatus(hostile, { now }),
        renderGoalStatus(undefined, { now, last: { ...hostile, status: "cancelled" }, elsewhere: [hostile] }),
        renderGoalDone(hostile),
        renderGoalValidated(hostile),
        renderGoalCancelled(hostile),
        renderGoalAdopted(hostile),
      ];
      const lines = [renderGoalLine(hostile) ?? "", renderGoalOffer(hostile, now)];
      for (const one of [...texts, ...lines]) {
        expect(one).not.toMatch(HIDDEN_IN_TEXT);
        expect(one).not.toMatch(/<[/!?a-z]/i);
      }
      for (const line of lines) expect(line).not.toContain("\n");
    }),
  );
});
