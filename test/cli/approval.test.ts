import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runGit, writeFiles } from "../../src/workspace/git-fixture.ts";
import { runCli } from "../kit/cli.ts";
import { Desk } from "../kit/desk.ts";
import { buildProgram } from "../kit/program.ts";
import { hasTerminal, typeAtTerminal } from "../kit/terminal.ts";

let program: string;
beforeAll(async () => {
  program = (await buildProgram("src/cli/holdfast.ts")).path;
});

const PASSING = 'require("node:test").test("adds", () => require("node:assert").equal(1 + 1, 2));';
const BROKEN = 'require("node:test").test("adds", () => require("node:assert").equal(1 + 1, 3));';

/** Both find the same programs. */
class WithPath extends Desk {
  override env(session?: string): Readonly<Record<string, string>> {
    return { ...super.env(session), PATH: process.env["PATH"] ?? "" };
  }
}

let desk: Desk;
beforeEach(async () => {
  desk = new WithPath();
  writeFiles(desk.root, {
    ".gitignore": "node_modules\n",
    "package.json": JSON.stringify({ scripts: { test: "node --test" } }),
    "sum.test.js": PASSING,
  });
  runGit(desk.root, "add", "-A");
  runGit(desk.root, "commit", "-qm", "sum");
  await desk.do("plan", "new", "Sums", "--slug", "sums");
  await desk.do("task", "add", "Add");
  await desk.do("check", "add", "unit", "--kind", "test", "--task", "T1", "--", "npm", "test");
});

/** What a person types in a terminal of their own. */
const asPerson = (...words: readonly string[]): Promise<string> =>
  typeAtTerminal([process.execPath, program, ...words], { cwd: desk.root, env: desk.env() });

async function work(): Promise<void> {
  await desk.do("task", "claim", "T1", "--session", "test:a");
  await desk.do("task", "implemented", "T1", "--session", "test:a");
}
const done = () => desk.run(["task", "done", "T1"], { session: "test:a" });

describe.runIf(hasTerminal)("once a person has approved the plan", () => {
  beforeEach(async () => {
    expect(await asPerson("plan", "approve")).toContain("sums is approved, with its checks:");
  });

  test("work whose tests pass goes to done without an argument", async () => {
    await work();
    await desk.do("verify");
    expect(await done()).toMatchObject({ code: 0, err: "" });
  });

  test("an agent that stubs the package's script proves nothing, until a person accepts that", async () => {
    writeFileSync(desk.path("package.json"), JSON.stringify({ scripts: { test: "node --test --test-reporter=spec" } }));
    await work();
    await desk.do("verify");
    const refused = await done();
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("what it ran is not what a person approved: script test");
    expect(refused.err).toContain("a person runs: holdfast check accept unit");
    expect((await desk.run(["check", "accept", "unit"])).code).toBe(1);
    expect(await desk.do("status")).toContain("unit ran something else than was approved: script test");
    expect(await asPerson("check", "accept", "unit")).toContain("accepted: unit");
    expect(await done()).toMatchObject({ code: 0, err: "" });
  });

  test("an agent that puts a program of its own before the real one proves nothing", async () => {
    writeFileSync(desk.path("sum.test.js"), BROKEN);
    const bin = join(desk.home, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "npm"), "#!/bin/sh\necho 'ℹ tests 1'; echo 'ℹ pass 1'; echo 'ℹ fail 0'\n");
    chmodSync(join(bin, "npm"), 0o755);
    await work();
    const env = { ...desk.env("test:a"), PATH: `${bin}:${process.env["PATH"] ?? ""}` };
    await runCli(["verify"], { cwd: desk.root, env });
    const row = await desk.json<{ check: { standing: string } }>("check", "show", "unit");
    expect(row.check.standing).not.toBe("passed");
    expect((await done()).code).toBe(1);
  });

  test("a weaker form is a proposal, which an agent cannot accept", async () => {
    const { out, err } = await desk.run(["check", "edit", "unit", "--kind", "command", "--", "true"]);
    expect(out + err).toContain("a person says holdfast check accept unit");
    expect(await desk.do("check", "show", "unit")).toMatch(/\(test\): npm test[^]*proposed/);
    expect((await desk.run(["check", "accept", "unit"])).code).toBe(1);
    await desk.do("check", "drop", "unit");
    expect(await desk.do("status")).toContain("unit: that it is dropped is proposed");
    expect(await asPerson("check", "reject", "unit", "--why", "no")).toContain("stays as it was approved");
    expect(await desk.do("check", "list")).toContain("unit");
  });
});

test("no agent approves a plan, through a shell or a terminal that it opens", async () => {
  expect((await desk.run(["plan", "approve"])).err).toContain("takes a person");
  expect((await desk.run(["plan", "approve"], { tty: true, session: "claude:x" })).code).toBe(1);
  expect(await desk.json("check", "show", "unit")).not.toHaveProperty(["check", "approved"]);
});
