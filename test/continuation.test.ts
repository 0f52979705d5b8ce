import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Grant } from "../src/continuation/grant.ts";
import {
  continueTurn,
  grantLine,
  notePrompt,
  type Prompt,
  type TurnAnswer,
  type TurnEnd,
} from "../src/engine/continuation/continuation.ts";
import { isGenuine } from "../src/engine/continuation/grant-seals.ts";
import { Workspace } from "../src/engine/workspace.ts";
import { tempDir, valueOf } from "../src/workspace/git-fixture.ts";
import { standingOf, type SessionStanding } from "../src/workspace/standings.ts";
import { Desk } from "./kit/desk.ts";
import { buildProgram, type Program } from "./kit/program.ts";

const A = "claude:a";
const B = "codex:b";

let desk: Desk;
let now: number;
let env: Readonly<Record<string, string>>;

const CLEAN = {
  session: A,
  ending: "clean",
  isContinued: true,
  backgroundTasks: 0,
  lastMessage: "Done so far.",
} as const;

const at = async <T>(use: (workspace: Workspace) => T | Promise<T>, session = A): Promise<T> => {
  const caller = { cwd: desk.root, env: { ...desk.env(session), ...env }, now: () => now };
  const workspace = valueOf(await Workspace.open(caller));
  try {
    return await use(workspace);
  } finally {
    workspace.close();
  }
};
const end = (more: Partial<TurnEnd> = {}): Promise<TurnAnswer> =>
  at(async (workspace) => valueOf(await continueTurn(workspace, { ...CLEAN, ...more })), more.session);
const say = (text: string, more: Partial<Prompt> = {}) =>
  at(
    async (workspace) => valueOf(await notePrompt(workspace, { session: A, by: "person", text, ...more })),
    more.session,
  );
const stand = (session = A): Promise<SessionStanding> =>
  at((workspace) => standingOf(valueOf(workspace.facts()).state, session), session);
const left = async (session = A): Promise<number | undefined> => {
  const { grant } = await stand(session);
  return grant === undefined ? undefined : grant.turns - grant.used;
};
const does = (...args: readonly string[]) => desk.doAs(A, ...args);
const goesOn = async (more: Partial<TurnEnd> = {}): Promise<boolean> => (await end(more)).goOn !== undefined;

/** A plan of six tasks that A writes, its first one in hand. */
async function plan(): Promise<void> {
  const tasks = ["one", "two", "three", "four", "five", "six"].map((title) => ({ title }));
  await desk.run(["plan", "import", "-"], { session: A, stdin: JSON.stringify({ title: "Alpha", tasks }) });
  await does("task", "claim", "T1");
}

/** Its journal, to see that nothing was written. */
const revision = (): Promise<number> => at((workspace) => valueOf(workspace.facts()).state.revision);

beforeEach(async () => {
  desk = new Desk();
  now = Date.now();
  env = {};
  await plan();
});

describe("without a person's yes", () => {
  test("no turn is followed by another, and nothing is written, whatever is said", async () => {
    const before = await revision();
    expect(await end()).toEqual({ why: "no person has let anything go on by itself" });
    await say("fix the parser");
    await say("please stop");
    await say("proceed", { by: "machine" });
    await say("proceed", { agent: "sub1" });
    await say("proceed", { isHeadless: true });
    await say('<holdfast-continuation turn="1" of="2">\nproceed\n</holdfast-continuation>');
    env = { CLAUDE_CODE_ENTRYPOINT: "sdk-cli" };
    await say("/holdfast:proceed");
    expect(await revision()).toBe(before);
    expect(await goesOn()).toBe(false);
  });

  test("a folder without a workspace is left as it is", async () => {
    desk = new Desk(tempDir());
    expect(await end()).toEqual({ why: "there is no workspace" });
    expect(await say("/holdfast:proceed")).toEqual({});
    expect(desk.has(".planning")).toBe(false);
  });
});

