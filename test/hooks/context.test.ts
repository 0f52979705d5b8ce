import { appendFileSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readReceipts } from "../../src/engine/hooks/host-receipt.ts";
import { estimateTokens, utf8Length } from "../../src/context/measure.ts";
import { tempDir } from "../../src/workspace/git-fixture.ts";
import { Desk } from "../kit/desk.ts";
import { HookDesk } from "../kit/hooks.ts";

const at = "claude:s1";

async function deskWithPlan(): Promise<{ readonly desk: Desk; readonly hooks: HookDesk }> {
  const desk = new Desk();
  await desk.doAs(at, "plan", "new", "Faster start", "--goal", "Start in 60 ms");
  await desk.doAs(at, "task", "add", "Measure", "--id", "T1");
  return { desk, hooks: new HookDesk(desk) };
}

describe("at the beginning of a conversation", () => {
  test("a bound session is told its plan and where it stands", async () => {
    const { desk, hooks } = await deskWithPlan();
    await desk.doAs(at, "task", "claim", "T1");
    await desk.doAs(at, "log", "The profiler lies");
    writeFileSync(desk.path("new.txt"), "x");
    const { additionalContext = "" } = await hooks.send("SessionStart.startup");
    expect(additionalContext).toMatch(
      /^<holdfast-context plan="faster-start" revision="\d+">\n[\s\S]*<\/holdfast-context>$/,
    );
    expect(additionalContext).toContain("Goal: Start in 60 ms");
    expect(additionalContext).toContain("You: the writer of this plan");
    expect(additionalContext).toMatch(/^Yours: T1 Measure \(fence \w+\)$/m);
    expect(additionalContext).toContain(`Folder: ${desk.root} (branch `);
    expect(additionalContext).toContain("Uncommitted files: 1");
    expect(additionalContext).toMatch(/^Last commits: [0-9a-f]{7,} /m);
    expect(additionalContext).toContain("Last notes: The profiler lies");
  });

  test.each(["resume", "clear", "compact"])("so it is after %s", async (source) => {
    const { hooks } = await deskWithPlan();
    const { additionalContext } = await hooks.send(`SessionStart.${source}`);
    expect(additionalContext).toContain("Goal: Start in 60 ms");
  });

  test("Codex is told the same", async () => {
    const { desk } = await deskWithPlan();
    await desk.doAs("codex:c1", "session", "observe", "faster-start");
    const { additionalContext } = await new HookDesk(desk, "c1", "codex").send("SessionStart.startup");
    expect(additionalContext).toContain("Goal: Start in 60 ms");
    expect(additionalContext).toContain("You: an observer of this plan");
  });

  test("a session that is bound to nothing gets one short line, which names what is open", async () => {
    const { desk } = await deskWithPlan();
    const other = new HookDesk(desk, "s2");
    const { additionalContext = "" } = await other.send("SessionStart.startup");
    expect(additionalContext.split("\n")).toHaveLength(1);
    expect(additionalContext).toContain("faster-start");
    expect(additionalContext).toContain("not bound");
    expect(estimateTokens(additionalContext)).toBeLessThan(100);
    expect(await other.prompt()).toEqual({});
  });

  test("a session that holds a task is on its plan, bound or not", async () => {
    const { desk } = await deskWithPlan();
    await desk.doAs("claude:s2", "task", "claim", "T1");
    const { additionalContext } = await new HookDesk(desk, "s2").send("SessionStart.startup");
    expect(additionalContext).toContain("You: a worker on this plan");
    expect(additionalContext).toMatch(/^Yours: T1 /m);
  });

  test("plans that are put away are not brought up", async () => {
    const { desk } = await deskWithPlan();
    await desk.doAs(at, "plan", "pause");
    expect(await new HookDesk(desk, "s2").send("SessionStart.startup")).toEqual({});
  });
});

describe("what is told from files alone", () => {
  // Any setting makes it go the long way.
  const longWay = { env: { HOLDFAST_LEASE: "15m" } };

  test.each(["s1", "observer", "worker", "stranger"])("is what the whole engine tells: %s", async (id) => {
    const { desk } = await deskWithPlan();
    await desk.doAs("claude:observer", "session", "observe", "faster-start");
    await desk.doAs("claude:worker", "task", "claim", "T1");
    await desk.do("plan", "new", "Other");
    const hooks = new HookDesk(desk, id);
    for (const source of ["startup", "compact", "resume", "clear"]) {
      const quick = await hooks.raw(`SessionStart.${source}`);
      expect(quick).toContain("faster-start");
      expect(quick).toBe(await hooks.raw(`SessionStart.${source}`, {}, longWay));
    }
    expect(await hooks.prompt()).toEqual({});
  });

  test("is not believed once more has been written", async () => {
    const { desk, hooks } = await deskWithPlan();
    const snapshot = desk.read(".planning", ".local", "workspace", "state.json");
    await desk.doAs(at, "session", "release");
    writeFileSync(desk.path(".planning", ".local", "workspace", "state.json"), snapshot);
    expect((await hooks.send("SessionStart.startup")).additionalContext).toContain("not bound");
  });
});

