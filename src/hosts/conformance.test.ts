import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HostEvent, HostReply } from "../engine/hooks/host-event.ts";
import { adapterOf } from "./adapters.ts";

const HOOK_HOSTS = ["claude", "codex", "trae"] as const;
type HookHost = (typeof HOOK_HOSTS)[number];

const folderOf = (host: HookHost): string => join(import.meta.dirname, host, "fixtures");
const fixturesOf = (host: HookHost): readonly string[] =>
  readdirSync(folderOf(host)).flatMap((name) => (name.endsWith(".json") ? [name.slice(0, -5)] : []));
const fixture = (host: HookHost, name: string): Readonly<Record<string, unknown>> =>
  JSON.parse(readFileSync(join(folderOf(host), `${name}.json`), "utf8")) as Record<string, unknown>;
const read = (host: HookHost, payload: unknown): HostEvent | undefined => adapterOf(host)!.read(payload);
const write = (host: HookHost, name: string, reply: HostReply): unknown => {
  const payload = fixture(host, name);
  const text = adapterOf(host)!.write(read(host, payload)!, reply, payload);
  return text === "" ? undefined : (JSON.parse(text) as unknown);
};

/** What each event is, by the first part of the name of its payload. */
const TYPES: Readonly<Record<string, HostEvent["type"] | undefined>> = {
  SessionStart: "session-started",
  session_start: "session-started",
  UserPromptSubmit: "prompt-submitted",
  user_prompt_submit: "prompt-submitted",
  PreToolUse: "tool-starting",
  pre_tool_use: "tool-starting",
  PostToolUse: "tool-finished",
  PostToolUseFailure: "tool-finished",
  post_tool_use: "tool-finished",
  SubagentStart: "subagent-starting",
  SubagentStop: "subagent-finished",
  Stop: "turn-ended",
  stop: "turn-ended",
  StopFailure: "turn-ended",
  Interrupt: "turn-ended",
  PreCompact: "compacting",
  pre_compact: "compacting",
  PostCompact: "compacted",
  SessionEnd: "session-ended",
  session_end: "session-ended",
};

const IS_NOBODYS = new Set(["SubagentStop.compaction-fork"]);

/** Keys that a host knows; of Codex, one more and all of it is lost. */
const KEYS: Readonly<Record<HookHost, ReadonlySet<string>>> = {
  claude: new Set(["hookSpecificOutput", "decision", "reason", "systemMessage"]),
  codex: new Set(["hookSpecificOutput", "decision", "reason", "systemMessage"]),
  trae: new Set(["hookSpecificOutput", "decision", "reason", "systemMessage"]),
};

