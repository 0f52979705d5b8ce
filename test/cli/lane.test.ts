import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { tempDir } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";

const WRITER = "claude:writer";
const OBSERVER = "codex:observer";

let desk: Desk;

beforeEach(async () => {
  desk = new Desk();
  await desk.doAs(WRITER, "plan", "new", "Alpha");
  await desk.doAs(OBSERVER, "session", "observe", "alpha");
});

const asWriter = (...args: readonly string[]) => desk.run(args, { session: WRITER });
const asObserver = (...args: readonly string[]) => desk.run(args, { session: OBSERVER });
const laneFile = (lane: string, name: string): string => desk.path(".planning", "alpha", "lanes", lane, name);
const result = (lane: string, text: string): void => writeFileSync(laneFile(lane, "result.md"), text);
const findings = (): string => desk.read(".planning", "alpha", "findings.md");
const lane = async (id: string) => (await asWriter("lane", "show", id, "--json")).json() as Record<string, unknown>;

describe("a lane", () => {
  test("goes from pending to running, blocked, running, complete and promoted once", async () => {
    const created = (await asWriter("lane", "create", "Map", "the", "parser", "--json")).json();
    expect(created).toMatchObject({ plan: "alpha", lane: "map-the-parser", kind: "discovery", status: "pending" });
    expect(await asWriter("lane", "resume", "map-the-parser")).toMatchObject({ code: 1 });
    expect((await asWriter("lane", "start", "map-the-parser")).out).toBe("lane map-the-parser is running\n");
    await asWriter("lane", "block", "map-the-parser", "--why", "no sources");
    expect(await lane("map-the-parser")).toMatchObject({ status: "blocked", why: "no sources" });
    await asWriter("lane", "resume", "map-the-parser");
    result(
      "map-the-parser",
      "# Result\n\n## Summary\n- [placeholder] x\n- two entry points\n\n## Findings\n- a\n- b\n",
    );
    expect((await asWriter("lane", "complete", "map-the-parser", "--file", "notes/map.md")).out).toContain(
      "two entry points",
    );
    expect(await lane("map-the-parser")).toMatchObject({ status: "complete", files: ["notes/map.md"] });
    const promoted = (await asWriter("lane", "promote", "map-the-parser", "--json")).json();
    expect(promoted).toMatchObject({ section: "Findings", items: ["a", "b"] });
    expect(findings()).toMatch(/: b\n.*: a\n/);
    const again = await asWriter("lane", "promote", "map-the-parser");
    expect(again.code).toBe(1);
    expect(again.err).toContain("already");
  });

  test("has a brief that says what is wanted and a form for its result, which is never written again", async () => {
    await asWriter(
      "lane",
      "create",
      "Review retries",
      "--constraint",
      "read only",
      "--success",
      "names a line",
      "--goal",
      "find risks",
    );
    const brief = desk.read(".planning", "alpha", "lanes", "review-retries", "brief.md");
    for (const text of ["Review retries", "review", "read only", "names a line", "find risks", "risky"]) {
      expect(brief).toContain(text);
    }
    expect(desk.read(".planning", "alpha", "lanes", "review-retries", "result.md")).toContain("[placeholder]");
    result("review-retries", "mine\n");
    await asWriter("lane", "create", "Review retries", "--start");
    expect(desk.read(".planning", "alpha", "lanes", "review-retries", "result.md")).toBe("mine\n");
  });

  test("that waits or runs is taken up as it is; a blocked one waits again; one that has ended stays so", async () => {
    await asWriter("lane", "create", "Spike", "--id", "s", "--start");
    const same = await asWriter("lane", "create", "Spike", "--id", "S");
    expect(same).toMatchObject({ code: 0 });
    expect(same.out).toContain("there already: s (spike, running)");
    await asWriter("lane", "block", "s", "--why", "x");
    await asWriter("lane", "create", "Spike", "--id", "s");
    expect(await lane("s")).toMatchObject({ status: "pending" });
    await asWriter("lane", "cancel", "s", "--why", "not needed");
    const ended = await asWriter("lane", "create", "Spike", "--id", "s");
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.err).toContain("another id");
    expect(await asWriter("lane", "start", "s")).toMatchObject({ code: 1 });
  });

  test.each([
    ["Review the diff of the parser", "review"],
    ["Verify the regression from the review-free build", "review"],
    ["验证回归", "verify"],
    ["Compare options for the cache", "spike"],
    ["Investigate the failing test", "verify"],
    ["调研 入口", "discovery"],
    ["Catch up on last week", "catchup"],
    ["Mapping nothing special", "other"],
  ])("%s is a %s by its words", async (title, kind) => {
    expect((await asWriter("lane", "create", title, "--json")).json()).toMatchObject({ kind });
  });

  test("keeps a title that is too long as its goal, and cuts it for lists", async () => {
    const long = `Find out ${"where the time goes ".repeat(6)}today`;
    const { lane: id } = (await asWriter("lane", "create", long, "--json")).json() as { lane: string };
    const shown = await lane(id);
    expect(Array.from(shown["title"] as string).length).toBeLessThanOrEqual(72);
    expect(shown["goal"]).toBe(long);
  });

  test("whose title has no letter for an id still has a stable one", async () => {
    const first = (await asWriter("lane", "create", "排查", "--json")).json() as { lane: string };
    expect(first.lane).toMatch(/^lane-[0-9a-f]{8}$/);
    expect((await asWriter("lane", "create", "排查")).out).toContain("there already");
  });

  test("with an id that would leave its folder, or a task that is none, is refused", async () => {
    expect(await asWriter("lane", "create", "x", "--id", "../../evil")).toMatchObject({ code: 2 });
    expect(await asWriter("lane", "create", "x", "--task", "T99")).toMatchObject({ code: 3 });
    expect(await asWriter("lane", "show", "nope")).toMatchObject({ code: 3 });
    expect(desk.has(".planning", "alpha", "lanes")).toBe(false);
  });
});

