import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { MODES } from "../../src/continuation/mode.ts";
import { notePrompt } from "../../src/engine/continuation/continuation.ts";
import { Workspace } from "../../src/engine/workspace.ts";
import { firstOf, inOrder, when, type ModelRequest, type Turn } from "../../src/hosts/model-server/turn.ts";
import { openOpenCode, type OpenCodeServer } from "./kit/opencode.ts";
import { projectRoot as root } from "./kit/root.ts";
import { timesIn } from "./kit/hosts.ts";
import { describeOn, worldTest as test } from "./kit/world-test.ts";
import type { World } from "./kit/world.ts";

const GOAL = "dates are parsed without a library";

/** A workspace, and an OpenCode that loads the plugin as it is published. */
async function connect(world: World, countdownSeconds = 0.2): Promise<void> {
  await world.did("init", "--host", "none");
  const file = join(world.home, ".config", "opencode", "opencode.json");
  const config = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  config["plugin"] = [[join(root, "dist", "opencode-plugin.mjs"), { countdownSeconds }]];
  config["agent"] = { deep: { mode: "primary", prompt: "You think deeply." } };
  writeFileSync(file, JSON.stringify(config));
}

async function makePlan(world: World): Promise<void> {
  await world.did("plan", "new", "Parse dates", "--slug", "dates", "--goal", GOAL, "--done-when", "the tests pass");
  await world.did("task", "add", "Read the year", "--id", "T1");
  await world.did("task", "add", "Read the month", "--id", "T2", "--parent", "T1");
}

const bind = (world: World, session: string) =>
  world.did("session", "bind", "dates", "--session", `opencode:${session}`);

/** A session on the plan. */
async function begin(world: World): Promise<{ readonly server: OpenCodeServer; readonly session: string }> {
  await connect(world);
  await makePlan(world);
  const server = await openOpenCode(world);
  const session = await server.startSession();
  await bind(world, session);
  return { server, session };
}

/** On a small machine that does other things too. */
const SLOWLY = { timeout: 40_000, interval: 200 };

/** The host asks a model for a summary with these words. */
const SUMMARY = "Here is the conversation so far";

const bash = (command: string) => ({ calls: [{ name: "bash", input: { command, description: "run it" } }] });

/** Messages as the provider got them; its cache is good for as long as they begin alike. */
const messagesOf = (request: ModelRequest | undefined): readonly string[] =>
  ((request?.body["messages"] ?? []) as readonly unknown[]).map((message) => JSON.stringify(message));

