import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runGit, writeFiles } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";
import { HookDesk } from "../kit/hooks.ts";
import { buildProgram } from "../kit/program.ts";
import { hasTerminal, typeAtTerminal } from "../kit/terminal.ts";

const PLAN = ".planning/sums";
const HEAD = 'const test = require("node:test");\nconst assert = require("node:assert");\n';
const testOf = (name: string, body = "assert.equal(1 + 1, 2)"): string => `test("${name}", () => { ${body}; });\n`;
const REPORTER = ["--test-reporter=junit", "--test-reporter-destination=out.xml"];

let desk: Desk;
beforeEach(async () => {
  desk = new Desk();
  write("sum.test.js", HEAD + testOf("adds") + testOf("adds more"));
  runGit(desk.root, "add", "-A");
  runGit(desk.root, "commit", "-qm", "sums");
  await desk.do("plan", "new", "Sums", "--slug", "sums");
  await desk.do("task", "add", "Subtract", "--new-tests");
  await desk.do("task", "add", "Tidy up");
  const command = ["--report", "junit:out.xml", "--", "node", "--test", ...REPORTER];
  await desk.do("check", "add", "unit", "--kind", "test", "--task", "T1", "--task", "T2", ...command);
});

const write = (file: string, text: string): void => writeFiles(desk.root, { [file]: text });
const append = (text: string): void => write("sum.test.js", desk.read("sum.test.js") + text);
const claim = (id = "T1", session = "test:a") => desk.doAs(session, "task", "claim", id);
const finish = async (id = "T1", session = "test:a") => {
  await desk.do("verify", "--task", id);
  return desk.run(["task", "done", id], { session });
};
/** A file that an edit tool of a session writes. */
async function edit(session: string, file: string, text: string): Promise<void> {
  write(file, text);
  const input = { file_path: desk.path(file) };
  await new HookDesk(desk, session).send("PostToolUse.Write", { tool_input: input, tool_use_id: file });
}
const gateOf = async (id = "T1"): Promise<string> => (await desk.run(["gate", "task", id])).out;

