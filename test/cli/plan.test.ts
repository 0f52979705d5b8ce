import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlanRow } from "../../src/engine/plans/plan-rows.ts";
import type { PlanView } from "../../src/engine/plans/plan-view.ts";
import { makeRepository, runGit, tempDir, writeFiles } from "../../src/workspace/git-fixture.ts";
import { Desk, noteMany } from "../kit/desk.ts";
import { easePlan } from "../kit/ease.ts";

const A = "claude:aaaa";
const B = "codex:bbbb";

const rowsOf = async (desk: Desk, ...more: readonly string[]): Promise<readonly PlanRow[]> =>
  (await desk.json<{ items: readonly PlanRow[] }>("plan", "list", ...more)).items;

const view = (desk: Desk, ...more: readonly string[]): Promise<PlanView> => desk.json("plan", "show", ...more);

describe("plan new", () => {
  test("begins a plan with its brief, and says what the brief lacks", async () => {
    const desk = new Desk();
    const out = await desk.do(
      "plan",
      "new",
      "Parse",
      "dates",
      "--goal",
      "no library",
      "--accept",
      "a",
      "--accept",
      "-b",
    );
    expect(out).toContain("began parse-dates: Parse dates");
    expect(out).toContain("holdfast plan edit --done-when … --non-goal … --constraint … --verify …");
    expect(await view(desk)).toMatchObject({
      slug: "parse-dates",
      phase: "clarify",
      brief: { goal: "no library", acceptance: ["a", "-b"] },
      briefQuality: "needs-clarification",
    });
    expect(desk.read(".planning", "parse-dates", "task_plan.md")).toContain("no library");
  });

  test("takes settings: type, what blocked tasks do, and the lease", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "X", "--type", "design", "--on-blocked", "stop", "--lease", "2h");
    expect(await view(desk)).toMatchObject({ type: "design", onBlocked: "stop", leaseMs: 7_200_000 });
  });

  test.each([["15"], ["0m"], ["8d"], ["soon"]])("refuses a lease of %s", async (lease) => {
    const desk = new Desk();
    const { code, err } = await desk.run(["plan", "new", "X", "--lease", lease]);
    expect([code, err]).toEqual([2, expect.stringContaining("--lease takes a duration")]);
    expect(desk.has(".planning")).toBe(false);
  });

  test.each(["../out", "A", "a/b", "con", ""])("refuses the slug %j, and makes nothing", async (slug) => {
    const desk = new Desk();
    const { code } = await desk.run(["plan", "new", "X", "--slug", slug]);
    expect(code).toBe(2);
    expect(runGit(desk.root, "status", "--porcelain", "--ignored")).toBe("");
  });

  test("refuses a title of nothing but blanks", async () => {
    expect((await new Desk().run(["plan", "new", "  "])).code).toBe(2);
  });

  test("a title from standard input stays one line", async () => {
    const desk = new Desk();
    await desk.run(["plan", "new", "-"], { stdin: "Two\nlines\u001b[31m\n" });
    expect(await view(desk)).toMatchObject({ title: "Two lines" });
  });

  test("refuses a name that another plan has, also an old one", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "Billing");
    await desk.do("plan", "rename", "invoices");
    for (const title of ["Billing", "Invoices"]) {
      const { code, err } = await desk.run(["plan", "new", title]);
      expect([code, err]).toEqual([1, expect.stringContaining("there is a plan billing already")]);
    }
  });

  test("prints what was made as JSON", async () => {
    const desk = new Desk();
    expect(await desk.json("plan", "new", "Billing")).toMatchObject({
      plan: "billing",
      revision: 1,
      record: expect.any(String),
      dir: desk.path(".planning", "billing"),
      as: "default",
      briefQuality: "missing-goal",
    });
  });

  test("refuses repositories that nobody registered", async () => {
    const desk = new Desk();
    const { code, err } = await desk.run(["plan", "new", "X", "--repo", "nope"]);
    expect([code, err]).toEqual([3, expect.stringContaining("no repository nope is registered")]);
  });

  test("a session that begins a plan is its writer", async () => {
    const desk = new Desk();
    expect(await desk.doAs(A, "plan", "new", "Billing")).toContain("this session is its writer");
    expect(await rowsOf(desk)).toMatchObject([{ slug: "billing", writer: A, isDefault: false }]);
  });
});