describeOn(["opencode"], "the plugin", () => {
  test("puts the stable part into the system text and the moving part into the last message, whose bytes stay", async ({
    world,
  }) => {
    const { server, session } = await begin(world);
    world.model.use(inOrder(bash("echo hello"), bash("echo again"), { text: "done" }));
    await server.say(session, "first");
    await server.say(session, "second");
    const requests = world.model.requests.map(messagesOf);
    expect(requests).toHaveLength(4);
    const [first] = requests;
    expect(first![1]).toContain(GOAL);
    expect(first![1]).toMatch(/"role":"system"/);
    expect(first!.at(-1)).toContain("Ready: T1 Read the year");
    // Each request is the one before with something behind it.
    for (const [at, request] of requests.entries()) {
      if (at > 0) expect(request.slice(0, requests[at - 1]!.length)).toEqual(requests[at - 1]);
    }
    for (const request of world.model.requests) {
      expect(timesIn(request, GOAL)).toBe(1);
      expect(timesIn(request, "<holdfast-context")).toBe(1);
    }

    await world.did("task", "claim", "T1", "--session", "trae:somebody-else");
    await server.say(session, "third");
    const moved = messagesOf(world.model.requests.at(-1));
    expect(moved.slice(0, requests.at(-1)!.length)).toEqual(requests.at(-1));
    expect(moved.at(-1)).toContain("held by trae:somebody-else");
    expect(moved.at(-1)).toContain("Ready: nothing now");
    expect(moved.at(-1)).not.toContain(GOAL);
    await server.stop();
  });

  test("is there once after compaction, by the host and by a person, and the summariser is told what to keep", async ({
    world,
  }) => {
    const { server, session } = await begin(world);
    await world.did("next", "Write the failing test", "--session", `opencode:${session}`);
    const summary = when({ lastUser: SUMMARY }, () => ({ text: "<summary>What was said so far.</summary>" }));
    const full: Turn = { ...bash("echo hello"), usage: { input: 198_000 } };
    world.model.use(firstOf(summary, inOrder(full, { text: "after it" })));
    await server.say(session, "first");
    const after = world.model.requests.at(-1);
    expect([timesIn(after, GOAL), timesIn(after, "<holdfast-context")]).toEqual([1, 1]);
    await server.compact(session);
    await server.say(session, "second");
    const asked = world.model.requests.filter(({ lastUser }) => lastUser.includes(SUMMARY));
    expect(asked).toHaveLength(2);
    for (const request of asked) {
      expect(request.text).toContain("Keep in the summary: this session works on the Holdfast plan dates");
      expect(timesIn(request, "<holdfast-")).toBe(0);
    }
    const last = world.model.requests.at(-1);
    expect([timesIn(last, GOAL), timesIn(last, "<holdfast-context")]).toEqual([1, 1]);
    expect(messagesOf(last).at(-1)).toContain("Next: Write the failing test");
    await server.stop();
  });

  test("gives a subagent its own task, whose bytes stay, and not the plan of its parent", async ({ world }) => {
    const { server, session } = await begin(world);
    const prompt = "Task ID: T1\nRead the year.";
    const spawn: Turn = { calls: [{ name: "task", input: { description: "part", prompt, subagent_type: "general" } }] };
    const inChild = inOrder(bash("echo as $HOLDFAST_SESSION"), { text: "read" });
    world.model.use(firstOf(when({ isSubagent: true }, inChild), when({ isSubagent: false }, inOrder(spawn))));
    await server.say(session, "go");
    const [first, second] = world.model.requests.filter(({ subagent }) => subagent !== undefined);
    expect(timesIn(first, '<holdfast-task id="T1">')).toBe(1);
    expect(messagesOf(second).slice(0, messagesOf(first).length)).toEqual(messagesOf(first));
    const told = (request: ModelRequest | undefined) => timesIn(request, "<holdfast-plan") + timesIn(request, "Ready:");
    expect(told(first)).toBe(0);
    expect(second?.text).toContain(`as opencode:${session}+ses_`);
    await server.stop();
  });

  test("refuses a subagent whose task cannot begin, and tells the model why", async ({ world }) => {
    const { server, session } = await begin(world);
    const input = { description: "part", prompt: "Task ID: T2\nRead the month.", subagent_type: "general" };
    world.model.use(inOrder({ calls: [{ name: "task", input }] }));
    await server.say(session, "go");
    expect(world.model.requests.filter(({ subagent }) => subagent !== undefined)).toEqual([]);
    expect(world.model.requests.at(-1)?.text).toMatch(/T2.*T1/);
    await server.stop();
  });

  test("offers the tools under their names, and what they do is the session's own", async ({ world }) => {
    await connect(world);
    const server = await openOpenCode(world);
    const session = await server.startSession();
    const goal = { title: "Parse dates", done_condition: "the tests pass" };
    world.model.use(
      inOrder(
        { calls: [{ name: "goal_set", input: goal }] },
        { calls: [{ name: "goal_status", input: {} }] },
        { calls: [{ name: "goal_validate", input: {} }] },
        { calls: [{ name: "goal_done", input: {} }] },
      ),
    );
    await server.say(session, "go");
    const [first, second, third, fourth] = world.model.requests;
    expect(first?.tools).toEqual(
      expect.arrayContaining(["goal_set", "goal_status", "goal_done", "goal_validate", "goal_cancel"]),
    );
    expect(first?.tools).toEqual(
      expect.arrayContaining(["holdfast_plan_read", "holdfast_plan_write", "holdfast_task", "holdfast_note"]),
    );
    expect(timesIn(first, "Parse dates")).toBe(0);
    // It is in front of the model with the very next request, and no message was added for it.
    expect(messagesOf(second)[1]).toContain("Goal: Parse dates");
    expect(third?.text).toContain("In Progress");
    expect(fourth?.text).toContain("Use goal_done to mark it as completed first.");
    const { items } = JSON.parse(await world.did("goal", "list", "--json")) as { items: unknown };
    expect(items).toMatchObject([{ title: "Parse dates", status: "completed", session: `opencode:${session}` }]);
    await server.stop();
  });

  test("names the plan in the title while the session is on it, and gives the person's own back", async ({ world }) => {
    await connect(world);
    await makePlan(world);
    const server = await openOpenCode(world);
    const session = await server.startSession("Tidy up");
    const title = async (): Promise<unknown> => ((await server.get(`/session/${session}`)) as { title?: string }).title;
    await bind(world, session);
    await server.say(session, "first");
    await expect.poll(title, SLOWLY).toBe("task:dates | Tidy up");
    await world.did("session", "release", "--session", `opencode:${session}`);
    await server.say(session, "second");
    await expect.poll(title, SLOWLY).toBe("Tidy up");
    await server.stop();
  });

  test("says nothing at all without a plan, or where Holdfast is off, and one line where the session is on none", async ({
    world,
  }) => {
    await connect(world);
    const talk = async (env: Readonly<Record<string, string>> = {}): Promise<void> => {
      const server = await openOpenCode(world, { env });
      const session = await server.startSession();
      await server.say(session, "first");
      await server.say(session, "second");
      await server.stop();
    };
    await talk();
    await makePlan(world);
    await talk({ HOLDFAST: "off" });
    await talk();
    const said = world.model.requests.map((request) => [timesIn(request, "<holdfast-"), timesIn(request, "Holdfast:")]);
    expect(said).toEqual([...Array.from({ length: 4 }, () => [0, 0]), [0, 1], [0, 1]]);
    const offered = world.model.requests.map(({ tools }) => tools.includes("goal_set"));
    expect(offered).toEqual([true, true, false, false, true, true]);
  });

  test("is there again when the conversation is taken up in another process", async ({ world }) => {
    await connect(world);
    await makePlan(world);
    const first = await openOpenCode(world);
    const session = await first.startSession();
    await bind(world, session);
    await first.say(session, "first");
    await first.stop();
    const second = await openOpenCode(world);
    await second.say(session, "second");
    const last = world.model.requests.at(-1);
    expect([timesIn(last, GOAL), timesIn(last, "<holdfast-context")]).toEqual([1, 1]);
    expect(last?.text).toContain("You: the writer of this plan");
    await second.stop();
  });

  test("is in no request that names the conversation, and nothing of it is stored", async ({ world }) => {
    await connect(world);
    await makePlan(world);
    const server = await openOpenCode(world);
    const session = String((await server.post("/session", {}))["id"]);
    await bind(world, session);
    const title = async (): Promise<unknown> => ((await server.get(`/session/${session}`)) as { title?: string }).title;
    world.model.use(when({ lastUser: "go" }, ({ tools }) => (tools.length === 0 ? { text: "A name" } : undefined)));
    await server.say(session, "go");
    await expect.poll(title, SLOWLY).toBe("task:dates | A name");
    const [naming] = world.model.requests.filter(({ tools }) => tools.length === 0);
    expect(naming).toBeDefined();
    expect(timesIn(naming, "<holdfast-")).toBe(0);
    expect(JSON.stringify(await server.get(`/session/${session}/message`))).not.toContain("<holdfast-");
    await server.stop();
  });

  test("keeps the agent's own list of todos in step with the plan", async ({ world }) => {
    const { server, session } = await begin(world);
    const todos = [{ content: "look around", status: "pending", priority: "low" }];
    world.model.use(inOrder({ calls: [{ name: "todowrite", input: { todos } }] }));
    await server.say(session, "go");
    const kept = (await server.get(`/session/${session}/todo`)) as readonly { content: string; status: string }[];
    expect(kept.map(({ content, status }) => `${status} ${content}`)).toEqual(
      expect.arrayContaining(["pending [plan dates] T1 Read the year", "pending look around"]),
    );
    await server.stop();
  });
});

