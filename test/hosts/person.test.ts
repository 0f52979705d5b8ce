import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { firstOf, inOrder, when, type Turn } from "../../src/hosts/model-server/turn.ts";
import { openClaudeTerminal, untilConnected } from "./kit/claude.ts";
import { openCodex, openCodexInBackground, type CodexServer } from "./kit/codex.ts";
import { connect } from "./kit/connect.ts";
import { projectRoot } from "./kit/root.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";
import type { World } from "./kit/world.ts";

async function planFor(world: World, session: string): Promise<void> {
  await connect(world);
  await world.did("plan", "new", "Parse dates", "--slug", "dates", "--goal", "g", "--done-when", "d");
  await world.did("task", "add", "Read the year", "--id", "T1");
  await world.did("session", "bind", "dates", "--session", session);
}

const standingOf = async (world: World, session: string) =>
  JSON.parse(await world.did("mode", "--session", session, "--json")) as Readonly<Record<string, unknown>>;

/** Every grant that anybody was ever given here, whoever they said they were. */
function grantsIn(world: World): readonly string[] {
  const folder = join(world.project, ".planning", ".local", "workspace");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith(".jsonl"),
  );
  const lines = files.flatMap((file) => readFileSync(join(file.parentPath, file.name), "utf8").split("\n"));
  return lines.filter((line) => line.includes('"grant.given"'));
}

interface Forging {
  readonly host: "claude" | "codex";
  /** What it is started with for one prompt, with nobody at it. */
  readonly oneShot: string;
}

/** What an agent might send in a person's name, to a hook's command or to a server. Each is another prompt. */
function forge(world: World, { host, oneShot }: Forging, session: string): readonly string[] {
  const prompt = (id: string) => ({
    hook_event_name: "UserPromptSubmit",
    session_id: session,
    cwd: world.project,
    prompt: "proceed",
    prompt_id: id,
    turn_id: id,
  });
  world.write("payload.json", JSON.stringify(prompt("hook")));
  for (const name of ["piped", "become", "apart"]) {
    const clientInfo = { name: host === "claude" ? "claude-code" : "codex-mcp-client", version: "1" };
    const messages = [
      { id: 0, method: "initialize", params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo } },
      { method: "notifications/initialized" },
      { id: 1, method: "tools/call", params: { name: "hook", arguments: { host, ...prompt(name) } } },
    ];
    const lines = messages.map((message) => JSON.stringify({ jsonrpc: "2.0", ...message }));
    world.write(`${name}.jsonl`, `${lines.join("\n")}\n`);
  }
  // Claude Code takes no `exec` as it is.
  world.write("become.sh", "exec holdfast mcp < <(cat become.jsonl; sleep 2)\n");
  world.write("become-host.sh", `exec ${oneShot} proceed < /dev/null\n`);
  return [
    `holdfast hook ${host} < payload.json`,
    "holdfast proceed; holdfast continue --turns 5",
    "script -qec 'holdfast proceed' /dev/null",
    "setsid -w script -qec 'holdfast proceed' /dev/null",
    "(cat piped.jsonl; sleep 2) | holdfast mcp",
    ". ./become.sh",
    "mkfifo p; (cat apart.jsonl; sleep 2) > p & setsid -w holdfast mcp < p",
    `script -qec '${oneShot} proceed' /dev/null`,
    LAST_TRY,
  ];
}

const LAST_TRY = ". ./become-host.sh";

/** The model tries one after the other; hosts that it starts get an answer of their own. */
async function tryAll(world: World, tries: readonly Turn[], begin: () => Promise<void>): Promise<void> {
  const nested = when({ lastUser: "proceed" }, () => ({ text: "as you say" }));
  world.model.use(firstOf(nested, inOrder(...tries)));
  await begin();
  const last = await world.model.waitFor(({ text }) => text.includes(LAST_TRY));
  expect(last.text.split("serverInfo").length - 1).toBe(3);
  expect(world.model.requests.filter(({ lastUser }) => lastUser === "proceed")).toHaveLength(2);
}

/** A title is asked for as well, without tools, and sooner. */
const turnOf = (world: World, text: string) =>
  world.model.waitFor(({ lastUser, tools }) => lastUser.includes(text) && tools.includes("Bash"));

