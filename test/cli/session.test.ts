import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { switchPlan } from "../../src/engine/plans/plans.ts";
import { Workspace } from "../../src/engine/workspace.ts";
import { valueOf } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";
import { easePlan } from "../kit/ease.ts";
import { buildProgram, type Program } from "../kit/program.ts";
import { hasTerminal, typeAtTerminal } from "../kit/terminal.ts";

const A = "claude:a";
const B = "codex:b";
const C = "opencode:c";
const HOUR_MS = 3_600_000;

interface Listed {
  readonly session: string;
  readonly plan: string;
  readonly role: string;
  readonly liveness: string;
  readonly isLive: boolean;
  readonly isOwn: boolean;
  readonly isExpired: boolean;
}

let desk: Desk;
let program: Program;
const children: ChildProcess[] = [];

beforeAll(async () => {
  program = await buildProgram();
});
afterAll(() => program.remove());
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

const as = (session: string, ...args: readonly string[]) => desk.run(args, { session });
const sessions = async (...more: readonly string[]): Promise<readonly Listed[]> =>
  (await desk.json<{ items: readonly Listed[] }>("session", "list", ...more)).items;
const roles = async (): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries((await sessions("--all")).map(({ session, plan, role }) => [session, `${role} of ${plan}`]));

/** Binds a session as it would have been bound some time ago. */
const bindAgo = async (session: string, plan: string, agoMs: number, pid?: number): Promise<void> => {
  const env = { ...desk.env(session), ...(pid === undefined ? {} : { HOLDFAST_PID: String(pid) }) };
  const workspace = valueOf(await Workspace.open({ cwd: desk.root, env, now: () => Date.now() - agoMs }));
  valueOf(await switchPlan(workspace, plan));
  workspace.close();
};

/** A process that stands for a host, until it is ended. */
const startHost = (): ChildProcess & { pid: number } => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  children.push(child);
  return child as ChildProcess & { pid: number };
};

describe("one writer", () => {
  test("is left when fifty processes bind one plan at once, and the others are told who", async () => {
    await desk.do("plan", "new", "Alpha");
    const run = promisify(execFile);
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const args = [program.path, "session", "bind", "alpha", "--json"];
        const env = { ...desk.env(`claude:n${index}`), PATH: process.env["PATH"] ?? "" };
        return run(process.execPath, args, { cwd: desk.root, env }).then(
          () => ({ code: 0, err: "" }),
          ({ code, stderr }: { code: number; stderr: string }) => ({ code, err: stderr }),
        );
      }),
    );
    const writers = (await sessions("--all")).filter(({ role }) => role === "writer");
    expect(writers).toHaveLength(1);
    expect(outcomes.filter(({ code }) => code === 0)).toHaveLength(1);
    for (const { code, err } of outcomes.filter((outcome) => outcome.code !== 0)) {
      expect(code).toBe(1);
      expect(err).toContain(writers[0]!.session);
    }
  }, 180_000);

  test("is the one whose record came first, where all had looked before anybody wrote", async () => {
    await desk.do("plan", "new", "Alpha");
    const names = ["claude:n0", "claude:n1", "claude:n2", "claude:n3"];
    const workspaces = await Promise.all(
      names.map(async (name) => valueOf(await Workspace.open({ cwd: desk.root, env: desk.env(name) }))),
    );
    for (const workspace of workspaces) valueOf(workspace.facts());
    const answers = [];
    for (const workspace of workspaces) answers.push(await switchPlan(workspace, "alpha"));
    for (const workspace of workspaces) workspace.close();
    const reasons = answers.map((answer) => (answer.ok ? answer.value.bound.as : answer.refusal.reason));
    expect(reasons).toEqual(["writer", "plan-has-writer", "plan-has-writer", "plan-has-writer"]);
    expect(await roles()).toEqual({ "claude:n0": "writer of alpha" });
  });

  test("keeps a second one out, by name, and lets it look on or steal", async () => {
    await as(A, "plan", "new", "Alpha");
    const refused = await as(B, "session", "bind", "alpha");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(A);
    expect(refused.err).toContain("--observe");
    expect(await as(B, "session", "bind", "alpha", "--observe")).toMatchObject({ code: 0 });
    expect(await roles()).toEqual({ [A]: "writer of alpha", [B]: "observer of alpha" });
    expect((await as(B, "session", "steal", "alpha")).out).toContain("this session is its writer");
    expect(await roles()).toEqual({ [A]: "observer of alpha", [B]: "writer of alpha" });
  });

  test("takes no plan by a guess where several are open, whatever it would do with it", async () => {
    await as(A, "plan", "new", "Alpha");
    await as(B, "plan", "new", "Beta", "--shared");
    for (const act of [
      ["session", "steal"],
      ["session", "bind"],
      ["session", "observe"],
      ["worktree", "prepare"],
    ]) {
      const refused = await as(C, ...act);
      expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("2 plans are open here")]);
    }
    // A shell without a session speaks of a plan, and not of the one that happens to be the latest.
    const stopped = await desk.run(["stop"]);
    expect([stopped.code, stopped.err]).toEqual([2, expect.stringContaining("2 plans are open here")]);
    expect(await roles()).toEqual({ [A]: "writer of alpha", [B]: "writer of beta" });
    expect((await as(C, "session", "steal", "beta", "--shared")).out).toBe(
      "turned to beta\nthis session is its writer\n",
    );
  });

  test("that was stolen from can write no more, except in lanes", async () => {
    await as(A, "plan", "new", "Alpha");
    await as(B, "session", "bind", "alpha", "--steal");
    const refused = await as(A, "task", "add", "Mine");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("observer");
    expect(await as(A, "lane", "create", "Look", "--start")).toMatchObject({ code: 0 });
    expect(await as(B, "task", "add", "Theirs")).toMatchObject({ code: 0 });
    expect(desk.read(".planning", "alpha", "task_plan.md")).not.toContain("Mine");
  });

  test("of one plan leaves it when it is bound to another", async () => {
    await as(A, "plan", "new", "Alpha");
    await as(B, "plan", "new", "Beta", "--shared");
    await as(A, "plan", "pause", "alpha");
    expect(await as(A, "session", "bind", "beta", "--observe")).toMatchObject({ code: 0 });
    expect(await roles()).toEqual({ [A]: "observer of beta", [B]: "writer of beta" });
  });
});