describe("plan list", () => {
  test("says how to begin where there is none", async () => {
    expect(await new Desk().do("plan", "list")).toContain("holdfast plan new");
  });

  test("shows the latest first, and archived ones only when asked, last", async () => {
    const desk = new Desk();
    for (const title of ["One", "Two", "Three"]) await desk.do("plan", "new", title);
    await desk.do("next", "again", "--plan", "one");
    await desk.do("plan", "abort", "three", "--why", "x");
    await desk.do("plan", "archive", "three");
    expect((await rowsOf(desk)).map(({ slug }) => slug)).toEqual(["one", "two"]);
    expect((await rowsOf(desk, "--archived")).map(({ slug }) => slug)).toEqual(["one", "two", "three"]);
    expect((await rowsOf(desk, "--all")).map(({ status }) => status)).toEqual(["active", "active", "archived"]);
  });

  test("marks the default and what this session is bound to", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "Standard");
    await desk.doAs(A, "plan", "new", "Mine", "--shared");
    await desk.doAs(B, "plan", "switch", "mine", "--observe");
    const lineOf = async (session: string, slug: string) =>
      (await desk.doAs(session, "plan", "list")).split("\n").find((line) => line.includes(slug)) ?? "";
    expect(await lineOf(A, "standard")).toMatch(/^\* /);
    expect(await lineOf(A, "mine")).toMatch(/^w .*claude:aaaa \+1 observing/);
    expect(await lineOf(B, "mine")).toMatch(/^o /);
  });

  test("counts tasks, and shows a plan that cannot be read", async () => {
    const desk = new Desk();
    await desk.run(["plan", "import", "-"], { stdin: '{"title": "T", "tasks": [{"title": "a"}, {"title": "b"}]}' });
    mkdirSync(desk.path(".planning", "broken", "journal"), { recursive: true });
    expect(await rowsOf(desk)).toMatchObject([
      { slug: "t", tasks: { done: 0, total: 2 } },
      { slug: "broken", status: "damaged" },
    ]);
  });

  test("gives pages", async () => {
    const desk = new Desk();
    for (const title of ["One", "Two", "Three"]) await desk.do("plan", "new", title);
    const page = await desk.json("plan", "list", "--limit", "1", "--offset", "1");
    expect(page).toMatchObject({ items: [{ slug: "two" }], total: 3, offset: 1, next: 2 });
  });
});

describe("plan show", () => {
  test("names what the brief lacks, and lists decisions with reasons", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "Billing", "--goal", "be paid");
    await desk.do("decide", "use Postgres", "--why", "it is there");
    const out = await desk.do("plan", "show");
    expect(out).toContain("→ Clarify");
    expect(out).toContain("the brief lacks 5 things");
    expect(out).toContain("use Postgres (because it is there)");
  });

  test.each([
    [[], "missing-goal"],
    [["--goal", "g", "--done-when", "d", "--non-goal", "n", "--constraint", "c", "--verify", "v"], "needs-acceptance"],
    [["--goal", "g"], "needs-clarification"],
    [
      ["--goal", "g", "--done-when", "d", "--non-goal", "n", "--constraint", "c", "--verify", "v", "--accept", "a"],
      "ready",
    ],
  ])("a brief of %j is %s", async (options, quality) => {
    const desk = new Desk();
    await desk.do("plan", "new", "X", ...options);
    expect(await desk.do("plan", "show", "--field", "brief")).toBe(`${quality}\n`);
  });

  test("prints one value for scripts", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "Billing");
    await desk.do("next", "pay", "--file", "src/pay.ts");
    const fields = ["slug", "dir", "status", "phase", "title", "next", "next-file", "goal", "revision"];
    const values = await Promise.all(fields.map((field) => desk.do("plan", "show", "--field", field)));
    const dir = desk.path(".planning", "billing");
    const expected = ["billing", dir, "active", "clarify", "Billing", "pay", "src/pay.ts", "", "2"];
    expect(values).toEqual(expected.map((value) => `${value}\n`));
  });

  test("a beginning will do to read, and never to write", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "Billing");
    expect(await desk.do("plan", "show", "bil", "--field", "slug")).toBe("billing\n");
    const { code, err } = await desk.run(["plan", "pause", "bil"]);
    expect([code, err]).toEqual([3, expect.stringContaining("Did you mean billing?")]);
  });

  test("two plans named at once are refused", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "One");
    await desk.do("plan", "new", "Two");
    expect((await desk.run(["plan", "show", "one", "--plan", "two"])).code).toBe(2);
    expect((await desk.run(["plan", "show", "one", "--plan", "one"])).code).toBe(0);
  });

  test("exits with 3 where there is no plan", async () => {
    expect((await new Desk().run(["plan", "show"])).code).toBe(3);
  });
});

