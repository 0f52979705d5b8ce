import { describe, expect, test } from "vitest";
import { isShared, judgeFile, type Scene, type Stint } from "./attribution.ts";
import type { Edit } from "./edit-log.ts";

const stint = (fence: string, session: string, more: Partial<Stint> = {}): Stint => {
  return { fence, session, from: 10, to: 20, touches: [], ...more };
};
const edit = (actor: string, at = 15): Edit => {
  const [session = "", agent] = actor.split("+");
  return { at, session, ...(agent === undefined ? {} : { agent }), actor, files: ["/r/a.ts"] };
};
const own = stint("f1", "claude:one");
const scene = (others: readonly Stint[] = [], edits: readonly Edit[] = []): Scene => ({ own, others, edits });
const judge = (of: Scene, naming: readonly Edit[], isAlone = false) => judgeFile(of, "src/a.ts", naming, isAlone);

describe("whose a changed file is", () => {
  test("of a tool of its own session, of its own subagent, or of nobody where it was alone", () => {
    expect(judge(scene(), [edit("claude:one")])).toBe("event");
    expect(judge(scene(), [edit("claude:one+helper")])).toBe("event");
    expect(judge(scene(), [], true)).toBe("shell");
    expect(judge(scene(), [], false)).toBe("unattributed");
  });

  test("of a tool of somebody else's, also of a subagent with an attempt of its own", () => {
    expect(judge(scene(), [edit("codex:x")], true)).toBe("other");
    const sub = stint("f2", "claude:one+call");
    expect(judge(scene([sub]), [edit("claude:one+call")], true)).toBe("other");
    expect(judge({ ...scene([own]), own: sub }, [edit("claude:one+call")])).toBe("event");
  });

  test("changed by both it is its own too", () => {
    expect(judge(scene(), [edit("codex:x"), edit("claude:one")])).toBe("event");
  });

  test("of one session with two tasks in hand, of the one that means to touch it, else of neither", () => {
    const other = stint("f2", "claude:one", { touches: ["src/**"] });
    expect(judge(scene([other]), [edit("claude:one")], true)).toBe("other");
    expect(judge({ ...scene([own]), own: other }, [edit("claude:one")])).toBe("event");
    expect(judge(scene([stint("f2", "claude:one")]), [edit("claude:one")], true)).toBe("unattributed");
  });

  test("one task after the other, of the one that was in hand then", () => {
    const before = stint("f0", "claude:one", { from: 1, to: 10 });
    expect(judge({ ...scene([own]), own: before }, [edit("claude:one", 15)])).toBe("other");
    expect(judge(scene([before]), [edit("claude:one", 15)])).toBe("event");
  });
});

test("after its end what its conversation does is its own, unless that has another task in hand", () => {
  const aftermath: Stint = { ...own, from: 20, to: 40, isAftermath: true };
  const next = stint("f2", "claude:one", { from: 30, to: 40 });
  const since = (at: number, actor = "claude:one") => judge({ ...scene([next]), own: aftermath }, [edit(actor, at)]);
  expect([since(25), since(35), since(25, "codex:x")]).toEqual(["event", "other", "other"]);
  const sub: Stint = { ...aftermath, session: "claude:one+call" };
  expect(judge({ ...scene(), own: sub }, [edit("claude:one", 25)])).toBe("event");
});

test("a checkout is shared where a tool of somebody else's changed something in it", () => {
  expect(isShared(scene([], [edit("claude:one")]), "/r")).toBe(false);
  expect(isShared(scene([], [edit("codex:x")]), "/r")).toBe(true);
  expect(isShared(scene([], [edit("codex:x")]), "/elsewhere")).toBe(false);
});
