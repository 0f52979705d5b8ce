import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runGit, writeFiles } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";

const PLAN = ".planning/prove-it";

/** A plan whose task T1 is proven by a file that says so. */
async function deskWithCheck(...more: readonly string[]): Promise<Desk> {
  const desk = new Desk();
  writeFiles(desk.root, { "answer.txt": "42\n" });
  runGit(desk.root, "add", "-A");
  runGit(desk.root, "commit", "-qm", "answer");
  await desk.do("plan", "new", "Prove it");
  await desk.do("task", "add", "Find the answer");
  await desk.do("task", "add", "Something else");
  await desk.do(
    "check",
    "add",
    "answer",
    "--kind",
    "command",
    "--task",
    "T1",
    ...more,
    "--",
    "grep",
    "-q",
    "42",
    "answer.txt",
  );
  return desk;
}

const refusalOf = async (desk: Desk, ...args: readonly string[]) => {
  const { code, err } = await desk.run(args);
  return { code, err };
};

const statusOf = async (desk: Desk, id = "T1"): Promise<unknown> =>
  (await desk.json<{ task: { status: string; proof?: string } }>("task", "show", id)).task;

async function implement(desk: Desk, id = "T1"): Promise<void> {
  await desk.do("task", "claim", id, "--session", "test:a");
  await desk.do("task", "implemented", id, "--session", "test:a");
}

test("a task that is proven goes to done without an argument", async () => {
  const desk = await deskWithCheck();
  await implement(desk);
  expect(await desk.do("verify", "--task", "T1")).toMatch(/^✓ answer passed \(exit 0, \d+ ms\)\n$/);
  await desk.do("task", "done", "T1");
  expect(await statusOf(desk)).toMatchObject({ status: "done", proof: "executed" });
});

test("what was seen is bound to content: committing it changes nothing, an edit makes it stale", async () => {
  const desk = await deskWithCheck();
  writeFiles(desk.root, { "new.txt": "1\n" });
  await implement(desk);
  await desk.do("verify");
  runGit(desk.root, "add", "-A");
  runGit(desk.root, "commit", "-qm", "more");
  expect(await desk.do("verify", "--only-stale")).toBe("passed on this tree already: answer\n");
  writeFiles(desk.root, { "new.txt": "2\n" });
  const { code, err } = await refusalOf(desk, "task", "done", "T1");
  expect(code).toBe(1);
  expect(err).toContain("T1 is not proven: answer: passed, and what it looks at has changed since");
  expect(err).toContain("holdfast verify --task T1");
  await desk.do("verify", "--only-stale");
  await desk.do("task", "done", "T1");
});

test("only what is in a check's scope makes it stale, and its own outputs do not", async () => {
  const desk = await deskWithCheck("--scope", "answer.txt", "--output", "out");
  await implement(desk);
  await desk.do("verify");
  writeFiles(desk.root, { "other.txt": "1\n", "out/report": "1\n" });
  await desk.do("task", "done", "T1");
});

test("what a check printed is kept, capped and masked, and named where it did not pass", async () => {
  const desk = await deskWithCheck();
  await desk.do(
    "check",
    "edit",
    "answer",
    "--",
    process.execPath,
    "-e",
    'console.log("PASSWORD=hunter2hunter2"); process.exit(3)',
  );
  const { code, out } = await desk.run(["verify"]);
  expect(code).toBe(1);
  expect(out).toMatch(
    /^✗ answer failed \(exit 3 where 0 is wanted, \d+ ms\)\n {2}what it printed: .*evidence.*\.log\n$/,
  );
  const [log = ""] = readdirSync(desk.path(PLAN, "evidence"));
  const text = readFileSync(desk.path(PLAN, "evidence", log), "utf8");
  expect(text).toContain("PASSWORD=[secret]");
  expect(text).not.toContain("hunter2");
});

test("a check finds the caller's environment and its own variables, and nothing of who calls", async () => {
  const desk = await deskWithCheck();
  const script =
    "process.exit(process.env.GIVEN === 'a=b' && process.env.HOME && !Object.keys(process.env).some((name) => name.startsWith('HOLDFAST_')) ? 0 : 1)";
  await desk.do("check", "edit", "answer", "--env", "GIVEN=a=b", "--", process.execPath, "-e", script);
  expect((await desk.run(["verify"], { session: "test:a" })).code).toBe(0);
});

