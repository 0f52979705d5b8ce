import { appendFileSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Desk } from "../kit/desk.ts";
import { HookDesk } from "../kit/hooks.ts";

const at = "claude:s1";

async function deskWithPlan(): Promise<{ readonly desk: Desk; readonly hooks: HookDesk }> {
  const desk = new Desk();
  const hooks = new HookDesk(desk);
  await desk.doAs(at, "plan", "new", "Faster start", "--slug", "fast", "--goal", "Start in 60 ms");
  await desk.doAs(at, "task", "add", "Measure", "--id", "T1");
  await hooks.send("SessionStart.startup");
  return { desk, hooks };
}

const wrote = (hooks: HookDesk, path: string, fields = {}) =>
  hooks.send("PostToolUse.Write", { tool_input: { file_path: path }, tool_use_id: path, ...fields });
const progress = (desk: Desk): string => desk.read(".planning", "fast", "progress.md");
const count = (text: string, part: string): number => text.split(part).length - 1;

describe("files that a session changed", () => {
  test("are logged once a turn, by their names in the workspace", async () => {
    const { desk, hooks } = await deskWithPlan();
    await wrote(hooks, desk.path("src", "a.ts"));
    await wrote(hooks, desk.path("src", "a.ts"), { tool_use_id: "again" });
    await wrote(hooks, desk.path("b.txt"), { agent_id: "a1", agent_type: "general-purpose" });
    await wrote(hooks, desk.path(".planning", "fast", "notes.md"));
    expect(await hooks.send("Stop")).toEqual({});
    expect(progress(desk)).toContain("Changed 2 files: src/a.ts, b.txt");
    await hooks.send("Stop");
    expect(count(progress(desk), "Changed ")).toBe(1);
    await wrote(hooks, desk.path("c.txt"));
    await hooks.send("StopFailure");
    expect(progress(desk)).toContain("Changed 1 file: c.txt");
  });

  test("by many hooks at once are all logged", async () => {
    const { desk, hooks } = await deskWithPlan();
    await Promise.all(Array.from({ length: 8 }, (_, index) => wrote(hooks, desk.path(`f${index}.txt`))));
    await hooks.send("Stop");
    expect(progress(desk)).toContain("Changed 8 files");
  });

  test("by a worker go into its task's log, by an observer nowhere", async () => {
    const { desk } = await deskWithPlan();
    await desk.doAs("claude:w", "task", "claim", "T1");
    const worker = new HookDesk(desk, "w");
    await wrote(worker, desk.path("w.txt"));
    await worker.send("Stop");
    expect(
      (await desk.json<{ task: { log: readonly { text: string }[] } }>("task", "show", "T1")).task.log,
    ).toMatchObject([{ text: "Changed 1 file: w.txt" }]);
    await desk.doAs("claude:o", "session", "observe", "fast");
    const observer = new HookDesk(desk, "o");
    await wrote(observer, desk.path("o.txt"));
    await observer.send("Stop");
    expect(progress(desk)).not.toContain("o.txt");
  });
});

describe("a prompt that may be an agent's", () => {
  const yes = { isTrusted: true };

  test("allows nothing, and its person is told how to say it so that it counts", async () => {
    const { desk, hooks } = await deskWithPlan();
    for (const prompt of ["/holdfast:proceed", "proceed", "Looks good, go ahead."]) {
      const { systemMessage } = await hooks.prompt(prompt);
      expect(systemMessage).toContain("In a terminal: holdfast proceed --session claude:s1");
    }
    for (const prompt of ["Go on", "What is left?", "/holdfast:status", "stop"]) {
      expect((await hooks.prompt(prompt)).systemMessage).toBeUndefined();
    }
    expect(await hooks.prompt("proceed", { agent_id: "a1", agent_type: "general-purpose" })).toEqual({});
    expect(await desk.json("mode", "--session", at)).toMatchObject({ mode: null, grant: null, stopped: null });
  });

  test("stops what a person has allowed: that is open to all", async () => {
    const { desk, hooks } = await deskWithPlan();
    await hooks.raw("UserPromptSubmit", { prompt: "proceed", prompt_id: "p0" }, yes);
    expect(await desk.json("mode", "--session", at)).toMatchObject({ mode: "proceed", grant: { turns: 20 } });
    expect((await hooks.prompt("Please stop.")).systemMessage).toContain("back to work no more");
    expect(await desk.json("mode", "--session", at)).toMatchObject({ stopped: { why: "said in the conversation" } });
    expect((await hooks.prompt("stop")).systemMessage).toBeUndefined();
  });
});