describe("plan switch", () => {
  async function withTwo(): Promise<Desk> {
    const desk = new Desk();
    await desk.do("plan", "new", "One");
    await desk.do("plan", "new", "Two");
    return desk;
  }

  test("turns a shell's commands to the other plan", async () => {
    const desk = await withTwo();
    expect(await desk.do("plan", "switch", "one")).toContain("turned to one");
    await desk.do("next", "here");
    expect(await desk.do("next", "--plan", "one")).toBe("here\n");
  });

  test("uncommitted changes are not carried along in silence", async () => {
    const desk = await withTwo();
    writeFiles(desk.root, { "a.txt": "changed\n", "new.txt": "new\n" });
    const { code, err } = await desk.run(["plan", "switch", "one"]);
    expect(code).toBe(2);
    expect(err).toContain("--stash");
    expect(err).toContain("--allow-dirty");
    expect(await desk.do("plan", "show", "--field", "slug")).toBe("two\n");
    expect(desk.read("a.txt")).toBe("changed\n");
  });

  test("--stash puts them aside, named after both plans, and --allow-dirty takes them along", async () => {
    const desk = await withTwo();
    writeFiles(desk.root, { "a.txt": "changed\n", "new.txt": "new\n" });
    expect(await desk.do("plan", "switch", "one", "--stash")).toContain("put aside: git stash");
    expect(desk.read("a.txt")).toBe("a\n");
    expect(runGit(desk.root, "stash", "list")).toContain("switch from two to one");
    writeFiles(desk.root, { "a.txt": "again\n" });
    await desk.do("plan", "switch", "two", "--allow-dirty");
    expect(desk.read("a.txt")).toBe("again\n");
  });

  test("nothing is put aside for a plan that cannot be taken up", async () => {
    const desk = await withTwo();
    writeFiles(desk.root, { "a.txt": "changed\n" });
    expect((await desk.run(["plan", "reopen", "one", "--why", "x", "--stash"])).err).toContain("cannot be reopened");
    expect(desk.read("a.txt")).toBe("changed\n");
    expect(runGit(desk.root, "stash", "list")).toBe("");
  });

  test("a person at a terminal is asked what to do with them", async () => {
    const desk = await withTwo();
    writeFiles(desk.root, { "a.txt": "changed\n" });
    const cancelled = await desk.run(["plan", "switch", "one"], { tty: true, stdin: "c\n" });
    expect(cancelled.code).toBe(2);
    expect(cancelled.err).toContain("put them aside");
    expect(desk.read("a.txt")).toBe("changed\n");
    expect((await desk.run(["plan", "switch", "one"], { tty: true, stdin: "take\n" })).code).toBe(0);
    expect(desk.read("a.txt")).toBe("changed\n");
    expect((await desk.run(["plan", "switch", "two"], { tty: true, stdin: "stash\n" })).code).toBe(0);
    expect(desk.read("a.txt")).toBe("a\n");
  });

  test("what a person cannot decide here is refused without a question", async () => {
    const desk = await withTwo();
    const { code, err } = await desk.run(["plan", "switch", "three"], { tty: true, stdin: "t\n" });
    expect([code, err]).toEqual([3, expect.not.stringContaining("[s]")]);
  });

  test("contradictions are refused", async () => {
    const desk = await withTwo();
    expect((await desk.run(["plan", "switch", "one", "--stash", "--allow-dirty"])).code).toBe(2);
    expect((await desk.run(["plan", "switch", "one", "--observe", "--steal"])).code).toBe(2);
  });

  test("a second session may observe, or steal, and the first is told", async () => {
    const desk = new Desk();
    await desk.doAs(A, "plan", "new", "Billing");
    const refused = await desk.run(["plan", "switch", "billing"], { session: B });
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining(`billing has a writer: ${A}`)]);
    await desk.doAs(B, "plan", "switch", "billing", "--observe");
    expect((await desk.run(["next", "mine"], { session: B })).code).toBe(1);
    expect(await desk.doAs(B, "plan", "switch", "billing", "--steal")).toContain("this session is its writer");
    await desk.doAs(B, "next", "mine");
    const late = await desk.run(["next", "still mine?"], { session: A });
    expect([late.code, late.err]).toEqual([1, expect.stringContaining("observer")]);
  });

  test("a plan in a checkout that another session writes in needs --shared", async () => {
    const desk = new Desk();
    await desk.doAs(A, "plan", "new", "One");
    const { code, err } = await desk.run(["plan", "new", "Two"], { session: B });
    expect([code, err]).toEqual([2, expect.stringContaining("--shared")]);
    expect(desk.has(".planning", "two")).toBe(false);
    await desk.doAs(B, "plan", "new", "Two", "--shared");
  });

  test("a wrong name lists near ones, and an archived plan has to be reopened", async () => {
    const desk = await withTwo();
    expect((await desk.run(["plan", "switch", "ones"])).err).toContain("Did you mean one?");
    await desk.do("plan", "abort", "one", "--why", "x");
    await desk.do("plan", "archive", "one");
    const { code, err } = await desk.run(["plan", "switch", "one"]);
    expect([code, err]).toEqual([1, expect.stringContaining("plan reopen")]);
  });
});

