import { readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { Desk } from "../kit/desk.ts";

async function deskWithPlan(): Promise<Desk> {
  const desk = new Desk();
  await desk.do("plan", "new", "Billing");
  return desk;
}

test("a record that is asked for by an id that there is not is not found, in text and as JSON", async () => {
  const desk = await deskWithPlan();
  const { code, err } = await desk.run(["journal", "show", "--record", "nope"]);
  expect([code, err]).toEqual([3, "error: no record nope in billing. hint: holdfast journal show\n"]);
  expect((await desk.run(["journal", "show", "--record", "nope", "--json"])).code).toBe(3);
});

test("a plan that begins without a brief has no record of one", async () => {
  const desk = await deskWithPlan();
  const { items } = await desk.json<{ items: { events: { type: string }[] }[] }>("journal", "show");
  expect(items.flatMap(({ events }) => events.map(({ type }) => type))).toEqual(["plan.created"]);
});

test("no refusal speaks of events by the names that they have in the journal", async () => {
  const desk = await deskWithPlan();
  await desk.do("task", "add", "First");
  await desk.do("lane", "create", "Look around", "--id", "look");
  await desk.doAs("claude:a", "session", "bind", "billing");
  const asShell = [
    ["plan", "archive", "billing"],
    ["task", "add", "x"],
    ["waive", "confidence", "T1", "--why", "x"],
  ];
  const asWriter = [
    ["plan", "archive", "billing"],
    ["plan", "reopen", "billing"],
    ["lane", "promote", "look"],
    ["lane", "resume", "look"],
    ["task", "unblock", "T1"],
    ["task", "retry", "T1", "--note", "x"],
    ["waive", "confidence", "T1", "--why", "x"],
  ];
  const refusals = [
    ...(await Promise.all(asShell.map((args) => desk.run(args)))),
    ...(await Promise.all(asWriter.map((args) => desk.run(args, { session: "claude:a" })))),
  ];
  for (const { code, err } of refusals) {
    expect(code, err).toBe(1);
    expect(err).not.toMatch(/\b(?:plan|task|lane|entry|confidence|waiver|conflict)\.[a-z]/);
  }
});

test("a shell that is not the writer is told how to say that it is; a session, how to become it", async () => {
  const desk = await deskWithPlan();
  await desk.doAs("claude:a", "session", "bind", "billing");
  const shell = await desk.run(["log", "x"]);
  expect(shell.err).toContain("--session <host>:<id>");
  const other = await desk.run(["log", "x", "--plan", "billing"], { session: "codex:b" });
  expect(other.err).toContain("holdfast session steal");
  await desk.doAs("codex:b", "session", "steal", "billing");
  expect((await desk.run(["log", "x"], { session: "codex:b" })).code).toBe(0);
});

test("what was meant for a plan whose journal is gone goes to no other, and rescue needs no name for it", async () => {
  const desk = new Desk();
  await desk.do("plan", "new", "Other");
  await desk.do("plan", "new", "Mine");
  await desk.do("task", "add", "Keep me");
  for (const folder of [".planning/mine/journal", ".git/holdfast/plans/mine"]) {
    rmSync(desk.path(folder), { recursive: true });
  }
  const { code, err } = await desk.run(["task", "add", "Late"]);
  expect([code, err]).toEqual([4, expect.stringContaining("hint: holdfast journal rescue --plan mine")]);
  expect(await desk.json("plan", "show", "other")).toMatchObject({ revision: 1 });
  expect(await desk.do("journal", "rescue")).toContain("mine: a new journal of 2 records and 1 task, from state.json");
  expect(await desk.do("task", "list", "--ids")).toBe("T1\n");
});

describe("journal rescue without a name, where nobody has said which plan is meant,", () => {
  let desk: Desk;
  const asked = (...args: readonly string[]) => desk.run(args, { session: "claude:z" });
  const wreck = (plan: string): void => {
    const folder = desk.path(".planning", plan, "journal");
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), "garbage\n");
  };

  beforeEach(async () => {
    desk = new Desk();
    for (const plan of ["alpha", "beta", "gamma"]) {
      await desk.doAs(`claude:${plan}`, "plan", "new", plan, "--shared");
      await desk.doAs(`claude:${plan}`, "session", "release");
    }
  });

  test("takes none of several that are sound", async () => {
    const { code, err } = await asked("journal", "rescue", "--from", "state");
    expect([code, err]).toEqual([2, expect.stringContaining("--plan alpha or --plan beta or --plan gamma")]);
  });

  test("means the one that is damaged, and nothing else is written by a guess meanwhile", async () => {
    wreck("alpha");
    await desk.do("plan", "pause", "beta");
    const other = await asked("task", "add", "Meant for alpha");
    expect([other.code, other.err]).toEqual([2, expect.stringContaining("--plan gamma or --plan alpha")]);
    const { code, out } = await asked("journal", "rescue");
    expect([code, out]).toEqual([0, expect.stringContaining("alpha: a new journal")]);
  });

  test("takes none of several that are damaged, though one is sound; where none is, others say how to go on", async () => {
    for (const plan of ["alpha", "beta"]) wreck(plan);
    const { code, err } = await asked("journal", "rescue");
    expect([code, err]).toEqual([2, expect.stringContaining("2 plans are damaged here, and none was named")]);
    expect(err).toContain("--plan alpha or --plan beta");
    wreck("gamma");
    const stuck = await asked("task", "add", "x");
    expect([stuck.code, stuck.err]).toEqual([3, expect.stringContaining("holdfast journal rescue --plan alpha")]);
    expect(desk.read(".planning", "alpha", "journal", readdirSync(desk.path(".planning/alpha/journal"))[0]!)).toBe(
      "garbage\n",
    );
  });
});

test("a plan whose first record was never written is begun by whoever comes next", async () => {
  const desk = new Desk();
  await desk.do("plan", "new", "Killed");
  const journal = desk.path(".planning/killed/journal");
  // As a process leaves it that is killed after it made the file, and before it wrote.
  for (const name of readdirSync(journal)) truncateSync(`${journal}/${name}`);
  for (const name of readdirSync(desk.path(".planning/killed"))) {
    if (name !== "journal") rmSync(desk.path(".planning/killed", name));
  }
  rmSync(desk.path(".planning/.local/plans"), { recursive: true, force: true });
  const { code, err } = await desk.run(["status", "--plan", "killed"]);
  expect([code, err]).toEqual([3, expect.stringContaining('hint: holdfast plan new "<title>" --slug killed')]);
  expect((await desk.run(["doctor"])).out).toContain("never begun");
  expect(await desk.do("plan", "new", "Killed")).toContain("began killed: Killed");
  await desk.do("task", "add", "Work");
  expect((await desk.run(["plan", "new", "Killed"])).err).toContain("there is a plan killed already");
  expect(await desk.do("journal", "verify", "--plan", "killed")).toContain("every record is as it was written");
});
