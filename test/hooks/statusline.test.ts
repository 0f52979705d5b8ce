import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Desk } from "../kit/desk.ts";
import { HookDesk } from "../kit/hooks.ts";
import { projectRoot } from "../kit/program.ts";

async function deskWithPlan(): Promise<Desk> {
  const desk = new Desk();
  await desk.doAs("claude:w", "plan", "new", "Faster start", "--slug", "fast");
  await desk.doAs("claude:w", "task", "add", "Measure", "--id", "T1");
  return desk;
}

async function lineOf(desk: Desk, id: string, fields = {}): Promise<string> {
  const file = join(projectRoot, "src", "hosts", "claude", "fixtures", "statusLine.after-turns.json");
  const captured = JSON.parse(readFileSync(file, "utf8")) as object;
  const stdin = JSON.stringify({ ...captured, session_id: id, cwd: desk.root, ...fields });
  const { code, out, err } = await desk.run(["statusline"], { stdin });
  expect([code, err]).toEqual([0, ""]);
  return out;
}

describe("the status line", () => {
  test("has plan, checkout, wave and tasks, and context use", async () => {
    const desk = await deskWithPlan();
    expect(await lineOf(desk, "w")).toMatch(/^task!:fast \| repo \S+ \| wave 1\/1 0\/1 tasks \| ctx 2%\n$/);
    writeFileSync(desk.path("new.txt"), "x");
    expect(await lineOf(desk, "w")).toMatch(/\| repo \S+\* \|/);
  });

  test("tells an observer, a worker and the workspace's default apart, and takes no other plan for one", async () => {
    const desk = await deskWithPlan();
    await desk.doAs("claude:o", "session", "observe", "fast");
    await desk.doAs("claude:k", "task", "claim", "T1");
    expect(await lineOf(desk, "o")).toMatch(/^obs:fast /);
    expect(await lineOf(desk, "k")).toMatch(/^task!:fast /);
    expect(await lineOf(desk, "n")).toMatch(/^repo /);
    await desk.do("plan", "switch", "fast", "--allow-dirty");
    expect(await lineOf(desk, "n")).toMatch(/^wksp:fast /);
  });

  test("is one short line, whatever names there are", async () => {
    const desk = new Desk();
    const slug = "a".repeat(60);
    await desk.doAs("claude:w", "plan", "new", "x\u001b[31m\ny", "--slug", slug);
    const line = await lineOf(desk, "w");
    expect(line.trimEnd().split("\n")).toHaveLength(1);
    expect(line.length).toBeLessThanOrEqual(161);
    expect(line).not.toContain("\u001b");
  });

  test("is empty without a plan, with HOLDFAST=off, and for what is no payload", async () => {
    expect(await lineOf(new Desk(), "w")).toBe("");
    const desk = await deskWithPlan();
    for (const stdin of ["", "{", "[]", '{"session_id":3}']) {
      const { code, err } = await desk.run(["statusline"], { stdin });
      expect([code, err]).toEqual([0, ""]);
    }
  });

  test("lets the hooks know how full the context is", async () => {
    const desk = await deskWithPlan();
    const hooks = new HookDesk(desk, "w");
    await hooks.send("SessionStart.startup");
    await lineOf(desk, "w", { context_window: { used_percentage: 63 } });
    expect((await hooks.prompt()).additionalContext).toContain("63% of the context window");
  });

  test("is no news of a window that was emptied since, until that fills", async () => {
    const desk = await deskWithPlan();
    const hooks = new HookDesk(desk, "w");
    const fill = (used: number) => lineOf(desk, "w", { context_window: { used_percentage: used } });
    await hooks.send("SessionStart.startup");
    await fill(85);
    await hooks.send("SessionStart.compact");
    expect(await hooks.prompt()).toEqual({});
    // The host says so once more before the next turn.
    await fill(85);
    expect(await hooks.prompt()).toEqual({});
    await fill(20);
    expect(await hooks.prompt()).toEqual({});
    await fill(85);
    expect((await hooks.prompt()).additionalContext).toContain("85% of the context window");
    expect(await hooks.prompt()).toEqual({});
    await hooks.send("SessionStart.compact");
    await fill(61);
    expect((await hooks.prompt()).additionalContext).toContain("61% of the context window");
  });
});