test("what keeps an implemented task from being done is told, with the command that moves it", async () => {
  const desk = await deskWithCheck();
  await implement(desk);
  expect(await desk.do("status")).toContain("implemented; check answer: has not run");
  expect(await desk.do("status")).toContain("→ holdfast verify --task T1");
});

test("checks are listed and shown with what they prove and how they went", async () => {
  const desk = await deskWithCheck();
  await desk.do("verify");
  expect(await desk.do("check", "list")).toMatch(/^✓ answer\s+T1\s+grep -q 42 answer\.txt\n$/);
  expect(await desk.do("check", "show", "answer")).toMatch(/proves\s+T1\n[\s\S]*passed \(exit 0/);
  expect(await desk.json("check", "list")).toMatchObject({
    items: [{ id: "answer", tasks: ["T1"], last: { outcome: "passed" } }],
  });
});

test.each([
  [["check", "add", "x", "--kind", "command"], 2],
  [["check", "add", "x", "--", "true"], 2],
  [["check", "add", "x", "--kind", "command", "--shell", "a", "--", "b"], 2],
  [["check", "add", "x", "--kind", "command", "--env", "1x=2", "--", "true"], 2],
  [["check", "add", "x", "--kind", "command", "--timeout", "soon", "--", "true"], 2],
  [["check", "add", "../x", "--kind", "command", "--", "true"], 2],
  [["check", "add", "x", "--kind", "command", "--task", "T9", "--", "true"], 3],
  [["check", "add", "ANSWER", "--kind", "command", "--", "true"], 1],
  [["check", "edit", "anser", "--exit", "1"], 3],
  [["verify", "--check", "nothing"], 3],
  [["verify", "--task", "T2"], 1],
  [["verify", "--for-plan"], 1],
])("%j ends with %i and changes nothing", async (args, code) => {
  const desk = await deskWithCheck();
  const before = desk.read(PLAN, "state.json");
  expect((await desk.run(args)).code).toBe(code);
  expect(desk.read(PLAN, "state.json")).toBe(before);
});

test("a check cannot leave its repository", async () => {
  const desk = await deskWithCheck();
  await desk.do("check", "edit", "answer", "--dir", "..");
  expect((await refusalOf(desk, "verify")).err).toContain("outside of");
});

test("a plan with checks is done once they passed on the tree as it is", async () => {
  const desk = await deskWithCheck();
  await desk.do("check", "add", "whole", "--kind", "command", "--for-plan", "--", "grep", "-q", "42", "answer.txt");
  await implement(desk);
  await desk.do("verify", "--task", "T1");
  await desk.do("task", "done", "T1");
  await desk.do("task", "drop", "T2");
  const { code, err } = await refusalOf(desk, "plan", "done");
  expect(code).toBe(1);
  expect(err).toContain("whole: has not run");
  await desk.do("verify", "--for-plan");
  expect(await desk.do("plan", "done")).toContain("is done (executed");
});

describe("a check of tests", () => {
  const PASSING = 'require("node:test").test("adds", () => require("node:assert").equal(1 + 1, 2));';
  const FAILING = 'require("node:test").test("adds", () => require("node:assert").equal(1 + 1, 3));';
  const SKIPPED = 'require("node:test").test.skip("adds", () => {});';

  async function deskWithTests(source: string, ...command: readonly string[]): Promise<Desk> {
    const desk = new Desk();
    const scripts = { test: "node --test", echo: "echo '# tests 3 # pass 3 # fail 0'", both: "node --test; echo ok" };
    writeFiles(desk.root, { "package.json": JSON.stringify({ scripts }), "test/add.test.js": source });
    await desk.do("plan", "new", "Prove it");
    const runs = command.length === 0 ? ["npm", "test"] : command;
    await desk.do("check", "add", "unit", "--kind", "test", "--for-plan", "--", ...runs);
    return desk;
  }
  const verify = async (desk: Desk): Promise<string> => (await desk.run(["verify"])).out.split("\n")[0] ?? "";

  test("passes where tests ran and none failed, and says how many", async () => {
    const desk = await deskWithTests(PASSING);
    expect(await verify(desk)).toMatch(/^✓ unit passed \(1 test passed, \d+/);
    expect(await desk.json("check", "show", "unit")).toMatchObject({
      check: { last: { outcome: "passed", exit: 0, tests: { passed: 1, failed: 0, skipped: 0 } } },
    });
  });

  test.each([
    ["a failing test", FAILING, [], /^✗ unit failed/],
    ["only skipped tests", SKIPPED, [], /^✗ unit failed/],
    ["no tests", "", [], /^✗ unit failed/],
    ["a command that only prints like a runner", PASSING, ["npm", "run", "echo"], /^\? unit proves nothing/],
    ["a command whose exit is another's", FAILING, ["npm", "run", "both"], /^\? unit proves nothing/],
  ])("does not pass with %s", async (_what, source, command, expected) => {
    const desk = await deskWithTests(source, ...command);
    expect(await verify(desk)).toMatch(expected);
    expect((await desk.run(["plan", "done"])).code).toBe(1);
  });

  test("does not pass with fewer tests than are wanted", async () => {
    const desk = await deskWithTests(PASSING);
    await desk.do("check", "edit", "unit", "--min-tests", "2");
    expect(await verify(desk)).toMatch(/^✗ unit failed \(1 test passed, and 2 are wanted/);
  });

  test("believes the report that it declares only if this run wrote it", async () => {
    const desk = await deskWithTests(PASSING);
    const report = ["--report", "junit:out.xml"];
    await desk.do(
      "check",
      "edit",
      "unit",
      ...report,
      "--",
      "node",
      "--test",
      "--test-reporter=junit",
      "--test-reporter-destination=out.xml",
    );
    expect(await verify(desk)).toMatch(/^✓ unit passed/);
    await desk.do("check", "edit", "unit", "--", "node", "-e", "0");
    expect(await verify(desk)).toMatch(/^\? unit proves nothing \(the report in out\.xml is not of this run/);
    rmSync(desk.path("out.xml"));
    expect(await verify(desk)).toMatch(/^\? unit proves nothing \(it wrote no report to out\.xml/);
    await desk.do("check", "edit", "unit", "--report", "out.dat");
    expect((await desk.run(["verify"])).err).toContain("--report <format>:<path>");
  });
});

describe("liars", () => {
  test("one that calls it done is asked for what proves it", async () => {
    const desk = await deskWithCheck();
    writeFileSync(desk.path("answer.txt"), "41\n");
    await implement(desk);
    expect((await refusalOf(desk, "task", "done", "T1")).err).toContain("answer: has not run");
    expect((await desk.run(["verify"])).code).toBe(1);
    expect((await refusalOf(desk, "task", "done", "T1")).err).toContain("answer: failed");
  });

  test("one that edits after the pass has nothing in hand", async () => {
    const desk = await deskWithCheck();
    await implement(desk);
    await desk.do("verify");
    writeFileSync(desk.path("answer.txt"), "41\n");
    expect((await refusalOf(desk, "task", "done", "T1")).code).toBe(1);
    expect(await statusOf(desk)).toMatchObject({ status: "implemented" });
  });

  test("one that edits while it runs proves nothing, and the file is named", async () => {
    const desk = await deskWithCheck();
    await desk.do("check", "edit", "answer", "--shell", "grep -q 42 answer.txt && echo 41 > answer.txt");
    const { code, out } = await desk.run(["verify"]);
    expect(code).toBe(1);
    expect(out).toContain("answer proves nothing (files changed while it ran: answer.txt");
  });

  test("one that weakens the check of what it does is refused", async () => {
    const desk = await deskWithCheck();
    await desk.do("task", "claim", "T1", "--session", "test:a");
    for (const args of [
      ["check", "edit", "answer", "--", "true"],
      ["check", "drop", "answer"],
      ["check", "edit", "answer", "--task", "T2"],
    ]) {
      expect((await refusalOf(desk, ...args, "--session", "test:a")).err).toContain("what proves it does not change");
    }
  });

  test("one that weakens it beforehand has to let it run again", async () => {
    const desk = await deskWithCheck();
    await desk.do("verify");
    await desk.do("check", "edit", "answer", "--exit", "1");
    await implement(desk);
    expect((await refusalOf(desk, "task", "done", "T1")).err).toContain("answer: has not run");
  });

  test("one that uses what another task's check saw is refused", async () => {
    const desk = await deskWithCheck();
    await desk.do("check", "add", "other", "--kind", "command", "--task", "T2", "--", "true");
    await desk.do("verify");
    writeFileSync(desk.path("answer.txt"), "41\n");
    await desk.do("verify", "--check", "other");
    await implement(desk);
    expect((await refusalOf(desk, "task", "done", "T1")).err).toContain("has changed since");
  });

  test("one that writes evidence by hand writes a file that nobody reads", async () => {
    const desk = await deskWithCheck();
    await implement(desk);
    writeFiles(desk.root, { [`${PLAN}/evidence/forged.log`]: "$ grep\nexit 0\n" });
    expect((await refusalOf(desk, "task", "done", "T1")).err).toContain("has not run");
  });

  test("one that writes state.json by hand is not believed", async () => {
    const desk = await deskWithCheck();
    await implement(desk);
    const state = JSON.parse(desk.read(PLAN, "state.json"));
    state.tasks[0] = { ...state.tasks[0], status: "done", proof: "executed" };
    writeFileSync(desk.path(PLAN, "state.json"), JSON.stringify(state));
    expect(await statusOf(desk)).toMatchObject({ status: "implemented" });
  });

  test("one that hides what matters among Holdfast's own files changes the tree all the same", async () => {
    const desk = await deskWithCheck();
    writeFiles(desk.root, { ".planning/prove-it/hidden.js": "1\n" });
    await implement(desk);
    await desk.do("verify");
    writeFiles(desk.root, { ".planning/prove-it/hidden.js": "2\n" });
    expect((await refusalOf(desk, "task", "done", "T1")).err).toContain("has changed since");
  });

  test("one that calls what another check reads outputs of its own hides it from its own check alone", async () => {
    const desk = await deskWithCheck();
    const shell = ["--shell", "echo 41 > answer.txt"];
    await desk.do("check", "add", "own", "--kind", "command", "--task", "T2", "--output", "answer.txt", ...shell);
    await implement(desk);
    await desk.do("verify", "--task", "T1");
    await desk.do("verify", "--check", "own");
    expect((await refusalOf(desk, "task", "done", "T1")).err).toContain("has changed since");
    expect((await desk.run(["verify", "--jobs", "4"])).out).toMatch(/^✓ own passed[\s\S]*^✗ answer failed/m);
  });

  test("one that gives its code a name that is no text is seen", async () => {
    const desk = await deskWithCheck();
    const file = Buffer.concat([Buffer.from(desk.path("src-")), Buffer.from([0xff, 0x2e, 0x6a, 0x73])]);
    writeFileSync(file, "1\n");
    await implement(desk);
    await desk.do("verify");
    writeFileSync(file, "2\n");
    expect((await refusalOf(desk, "task", "done", "T1")).err).toContain("has changed since");
  });

  test("one that tells Git not to look is seen", async () => {
    const desk = await deskWithCheck();
    await implement(desk);
    await desk.do("verify");
    runGit(desk.root, "update-index", "--assume-unchanged", "answer.txt");
    writeFileSync(desk.path("answer.txt"), "41\n");
    expect((await refusalOf(desk, "task", "done", "T1")).err).toContain("has changed since");
  });

  test("one that trusts a check is no person", async () => {
    const desk = await deskWithCheck();
    expect((await refusalOf(desk, "trust", "answer")).code).toBe(0);
    const other = await fromElsewhere(desk);
    const { code, err } = await refusalOf(other, "trust", "answer");
    expect(code).toBe(1);
    expect(err).toContain("person");
    expect((await refusalOf(other, "verify")).err).toContain("nobody has trusted it");
    expect(other.has("ran")).toBe(false);
  });
});

/** A clone to which the plan came by Git. */
async function fromElsewhere(desk: Desk): Promise<Desk> {
  await desk.do("check", "edit", "answer", "--shell", "touch ran");
  await desk.do("init", "--track");
  await desk.do("publish");
  runGit(desk.root, "add", "-A");
  runGit(desk.root, "commit", "-qm", "plans");
  const clone = join(desk.root, "..", "clone");
  runGit(desk.root, "clone", "-q", desk.root, clone);
  return new Desk(clone);
}

test("a check that ran once is not run by looking at it", async () => {
  const desk = await deskWithCheck();
  rmSync(desk.path("answer.txt"));
  await desk.do("status");
  await desk.do("check", "list");
  expect(desk.has(PLAN, "evidence")).toBe(false);
});
