import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { renderPlan } from "../src/engine/plans/render.ts";
import { rescuePlan } from "../src/engine/records/rescue.ts";
import { undo } from "../src/engine/records/undo.ts";
import { verify } from "../src/engine/records/verify.ts";
import { examinePlan } from "../src/engine/setup/doctor-journal.ts";
import type { PlanState } from "../src/plan/state.ts";
import { makeRepository, tempDir, valueOf } from "../src/workspace/git-fixture.ts";
import { Clone } from "./kit/clone.ts";

let clone: Clone;
let folder: string;
let second: string;

beforeEach(async () => {
  clone = new Clone(makeRepository(join(tempDir(), "project")), "claude:a");
  await clone.create({
    slug: "shared",
    title: "A plan to be saved",
    brief: { goal: "it is still here tomorrow" },
    tasks: [
      { id: "T1", title: "First *thing*" },
      { id: "T2", title: "Second (part one)", parents: ["T1"] },
      { id: "T3", title: "Third", parents: ["T1", "T2"] },
    ],
  });
  await clone.run(
    { type: "claim-task", id: "T1" },
    { type: "add-output", id: "T1", name: "output.md", text: "what came of it" },
    { type: "finish-task", id: "T1" },
    { type: "claim-task", id: "T2" },
  );
  folder = join(clone.root, ".planning", "shared");
  second = join(clone.root, ".git", "holdfast", "plans", "shared");
});

const journalOf = (dir: string): string =>
  join(
    dir,
    readdirSync(dir).find((name) => name.endsWith(".jsonl"))!,
  );

const outline = (state: PlanState): readonly string[] =>
  [...state.tasks.values()].map((task) => {
    const parents = task.parents.map((uid) => state.tasks.get(uid)!.id).join("+");
    return `${task.id} ${task.title} ${task.status} w${task.wave} <${parents}>`;
  });

/** Overwrites the journal under both of its names. */
function wreck(text: string): void {
  for (const dir of [join(folder, "journal"), second]) writeFileSync(journalOf(dir), text);
}

