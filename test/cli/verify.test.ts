import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { makeRepository, runGit, tempDir, writeFiles } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";
import { buildProgram } from "../kit/program.ts";
import { hasTerminal, runDetached } from "../kit/terminal.ts";

const NODE = process.execPath;

let program: string;
beforeAll(async () => {
  program = (await buildProgram("src/cli/holdfast.ts")).path;
});

/** A program that says in a file outside of the tree when it begins and ends, and waits for others in between. */
const worker = (log: string, name: string, waitsFor: readonly string[] = [], more = ""): readonly string[] => {
  const script = `
    const fs = require("fs");
    const say = (what) => fs.appendFileSync(${JSON.stringify(log)}, what + " ${name}\\n");
    say("begin");
    ${more}
    const timer = setInterval(() => {
      const said = fs.readFileSync(${JSON.stringify(log)}, "utf8");
      if (!${JSON.stringify(waitsFor)}.every((other) => said.includes("begin " + other + "\\n"))) return;
      clearInterval(timer);
      say("end");
    }, 5);
  `;
  return [NODE, "-e", script];
};

/** A plan with checks of kind command for the whole plan. */
async function deskWith(checks: Readonly<Record<string, readonly string[]>>): Promise<Desk> {
  const desk = new Desk();
  await desk.do("plan", "new", "Prove it");
  for (const [id, words] of Object.entries(checks)) {
    await desk.do("check", "add", id, "--kind", "command", "--timeout", "20s", ...words);
  }
  return desk;
}

const logFile = (): string => {
  const file = join(tempDir(), "log");
  writeFileSync(file, "");
  return file;
};
const linesOf = (file: string): readonly string[] => readFileSync(file, "utf8").trim().split("\n");

/** Each with its end right behind its beginning. */
const isOneByOne = (lines: readonly string[]): boolean =>
  lines.every((line, at) => at % 2 === 0 || line === lines[at - 1]!.replace("begin", "end"));

interface Verified {
  readonly ok: boolean;
  readonly items: readonly { readonly id: string; readonly last: { readonly outcome: string } }[];
  readonly stopped: readonly string[];
}

