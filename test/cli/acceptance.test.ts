import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { writeFiles } from "../../src/workspace/git-fixture.ts";
import { detectPerson } from "../../src/workspace/person.ts";
import { PlanStore } from "../../src/engine/plans/plan-store.ts";
import { Workspace } from "../../src/engine/workspace.ts";
import { valueOf } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";

interface Matrix {
  readonly code: number;
  readonly ok: boolean;
  readonly proven: number;
  readonly items: readonly {
    readonly id: string;
    readonly standing: string;
    readonly isMet: boolean;
    readonly checks: readonly { readonly id: string; readonly standing: string }[];
    readonly signedOff: { readonly person: string; readonly why: string } | null;
  }[];
}

let desk: Desk;
/** A plan of two criteria, its task done, and a check that looks at a file for the first. */
beforeEach(async () => {
  desk = new Desk();
  writeFiles(desk.root, { "answer.txt": "42\n" });
  await desk.do(
    "plan",
    "new",
    "Demo",
    "--slug",
    "demo",
    "--accept",
    "FR-1: the answer is 42",
    "--accept",
    "it is known",
  );
  await desk.do("task", "add", "First");
  await desk.do(
    "check",
    "add",
    "answer",
    "--kind",
    "command",
    "--criterion",
    "fr-1",
    "--",
    "grep",
    "-q",
    "42",
    "answer.txt",
  );
  await desk.do("task", "start", "T1");
  await desk.do("task", "output", "T1", "--text", "it is there");
  await desk.do("task", "done", "T1");
});

const acceptance = async (): Promise<Matrix> => {
  const { code, out } = await desk.run(["plan", "acceptance", "--json"]);
  return { code, ...(JSON.parse(out) as Omit<Matrix, "code">) };
};
const standings = async () => (await acceptance()).items.map(({ id, standing }) => `${id} ${standing}`);

/** As a person does at a terminal, which whoever runs the tests may not be. */
async function signOff(...ids: readonly string[]): Promise<void> {
  const workspace = valueOf(await Workspace.open({ cwd: desk.root, env: desk.env() }));
  const store = valueOf(PlanStore.open(workspace, "demo"));
  const person = { session: "terminal:ada", role: "person", person: "ada" } as const;
  for (const criterion of ids) {
    valueOf(store.run({ type: "sign-off-criterion", criterion, why: "asked around" }, person));
  }
  valueOf(store.project());
  store.close();
  workspace.close();
}

describe("holdfast plan acceptance", () => {
  test("says of each criterion what proves it and how that stands on the tree as it is", async () => {
    expect(await acceptance()).toMatchObject({
      code: 1,
      ok: false,
      items: [
        { id: "FR-1", standing: "missing", checks: [{ id: "answer" }] },
        { id: "AC2", standing: "open", checks: [] },
      ],
    });
    await desk.do("verify", "--for-plan");
    expect(await standings()).toEqual(["FR-1 passed", "AC2 open"]);
    await signOff("AC2");
    expect(await acceptance()).toMatchObject({ code: 0, ok: true, proven: 2 });
    writeFiles(desk.root, { "answer.txt": "42, still\n" });
    expect(await standings()).toEqual(["FR-1 stale", "AC2 signed-off"]);
    const { out } = await desk.run(["plan", "acceptance"]);
    expect(out).toMatch(
      /^acceptance of demo: 1 of 2 proven\n✗ FR-1 the answer is 42\n {2}answer: passed, and what it looks at has changed since \(\d{4}-.*Z\)\n {2}→ holdfast verify --for-plan\n✓ AC2 it is known\n {2}signed off by ada \d{4}-.*Z: asked around\n$/,
    );
  });

  test("of a plan without any says so", async () => {
    await desk.do("plan", "new", "Other", "--allow-dirty");
    const { code, out } = await desk.run(["plan", "acceptance"]);
    expect([code, out]).toEqual([1, expect.stringContaining("other has no acceptance criteria")]);
  });
});

