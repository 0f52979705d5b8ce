import { describe, expect, test } from "vitest";
import type { HostReply } from "../../engine/hooks/host-event.ts";
import type { TurnEnded } from "./door.ts";
import { CHILD, MAIN, Rig, settle } from "./rig.ts";

/** Says go on as long as turns are left. */
async function granted(turns: number, options = {}): Promise<Rig> {
  const rig = await Rig.start(options);
  let left = turns;
  rig.next = (event: TurnEnded, { isAwaited }): HostReply => {
    if (event.ending !== "clean" || event.backgroundTasks > 0 || isAwaited) return {};
    left -= 1;
    return left >= 0 ? { goOn: "Go on with the work now." } : {};
  };
  await rig.created(MAIN, { title: "Tidy up" });
  return rig;
}

const aborted = { name: "MessageAbortedError", data: { message: "Aborted" } };
const refused = { name: "APIError", data: { statusCode: 400, isRetryable: false } };
const todos = [
  { content: "a", status: "pending", priority: "high" },
  { content: "b", status: "in_progress", priority: "high" },
  { content: "c", status: "completed", priority: "high" },
];

describe("a turn that ends within a grant", () => {
  test("is followed, after a countdown that is shown, by one prompt for the person's agent, model and variant", async () => {
    const rig = await granted(1);
    await rig.event("todo.updated", { sessionID: MAIN, todos });
    const id = await rig.turn("go", "done", {
      agent: "deep",
      variant: "high",
      model: { providerID: "p", modelID: "m" },
    });
    expect(rig.toasts).toEqual(["Continuing in 2 seconds…"]);
    await rig.pass(1999);
    expect(rig.prompts).toEqual([]);
    await rig.pass(1);
    expect(rig.prompts).toEqual([
      {
        agent: "deep",
        model: { providerID: "p", modelID: "m" },
        variant: "high",
        parts: [
          {
            type: "text",
            text: "Go on with the work now.",
            synthetic: true,
            metadata: { holdfast: { kind: "continuation" } },
          },
        ],
      },
    ]);
    expect(rig.turns).toMatchObject([
      {
        event: { id, isContinued: false, ending: "clean", backgroundTasks: 0, lastMessage: "done", agentName: "build" },
      },
    ]);
    expect(rig.turns[0]!.facts.todos.map(({ content, status }) => `${content} ${status}`)).toEqual([
      "a pending",
      "b in_progress",
      "c completed",
    ]);
    expect(rig.turns[0]!.facts.tokens).toBe(105);
  });

  test("goes on from prompt to prompt, and ends with its grant", async () => {
    const rig = await granted(3);
    await rig.turn("go");
    for (let round = 0; round < 6; round += 1) {
      await rig.pass(2000);
      await rig.answers(`step ${round}`);
      await rig.idle();
    }
    expect(rig.prompts).toHaveLength(3);
    expect(rig.turns.map(({ event }) => event.isContinued)).toEqual([false, true, true, true]);
  });

  test("is reported once, however often the host says that it is idle", async () => {
    const rig = await granted(9);
    await rig.turn("go");
    for (let round = 0; round < 5; round += 1) await rig.idle();
    await rig.pass(60_000);
    expect(rig.turns).toHaveLength(1);
    expect(rig.prompts).toHaveLength(1);
  });

  test("keeps the person's agent and model where others spoke in between", async () => {
    const rig = await granted(2);
    await rig.turn("go", "done", { agent: "plan", model: { providerID: "p", modelID: "big" } });
    await rig.pass(2000);
    await rig.answers("more", MAIN, { agent: "build", providerID: "p", modelID: "small" });
    await rig.idle();
    await rig.pass(2000);
    expect(rig.prompts.map(({ agent, model }) => [agent, model])).toEqual([
      ["plan", { providerID: "p", modelID: "big" }],
      ["plan", { providerID: "p", modelID: "big" }],
    ]);
  });

  test.each([
    [5, "Continuing in 5 seconds…", 5000],
    [1, "Continuing in 1 second…", 1000],
    [0, undefined, 0],
    [-1, "Continuing in 2 seconds…", 2000],
    ["soon", "Continuing in 2 seconds…", 2000],
  ])("waits countdownSeconds=%s", async (countdownSeconds, toast, ms) => {
    const rig = await granted(1, { countdownSeconds });
    await rig.turn("go");
    expect(rig.toasts).toEqual(toast === undefined ? [] : [toast]);
    await rig.pass(ms);
    expect(rig.prompts).toHaveLength(1);
  });
});