describe("plan edit", () => {
  test("adds to lists and takes out by number and by text", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "X", "--accept", "a", "--accept", "b", "--accept", "c", "--question", "why?");
    await desk.do(
      "plan",
      "edit",
      "--drop-accept",
      "1",
      "--drop-accept",
      "c",
      "--accept",
      "d",
      "--drop-question",
      "why?",
    );
    expect(await view(desk)).toMatchObject({ brief: { acceptance: ["b", "d"], openQuestions: [] } });
  });

  test("an item that reads like a number is taken by its text first", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "X", "--accept", "zero", "--accept", "1");
    await desk.do("plan", "edit", "--drop-accept", "1");
    expect((await view(desk)).brief.acceptance).toEqual(["zero"]);
  });

  test("an item or phase that is not there changes nothing", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "X", "--accept", "a");
    const { code, err } = await desk.run(["plan", "edit", "--title", "Y", "--drop-accept", "2"]);
    expect([code, err]).toEqual([3, expect.stringContaining("a list of 1")]);
    const phase = await desk.run(["plan", "edit", "--title", "Y", "--phase", "verfy"]);
    expect([phase.code, phase.err]).toEqual([3, expect.stringContaining("verify")]);
    expect(await view(desk)).toMatchObject({ title: "X", revision: 1 });
  });

  test("moves the phase, and changes title and settings", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "X");
    expect(await desk.do("plan", "edit", "--phase", "execute", "--title", "Y", "--lease", "1h")).toContain(
      "phase execute",
    );
    expect(await view(desk)).toMatchObject({ phase: "execute", title: "Y", leaseMs: 3_600_000, slug: "x" });
  });

  test("nothing to change is a mistake; what is so already is advice", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "X");
    expect((await desk.run(["plan", "edit"])).code).toBe(2);
    expect(await desk.do("plan", "edit", "--phase", "clarify")).toContain("in clarify already");
    expect(await desk.json("plan", "edit", "--phase", "clarify")).toMatchObject({
      record: null,
      advice: expect.stringContaining("already"),
    });
  });
});

describe("plan phase", () => {
  test("says what ends a phase, and one that is blocked keeps the plan open until it goes on", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "X");
    const ends = ["--done-when", "the bench is green", "--done-when", "docs are read"];
    expect(await desk.do("plan", "phase", "verify", "--title", "Check", ...ends, "--status", "blocked")).toBe(
      "phase verify (Check): blocked; done when the bench is green; docs are read\n",
    );
    expect(desk.read(".planning/x/task_plan.md")).toContain("- **Check**: blocked\n  - the bench is green\n");
    const { code, err } = await desk.run(["plan", "done"]);
    expect([code, err]).toEqual([1, expect.stringContaining("holdfast plan phase verify --status in_progress")]);
    expect(await desk.json("plan", "phase", "verify", "--status", "pending", "--clear")).toMatchObject({
      phase: { id: "verify", title: "Check", status: "pending", doneWhen: [] },
    });
    expect((await desk.run(["plan", "done"])).err).not.toContain("phase verify");
  });

  test("changes nothing where the phase is not there, or nothing is said about it", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "X");
    const wrong = await desk.run(["plan", "phase", "verfy", "--status", "blocked"]);
    expect([wrong.code, wrong.err]).toEqual([3, expect.stringContaining("Did you mean verify?")]);
    expect((await desk.run(["plan", "phase", "verify"])).code).toBe(2);
    expect((await desk.run(["plan", "phase", "verify", "--clear", "--done-when", "x"])).code).toBe(2);
    expect((await view(desk)).revision).toBe(1);
  });
});