describe("checks run side by side", () => {
  test("as many as there may be, and are told in the order of the plan", async () => {
    const log = logFile();
    const desk = await deskWith({
      a: ["--", ...worker(log, "a", ["b"])],
      b: ["--", ...worker(log, "b", ["a"])],
    });
    const { code, out } = await desk.run(["verify", "--jobs", "2", "--json"]);
    expect(code).toBe(0);
    expect((JSON.parse(out) as Verified).items.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(await desk.do("verify", "--only-stale")).toBe("passed on this tree already: a, b\n");
  });

  test("one after the other where one job is allowed", async () => {
    const log = logFile();
    const desk = await deskWith({ a: ["--", ...worker(log, "a")], b: ["--", ...worker(log, "b")] });
    await desk.do("verify", "--jobs", "1");
    expect(isOneByOne(linesOf(log))).toBe(true);
  });

  test("exclusive ones run alone and keep their place", async () => {
    const log = logFile();
    const desk = await deskWith({
      a: ["--", ...worker(log, "a")],
      alone: ["--exclusive", "--", ...worker(log, "alone")],
      b: ["--", ...worker(log, "b")],
    });
    await desk.do("verify", "--jobs", "3");
    expect(linesOf(log)).toEqual(["a", "alone", "b"].flatMap((name) => [`begin ${name}`, `end ${name}`]));
  });

  test("one that writes into the tree makes no other void or stale; where Git ignores it nobody waits", async () => {
    const log = logFile();
    const write = (file: string): string => `fs.writeFileSync("${file}", String(process.hrtime.bigint()));`;
    const desk = await deskWith({
      a: ["--", ...worker(log, "a")],
      writer: ["--output", "out.txt", "--", ...worker(log, "writer", [], write("out.txt"))],
    });
    expect((await desk.json<Verified>("verify", "--jobs", "2")).items.map(({ last }) => last.outcome)).toEqual([
      "passed",
      "passed",
    ]);
    expect(linesOf(log)).toEqual(["begin writer", "end writer", "begin a", "end a"]);
    expect(await desk.do("verify", "--only-stale")).toBe("passed on this tree already: a, writer\n");

    const both = logFile();
    writeFiles(desk.root, { ".gitignore": "built/\n" });
    mkdirSync(desk.path("built"));
    await desk.do("check", "edit", "a", "--", ...worker(both, "a", ["writer"]));
    const words = ["--output", "built", "--", ...worker(both, "writer", ["a"], write("built/out.txt"))];
    await desk.do("check", "edit", "writer", ...words);
    await desk.do("verify", "--jobs", "2");
  });

  test("one that cannot be run loses nothing of what the others showed", async () => {
    const desk = await deskWith({
      astray: ["--dir", "..", "--", "true"],
      fine: ["--", "true"],
      missing: ["--", "./there-is-no-such-program"],
    });
    const { code, out, err } = await desk.run(["verify"]);
    expect(code).toBe(1);
    expect(out).toMatch(/^✓ fine passed/m);
    expect(out).toMatch(/^\? missing proves nothing \(it could not be started/m);
    expect(err).toContain("outside of");
    expect(await desk.json("check", "show", "fine")).toMatchObject({ check: { last: { outcome: "passed" } } });
  });

  test("on a terminal each that runs has its line, and all of them go away", async () => {
    const log = logFile();
    const desk = await deskWith({ a: ["--", ...worker(log, "a", ["b"])], b: ["--", ...worker(log, "b", ["a"])] });
    const { err, out } = await desk.run(["verify", "--jobs", "2"], { tty: true });
    expect(err).toMatch(/[ab] \d+ s {2}.*\n[ab] \d+ s {2}/);
    expect(err.endsWith("\u001b[2K")).toBe(true);
    expect(out.match(/ passed /g)).toHaveLength(2);
  });
});

describe("where files change while a check runs", () => {
  const touching = (until: number): readonly string[] => {
    const count = join(tempDir(), "count");
    const script = `
      const fs = require("fs");
      const n = (fs.existsSync("${count}") ? Number(fs.readFileSync("${count}", "utf8")) : 0) + 1;
      fs.writeFileSync("${count}", String(n));
      if (n <= ${until}) fs.writeFileSync("moving.txt", String(n));
    `;
    return ["--", NODE, "-e", script];
  };

  test("it runs once more, and passes where they have come to rest", async () => {
    const desk = await deskWith({ a: touching(1) });
    const out = await desk.do("verify");
    expect(out).toMatch(
      /^\? a proves nothing \(files changed while it ran: moving\.txt, .*\)\n {2}it runs again\n✓ a passed/,
    );
    const { check } = await desk.json<{ check: { evidence: readonly { outcome: string }[] } }>("check", "show", "a");
    expect(check.evidence.map(({ outcome }) => outcome)).toEqual(["void", "passed"]);
  });

  test.each([
    [[], 2],
    [["--retries", "0"], 1],
    [["--retries", "3"], 4],
  ])("with %j it proves nothing after %i runs", async (options, runs) => {
    const desk = await deskWith({ a: touching(9) });
    const { code, out } = await desk.run(["verify", ...options]);
    expect(code).toBe(1);
    expect(out.match(/a proves nothing/g)).toHaveLength(runs);
    expect(out).toMatch(/what it printed/);
  });
});

describe("a check of which several runs decide", () => {
  /** Ends as it is told, run by run: p passes, f fails. */
  const ending = (runs: string): readonly string[] => {
    const count = join(tempDir(), "count");
    const script = `
      const fs = require("fs");
      const n = fs.existsSync("${count}") ? Number(fs.readFileSync("${count}", "utf8")) : 0;
      fs.writeFileSync("${count}", String(n + 1));
      process.exit("${runs}"[n] === "p" ? 0 : 1);
    `;
    return ["--", NODE, "-e", script];
  };

  test.each([
    ["ppf", 0, ["passed", "passed"], false],
    ["fpp", 0, ["failed", "passed", "passed"], true],
    ["pff", 1, ["passed", "failed", "failed"], false],
    ["ffp", 1, ["failed", "failed"], false],
  ])("that ends with %s ends verify with %i, each run recorded", async (runs, code, outcomes, isFlaky) => {
    const desk = await deskWith({ a: ["--passes", "2/3", ...ending(runs)] });
    const verified = await desk.run(["verify"]);
    expect(verified.code).toBe(code);
    expect(verified.out.includes("flaky")).toBe(isFlaky);
    expect((await desk.do("check", "list")).includes("flaky")).toBe(isFlaky);
    const { check } = await desk.json<{ check: { evidence: readonly { outcome: string }[] } }>("check", "show", "a");
    expect(check.evidence.map(({ outcome }) => outcome)).toEqual(outcomes);
  });

  test("is one of a single run again once that is asked for", async () => {
    const desk = await deskWith({ a: ["--passes", "2/3", ...ending("pfp")] });
    await desk.do("check", "edit", "a", "--clear", "passes");
    expect(await desk.do("verify")).toMatch(/^✓ a passed/);
    expect((await desk.run(["check", "edit", "a", "--passes", "two"])).code).toBe(2);
    expect((await desk.run(["check", "edit", "a", "--passes", "3/2"])).code).toBe(2);
  });
});

describe("what is verified", () => {
  test("may be a wave: the checks of its tasks and no others", async () => {
    const desk = await deskWith({ loose: ["--", "true"] });
    await desk.do("task", "add", "First");
    await desk.do("task", "add", "Second", "--parent", "T1");
    await desk.do("check", "add", "one", "--kind", "command", "--task", "T1", "--", "true");
    expect((await desk.json<Verified>("verify", "--wave", "1")).items.map(({ id }) => id)).toEqual(["one"]);
    const unproven = await desk.run(["verify", "--wave", "2"]);
    expect([unproven.code, unproven.err]).toEqual([1, expect.stringContaining("nothing proves the tasks of wave 2")]);
    expect((await desk.run(["verify", "--wave", "3"])).code).toBe(3);
    expect((await desk.run(["verify", "--wave", "0"])).code).toBe(2);
  });
});

describe("where a check runs", () => {
  test("is the worktree in which the attempt at its task is made, whoever asks; behind it the plan's checkout", async () => {
    const desk = await deskWith({});
    await desk.do("task", "add", "Find the answer");
    await desk.do(
      "check",
      "add",
      "answer",
      "--kind",
      "command",
      "--task",
      "T1",
      "--",
      "grep",
      "-q",
      "42",
      "answer.txt",
    );
    writeFiles(desk.root, { "answer.txt": "41\n" });
    runGit(desk.root, "add", "-A");
    runGit(desk.root, "commit", "-qm", "answer");
    const worktree = join(tempDir(), "mine");
    runGit(desk.root, "worktree", "add", "-q", worktree);
    writeFiles(worktree, { "answer.txt": "42\n" });
    const begun = await desk.run(["task", "claim", "T1"], { session: "test:a", cwd: worktree });
    expect(begun.code).toBe(0);
    await desk.do("verify", "--task", "T1");
    await desk.do("task", "done", "T1", "--session", "test:a");
    expect((await desk.run(["verify", "--task", "T1"])).out).toMatch(/^✗ answer failed/);
  });
});

describe("a check that looks at several repositories", () => {
  async function twoRepositories(): Promise<Desk> {
    const root = tempDir();
    for (const name of ["app", "lib"]) makeRepository(join(root, name), { "answer.txt": "42\n" });
    const desk = new Desk(root);
    await desk.do("init");
    await desk.do("repo", "add", "app");
    await desk.do("repo", "add", "lib");
    await desk.do("plan", "new", "Prove it");
    const words = ["--repo", "app", "--with-repo", "lib", "--", "grep", "-q", "42", "../lib/answer.txt"];
    await desk.do("check", "add", "both", "--kind", "command", ...words);
    return desk;
  }

  test("has a digest of each, and is stale once one of them has changed", async () => {
    const desk = await twoRepositories();
    await desk.do("verify");
    const { check } = await desk.json<{ check: { last: { repos: object } } }>("check", "show", "both");
    expect(check.last.repos).toEqual({ app: expect.stringMatching(/^[0-9a-f]{64}$/), lib: expect.any(String) });
    expect(await desk.do("verify", "--only-stale")).toContain("passed on this tree already");
    for (const name of ["app", "lib"]) {
      writeFiles(desk.root, { [`${name}/new.txt`]: "1\n" });
      expect(await desk.do("verify", "--only-stale")).toMatch(/^✓ both passed/);
    }
  });

  test("proves nothing where the other one changes while it runs, and the file is named with its repository", async () => {
    const desk = await twoRepositories();
    await desk.do("check", "edit", "both", "--shell", "date +%N >> ../lib/moved.txt");
    expect((await desk.run(["verify"])).out).toContain("files changed while it ran: lib/moved.txt");
    await desk.do("check", "edit", "both", "--clear", "with-repo");
    expect(await desk.do("verify")).toMatch(/^✓ both passed/);
    await desk.do("check", "edit", "both", "--with-repo", "nowhere");
    expect((await desk.run(["verify"])).code).toBe(3);
  });
});

test("what a run depended on beside the tree is kept with it, and what of that has changed is said; it makes nothing stale", async () => {
  const desk = await deskWith({});
  const stub = (text: string): void => {
    writeFiles(desk.root, { "node_modules/.bin/check-it": `#!/bin/sh\n${text}\n`, "package-lock.json": "{}" });
    chmodSync(desk.path("node_modules/.bin/check-it"), 0o755);
  };
  stub("exit 0");
  writeFiles(desk.root, { ".gitignore": "node_modules\n", "package.json": '{"scripts":{"test":"check-it"}}' });
  await desk.do("check", "add", "a", "--kind", "command", "--", "./node_modules/.bin/check-it");
  await desk.do("verify");
  const show = async () =>
    (
      await desk.json<{ check: { last: Readonly<Record<string, Readonly<Record<string, string>>>> } }>(
        "check",
        "show",
        "a",
      )
    ).check.last;
  const before = await show();
  expect(Object.keys(before["programs"] ?? {})).toEqual(["node_modules/.bin/check-it"]);
  expect(Object.keys(before["lockfiles"] ?? {})).toEqual(["package-lock.json"]);
  stub("true");
  writeFiles(desk.root, { ".git/info/exclude": "*.tmp\n" });
  expect(await desk.do("verify", "--only-stale")).toContain("passed on this tree already");
  await desk.do("verify");
  const after = await show();
  expect([after["tree"], after["lockfiles"]]).toEqual([before["tree"], before["lockfiles"]]);
  expect(after["ignoreRules"]).not.toBe(before["ignoreRules"]);
  expect(await desk.do("check", "show", "a")).toMatch(
    /changed\s+the programs that it runs, the ignore rules, since the run before/,
  );
});

describe("in a clean checkout elsewhere", () => {
  async function publishedDesk(): Promise<{ readonly here: Desk; readonly elsewhere: Desk }> {
    const here = new Desk();
    await here.do("init", "--track");
    await here.do("plan", "new", "Prove it");
    await here.do("check", "add", "answer", "--kind", "command", "--for-plan", "--", "grep", "-q", "42", "answer.txt");
    writeFileSync(here.path("answer.txt"), "42\n");
    await here.do("publish");
    runGit(here.root, "add", "-A");
    runGit(here.root, "commit", "-qm", "answer");
    const root = join(tempDir(), "clone");
    runGit(here.root, "clone", "-q", here.root, root);
    return { here, elsewhere: new Desk(root) };
  }

  /** As a job of CI, which no agent started and at which nobody types. */
  const inCi = (desk: Desk, ...words: readonly string[]): Promise<string> =>
    runDetached([NODE, program, ...words], { cwd: desk.root, env: { ...desk.env(), PATH: process.env["PATH"] ?? "" } });

  test.runIf(hasTerminal)("all checks run for CI, whoever wrote them, and their exit tells", async () => {
    const { elsewhere } = await publishedDesk();
    expect((await elsewhere.run(["verify"])).err).toContain("nobody has trusted it");
    expect(await inCi(elsewhere, "verify", "--foreign")).toMatch(/✓ answer passed[^]*exit 0$/);
    writeFileSync(elsewhere.path("answer.txt"), "41\n");
    expect(await inCi(elsewhere, "verify", "--foreign")).toMatch(/✗ answer failed[^]*exit 1$/);
  });

  test("no agent runs what nobody has trusted", async () => {
    const { elsewhere } = await publishedDesk();
    const { code, err } = await elsewhere.run(["verify", "--foreign"], { session: "claude:x" });
    expect(code).not.toBe(0);
    expect(err).toContain("An agent started this");
    expect((await elsewhere.json<{ items: readonly { last: unknown }[] }>("check", "list")).items[0]?.last).toBeNull();
  });
});
