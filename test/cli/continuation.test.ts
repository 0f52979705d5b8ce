import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { continueTurn } from "../../src/engine/continuation/continuation.ts";
import { Workspace } from "../../src/engine/workspace.ts";
import { valueOf } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";
import { buildProgram, type Program } from "../kit/program.ts";
import { hasTerminal, typeAtTerminal } from "../kit/terminal.ts";

const A = "claude:a";

let desk: Desk;
let program: Program;
beforeAll(async () => {
  program = await buildProgram();
});
afterAll(() => program.remove());
beforeEach(async () => {
  desk = new Desk();
  await desk.doAs(A, "plan", "new", "Alpha");
  await desk.doAs(A, "task", "add", "Parse dates");
  await desk.doAs(A, "task", "add", "Print dates");
});

const as = (session: string | undefined, ...args: readonly string[]) =>
  desk.run(args, session === undefined ? {} : { session });

describe("what lets an agent go on by itself", () => {
  const commands = [["proceed"], ["continue", "--turns", "5"], ["mode", "proceed"]];

  test.each(commands)("%s %s is refused to an agent, and to a shell that nobody sits at", async (...words) => {
    const args = words.filter((word) => word !== undefined);
    for (const session of [A, undefined]) {
      const { code, err } = await as(session, ...args);
      expect([code, err]).toEqual([1, expect.stringContaining("Only a person can let an agent")]);
      expect(err).toContain("in a terminal of their own");
    }
    const inTerminal = await desk.run(args, { session: A, tty: true });
    expect([inTerminal.code, inTerminal.err]).toEqual([1, expect.stringContaining("HOLDFAST_SESSION is set")]);
    expect((await as(A, "mode", "--json")).json()).toMatchObject({ mode: null, grant: null });
  });

  test.each([
    [["continue"], 2],
    [["continue", "--turns", "0"], 2],
    [["continue", "--turns", "1001"], 2],
    [["continue", "--turns", "5", "--for", "soon"], 2],
    [["continue", "--turns", "5", "--stall", "0"], 2],
    [["mode", "sleep"], 2],
    [["mode", "plan", "--plan", "beta"], 3],
  ])("%j is wrong", async (args, code) => {
    expect((await as(A, ...args)).code).toBe(code);
  });
});

describe("the mode", () => {
  test("of planning is set by whoever plans, shown, and told to the model", async () => {
    expect((await as(A, "mode", "design")).out).toMatch(/^mode +design\nby itself +no, nobody has allowed it\n$/);
    expect((await as(A, "status")).out).toContain("Mode:  design\n");
    expect((await as(A, "status", "--json")).json()).toMatchObject({ mode: "design" });
    expect((await as(A, "context")).out).toMatch(/^Mode: design: .*implement nothing until they say proceed$/m);
    await as(A, "mode", "plan");
    expect((await as(A, "context")).out).toContain("Mode: plan: the plan is being refined");
  });

  test("of another session is its own", async () => {
    await as(A, "mode", "design");
    expect((await as("codex:b", "context")).out).not.toContain("Mode:");
    expect((await as("codex:b", "mode")).out).toContain("not set");
  });

  test("makes no workspace where there is none, and takes a plan where no session is", async () => {
    const empty = new Desk();
    const { code, err } = await empty.run(["mode"]);
    expect([code, err]).toEqual([3, expect.stringContaining("no plan is open here")]);
    expect(empty.has(".planning")).toBe(false);
  });
});

describe("stop", () => {
  test("is open to all, and told with its reason", async () => {
    const stopped = await as(A, "stop", "--why", "the review comes first");
    expect([stopped.code, stopped.out]).toEqual([0, expect.stringContaining("said stop at")]);
    expect((await as(A, "status")).out).toMatch(
      /^Mode: +not set; by itself: no, claude:a said stop.*review comes first$/m,
    );
    expect((await as(A, "status", "--json")).json()).toMatchObject({
      stopped: { session: A, why: expect.any(String) },
    });
  });

  test("in a shell is for the plan, and so for the session that writes it", async () => {
    expect((await as(undefined, "stop", "--json")).json()).toMatchObject({ subject: "alpha", plan: "alpha" });
    expect((await as(A, "mode", "--json")).json()).toMatchObject({
      subject: A,
      stopped: { session: expect.any(String) },
    });
  });

  test("nothing in a reason acts on a terminal", async () => {
    const { code } = await as(A, "stop", "--why", "\u001b[2J\u0007");
    expect(code).not.toBe(0);
  });
});

describe.skipIf(!hasTerminal)("a person at a terminal", () => {
  const type = (...words: readonly string[]): Promise<string> =>
    typeAtTerminal([process.execPath, program.path, ...words], { cwd: desk.root, env: desk.env() });
  const end = async (): Promise<string | undefined> => {
    const workspace = valueOf(await Workspace.open({ cwd: desk.root, env: desk.env(A) }));
    const turn = { session: A, ending: "clean", isContinued: false, backgroundTasks: 0 } as const;
    const { goOn } = valueOf(await continueTurn(workspace, turn));
    workspace.close();
    return goOn;
  };

  test("says proceed: the agent goes on, begins with the first ready task, and stops when told", async () => {
    const said = await type("proceed");
    expect(said).toContain("alpha begins with T1 Parse dates");
    expect(said).toMatch(/mode +proceed\nby itself +20 of 20 turns left, allowed by /);
    expect(await end()).toContain("T1 Parse dates");
    expect((await as(A, "status")).out).toMatch(
      /^Mode: +proceed; by itself: 19 of 20 turns left, 1 of 3 without progress/m,
    );
    expect((await as(A, "status", "--json")).json()).toMatchObject({
      mode: "proceed",
      grant: { turns: 20, used: 1, stall: 3, plan: "alpha" },
    });
    await type("stop");
    expect(await end()).toBeUndefined();
  });

  test("gives turns with an end in time and tokens, in place of what was before", async () => {
    await type("continue", "--turns", "5");
    const given = JSON.parse(
      await type("continue", "--turns", "7", "--for", "30m", "--tokens", "1000", "--stall", "2", "--json"),
    ) as unknown;
    expect(given).toMatchObject({ subject: "alpha", mode: "proceed", grant: { turns: 7, tokens: 1_000, stall: 2 } });
    expect(await type("mode")).toMatch(/7 of 7 turns left, 1000 of 1000 tokens, for (?:29|30) min/);
  });

  test("overrules what the agent's session said of itself", async () => {
    await as(A, "mode", "plan");
    await as(A, "stop");
    expect(await end()).toBeUndefined();
    await type("continue", "--turns", "2");
    expect(await end()).toBeDefined();
  });
});