describe("plan repos", () => {
  async function withRepositories(): Promise<Desk> {
    const root = tempDir();
    for (const name of ["api", "web"]) makeRepository(join(root, name));
    const desk = new Desk(root);
    await desk.do("init");
    return desk;
  }

  test("a repository by itself is in scope under its folder's name", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "X", "--repo", "repo");
    expect(await desk.json("plan", "repos")).toMatchObject({ repos: ["repo"], primary: "repo" });
    expect(await desk.do("plan", "repos", "--clear")).toBe("all repositories of the workspace\nrepo: safe_shared\n");
  });

  test("the primary one stands first, whatever the order", async () => {
    const desk = await withRepositories();
    await desk.do("repo", "add", "api");
    await desk.do("repo", "add", "web");
    await desk.do("plan", "new", "X", "--repo", "api");
    expect(await desk.do("plan", "repos", "api", "web", "--primary", "web")).toBe(
      "web (primary): safe_shared\napi: safe_shared\n",
    );
    expect(await desk.json("plan", "repos", "--primary", "api")).toMatchObject({ repos: ["api", "web"] });
  });

  test("each tells how it stands to other plans, with a command that really keeps them apart", async () => {
    const desk = await withRepositories();
    for (const name of ["api", "web"]) await desk.do("repo", "add", name);
    await desk.doAs(A, "plan", "new", "Alpha", "--repo", "api");
    await desk.doAs(B, "plan", "new", "Beta", "--repo", "web");
    const command = "holdfast worktree prepare --plan beta --repo api";
    const lines = `web (primary): safe_shared\napi: needs_worktree (alpha is written there)\n  ${command}\n`;
    expect(await desk.doAs(B, "plan", "repos", "web", "api")).toBe(lines);
    expect(await desk.doAs(B, "plan", "repos")).toBe(lines);
    expect(JSON.parse(await desk.doAs(B, "plan", "repos", "--json"))).toMatchObject({
      isolation: [
        { repo: "web", isolation: "safe_shared", conflictsWith: [] },
        { repo: "api", isolation: "needs_worktree", conflictsWith: ["alpha"], command },
      ],
    });
    await desk.doAs(B, ...command.split(" ").slice(1));
    const after = JSON.parse(await desk.doAs(B, "plan", "repos", "web", "api", "--primary", "api", "--json")) as object;
    expect(after).toMatchObject({ isolation: [{ repo: "api", isolation: "already_isolated" }, { repo: "web" }] });
  });

  test("an unknown one is refused", async () => {
    const desk = await withRepositories();
    await desk.do("plan", "new", "X");
    expect((await desk.run(["plan", "repos", "api"])).code).toBe(3);
    expect((await desk.run(["plan", "repos", "--clear", "api"])).code).toBe(2);
  });
});

