import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { afterAll, expect, test } from "vitest";
import { CLONE_A, must, openToy, replay, tempDir, toyOptions } from "../src/journal/fixtures.ts";
import { openJournal } from "../src/journal/journal.ts";
import { verifyJournal } from "../src/journal/verify.ts";
import { buildProgram } from "./kit/program.ts";

const writer = await buildProgram("test/support/journal-writer.ts");
afterAll(() => writer.remove());

interface Answered {
  readonly id: string;
  readonly status: string;
}

class Writer {
  readonly answers: Answered[] = [];
  readonly ready: Promise<void>;
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;

  /** Kills itself once it has been told `killAfter` answers. */
  constructor(dir: string, from: number, count: number, killAfter = Infinity) {
    const child = spawn(process.execPath, [writer.path, dir, String(from), String(count)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child = child;
    let isReady = (): void => undefined;
    this.ready = new Promise((resolve) => (isReady = resolve));
    const lines = createInterface(child.stdout);
    lines.on("line", (line) => {
      if (line === "ready") return isReady();
      const [id = "", status = ""] = line.split(" ");
      this.answers.push({ id, status });
      if (this.answers.length >= killAfter) child.kill("SIGKILL");
    });
    this.ended = Promise.all([once(child, "exit"), once(lines, "close")]).then(([[code]]) => code as number | null);
  }

  begin(): void {
    this.#child.stdin.on("error", () => undefined);
    this.#child.stdin.end("x");
  }
}

async function runAll(writers: readonly Writer[]): Promise<readonly Answered[]> {
  await Promise.all(writers.map((each) => each.ready));
  for (const each of writers) each.begin();
  await Promise.all(writers.map((each) => each.ended));
  return writers.flatMap((each) => each.answers);
}

const idsOf = (log: readonly string[]): string[] => log.map((entry) => entry.split(":")[3] ?? "");

test("of sixteen processes that claim the same things, each thing has one winner, and all that was answered is there", async () => {
  using dir = tempDir();
  openToy(dir.path).close();
  const answers = await runAll(Array.from({ length: 16 }, () => new Writer(dir.path, 0, 25)));
  const state = replay(dir.path);
  expect(answers).toHaveLength(16 * 25);
  expect(idsOf(state.log).toSorted()).toEqual(answers.map(({ id }) => id).toSorted());
  const winners = answers.filter(({ status }) => status === "accepted").map(({ id }) => id);
  expect(winners.toSorted()).toEqual(Object.values(state.claims).toSorted());
  expect(Object.keys(state.claims)).toHaveLength(25);
  expect(must(openJournal(toyOptions(dir.path))).state).toEqual(state);
});

test("what was answered survives a hundred processes killed at any moment, and nobody is held up", async () => {
  using dir = tempDir();
  openToy(dir.path).close();
  const answers: Answered[] = [];
  for (let round = 0; round < 25; round++) {
    const writers = [3, 6, 11, 19].map((after) => new Writer(dir.path, round * 1000, 1000, after + (round % 7)));
    answers.push(...(await runAll(writers)));
    const journal = must(openJournal(toyOptions(dir.path)));
    expect(journal.state).toEqual(replay(dir.path));
    journal.close();
  }
  const state = replay(dir.path);
  const kept = new Map(idsOf(state.log).map((id, at) => [id, at]));
  expect(kept.size).toBe(state.log.length);
  expect(answers.filter(({ id }) => !kept.has(id))).toEqual([]);
  const winners = new Set(Object.values(state.claims));
  expect(answers.filter(({ id, status }) => winners.has(id) !== (status === "accepted"))).toEqual([]);
  const errors = verifyJournal({ clone: CLONE_A, dir: dir.at("journal"), second: dir.at("second") });
  expect(errors.filter(({ severity }) => severity === "error")).toEqual([]);
});