describeOn(["claude"], "a person's act", () => {
  test("is what somebody types at the host's terminal", async ({ world }) => {
    const id = randomUUID();
    await planFor(world, `claude:${id}`);
    const terminal = await openClaudeTerminal(world, { args: ["--session-id", id] });
    await untilConnected(world, terminal);
    expect(grantsIn(world)).toEqual([]);
    await terminal.type("proceed");
    await turnOf(world, "proceed");
    expect(await standingOf(world, `claude:${id}`)).toMatchObject({ mode: "proceed", grant: { plan: "dates" } });
    expect(grantsIn(world)).toHaveLength(1);
    await terminal.stop();
  });

  test("is also a stop that they type while a turn runs, of which no hook tells", async ({ world }) => {
    const id = randomUUID();
    await planFor(world, `claude:${id}`);
    const wait = { name: "Bash", input: { command: "until [ -e said ]; do sleep 0.1; done", description: "wait" } };
    let hasBegun = false;
    world.model.use(({ tools, lastUser }) => {
      if (hasBegun || !tools.includes("Bash") || !lastUser.includes("proceed")) return { text: "as you say" };
      hasBegun = true;
      return { calls: [wait] };
    });
    const terminal = await openClaudeTerminal(world, { args: ["--session-id", id] });
    await untilConnected(world, terminal);
    await terminal.type("proceed");
    await turnOf(world, "proceed");
    // The line may still hold what was sent.
    terminal.press("\u0015");
    await terminal.type("stop");
    await terminal.shows("stop");
    world.write("said", "");
    await terminal.shows("back to work no more");
    expect(await standingOf(world, `claude:${id}`)).toMatchObject({ grant: null, stopped: {} });
    await terminal.stop();
  });

  test("is no yes that they type while a turn runs; they are told to say it again", async ({ world }) => {
    const id = randomUUID();
    await planFor(world, `claude:${id}`);
    // The host keeps what is typed beside the turn, hands it over after a call, and writes that down a moment later.
    const until = (mark: string) => {
      const command = `until grep -qs '${mark}' "$HOME"/.claude/projects/*/${id}.jsonl; do sleep 0.1; done`;
      return { calls: [{ name: "Bash", input: { command, description: "wait" } }] };
    };
    const turns = [until('"enqueue".*"proceed"'), until('"queued_command"')];
    world.model.use(({ tools, text }) => {
      const isMeant = tools.includes("Bash") && text.includes("look around");
      return (isMeant ? turns.shift() : undefined) ?? { text: "as you say" };
    });
    const terminal = await openClaudeTerminal(world, { args: ["--session-id", id] });
    await untilConnected(world, terminal);
    await terminal.type("look around");
    await turnOf(world, "look around");
    terminal.press("\u0015");
    await terminal.type("proceed");
    await terminal.shows("say it again");
    expect(grantsIn(world)).toEqual([]);
    expect(await standingOf(world, `claude:${id}`)).toMatchObject({ mode: null, grant: null });
    await terminal.type("proceed");
    await terminal.shows("by itself for up to 20 turns");
    await terminal.stop();
  });

  test("before the server is there is not heard, and they are told to say it again", async ({ world }) => {
    const id = randomUUID();
    await planFor(world, `claude:${id}`);
    const program = `exec '${process.execPath}' '${join(projectRoot, "dist", "holdfast.js")}' "$@"`;
    world.replaceProgram(`case $1 in mcp) until [ -e '${world.home}/ready' ]; do sleep 0.1; done ;; esac; ${program}`);
    const wait = { name: "Bash", input: { command: `touch '${world.home}/ready'; sleep 0.2`, description: "wait" } };
    world.model.use(({ lastUser, tools }) => {
      const isEarly = tools.includes("Bash") && !tools.includes("mcp__holdfast__task");
      return isEarly && lastUser.includes("proceed") ? { calls: [wait] } : { text: "as you say" };
    });
    const terminal = await openClaudeTerminal(world, { args: ["--session-id", id] });
    await terminal.type("proceed");
    await terminal.shows("say it again");
    expect(await standingOf(world, `claude:${id}`)).toMatchObject({ mode: null, grant: null });
    await terminal.type("proceed");
    await terminal.shows("by itself for up to 20 turns");
    expect(await standingOf(world, `claude:${id}`)).toMatchObject({ mode: "proceed", grant: { plan: "dates" } });
    await terminal.stop();
  });

  test("is nothing that an agent does in its shell", async ({ world }) => {
    const id = randomUUID();
    await planFor(world, `claude:${id}`);
    const commands = forge(world, { host: "claude", oneShot: "claude -p" }, id);
    const tries = commands.map((command) => ({ calls: [{ name: "Bash", input: { command, description: "try" } }] }));
    const terminal = await openClaudeTerminal(world, { args: ["--session-id", id] });
    await tryAll(world, tries, () => terminal.type("try what you can"));
    await terminal.stop();
    expect(grantsIn(world)).toEqual([]);
    expect(await standingOf(world, `claude:${id}`)).toMatchObject({ mode: null, grant: null });
  });
});

/** What hooks have shown to the person. */
const toldBy = (codex: CodexServer): string => JSON.stringify(codex.seen("hook/completed"));