describe.each(HOOK_HOSTS)("%s", (host) => {
  test.each(fixturesOf(host))("%s is read as what it is", (name) => {
    const event = read(host, fixture(host, name));
    const kind = name.replace(/^codemode\./, "").split(".")[0] ?? "";
    expect(event?.type).toBe(IS_NOBODYS.has(name) ? undefined : TYPES[kind]);
    if (event === undefined) return;
    expect(event.host).toBe(host);
    expect(event.session).toBe(`${host}:${String(fixture(host, name)["session_id"])}`);
    expect(event.cwd).toMatch(/^\/project/);
  });

  test.each(fixturesOf(host))("whatever %s is answered with is text that the host takes", (name) => {
    const payload = fixture(host, name);
    const event = read(host, payload);
    if (event === undefined) return;
    const adapter = adapterOf(host)!;
    expect(adapter.write(event, {}, payload)).toBe("");
    const all: HostReply = { context: "C", deny: "D", prompt: "P", goOn: "G", notice: "N", cue: "Q" };
    const text = adapter.write(event, all, payload);
    if (text === "" || event.type === "compacting") return;
    const output = JSON.parse(text) as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(output)) expect(KEYS[host]).toContain(key);
    const specific = output["hookSpecificOutput"] as Readonly<Record<string, unknown>> | undefined;
    if (specific !== undefined && host !== "trae") {
      expect(specific["hookEventName"]).toBe(payload["hook_event_name"]);
    }
  });

  const value = fc.oneof(
    fc.anything({ maxDepth: 2 }),
    fc.string({ maxLength: 50 }),
    fc.constantFrom("/project", "person", "__proto__", "\u0000", "x".repeat(200_000), "<task-notification>", -1, 1e308),
  );

  test("fields that are missing, wrong, huge or hostile break nothing", () => {
    const names = fixturesOf(host);
    const change = fc.record({
      name: fc.constantFrom(...names),
      drop: fc.array(fc.nat(12), { maxLength: 4 }),
      set: fc.array(fc.tuple(fc.nat(14), value), { maxLength: 4 }),
      more: fc.dictionary(fc.string(), value, { maxKeys: 3 }),
    });
    fc.assert(
      fc.property(change, ({ name, drop, set, more }) => {
        const payload: Record<string, unknown> = { ...fixture(host, name), ...more };
        const keys = Object.keys(payload);
        for (const at of drop) delete payload[keys[at] ?? ""];
        for (const [at, other] of set) payload[keys[at] ?? "tool_input"] = other;
        const event = read(host, payload);
        if (event === undefined) return;
        expect(event.session.startsWith(`${host}:`)).toBe(true);
        expect(typeof adapterOf(host)!.write(event, { context: "C", deny: "D", prompt: "P" }, payload)).toBe("string");
      }),
      { numRuns: 300 },
    );
  });

  test("what is no payload at all is no event", () => {
    const nothing = fc.property(fc.anything(), (anything) => {
      expect(read(host, anything)).toBeUndefined();
    });
    fc.assert(nothing);
  });

  const prompts: Readonly<Record<HookHost, string>> = {
    claude: "UserPromptSubmit",
    codex: "UserPromptSubmit",
    trae: "user_prompt_submit",
  };

  test("a prompt in the main agent is a person's; in a subagent, by a machine, or empty it is not", () => {
    const payload = fixture(host, prompts[host]);
    expect(read(host, payload)).toMatchObject({ by: "person" });
    for (const other of [
      { agent_id: "a1", agent_type: "default" },
      { prompt: "<task-notification>\n<task-id>a1</task-id>\n</task-notification>" },
      { prompt: "  <system-reminder>proceed</system-reminder>" },
      { prompt: "" },
      { prompt: { text: "proceed" } },
    ]) {
      expect(read(host, { ...payload, ...other })).toMatchObject({ by: "machine" });
    }
  });

  test("a payload never makes a person of what is no prompt", () => {
    for (const name of fixturesOf(host)) {
      const payload = fixture(host, name);
      const event = read(host, { ...payload, by: "person", isTrusted: true, person: "p" });
      if (event === undefined || event.type === "prompt-submitted") continue;
      expect(event).not.toHaveProperty("by");
      expect(event).not.toHaveProperty("person");
      expect(event).not.toHaveProperty("isTrusted");
    }
  });
});

