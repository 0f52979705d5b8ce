import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PlanStore } from "../../src/engine/plans/plan-store.ts";
import { Workspace } from "../../src/engine/workspace.ts";
import { recordedRuns } from "../../src/evidence/reports/fixtures.ts";
import { valueOf } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";
import { HookDesk } from "../kit/hooks.ts";

interface Observed {
  readonly outcome: string;
  readonly why: string;
  readonly exit?: number;
  readonly session: string;
}

const at = "claude:s1";
let calls = 0;

/** A plan with a check of each kind, and a session that is its writer. */
async function deskWithChecks(host: HookDesk["host"] = "claude"): Promise<{ desk: Desk; hooks: HookDesk }> {
  const desk = new Desk();
  const hooks = new HookDesk(desk, "s1", host);
  await desk.doAs(hooks.session, "plan", "new", "Faster start", "--slug", "fast");
  await desk.doAs(hooks.session, "task", "add", "Measure", "--id", "T1");
  await desk.doAs(hooks.session, "check", "add", "types", "--kind", "command", "--task", "T1", "--", "npx", "tsc");
  await desk.doAs(
    hooks.session,
    "check",
    "add",
    "unit",
    "--kind",
    "test",
    "--task",
    "T1",
    "--",
    "npx",
    "vitest",
    "run",
  );
  return { desk, hooks };
}

const observed = async (desk: Desk, check = "types"): Promise<Observed | null> =>
  (await desk.json<{ check: { observed: Observed | null } }>("check", "show", check)).check.observed;

interface Ended {
  readonly response?: Readonly<Record<string, unknown>>;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly isTrusted?: boolean;
}

/** Claude Code tells of a command that ended, as its server's hook does. */
async function ran(
  hooks: HookDesk,
  command: string,
  { response, fields, isTrusted = true }: Ended = {},
): Promise<string> {
  calls += 1;
  const stdout = { stdout: "", stderr: "", interrupted: false, ...response };
  const payload = { tool_input: { command }, tool_response: stdout, tool_use_id: `call-${calls}`, ...fields };
  return hooks.raw("PostToolUse.Bash", payload, { isTrusted });
}

const failed = (hooks: HookDesk, command: string, error: string, isInterrupted = false): Promise<string> => {
  calls += 1;
  const fields = { tool_input: { command }, tool_use_id: `call-${calls}`, error, is_interrupt: isInterrupted };
  return hooks.raw("PostToolUseFailure", fields, { isTrusted: true });
};