describe("the life of a plan", () => {
  test("pause lets its sessions go and keeps the next action; resume takes the only paused plan", async () => {
    const desk = new Desk();
    await desk.doAs(A, "plan", "new", "One");
    await desk.doAs(A, "next", "go on here");
    await desk.doAs(A, "plan", "pause", "--note", "lunch");
    expect((await rowsOf(desk))[0]).toMatchObject({ status: "paused" });
    expect((await rowsOf(desk))[0]).not.toHaveProperty("writer");
    await desk.doAs(B, "plan", "new", "Two");
    expect(await desk.doAs(B, "plan", "resume")).toContain("one is active again");
    expect(await desk.doAs(B, "next")).toBe("go on here\n");
  });

  test("resume asks which one where several are paused, and says so where none is", async () => {
    const desk = new Desk();
    const none = await desk.run(["plan", "resume"]);
    expect(none.code).toBe(3);
    for (const title of ["One", "Two"]) {
      await desk.do("plan", "new", title);
      await desk.do("plan", "pause");
    }
    const closed = await desk.run(["status"]);
    expect([closed.code, closed.err]).toEqual([3, expect.stringContaining("two is paused: holdfast plan resume two")]);
    const several = await desk.run(["plan", "resume"]);
    expect([several.code, several.err]).toEqual([2, expect.stringMatching(/two, one|one, two/)]);
    await desk.do("plan", "resume", "one");
    expect(await desk.do("plan", "show", "--field", "slug")).toBe("one\n");
  });

  test("a blocked plan names its blocker and is resumed as the plan in hand", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "One");
    const bare = await desk.run(["plan", "block", "--tried", "x", "--why", " ", "--resolve", "z"]);
    expect(bare.code).not.toBe(0);
    await desk.do("plan", "block", "--tried", "x", "--why", "no access", "--resolve", "a token");
    expect(await desk.do("plan", "show")).toContain("no access → a token");
    await desk.do("plan", "resume");
    await desk.do("plan", "block", "--tried", "x", "--why", "no disk", "--resolve", "a disk");
    expect(await desk.do("plan", "show")).toMatch(/Blockers\n {2}- no disk → a disk\n/);
    await desk.do("plan", "new", "Two");
    await desk.do("plan", "pause", "two");
    await desk.do("plan", "switch", "one");
    expect(await desk.do("plan", "resume")).toContain("one is active again");
  });

  test("done says that it is claimed, and is refused with what is left", async () => {
    const desk = new Desk();
    await desk.run(["plan", "import", "-"], { stdin: '{"title": "T", "tasks": [{"title": "a"}]}' });
    const { code, err } = await desk.run(["plan", "done"]);
    expect([code, err]).toEqual([1, expect.stringContaining("T1 is todo")]);
    await desk.do("task", "start", "T1");
    await desk.do("task", "fail", "T1", "--why", "no");
    await desk.do("lane", "create", "Look");
    const left = (await desk.run(["plan", "done"])).err;
    for (const way of ['task retry T1 --note "…"', 'lane complete look --summary "…"']) expect(left).toContain(way);
    await desk.do("plan", "new", "Easy");
    expect((await desk.run(["plan", "done"])).err).toContain("nothing is to prove easy");
    await easePlan(desk, "easy");
    expect(await desk.do("plan", "done")).toContain("claimed");
    expect(await desk.json("plan", "show", "easy")).toMatchObject({ status: "done", proof: "claimed" });
  });

  test("archive and reopen never touch a plan that was not meant", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "Open");
    await desk.do("plan", "new", "Finished");
    expect((await desk.run(["plan", "archive"])).code).toBe(3);
    await easePlan(desk, "finished");
    await desk.do("plan", "done");
    expect(await desk.do("plan", "archive")).toContain("finished is archived");
    const open = await desk.run(["plan", "archive", "open"]);
    expect(open.code).toBe(1);
    expect(await desk.do("plan", "reopen", "--why", "a bug")).toContain("finished is active again");
    expect(await desk.do("plan", "show", "open", "--field", "status")).toBe("active\n");
  });

  test("work added to a finished plan makes it active again, and says so", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "One");
    await easePlan(desk, "one");
    await desk.do("plan", "done");
    expect(await desk.do("task", "add", "More", "--plan", "one")).toBe(
      "added T1: More (wave 1)\none was done and is active again: T1 was added\n",
    );
    expect(await desk.do("task", "add", "Yet more")).toBe("added T2: Yet more (wave 1)\n");
    await desk.do("task", "drop", "T1");
    await desk.do("task", "drop", "T2");
    await desk.do("plan", "done");
    const advice = "one was done and is active again: an acceptance criterion was added";
    expect(await desk.json("plan", "edit", "--accept", "fast", "--plan", "one")).toMatchObject({ advice });
  });

  test("a step that a plan cannot take from where it stands says what comes first", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "One");
    await desk.do("task", "add", "Work");
    expect((await desk.run(["plan", "archive", "one"])).err).toContain(
      "hint: holdfast plan done one, or holdfast plan abort",
    );
    expect((await desk.run(["plan", "reopen", "one", "--why", "x"])).err).toContain("hint: holdfast plan switch one");
    await desk.do("plan", "block", "--tried", "x", "--why", "y", "--resolve", "z");
    expect((await desk.run(["plan", "reopen", "one", "--why", "x"])).err).toContain("hint: holdfast plan resume one");
    expect((await desk.run(["plan", "done"])).err).toContain("hint: holdfast plan resume one");
    expect((await desk.run(["task", "claim", "T1"])).err).toContain("hint: holdfast plan resume one");
    await desk.do("plan", "abort", "--why", "moot");
    expect((await desk.run(["task", "add", "x", "--plan", "one"])).err).toContain("hint: holdfast plan reopen one");
  });

  test("abort takes a reason", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "One");
    expect((await desk.run(["plan", "abort"])).code).toBe(2);
    expect(await desk.json("plan", "abort", "--why", "moot")).toMatchObject({ plan: "one", status: "aborted" });
  });

  test("a renamed plan is found by both names, and its folder stays", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "One");
    await desk.do("plan", "new", "Two");
    await desk.do("plan", "rename", "uno", "--plan", "one");
    expect(await desk.do("plan", "show", "uno", "--field", "slug")).toBe("one\n");
    expect(desk.has(".planning", "one")).toBe(true);
    expect((await desk.run(["plan", "rename", "two", "--plan", "one"])).code).toBe(1);
    for (const own of ["one", "uno"]) {
      const again = await desk.run(["plan", "rename", own, "--plan", "one"]);
      expect([again.code, again.err]).toEqual([1, expect.stringContaining(`one goes by ${own} already`)]);
    }
    expect((await desk.run(["plan", "rename", "../x", "--plan", "one"])).code).toBe(2);
  });

  test("a default plan that was put away is not written to by mistake", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "One");
    await desk.do("plan", "pause");
    expect((await desk.run(["next", "x"])).code).toBe(3);
  });
});