describe("tools", () => {
  const toolOf = (host: HookHost, name: string): unknown => {
    const event = read(host, fixture(host, name));
    return event !== undefined && "tool" in event ? event.tool : undefined;
  };

  test("of Claude Code", () => {
    expect(toolOf("claude", "PreToolUse.Bash")).toMatchObject({ kind: "shell", command: "echo hi; pwd" });
    expect(toolOf("claude", "PreToolUse.Write")).toMatchObject({ kind: "edit", paths: ["/project/a.txt"] });
    expect(toolOf("claude", "PreToolUse.Agent")).toMatchObject({
      kind: "spawn",
      prompt: "MARK-SUBPROMPT please work",
      subagentType: "general-purpose",
    });
    expect(toolOf("claude", "PostToolUse.Agent")).toMatchObject({ agent: "ae953dd0a5568654f", isBackground: false });
    expect(toolOf("claude", "PreToolUse.TodoWrite")).toMatchObject({
      kind: "list",
      items: [{ content: "own", status: "pending" }],
    });
    expect(toolOf("claude", "PostToolUse.TaskCreate")).toMatchObject({
      kind: "list",
      item: { id: "1", content: "First task" },
    });
    expect(toolOf("claude", "PostToolUse.TaskUpdate")).toMatchObject({ item: { id: "1", status: "completed" } });
    const task = { ...fixture("claude", "PreToolUse.Agent"), tool_name: "Task" };
    expect(read("claude", task)).toMatchObject({ tool: { kind: "spawn" } });
  });

  test("of Codex, of both generations", () => {
    expect(toolOf("codex", "PreToolUse.apply_patch")).toMatchObject({ kind: "edit", paths: ["/project/z.txt"] });
    expect(toolOf("codex", "PreToolUse.spawn_agent")).toMatchObject({ kind: "spawn", prompt: "MARK-SUBPROMPT please" });
    expect(toolOf("codex", "PostToolUse.spawn_agent")).toMatchObject({
      agent: "01a1f753-ddd6-7972-b771-4d2d1e2d124c",
      isBackground: true,
    });
    expect(toolOf("codex", "codemode.PreToolUse.collaborationspawn_agent")).toMatchObject({ kind: "spawn" });
    expect(toolOf("codex", "PreToolUse.update_plan")).toMatchObject({
      kind: "list",
      items: [{ content: "own", status: "pending" }],
    });
    expect(toolOf("codex", "PreToolUse.multi_agent_v1wait_agent")).toMatchObject({ kind: "other" });
  });

  test("how a tool went is known only where the host says it", () => {
    expect(read("claude", fixture("claude", "PostToolUse.Bash"))).toMatchObject({ outcome: "ok" });
    expect(read("claude", fixture("claude", "PostToolUseFailure"))).toMatchObject({ outcome: "failed", exitCode: 3 });
    expect(read("codex", fixture("codex", "PostToolUse.Bash"))).toMatchObject({ outcome: "unknown" });
    expect(read("codex", fixture("codex", "PostToolUse.apply_patch"))).toMatchObject({ outcome: "ok", exitCode: 0 });
  });

  test("parts that a transport made text of are read as what they were", () => {
    const payload = fixture("claude", "PreToolUse.Agent");
    const flat = { ...payload, tool_input: JSON.stringify(payload["tool_input"]) };
    expect(read("claude", flat)).toEqual(read("claude", payload));
    const stop = { ...fixture("claude", "Stop.with-background") };
    const text = { ...stop, stop_hook_active: "false", background_tasks: JSON.stringify(stop["background_tasks"]) };
    expect(read("claude", text)).toMatchObject({ backgroundTasks: 1, isContinued: false });
  });
});

describe("the start of a conversation on Claude Code", () => {
  const own = "1dce7d41-26ed-4482-b005-c53f63377881";
  const envFile = (id: string) => ({ CLAUDE_ENV_FILE: `/home/user/.claude/session-env/${id}/sessionstart-hook-0.sh` });
  const start = (name: string, env: Readonly<Record<string, string>>) => {
    const event = adapterOf("claude")!.read(fixture("claude", name), env);
    return event?.type === "session-started" ? [event.session, event.source] : event;
  };
  const named = (name: string) => String(fixture("claude", name)["session_id"]);

  test("that is a fork goes by its own name, not by that of the one it is forked from", () => {
    expect(start("SessionStart.resume", envFile(own))).toEqual([`claude:${own}`, "fork"]);
  });

  test.each([
    ["SessionStart.resume", "resume", {}],
    ["SessionStart.resume", "resume", envFile(named("SessionStart.resume"))],
    ["SessionStart.resume", "resume", { CLAUDE_ENV_FILE: `/tmp/${own}/x.sh` }],
    ["SessionStart.resume", "resume", { CLAUDE_ENV_FILE: "/session-env/../../x/y" }],
    ["SessionStart.startup", "startup", envFile(own)],
    ["SessionStart.compact", "compact", envFile(own)],
  ])("that is none stays what it is (%s)", (name, source, env) => {
    expect(start(name, env)).toEqual([`claude:${named(name)}`, source]);
  });
});