describe("without a grant", () => {
  test("there is no prompt and no toast, and the turn's end is told all the same", async () => {
    const rig = await Rig.start();
    await rig.created();
    await rig.turn("go");
    await rig.idle();
    await rig.pass(60_000);
    expect({ prompts: rig.prompts, toasts: rig.toasts, turns: rig.turns.length }).toEqual({
      prompts: [],
      toasts: [],
      turns: 1,
    });
  });

  test("why it ends is shown to the person, once", async () => {
    const rig = await Rig.start();
    rig.next = () => ({ notice: "Holdfast stops going on by itself: 3 turns without progress." });
    await rig.created();
    await rig.turn("go");
    await rig.pass(2000);
    await rig.idle();
    await rig.pass(60_000);
    expect(rig.toasts.slice(1)).toEqual(["Holdfast stops going on by itself: 3 turns without progress."]);
  });
});

describe("the countdown", () => {
  test("is called off by a person's new message", async () => {
    const rig = await granted(5);
    await rig.turn("go");
    await rig.pass(1000);
    await rig.says("wait, look at this first");
    await rig.pass(60_000);
    expect(rig.prompts).toEqual([]);
    expect(rig.waiting).toBe(0);
  });

  test("is not called off by late news of old messages, nor by the assistant's, nor by a summary of changes", async () => {
    const rig = await granted(5);
    const id = await rig.turn("go");
    const info = { id, role: "user", summary: { diffs: [] }, agent: "build" };
    await rig.event("message.updated", { sessionID: MAIN, info });
    await rig.event("session.diff", { sessionID: MAIN, diff: [] });
    await rig.event("message.updated", {
      sessionID: MAIN,
      info: { id: "msg_0002", role: "assistant", agent: "build" },
    });
    await rig.pass(2000);
    expect(rig.prompts).toHaveLength(1);
  });

  test("of one conversation is no other's", async () => {
    const rig = await granted(5);
    await rig.created("ses_other", { title: "Other" });
    await rig.turn("go");
    await rig.event("session.deleted", { sessionID: "ses_other", info: { id: "ses_other" } });
    await rig.says("hi", {}, "ses_third");
    await rig.pass(2000);
    expect(rig.prompts).toHaveLength(1);
  });

  test("ends with its conversation", async () => {
    const rig = await granted(5);
    await rig.turn("go");
    await rig.event("session.deleted", { sessionID: MAIN, info: { id: MAIN } });
    await rig.pass(60_000);
    expect(rig.prompts).toEqual([]);
  });

  test("ends with its process", async () => {
    const rig = await granted(5);
    await rig.turn("go");
    await rig.call("dispose");
    await rig.pass(60_000);
    expect(rig.prompts).toEqual([]);
  });

  test("comes to nothing where somebody else has set the agent to work meanwhile", async () => {
    const rig = await granted(5);
    await rig.turn("go");
    await rig.event("session.status", { sessionID: MAIN, status: { type: "busy" } });
    await rig.pass(60_000);
    expect(rig.prompts).toEqual([]);
  });

  test("comes to nothing where the plugin was loaded anew, whose turn it then is", async () => {
    const rig = await granted(5);
    await rig.turn("go");
    await rig.load();
    await rig.pass(60_000);
    expect(rig.prompts).toEqual([]);
  });
});

describe("an abort", () => {
  test("ends it, with the second idle and the late news of the assistant too", async () => {
    const rig = await granted(5);
    await rig.says("go");
    await rig.event("session.error", { sessionID: MAIN, error: aborted });
    await rig.idle();
    await rig.answers("half", MAIN, { error: aborted });
    await rig.idle();
    await rig.pass(60_000);
    expect(rig.turns).toMatchObject([{ event: { ending: "interrupted" } }]);
    expect(rig.prompts).toEqual([]);
    expect(rig.toasts).toEqual([]);
  });

  test("during the countdown leaves nothing behind once the person speaks again", async () => {
    const rig = await granted(5);
    await rig.says("go");
    await rig.event("session.error", { sessionID: MAIN, error: aborted });
    await rig.idle();
    await rig.turn("go on then");
    await rig.pass(2000);
    expect(rig.turns.map(({ event }) => event.ending)).toEqual(["interrupted", "clean"]);
    expect(rig.prompts).toHaveLength(1);
  });
});