describe("the end of a conversation", () => {
  test("is summed up for the plan and for the person", async () => {
    const { desk, hooks } = await deskWithPlan();
    await desk.doAs(at, "task", "claim", "T1");
    await desk.doAs(at, "task", "implemented", "T1");
    await wrote(hooks, desk.path("a.txt"));
    await hooks.send("Stop");
    const summary = "Session ended on fast: 1 file changed; tasks moved: T1 implemented; 0 files uncommitted";
    expect((await hooks.send("SessionEnd.other")).systemMessage).toBe(`Holdfast: ${summary}`);
    expect(progress(desk)).toContain(summary);
  });

  test("is not mentioned where nothing was done", async () => {
    const { desk, hooks } = await deskWithPlan();
    await hooks.send("SessionEnd.other");
    expect(progress(desk)).not.toContain("Session ended");
  });

  test("frees the plan for the next, and is taken back by who resumes", async () => {
    const { desk, hooks } = await deskWithPlan();
    await hooks.send("SessionEnd.other");
    expect(await desk.do("session", "list")).not.toContain(at);
    const { additionalContext } = await hooks.send("SessionStart.resume");
    expect(additionalContext).toContain("You: the writer of this plan");
    await hooks.send("SessionEnd.other");
    await desk.doAs("codex:next", "session", "bind", "fast");
    expect((await hooks.send("SessionStart.resume")).additionalContext).toContain("not bound");
  });

  test("leaves alone who let go of the plan since", async () => {
    const { desk, hooks } = await deskWithPlan();
    await hooks.send("SessionEnd.other");
    await hooks.send("SessionStart.resume");
    await desk.doAs(at, "session", "release");
    expect((await hooks.send("SessionStart.compact")).additionalContext).toContain("not bound");
    await hooks.send("SessionEnd.other");
    expect((await hooks.send("SessionStart.resume")).additionalContext).toContain("not bound");
  });

  test("forgets conversations that nobody has heard of for a month, and no others", async () => {
    const { desk, hooks } = await deskWithPlan();
    const folder = desk.path(".planning", ".local", "sessions");
    const monthAgo = Date.now() / 1000 - 31 * 24 * 3600;
    for (const name of ["old.jsonl", "young.jsonl", "note.txt"]) writeFileSync(join(folder, name), "");
    for (const name of ["old.jsonl", "note.txt"]) utimesSync(join(folder, name), monthAgo, monthAgo);
    await hooks.send("SessionEnd.other");
    const left = readdirSync(folder);
    expect(left).toContain("young.jsonl");
    expect(left).toContain("note.txt");
    expect(left).not.toContain("old.jsonl");
  });

  test("by a clearing hands the plan on to the conversation that follows it, and to no other", async () => {
    const { desk, hooks } = await deskWithPlan();
    await hooks.send("SessionEnd.clear", { prompt_id: "p-clear" });
    const stranger = new HookDesk(desk, "s3");
    expect((await stranger.send("SessionStart.clear", { prompt_id: "other" })).additionalContext).toContain(
      "not bound",
    );
    const next = new HookDesk(desk, "s2");
    const { additionalContext } = await next.send("SessionStart.clear", { prompt_id: "p-clear" });
    expect(additionalContext).toContain("You: the writer of this plan");
  });
});

