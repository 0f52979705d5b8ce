import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { runGit, tempDir, writeFiles } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";

const A = "test:a";
let desk: Desk;

/** T1 is proven by a file that says so; it does not yet. */
beforeEach(async () => {
  desk = new Desk();
  writeFiles(desk.root, { "answer.txt": "41\n" });
  runGit(desk.root, "add", "-A");
  runGit(desk.root, "commit", "-qm", "answer");
  await makePlan("One");
});

async function makePlan(title: string): Promise<void> {
  await desk.do("plan", "new", title, "--allow-dirty");
  await desk.do("task", "add", "Find the answer");
  await desk.do("check", "add", "answer", "--kind", "command", "--task", "T1", "--", "grep", "-q", "42", "answer.txt");
  await desk.do("task", "claim", "T1", "--session", A);
}

const right = (text = "42\n"): void => writeFileSync(desk.path("answer.txt"), text);
const done = (...more: readonly string[]) => desk.run(["task", "done", "T1", ...more], { session: A });
const statusOf = async (): Promise<string> =>
  (await desk.json<{ task: { status: string } }>("task", "show", "T1")).task.status;

test("one that uses what was seen in another plan has nothing of it in this one", async () => {
  right();
  await desk.do("verify", "--plan", "one");
  await makePlan("Two");
  const { code, err } = await done("--plan", "two");
  expect(code).toBe(1);
  expect(err).toContain("answer: has not run");
});

test("one that uses what was seen in another worktree is judged on its own", async () => {
  const other = join(tempDir(), "other");
  runGit(desk.root, "worktree", "add", "-q", "--detach", other);
  writeFileSync(join(other, "answer.txt"), "42\n");
  const seen = await desk.run(["verify", "--plan", "one"], { cwd: other });
  expect([0, 1]).toContain(seen.code);
  const { code } = await done();
  expect(code).toBe(1);
  expect(await statusOf()).toBe("in_progress");
});

test("one that names an old attempt's fence is refused", async () => {
  const { fence } = (await desk.json<{ task: { claim: { fence: string } } }>("task", "show", "T1")).task.claim;
  await desk.do("task", "fail", "T1", "--why", "no", "--session", A);
  await desk.do("task", "retry", "T1", "--note", "again");
  await desk.do("task", "claim", "T1", "--session", "test:b");
  right();
  await desk.do("verify");
  const { code, err } = await done("--fence", fence);
  expect(code).toBe(1);
  expect(err).toContain("not the current attempt");
});

test("one that races the gate with an edit is done on what was proven, or not at all", async () => {
  right();
  await desk.do("verify");
  const over = new AbortController();
  const race = (async () => {
    for (let n = 0; !over.signal.aborted; n += 1) {
      right(n % 2 === 0 ? "41\n" : "42\n");
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const tries = [];
  for (let n = 0; n < 5; n += 1) tries.push((await done()).code);
  over.abort();
  await race;
  right("41\n");
  const { items } = await desk.json<{ items: readonly { last: { tree: string; outcome: string } }[] }>("check", "list");
  const records = (await desk.do("journal", "show", "--json")).split("\n");
  const trees = records.flatMap((line) =>
    line.includes('"task.done"') ? [/"answer":\s*"([0-9a-f]+)"/.exec(line)?.[1]] : [],
  );
  for (const tree of trees) expect(tree).toBe(items[0]!.last.tree);
  expect(trees.length).toBeLessThanOrEqual(1);
});

test("one that runs a part of the tests, or others, has run no check", async () => {
  desk = new Desk();
  const failing = 'require("node:test").test("adds", () => require("node:assert").equal(1, 2));';
  writeFiles(desk.root, { "sum.test.js": failing, "other.test.js": 'require("node:test").test("is", () => {});' });
  await desk.do("plan", "new", "Sums");
  await desk.do("task", "add", "Add");
  await desk.do("check", "add", "unit", "--kind", "test", "--task", "T1", "--", "node", "--test");
  await desk.do("task", "claim", "T1", "--session", A);
  await desk.do("check", "add", "mine", "--kind", "test", "--", "node", "--test", "other.test.js");
  await desk.do("verify", "--check", "mine");
  expect((await done()).err).toContain("unit: has not run");
  await desk.run(["verify", "--check", "unit"]);
  expect((await done()).err).toContain("unit: failed");
});

test("one that commits a forged evidence file changes the tree and proves nothing", async () => {
  mkdirSync(desk.path(".planning", "one", "evidence"), { recursive: true });
  writeFileSync(desk.path(".planning", "one", "evidence", "forged.log"), "$ grep\nexit 0\n");
  runGit(desk.root, "add", "-f", ".planning/one/evidence/forged.log");
  runGit(desk.root, "commit", "-qm", "evidence");
  expect((await done()).err).toContain("answer: has not run");
  expect((await desk.run(["verify"])).code).toBe(1);
});
