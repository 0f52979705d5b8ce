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
  test.each(["task_plan.md", "progress.md", "state.json", "journal/x.jsonl", "../.local/clone.json"])(
    "may not edit %s of its plan",
    async (file) => {
      const { desk, observer } = await stage();
      const said = await edit(observer, desk.path(".planning", "fast", file));
      expect(said.permissionDecision).toBe("deny");
      expect(said.permissionDecisionReason).toContain("observes the plan fast");
      expect((await edit(observer, `.planning/fast/${file}`)).permissionDecision).toBe("deny");
    },
  );

  test("may not write them from a shell, nor may its subagents", async () => {
    const { observer } = await stage();
    expect((await shell(observer, "echo x>.planning/fast/progress.md")).permissionDecision).toBe("deny");
    const inAgent = { agent_id: "a1", agent_type: "general-purpose" };
    expect((await shell(observer, "rm -rf .planning", inAgent)).permissionDecision).toBe("deny");
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

test("the hooks before tools are told whether anybody observes", async () => {
  const { desk, writer, observer } = await stage();
  const mark = [".planning", ".local", "guard"] as const;
  expect(desk.has(...mark)).toBe(true);
  await desk.doAs(observer.session, "session", "release");
  expect(desk.has(...mark)).toBe(false);
  await desk.doAs(observer.session, "session", "steal", "fast");
  expect(desk.has(...mark)).toBe(true);
  await desk.doAs(writer.session, "session", "release");
  expect(desk.has(...mark)).toBe(false);
});

test("a writer, and a session on no plan, are not held back", async () => {
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
