import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { completeGoal, listGoals, setGoal, showGoal } from "../../../engine/goals/goals.ts";
import { Workspace } from "../../../engine/workspace.ts";
import { makeRepository, tempDir, valueOf } from "../../../workspace/git-fixture.ts";
import type { Goal, PluginContext } from "./api.ts";
import { createGoalManagement } from "./goal-management.ts";
import { segmentOf } from "./session-id.ts";

const SID = "ses_1f75cf9ac001M8h0GB03";

let home: string;
let base: string;

beforeEach(() => {
  home = tempDir();
  base = join(home, "goals");
  vi.stubEnv("HOME", home);
  vi.stubEnv("XDG_STATE_HOME", join(home, "state"));
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const fileOf = (sessionID = SID): string => join(base, sessionID, "goal.json");
const inFile = (sessionID = SID): Goal => JSON.parse(readFileSync(fileOf(sessionID), "utf8")) as Goal;
const put = (contents: string | object, sessionID = SID): void => {
  mkdirSync(dirname(fileOf(sessionID)), { recursive: true });
  writeFileSync(fileOf(sessionID), typeof contents === "string" ? contents : JSON.stringify(contents));
};
const contextIn = (directory: string): PluginContext => ({
  directory,
  client: { session: { prompt: async () => undefined, todo: async () => [] } },
});
const manage = (directory?: string) =>
  directory === undefined
    ? createGoalManagement({ goalsBasePath: base })
    : createGoalManagement(contextIn(directory), { goalsBasePath: base });

/** A project with a workspace of its own, and what Holdfast says there of a session of OpenCode. */
const openAs = async (root: string, sessionID = SID): Promise<Workspace> =>
  valueOf(await Workspace.open({ cwd: root, env: { ...process.env }, session: `opencode:${sessionID}` }));
const makeProject = async (): Promise<string> => {
  const root = makeRepository(join(tempDir(), "project"));
  const workspace = await openAs(root, "other");
  valueOf(await setGoal(workspace, { title: "Another's", doneWhen: "x" }));
  workspace.close();
  return root;
};

const stored: Goal = {
  title: "Make it fast",
  done_condition: "100 ms",
  status: "active",
  created_at: "2026-01-31T09:30:00.000Z",
  completed_at: null,
};

describe("the documented interface", () => {
  test("createGoal writes goal.json as documented, and the others move it on", async () => {
    const goals = manage();
    const goal = await goals.createGoal(SID, "Make it fast", "100 ms", "all of it");
    expect(goal).toMatchObject({
      title: "Make it fast",
      done_condition: "100 ms",
      description: "all of it",
      status: "active",
    });
    expect(new Date(goal.created_at).toISOString()).toBe(goal.created_at);
    expect(readFileSync(fileOf(), "utf8")).toBe(JSON.stringify(goal, null, 2));
    expect(await goals.hasActiveGoal(SID)).toBe(true);

    const completed = await goals.completeGoal(SID);
    expect(completed).toMatchObject({ status: "completed", created_at: goal.created_at, validated_at: null });
    expect(completed?.completed_at).not.toBeNull();
    expect(await goals.hasActiveGoal(SID)).toBe(false);
    expect(await goals.checkPendingValidation(SID)).toBe(true);

    const validated = await goals.validateGoal(SID);
    expect(validated).toMatchObject({ status: "validated", completed_at: completed?.completed_at });
    expect(inFile()).toEqual(validated);
    expect(await goals.getGoal(SID)).toEqual(validated);
    expect(await goals.checkPendingValidation(SID)).toBe(false);
  });

  test("what is not given is not there, and what is not a goal is null", async () => {
    const goals = manage();
    expect(await goals.readGoal(SID)).toBeNull();
    expect(await goals.completeGoal(SID)).toBeNull();
    expect(await goals.validateGoal(SID)).toBeNull();
    expect(await goals.createGoal(SID, "x", "y")).not.toHaveProperty("description");
    expect(await goals.validateGoal(SID)).toBeNull();
  });

  test("a goal that was validated does not go back, and one that is completed stays as it is", async () => {
    const goals = manage();
    await goals.createGoal(SID, "x", "y");
    const completed = await goals.completeGoal(SID);
    expect(await goals.completeGoal(SID)).toEqual(completed);
    await goals.validateGoal(SID, "the tests");
    expect(await goals.completeGoal(SID)).toBeNull();
    expect((await goals.readGoal(SID))?.status).toBe("validated");
  });

  test("a goal that is set again begins anew, and sessions are apart", async () => {
    const goals = manage();
    await goals.createGoal(SID, "one", "y");
    await goals.completeGoal(SID);
    await goals.createGoal("ses_other", "other", "y");
    expect(await goals.createGoal(SID, "two", "y")).toMatchObject({ status: "active", completed_at: null });
    expect((await goals.readGoal("ses_other"))?.title).toBe("other");
  });

  test("a pending validation is cleared, until the goal is completed again", async () => {
    const goals = manage();
    await goals.createGoal(SID, "x", "y");
    await goals.completeGoal(SID);
    await goals.clearPendingValidation(SID);
    expect(await goals.checkPendingValidation(SID)).toBe(false);
    // Another instance has not been told, and it survives a restart.
    expect(await manage().checkPendingValidation(SID)).toBe(true);
  });

  test("a goal that is cancelled is none, and its file says so with the reason", async () => {
    const goals = manage();
    await goals.createGoal(SID, "x", "y");
    expect(await goals.cancelGoal(SID, "no more")).toMatchObject({ title: "x" });
    expect(await goals.readGoal(SID)).toBeNull();
    expect(inFile()).toMatchObject({ title: "x", status: "cancelled", reason: "no more" });
    expect(existsSync(`${fileOf()}.damaged`)).toBe(false);
    expect(await goals.cancelGoal(SID)).toBeNull();
  });

  test("command events set, complete and validate; others and broken ones do nothing", async () => {
    const goals = manage();
    const tell = (properties: object, type = "command") =>
      goals.handler({ event: { type, properties: properties as never } });
    await tell({ sessionID: SID, info: { command: "goal_set", args: { title: "x" } } });
    await tell({ sessionID: SID, info: { command: "goal_set", args: { title: "x", done_condition: "y" } } }, "message");
    await tell({ sessionID: SID, info: { command: "other", args: {} } });
    await tell({ info: { command: "goal_done" } });
    await goals.handler({ event: { type: "command", properties: null as never } });
    expect(await goals.readGoal(SID)).toBeNull();
    await tell({
      info: { sessionID: SID, command: "goal_set", args: { title: "x", done_condition: "y", description: "z" } },
    });
    expect(await goals.readGoal(SID)).toMatchObject({ title: "x", description: "z" });
    await tell({ sessionID: SID, info: { command: "goal_done" } });
    await tell({ sessionID: SID, info: { command: "goal_validate" } });
    expect((await goals.readGoal(SID))?.status).toBe("validated");
  });

  test("without a path it is in the documented place, and ~ is the home folder", async () => {
    await createGoalManagement().createGoal(SID, "x", "y");
    expect(existsSync(join(home, ".local/share/opencode/plugin/agent-loop", SID, "goal.json"))).toBe(true);
    await createGoalManagement({ goalsBasePath: "~/elsewhere/" }).createGoal(SID, "x", "y");
    expect(existsSync(join(home, "elsewhere", SID, "goal.json"))).toBe(true);
  });

  test("where nothing can be written, setting a goal fails", async () => {
    writeFileSync(base, "a file");
    await expect(manage().createGoal(SID, "x", "y")).rejects.toThrow();
    await expect(manage().createGoal(SID, "x", "y")).rejects.toThrow();
    expect(await manage().readGoal(SID)).toBeNull();
  });

  test("a goal without words, and one too long, is refused and changes nothing", async () => {
    const goals = manage();
    await goals.createGoal(SID, "x", "y");
    await expect(goals.createGoal(SID, " ", "y")).rejects.toThrow("empty");
    await expect(goals.createGoal(SID, "x".repeat(20_001), "y")).rejects.toThrow("20001");
    await expect(goals.writeGoal(SID, { ...stored, status: "paused" as never })).rejects.toThrow(
      "active, completed or validated",
    );
    expect((await goals.readGoal(SID))?.title).toBe("x");
  });
});

describe("the journal is the truth and the file a copy", () => {
  test.each([
    ["empty", ""],
    ["torn", '{"title":"Make it fa'],
    ["no object", "[1]"],
    ["without a title", JSON.stringify({ ...stored, title: "" })],
    ["of a status that is none", JSON.stringify({ ...stored, status: "paused" })],
  ])("a file that is %s is written again, and what was in it is kept", async (_, contents) => {
    const goal = await manage().createGoal(SID, "Make it fast", "100 ms");
    put(contents);
    expect(await manage().readGoal(SID)).toEqual(goal);
    expect(inFile()).toEqual(goal);
    expect(existsSync(`${fileOf()}.damaged`)).toBe(contents !== "");
    if (contents !== "") expect(readFileSync(`${fileOf()}.damaged`, "utf8")).toBe(contents);
  });

  test("a file that is gone comes back", async () => {
    const goal = await manage().createGoal(SID, "Make it fast", "100 ms");
    const { rmSync } = await import("node:fs");
    rmSync(dirname(fileOf()), { recursive: true });
    expect(await manage().readGoal(SID)).toEqual(goal);
    expect(inFile()).toEqual(goal);
  });

  test("a torn file of a goal that nobody knows is no goal, and stays as it is", async () => {
    put("{");
    expect(await manage().readGoal(SID)).toBeNull();
    expect(readFileSync(fileOf(), "utf8")).toBe("{");
  });

  test("a goal that was there before is taken in, with its times", async () => {
    put({ ...stored, status: "completed", completed_at: "2026-01-31T10:00:00.000Z" });
    expect(await manage().readGoal(SID)).toMatchObject({
      created_at: stored.created_at,
      completed_at: "2026-01-31T10:00:00.000Z",
    });
    put("{");
    expect(await manage().readGoal(SID)).toMatchObject({ title: "Make it fast", created_at: stored.created_at });
  });

  test.each([
    ["another goal", { ...stored, title: "Make it small" }, { title: "Make it small", status: "active" }],
    [
      "the goal moved on",
      { ...stored, status: "completed", completed_at: "2026-02-01T00:00:00.000Z" },
      { status: "completed" },
    ],
    ["the goal described anew", { ...stored, description: "more" }, { description: "more" }],
  ])("what another program wrote is taken in: %s", async (_, contents, expected) => {
    await manage().writeGoal(SID, stored);
    put(contents);
    expect(await manage().readGoal(SID)).toMatchObject(expected);
    put("{");
    expect(await manage().readGoal(SID)).toMatchObject(expected);
  });

  test.each([
    ["moved on", async (workspace: Workspace) => valueOf(await completeGoal(workspace)), { status: "completed" }],
    [
      "set anew",
      async (workspace: Workspace) => valueOf(await setGoal(workspace, { title: "new", doneWhen: "y" })),
      { title: "new" },
    ],
  ])("an old copy of a goal that was %s elsewhere does not undo that", async (_, act, expected) => {
    const root = await makeProject();
    await manage(root).createGoal(SID, "Make it fast", "100 ms");
    const workspace = await openAs(root);
    await act(workspace);
    workspace.close();
    expect(await manage(root).readGoal(SID)).toMatchObject(expected);
    expect(inFile()).toMatchObject(expected);
  });

  test("a goal that another session adopted is not this one's any more, whatever its file says", async () => {
    const root = await makeProject();
    const goal = await manage(root).createGoal(SID, "Make it fast", "100 ms");
    const { adoptGoal } = await import("../../../engine/goals/goals.ts");
    const other = await openAs(root, "later");
    valueOf(await adoptGoal(other, { id: "G2", steal: true }));
    other.close();
    expect(await manage(root).readGoal(SID)).toBeNull();
    expect(inFile()).toMatchObject({ status: "cancelled", reason: "adopted by opencode:later" });
    expect(await manage(root).readGoal("later")).toMatchObject({ title: "Make it fast" });
    // A program that has not been told moves it on.
    put({ ...goal, status: "completed", completed_at: "2026-02-01T00:00:00.000Z" });
    expect(await manage(root).readGoal(SID)).toBeNull();
    expect(await manage(root).readGoal("later")).toMatchObject({ status: "active" });
  });

  test("two instances that set goals at once leave one, and both in the history", async () => {
    const root = await makeProject();
    const [one, two] = [manage(root), manage(root)];
    await Promise.all([one.createGoal(SID, "one", "y"), two.createGoal(SID, "two", "y")]);
    const workspace = await openAs(root);
    const own = valueOf(listGoals(workspace)).filter(({ session }) => session === `opencode:${SID}`);
    workspace.close();
    expect(own.map(({ status }) => status)).toEqual(["replaced", "active"]);
    expect((await one.readGoal(SID))?.title).toBe(own[1]?.title);
    expect((await two.readGoal(SID))?.title).toBe(own[1]?.title);
  });
});

describe("where the journal is", () => {
  test("in the project's workspace, where it has one: Holdfast knows the goal", async () => {
    const root = await makeProject();
    await manage(root).createGoal(SID, "Make it fast", "100 ms");
    const workspace = await openAs(root);
    expect(valueOf(showGoal(workspace)).goal).toMatchObject({ title: "Make it fast" });
    workspace.close();
    expect(readdirSync(base)).toEqual([SID]);
  });

  test("beside the files, where the project has none: nothing is put into the project, and Git is told nothing", async () => {
    const root = makeRepository(join(tempDir(), "project"));
    base = join(root, ".goals");
    await manage(root).createGoal(SID, "Make it fast", "100 ms");
    put("{");
    expect((await manage(root).readGoal(SID))?.title).toBe("Make it fast");
    expect(readdirSync(root).toSorted()).toEqual([".git", ".goals", "a.txt"]);
    expect(existsSync(join(root, ".git", "holdfast"))).toBe(false);
  });

  test("a session on a plan has the plan's goal: the brief is edited, and finished by its own rules", async () => {
    const root = makeRepository(join(tempDir(), "project"));
    const { createPlan } = await import("../../../engine/plans/plans.ts");
    const { perform } = await import("../../../engine/perform.ts");
    const workspace = await openAs(root);
    valueOf(await createPlan(workspace, { title: "Alpha", tasks: [{ title: "One" }] }));
    workspace.close();
    const goals = manage(root);
    await goals.createGoal(SID, "Make it fast", "100 ms");
    const again = await openAs(root);
    valueOf(await perform(again, "alpha", { type: "edit-plan", brief: { goal: "Make it small" } }));
    again.close();
    expect(await goals.readGoal(SID)).toMatchObject({ title: "Make it small", status: "active" });
    expect(await goals.completeGoal(SID)).toBeNull();
    expect(await goals.readGoal(SID)).toMatchObject({ status: "active" });
  });

  test("a directory that is not there is no project, and none is made", async () => {
    const goals = manage(join(home, "not", "there"));
    await goals.createGoal(SID, "x", "y");
    expect((await goals.readGoal(SID))?.title).toBe("x");
    expect(existsSync(join(home, "not"))).toBe(false);
  });
});

describe("hostile session ids", () => {
  test.each([
    "../../evil",
    "/etc/x",
    "..",
    ".",
    ".holdfast",
    "a/b",
    "a\\b",
    "a\u0000b",
    "",
    "x".repeat(5_000),
    "con",
    "C:\\x",
    "ses\n1",
  ])("%j stays in the base folder and keeps a goal of its own", async (sessionID) => {
    const goals = manage();
    await goals.createGoal(sessionID, "x", "y");
    expect((await goals.readGoal(sessionID))?.title).toBe("x");
    expect(await goals.readGoal(`${sessionID}!`)).toBeNull();
    expect(readdirSync(home).toSorted()).toEqual(["goals", "state"]);
    expect(readdirSync(base).toSorted()).toEqual([".holdfast", segmentOf(sessionID)]);
  });

  test("any id is one plain name, and different ids have different ones", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (one, other) => {
        expect(segmentOf(one)).toMatch(/^[A-Za-z0-9_@+-][A-Za-z0-9._@+-]{0,127}$/);
        if (one.toLowerCase() !== other.toLowerCase()) expect(segmentOf(one)).not.toBe(segmentOf(other));
      }),
    );
  });
});