/** What a person's word gives: said to Holdfast directly, since whatever runs these tests may be an agent itself. */
async function type(world: World, session: string, text: string): Promise<void> {
  // The key that seals the grant is that of the world.
  const env = { ...world.env, XDG_STATE_HOME: join(world.home, ".local", "state") };
  const caller = { cwd: world.project, env, session: `opencode:${session}` };
  const workspace = await Workspace.open(caller);
  if (!workspace.ok) throw new Error(workspace.refusal.message);
  const prompt = { session: caller.session, text, by: "person" } as const;
  const noted = await notePrompt(workspace.value, prompt);
  workspace.value.close();
  if (!noted.ok) throw new Error(noted.refusal.message);
}

const proceed = (world: World, session: string): Promise<void> => type(world, session, "/holdfast:proceed");

/** When the end of a turn was last answered in a session. */
function lastEnd(world: World): number {
  const folder = join(world.project, ".planning", ".local", "receipts");
  const texts = existsSync(folder) ? readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8")) : [];
  const all = texts.map((text) => JSON.parse(text) as { events: Record<string, { at: number }> });
  return Math.max(0, ...all.map(({ events }) => events["turn-ended"]?.at ?? 0));
}

/** Requests that answer a prompt of ours. */
const continued = ({ model }: World): readonly ModelRequest[] =>
  model.requests.filter(({ text }) => text.includes("<holdfast-continuation"));

