import { describe, expect, test } from "vitest";
import { person, planWith, START, worker, type Copy } from "../../../test/kit/plan.ts";
import type { PlanCommand } from "../commands.ts";
import { ENTRY_CHUNK, KEPT_CHANGES, KEPT_TASK_LOG } from "../state.ts";

const refusalOf = (copy: Copy, command: PlanCommand, by = copy.by) => copy.run(command, by).refusal;

describe("outputs", () => {
  test("leave the state for a file; their name, size and first line stay", () => {
    const copy = planWith(["T1"]);
    const text = "\n\n## Émigré \u{1f600}\nsecond line";
    const { spills } = copy.run({ type: "add-output", id: "T1", name: "output.md", text });
    expect(spills).toEqual([{ kind: "output", task: "T1", name: "output.md", text }]);
    expect(copy.task("T1").outputs).toEqual([
      {
        name: "output.md",
        bytes: Buffer.byteLength(text),
        summary: "Émigré \u{1f600}",
        at: START,
        session: "claude:one",
      },
    ]);
    const again = copy.run({ type: "add-output", id: "T1", name: "output.md", text: "short" });
    expect(again.spills).toMatchObject([{ replacedBytes: Buffer.byteLength(text) }]);
    expect(copy.task("T1").outputs).toMatchObject([{ bytes: 5 }]);
  });

  test("are counted as UTF-8 would write them, broken halves of pairs included", () => {
    const copy = planWith(["T1"]);
    for (const text of ["a", "é", "€", "\u{1f600}", "\ud83d", "\ud83dx", "\ude00\ud83d\ude00", "\ud83d\ud83d"]) {
      copy.do({ type: "add-output", id: "T1", name: "output.md", text });
      expect(copy.task("T1").outputs[0]?.bytes, JSON.stringify(text)).toBe(new TextEncoder().encode(text).length);
    }
  });

  test("are named like a file without a folder", () => {
    const copy = planWith(["T1"]);
    for (const name of ["../x", "a/b", "..", ".hidden", "con", "a\\b", ""]) {
      expect(refusalOf(copy, { type: "add-output", id: "T1", name, text: "" })?.reason, name).toBe("bad-name");
      const event = { type: "task.output-added", task: copy.task("T1").uid, name, text: "" };
      expect(copy.write([event]).refusal?.reason, name).toBe("bad-id");
    }
  });
});

describe("the log", () => {
  test("of a task keeps its last entries, each with its attempt, and all go to the plan's log", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "log-task", id: "T1", text: "before anybody" });
    copy.do({ type: "claim-task", id: "T1" });
    for (let n = 0; n < KEPT_TASK_LOG; n += 1) copy.do({ type: "log-task", id: "T1", text: `entry ${n}` });
    expect(copy.task("T1").log).toHaveLength(KEPT_TASK_LOG);
    expect(copy.task("T1").log[0]).toMatchObject({ text: "entry 0", attempt: 1 });
    expect(copy.state.entries.log).toMatchObject({ count: KEPT_TASK_LOG + 1 });
    expect(copy.state.entries.log.recent[0]).toMatchObject({ text: "before anybody", task: "T1" });
  });

  test("of a plan leaves the state in chunks of one size, none of it lost", () => {
    const copy = planWith();
    const spilled: string[] = [];
    const texts = Array.from({ length: 5 * ENTRY_CHUNK + 7 }, (_, n) => `note ${n}`);
    for (const [n, text] of texts.entries()) {
      for (const spill of copy.run({ type: "add-entry", kind: "log", text }).spills) {
        if (spill.kind !== "entries") continue;
        expect(spill).toMatchObject({ window: "log", chunk: spilled.length / ENTRY_CHUNK + 1 });
        spilled.push(...spill.entries.map((entry) => entry.text));
      }
      const { recent, count } = copy.state.entries.log;
      expect(recent.length).toBeLessThan(2 * ENTRY_CHUNK);
      expect(spilled.length + recent.length).toBe(count);
      if (n % 300 === 0) copy.restart();
    }
    const { recent, chunks } = copy.state.entries.log;
    expect([...spilled, ...recent.map(({ text }) => text)]).toEqual(texts);
    expect(chunks).toBe(spilled.length / ENTRY_CHUNK);
  });

  test("a refused record spills nothing", () => {
    const copy = planWith(["T1"]);
    const events = [
      { type: "task.output-added", task: copy.task("T1").uid, name: "output.md", text: "x" },
      { type: "task.dropped", task: "nobody" },
    ];
    expect(copy.write(events).spills).toEqual([]);
  });
});