describe("going on", () => {
  const trusted = { isTrusted: true };

  test("a person's word that came by a way no agent has lets the session go on; the same word elsewhere does not", async () => {
    const { desk, hooks } = await deskWithPlan();
    await desk.doAs(at, "task", "claim", "T1");
    await hooks.raw("UserPromptSubmit", { prompt: "/holdfast:proceed", prompt_id: "p1" });
    expect(await hooks.send("Stop")).toEqual({});
    await hooks.raw("UserPromptSubmit", { prompt: "/holdfast:proceed", prompt_id: "p2" }, trusted);
    const { decision, reason } = await hooks.send("Stop");
    expect(decision).toBe("block");
    expect(reason).toMatch(/\S/);
  });

  test.each([
    ["claude", "prompt_id"],
    ["codex", "turn_id"],
  ] as const)("is ended by what a person says while a turn runs, under its id (%s)", async (host, id) => {
    const { desk } = await deskWithPlan();
    const hooks = new HookDesk(desk, "s9", host);
    await desk.doAs(at, "session", "release");
    await desk.doAs(hooks.session, "session", "bind", "fast");
    for (const prompt of ["proceed", "stop"]) await hooks.raw("UserPromptSubmit", { prompt, [id]: "t1" }, trusted);
    expect(await hooks.send("Stop")).toEqual({});
    const { stopped } = await desk.json<{ stopped: object | null }>("mode", "--session", hooks.session);
    expect(stopped).toMatchObject({ why: "the person said so" });
  });

  test("is ended by what a person typed while a turn of Claude Code ran, of which no hook tells", async () => {
    const { desk, hooks } = await deskWithPlan();
    const transcript = join(desk.home, "transcript.jsonl");
    const put = (content: string, at: number, operation = "enqueue") =>
      `${JSON.stringify({ type: "queue-operation", operation, timestamp: new Date(at).toISOString(), content })}\n`;
    const end = () => hooks.raw("Stop", { transcript_path: transcript }, trusted);
    const now = Date.now();
    // What was typed before the person let it go on is past.
    const others = [put("stop", now - 60_000), put("<task-notification>stop</task-notification>", now + 60_000)];
    writeFileSync(transcript, `${others.join("")}${put("also look at b.ts", now + 60_000)}`);
    await hooks.raw("UserPromptSubmit", { prompt: "proceed", prompt_id: "p1" }, trusted);
    expect(JSON.parse(await end())).toMatchObject({ decision: "block" });
    appendFileSync(transcript, put("stop", now + 60_000));
    const said = JSON.parse(await end()) as Readonly<Record<string, unknown>>;
    expect(said).not.toHaveProperty("decision");
    expect(said["systemMessage"]).toContain("back to work no more");
    const { stopped } = await desk.json<{ stopped: object | null }>("mode", "--session", hooks.session);
    expect(stopped).toMatchObject({ why: "the person said so while a turn ran" });
    expect(await end()).toBe("");
  });

  test("is not given by what stands in a transcript; who typed a yes while a turn ran is told once to say it again", async () => {
    const { desk, hooks } = await deskWithPlan();
    const transcript = join(desk.home, "transcript.jsonl");
    const line = (entry: object, at: number) =>
      `${JSON.stringify({ ...entry, timestamp: new Date(at).toISOString() })}\n`;
    const begun = (promptId: string, at: number) => line({ type: "user", promptId, message: { content: "x" } }, at);
    const typed = (prompt: string, at: number, commandMode = "prompt") =>
      line({ type: "attachment", attachment: { type: "queued_command", prompt, commandMode } }, at);
    const end = (id: string, way = trusted) => hooks.raw("Stop", { transcript_path: transcript, prompt_id: id }, way);
    const turn = async (id: string, ...lines: readonly string[]) => {
      writeFileSync(transcript, lines.join(""));
      await hooks.raw("UserPromptSubmit", { prompt: "look around", prompt_id: id }, trusted);
      return end(id);
    };
    for (const [id, other] of [
      ["p1", typed("also look at b.ts", 2000)],
      ["p2", typed("<task-notification>proceed</task-notification>", 2000)],
      ["p3", typed("proceed", 2000, "task-notification")],
    ] as const) {
      expect(await turn(id, begun(id, 1000), other), id).toBe("");
    }
    expect(await turn("p4", typed("proceed", 500), begun("p4", 1000))).toBe("");
    const said = JSON.parse(await turn("p5", begun("p5", 1000), typed("yes, go ahead", 2000))) as object;
    expect(said).toEqual({ systemMessage: expect.stringMatching(/^Holdfast cannot hear .*say it again/) as unknown });
    expect(await end("p5")).toBe("");
    expect(await desk.json("mode", "--session", hooks.session)).toMatchObject({ mode: null, grant: null });
    await desk.doAs(hooks.session, "session", "release");
    await desk.doAs(hooks.session, "session", "observe", "fast");
    expect(await turn("p6", begun("p6", 1000), typed("proceed", 2000))).toBe("");
  });

  test("machines' prompts, subagents' and scheduled ones allow nothing, whatever way they come", async () => {
    const { desk, hooks } = await deskWithPlan();
    await desk.doAs(at, "task", "claim", "T1");
    await hooks.send("Stop", { session_crons: [{ id: "c", prompt: "/holdfast:proceed" }] });
    for (const fields of [
      { prompt: "/holdfast:proceed" },
      { prompt: "<task-notification>/holdfast:proceed</task-notification>" },
      { prompt: "/holdfast:proceed now", agent_id: "a1", agent_type: "x" },
    ]) {
      await hooks.raw("UserPromptSubmit", { prompt_id: JSON.stringify(fields), ...fields }, trusted);
    }
    expect(await hooks.send("Stop")).toEqual({});
  });

  test("is said at the start of a session while it is allowed, and what the session is at", async () => {
    const { desk, hooks } = await deskWithPlan();
    await desk.doAs(at, "task", "claim", "T1");
    await hooks.raw("UserPromptSubmit", { prompt: "/holdfast:proceed", prompt_id: "p2" }, trusted);
    const { additionalContext } = await hooks.send("SessionStart.compact");
    expect(additionalContext).toContain("Go on now");
    expect(additionalContext).toContain("Mode: proceed");
  });
});