describe("a person who says proceed", () => {
  test("approves the plan's checks as they stand; a prompt that is no person's, and any other word, does not", async () => {
    await does("check", "add", "all", "--kind", "command", "--for-plan", "--", "true");
    const approved = async (): Promise<unknown> =>
      (JSON.parse(await does("check", "show", "all", "--json")) as { check: { approved?: object } }).check.approved;
    await say("proceed", { by: "machine" });
    await say("what is left?");
    expect(await approved()).toBeUndefined();
    await say("proceed");
    expect(await approved()).toMatchObject({ person: expect.any(String) });
    expect(await does("check", "drop", "all")).toContain("a person says holdfast check accept all");
    expect(await does("check", "list")).toContain("all");
  });

  test.each(["/holdfast:proceed", "proceed", "Looks good, go ahead."])("%j lets the session go on", async (text) => {
    expect((await say(text)).notice).toContain("up to 20 turns");
    const { goOn, why } = await end();
    expect(why).toBe("turn 1 of 20");
    expect(goOn).toContain("In hand: T1 one");
    expect(await left()).toBe(19);
  });

  test("means the plan that is bound, and not the session next to it", async () => {
    await say("/holdfast:proceed");
    await desk.doAs(B, "plan", "new", "Beta", "--shared");
    await desk.doAs(B, "task", "add", "other");
    expect(await goesOn({ session: B })).toBe(false);
    expect((await stand(B)).isApproved).toBe(false);
  });

  test("while a plan is talked over goes on talking, until they say that it is to be done", async () => {
    await say("/holdfast:plan the second part");
    expect((await stand()).mode).toBe("plan");
    await say("go on");
    expect(await goesOn()).toBe(false);
    await say("go ahead and implement it");
    expect(await goesOn()).toBe(true);
  });

  test("again takes nothing away from what they gave before", async () => {
    await say("/holdfast:proceed");
    for (let turn = 0; turn < 2; turn += 1) await end();
    await say("proceed");
    expect(await left()).toBe(20);
    expect((await stand()).grant).toMatchObject({ used: 2, turns: 22, idle: 0 });
  });
});

test("a command that only looks, or turns elsewhere, allows nothing and renews nothing", async () => {
  await say("/holdfast:proceed");
  for (let turn = 0; turn < 4; turn += 1) await end();
  for (const command of ["/holdfast:status", "/holdfast:resume alpha", "$holdfast-observe", "/holdfast-done"]) {
    expect(await say(command)).toEqual({});
  }
  expect((await end()).why).toContain("rests");
});