describe("ends of turns", () => {
  test("what still runs in the background is counted", () => {
    expect(read("claude", fixture("claude", "Stop.with-background"))).toMatchObject({ backgroundTasks: 1 });
    expect(read("claude", fixture("claude", "Stop"))).toMatchObject({ backgroundTasks: 0, ending: "clean" });
    expect(read("claude", fixture("claude", "Stop.active"))).toMatchObject({ isContinued: true });
    expect(read("claude", fixture("claude", "Stop"))).not.toHaveProperty("agentName");
    expect(read("claude", { ...fixture("claude", "Stop"), permission_mode: "plan" })).toMatchObject({
      agentName: "plan",
    });
  });

  test("an error and an interruption are no clean end", () => {
    expect(read("claude", fixture("claude", "StopFailure"))).toMatchObject({ ending: "error" });
    expect(read("codex", fixture("codex", "Interrupt"))).toMatchObject({ ending: "interrupted" });
  });
});

describe("replies, as the host takes them", () => {
  const specific = (hookEventName: string, rest: object): object => ({
    hookSpecificOutput: { hookEventName, ...rest },
  });

  test("context", () => {
    const reply = { context: "C" };
    expect(write("claude", "SessionStart.compact", reply)).toEqual(
      specific("SessionStart", { additionalContext: "C" }),
    );
    expect(write("claude", "PostToolUseFailure", reply)).toEqual(
      specific("PostToolUseFailure", { additionalContext: "C" }),
    );
    expect(write("codex", "SubagentStart", reply)).toEqual(specific("SubagentStart", { additionalContext: "C" }));
  });

  test("a refusal", () => {
    const denial = { permissionDecision: "deny", permissionDecisionReason: "D" };
    for (const host of ["claude", "codex"] as const) {
      expect(write(host, "PreToolUse.Bash", { deny: "D" })).toEqual(specific("PreToolUse", denial));
    }
  });

  test("another prompt for a subagent comes with the rest of the input, and grants nothing", () => {
    expect(write("claude", "PreToolUse.Agent", { prompt: "P" })).toEqual(
      specific("PreToolUse", {
        updatedInput: { description: "sub job", prompt: "P", subagent_type: "general-purpose" },
      }),
    );
    expect(write("codex", "PreToolUse.spawn_agent", { prompt: "P" })).toBeUndefined();
  });

  test("the plan's items stand before the agent's own, and none of an earlier time among these", () => {
    const items = [{ content: "[plan x] T1 One", status: "in_progress" }];
    expect(write("claude", "PreToolUse.TodoWrite", { items })).toEqual(
      specific("PreToolUse", {
        updatedInput: {
          todos: [
            { content: "[plan x] T1 One", status: "in_progress", activeForm: "[plan x] T1 One" },
            { content: "own", status: "pending", activeForm: "Own" },
          ],
        },
      }),
    );
    const payload = fixture("codex", "PreToolUse.update_plan");
    const stale = { step: "[plan x] T9 Old", status: "pending" };
    const own = { step: "own", status: "pending" };
    const input = { ...payload, tool_input: { explanation: "e", plan: [stale, own] } };
    expect(JSON.parse(adapterOf("codex")!.write(read("codex", input)!, { items }, input))).toEqual(
      specific("PreToolUse", {
        permissionDecision: "allow",
        updatedInput: { explanation: "e", plan: [{ step: "[plan x] T1 One", status: "in_progress" }, own] },
      }),
    );
  });

  test("items go into no tool that has no list", () => {
    const items = [{ content: "[plan x] T1 One", status: "pending" }];
    expect(write("claude", "PreToolUse.TaskCreate", { items })).toBeUndefined();
    expect(write("codex", "PreToolUse.Bash", { items })).toBeUndefined();
  });

  test("going on", () => {
    for (const host of ["claude", "codex"] as const) {
      expect(write(host, "Stop", { goOn: "G" })).toEqual({ decision: "block", reason: "G" });
    }
  });

  test("the summariser of Claude Code is told in plain text, that of Codex cannot be", () => {
    const payload = fixture("claude", "PreCompact.auto");
    expect(adapterOf("claude")!.write(read("claude", payload)!, { context: "C" }, payload)).toBe("C");
    expect(write("codex", "PreCompact.auto", { context: "C" })).toBeUndefined();
  });
});

test("a host that is none has no adapter", () => {
  for (const name of ["", "opencode", "__proto__", "toString"]) expect(adapterOf(name)).toBeUndefined();
});