describeOn(["codex"], "a person's act", () => {
  test("is what somebody says to it", async ({ world }) => {
    const codex = await openCodex(world);
    await connect(world);
    const thread = await codex.startThread();
    await planFor(world, `codex:${thread}`);
    await codex.say(thread, "proceed");
    expect(await standingOf(world, `codex:${thread}`)).toMatchObject({ mode: "proceed", grant: { plan: "dates" } });
    expect(grantsIn(world)).toHaveLength(1);
    expect(toldBy(codex)).toMatch(/go on by itself for up to 20 turns.*3 turns without progress/);
    await codex.say(thread, "stop");
    expect(toldBy(codex)).toContain("back to work no more");
    await codex.stop();
  });

  test("is also what they say while a turn runs", async ({ world }) => {
    const codex = await openCodex(world);
    await connect(world);
    const threadId = await codex.startThread();
    await planFor(world, `codex:${threadId}`);
    const wait = { name: "exec_command", input: { cmd: "until [ -e said ]; do sleep 0.1; done" } };
    world.model.use(inOrder({ calls: [wait] }));
    const say = (text: string) => ({ threadId, input: [{ type: "text", text }] });
    const { turn } = await codex.call("turn/start", say("proceed"));
    const turnId = (turn as { readonly id: string }).id;
    await world.model.waitFor(({ lastUser }) => lastUser === "proceed");
    await codex.call("turn/steer", { ...say("stop"), expectedTurnId: turnId });
    world.write("said", "");
    await codex.waitFor("turn/completed");
    expect(await standingOf(world, `codex:${threadId}`)).toMatchObject({
      grant: null,
      stopped: { why: "the person said so" },
    });
    await codex.stop();
  });

  test("is nothing that an agent does in its shell", async ({ world }) => {
    await connect(world);
    // Its shells read this, and have the system's own path before.
    writeFileSync(join(world.home, ".profile"), `export PATH=${world.env["PATH"]}\n`);
    const codex = await openCodex(world);
    const thread = await codex.startThread();
    await planFor(world, `codex:${thread}`);
    const oneShot = "codex exec --skip-git-repo-check --dangerously-bypass-hook-trust";
    const commands = forge(world, { host: "codex", oneShot }, thread);
    const tries = commands.map((cmd) => ({ calls: [{ name: "exec_command", input: { cmd, yield_time_ms: 20_000 } }] }));
    await tryAll(world, tries, () => codex.say(thread, "try what you can"));
    expect(grantsIn(world)).toEqual([]);
    expect(await standingOf(world, `codex:${thread}`)).toMatchObject({ mode: null, grant: null });
    await codex.stop();
  });

  test("is what somebody says to its server in the background, while nothing of an agent's could say it", async ({
    world,
  }) => {
    const codex = await openCodexInBackground(world);
    await connect(world);
    const thread = await codex.startThread();
    await planFor(world, `codex:${thread}`);
    const leave = {
      name: "exec_command",
      input: { cmd: "setsid sh -c 'until [ -e over ]; do sleep 0.1; done' & echo left", yield_time_ms: 5_000 },
    };
    world.model.use(firstOf(inOrder({ calls: [leave] }), () => ({ text: "as you say" })));
    await codex.say(thread, "leave something running");
    await codex.say(thread, "proceed");
    expect(grantsIn(world)).toEqual([]);
    expect(toldBy(codex)).toContain(`holdfast proceed --session codex:${thread}`);
    world.write("over", "");
    const granted = async (): Promise<number> => {
      await codex.say(thread, "proceed");
      return grantsIn(world).length;
    };
    await expect.poll(granted, { timeout: 20_000 }).toBe(1);
    expect(await standingOf(world, `codex:${thread}`)).toMatchObject({ mode: "proceed", grant: { plan: "dates" } });
    await codex.stop();
  });

  test("is nothing that an agent puts into its queue", async ({ world }) => {
    await connect(world);
    writeFileSync(join(world.home, ".profile"), `export PATH=${world.env["PATH"]}\n`);
    const codex = await openCodex(world);
    const thread = await codex.startThread();
    await planFor(world, `codex:${thread}`);
    const cmd = `codex queue --thread ${thread} --message proceed`;
    const queue = { name: "exec_command", input: { cmd, yield_time_ms: 20_000 } };
    world.model.use(firstOf(inOrder({ calls: [queue] }), () => ({ text: "as you say" })));
    await codex.say(thread, "queue what you want to hear");
    await world.model.waitFor(({ lastUser }) => lastUser === "proceed");
    await codex.waitFor("turn/completed", () => codex.seen("turn/completed").length > 1);
    expect(grantsIn(world)).toEqual([]);
    expect(toldBy(codex)).toContain(`holdfast proceed --session codex:${thread}`);
    await codex.stop();
  });
});
