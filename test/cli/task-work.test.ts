import { describe, expect, test } from "vitest";
import { perform } from "../../src/engine/perform.ts";
import { Workspace } from "../../src/engine/workspace.ts";
import { valueOf } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";

interface Claimed {
  readonly fence: string;
  readonly record: string | null;
  readonly attempt: number;
  readonly task: Readonly<Record<string, unknown>>;
}

const A = "claude:a";
const B = "claude:b";

async function makeDesk(...titles: readonly string[]): Promise<Desk> {
  const desk = new Desk();
  await desk.do("plan", "new", "Demo", "--slug", "demo");
  for (const title of titles) await desk.do("task", "add", title);
  return desk;
}

const claimAs = async (desk: Desk, session: string, id: string, ...options: readonly string[]): Promise<Claimed> =>
  JSON.parse(await desk.doAs(session, "task", "claim", id, "--json", ...options)) as Claimed;

const statusOf = async (desk: Desk, id: string): Promise<string> =>
  (await desk.do("task", "show", id, "--field", "status")).trim();

/** A claim that was made some time ago, by a session that has not been heard of since. */
async function claimLongAgo(desk: Desk, session: string, id: string, leaseMs?: number): Promise<void> {
  const now = (): number => Date.now() - 3_600_000;
  const workspace = valueOf(await Workspace.open({ cwd: desk.root, env: desk.env(session), now }));
  valueOf(
    await perform(workspace, undefined, { type: "claim-task", id, ...(leaseMs === undefined ? {} : { leaseMs }) }),
  );
  workspace.close();
}

describe("task claim", () => {
  test("prints the fence, who holds it and until when", async () => {
    const desk = await makeDesk("First");
    const out = await desk.doAs(A, "task", "claim", "t1", "--lease", "90s");
    expect(out).toMatch(
      /^claimed T1: First\nfence [0-9a-z]{20} {2}attempt 1, held by claude:a until \S+Z\nholdfast task prompt T1\n$/,
    );
    const again = await claimAs(desk, A, "T1");
    expect(again).toMatchObject({ record: null, advice: "T1 is yours already", attempt: 1 });
    expect(out).toContain(again.fence);
  });

  test("takes a lease from seconds to days and nothing else", async () => {
    const desk = await makeDesk("First");
    for (const lease of ["90", "0s", "8d", "soon"]) {
      expect((await desk.run(["task", "claim", "T1", "--lease", lease])).code).toBe(2);
    }
    const { task } = await claimAs(desk, A, "T1", "--lease", "2h");
    const { since, leaseEndsAt } = task["claim"] as { since: number; leaseEndsAt: number };
    expect(leaseEndsAt - since).toBe(7_200_000);
  });

  test("tells the one who was later who holds it, programs too", async () => {
    const desk = await makeDesk("First");
    await claimAs(desk, A, "T1");
    const late = await desk.run(["task", "claim", "T1"], { session: B });
    expect(late.code).toBe(1);
    expect(late.err).toContain("T1: in_progress, claimed by claude:a since");
    const { error } = (await desk.run(["task", "claim", "T1", "--json"], { session: B })).json() as {
      error: { reason: string; facts: unknown };
    };
    expect(error).toMatchObject({
      reason: "already-claimed",
      facts: { task: "T1", status: "in_progress", holder: { session: A, expired: false } },
    });
  });

  test("does not tell two shells of one account that a task is theirs", async () => {
    const desk = await makeDesk("First");
    await desk.do("task", "claim", "T1");
    const { code, err } = await desk.run(["task", "claim", "T1"]);
    expect(code).toBe(1);
    expect(err).toContain("--session <host>:<id> tells shells apart");
  });

  test("says what a task waits for", async () => {
    const desk = await makeDesk("First");
    await desk.do("task", "add", "Second", "--parent", "T1");
    const { code, err } = await desk.run(["task", "claim", "T2"]);
    expect(code).toBe(1);
    expect(err).toContain("T2 waits for T1: todo");
  });

  test("takes over from nobody whose lease runs", async () => {
    const desk = await makeDesk("First");
    await claimAs(desk, A, "T1");
    const { code, err } = await desk.run(["task", "claim", "T1", "--take-over"], { session: B });
    expect(code).toBe(1);
    expect(err).toContain("the lease of claude:a has not run out");
  });

  test("takes over from nobody who still shows itself, though its lease has run out", async () => {
    const desk = await makeDesk("First");
    await claimLongAgo(desk, A, "T1");
    await desk.doAs(A, "log", "in the middle of something long");
    const { code, err } = await desk.run(["task", "claim", "T1", "--take-over"], { session: B });
    expect(code).toBe(1);
    expect(err).toContain("the lease of claude:a has run out, but it still shows itself");
  });

  test("takes over from a holder whose lease has run out, whose fence is worth nothing then", async () => {
    const desk = await makeDesk("First");
    await claimLongAgo(desk, A, "T1");
    const { task: held } = await desk.json<Claimed>("task", "show", "T1");
    const { fence: old } = held["claim"] as { fence: string };
    const { fence, attempt } = await claimAs(desk, B, "T1", "--take-over");
    expect(attempt).toBe(2);
    const stale = await desk.run(["task", "log", "T1", "still here", "--fence", old], { session: A });
    expect(stale).toMatchObject({ code: 1 });
    expect(stale.err).toContain("not the current attempt");
    expect(await desk.doAs(B, "task", "log", "T1", "going on", "--fence", fence)).toBe("noted on T1: First\n");
  });
});

