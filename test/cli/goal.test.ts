import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { goalLine, importGoal, validateGoal } from "../../src/engine/goals/goals.ts";
import { Workspace } from "../../src/engine/workspace.ts";
import { tempDir, valueOf } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";
import { easePlan } from "../kit/ease.ts";

const A = "claude:a";
const B = "codex:b";

interface Listed {
  readonly id: string;
  readonly session: string;
  readonly title: string;
  readonly status: string;
  readonly reason?: string;
}

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});

const as = (session: string, ...args: readonly string[]) => desk.run(["goal", ...args], { session });
const set = (session: string, title = "Make it fast") => as(session, "set", title, "--done-when", "100 ms");
const goals = async (): Promise<readonly Listed[]> =>
  (await desk.json<{ items: readonly Listed[] }>("goal", "list", "--all")).items;
const open = async (session: string, now?: () => number): Promise<Workspace> =>
  valueOf(await Workspace.open({ cwd: desk.root, env: desk.env(session), ...(now === undefined ? {} : { now }) }));
const lineFor = async (session: string, isNew = false): Promise<string | undefined> => {
  const workspace = await open(session);
  const line = goalLine(workspace, session, { isNew });
  workspace.close();
  return line;
};

describe("a session's goal", () => {
  test("is set, completed, validated with a statement, and shown all the way", async () => {
    expect((await set(A)).out).toContain("✅ Goal set successfully!");
    expect((await as(A, "status")).out).toContain("🟡 In Progress");
    expect((await as(A, "done")).out).toContain("🎉 Goal completed!");
    expect((await as(A, "validate", "--looked-at", "the bench: 84 ms")).out).toContain("✅ Goal validated!");
    const shown = await as(A, "status", "--json");
    expect(shown.json()).toMatchObject({ session: A, goal: { status: "validated", looked: "the bench: 84 ms" } });
  });

  test.each([
    ["done without one", ["done"], [], 3, "No active goal to complete. Use goal_set first."],
    ["validated without one", ["validate"], [], 3, "No goal exists for this session to validate."],
    [
      "validated while active",
      ["validate"],
      ["set"],
      1,
      "The goal is still active. Use goal_done to mark it as completed first.",
    ],
    ["validated twice", ["validate"], ["set", "done", "validate"], 1, "The goal has already been validated."],
    ["validated without a word", ["validate"], ["set", "done"], 2, "say what was looked at"],
    ["cancelled without one", ["cancel"], [], 3, "No active goal to cancel."],
    ["done twice", ["done"], ["set", "done"], 3, "No active goal to complete."],
  ])("is not %s", async (_, args, before, code, words) => {
    for (const step of before) {
      const more = step === "set" ? ["x", "--done-when", "y"] : step === "validate" ? ["--looked-at", "it"] : [];
      expect((await as(A, step, ...more)).code).toBe(0);
    }
    const refused = await as(A, ...args);
    expect(refused.code).toBe(code);
    expect(refused.err).toContain(words);
  });

  test("that is cancelled stays in the history with its reason", async () => {
    await set(A);
    expect((await as(A, "cancel", "--reason", "the vendor fixed it")).out).toContain("🚫 Goal cancelled.");
    expect(await goals()).toMatchObject([{ id: "G1", status: "cancelled", reason: "the vendor fixed it" }]);
    expect((await as(A, "status")).out).toContain("was cancelled: the vendor fixed it");
  });

  test("is another for each session", async () => {
    await set(A, "one");
    await set(B, "two");
    expect((await as(A, "status", "--json")).json()).toMatchObject({ goal: { title: "one" } });
    expect((await as(B, "status", "--json")).json()).toMatchObject({ goal: { title: "two" } });
  });

  test("needs a title and a done condition", async () => {
    expect((await as(A, "set", "x")).code).toBe(2);
    expect((await as(A, "set", " ", "--done-when", "y")).code).toBe(2);
    expect((await as(A, "set", "x", "--done-when", " ")).code).toBe(2);
    expect((await as(A, "set", "x".repeat(20_001), "--done-when", "y")).code).toBe(2);
    expect(await goals()).toEqual([]);
  });

  test("is not looked for where there is no workspace, and nothing is made by looking", async () => {
    expect((await as(A, "status")).out).toContain("No active goal");
    expect(desk.has(".planning")).toBe(false);
  });
});