describe("a task that has to add tests", () => {
  test("goes to done with one that ran, passed and asserts something; what was there is learned from a checkout of its own", async () => {
    await claim();
    append(testOf("subtracts", "assert.equal(2 - 1, 1)"));
    const branches = runGit(desk.root, "worktree", "list");
    expect(await desk.do("verify")).toContain("unit runs once more, on what its task began on");
    expect(await finish()).toMatchObject({ code: 0 });
    expect(await desk.do("task", "show", "T1")).toContain("adds 1 test that ran: test > subtracts; that they assert");
    expect(await desk.do("check", "show", "unit")).toContain("for T1: 1 test that ran: test > subtracts");
    expect(runGit(desk.root, "worktree", "list")).toBe(branches);
    const { last } = (await desk.json<{ check: { last: object } }>("check", "show", "unit")).check;
    expect(last).toMatchObject({
      compared: { changes: [{ basis: "checkout", added: { count: 1 }, lost: { count: 0 } }] },
    });
  });

  test.each([
    ["adds none", "", "T1 adds no test that ran, passed and asserts something"],
    ["adds an empty one", testOf("subtracts", "0"), "(1 asserting nothing)"],
    ["adds one that only a comment lets assert", testOf("subtracts", "/* assert.ok(1) */"), "(1 asserting nothing)"],
    ["adds only a skipped one", 'test.skip("subtracts", () => { assert.equal(2 - 1, 1); });\n', "T1 adds no test"],
    ["adds only one that is to do", 'test.todo("subtracts", () => { assert.equal(2 - 1, 1); });\n', "T1 adds no test"],
    ["moves one to another file", "moved", "T1 adds no test"],
  ])("and %s is not done", async (_what, text, why) => {
    await claim();
    if (text === "moved") {
      write("sum.test.js", HEAD + testOf("adds"));
      write("more.test.js", HEAD + testOf("adds more"));
    } else append(text);
    const { code, err } = await finish();
    expect(code).toBe(1);
    expect(err).toContain(why);
    expect(err).toContain("holdfast waive new-tests T1");
  });

  test("is told to declare a report where its run names no tests", async () => {
    await desk.do("check", "edit", "unit", "--clear", "report", "--", "node", "--test", "--test-reporter=spec");
    await claim();
    append(testOf("subtracts"));
    expect((await finish()).err).toContain("its report names no tests: let it write one that does");
  });

  test("is judged by its files where no report of what was there can be had", async () => {
    write("dirty.txt", "not in any commit\n");
    await claim();
    append(testOf("divides", "0"));
    expect((await finish()).err).toContain("what its files add asserts nothing");
    append(testOf("subtracts"));
    expect(await finish()).toMatchObject({ code: 0 });
    expect(await desk.do("task", "show", "T1")).toContain("by what its files say");
  });

  test("that is tried again may have added it before: the attempts are one piece of work", async () => {
    await claim();
    append(testOf("subtracts", "assert.equal(2 - 1, 1)"));
    await desk.do("verify", "--task", "T1");
    await desk.doAs("test:a", "task", "fail", "T1", "--why", "not yet");
    await desk.do("task", "retry", "T1", "--note", "again");
    await claim();
    expect(await gateOf()).toContain("none of its runs in this attempt was compared");
    expect(await desk.do("verify", "--task", "T1")).not.toContain("runs once more");
    expect(await gateOf()).toContain("✓ T1 adds 1 test that ran: test > subtracts");
  });

  test("keeps that it has to, unless a person says otherwise", async () => {
    const { code, err } = await desk.run(["task", "edit", "T1", "--clear", "new-tests"]);
    expect(code).not.toBe(0);
    expect(err).toContain("letting T1 pass without new tests takes a person");
    await desk.do("task", "edit", "T2", "--new-tests");
    expect(await desk.do("task", "show", "T2")).toContain("Has to add");
  });

  test("is compared with a run at its base that finds what is installed, and leaves that alone", async () => {
    write(".gitignore", "node_modules\n");
    write("node_modules/two/index.js", "module.exports = 2;");
    write("sum.test.js", `${HEAD}const two = require("two");\n${testOf("adds", "assert.equal(1 + 1, two)")}`);
    runGit(desk.root, "add", "-A");
    runGit(desk.root, "commit", "-qm", "two");
    await claim();
    append(testOf("subtracts", "assert.equal(two - 1, 1)"));
    await desk.do("verify", "--task", "T1");
    const { last } = (await desk.json<{ check: { last: object } }>("check", "show", "unit")).check;
    expect(last).toMatchObject({ compared: { changes: [{ basis: "checkout", added: { count: 1 } }] } });
    expect(desk.has("node_modules/two/index.js")).toBe(true);
  });

  test("has nothing of a sibling's test in the same checkout", async () => {
    await claim("T1", "claude:lead");
    await claim("T2", "claude:else");
    await edit("else", "sibling.test.js", HEAD + testOf("multiplies", "assert.equal(2 * 1, 2)"));
    await desk.do("verify", "--task", "T1");
    expect(await gateOf()).toContain("(1 not of this attempt's own files)");
    await edit("lead", "own.test.js", HEAD + testOf("subtracts", "assert.equal(2 - 1, 1)"));
    await desk.do("verify", "--task", "T1");
    expect(await gateOf()).toContain("✓ T1 adds 1 test that ran: test > subtracts");
  });
});

describe("where the report says in which file a test stands, and how much it asserts", () => {
  const entry = (name: string, file: string, assertions: number): string =>
    `<testcase name="${name}" file="${desk.path(file)}" assertions="${assertions}"/>`;
  const report = (...entries: readonly string[]): void =>
    write(
      "report.js",
      `require("fs").writeFileSync("out.xml", ${JSON.stringify(`<testsuite name="s">${entries.join("")}</testsuite>`)});`,
    );

  test.each([
    ["counts one that asserts and is in an own file", "new.js", 2, "✓ T1 adds 1 test that ran:"],
    ["counts none that asserts nothing", "new.js", 0, "(1 asserting nothing)"],
    ["counts none in a file that the attempt has not changed", "old.js", 2, "(1 not of this attempt's own files)"],
  ])("%s", async (_what, file, assertions, expected) => {
    write("old.js", "");
    report(entry("old", "old.js", 1));
    runGit(desk.root, "add", "-A");
    runGit(desk.root, "commit", "-qm", "a runner");
    await desk.do("check", "edit", "unit", "--", "node", "report.js");
    await desk.do("verify");
    await claim();
    write("new.js", "");
    report(entry("old", "old.js", 1), entry("new", file, assertions));
    await desk.do("verify", "--task", "T1");
    expect(await gateOf()).toContain(expected);
  });
});

