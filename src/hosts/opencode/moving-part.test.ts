import { describe, expect, test } from "vitest";
import { NO_NEWS, NO_TRAIL, placeMoving, type Entry, type Moving, type News, type Trail } from "./moving-part.ts";

const frame = (lines: readonly string[], isUpdate: boolean): string =>
  [isUpdate ? "<now>" : "<all>", ...lines].join("\n");
const moving = (...lines: string[]): Moving => ({ lines, frame });

const user = (id: string, text: string): Entry => ({
  info: { id, role: "user", sessionID: "ses_a" },
  parts: [{ id: `prt_${id}`, type: "text", text }],
});
const calls = (id: string, output: string, state: object = {}): Entry => ({
  info: { id, role: "assistant", sessionID: "ses_a" },
  parts: [{ id: `prt_${id}`, type: "tool", state: { status: "completed", output, ...state } }],
});
const says = (id: string, text: string): Entry => ({
  info: { id, role: "assistant", sessionID: "ses_a" },
  parts: [{ id: `prt_${id}`, type: "text", text }],
});

/** One request: what the model reads, a text for each message. */
function request(stored: readonly Entry[], trail: Trail, now: Moving | undefined, news: News = NO_NEWS) {
  const messages = [...stored];
  const next = placeMoving(messages, trail, { moving: now, news });
  return { trail: next, read: messages.map(readText) };
}

const readText = ({ parts }: Entry): string =>
  (parts as readonly ({ text?: string; state?: { output?: string; error?: string } } | null)[])
    .map((part) => part?.text ?? part?.state?.output ?? part?.state?.error ?? "")
    .join("|");

describe("what moves", () => {
  test("stands whole at the end of the first request, and nowhere else", () => {
    const { read } = request([user("1", "hi"), says("2", "yes"), user("3", "go")], NO_TRAIL, moving("Next: a"));
    expect(read).toEqual(["hi", "yes", "go|<all>\nNext: a"]);
  });

  test("changes not one byte of what was sent while the plan stands still", () => {
    const first = request([user("1", "go")], NO_TRAIL, moving("Next: a"));
    const stored = [user("1", "go"), calls("2", "ok"), calls("3", "ok"), says("4", "done"), user("5", "more")];
    let { trail } = first;
    for (let count = 1; count <= stored.length; count += 1) {
      const later = request(stored.slice(0, count), trail, moving("Next: a"));
      expect(later.read).toEqual([...first.read, "ok", "ok", "done", "more"].slice(0, count));
      trail = later.trail;
    }
  });

  test("says only what moved, in what is then the last message, and leaves the rest as it was sent", () => {
    const first = request([user("1", "go")], NO_TRAIL, moving("Next: a", "Ready: b", "Blocked: c"));
    const stored = [user("1", "go"), calls("2", "ok")];
    const second = request(stored, first.trail, moving("Next: x", "Ready: b"));
    expect(second.read).toEqual([first.read[0], "ok\n\n<now>\nNext: x\nBlocked: nothing now"]);
    const third = request([...stored, says("3", "done"), user("4", "on")], second.trail, moving("Next: x", "Ready: b"));
    expect(third.read.slice(0, 2)).toEqual(second.read);
    expect(third.read.slice(2)).toEqual(["done", "on"]);
  });

  test("a computed next action replaces a recorded one", () => {
    const first = request([user("1", "go")], NO_TRAIL, moving("Next: a"));
    const { read } = request([user("1", "go"), user("2", "on")], first.trail, moving("Next (computed): b"));
    expect(read[1]).toBe("on|<now>\nNext (computed): b");
  });

  test("begins anew, once, where the conversation was compacted", () => {
    const first = request([user("1", "go")], NO_TRAIL, moving("Next: a"));
    const compacted = [user("7", "What did we do so far?"), says("8", "summary"), user("9", "go on")];
    const second = request(compacted, first.trail, moving("Next: a"));
    expect(second.read).toEqual(["What did we do so far?", "summary", "go on|<all>\nNext: a"]);
    expect(request(compacted, second.trail, moving("Next: a")).read).toEqual(second.read);
  });

  test("begins anew where the host dropped the result that it stood in", () => {
    const stored = [user("1", "go"), calls("2", "ok")];
    const first = request(stored, NO_TRAIL, moving("Next: a"));
    const pruned = [user("1", "go"), calls("2", "ok", { time: { compacted: 5 } }), user("3", "on")];
    expect(request(pruned, first.trail, moving("Next: a")).read.at(-1)).toBe("on|<all>\nNext: a");
  });

  test("stands behind the last result of several, a failed one too", () => {
    const both: Entry = {
      info: { id: "2", role: "assistant" },
      parts: [
        { id: "p1", type: "tool", state: { status: "completed", output: "one" } },
        { id: "p2", type: "tool", state: { status: "error", error: "bad" } },
      ],
    };
    expect(request([user("1", "go"), both], NO_TRAIL, moving("Next: a")).read[1]).toBe("one|bad\n\n<all>\nNext: a");
  });

  test("is never put into the model's own mouth", () => {
    const { read } = request([user("1", "go"), says("2", "half a")], NO_TRAIL, moving("Next: a"));
    expect(read).toEqual(["go|<all>\nNext: a", "half a"]);
  });

  test("waits where there is no place for it", () => {
    const { trail, read } = request([says("2", "x")], NO_TRAIL, moving("Next: a"));
    expect(read).toEqual(["x"]);
    expect(request([user("3", "go")], trail, moving("Next: a")).read).toEqual(["go|<all>\nNext: a"]);
  });

  test("news are said once, in the block or before it, and stay where they were", () => {
    const news = { lines: ["Folder: /project"], texts: ["Holdfast: mind the window."] };
    const first = request([user("1", "go")], NO_TRAIL, moving("Next: a"), news);
    expect(first.read).toEqual(["go|Holdfast: mind the window.\n<all>\nNext: a\nFolder: /project"]);
    const second = request([user("1", "go"), user("2", "on")], first.trail, moving("Next: a"));
    expect(second.read).toEqual([first.read[0], "on"]);
  });

  test("what the host keeps is not touched", () => {
    const stored = [user("1", "go"), calls("2", "ok")];
    const before = JSON.stringify(stored);
    request(stored, NO_TRAIL, moving("Next: a"));
    expect(JSON.stringify(stored)).toBe(before);
  });

  test("parts and messages of no known shape are passed over", () => {
    const strange = [
      { info: null, parts: [null, 7] },
      { info: { role: "user" }, parts: [] },
    ] as Entry[];
    expect(request(strange, NO_TRAIL, moving("Next: a")).trail).toEqual(NO_TRAIL);
  });
});