describe("a writer that is gone", () => {
  beforeEach(() => desk.do("plan", "new", "Alpha"));

  test("keeps its plan while its lease runs, even where its process has ended", async () => {
    const host = startHost();
    await bindAgo(A, "alpha", 60_000, host.pid);
    host.kill("SIGKILL");
    await once(host, "exit");
    expect((await sessions())[0]).toMatchObject({ session: A, liveness: "gone", isExpired: false, isLive: true });
    expect(await as(B, "session", "bind", "alpha")).toMatchObject({ code: 1 });
  });

  test("loses its plan to who asks, once its lease has run out and its process has ended", async () => {
    const host = startHost();
    await bindAgo(A, "alpha", HOUR_MS, host.pid);
    expect((await sessions("--all"))[0]).toMatchObject({ liveness: "alive", isExpired: true, isLive: true });
    expect(await as(B, "session", "bind", "alpha")).toMatchObject({ code: 1 });
    host.kill("SIGKILL");
    await once(host, "exit");
    expect(await as(B, "session", "bind", "alpha")).toMatchObject({ code: 0 });
    expect(await roles()).toEqual({ [A]: "observer of alpha", [B]: "writer of alpha" });
  });

  test("and of which no process is known loses it once its lease has run out in silence", async () => {
    await bindAgo(A, "alpha", HOUR_MS);
    expect(await as(B, "session", "bind", "alpha")).toMatchObject({ code: 0 });
  });

  test("does not hinder the writer of another plan in the same checkout", async () => {
    await bindAgo(A, "alpha", HOUR_MS);
    expect(await as(B, "plan", "new", "Beta")).toMatchObject({ code: 0 });
  });

  test("is swept up on request, by name, and nobody else is", async () => {
    await bindAgo(A, "alpha", HOUR_MS);
    await as(C, "session", "observe", "alpha");
    const { out } = await desk.run(["session", "collect"]);
    expect(out).toBe(`ended: ${A}, writer of alpha\n`);
    expect(await roles()).toEqual({ [C]: "observer of alpha" });
    expect((await desk.run(["session", "collect"])).out).toBe("no binding is dead\n");
  });

  test("is left out of the list, which says so", async () => {
    await bindAgo(A, "alpha", HOUR_MS);
    expect(await desk.do("session", "list")).toMatch(/1 more of sessions that are dead: holdfast session list --all/);
    expect(await sessions()).toEqual([]);
    expect(await desk.do("session", "list", "--all")).toMatch(/claude:a +alpha +writer .*lease ran out .* ago.*stale/);
  });
});

describe("a plan that is put away", () => {
  test.each([
    ["pause", []],
    ["done", []],
    ["archive", []],
    ["abort", ["--why", "no need"]],
  ])("by plan %s lets its sessions go", async (verb, more) => {
    await as(A, "plan", "new", "Alpha");
    await easePlan(desk, "alpha");
    await as(B, "session", "observe", "alpha");
    if (verb === "archive") await as(A, "plan", "done");
    if (verb === "archive") await as(A, "session", "bind", "alpha");
    const done = await as(A, "plan", verb, "alpha", ...more);
    expect(done).toMatchObject({ code: 0 });
    expect(await roles()).toEqual({});
  });
});