describe("notes of a plan", () => {
  test("findings, decisions, handoffs and checkpoints keep what belongs to them", () => {
    const copy = planWith(["T1"]);
    copy.do({ type: "add-entry", kind: "finding", text: "do as I say", untrusted: true, source: "issue", id: "T1" });
    copy.do({ type: "add-entry", kind: "decision", text: "EdDSA", why: "short keys" });
    copy.do({ type: "add-entry", kind: "checkpoint", text: "green", commit: "abc", files: ["a.ts"] });
    const { entries, changes } = copy.state;
    expect(entries.finding.recent).toMatchObject([{ untrusted: true, source: "issue", task: "T1" }]);
    expect(entries.decision.recent).toMatchObject([{ why: "short keys" }]);
    expect(entries.checkpoint.recent).toMatchObject([{ commit: "abc", files: ["a.ts"] }]);
    expect(JSON.stringify(changes)).not.toContain("do as I say");
    expect(copy.write([{ type: "entry.added", kind: "__proto__", text: "x" }]).refusal?.reason).toBe("bad-value");
    expect(copy.write([{ type: "entry.added", kind: "log", text: "x", task: "nobody" }]).refusal?.reason).toBe(
      "no-such-task",
    );
  });

  test("are struck through where they are, or by a note where they have left", () => {
    const copy = planWith();
    copy.do({ type: "add-entry", kind: "finding", text: "wrong" });
    const { id } = copy.state.entries.finding.recent[0]!;
    copy.do({ type: "retract-entry", entry: id });
    expect(copy.state.entries.finding.recent).toMatchObject([{ text: "wrong", retracted: true }]);
    copy.do({ type: "retract-entry", entry: "long-gone.0" });
    expect(copy.state.entries.log.recent).toMatchObject([{ text: "taken back: long-gone.0" }]);
  });
});

describe("confidence", () => {
  test("is a whole number from 1 to 5 with a reason", () => {
    const copy = planWith(["T1"]);
    for (const score of [0, 6, 2.5, -1, 1e300]) {
      expect(refusalOf(copy, { type: "record-confidence", score, why: "x" })?.reason).toBe("bad-score");
    }
    copy.do({ type: "record-confidence", score: 5, why: "tests" });
    copy.do({ type: "record-confidence", id: "T1", score: 1, why: "none" });
    expect(copy.state.confidence).toEqual({ score: 5, why: "tests", at: START, session: "claude:one" });
    expect(copy.state.entries.log.recent.map(({ text }) => text)).toEqual([
      "confidence 5/5: tests",
      "confidence 1/5: none",
    ]);
    expect(refusalOf(copy, { type: "waive-confidence", id: "T1", why: "" }, person())).toBeUndefined();
    copy.do({ type: "record-confidence", id: "T1", score: 2, why: "worse than thought" });
    expect(copy.task("T1").confidence).not.toHaveProperty("waived");
  });

  test("of another's task is not a worker's to give, however many attempts it has had", () => {
    const copy = planWith(["T1"]);
    for (let n = 0; n < 3; n += 1) {
      copy.do({ type: "claim-task", id: "T1" });
      if (n < 2) copy.do({ type: "release-task", id: "T1", fence: copy.fence("T1") });
    }
    const command = { type: "record-confidence", id: "T1", score: 5, why: "trust me" } as const;
    expect(refusalOf(copy, command, worker())?.reason).toBe("fence-needed");
    expect(refusalOf(copy, { ...command, fence: "wrong" }, worker())?.reason).toBe("stale-fence");
    expect(copy.task("T1")).not.toHaveProperty("confidence");
  });

  test("a waiver needs something to waive", () => {
    const copy = planWith(["T1"]);
    expect(refusalOf(copy, { type: "waive-confidence", id: "T1", why: "x" }, person())?.reason).toBe("no-confidence");
    expect(copy.write([{ type: "waiver.withdrawn", waiver: "x" }], person()).refusal?.reason).toBe("no-such-waiver");
  });
});

describe("what happened last", () => {
  test("keeps the newest changes, tells much at once as counts, and cuts long texts", () => {
    const copy = planWith();
    copy.do({ type: "add-tasks", tasks: Array.from({ length: 9 }, (_, n) => ({ title: `task ${n}` })) });
    expect(copy.state.changes.at(-1)).toMatchObject({ type: "task.added", text: "9 times", revision: 2 });
    for (let n = 0; n < KEPT_CHANGES; n += 1) copy.do({ type: "add-entry", kind: "log", text: "x".repeat(500) });
    expect(copy.state.changes).toHaveLength(KEPT_CHANGES);
    expect(copy.state.changes.at(-1)?.text).toHaveLength(120);
    expect(copy.state.revision).toBe(2 + KEPT_CHANGES);
  });

  test("an event of another program changes nothing, not even the revision", () => {
    const copy = planWith();
    for (const type of ["weather.changed", "__proto__", "constructor", "toString", ""]) {
      expect(copy.write([{ type, to: "rain" }]).refusal, type).toBeUndefined();
    }
    expect(copy.state.revision).toBe(1);
    copy.write([{ type: "weather.changed" }, { type: "plan.paused", mood: "bad" }]);
    expect(copy.state).toMatchObject({ status: "paused", revision: 2 });
    copy.write([{ type: "plan.resumed", why: { not: "text" }, note: "go on" }]);
    expect(copy.state.changes.at(-1)).toMatchObject({ type: "plan.resumed", text: "go on" });
    copy.restart();
  });
});
