import { utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tempDir, writeFiles } from "../../workspace/git-fixture.ts";
import type { ProcessSight } from "../../workspace/process-table.ts";
import { areAgentsAt, isJustDequeued } from "./prompt-source.ts";

/** No process has a number like these. */
const SERVER = 2 ** 30;

const sight = (pid: number, parent: number, session: string, ...argv: readonly string[]): ProcessSight => ({
  pid,
  parent,
  comm: argv[0] ?? "",
  argv,
  session,
});
const daemon = sight(SERVER, 1, "s", "codex", "app-server", "--listen", "unix://");
const own = sight(SERVER + 1, SERVER, "s", "node", "holdfast.js", "mcp");
const terminal = sight(SERVER + 2, 1, "t", "codex");

describe("Codex's server in the background", () => {
  test("is a person's while nothing that it started has a terminal session of its own", () => {
    expect(areAgentsAt(daemon, [daemon, own, terminal])).toBe(false);
  });

  test.each<[string, readonly ProcessSight[]]>([
    ["a shell of its own runs", [sight(SERVER + 3, SERVER, "x", "bash")]],
    [
      "something runs that such a shell left behind",
      [sight(SERVER + 3, SERVER, "s", "sh"), sight(SERVER + 4, SERVER + 3, "x", "codex", "queue")],
    ],
  ])("may be an agent's while %s", (_, more) => {
    expect(areAgentsAt(daemon, [daemon, own, terminal, ...more])).toBe(true);
  });

  test("may be an agent's where it cannot be seen, or processes go round in a ring", () => {
    expect(areAgentsAt(daemon, undefined)).toBe(true);
    const ring = [sight(SERVER + 5, SERVER + 6, "x", "a"), sight(SERVER + 6, SERVER + 5, "x", "b")];
    expect(areAgentsAt(daemon, [daemon, ...ring])).toBe(false);
  });
});

describe("a prompt out of the queue", () => {
  const transcriptIn = (home: string): string => join(home, "sessions", "2026", "11", "20", "rollout.jsonl");

  test("is known by the queue, which has just changed", () => {
    const [home, now] = [tempDir(), 1_800_000_000_000];
    const transcript = transcriptIn(home);
    const changed = (name: string, at: number) => {
      writeFiles(home, { [name]: "" });
      utimesSync(join(home, name), at / 1000, at / 1000);
    };
    expect(isJustDequeued(transcript, now)).toBe(false);
    changed("queue_1.sqlite", now - 60_000);
    changed("other.sqlite-wal", now);
    expect(isJustDequeued(transcript, now)).toBe(false);
    for (const name of ["queue_1.sqlite-wal", "queue_2.sqlite"]) {
      changed(name, now - 20);
      expect(isJustDequeued(transcript, now)).toBe(true);
      changed(name, now - 5_000);
      expect(isJustDequeued(transcript, now)).toBe(false);
    }
  });

  test("may be one where the queue cannot be seen", () => {
    for (const other of [undefined, "/nowhere/sessions/a.jsonl", "/elsewhere/a.jsonl"]) {
      expect(isJustDequeued(other, Date.now())).toBe(true);
    }
  });
});