describe("what a lane says it found", () => {
  beforeEach(() => asWriter("lane", "create", "Review", "--start"));

  test("is needed to complete it, and a form that was not filled in says nothing", async () => {
    const refused = await asWriter("lane", "complete", "review");
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("--summary");
    expect(await asWriter("lane", "complete", "review", "--summary", "all fine")).toMatchObject({ code: 0 });
  });

  test("is promoted from Recommended Promotion first, else Findings, else Summary, without placeholders", async () => {
    result(
      "review",
      `## Summary
- s
## Findings
- f
## Recommended Promotion
- [placeholder] fill me in
- keep the
  backoff
- [x] cap it
`,
    );
    await asWriter("lane", "complete", "review");
    const { out } = await asWriter("lane", "promote", "review", "--json");
    expect(JSON.parse(out)).toMatchObject({ section: "Recommended Promotion", items: ["keep the backoff", "cap it"] });
  });

  test("may be prose; headings in code blocks are none", async () => {
    result(
      "review",
      "## Summary\n\nTwo risks,\nboth in backoff.\n\n```\n## Findings\n- not one\n```\n\nAnd a third.\n",
    );
    await asWriter("lane", "complete", "review");
    expect((await asWriter("lane", "promote", "review", "--json")).json()).toMatchObject({
      section: "Summary",
      items: ["Two risks, both in backoff.", "And a third."],
    });
  });

  test("is its completion's summary where the result says nothing", async () => {
    await asWriter("lane", "complete", "review", "--summary", "nothing to worry about");
    expect((await asWriter("lane", "promote", "review", "--json")).json()).toMatchObject({
      items: ["nothing to worry about"],
    });
    expect(findings()).toContain("nothing to worry about");
  });

  test("is not read through a link that leads out of the plan", async () => {
    const outside = `${tempDir()}/secret.md`;
    writeFileSync(outside, "## Summary\n- secret\n");
    rmSync(laneFile("review", "result.md"));
    symlinkSync(outside, laneFile("review", "result.md"));
    const refused = await asWriter("lane", "complete", "review");
    expect(refused.code).toBe(2);
    expect(refused.err).not.toContain("secret\n");
    expect(await lane("review")).toMatchObject({ status: "running" });
  });

  test("cannot be promoted while the lane runs, nor where a folder stands in its place", async () => {
    expect(await asWriter("lane", "promote", "review")).toMatchObject({ code: 1 });
    rmSync(laneFile("review", "result.md"));
    mkdirSync(laneFile("review", "result.md"));
    expect(await asWriter("lane", "complete", "review")).toMatchObject({ code: 2 });
  });
});

describe("an observer", () => {
  test("opens, runs and ends lanes, which changes nothing else of the plan", async () => {
    const plan = () =>
      desk
        .read(".planning", "alpha", "task_plan.md")
        .split("\n")
        .filter((line) => line.includes("**Goal"));
    const before = plan();
    for (const args of [
      ["create", "Verify it", "--id", "v"],
      ["start", "v"],
      ["block", "v", "--why", "x"],
      ["resume", "v"],
      ["complete", "v", "--summary", "done"],
    ]) {
      expect(await asObserver("lane", ...args)).toMatchObject({ code: 0, err: "" });
    }
    expect(plan()).toEqual(before);
  });

  test("may not promote: that is the writer's", async () => {
    await asObserver("lane", "create", "Verify it", "--id", "v", "--start");
    await asObserver("lane", "complete", "v", "--summary", "done");
    const refused = await asObserver("lane", "promote", "v");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("observer");
    expect(findings()).not.toContain(": done");
    expect(await asWriter("lane", "promote", "v")).toMatchObject({ code: 0 });
    expect(findings()).toContain(": done");
  });
});

test("eight lanes opened at once all survive", async () => {
  const ids = Array.from({ length: 8 }, (_, index) => `l${index}`);
  const codes = await Promise.all(ids.map(async (id) => (await asObserver("lane", "create", id, "--id", id)).code));
  expect(codes).toEqual(ids.map(() => 0));
  const { items } = (await asWriter("lane", "list", "--json")).json() as { items: { id: string }[] };
  expect(items.map(({ id }) => id).sort()).toEqual(ids);
});

test("a lane that is open stands in the way of calling the plan done", async () => {
  await asWriter("lane", "create", "Verify", "--id", "v");
  const refused = await asWriter("plan", "done");
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("lane v is pending");
});

test("the list has open lanes first", async () => {
  for (const id of ["a", "b", "c"]) await asWriter("lane", "create", id, "--id", id);
  await asWriter("lane", "cancel", "a");
  await asWriter("lane", "start", "c");
  const { out } = await asWriter("lane", "list");
  expect(out.split("\n").map((line) => line.slice(0, 1))).toEqual(["c", "b", "a", ""]);
});
