import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlanCommand } from "../src/plan/commands.ts";
import { publish } from "../src/engine/records/exchange.ts";
import { isInside } from "../src/workspace/contained-path.ts";
import { makeRepository, tempDir } from "../src/workspace/git-fixture.ts";
import { Clone } from "./kit/clone.ts";

const HOUR = 3_600_000;
const add = (id: string, title = id): PlanCommand => ({ type: "add-tasks", tasks: [{ id, title }] });

/** A tracked workspace with a plan `shared` and one task. */
async function makeShared(): Promise<Clone> {
  const clone = new Clone(makeRepository(join(tempDir(), "project")), "claude:a");
  await clone.create({ slug: "shared", title: "A plan that two work on", tasks: [{ id: "T1", title: "first" }] });
  await clone.track();
  await clone.share("share the plan");
  return clone;
}

describe("an untracked workspace", () => {
  async function makePrivate(): Promise<Clone> {
    const clone = new Clone(makeRepository(join(tempDir(), "project")), "claude:a");
    await clone.create({ slug: "shared", title: "A plan of one's own", tasks: [{ id: "T1", title: "first" }] });
    return clone;
  }

  test("Git sees nothing of it", async () => {
    const clone = await makePrivate();
    expect(clone.git("status", "--porcelain", "-uall")).toBe("");
  });

  test("a branch switch, a rebase and a reset change nothing of the plan", async () => {
    const clone = await makePrivate();
    const before = await clone.bytes();
    clone.git("switch", "-q", "-c", "side");
    writeFileSync(join(clone.root, "side.txt"), "side");
    clone.git("add", "side.txt");
    clone.git("commit", "-q", "-m", "side");
    clone.git("rebase", "-q", "main");
    expect(await clone.bytes()).toBe(before);
    clone.git("reset", "-q", "--hard", "main");
    clone.git("switch", "-q", "main");
    expect(await clone.bytes()).toBe(before);
  });

  test("git clean -fdx removes the folder, and the plan comes back with everything that was acknowledged", async () => {
    const clone = await makePrivate();
    await clone.run(add("T2"), { type: "claim-task", id: "T1" });
    const before = await clone.bytes();
    clone.git("clean", "-fdxq");
    expect(existsSync(join(clone.root, ".planning"))).toBe(false);
    expect(await clone.bytes()).toBe(before);
    await clone.run(add("T3"));
    expect(await clone.titles()).toEqual(["T2", "T3", "first"]);
  });

  test("a stash of everything, ignored files too, and its return lose nothing", async () => {
    const clone = await makePrivate();
    clone.git("stash", "push", "-q", "--all");
    await clone.run(add("T2"));
    try {
      clone.git("stash", "pop", "-q");
    } catch {
      // Git refuses to put files where there are some; the stash stays.
    }
    await clone.run(add("T3"));
    expect(await clone.titles()).toEqual(["T2", "T3", "first"]);
  });

  test("the folder moved away by hand: the journal comes back from its second name", async () => {
    const clone = await makePrivate();
    await clone.run(add("T2"));
    renameSync(join(clone.root, ".planning"), join(tempDir(), "elsewhere"));
    expect(await clone.titles()).toEqual(["T2", "first"]);
  });

  test("from a worktree anywhere the main workspace's plan is read and written", async () => {
    const clone = await makePrivate();
    const worktree = join(tempDir(), "worktree");
    clone.git("worktree", "add", "-q", worktree, "-b", "task/x");
    const workspace = await clone.open(worktree);
    expect(isInside(clone.root, workspace.place.planning)).toBe(true);
    expect((await clone.state(worktree)).tasks.size).toBe(1);
    expect(existsSync(join(worktree, ".planning"))).toBe(false);
  });
});

