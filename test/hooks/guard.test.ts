import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Desk } from "../kit/desk.ts";
import { HookDesk } from "../kit/hooks.ts";

interface Stage {
  readonly desk: Desk;
  readonly writer: HookDesk;
  readonly observer: HookDesk;
}

async function stage(host: HookDesk["host"] = "claude"): Promise<Stage> {
  const desk = new Desk();
  const writer = new HookDesk(desk, "w", host);
  const observer = new HookDesk(desk, "o", host);
  await desk.doAs(writer.session, "plan", "new", "Faster start", "--slug", "fast");
  await desk.doAs(observer.session, "session", "observe", "fast");
  return { desk, writer, observer };
}

const edit = (hooks: HookDesk, path: string) =>
  hooks.send("PreToolUse.Write", { tool_input: { file_path: path, content: "x" } });
const shell = (hooks: HookDesk, command: string, fields = {}) =>
  hooks.send("PreToolUse.Bash", { tool_input: { command }, ...fields });

describe("an observer", () => {
  test.each(["notes.md", "tasks/T1/output.md", "research.md"])("may not edit %s of its plan", async (file) => {
    const { desk, observer } = await stage();
    const said = await edit(observer, desk.path(".planning", "fast", file));
    expect(said.permissionDecision).toBe("deny");
    expect(said.permissionDecisionReason).toContain("observes the plan fast");
    expect((await edit(observer, `.planning/fast/${file}`)).permissionDecision).toBe("deny");
  });

  test("may not write them from a shell, nor may its subagents", async () => {
    const { observer } = await stage();
    expect((await shell(observer, "echo x>.planning/fast/notes.md")).permissionDecision).toBe("deny");
    const inAgent = { agent_id: "a1", agent_type: "general-purpose" };
    expect((await shell(observer, "rm -rf .planning/fast/tasks", inAgent)).permissionDecision).toBe("deny");
  });

  test("nor over a link, nor by a patch", async () => {
    const { desk, observer } = await stage();
    symlinkSync(desk.path(".planning", "fast"), desk.path("link"));
    expect((await edit(observer, desk.path("link", "progress.md"))).permissionDecision).toBe("deny");
    const codex = await stage("codex");
    const said = await codex.observer.send("PreToolUse.apply_patch", {
      tool_input: { command: "*** Begin Patch\n*** Update File: .planning/fast/progress.md\n*** End Patch\n" },
    });
    expect(said.permissionDecision).toBe("deny");
  });

  test("reads all, fills in its lanes, and does its other work", async () => {
    const { desk, observer } = await stage();
    expect(await shell(observer, "cat .planning/fast/progress.md; holdfast status")).toEqual({});
    expect(await shell(observer, "echo found >> .planning/fast/lanes/look/result.md")).toEqual({});
    expect(await edit(observer, desk.path(".planning", "fast", "lanes", "look", "result.md"))).toEqual({});
    expect(await edit(observer, desk.path("src", "a.ts"))).toEqual({});
    expect(await shell(observer, "rm -rf build && npm test")).toEqual({});
  });

  test("of one plan is not held back from another's files", async () => {
    const { desk, observer } = await stage();
    await desk.do("plan", "new", "Other", "--slug", "other");
    expect(await edit(observer, desk.path(".planning", "other", "notes.md"))).toEqual({});
  });
});

describe("what Holdfast alone keeps", () => {
  const KEPT = [
    ["journal/x.jsonl", "holdfast task"],
    ["published/x.jsonl", "holdfast task"],
    ["state.json", "holdfast task"],
    ["head.json", "holdfast task"],
    ["evidence/E1.log", "holdfast verify"],
    ["progress.md", "holdfast log"],
    ["archive/progress-0001.md", "holdfast log"],
    ["../.local/clone.json", "holdfast doctor"],
    ["../../.git/holdfast/plans/fast/x.jsonl", "holdfast task"],
  ] as const;

  test.each(KEPT)("may be edited by nobody's agent: %s", async (file, way) => {
    const { desk, writer, observer } = await stage();
    const agents = [{}, { agent_id: "a1", agent_type: "general-purpose" }];
    for (const hooks of [writer, observer, new HookDesk(desk, "n")]) {
      for (const agent of agents) {
        const path = desk.path(".planning", "fast", file);
        const said = await hooks.send("PreToolUse.Write", { tool_input: { file_path: path, content: "x" }, ...agent });
        expect(said.permissionDecisionReason).toContain(way);
      }
    }
  });

  test("may be read", async () => {
    const { desk, writer } = await stage();
    const path = desk.path(".planning", "fast", "state.json");
    expect(await writer.send("PreToolUse.Write", { tool_name: "Read", tool_input: { file_path: path } })).toEqual({});
  });
});