test("a task goes from start over its steps to done, each word in the answer", async () => {
  const desk = await makeDesk();
  await desk.do("task", "add", "First", "--step", "write it", "--step", "test it");
  expect(await desk.doAs(A, "task", "start", "T1")).toMatch(/^started T1: First\nfence \S+ {2}attempt 1/);
  expect(await desk.doAs(A, "task", "step", "T1", "1")).toBe("T1: First  1 of 2 steps done\nnext: test it\n");
  expect(await desk.doAs(A, "task", "step", "T1", "test", "it")).toContain("all done: holdfast task implemented T1");
  await desk.doAs(A, "task", "step", "T1", "2", "--undo");
  expect((await desk.run(["task", "step", "T1", "3"], { session: A })).code).toBe(3);
  const inHand = await desk.run(["task", "done", "T1"], { session: A });
  expect(inHand.err).toContain("or holdfast task release T1 and holdfast check add");
  expect(await desk.doAs(A, "task", "implemented", "T1", "--note", "ran it")).toBe("implemented T1: First\n");
  const early = await desk.run(["task", "done", "T1"], { session: A });
  expect(early.err).toContain("it has no check, it hands nothing on, and nobody has signed it off");
  // What proves a task does not change while it is in hand, so that a check alone is no way out.
  expect(early.err).toContain(
    'hint: holdfast task output T1 --text "…", or holdfast task retry T1 --note "…" and holdfast check add',
  );
  await desk.doAs(A, "task", "output", "T1", "--text", "what came of it");
  expect(await desk.doAs(A, "task", "done", "T1")).toBe("done T1: First\n");
  expect(await desk.doAs(A, "task", "done", "T1")).toBe("T1 is done already\n");
  expect(await statusOf(desk, "T1")).toBe("done");
});

describe("after two attempts", () => {
  async function makeTried() {
    const desk = await makeDesk("First");
    const first = await claimAs(desk, A, "T1");
    await desk.doAs(A, "task", "fail", "T1", "--why", "too slow");
    await desk.doAs(A, "task", "retry", "T1", "--note", "use an index");
    const second = await claimAs(desk, B, "T1");
    return { desk, first, second };
  }

  test("every command that writes as the holder wants its fence, and takes the right one", async () => {
    const { desk, first, second } = await makeTried();
    const writes = [
      ["start", "T1"],
      ["log", "T1", "x"],
      ["output", "T1", "--text", "x"],
      ["fail", "T1", "--why", "x"],
      ["block", "T1", "--tried", "a", "--why", "b", "--resolve", "c"],
      ["implemented", "T1"],
      ["release", "T1"],
    ];
    for (const write of writes) {
      const bare = await desk.run(["task", ...write], { session: B });
      expect([write[0], bare.code]).toEqual([write[0], 1]);
      expect(bare.err).toContain("say which one this is about");
      const stale = await desk.run(["task", ...write, "--fence", first.fence], { session: A });
      expect([write[0], stale.code]).toEqual([write[0], 1]);
      expect(stale.err).toContain("not the current attempt");
    }
    await desk.doAs(B, "task", "start", "T1", "--fence", second.fence);
    await desk.doAs(B, "task", "implemented", "T1", "--fence", second.fence);
    await desk.doAs(B, "task", "output", "T1", "--text", "x", "--fence", second.fence);
    await desk.doAs(B, "task", "done", "T1", "--fence", second.fence);
    expect(await statusOf(desk, "T1")).toBe("done");
  });

  test("the next one reads what went wrong", async () => {
    const { desk, second } = await makeTried();
    const shown = await desk.do("task", "show", "T1");
    for (const part of ["Attempts: 2", "claude:a: failed", "too slow", "For the next attempt", "use an index"]) {
      expect(shown).toContain(part);
    }
    const prompt = await desk.do("task", "prompt", "T1");
    expect(prompt).toContain("use an index");
    expect(prompt).toContain(`Your fence is \`${second.fence}\``);
  });
});