describe("plan import", () => {
  const YAML = `title: Billing
type: design
lease: 30m
brief:
  goal: be paid
  acceptance: [invoices go out]
tasks:
  - id: send
    title: Send
    parents: [build]
    estimate: 3
  - id: build
    title: Build
    steps: [one, two]
`;

  const importText = (desk: Desk, text: string, file = "plan.yaml", ...more: readonly string[]) => {
    writeFiles(desk.root, { [file]: text });
    return desk.run(["plan", "import", file, "--allow-dirty", ...more]);
  };

  test("makes brief and tasks in one record, and keeps fields of tasks that it does not know", async () => {
    const desk = new Desk();
    const { code, out, err } = await importText(desk, YAML);
    expect([code, out]).toEqual([0, expect.stringContaining("began billing: Billing, 2 tasks")]);
    expect(err).toContain("tasks[0].estimate");
    expect(await view(desk)).toMatchObject({
      type: "design",
      leaseMs: 1_800_000,
      revision: 1,
      brief: { goal: "be paid" },
    });
    const state = JSON.parse(desk.read(".planning", "billing", "state.json")) as { tasks: readonly { id: string }[] };
    expect(state.tasks.find(({ id }) => id === "send")).toMatchObject({ parents: ["build"], extra: { estimate: 3 } });
  });

  test("takes JSON from standard input, under another name", async () => {
    const desk = new Desk();
    const text = JSON.stringify({ title: "Billing", tasks: [{ title: "One" }] });
    const { code } = await desk.run(["plan", "import", "-", "--slug", "pay"], { stdin: text });
    expect(code).toBe(0);
    expect(await view(desk)).toMatchObject({ slug: "pay", tasks: { todo: 1 } });
  });

  test("names every error with its place and line, and makes nothing", async () => {
    const desk = new Desk();
    const text = YAML.replace("parents: [build]", "parents: [bild, nobody]").replace("lease: 30m", "lease: soon");
    const first = await importText(desk, text);
    expect([first.code, first.err]).toEqual([2, expect.stringContaining("lease (plan.yaml:3)")]);
    const second = await importText(desk, text.replace("lease: soon\n", ""));
    expect(second.code).toBe(2);
    expect(second.err).toContain("tasks[0].parents[0] (plan.yaml:9)");
    expect(second.err).toContain("did you mean build");
    expect(second.err).toContain("tasks[0].parents[1] (plan.yaml:9)");
    expect(desk.has(".planning", "billing")).toBe(false);
  });

  test("a plan from elsewhere is told what there is for what it says in its own way", async () => {
    const desk = new Desk();
    const { code, err } = await importText(desk, YAML.replace("title: Billing", "title: Billing\nowner: ada\nbrif: x"));
    expect(code).toBe(2);
    expect(err).toMatch(/there is no field "owner" here.*hint: one of .*title.*tasks/);
    expect(err).toMatch(/there is no field "brif" here.*hint: did you mean brief\?/);
    const earned = await importText(desk, YAML.replace("steps: [one, two]", "status: done"));
    expect(earned.code).toBe(2);
    expect(earned.err).toMatch(/a new task is todo.*hint: leave the status out; holdfast task claim, then done/);
    expect((await importText(desk, YAML.replace("steps: [one, two]", "status: todo"))).code).toBe(0);
  });

  test("a cycle is refused with the way round", async () => {
    const desk = new Desk();
    const { code, err } = await importText(desk, YAML.replace("steps: [one, two]", "parents: [send]"));
    expect(code).toBe(2);
    expect(err).toMatch(/send.*build|build.*send/);
    expect(desk.has(".planning", "billing")).toBe(false);
  });

  test("a document that is wrong stashes nothing", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "Before");
    writeFiles(desk.root, { "a.txt": "changed\n", "plan.yaml": YAML.replace("[build]", "[nobody]") });
    expect((await desk.run(["plan", "import", "plan.yaml", "--stash"])).code).not.toBe(0);
    expect(desk.read("a.txt")).toBe("changed\n");
    expect(runGit(desk.root, "stash", "list")).toBe("");
  });

  test("YAML that would grow without bounds is refused", async () => {
    const desk = new Desk();
    const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]"];
    for (let at = 1; at < 9; at += 1) {
      const [name, before] = [String.fromCodePoint(97 + at), String.fromCodePoint(96 + at)];
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(",")}]`);
    }
    const { code, err } = await importText(desk, `title: X\n${bomb.join("\n")}\n`);
    expect([code, err]).toEqual([2, expect.stringMatching(/alias/i)]);
  });

  test.each([
    ["nothing", ""],
    ["a list", "[1]"],
    ["no title", "{}"],
    ["broken JSON", '{"title": '],
  ])("a document with %s is wrong usage", async (_what, text) => {
    const { code } = await importText(new Desk(), text, "plan.json");
    expect(code).toBe(2);
  });

  test("a file that is not there is not found", async () => {
    expect((await new Desk().run(["plan", "import", "nope.yaml"])).code).toBe(3);
  });
});

describe("render", () => {
  test("writes everything again, outputs and archives too, and leaves notes.md alone", async () => {
    const desk = new Desk();
    const tasks = JSON.stringify({ title: "T", tasks: [{ title: "a" }] });
    await desk.run(["plan", "import", "-"], { stdin: tasks });
    await desk.do("task", "claim", "T1");
    const dir = [".planning", "t"] as const;
    for (const text of ["first", "second"]) {
      const { code } = await desk.run(["task", "output", "T1", "out.md", "--file", "-"], { stdin: text });
      expect(code).toBe(0);
    }
    writeFiles(desk.path(...dir), { "notes.md": "mine\n" });
    const plan = desk.read(...dir, "task_plan.md");
    // The snapshot that is left knows nothing of what a task handed on: only the journal does.
    for (const gone of [
      ["tasks", "task_plan.md"],
      ["tasks", "state.json", "head.json"],
    ]) {
      for (const name of gone) rmSync(desk.path(...dir, name), { recursive: true });
      expect(await desk.json("render")).toMatchObject({ plans: [{ plan: "t", edited: [] }] });
      expect(desk.has(...dir, "tasks", "T1", "out.md")).toBe(true);
    }
    expect(desk.read(...dir, "tasks", "T1", "out.md")).toBe("second");
    expect(desk.read(...dir, "task_plan.md")).toBe(plan);
    expect(desk.read(...dir, "notes.md")).toBe("mine\n");
    expect(desk.has(...dir, "state.json")).toBe(true);
    expect(await desk.json("render")).toMatchObject({ plans: [{ edited: [] }] });
  });

  test("brings back archives of old notes, and refuses where the journal has lost records", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "X");
    await noteMany(desk, "x", 430);
    const archive = desk.path(".planning", "x", "archive");
    const texts = readdirSync(archive).map((name) => desk.read(".planning", "x", "archive", name));
    rmSync(archive, { recursive: true });
    await desk.do("render");
    expect(readdirSync(archive).map((name) => desk.read(".planning", "x", "archive", name))).toEqual(texts);

    const [name = ""] = readdirSync(desk.path(".planning", "x", "journal"));
    const journal = desk.path(".planning", "x", "journal", name);
    const [first = ""] = desk
      .read(".planning", "x", "journal", name)
      .split("\n")
      .filter((line) => line !== "");
    // In place, so that the second name has lost it too.
    writeFileSync(journal, `\n${first}\n`);
    const before = desk.read(".planning", "x", "state.json");
    const { code, err } = await desk.run(["render"]);
    expect([code, err]).toEqual([4, expect.stringContaining("journal rescue")]);
    expect(desk.read(".planning", "x", "state.json")).toBe(before);
  });

  test("a file that was edited by hand is saved beside, and said", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "X");
    writeFiles(desk.path(".planning", "x"), { "progress.md": "my own words\n" });
    const { code, err } = await desk.run(["render"]);
    expect([code, err]).toEqual([0, expect.stringMatching(/progress\.md was edited by hand.*progress\.edited-/)]);
  });

  test("--all renders every plan, and one that is named beside it is a mistake", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "One");
    await desk.do("plan", "new", "Two");
    expect((await desk.json<{ plans: readonly unknown[] }>("render", "--all")).plans).toHaveLength(2);
    expect((await desk.run(["render", "--all", "--plan", "one"])).code).toBe(2);
    expect((await new Desk().run(["render"])).code).toBe(3);
  });
});