describe("a check that a session runs in its own shell", () => {
  test("is observed, shown, and proves nothing", async () => {
    const { desk, hooks } = await deskWithChecks();
    expect(await ran(hooks, "npx tsc")).toBe("");
    expect(await observed(desk)).toMatchObject({ outcome: "passed", why: "exit 0", exit: 0, session: at });
    expect(await desk.do("check", "list")).toMatch(/observed passed .*exit 0; not run by Holdfast/);
    expect(await desk.do("status")).toMatch(/types: observed passed/);
    const { observed: told } = await desk.json<{ observed: readonly object[] }>("status");
    expect(told).toMatchObject([{ check: "types", outcome: "passed", session: at }]);
    await desk.doAs(at, "check", "drop", "unit");
    await desk.doAs(at, "task", "claim", "T1");
    expect((await desk.run(["task", "done", "T1"], { session: at })).err).toContain("has not run");
  });

  test("fails by its exit, and is not known where it was cut short or ended from outside", async () => {
    const { desk, hooks } = await deskWithChecks();
    await failed(hooks, "npx tsc", "Exit code 2\nsrc/a.ts(1,1): error");
    expect(await observed(desk)).toMatchObject({ outcome: "failed", exit: 2 });
    await failed(hooks, "npx tsc", "Exit code 2", true);
    expect(await observed(desk)).toMatchObject({ outcome: "unknown" });
    await failed(hooks, "npx tsc", "Exit code 143\nCommand timed out after 2m 0s");
    expect(await observed(desk)).toMatchObject({ outcome: "unknown", why: "it was ended from outside" });
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ["in the background", { backgroundTaskId: "b1" }],
    ["with an exit that the host calls no failure", { returnCodeInterpretation: "No matches found" }],
    ["interrupted", { interrupted: true }],
    ["told by settings of an older Holdfast", { stdout: undefined }],
  ])("is not known to have passed %s", async (_, response) => {
    const { desk, hooks } = await deskWithChecks();
    await ran(hooks, "npx tsc", { response });
    expect(await observed(desk)).toMatchObject({ outcome: "unknown", why: "the host does not say how it ended" });
  });

  test("is not believed where an agent could have told of it", async () => {
    const { desk, hooks } = await deskWithChecks();
    await ran(hooks, "npx tsc", { isTrusted: false });
    expect(await observed(desk)).toMatchObject({ outcome: "unknown", why: /not certain/ });
  });

  test("is not known to have passed where more ran in that line", async () => {
    const { desk, hooks } = await deskWithChecks();
    await ran(hooks, "npx tsc || true");
    expect(await observed(desk)).toMatchObject({ outcome: "unknown" });
    const { revision } = await desk.json<{ revision: number }>("status");
    await ran(hooks, "npx tsc || true");
    expect((await desk.json<{ revision: number }>("status")).revision).toBe(revision);
  });

  test.each(["echo npx tsc", "grep -rn 'npx tsc' .", "cat <<EOF\nnpx tsc\nEOF", "npx tsc --noEmit", "ls"])(
    "is not what runs in: %s",
    async (command) => {
      const { desk, hooks } = await deskWithChecks();
      await ran(hooks, command);
      expect(await observed(desk)).toBeNull();
    },
  );

  test("of tests passes by what their runner printed, and only where that is there whole", async () => {
    const { desk, hooks } = await deskWithChecks();
    const stdout = recordedRuns.find(({ title }) => title === "vitest 4.1.12 all-pass")!.output;
    await ran(hooks, "npx vitest run", { response: { stdout } });
    expect(await observed(desk, "unit")).toMatchObject({ outcome: "passed", why: "4 passed" });
    await ran(hooks, "npx vitest run", { response: { stdout, persistedOutputPath: "/tmp/all.txt" } });
    expect(await observed(desk, "unit")).toMatchObject({ outcome: "unknown" });
    await ran(hooks, "npx vitest run", { response: { stdout: "12 passed" } });
    expect(await observed(desk, "unit")).not.toMatchObject({ outcome: "passed" });
  });

  test("is one of another folder than the check's", async () => {
    const { desk, hooks } = await deskWithChecks();
    await desk.doAs(at, "check", "edit", "types", "--dir", "sub");
    await ran(hooks, "npx tsc");
    await ran(hooks, "cd elsewhere && npx tsc");
    expect(await observed(desk)).toBeNull();
    await desk.run(["check", "edit", "types", "--clear", "dir"], { session: at });
    await ran(hooks, `cd ${desk.root} && npx tsc`);
    expect(await observed(desk)).toMatchObject({ outcome: "passed" });
  });

  test("is nobody's business on another plan, by an observer, or on none", async () => {
    const { desk } = await deskWithChecks();
    const observer = new HookDesk(desk, "o");
    await desk.doAs(observer.session, "session", "observe", "fast");
    await ran(observer, "npx tsc");
    await ran(new HookDesk(desk, "nobody"), "npx tsc");
    expect(await observed(desk)).toBeNull();
  });

  test("whose head says anything is no trouble", async () => {
    const { desk, hooks } = await deskWithChecks();
    const head = JSON.parse(desk.read(".planning", "fast", "head.json")) as object;
    for (const checks of ["x", [null, { command: "x" }, { command: [1], env: {} }], {}]) {
      writeFileSync(desk.path(".planning", "fast", "head.json"), JSON.stringify({ ...head, checks }));
      expect(await ran(hooks, "npx tsc")).toBe("");
    }
  });
});