describe("task block", () => {
  const report =
    "# Blocker\n\n## What Was Attempted\nboth APIs\n\n## Why It Failed\nno key\n\n## Suggested Resolution\na key\n";

  test("takes a report, writes blockers.md, and unblocks with a note", async () => {
    const desk = await makeDesk("First");
    await desk.do("task", "start", "T1");
    const { code, out } = await desk.run(["task", "block", "T1", "--from", "-"], { stdin: report });
    expect({ code, out }).toEqual({ code: 0, out: "blocked T1: First\nwould be resolved by: a key\n" });
    expect(desk.read(".planning/demo/tasks/T1/blockers.md")).toContain("## What Was Attempted\n\nboth APIs");
    expect(await desk.do("task", "list", "--blocked")).toContain("no key → a key");
    await desk.do("task", "unblock", "T1", "--note", "it is in the vault");
    expect(await desk.json("task", "show", "T1")).toMatchObject({
      task: { status: "todo", retryNote: "it is in the vault", blockers: [{ tried: "both APIs" }] },
    });
  });

  test("is refused without all three parts, however they come", async () => {
    const desk = await makeDesk("First");
    const short = await desk.run(["task", "block", "T1", "--why", "x"]);
    expect(short.code).toBe(2);
    expect(short.err).toContain("--tried and --resolve");
    expect((await desk.run(["task", "block", "T1", "--from", "-"], { stdin: "# nothing" })).code).toBe(2);
    expect((await desk.run(["task", "block", "T1", "--from", "-", "--why", "x"], { stdin: report })).code).toBe(2);
    expect((await desk.run(["task", "block", "T1", "--tried", "a", "--why", " ", "--resolve", "c"])).code).toBe(1);
    expect(await statusOf(desk, "T1")).toBe("todo");
  });
});

describe("task next", () => {
  test("names what is in hand, then what is ready, then what others have left", async () => {
    const desk = await makeDesk("First", "Second", "Third");
    await claimLongAgo(desk, A, "T3");
    await desk.doAs(B, "task", "claim", "T2");
    const out = await desk.doAs(B, "task", "next");
    expect(out.match(/In hand|Ready|Left by others|T\d(?= {2}w)/g)).toEqual([
      "In hand",
      "T2",
      "Ready",
      "T1",
      "Left by others",
      "T3",
    ]);
    expect(out).toContain("holdfast task claim T1\n");
    expect(out).toContain("holdfast task claim T3 --take-over\n");
    const json = JSON.parse(await desk.doAs(B, "task", "next", "--json")) as Record<string, { id: string }[]>;
    expect(
      Object.entries(json).flatMap(([key, list]) =>
        Array.isArray(list) && list.length > 0 ? [[key, list[0]?.id]] : [],
      ),
    ).toEqual([
      ["mine", "T2"],
      ["ready", "T1"],
      ["abandoned", "T3"],
    ]);
  });

  test("does not offer what somebody silent holds as long as the lease runs", async () => {
    const desk = await makeDesk("First");
    await claimLongAgo(desk, A, "T1", 2 * 3_600_000);
    const { code, out } = await desk.run(["task", "next"], { session: B });
    expect({ code, out }).toEqual({ code: 1, out: "nothing to do now\n  T1 is in the hands of claude:a\n" });
  });

  test("says why there is nothing, and ends with 1", async () => {
    const desk = new Desk();
    await desk.do("plan", "new", "Demo", "--slug", "demo");
    const next = async () => {
      const { code, out } = await desk.run(["task", "next"], { session: B });
      expect(code).toBe(1);
      return out;
    };
    expect(await next()).toContain("demo has no tasks: holdfast task add");
    await desk.do("task", "add", "First");
    await desk.do("task", "add", "Second", "--parent", "T1");
    await desk.doAs(A, "task", "start", "T1");
    expect(await next()).toContain("T1 is in the hands of claude:a");
    await desk.doAs(A, "task", "implemented", "T1");
    expect(await next()).toContain("T1 is implemented and not done: holdfast task done T1");
    await desk.doAs(A, "task", "block", "T1", "--tried", "a", "--why", "no access", "--resolve", "c");
    expect(await next()).toMatch(/T1 is blocked: no access\n.*T2 waits for T1: blocked/);
    const json = await desk.run(["task", "next", "--json"], { session: B });
    expect(json.code).toBe(1);
    expect(json.json()).toMatchObject({
      mine: [],
      ready: [],
      abandoned: [],
      why: ["T1 is blocked: no access", "T2 waits for T1: blocked"],
    });
  });
});

test("the log of a task keeps its order beyond what the state holds", async () => {
  const desk = await makeDesk("First");
  expect(await desk.do("task", "log", "T1")).toBe("nothing was noted on T1\n");
  for (let n = 1; n <= 13; n += 1) await desk.do("task", "log", "T1", "note", String(n));
  const { log } = await desk.json<{ log: readonly { text: string }[] }>("task", "log", "T1", "--last", "12");
  expect(log.map(({ text }) => text)).toEqual(Array.from({ length: 12 }, (_, n) => `note ${n + 2}`));
  expect((await desk.do("task", "log", "T1", "--last", "2")).match(/note \d+/g)).toEqual(["note 12", "note 13"]);
  expect((await desk.run(["task", "log", "T1", "x", "--last", "2"])).code).toBe(2);
  await desk.run(["task", "log", "T1", "-"], { stdin: "from\nelsewhere\n" });
  expect(await desk.do("task", "log", "T1", "--last", "1")).toMatch(/ {2}from\n {2}elsewhere\n$/);
});