describe("nothing is said", () => {
  test("in a workspace without plans, and outside of one", async () => {
    const desk = new Desk();
    expect(await new HookDesk(desk).send("SessionStart.startup")).toEqual({});
    await desk.do("init");
    expect(await new HookDesk(desk).send("SessionStart.startup")).toEqual({});
    expect(readdirSync(desk.path(".planning"))).not.toContain(".local/sessions");
  });

  test("with HOLDFAST=off", async () => {
    const { hooks } = await deskWithPlan();
    expect(await hooks.raw("SessionStart.startup", {}, { env: { HOLDFAST: "off" } })).toBe("");
  });

  test("about events that are of no interest, nor about a folder that is gone", async () => {
    const { hooks } = await deskWithPlan();
    for (const name of ["PreToolUse.TaskCreate", "PostToolUse.Bash", "PostCompact.auto", "PostToolBatch"]) {
      expect(await hooks.raw(name)).toBe("");
    }
    expect(await hooks.raw("SessionStart.startup", { cwd: "/nowhere/at/all" })).toBe("");
  });
});

describe("with a prompt", () => {
  test("nothing is said where nothing changed, or only by the session itself", async () => {
    const { desk, hooks } = await deskWithPlan();
    await hooks.send("SessionStart.startup");
    expect(await hooks.prompt()).toEqual({});
    await desk.doAs(at, "next", "Read the profile");
    expect(await hooks.prompt()).toEqual({});
  });

  test("what others changed is told, once", async () => {
    const { desk, hooks } = await deskWithPlan();
    await hooks.send("SessionStart.startup");
    await desk.doAs("codex:c1", "task", "claim", "T1");
    const { additionalContext = "" } = await hooks.prompt();
    expect(additionalContext).toMatch(/^<holdfast-context plan="faster-start" since="\d+" revision="\d+">$/m);
    expect(additionalContext).toContain("T1 claimed by codex:c1");
    expect(additionalContext).not.toContain("Goal:");
    expect(await hooks.prompt()).toEqual({});
  });

  test("beside what others changed the session's own changes are not told, however many they are", async () => {
    const { desk, hooks } = await deskWithPlan();
    await hooks.send("SessionStart.startup");
    for (let step = 0; step < 12; step += 1) await desk.doAs(at, "log", `own ${step}`);
    expect(await hooks.prompt()).toEqual({});
    await desk.doAs("codex:c1", "task", "claim", "T1");
    await desk.doAs(at, "log", "own again");
    const { additionalContext } = await hooks.prompt();
    expect(additionalContext).toContain("T1 claimed by codex:c1");
    expect(additionalContext).not.toContain("own again");
  });

  test("the same prompt, brought by two hooks, is answered once", async () => {
    const { desk, hooks } = await deskWithPlan();
    await hooks.send("SessionStart.startup");
    await desk.doAs("codex:c1", "task", "claim", "T1");
    const twice = await Promise.all([1, 2].map(() => hooks.send("UserPromptSubmit", { prompt_id: "p" })));
    expect(twice.filter((said) => said.additionalContext !== undefined)).toHaveLength(1);
  });

  test("a conversation that was never begun, as a fork is, is told everything", async () => {
    const { desk } = await deskWithPlan();
    await desk.doAs("claude:fork", "session", "observe", "faster-start");
    const fork = new HookDesk(desk, "fork");
    expect((await fork.prompt()).additionalContext).toContain("Goal: Start in 60 ms");
    expect(await fork.prompt()).toEqual({});
  });

  test("a subagent's own prompt is nobody's turn", async () => {
    const { hooks } = await deskWithPlan();
    expect(await hooks.prompt("Look", { agent_id: "a1", agent_type: "default" })).toEqual({});
  });

  test("a prompt that says it is other work is pointed out, a few times", async () => {
    const { hooks } = await deskWithPlan();
    await hooks.send("SessionStart.startup");
    const said = [];
    for (let at = 0; at < 5; at += 1) said.push(await hooks.prompt(`Now a completely different project, number ${at}`));
    expect(said.map(({ additionalContext }) => additionalContext !== undefined)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(said[0]?.additionalContext).toContain("evidence");
    expect(await hooks.prompt("<task-notification>a different project</task-notification>")).toEqual({});
  });

  test("a file that any task of the plan touches is none of other work", async () => {
    const { desk, hooks } = await deskWithPlan();
    await desk.doAs(at, "task", "add", "Later", "--id", "T2", "--parent", "T1", "--touch", "src/parser/lexer.ts");
    await hooks.send("SessionStart.startup");
    expect(await hooks.prompt("Please fix the crash in src/parser/lexer.ts at line 40")).toEqual({});
    const said = await hooks.prompt("Please fix the crash in billing/invoice.ts at line 40");
    expect(said.additionalContext).toContain("billing/invoice.ts, of which the plan says nothing");
  });

  test("a full context window is mentioned once, as Codex writes it into its transcript", async () => {
    const { desk } = await deskWithPlan();
    await desk.doAs("codex:c1", "session", "observe", "faster-start");
    const hooks = new HookDesk(desk, "c1", "codex");
    await hooks.send("SessionStart.startup");
    const transcript = join(tempDir(), "rollout.jsonl");
    const count = (tokens: number): string =>
      `${JSON.stringify({
        type: "event_msg",
        payload: {
          type: "token_count",
          info: { last_token_usage: { total_tokens: tokens }, model_context_window: 258_400 },
        },
      })}\n{"type":"event_msg","payload":{"type":"task_complete"}}\n`;
    writeFileSync(transcript, `${"x".repeat(300_000)}\n${count(1000)}`);
    expect(await hooks.prompt("Go on", { transcript_path: transcript })).toEqual({});
    appendFileSync(transcript, `${count(170_000)}"token_count"\n{"token_count`);
    const said = await hooks.prompt("Go on", { transcript_path: transcript });
    expect(said.additionalContext).toContain("66% of the context window");
    expect(await hooks.prompt("Go on", { transcript_path: transcript })).toEqual({});
    for (const path of ["/dev/zero", tempDir(), "", "relative"]) {
      expect(await hooks.prompt("Go on", { transcript_path: path })).toEqual({});
    }
  });

  test("a full context window is mentioned once", async () => {
    const { hooks } = await deskWithPlan();
    await hooks.send("SessionStart.startup");
    const memory = hooks.desk.path(".planning", ".local", "sessions");
    const [file = ""] = readdirSync(memory);
    appendFileSync(join(memory, file), '\n{"note":"context-use","share":0.61}\n');
    expect((await hooks.prompt()).additionalContext).toContain("61% of the context window");
    expect(await hooks.prompt()).toEqual({});
  });
});

test("the summariser is told what must not be lost", async () => {
  const { desk, hooks } = await deskWithPlan();
  await desk.doAs(at, "task", "claim", "T1");
  const text = await hooks.raw("PreCompact.auto");
  expect(text).toContain("faster-start");
  expect(text).toMatch(/Task in hand: T1 Measure \(fence \w+\)/);
  expect(text).toContain("holdfast status");
  expect(await new HookDesk(desk, "s2").raw("PreCompact.auto")).toBe("");
});

describe("limits", () => {
  test.each([
    ["claude", 9_500, Infinity],
    ["codex", 9_500, 2_400],
  ] as const)("%s never gets more than it takes", async (host, bytes, tokens) => {
    const desk = new Desk();
    const hooks = new HookDesk(desk, "s1", host);
    const long = "数".repeat(3000);
    const many = Array.from({ length: 20 }, (_, at) => ["--accept", `${at} ${long}`]).flat();
    await desk.doAs(hooks.session, "plan", "new", "Big", "--slug", "big", "--goal", long, "--done-when", long, ...many);
    mkdirSync(desk.path(".planning", ".local"), { recursive: true });
    writeFileSync(
      desk.path(".planning", "holdfast.json"),
      JSON.stringify({ context: { budgetTokens: 2400, maxBytes: 9500 } }),
    );
    await desk.doAs(hooks.session, "log", long.slice(0, 900));
    const { additionalContext = "" } = await hooks.send("SessionStart.startup");
    expect(additionalContext).toContain("</holdfast-context>");
    expect(utf8Length(additionalContext)).toBeLessThanOrEqual(bytes);
    expect(estimateTokens(additionalContext)).toBeLessThanOrEqual(tokens);
  });
});

describe("what goes wrong", () => {
  test("is left in the receipt and nowhere else", async () => {
    const { desk, hooks } = await deskWithPlan();
    rmSync(desk.path(".planning", ".local", "workspace", "journal"), { recursive: true });
    writeFileSync(desk.path(".planning", ".local", "workspace", "journal"), "not a folder");
    expect(await hooks.raw("SessionStart.startup")).toBe("");
    const [receipt] = readReceipts(desk.path(".planning"));
    expect(receipt).toMatchObject({ host: "claude", session: at });
    expect(receipt?.events["session-started"]?.error).toMatch(/\S/);
  });

  test("a receipt says when and how much was sent", async () => {
    const { desk, hooks } = await deskWithPlan();
    const { additionalContext = "" } = await hooks.send("SessionStart.startup");
    const [receipt] = readReceipts(desk.path(".planning"));
    expect(receipt?.events["session-started"]).toEqual({
      at: expect.any(Number) as number,
      bytes: utf8Length(additionalContext),
    });
  });

  test("a memory that is lost, torn or hostile costs a repetition at worst", async () => {
    const { desk, hooks } = await deskWithPlan();
    await hooks.send("SessionStart.startup");
    const folder = desk.path(".planning", ".local", "sessions");
    const [file = ""] = readdirSync(folder);
    writeFileSync(join(folder, file), '{"note":"saw","plan":3}\n{"note":\n\u0000\n{"note":"constructor"}\n[]\nnull\n');
    expect((await hooks.prompt()).additionalContext).toContain("Goal: Start in 60 ms");
    rmSync(join(folder, file));
    symlinkSync(join(tempDir(), "elsewhere"), join(folder, file));
    expect((await hooks.prompt()).additionalContext).toContain("Goal: Start in 60 ms");
  });
});