test("the plan is done once every criterion is proven, and shows where it stands on the way", async () => {
  const early = await desk.run(["plan", "done"]);
  expect([early.code, early.err]).toEqual([1, expect.stringContaining("AC2 (it is known): nothing is to prove it")]);
  expect(await desk.do("status")).toContain("acceptance: 0 of 2 proven");
  await desk.do("verify");
  await signOff("AC2");
  expect(await desk.do("status")).toContain("acceptance: 2 of 2 proven");
  expect(await desk.json("status")).toMatchObject({ acceptance: { total: 2, proven: 2, open: [] } });
  expect(desk.read(".planning", "demo", "task_plan.md")).toMatch(
    /## Acceptance Criteria\n\n- \*\*FR-1\*\* the answer is 42 \(answer passed .*Z\)\n- \*\*AC2\*\* it is known \(signed off by ada: asked around\)\n/,
  );
  expect(await desk.do("check", "list")).toContain("FR-1");
  writeFiles(desk.root, { "answer.txt": "42, still\n" });
  expect((await desk.run(["plan", "done"])).err).toContain("has changed since");
  await desk.do("verify", "--for-plan");
  expect(await desk.do("plan", "done")).toContain("is done (claimed");
});

describe("a liar", () => {
  test("who signs off as an agent is refused, at a terminal too", async () => {
    const isPerson = (await detectPerson({ env: desk.env(), isTerminal: true })).ok;
    const sign = ["plan", "sign-off", "AC2", "--why", "trust me"];
    const { code, err } = await desk.run(sign);
    expect([code, err]).toEqual([1, expect.stringContaining("takes a person")]);
    expect((await desk.run(sign, { session: "claude:a", tty: true })).code).toBe(1);
    expect((await desk.run(sign, { tty: true })).code).toBe(isPerson ? 0 : 1);
    const waived = await desk.run(["waive", "sign-off", "FR-1", "--why", "trust me"], { tty: true });
    expect(waived.code).toBeGreaterThan(0);
    expect(waived.err).toContain(isPerson ? "holdfast plan sign-off FR-1" : "person");
    expect(await standings()).toContain("FR-1 missing");
  });

  test("who takes the criterion out, rewords it or lets another check prove it, gains nothing", async () => {
    await desk.do("verify");
    await desk.do("plan", "edit", "--drop-accept", "2");
    expect(await standings()).toEqual(["FR-1 passed", "AC2 taken-out"]);
    expect((await desk.run(["plan", "done"])).err).toContain("taken out by");
    await desk.do("plan", "edit", "--accept", "it is known", "--drop-accept", "1", "--accept", "FR-1: something");
    expect(await standings()).toEqual(["AC2 open", "AC3 open", "FR-1 passed"]);
    await desk.do("check", "edit", "answer", "--criterion", "AC2");
    expect(await standings()).toEqual(["AC2 missing", "AC3 open", "FR-1 taken-out"]);
  });

  test("who writes a person's sign-off into the journal opens nothing", async () => {
    await desk.do("verify");
    await signOff("AC2");
    await desk.do("plan", "edit", "--accept", "it is blue");
    const folder = desk.path(".planning", "demo", "journal");
    const journal = join(folder, readdirSync(folder)[0]!);
    const lines = readFileSync(journal, "utf8").split("\n").filter(Boolean);
    const signed = lines.findLast((line) => line.includes("acceptance.signed-off"))!;
    const { uid } = JSON.parse(desk.read(".planning", "demo", "state.json")).criteria[2] as { uid: string };
    const {
      mac: _,
      id,
      events,
      ...rest
    } = JSON.parse(signed) as { id: string; mac: string; events: readonly object[] };
    const forged = {
      ...rest,
      id: `${id.slice(0, -1)}${id.endsWith("0") ? 1 : 0}`,
      events: [{ ...events[0], criterion: uid }],
    };
    appendFileSync(journal, `\n${JSON.stringify(forged)}\n`);
    expect(await standings()).toEqual(["FR-1 passed", "AC2 signed-off", "AC3 unverified"]);
    expect((await desk.run(["plan", "done"])).err).toContain("does not count here (unverified)");
    expect(await desk.do("status")).toContain("acceptance: 2 of 3 proven");
  });
});