describeOn(["opencode"], "continuation on idle", () => {
  const open = async (world: World, seconds = 0.2) => {
    await connect(world, seconds);
    await makePlan(world);
    const server = await openOpenCode(world);
    const session = await server.startSession("Tidy up");
    await bind(world, session);
    await world.did("task", "claim", "T1", "--session", `opencode:${session}`);
    return { server, session };
  };
  const modeOf = (world: World, session: string): Promise<string> =>
    world.did("mode", "--session", `opencode:${session}`);
  const isIdle = (server: OpenCodeServer, session: string) => async (): Promise<boolean> =>
    !((await server.get("/session/status")) as object).hasOwnProperty(session);

  test("goes on under a grant, for the person's agent, and ends where nothing moves", async ({ world }) => {
    const { server, session } = await open(world);
    await proceed(world, session);
    await server.post(`/session/${session}/message`, { agent: "deep", parts: [{ type: "text", text: "go" }] });
    await expect.poll(() => continued(world).length, SLOWLY).toBe(3);
    for (const request of continued(world)) expect(request.text).toContain("You think deeply.");
    // It has ended: what would come next does not.
    await expect.poll(() => modeOf(world, session), SLOWLY).toMatch(/progress/);
    await expect.poll(isIdle(server, session), SLOWLY).toBe(true);
    expect(continued(world)).toHaveLength(3);
    const stored = JSON.stringify(await server.get(`/session/${session}/message`));
    expect(stored.split('"kind":"continuation"')).toHaveLength(4);
    expect(stored).not.toContain("<holdfast-context");
    await server.stop();
  });

  test("does nothing while the plan is talked over, whichever mode says so, and goes on once they say proceed", async ({
    world,
  }) => {
    const { server, session } = await open(world, 0);
    await proceed(world, session);
    const grant = async () =>
      (JSON.parse(await world.did("mode", "--session", `opencode:${session}`, "--json")) as { grant: object }).grant;
    for (const mode of MODES.filter((each) => each !== "proceed")) {
      await type(world, session, `/holdfast-${mode}`);
      const before = lastEnd(world);
      await server.say(session, `about ${mode}`);
      await expect.poll(() => lastEnd(world), SLOWLY).toBeGreaterThan(before);
      expect(await grant(), mode).toMatchObject({ used: 0 });
    }
    expect(continued(world)).toEqual([]);
    await proceed(world, session);
    await server.say(session, "go");
    await expect.poll(() => continued(world).length, SLOWLY).toBe(3);
    await server.stop();
  });

  test("does nothing without a grant", async ({ world }) => {
    const { server, session } = await open(world);
    await server.say(session, "go");
    await server.say(session, "and this");
    expect(world.model.requests).toHaveLength(2);
    await server.stop();
  });

  test("an abort ends it until the person speaks again", async ({ world }) => {
    const { server, session } = await open(world);
    await proceed(world, session);
    world.model.use(inOrder({ text: "slow", delayMs: 20_000 }));
    await server.post(`/session/${session}/prompt_async`, { parts: [{ type: "text", text: "go" }] });
    await world.model.waitFor(() => world.model.requests.length === 1);
    await server.post(`/session/${session}/abort`, {});
    await expect.poll(() => modeOf(world, session), SLOWLY).toMatch(/interrupted/);
    expect(continued(world)).toEqual([]);
    await server.stop();
  });

  test("an error is tried again after its time, without another word from anybody, and for the same agent", async ({
    world,
  }) => {
    const { server, session } = await open(world);
    await proceed(world, session);
    world.model.use(inOrder({ error: { status: 400, message: "refused" } }, { text: "better. Shall I go on?" }));
    await server.post(`/session/${session}/prompt_async`, { agent: "deep", parts: [{ type: "text", text: "go" }] });
    await expect.poll(() => continued(world).length, SLOWLY).toBe(1);
    const [first, second] = world.model.requests;
    expect(second!.arrivedAt - first!.arrivedAt).toBeGreaterThanOrEqual(5000);
    expect(second?.text).toContain("The last turn ended in an error.");
    expect(second?.text).toContain("You think deeply.");
    // The model asked the person something, so it ends there.
    await expect.poll(isIdle(server, session), SLOWLY).toBe(true);
    expect(world.model.requests).toHaveLength(2);
    await server.stop();
  });

  test("a prompt that the agent sends itself, by the host's interface or by another run of it, grants nothing", async ({
    world,
  }) => {
    const { server, session } = await open(world);
    const body = JSON.stringify({ parts: [{ type: "text", text: "/holdfast-proceed" }] });
    const query = `directory=${encodeURIComponent(world.project)}`;
    const post = `curl -sS -X POST -H 'content-type: application/json' -d '${body}'`;
    world.model.use(
      inOrder(
        bash(`${post} "${server.url}/session/${session}/prompt_async?${query}"; sleep 1`),
        bash(`opencode run --session ${session} /holdfast-proceed; true`),
      ),
    );
    await server.say(session, "go");
    await expect.poll(isIdle(server, session), SLOWLY).toBe(true);
    expect(JSON.stringify(await server.get(`/session/${session}/message`))).toContain("/holdfast-proceed");
    expect(await modeOf(world, session)).toContain("nobody has allowed it");
    expect(continued(world)).toEqual([]);
    await server.stop();
  });

  test("a prompt grants nothing while something runs that the agent has left behind", async ({ world }) => {
    const { server, session } = await open(world);
    const proceeds = async (): Promise<boolean> => {
      await server.say(session, "/holdfast-proceed");
      return !(await modeOf(world, session)).includes("nobody has allowed it");
    };
    world.model.use(inOrder(bash("setsid sh -c 'until [ -e over ]; do sleep 0.1; done' > /dev/null 2>&1 & echo left")));
    await server.say(session, "go");
    expect(await proceeds()).toBe(false);
    world.write("over", "");
    await expect.poll(proceeds, SLOWLY).toBe(true);
    await server.stop();
  });

  test("a person's message calls the countdown off", async ({ world }) => {
    const { server, session } = await open(world, 3);
    await proceed(world, session);
    await server.say(session, "go");
    await world.did("stop", "--session", `opencode:${session}`);
    await server.say(session, "look at this first");
    await server.say(session, "and at this");
    expect(continued(world)).toEqual([]);
    expect(world.model.requests).toHaveLength(3);
    await server.stop();
  });
});