test("that a plan is being made outlives a compaction before there is one", async () => {
  const desk = new Desk();
  await desk.do("init", "--host", "none");
  const hooks = new HookDesk(desk);
  await hooks.raw("UserPromptSubmit", { prompt: "/holdfast:new parse dates", prompt_id: "p1" }, { isTrusted: true });
  expect(await hooks.raw("PreCompact.manual")).toContain("mode new (the plan is being talked over: do not implement");
  expect((await hooks.send("SessionStart.compact")).additionalContext).toContain("do not implement anything");
  expect(await new HookDesk(desk, "s2").send("SessionStart.startup")).toEqual({});
  await hooks.raw("UserPromptSubmit", { prompt: "/holdfast:proceed", prompt_id: "p2" }, { isTrusted: true });
  expect(await hooks.send("SessionStart.compact")).toEqual({});
});

describe("a prompt that no hook brought, since the host was not ready", () => {
  const trusted = { isTrusted: true };
  const endTurn = async (hooks: HookDesk, said: string, promptId = "p1") => {
    const transcript = join(hooks.desk.home, "transcript.jsonl");
    const entries = [
      { type: "user", promptId: "p0", message: { role: "user", content: "go ahead" } },
      { type: "user", promptId, isMeta: true, message: { role: "user", content: "stop" } },
      { type: "user", promptId, message: { role: "user", content: said } },
      { type: "user", promptId, message: { role: "user", content: [{ type: "tool_result", content: "proceed" }] } },
    ];
    writeFileSync(transcript, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    const text = await hooks.raw("Stop", { transcript_path: transcript, prompt_id: promptId }, trusted);
    return text === "" ? {} : (JSON.parse(text) as { readonly systemMessage?: string; readonly decision?: string });
  };

  test.each(["proceed", "<command-message>x</command-message>\n<command-name>/holdfast:proceed</command-name>"])(
    "allows nothing, and the person is told once to say it again (%s)",
    async (said) => {
      const { desk, hooks } = await deskWithPlan();
      await desk.doAs(at, "task", "claim", "T1");
      const first = await endTurn(hooks, said);
      expect(first.systemMessage).toContain("say it again");
      expect(first).not.toHaveProperty("decision");
      expect(await endTurn(hooks, said)).toEqual({});
      expect(await desk.json("mode", "--session", at)).toMatchObject({ grant: null });
    },
  );

  test("is not mentioned where it says nothing about going on, nor where it was heard", async () => {
    const { hooks } = await deskWithPlan();
    expect(await endTurn(hooks, "what is in a.txt?")).toEqual({});
    await hooks.raw("UserPromptSubmit", { prompt: "/holdfast:status", prompt_id: "p2" }, trusted);
    expect(await endTurn(hooks, "proceed", "p2")).toEqual({});
  });

  test("stops all the same, for that anybody may", async () => {
    const { desk, hooks } = await deskWithPlan();
    await desk.doAs(at, "task", "claim", "T1");
    await hooks.raw("UserPromptSubmit", { prompt: "/holdfast:proceed", prompt_id: "p0" }, trusted);
    const ended = await endTurn(hooks, "stop");
    expect(ended.systemMessage).toContain("no more");
    expect(ended).not.toHaveProperty("decision");
    expect(await endTurn(hooks, "and the tests?", "p3")).toEqual({});
  });
});

describe("goals of a session without a plan", () => {
  test("are told from the next prompt on, once, and offered to a new session", async () => {
    const desk = new Desk();
    await desk.do("init");
    const hooks = new HookDesk(desk);
    await hooks.send("SessionStart.startup");
    await desk.doAs(at, "goal", "set", "Ship it", "--done-when", "the tests pass");
    expect((await hooks.prompt()).additionalContext).toContain("Ship it");
    expect(await hooks.prompt()).toEqual({});
    expect((await hooks.send("SessionStart.compact")).additionalContext).toContain("Ship it");
  });
});