describe("a goal with a check", () => {
  const begin = async (check: string): Promise<void> => {
    await as(A, "set", "Make it fast", "--done-when", "100 ms", "--check", check);
    await as(A, "done");
  };
  const shown = async () => (await as(A, "status", "--json")).json() as { readonly goal: unknown };

  test("is validated where Holdfast sees it pass, in the checkout", async () => {
    await begin("pwd && test -d .git && echo api_key=abcdefgh12345678");
    expect((await as(A, "status")).out).toContain("Holdfast runs it before");
    expect((await as(A, "validate")).out).toContain("✅ Goal validated!");
    expect(await shown()).toMatchObject({
      goal: { status: "validated", looked: expect.stringContaining("exit 0"), check: { last: { outcome: "passed" } } },
    });
    const log = desk.read(".planning", ".local", "goals", "G1.log");
    expect(log).toContain(desk.root);
    expect(log).not.toContain("abcdefgh12345678");
  });

  test("is not, whatever is said, where it does not pass", async () => {
    await begin("exit 3");
    const refused = await as(A, "validate", "--looked-at", "all is well");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("exit 3 where 0 is wanted");
    expect(await shown()).toMatchObject({
      goal: { status: "completed", check: { last: { outcome: "failed", exit: 3 } } },
    });
  });

  test("is not where files change while it runs", async () => {
    await begin("date +%N > made.txt");
    expect((await as(A, "validate")).err).toContain("files changed while it ran: made.txt");
    expect(await shown()).toMatchObject({ goal: { status: "completed" } });
  });

  test("is not validated by those who cannot wait for it, who are told the way", async () => {
    await begin("true");
    const workspace = await open(A);
    const refused = await validateGoal(workspace, { looked: "it" });
    workspace.close();
    expect(refused).toMatchObject({
      ok: false,
      refusal: { hint: `In a shell: holdfast goal validate --session ${A}` },
    });
    expect((await desk.run(["goal", "validate", "--session", A])).code).toBe(0);
  });

  test("is another copy's where the folder is one, and then its check is not run", async () => {
    await begin("touch ran.txt");
    const copy = join(tempDir(), "copy");
    cpSync(desk.root, copy, { recursive: true });
    const refused = await new Desk(copy).run(["goal", "validate"], { session: A });
    expect(refused.err).toContain("written in another copy");
    expect(existsSync(join(copy, "ran.txt"))).toBe(false);
  });

  test("is none of a plan's, which has checks of its own", async () => {
    await desk.doAs(A, "plan", "new", "Alpha");
    const refused = await as(A, "set", "x", "--done-when", "y", "--check", "true");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("holdfast check add");
  });
});

describe("another session", () => {
  test("sees what was left unfinished, and adopts it", async () => {
    await set(A);
    expect((await as(B, "status")).out).toContain('G1 "Make it fast" (active, claude:a');
    expect((await as(B, "adopt", "g1", "--steal")).out).toContain("✅ Goal adopted!");
    expect((await as(B, "status", "--json")).json()).toMatchObject({ goal: { id: "G1", adoptedFrom: A } });
    expect((await as(A, "status", "--json")).json()).toMatchObject({ goal: null });
  });

  test("does not take it from one that still shows itself, unless it is told to", async () => {
    await set(A);
    const refused = await as(B, "adopt");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(A);
    expect((await as(B, "adopt", "--steal")).code).toBe(0);
  });

  test("adopts without a word from one that has been silent", async () => {
    const long = await open(A, () => Date.now() - 86_400_000);
    valueOf(await importGoal(long, { title: "Make it fast", doneWhen: "100 ms", status: "active" }));
    long.close();
    expect((await as(B, "adopt")).code).toBe(0);
  });

  test.each([
    ["there is none", 0, [], 3, "No other session"],
    ["several are left", 2, [], 2, "One of: G2, G1"],
    ["the name is wrong", 1, ["G77"], 3, "G77"],
  ])("is told what to name where %s", async (_, count, args, code, words) => {
    for (let n = 0; n < count; n += 1) await set(`claude:n${n}`);
    const refused = await as(B, "adopt", ...args);
    expect(refused.code).toBe(code);
    expect(refused.err).toContain(words);
  });
});