describe("a test that ran before", () => {
  /** T2 asks for no new tests; what ran at its base is known. */
  beforeEach(async () => {
    await desk.do("verify");
    await claim("T2");
  });

  test.each([
    ["taken away", HEAD + testOf("adds")],
    ["skipped", HEAD + testOf("adds") + 'test.skip("adds more", () => { assert.equal(1, 2); });\n'],
    ["put aside as to do", HEAD + testOf("adds") + 'test.todo("adds more");\n'],
  ])("and is %s keeps the task from being done until it is back", async (_how, text) => {
    const before = desk.read("sum.test.js");
    write("sum.test.js", text);
    const { code, err } = await finish("T2");
    expect(code).toBe(1);
    expect(err).toContain("unit: of the tests that ran before, 1 is missing or skipped: test > adds more");
    write("sum.test.js", before);
    expect(await finish("T2")).toMatchObject({ code: 0 });
  });

  test("is still missed after many runs, and where the kept names were forged nobody believes them", async () => {
    write("sum.test.js", HEAD + testOf("adds"));
    for (let run = 0; run < 7; run += 1) await desk.do("verify", "--task", "T2");
    expect(await gateOf("T2")).toContain("1 is missing or skipped");
    const folder = desk.path(PLAN, "evidence");
    for (const name of readdirSync(folder).filter((one) => one.endsWith(".tests.json"))) {
      const text = readFileSync(join(folder, name), "utf8");
      writeFileSync(join(folder, name), text.replace("adds more", "adds ever"));
    }
    await desk.do("verify", "--task", "T2", "--base");
    expect(await gateOf("T2")).toContain("1 is missing or skipped: test > adds more");
  });
});

test("with --base, what ran before is learned although nothing asks for new tests", async () => {
  await claim("T2");
  write("sum.test.js", HEAD + testOf("adds"));
  await desk.do("verify", "--task", "T2");
  expect(await gateOf("T2")).not.toContain("missing");
  await desk.do("verify", "--task", "T2", "--base");
  expect(await gateOf("T2")).toContain("1 is missing or skipped: test > adds more");
});

describe.runIf(hasTerminal)("a person", () => {
  let program: string;
  beforeAll(async () => {
    program = (await buildProgram("src/cli/holdfast.ts")).path;
  });
  const asPerson = (...words: readonly string[]): Promise<string> =>
    typeAtTerminal([process.execPath, program, ...words], { cwd: desk.root, env: desk.env() });

  test("lets a task pass without new tests for one of three reasons; an agent does not", async () => {
    await claim();
    await desk.do("verify", "--task", "T1");
    const waive = ["waive", "new-tests", "T1", "--why", "the guide", "--reason", "documentation-only"];
    expect((await desk.run(waive, { session: "test:a" })).code).not.toBe(0);
    expect(await asPerson("waive", "new-tests", "T1", "--why", "it is fine")).toContain("one of three reasons");
    expect(await gateOf()).toContain("✗ T1 adds no test");
    expect(await asPerson(...waive)).toContain("waived: new-tests of T1");
    expect(await gateOf()).toContain("✓ T1 needs no new tests (documentation-only: the guide)");
  });

  test("lets lost tests pass: those that are lost then, and no others later", async () => {
    await desk.do("verify");
    await claim("T2");
    write("sum.test.js", HEAD + testOf("adds"));
    await desk.do("verify", "--task", "T2");
    await asPerson("waive", "lost-tests", "T2", "--why", "said twice");
    expect(await gateOf("T2")).toContain("(waived: said twice)");
    write("sum.test.js", HEAD + testOf("another"));
    await desk.do("verify", "--task", "T2");
    expect(await gateOf("T2")).toContain("✗ unit: of the tests that ran before, 2 are missing or skipped");
  });
});