describe("journal rescue", () => {
  test("leaves a sound journal alone", async () => {
    const rescued = await rescuePlan(await clone.open(), "shared", undefined);
    expect(rescued).toMatchObject({ ok: false, refusal: { reason: "nothing-to-rescue" } });
  });

  test.each(["state", "markdown"] as const)("takes no %s from nobody while the records know more", async (source) => {
    await clone.run({
      type: "add-check",
      check: "unit",
      fields: { kind: "command", command: ["true"], tasks: ["T3"] },
    });
    const journal = journalOf(join(folder, "journal"));
    appendFileSync(journal, "\ngarbage\n");
    const text = readFileSync(journal, "utf8");
    const refused = await rescuePlan(await clone.open(), "shared", source);
    expect(refused).toMatchObject({ ok: false, refusal: { reason: "needs-a-person" } });
    expect(readFileSync(journal, "utf8")).toBe(text);
    expect((await clone.state()).checks).toHaveLength(1);
    const person = Object.assign(await clone.open(), { person: async () => "ada" });
    expect(valueOf(await rescuePlan(person, "shared", source)).source).toBe(source);
  });

  describe("of what is held of other clones", () => {
    const tear = (root: string): string => {
      const journal = journalOf(join(root, ".planning", "shared", "journal"));
      const lines = readFileSync(journal, "utf8").split("\n");
      const at = lines.findIndex((line) => line.includes("task.implemented"));
      writeFileSync(journal, lines.with(at, lines[at]!.replace(/"events":.*/, "")).join("\n"));
      return journal;
    };
    const isSound = async (of: Clone): Promise<boolean> => {
      const journals = valueOf(verify(await of.open(), "shared"));
      return journals.every(({ findings }) => findings.every(({ severity }) => severity === "note"));
    };

    test("makes a torn copy anew with what was published, and is content then", async () => {
      await clone.track();
      await clone.share("all of it");
      const there = clone.copy("there", "claude:b");
      const before = await there.bytes();
      const torn = tear(there.root);
      expect(await isSound(there)).toBe(false);
      const rescued = valueOf(await rescuePlan(await there.open(), "shared", undefined));
      expect(rescued.setAside.map((file) => file.startsWith(torn))).toContain(true);
      for (const file of rescued.setAside) expect(existsSync(file)).toBe(true);
      expect(await isSound(there)).toBe(true);
      rmSync(join(there.root, ".planning", "shared", "state.json"), { force: true });
      expect(await there.bytes()).toBe(before);
      const again = await rescuePlan(await there.open(), "shared", undefined);
      expect(again).toMatchObject({ ok: false, refusal: { reason: "nothing-to-rescue" } });
    });

    test("is no way out where what was published was changed, or lacks a line: doctor names another", async () => {
      await clone.track();
      await clone.share("all of it");
      const there = clone.copy("there", "claude:b");
      await there.state();
      const published = journalOf(join(there.root, ".planning", "shared", "published"));
      const text = readFileSync(published, "utf8");
      writeFileSync(published, text.replace("it is still here tomorrow", "something else"));
      const damaged = async () =>
        examinePlan(await there.open(), "shared", { fix: false }).findings.find(({ level }) => level === "damaged");
      expect(await damaged()).toMatchObject({ hint: expect.stringContaining("git log -p") as string });
      writeFileSync(published, text);
      const journal = journalOf(join(there.root, ".planning", "shared", "journal"));
      const lines = readFileSync(journal, "utf8").split("\n");
      writeFileSync(journal, lines.filter((line) => !line.includes("task.implemented")).join("\n"));
      expect(await damaged()).toMatchObject({ hint: expect.stringContaining("git pull") as string });
    });

    test("leaves a clone alone that has written nothing itself, and never begins the plan a second time", async () => {
      await clone.track();
      await clone.share("all of it");
      const there = clone.copy("there", "claude:b");
      expect(renderPlan(await there.open(), "shared").ok).toBe(true);
      const before = await there.bytes();
      const reasons = [];
      for (const source of [undefined, "state"] as const) {
        const rescued = await rescuePlan(
          Object.assign(await there.open(), { person: async () => "ada" }),
          "shared",
          source,
        );
        reasons.push(rescued.ok ? "rescued" : rescued.refusal.reason);
      }
      expect(reasons).toEqual(["nothing-to-rescue", "shared-records"]);
      expect(await there.bytes()).toBe(before);
    });

    test("takes what was published where the own journal is gone under both names, others being there", async () => {
      await clone.track();
      await clone.share("all of it");
      const there = clone.copy("there", "claude:b");
      await there.run({ type: "add-tasks", tasks: [{ id: "T4", title: "theirs" }] });
      await there.share("theirs");
      clone.merge(there);
      const before = await clone.bytes();
      const own = valueOf((await clone.open()).identity()).id;
      for (const dir of [join(folder, "journal"), second]) rmSync(join(dir, `${own}.jsonl`));
      const rescued = valueOf(await rescuePlan(await clone.open(), "shared", undefined));
      expect(rescued.source).toBe("records");
      expect(await clone.bytes()).toBe(before);
    });

    test("keeps in order what this folder wrote before it was moved", async () => {
      const before = outline(await clone.state());
      renameSync(clone.root, `${clone.root}-moved`);
      const moved = new Clone(`${clone.root}-moved`, clone.session);
      const journal = journalOf(join(moved.root, ".planning", "shared", "journal"));
      appendFileSync(journal, "\ngarbage\n");
      await moved.run({ type: "add-entry", kind: "log", text: "after the move" });
      expect(await isSound(moved)).toBe(false);
      valueOf(await rescuePlan(await moved.open(), "shared", undefined));
      expect(await isSound(moved)).toBe(true);
      expect(outline(await moved.state())).toEqual(before);
      expect((await moved.state()).entries.log.count).toBe(1);
    });
  });

  test("takes the records where there are some, and keeps every file", async () => {
    const before = await clone.state();
    const journal = journalOf(join(folder, "journal"));
    const text = readFileSync(journal, "utf8");
    rmSync(journal);
    writeFileSync(journal, `${text.slice(0, text.length / 2)}garbage\n`);
    const rescued = valueOf(await rescuePlan(await clone.open(), "shared", undefined));
    expect(rescued.source).toBe("records");
    for (const file of rescued.setAside) expect(existsSync(file)).toBe(true);
    expect(outline(await clone.state())).toEqual(outline(before));
  });

  describe("where records are gone that state.json still knows", () => {
    const listed = (): ReadonlySet<string> => new Set(readdirSync(folder, { recursive: true, encoding: "utf8" }));

    beforeEach(async () => {
      const lines = readFileSync(journalOf(join(folder, "journal")), "utf8").split("\n");
      wreck(
        `${lines
          .slice(
            0,
            lines.findIndex((line) => line.includes("task.implemented")),
          )
          .join("\n")}\n`,
      );
      // Looking at the plan meanwhile loses nothing of what is left.
      await clone.state();
    });

    test("asks which of the two to take, and changes nothing", async () => {
      const files = listed();
      const rescued = await rescuePlan(await clone.open(), "shared", undefined);
      expect(rescued).toMatchObject({ ok: false, refusal: { reason: "needs-a-source" } });
      expect(listed()).toEqual(files);
    });

    test("takes no Markdown from nobody: state.json knows more", async () => {
      const files = listed();
      const rescued = await rescuePlan(await clone.open(), "shared", "markdown");
      expect(rescued).toMatchObject({ ok: false, refusal: { reason: "needs-a-person" } });
      expect(listed()).toEqual(files);
    });

    test("takes nothing but records where other clones have some too", async () => {
      const published = join(folder, "published");
      mkdirSync(published, { recursive: true });
      writeFileSync(join(published, "c00000000.jsonl"), "");
      const files = listed();
      const rescued = await rescuePlan(await clone.open(), "shared", "state");
      expect(rescued).toMatchObject({ ok: false, refusal: { reason: "shared-records" } });
      expect(listed()).toEqual(files);
    });

    test.each([
      [
        "state",
        ["T1 First *thing* done w1 <>", "T2 Second (part one) in_progress w2 <T1>", "T3 Third todo w3 <T1+T2>"],
      ],
      [
        "records",
        ["T1 First *thing* in_progress w1 <>", "T2 Second (part one) todo w2 <T1>", "T3 Third todo w3 <T1+T2>"],
      ],
    ] as const)("takes what %s has where that is asked for", async (source, tasks) => {
      const rescued = valueOf(await rescuePlan(await clone.open(), "shared", source));
      expect(rescued).toMatchObject({ source, mayLack: source === "records" });
      expect(outline(await clone.state()).toSorted()).toEqual(tasks);
    });
  });

  describe("where a line in the middle is damaged", () => {
    const files = (): ReadonlyMap<string, string> =>
      new Map(
        readdirSync(folder)
          .filter((name) => /\.(md|json)$/.test(name))
          .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
      );

    beforeEach(() => {
      const text = readFileSync(journalOf(join(folder, "journal")), "utf8");
      wreck(text.replace('"name":"output.md"', '"name" "output.md"'));
    });

    test("it is not called sound: both sources are named", async () => {
      const rescued = await rescuePlan(await clone.open(), "shared", undefined);
      expect(rescued).toMatchObject({ ok: false, refusal: { reason: "needs-a-source" } });
    });

    test("neither render nor doctor --fix writes what is left over files that know more", async () => {
      const before = files();
      const workspace = await clone.open();
      expect(renderPlan(workspace, "shared")).toMatchObject({ ok: false, refusal: { reason: "journal-shrunk" } });
      expect(files()).toEqual(before);
      wreck("");
      examinePlan(await clone.open(), "shared", { fix: true });
      expect(files()).toEqual(before);
      const { findings } = examinePlan(await clone.open(), "shared", { fix: false });
      expect(findings.at(-1)).toMatchObject({ level: "damaged", hint: "holdfast journal rescue --plan shared" });
    });
  });

  test("a line that nobody finished costs nothing, and is left out of the new journal", async () => {
    const text = readFileSync(journalOf(join(folder, "journal")), "utf8");
    wreck(`${text}{"format":1,"id":"01\n`);
    expect(valueOf(await rescuePlan(await clone.open(), "shared", undefined)).source).toBe("records");
    const again = await rescuePlan(await clone.open(), "shared", undefined);
    expect(again).toMatchObject({ ok: false, refusal: { reason: "nothing-to-rescue" } });
  });

  test("takes state.json where no record is left: what was done is claimed, what was held is held", async () => {
    const before = await clone.state();
    wreck("garbage\n");
    const rescued = valueOf(await rescuePlan(await clone.open(), "shared", undefined));
    expect(rescued.source).toBe("state");
    const after = await clone.state();
    expect(outline(after)).toEqual(outline(before));
    expect(after.tasks.get(after.ids.get("t1")!)?.proof).toBe("claimed");
    expect(after.brief.goal).toBe("it is still here tomorrow");
    await clone.run(
      { type: "add-output", id: "T2", name: "output.md", text: "what came of it" },
      { type: "finish-task", id: "T2" },
      { type: "claim-task", id: "T3" },
    );
  });

  test("takes the Markdown where nothing else is left: tasks, ids, titles, dependencies, what was done", async () => {
    rmSync(join(folder, "journal"), { recursive: true });
    rmSync(second, { recursive: true });
    for (const file of ["state.json", "head.json"]) rmSync(join(folder, file));
    rmSync(join(clone.root, ".planning", ".local", "plans"), { recursive: true, force: true });
    const rescued = valueOf(await rescuePlan(await clone.open(), "shared", undefined));
    expect(rescued.source).toBe("markdown");
    const state = await clone.state();
    expect(state.title).toBe("A plan to be saved");
    expect(outline(state).toSorted()).toEqual([
      "T1 First *thing* done w1 <>",
      "T2 Second (part one) todo w2 <T1>",
      "T3 Third todo w3 <T1+T2>",
    ]);
    await clone.run({ type: "claim-task", id: "T2" });
  });

  test("says so where nothing at all is left", async () => {
    const rescued = await rescuePlan(await clone.open(), "never-was", undefined);
    expect(rescued).toMatchObject({ ok: false, refusal: { reason: "damaged-beyond-rescue" } });
  });
});