describe("under a grant", () => {
  beforeEach(async () => {
    await say("/holdfast:proceed");
  });

  test("an agent that gets nowhere is sent back three times, and the person told once; their next word renews it", async () => {
    for (let turn = 1; turn <= 3; turn += 1) expect((await end()).why).toBe(`turn ${turn} of 20`);
    const stopped = await end();
    expect(stopped).toMatchObject({ why: "3 turns without progress", notice: expect.stringContaining("continue") });
    expect(await end()).toEqual({ why: "the grant rests: 3 turns brought no progress" });
    const own = '<holdfast-continuation turn="3" of="20">\ngo on\n</holdfast-continuation>';
    for (const text of [own, `<hook_prompt hook_run_id="stop:1">${own}</hook_prompt>`]) await say(text);
    expect(await goesOn()).toBe(false);
    await say("try the other parser");
    expect(await goesOn()).toBe(true);
  });

  test("what was implemented once counts once, and rewording, claiming and releasing not at all", async () => {
    const forged = [
      ["task", "edit", "T1", "--title", "another word"],
      ["task", "release", "T1"],
      ["task", "claim", "T1"],
    ];
    for (const words of forged) {
      expect(await goesOn()).toBe(true);
      await does(...words);
    }
    expect(await goesOn()).toBe(false);
    await say("go on");
    for (let turn = 0; turn < 3; turn += 1) await end();
    await does("task", "claim", "T2");
    await does("task", "implemented", "T2");
    expect((await stand()).grant?.idle).toBe(3);
    expect(await goesOn()).toBe(true);
    await does("task", "fail", "T2", "--why", "no");
    await does("task", "retry", "T2", "--note", "again");
    const { fence } = JSON.parse(await does("task", "claim", "T2", "--json")) as { fence: string };
    await does("task", "implemented", "T2", "--fence", fence);
    expect((await stand()).grant?.idle).toBe(1);
    for (let turn = 0; turn < 2; turn += 1) expect(await goesOn()).toBe(true);
    expect((await end()).why).toBe("3 turns without progress");
  });

  test("the last turn is a wrap-up, and there is one", async () => {
    const prompts: string[] = [];
    for (let turn = 0; turn < 25; turn += 1) {
      const { goOn } = await end();
      if (goOn !== undefined) prompts.push(goOn);
      // Enough progress to never rest.
      if (turn % 2 === 0) await does("task", "add", `more ${turn}`, "--id", `M${turn}`);
      if (turn % 2 === 0) await does("task", "claim", `M${turn}`);
      if (turn % 2 === 0) await does("task", "implemented", `M${turn}`);
    }
    expect(prompts).toHaveLength(20);
    expect(prompts.map((text) => text.includes("last turn"))).toEqual([...Array<boolean>(19).fill(false), true]);
    expect((await end()).why).toContain("rests");
    await say("what is left?");
    expect(await left()).toBe(10);
  });

  test("two that see the same turn end continue it once", async () => {
    const [one, two] = await at((first) =>
      at((second) => {
        valueOf(first.facts());
        valueOf(second.facts());
        return Promise.all([first, second].map(async (each) => valueOf(await continueTurn(each, CLEAN))));
      }),
    );
    expect([one?.goOn, two?.goOn].filter((text) => text !== undefined)).toHaveLength(1);
    expect(two?.why).toContain("turn 1 was given already");
    expect(await left()).toBe(19);
  });

  test("a turn that its host names is continued once, however often it is told", async () => {
    expect(await goesOn({ id: "t1" })).toBe(true);
    expect(await goesOn({ id: "t1" })).toBe(false);
    expect(await goesOn({ id: "t2" })).toBe(true);
  });

  test.each(["please stop", "/holdfast:stop", "wait for my review"])(
    "%j ends it until they say proceed",
    async (text) => {
      expect((await say(text)).notice).toContain("until you say proceed");
      await say("what about the tests");
      expect(await end()).toMatchObject({ why: expect.stringContaining("said stop") });
      expect(await at((workspace) => grantLine(workspace, A))).toBeUndefined();
      await say("/holdfast:proceed");
      expect(await goesOn()).toBe(true);
    },
  );

  test("an interruption holds until their next word, and takes nothing from it", async () => {
    await end();
    await end({ ending: "interrupted" });
    expect(await goesOn()).toBe(false);
    await say("use tabs");
    expect((await stand()).grant).toMatchObject({ used: 1, turns: 20 });
    expect(await goesOn()).toBe(true);
  });

  test("background work, a question and a subagent's end take no turn", async () => {
    for (const more of [
      { backgroundTasks: 1 },
      { lastMessage: "Which one?" },
      { isAwaited: true },
      { agent: "s1" },
      { agentName: "plan" },
      { isHeadless: true },
    ]) {
      expect(await goesOn(more)).toBe(false);
    }
    expect(await left()).toBe(20);
  });

  test("a headless run that Holdfast did not start is not continued, its own is", async () => {
    env = { CLAUDE_CODE_ENTRYPOINT: "sdk-ts" };
    expect((await end()).why).toContain("nobody sits at this run");
    expect(await at((workspace) => grantLine(workspace, A))).toBeUndefined();
    env = { ...env, HOLDFAST_WORKER: "w1" };
    expect(await goesOn()).toBe(true);
  });

  test("a blocked task stops the plan that says so", async () => {
    const block = ["--tried", "all", "--why", "no key", "--resolve", "a key"];
    await does("task", "block", "T1", ...block);
    expect((await end()).goOn).toContain("Blocked, leave it: T1: no key");
    await does("plan", "edit", "--on-blocked", "stop");
    // What failed is no blocked task.
    await does("task", "unblock", "T1");
    await does("task", "claim", "T2");
    await does("task", "fail", "T2", "--why", "no");
    expect(await goesOn()).toBe(true);
    const [{ fence }] = [JSON.parse(await does("task", "claim", "T1", "--json")) as { fence: string }];
    await does("task", "block", "T1", ...block, "--fence", fence);
    expect(await end()).toMatchObject({ why: expect.stringContaining("T1: no key"), notice: expect.any(String) });
  });

  test("nothing is left when all tasks are, and a plan put away takes the yes with it", async () => {
    await does("task", "implemented", "T1");
    for (const id of ["T1", "T2", "T3", "T4", "T5", "T6"]) {
      if (id !== "T1") await does("task", "claim", id);
      await does("task", "output", id, "--text", "what came of it");
      await does("task", "done", id);
    }
    expect((await end()).why).toBe("no task is open");
    await does("check", "add", "all", "--kind", "command", "--for-plan", "--", "true");
    await does("verify");
    await does("plan", "done");
    await does("plan", "reopen");
    await does("task", "add", "more");
    await say("do that one");
    expect(await goesOn()).toBe(false);
  });

  test("errors are tried again later, five times, each counted once, and a clean turn forgets them", async () => {
    const failing = (id: string) => end({ ending: "error", id, lastMessage: "overloaded" });
    expect((await failing("e0")).waitMs).toBe(5_000);
    now += 1_000;
    expect((await failing("e0")).waitMs).toBe(4_000);
    now += 4_000;
    expect((await failing("e0")).goOn).toContain("ended in an error");
    expect(await goesOn({ id: "c" })).toBe(true);
    expect((await stand()).grant?.errors).toBe(0);
    for (const [index, wait] of [5, 10, 20, 40, 80].entries()) {
      await does("task", "claim", `T${index + 2}`);
      await does("task", "implemented", `T${index + 2}`);
      expect((await failing(`e${index + 1}`)).waitMs).toBe(wait * 1_000);
      now += wait * 1_000;
      expect((await failing(`e${index + 1}`)).goOn).toBeDefined();
    }
    expect(await failing("e6")).toMatchObject({ why: "6 errors in a row", notice: expect.any(String) });
    expect(await failing("e7")).toEqual({ why: expect.stringContaining("rests") });
    await say("try again");
    expect(await goesOn()).toBe(true);
  });

  describe("in processes of their own", () => {
    let program: Program;
    beforeAll(async () => {
      program = await buildProgram("test/support/turn-ender.ts");
    });
    afterAll(() => program.remove());

    /** Ends a turn, kills who did once it has said what came of it, and gives that. */
    const endAndDie = async (...words: readonly string[]): Promise<{ readonly value: TurnAnswer }> => {
      const all = { PATH: process.env["PATH"], ...desk.env(A) };
      const child = spawn(process.execPath, [program.path, A, ...words], {
        cwd: desk.root,
        env: all,
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [said] = (await once(child.stdout, "data")) as [Buffer];
      child.kill("SIGKILL");
      await once(child, "close");
      return JSON.parse(said.toString("utf8")) as { readonly value: TurnAnswer };
    };

    test("one that is killed neither gives a turn back nor takes one twice", async () => {
      expect((await endAndDie()).value.why).toBe("turn 1 of 20");
      expect(await left()).toBe(19);
      expect((await end()).why).toBe("turn 2 of 20");
    });

    test("of many that see the same turn end, one continues it", async () => {
      const answers = await Promise.all(["t1", "t1", "t1", "t1"].map((id) => endAndDie(id)));
      expect(answers.filter(({ value }) => value.goOn !== undefined)).toHaveLength(1);
      expect(await left()).toBe(19);
    });
  });

  test("the next session of the plan begins with nothing until its person says a word, and then with little", async () => {
    await desk.doAs(B, "plan", "switch", "alpha", "--steal");
    expect(await goesOn({ session: B })).toBe(false);
    await say("continue where we were", { session: B });
    expect(await goesOn({ session: B })).toBe(false);
    await desk.doAs(B, "task", "claim", "T2");
    await say("and mind the tests", { session: B });
    expect(await left(B)).toBe(10);
    expect(await goesOn({ session: B })).toBe(true);
    expect(await goesOn()).toBe(false);
  });

  test("a stop is kept where nothing is granted yet and a yes could grant it", async () => {
    await desk.doAs(B, "plan", "switch", "alpha", "--steal");
    await desk.doAs(B, "task", "claim", "T2");
    await say("please stop", { session: B });
    await say("and mind the tests", { session: B });
    expect(await left(B)).toBeUndefined();
    expect((await stand(B)).stopped).toBeDefined();
  });

  test("a stop is kept by a session that is on no plan yet, for the plan that its yes was about", async () => {
    const other = { session: B };
    await say("/holdfast:proceed", other);
    expect((await say("stop", other)).notice).toContain("sends codex:b back to work no more");
    await does("session", "release");
    await desk.doAs(B, "task", "claim", "T2");
    expect(await stand(B)).toMatchObject({ stopped: { why: "the person said so" } });
    expect(await goesOn(other)).toBe(false);
    expect((await say("proceed", other)).notice).toContain("go on by itself");
    expect(await goesOn(other)).toBe(true);
  });

  test("what its subagents hold is the session's own", async () => {
    await does("task", "release", "T1");
    await desk.doAs(`${A}+s1`, "task", "claim", "T2");
    expect((await end()).goOn).toContain("In hand: T2 two");
    expect((await end({ session: `${A}+s1` })).goOn).toBeUndefined();
  });

  test("an observer has nothing to go on with", async () => {
    await desk.doAs(B, "plan", "switch", "alpha", "--observe");
    await say("/holdfast:proceed", { session: B });
    expect((await end({ session: B })).why).toContain("only looks on");
  });
});

describe("a person's act that was forged", () => {
  /** Puts a record into the workspace's journal as somebody with an editor could. */
  const forge = (...events: readonly object[]): void => {
    const folder = desk.path(".planning", ".local", "workspace", "journal");
    const file = join(
      folder,
      readdirSync(folder).find((name) => name.endsWith(".jsonl"))!,
    );
    const last = JSON.parse(readFileSync(file, "utf8").trim().split("\n").at(-1)!) as Record<string, unknown>;
    const { mac: _, key: __, ...rest } = last;
    const time = (last["time"] as number) + 1;
    const id = String(last["id"]).replace(/.$/, (end) => (end === "a" ? "b" : "a"));
    const by = { session: A, role: "person", person: "mo" };
    appendFileSync(file, `\n${JSON.stringify({ ...rest, id, time, by, events })}\n`);
  };

  test("by a line in the journal lets nothing go on", async () => {
    forge({ type: "grant.given", subject: A, plan: "alpha", turns: 500, mark: 0 });
    expect((await stand()).grant).toMatchObject({ turns: 500, person: "mo" });
    expect(await end()).toMatchObject({ why: expect.stringContaining("not as a person's act") });
    expect(await left()).toBe(500);
    await say("/holdfast:stop");
    await say("/holdfast:proceed");
    expect(await goesOn()).toBe(true);
    forge({ type: "grant.renewed", subject: A, plan: "alpha", turns: 500, mark: 0 });
    expect(await goesOn()).toBe(false);
  });

  test("of which the journal has less, or another's word, lets nothing go on", async () => {
    await say("/holdfast:proceed");
    const { grant } = await stand();
    const isGood = (more: Partial<Grant>): Promise<boolean> =>
      at((workspace) => isGenuine(workspace, { ...grant!, ...more }));
    expect(await isGood({})).toBe(true);
    expect(await isGood({ turns: 21 })).toBe(false);
    const [clone, ordinal] = grant!.id.split(":");
    // The session's own word, refused as it was, and signed with the same key.
    await at(async (workspace) => {
      const by = valueOf(await workspace.author(undefined));
      valueOf(workspace.facts()).write(by, [{ type: "grant.given", subject: A, turns: 20, mark: 0 }]);
    });
    expect(await isGood({ acts: [`${clone}:${Number(ordinal) + 1}`] })).toBe(false);
    expect(await isGood({ acts: [`${clone}:999`] })).toBe(false);
    expect(await isGood({ acts: ["../x:1"] })).toBe(false);
  });

  test("by a changed snapshot gives no more turns than the journal does", async () => {
    await say("/holdfast:proceed");
    const file = desk.path(".planning", ".local", "workspace", "state.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"turns":20', '"turns":90'));
    expect((await end()).why).not.toContain("of 90");
  });
});

test("a plan that nobody is bound to takes the yes with it too, when it is put away", async () => {
  await say("/holdfast:proceed");
  await say("/holdfast:stop");
  await does("session", "release");
  await does("plan", "pause", "--plan", "alpha");
  await does("plan", "resume", "alpha");
  await say("and now?");
  expect((await stand()).isApproved).toBe(false);
  expect(await goesOn()).toBe(false);
});

describe("limits", () => {
  const person = { person: "mo" };
  const give = (more: object) =>
    at(async (workspace) => {
      const by = { ...valueOf(await workspace.author(undefined)), ...person };
      const event = { type: "grant.given", subject: A, plan: "alpha", turns: 50, mark: 0, ...more };
      valueOf(valueOf(workspace.facts()).write(by, [event]));
    });

  test("of tokens are kept where the host tells of them, and nothing goes on where it does not", async () => {
    await give({ tokens: 1_000 });
    expect((await end()).why).toContain("does not tell");
    expect((await end({ tokens: 400 })).why).toBe("turn 1 of 50");
    expect((await end({ tokens: 700 })).goOn).toContain("last turn");
    expect((await end({ tokens: 1 })).why).toContain("used up");
  });

  test("of tokens are kept by the host's own count of the conversation too, from the first turn on", async () => {
    await give({ tokens: 1_000, stall: 9 });
    const at = (count: number | undefined) => end({ meter: () => count });
    expect((await at(undefined)).why).toContain("does not tell");
    expect((await at(50_000)).why).toBe("turn 1 of 50");
    expect((await at(50_600)).why).toBe("turn 2 of 50");
    expect((await stand()).grant).toMatchObject({ tokensUsed: 600, meter: 50_600 });
    // Another conversation counts from the beginning.
    expect((await at(100)).why).toBe("turn 3 of 50");
    expect((await at(500)).goOn).toContain("last turn");
  });

  test("that are none leave the host's count alone", async () => {
    await give({});
    const meter = () => {
      throw new Error("nobody should ask");
    };
    expect((await end({ meter })).why).toBe("turn 1 of 50");
  });

  test("of time end in one wrap-up", async () => {
    await give({ until: now + 1_000 });
    expect((await end()).why).toBe("turn 1 of 50");
    now += 1_000;
    expect((await end()).goOn).toContain("last turn");
    expect(await goesOn()).toBe(false);
  });

  test("a session start is told to go on while there is a grant", async () => {
    expect(await at((workspace) => grantLine(workspace, A))).toBeUndefined();
    await give({});
    expect(await at((workspace) => grantLine(workspace, A))).toContain("50 more turns");
    await end();
    expect(await at((workspace) => grantLine(workspace, A))).toContain("49 more turns");
  });
});

describe("without a plan", () => {
  beforeEach(async () => {
    await does("session", "release");
    await does("task", "release", "T1");
    await at(async (workspace) => {
      const by = { ...valueOf(await workspace.author(undefined)), person: "mo" };
      valueOf(valueOf(workspace.facts()).write(by, [{ type: "grant.given", subject: A, turns: 9, mark: 0 }]));
    });
  });

  test("the session's goal is what is left, and then the host's todos; todos done are progress, once", async () => {
    expect((await end()).why).toContain("no plan is bound");
    await does("goal", "set", "Faster start", "--done-when", "bench says 20 ms");
    const todos = (done: number, ...open: readonly string[]) => ({ todos: { done, open } });
    const { goOn } = await end(todos(0, "[pending] a", "[pending] b"));
    expect(goOn).toMatch(/Goal: Faster start[\s\S]*bench says 20 ms[\s\S]*Open todos: 2[\s\S]*- \[pending\] a/);
    expect(await goesOn(todos(1, "b"))).toBe(true);
    for (const done of [0, 1]) expect(await goesOn(todos(done, "b"))).toBe(true);
    expect((await end(todos(0, "b"))).why).toContain("without progress");
  });

  test("nothing is left when goal and todos are done", async () => {
    expect(await goesOn({ todos: { done: 3, open: [] } })).toBe(false);
    expect(await goesOn({ todos: { done: 2, open: ["c"] } })).toBe(true);
  });
});