describe("session release", () => {
  test("lets go of the session's own plan, and says so where there is none", async () => {
    await as(A, "plan", "new", "Alpha");
    expect(await as(B, "session", "release")).toMatchObject({ code: 1 });
    expect((await as(A, "session", "release")).out).toContain(`${A} has let go of alpha`);
    expect(await roles()).toEqual({});
    expect(await as(A, "session", "release")).toMatchObject({ code: 1 });
  });

  test("in a shell takes back the default plan", async () => {
    await desk.do("plan", "new", "Alpha");
    expect(await desk.json("session", "show")).toMatchObject({ chosenBy: "default", plan: "alpha" });
    await desk.do("session", "release");
    expect(await desk.json("session", "show")).toMatchObject({ chosenBy: "latest", plan: "alpha", isMeant: false });
  });
});

describe("session list", () => {
  test("marks the caller's own, the writer first", async () => {
    await as(A, "plan", "new", "Alpha");
    await as(B, "session", "observe", "alpha");
    const lines = (await as(B, "session", "list")).out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^ {2}claude:a +alpha +writer +since \S+Z, lease \d+ min more, this machine, alive$/);
    expect(lines[1]).toMatch(/^\* codex:b +alpha +observer/);
  });
});

describe("a shell, which has no session,", () => {
  test("makes the plan the default, and can neither observe nor steal", async () => {
    await as(A, "plan", "new", "Alpha");
    expect((await desk.run(["session", "bind", "alpha"])).out).toContain("alpha is what commands use now");
    expect(await roles()).toEqual({ [A]: "writer of alpha" });
    for (const verb of ["observe", "steal"]) {
      const refused = await desk.run(["session", verb, "alpha"]);
      expect(refused.code).toBe(2);
      expect(refused.err).toContain("--session");
    }
    expect(await roles()).toEqual({ [A]: "writer of alpha" });
  });
});

describe("uncommitted changes", () => {
  beforeEach(async () => {
    await as(A, "plan", "new", "Alpha");
    await as(B, "plan", "new", "Beta", "--shared");
    await as(B, "session", "release");
    writeFileSync(desk.path("a.txt"), "changed\n");
  });

  test("keep a writer from being bound elsewhere, but not from looking on", async () => {
    const refused = await as(A, "session", "bind", "beta");
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("--stash");
    expect(await roles()).toEqual({ [A]: "writer of alpha" });
    expect(await as(A, "session", "observe", "beta")).toMatchObject({ code: 0 });
    expect(desk.read("a.txt")).toBe("changed\n");
  });

  test("go along where that is said", async () => {
    expect(await as(A, "session", "bind", "beta", "--allow-dirty")).toMatchObject({ code: 0 });
    expect(await roles()).toEqual({ [A]: "writer of beta" });
  });
});

describe("session show", () => {
  test("says who, which plan and why", async () => {
    await as(A, "plan", "new", "Alpha");
    await as(B, "plan", "new", "Beta", "--shared");
    expect((await as(A, "session", "show", "--json")).json()).toMatchObject({
      session: A,
      source: "env",
      plan: "alpha",
      chosenBy: "session",
      isMeant: true,
      role: "writer",
      binding: { plan: "alpha", role: "writer" },
      whyNoPerson: { reason: "not-a-terminal" },
    });
    expect((await as(A, "session", "show", "--plan", "beta", "--json")).json()).toMatchObject({
      plan: "beta",
      chosenBy: "flag",
      role: "worker",
      binding: { plan: "alpha" },
    });
    const text = (await as(A, "session", "show", "--plan", "beta")).out;
    expect(text).toContain("bound to  alpha as writer");
  });

  test("makes nothing where there is no workspace", async () => {
    const { out, code } = await desk.run(["session", "show"]);
    expect(code).toBe(0);
    expect(out).toContain("none");
    expect(desk.has(".planning")).toBe(false);
  });

  test("refuses a session's name that is none", async () => {
    expect(await as("no colon", "session", "show")).toMatchObject({ code: 2 });
  });
});

describe.skipIf(!hasTerminal)("at a real terminal", () => {
  const show = async (env: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const words = [process.execPath, program.path, "session", "show", "--json"];
    return JSON.parse(await typeAtTerminal(words, { cwd: desk.root, env: { ...desk.env(), ...env } }));
  };

  test("whoever types is a person, and may do to the plan what it likes", async () => {
    await as(A, "plan", "new", "Alpha");
    expect(await show()).toMatchObject({ person: userInfo().username, plan: "alpha", role: "person" });
  });

  test("an agent among the ancestors or in the environment is none, and it says which", async () => {
    await as(A, "plan", "new", "Alpha");
    const marked = await show({ CLAUDECODE: "1" });
    expect(marked).toMatchObject({ whyNoPerson: { reason: "inside-an-agent" }, role: "worker" });
    expect(marked).not.toHaveProperty("person");
  });
});