describe("journal verify", () => {
  const findings = async (): Promise<readonly string[]> =>
    valueOf(verify(await clone.open(), "shared")).flatMap((journal) => journal.findings.map(({ reason }) => reason));

  test("finds nothing in a journal that is as it was written", async () => {
    expect(await findings()).toEqual([]);
  });

  test("names the line of a record that was changed", async () => {
    const journal = journalOf(join(folder, "journal"));
    const text = readFileSync(journal, "utf8");
    writeFileSync(journal, text.replace("Third", "Fifth"));
    const [verified] = valueOf(verify(await clone.open(), "shared"));
    expect(verified?.findings.some(({ severity, line }) => severity === "error" && line === 2)).toBe(true);
  });

  test("notices a record that was cut out", async () => {
    const journal = journalOf(join(folder, "journal"));
    const lines = readFileSync(journal, "utf8").split("\n");
    writeFileSync(journal, lines.filter((line) => !line.includes("task.implemented")).join("\n"));
    expect(await findings()).not.toEqual([]);
  });

  test("misses records that were cut off at the end, where a snapshot had folded them", async () => {
    const journal = journalOf(join(folder, "journal"));
    const lines = readFileSync(journal, "utf8").split("\n");
    writeFileSync(
      journal,
      `${lines
        .slice(
          0,
          lines.findLastIndex((line) => line !== ""),
        )
        .join("\n")}\n`,
    );
    expect(await findings()).toContain("journal-shrunk");
  });

  test("a last line without its end is somebody's write in progress, and no finding of damage", async () => {
    appendFileSync(journalOf(join(folder, "journal")), '\n{"id":"01');
    const [verified] = valueOf(verify(await clone.open(), "shared"));
    expect(verified?.findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });
});

describe("journal undo", () => {
  test("takes back the last record of this session, and can be taken back itself", async () => {
    await clone.run({ type: "add-tasks", tasks: [{ id: "T4", title: "too much" }] });
    valueOf(await undo(await clone.open(), "shared", undefined));
    expect((await clone.state()).tasks.get((await clone.state()).ids.get("t4")!)?.status).toBe("dropped");
    valueOf(await undo(await clone.open(), "shared", undefined));
    expect((await clone.state()).tasks.get((await clone.state()).ids.get("t4")!)?.status).toBe("todo");
  });

  test("gives a field back the value that it had", async () => {
    await clone.run({ type: "record-next", what: "before" });
    const { done } = await clone.run({ type: "record-next", what: "after", file: "x.ts" });
    await clone.run({ type: "add-entry", kind: "log", text: "something else" });
    valueOf(await undo(await clone.open(), "shared", done[0]!.record!.id));
    const { nextAction } = await clone.state();
    expect(nextAction).toMatchObject({ what: "before" });
    expect(nextAction).not.toHaveProperty("file");
  });

  test("refuses what has no opposite, and writes nothing then", async () => {
    const { done } = await clone.run({ type: "release-task", id: "T2" });
    const { revision } = await clone.state();
    const undone = await undo(await clone.open(), "shared", done[0]!.record!.id);
    expect(undone).toMatchObject({ ok: false, refusal: { reason: "cannot-undo" } });
    expect((await clone.state()).revision).toBe(revision);
  });
});