describe("a tracked workspace", () => {
  test("Git sees the published records and how they merge, and no more", async () => {
    const clone = await makeShared();
    const tracked = clone.git("ls-files", ".planning").split("\n");
    expect(tracked.map((path) => path.replace(/c[0-9a-z]{8}/, "<clone>"))).toEqual([
      ".planning/.gitattributes",
      ".planning/.gitignore",
      ".planning/shared/published/<clone>.jsonl",
    ]);
    expect(clone.git("status", "--porcelain", "-uall")).toBe("");
  });

  test("on a branch that never was tracked, Git sees nothing of it once somebody has written, and goes back", async () => {
    const clone = new Clone(makeRepository(join(tempDir(), "project")), "claude:a");
    clone.git("branch", "before");
    await clone.create({ slug: "shared", title: "Shared", tasks: [{ id: "T1", title: "first" }] });
    await clone.track();
    await clone.share("share the plan");
    clone.git("switch", "-q", "before");
    await clone.run(add("T2"));
    expect(clone.git("status", "--porcelain", "-uall")).toBe("");
    clone.git("add", "-A");
    expect(clone.git("ls-files", ".planning")).toBe("");
    clone.git("merge", "-q", "main");
    expect(clone.git("status", "--porcelain", "-uall")).toBe("");
    await clone.share("T2");
    expect(clone.git("ls-files", ".planning").split("\n")).toHaveLength(3);
    expect(await clone.titles()).toEqual(["T2", "first"]);
  });

  test("a link that a branch brings in the place of published records is neither read nor written through", async () => {
    const here = await makeShared();
    const outside = tempDir();
    const published = join(here.root, ".planning", "shared", "published");
    const there = here.copy("there", "claude:b");
    await there.run(add("T2"));
    await there.share("there");
    cpSync(join(there.root, ".planning", "shared", "published"), outside, { recursive: true });
    const before = readdirSync(outside);
    rmSync(published, { recursive: true });
    symlinkSync(outside, published);
    await here.run(add("T3"));
    expect(await here.titles()).toEqual(["T3", "first"]);
    expect(await publish(await here.open(), undefined)).toMatchObject({
      ok: false,
      refusal: { reason: "not-a-folder", hint: expect.stringContaining("Move it elsewhere") as string },
    });
    expect(readdirSync(outside)).toEqual(before);
    rmSync(published);
    await here.share("made anew");
    expect(readdirSync(published)).toHaveLength(1);
  });

  test("two clones with clocks an hour apart fold to the same state, whoever merges first", async () => {
    const here = await makeShared();
    const there = here.copy("there", "claude:b", -HOUR);
    await there.run(add("T2", "from there"), { type: "record-next", what: "there" });
    await there.share("there");
    await here.run(add("T3", "from here"), { type: "add-entry", kind: "decision", text: "here", why: "why not" });
    await here.share("here");
    there.merge(here);
    here.merge(there);
    expect(await here.titles()).toEqual(["first", "from here", "from there"]);
    expect(await here.bytes()).toBe(await there.bytes());
  });

  test("both claim the same task: both claims are kept, a conflict is listed, and both clones say the same", async () => {
    const here = await makeShared();
    const there = here.copy("there", "claude:b", HOUR);
    await here.run({ type: "claim-task", id: "T1" });
    await there.run({ type: "claim-task", id: "T1" });
    await here.share("claimed here");
    await there.share("claimed there");
    here.merge(there);
    there.merge(here);
    const state = await here.state();
    expect(state.conflicts).toMatchObject([
      { kind: "claim", kept: { value: "claude:a" }, lost: { value: "claude:b" } },
    ]);
    expect(await here.bytes()).toBe(await there.bytes());
  });

  test("both give one id to two tasks: the later is renamed for display, everywhere alike", async () => {
    const here = await makeShared();
    const there = here.copy("there", "claude:b");
    await here.run(add("T2", "this one"));
    await there.run(add("T2", "that one"));
    await here.share("here");
    await there.share("there");
    here.merge(there);
    there.merge(here);
    const ids = [...(await here.state()).tasks.values()].map(({ id }) => id);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(3);
    expect(await here.titles()).toEqual(["first", "that one", "this one"]);
    expect(await here.bytes()).toBe(await there.bytes());
  });

  test("published records survive a branch that never had them, a reset, and a rebase", async () => {
    const here = await makeShared();
    const there = here.copy("there", "claude:b");
    await there.run(add("T2"));
    await there.share("there");
    here.merge(there);
    expect(await here.titles()).toEqual(["T2", "first"]);
    here.git("reset", "-q", "--hard", "HEAD~1");
    expect(await here.titles()).toEqual(["T2", "first"]);
    here.git("switch", "-q", "--orphan", "empty");
    expect(await here.titles()).toEqual(["T2", "first"]);
  });

  test("one clone on two branches: the union of what both published, in the clone and in others", async () => {
    const here = await makeShared();
    here.git("switch", "-q", "-c", "left");
    await here.run(add("L1"));
    await here.share("left");
    here.git("switch", "-q", "main");
    await here.run(add("R1"));
    await here.share("right");
    here.git("merge", "-q", "--no-edit", "left");
    const there = here.copy("there", "claude:b");
    expect(await there.titles()).toEqual(["L1", "R1", "first"]);
    expect(await there.bytes()).toBe(await here.bytes());
  });

  test("a file that arrives late, out of order and with leftovers of a merge is taken in all the same", async () => {
    const here = await makeShared();
    const there = here.copy("there", "claude:b", -HOUR);
    await there.run(add("T2"), add("T3"));
    await there.share("there");
    const workspace = await there.open();
    const clone = workspace.identity().ok && (workspace.identity() as { value: { id: string } }).value.id;
    const name = join(".planning", "shared", "published", `${clone}.jsonl`);
    const lines = readFileSync(join(there.root, name), "utf8").trim().split("\n");
    await here.run(add("T4"));
    writeFileSync(join(here.root, name), `<<<<<<< ours\n${lines.at(-1)}\n`);
    expect(await here.titles()).toEqual(["T4", "first"]);
    writeFileSync(join(here.root, name), `${lines.toReversed().join("\n")}\n>>>>>>> theirs\n${lines[0]}\n`);
    expect(await here.titles()).toEqual(["T2", "T3", "T4", "first"]);
  });

  test("a clone whose folder was cleaned away takes everything in again and goes on as itself", async () => {
    const here = await makeShared();
    const there = here.copy("there", "claude:b");
    await there.run(add("T2"));
    await there.share("there");
    there.git("clean", "-fdxq");
    rmSync(join(there.root, ".git", "holdfast"), { recursive: true });
    await there.run(add("T3"));
    await there.share("there again");
    here.merge(there);
    expect(await here.titles()).toEqual(["T2", "T3", "first"]);
    expect(await here.bytes()).toBe(await there.bytes());
  });

  test("any split of changes over three clones, merged in any order, ends in one state", async () => {
    const steps = fc.array(fc.tuple(fc.nat(2), fc.nat(5)), { minLength: 3, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(steps, fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), async (moves, order) => {
        const first = await makeShared();
        const clones = [first, first.copy("b", "claude:b", HOUR), first.copy("c", "claude:c", -HOUR)];
        for (const [at, [who, what]] of moves.entries()) await clones[who]!.attempt(COMMANDS[what]!(at));
        for (const clone of clones) await clone.share("mine");
        for (let round = 0; round < 2; round += 1) {
          for (const who of order) for (const other of order) if (who !== other) clones[who]!.merge(clones[other]!);
        }
        const states = await Promise.all(clones.map((clone) => clone.bytes()));
        expect(new Set(states).size).toBe(1);
      }),
      { numRuns: 4 },
    );
  });
});

const COMMANDS: readonly ((at: number) => PlanCommand)[] = [
  (at) => add(`N${at}`),
  () => ({ type: "claim-task", id: "T1" }),
  (at) => ({ type: "edit-task", id: "T1", fields: { title: `title ${at}` } }),
  (at) => ({ type: "record-next", what: `step ${at}` }),
  () => ({ type: "finish-task", id: "T1" }),
  (at) => ({ type: "log-task", id: "T1", text: `note ${at}` }),
];