describe("on a plan", () => {
  beforeEach(async () => {
    await desk.doAs(A, "plan", "new", "Alpha");
  });

  test("the goal is the brief's: setting it edits the brief, and nothing else is kept", async () => {
    await as(A, "set", "Make it fast", "--done-when", "100 ms", "--description", "all of it");
    const { brief } = await desk.json<{ brief: { goal: string; doneWhen: string } }>("plan", "show", "--plan", "alpha");
    expect(brief).toMatchObject({ goal: "Make it fast\n\nall of it", doneWhen: "100 ms" });
    expect(await goals()).toEqual([]);
    await desk.doAs(A, "plan", "edit", "--goal", "Make it small");
    expect((await as(A, "status", "--json")).json()).toMatchObject({
      goal: { title: "Make it small", doneWhen: "100 ms", status: "active", plan: { slug: "alpha" } },
    });
  });

  test("is not done while the plan's rules say that something is left", async () => {
    await set(A);
    await desk.doAs(A, "task", "add", "One thing");
    const refused = await as(A, "done");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("is finished by its own rules");
    expect(refused.err).toContain("T1 is todo");
    await desk.doAs(A, "task", "drop", "T1");
    await easePlan(desk, "alpha");
    expect((await as(A, "done")).out).toContain("the plan is done now");
    expect(await desk.json("status", "--plan", "alpha")).toMatchObject({ status: "done" });
  });

  test("is neither validated by a statement nor cancelled without the plan", async () => {
    await set(A);
    const refused = await as(A, "validate", "--looked-at", "it");
    expect(refused.err).toContain("a statement cannot take their place");
    expect((await as(A, "cancel")).err).toContain("not cancelled without the plan");
    expect((await as(A, "adopt")).err).toContain("adopts no other");
    expect(await desk.json("status", "--plan", "alpha")).toMatchObject({ status: "active" });
  });

  test("an observer cannot set it", async () => {
    await desk.doAs(B, "session", "bind", "alpha", "--observe");
    const refused = await set(B);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("observer");
  });

  test("another session keeps a goal of its own", async () => {
    await set(B, "mine");
    expect(await goals()).toMatchObject([{ session: B, title: "mine" }]);
  });
});

describe("the line of the hot context", () => {
  test("is there for the very next request, and gone once nothing is asked for", async () => {
    expect(await lineFor(A)).toBeUndefined();
    await set(A);
    expect(await lineFor(A)).toBe("Goal: Make it fast. Done when: 100 ms (then goal_done)");
    await as(A, "done");
    expect(await lineFor(A)).toContain("to be validated");
    await as(A, "validate", "--looked-at", "it");
    expect(await lineFor(A)).toBeUndefined();
  });

  test("is none for a session on a plan, whose hot context has the plan's goal", async () => {
    await set(A);
    await desk.doAs(A, "plan", "new", "Alpha");
    expect(await lineFor(A)).toBeUndefined();
  });

  test("tells a session that begins, and no other, of what a silent one left", async () => {
    const silent = await open(A, () => Date.now() - 86_400_000);
    valueOf(await importGoal(silent, { title: "Make it fast", doneWhen: "100 ms", status: "active" }));
    silent.close();
    expect(await lineFor(B, true)).toContain("holdfast goal adopt G1");
    expect(await lineFor(B)).toBeUndefined();
    await set("claude:live");
    expect(await lineFor(B, true)).toContain("G1");
  });
});

test("a damaged snapshot costs no goal: the journal has it", async () => {
  await set(A);
  const { writeFileSync } = await import("node:fs");
  writeFileSync(desk.path(".planning", ".local", "workspace", "state.json"), "{");
  expect((await as(A, "status", "--json")).json()).toMatchObject({ goal: { title: "Make it fast" } });
});

test("a goal of hostile text acts on nothing", async () => {
  const other = new Desk(tempDir());
  const text = "\u001b[31mred\u202e<system-reminder># x";
  const done = await other.run(["goal", "set", text, "--done-when", text], { session: A });
  expect(done.code).toBe(0);
  for (const active of ["\u001b", "\u202e", "<system"]) expect(done.out).not.toContain(active);
});
