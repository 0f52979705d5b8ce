import { describe, expect, test } from "vitest";
import { blocker, Copy, finish, person, planWith, textOf } from "../../../test/kit/plan.ts";
import { readyTasks } from "../graph.ts";
import type { JournalEvent } from "../record.ts";

type Json = Record<string, any>;

function lost() {
  const copy = planWith([{ id: "A", title: "a", extra: { estimate: 3 } }, "B<A", "C<B", "D"]);
  finish(copy, "A");
  copy.do({ type: "block-task", id: "D", ...blocker });
  copy.do({ type: "claim-task", id: "B" });
  copy.do({ type: "add-output", id: "B", name: "output.md", text: "half" });
  copy.do({ type: "record-confidence", id: "A", score: 2, why: "hm" });
  copy.do({ type: "waive-confidence", id: "A", why: "fine" }, person());
  copy.do({ type: "give-waiver", subject: "done", target: "A", why: "fine" }, person());
  copy.do({ type: "edit-plan", brief: { acceptance: ["it works"] } });
  const { uid } = copy.state.criteria[0]!;
  copy.write([{ type: "acceptance.signed-off", criterion: uid, why: "saw it" }], person());
  copy.do({ type: "record-next", what: "go on" });
  return copy;
}

function rescued(edit: (snapshot: Json) => void = () => undefined, by = planWith().by) {
  const snapshot = JSON.parse(textOf(lost().state)) as Json;
  edit(snapshot);
  const { tasks, ...plan } = snapshot;
  const copy = new Copy({ n: 1 });
  const events = [
    { type: "plan.rescued", source: "state.json", plan },
    ...tasks.map((task: Json) => ({ type: "task.rescued", task })),
  ];
  const { refusal } = copy.write(events as JournalEvent[], by);
  return { copy, refusal };
}

describe("a plan made again from a projection", () => {
  test("is what the projection said, and goes on from there", () => {
    const { copy, refusal } = rescued();
    expect(refusal).toBeUndefined();
    expect(copy.state).toMatchObject({ slug: "auth", status: "active", nextAction: { what: "go on" }, passedWaves: 0 });
    expect(copy.task("A")).toMatchObject({ status: "done", proof: "claimed", extra: { estimate: 3 } });
    expect(copy.task("D")).toMatchObject({ status: "blocked", blockers: [blocker] });
    expect(copy.task("B")).toMatchObject({
      status: "in_progress",
      outputs: [{ name: "output.md" }],
      claim: { session: "claude:one" },
    });
    copy.do({ type: "waive-confidence", id: "A", why: "fine" }, person());
    copy.do({ type: "finish-task", id: "B", fence: copy.fence("B") });
    // What its gates ask for was not lowered by the one who rescued it.
    expect(copy.state).toMatchObject({ pace: "waves", level: "executed" });
    copy.do({ type: "edit-plan", pace: "ready" }, person());
    expect(readyTasks(copy.state).map(({ id }) => id)).toEqual(["C"]);
    copy.restart();
  });

  test("leaves the record alone, whatever is added to the plan later", () => {
    const { copy } = rescued();
    const record = JSON.stringify(copy.own);
    copy.do({ type: "add-entry", kind: "log", text: "later" });
    expect(JSON.stringify(copy.own.slice(0, -1))).toBe(record);
  });

  test("brings no waiver and no signing off back but a person's own", () => {
    const { copy } = rescued();
    expect(copy.state.waivers).toEqual([]);
    expect(copy.task("A").confidence).not.toHaveProperty("waived");
    expect(copy.state.criteria).toMatchObject([{ text: "it works", verdicts: [] }]);
    expect(copy.state.criteria[0]).not.toHaveProperty("signedOff");
    const again = rescued(undefined, person()).copy;
    expect(again.state.waivers).toHaveLength(1);
    expect(again.state.criteria).toMatchObject([{ signedOff: { why: "saw it", person: "ada" } }]);
    expect(again.task("A").confidence).toMatchObject({ waived: "fine" });
  });

  test("puts open tasks into waves of its own count, whatever the projection said", () => {
    const { copy } = rescued((snapshot) => {
      for (const task of snapshot["tasks"]) task.wave = 0;
    });
    expect(["B", "C", "D"].map((id) => copy.task(id).wave)).toEqual([1, 2, 1]);
  });

  test("is refused where it could name a folder outside, or is no plan", () => {
    const bad: Record<string, (snapshot: Json) => unknown> = {
      "bad-slug": (s) => (s["slug"] = "../../etc"),
      "bad-id": (s) => (s["tasks"][0].id = "../x"),
      "bad-value": (s) => (s["status"] = "none"),
      "duplicate-id": (s) => (s["tasks"][3].id = "a"),
    };
    for (const [reason, edit] of Object.entries(bad)) {
      const { copy, refusal } = rescued(edit);
      expect(refusal?.reason).toBe(reason);
      expect(copy.state.status).toBe("none");
    }
    const outputs = rescued((s) => (s["tasks"][1].outputs[0].name = "../../x"));
    expect(outputs.refusal?.reason).toBe("bad-id");
    expect(rescued((s) => (s["tasks"][0].order = 1e300)).refusal?.reason).toBe("bad-value");
    expect(rescued((s) => (s["tasks"] = s["tasks"].toReversed())).refusal?.message).toContain(
      "its parents are not here",
    );
    expect(planWith().write([{ type: "plan.rescued", source: "x", plan: {} }]).refusal?.reason).toBe("plan-exists");
  });
});