describe("a plan whose conversation leaves editing to its subagents", () => {
  const inAgent = { agent_id: "a1", agent_type: "general-purpose" };

  test("refuses the main conversation's edit tools, and nobody else's", async () => {
    const { desk, writer, observer } = await stage();
    const source = desk.path("src", "a.ts");
    expect(await edit(writer, source)).toEqual({});
    await desk.doAs(writer.session, "plan", "delegate", "--on");
    expect((await edit(writer, source)).permissionDecisionReason).toMatch(/fast is delegate-only.*plan delegate --off/);
    expect((await edit(writer, "src/a.ts")).permissionDecision).toBe("deny");
    const fields = { tool_input: { file_path: source, content: "x" }, ...inAgent };
    expect(await writer.send("PreToolUse.Write", fields)).toEqual({});
    expect(await edit(observer, source)).toEqual({});
    expect(await edit(new HookDesk(desk, "n"), source)).toEqual({});
    expect(await edit(writer, desk.path(".planning", "fast", "notes.md"))).toEqual({});
    expect(await shell(writer, "npm test")).toEqual({});
  });

  test("on Codex, by a patch", async () => {
    const { desk, writer } = await stage("codex");
    await desk.doAs(writer.session, "plan", "delegate", "--on");
    const patch = { tool_input: { command: "*** Begin Patch\n*** Update File: src/a.ts\n*** End Patch\n" } };
    expect((await writer.send("PreToolUse.apply_patch", patch)).permissionDecision).toBe("deny");
    expect(await writer.send("PreToolUse.apply_patch", { ...patch, agent_id: "a1" })).toEqual({});
  });

  test("has every edit asked about while it is written, and no longer than that", async () => {
    const { desk, writer } = await stage();
    const mark = () => desk.read(".planning", ".local", "guard").split("\n")[0];
    await desk.doAs(writer.session, "plan", "delegate", "--on");
    expect(mark()).toBe("edit*");
    await desk.doAs(writer.session, "session", "release");
    expect(mark()).not.toBe("edit*");
  });

  test("stays so until a person says otherwise, and no other session may begin it", async () => {
    const { desk, writer, observer } = await stage();
    const refused = await desk.run(["plan", "delegate", "--on"], { session: observer.session });
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("claude:w writes fast")]);
    await desk.doAs(writer.session, "plan", "delegate", "--on");
    const ended = await desk.run(["plan", "delegate", "--off"], { session: writer.session });
    expect([ended.code, ended.err]).toEqual([1, expect.stringContaining("Only a person")]);
    expect(await desk.doAs(writer.session, "plan", "delegate")).toBe("fast: only subagents edit\n");
  });
});

test("the hooks before tools are told whether there is anything to guard", async () => {
  const { desk, writer, observer } = await stage();
  const marks = [
    [".planning", ".local", "guard"],
    [".git", "holdfast", "guard"],
  ] as const;
  const isOn = () => marks.map((mark) => desk.has(...mark));
  expect(isOn()).toEqual([true, true]);
  await desk.doAs(observer.session, "session", "release");
  await desk.doAs(writer.session, "session", "release");
  expect(isOn()).toEqual([true, true]);
  await desk.doAs(writer.session, "session", "bind", "fast");
  await desk.doAs(writer.session, "plan", "abort", "fast", "--why", "no need");
  expect(isOn()).toEqual([false, false]);
  await desk.do("plan", "reopen", "fast", "--why", "after all");
  expect(isOn()).toEqual([true, true]);
});

test("a writer, and a session on no plan, write what is for people and agents", async () => {
  const { desk, writer } = await stage();
  expect(await edit(writer, desk.path(".planning", "fast", "notes.md"))).toEqual({});
  expect(await edit(new HookDesk(desk, "n"), desk.path(".planning", "fast", "notes.md"))).toEqual({});
});

test("where roles cannot be read, Holdfast's own files are held back and nobody's other work", async () => {
  const { desk, observer } = await stage();
  rmSync(desk.path(".planning", ".local", "workspace", "journal"), { recursive: true });
  writeFileSync(desk.path(".planning", ".local", "workspace", "journal"), "no folder");
  expect((await edit(observer, desk.path(".planning", "fast", "progress.md"))).permissionDecision).toBe("deny");
  expect(await edit(observer, desk.path("src", "a.ts"))).toEqual({});
  expect(await shell(observer, "rm -rf build")).toEqual({});
});