describe("a spec check", () => {
  const FOOTER = `SPEC_CHECK_WAVE: 1
HIGH: no page tells it
UNMET: AC2 nobody knows it
MET: FR-1 read it
SPEC_CHECK_CRITICAL_COUNT: 0
SPEC_CHECK_HIGH_COUNT: 1
SPEC_CHECK_VERDICT: BLOCKED`;
  const hand = (stdin: string, ...more: readonly string[]) =>
    desk.run(["plan", "spec-check", "-", ...more], { session: "codex:qa", stdin });
  const reviewGate = async () => {
    const { out } = await desk.run(["gate", "plan", "--json"]);
    const { items } = JSON.parse(out) as { items: readonly { kind: string; subject: string; standing: string }[] };
    return items
      .filter(({ kind }) => kind.startsWith("review"))
      .map(({ subject, standing }) => `${subject} ${standing}`);
  };

  test("is a review of the plan that can block it, is shown beside what it judges, and proves nothing", async () => {
    const { out } = await hand(FOOTER);
    expect(out).toContain("spec-check: the plan blocked");
    const { items } = await desk
      .run(["plan", "acceptance", "--json"])
      .then((done) => JSON.parse(done.out) as { items: readonly object[] });
    expect(items).toMatchObject([
      {
        standing: "missing",
        reviews: [{ reviewer: "spec-check", verdict: "met", session: "codex:qa", isStale: false }],
      },
      { standing: "open", reviews: [{ verdict: "unmet", why: "nobody knows it" }] },
    ]);
    expect((await desk.run(["plan", "acceptance"])).out).toMatch(
      /spec-check says unmet \(a review, .*Z\): nobody knows it/,
    );
    expect(await reviewGate()).toEqual(["spec-check blocked", "R1 open"]);
    await desk.do("verify");
    await signOff("AC2");
    expect((await desk.run(["plan", "done"])).code).toBe(1);
    await hand(
      FOOTER.replace(/HIGH: .*\n/, "RESOLVED: R1 it does now\n")
        .replace("UNMET", "MET")
        .replace(": 1\nSPEC", ": 0\nSPEC")
        .replace("BLOCKED", "PASSED"),
    );
    expect(await reviewGate()).toEqual(["spec-check passed"]);
    writeFiles(desk.root, { "answer.txt": "42!\n" });
    expect((await desk.run(["plan", "acceptance"])).out).toContain("of other content than is there now");
  });

  test.each([
    ["without a count", FOOTER.replace("SPEC_CHECK_HIGH_COUNT: 1\n", ""), "no SPEC_CHECK_HIGH_COUNT"],
    ["of another wave", FOOTER.replace("WAVE: 1", "WAVE: 2"), "about wave 2, not wave 1"],
    ["of a criterion that is not there", FOOTER.replace("MET: FR-1", "MET: FR-9"), "FR-9"],
    ["that says nothing", "all good", "no SPEC_CHECK_WAVE"],
  ])("%s is a capture that failed, and keeps the gate closed", async (_, text, why) => {
    const { code, err } = await hand(text);
    expect([code, err]).toEqual([1, expect.stringContaining(why)]);
    expect(await reviewGate()).toEqual(["spec-check capture-failed"]);
  });

  test("is asked for with the criteria under their ids", async () => {
    const prompt = await desk.do("review", "request", "plan", "--reviewer", "qa");
    expect(prompt).toContain("- FR-1: the answer is 42\n- AC2: it is known");
  });

  test("by nobody who is known is refused", async () => {
    const { code, err } = await desk.run(["plan", "spec-check", "-"], { stdin: FOOTER });
    expect([code, err]).toEqual([1, expect.stringContaining("who reviews cannot be told")]);
  });
});

test("a criterion that is not there is told with those that are near", async () => {
  const { code, err } = await desk.run(["check", "add", "x", "--kind", "command", "--criterion", "FR-2", "--", "true"]);
  expect(code).toBeGreaterThan(0);
  expect(err).toContain("did you mean FR-1?");
});

test("nothing in a criterion acts on a terminal or in a file", async () => {
  await desk.do("plan", "edit", "--accept", "\u001b[31mred\u0007 line\n# break <!-- x -->");
  const { out } = await desk.run(["plan", "acceptance"]);
  for (const control of ["\u001b", "\u0007"]) expect(out).not.toContain(control);
  expect(desk.read(".planning", "demo", "task_plan.md")).not.toMatch(/^# break/m);
});