/** As a person does at a terminal. */
async function lowerLevel(desk: Desk): Promise<void> {
  const workspace = valueOf(await Workspace.open({ cwd: desk.root, env: desk.env() }));
  const store = valueOf(PlanStore.open(workspace, "fast"));
  const by = { session: "terminal:ada", role: "person", person: "ada" } as const;
  valueOf(store.append(store.header(by), [{ type: "plan.edited", level: "observed" }]));
  valueOf(store.project());
  store.close();
  workspace.close();
}

describe("where a person has lowered the plan's level to what is observed", () => {
  test("a pass opens the gate on the content that it was told of, and on no other", async () => {
    const { desk, hooks } = await deskWithChecks();
    await desk.doAs(at, "check", "drop", "unit");
    await desk.doAs(at, "task", "claim", "T1");
    await ran(hooks, "npx tsc");
    await lowerLevel(desk);
    const done = () => desk.run(["task", "done", "T1"], { session: at });
    expect((await done()).err).toContain("has not run");
    await ran(hooks, "npx tsc");
    writeFileSync(desk.path("late.ts"), "const late = 1;\n");
    expect((await done()).err).toContain("has not run");
    await ran(hooks, "npx tsc");
    expect((await desk.run(["gate", "task", "T1"])).out).toContain("passed on this tree as a host told");
    expect((await done()).code).toBe(0);
    expect(await desk.do("status")).toContain("done (observed)");
  });

  test("a record that Holdfast did not write opens nothing, and is not shown", async () => {
    const { desk, hooks } = await deskWithChecks();
    await lowerLevel(desk);
    await desk.doAs(at, "check", "drop", "unit");
    await desk.doAs(at, "task", "claim", "T1");
    await ran(hooks, "npx tsc");
    await failed(hooks, "npx tsc", "Exit code 2");
    const folder = desk.path(".planning", "fast", "journal");
    const journal = join(folder, readdirSync(folder)[0]!);
    const lines = readFileSync(journal, "utf8").split("\n").filter(Boolean);
    const passed = lines.findLast((line) => line.includes("check.observed") && line.includes('"outcome":"passed"'))!;
    const { mac: _, key: __, ...told } = JSON.parse(passed) as Record<string, unknown>;
    const id = String(told["id"]);
    const forged = { ...told, id: `${id.slice(0, -1)}${id.endsWith("0") ? 1 : 0}`, time: Date.now() + 1000 };
    appendFileSync(journal, `\n${JSON.stringify(forged)}\n`);
    expect((await desk.run(["task", "done", "T1"], { session: at })).code).toBe(1);
    expect(await observed(desk)).toBeNull();
  });
});

describe("other hosts", () => {
  test("Codex does not say how a command ended, so it is not known", async () => {
    const { desk, hooks } = await deskWithChecks("codex");
    for (const name of ["PostToolUse.Bash", "codemode.PostToolUse.Bash"]) {
      const fields = { tool_input: { command: "npx tsc" }, tool_use_id: name, tool_response: "exit code: 0\nall fine" };
      await hooks.raw(name, fields, { isTrusted: true });
      expect(await observed(desk)).toMatchObject({ outcome: "unknown", why: "the host does not say how it ended" });
    }
  });

  test("TraeCLI has been seen by nobody, so it is not known", async () => {
    const { desk, hooks } = await deskWithChecks("trae");
    const fields = { tool_name: "Bash", tool_input: { command: "npx tsc" }, tool_response: { stdout: "" } };
    await hooks.raw("post_tool_use.Write", fields, { isTrusted: true });
    expect(await observed(desk)).toMatchObject({ outcome: "unknown" });
  });
});