describe("an error", () => {
  test("is tried again when its time has come, without another idle, and no sooner", async () => {
    const rig = await Rig.start();
    const waits = [5000, 10_000];
    let ready = false;
    rig.next = ({ ending }) => {
      if (ending === "clean") return {};
      if (ready) {
        ready = false;
        return { goOn: "The last turn ended in an error. Go on." };
      }
      ready = true;
      return { waitMs: waits.shift()! };
    };
    await rig.created();
    await rig.says("go", { agent: "plan" });
    await rig.event("session.error", { sessionID: MAIN, error: refused });
    await rig.idle();
    await rig.answers("", MAIN, { error: refused });
    await rig.idle();
    await rig.pass(4999);
    expect(rig.prompts).toEqual([]);
    await rig.pass(1);
    expect(rig.prompts).toMatchObject([{ agent: "plan", model: { providerID: "p", modelID: "m" } }]);
    await rig.event("session.error", { sessionID: MAIN, error: refused });
    await rig.idle();
    await rig.pass(9999);
    expect(rig.prompts).toHaveLength(1);
    await rig.pass(1);
    expect(rig.prompts).toHaveLength(2);
    expect(rig.turns.map(({ event }) => event.id)).toEqual(["msg_0001", "msg_0001", "msg_0003", "msg_0003"]);
  });

  test("that waits is given up when the person speaks", async () => {
    const rig = await Rig.start();
    rig.next = () => ({ waitMs: 5000 });
    await rig.created();
    await rig.says("go");
    await rig.event("session.error", { sessionID: MAIN, error: refused });
    await rig.idle();
    await rig.says("never mind");
    await rig.pass(60_000);
    expect(rig.turns).toHaveLength(1);
  });

  test("of a key that is refused is told as one that comes again", async () => {
    const rig = await granted(5);
    await rig.says("go");
    await rig.event("session.error", { sessionID: MAIN, error: { name: "ProviderAuthError" } });
    await rig.idle();
    expect(rig.turns).toMatchObject([{ event: { ending: "error" }, facts: { isFatal: true } }]);
  });

  test("of a window that was full is none once the conversation was compacted", async () => {
    const rig = await granted(1);
    await rig.says("go");
    await rig.event("session.error", { sessionID: MAIN, error: { name: "ContextOverflowError" } });
    await rig.event("session.status", { sessionID: MAIN, status: { type: "busy" } });
    await rig.call("experimental.session.compacting", { sessionID: MAIN }, { context: [] });
    await rig.event("session.compacted", { sessionID: MAIN });
    await rig.event("message.updated", { sessionID: MAIN, info: { id: "msg_0005", role: "user", agent: "build" } });
    await rig.answers("went on");
    await rig.idle();
    await rig.pass(2000);
    expect(rig.turns).toMatchObject([{ event: { ending: "clean", id: "msg_0005" } }]);
  });
});

describe("what waits for a person", () => {
  test.each(["permission", "question"])("a %s that stands unanswered holds it up", async (kind) => {
    const rig = await granted(5);
    await rig.says("go");
    await rig.event(`${kind}.asked`, { sessionID: MAIN, id: "ask_1" });
    await rig.idle();
    await rig.pass(60_000);
    expect(rig.prompts).toEqual([]);
    expect(rig.turns).toMatchObject([{ facts: { isAwaited: true } }]);
  });

  test("a conversation that a person had summarised is not a turn", async () => {
    const rig = await granted(5);
    const part = { id: "prt_1", messageID: "msg_0009", sessionID: MAIN, type: "compaction", auto: false };
    await rig.event("message.updated", { sessionID: MAIN, info: { id: "msg_0009", role: "user", agent: "build" } });
    await rig.event("message.part.updated", { sessionID: MAIN, part });
    await rig.answers("SUMMARY", MAIN, { agent: "compaction", summary: true });
    await rig.event("session.compacted", { sessionID: MAIN });
    await rig.idle();
    await rig.pass(60_000);
    expect(rig.turns).toEqual([]);
    expect(rig.prompts).toEqual([]);
  });
});

describe("subagents", () => {
  const startChild = async (rig: Rig): Promise<void> => {
    await rig.created(CHILD, { parentID: MAIN });
    await rig.userMessage(CHILD, [{ type: "text", text: "survey" }], { agent: "general" });
  };

  test("are never sent on, whatever is left", async () => {
    const rig = await granted(5);
    await rig.says("go");
    await startChild(rig);
    await rig.event("todo.updated", { sessionID: CHILD, todos });
    await rig.idle(CHILD);
    await rig.pass(60_000);
    expect(rig.prompts).toEqual([]);
    expect(rig.turns).toEqual([]);
  });

  test("that work in the background hold their parent up, which goes on when they are done", async () => {
    const rig = await granted(1);
    await rig.says("go");
    await startChild(rig);
    await rig.answers("started it");
    await rig.idle();
    await rig.pass(60_000);
    expect(rig.turns).toMatchObject([{ event: { backgroundTasks: 1 } }]);
    expect(rig.prompts).toEqual([]);
    await rig.idle(CHILD);
    await settle();
    await rig.pass(2000);
    expect(rig.turns.at(-1)).toMatchObject({ event: { backgroundTasks: 0 } });
    expect(rig.prompts).toHaveLength(1);
  });
});
