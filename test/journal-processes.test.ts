import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
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

/** When a writer is killed: once it has told so many answers, or some time after it was started or has begun. */
type Fate = { readonly afterAnswers: number } | { readonly after: "start" | "begin"; readonly ms: number };

class Writer {
  readonly answers: Answered[] = [];
  readonly ready: Promise<void>;
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #fate: Fate;

  constructor(dir: string, from: number, count: number, fate: Fate = { afterAnswers: Infinity }) {
    const child = spawn(process.execPath, [writer.path, dir, String(from), String(count)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child = child;
    this.#fate = fate;
    this.#killAfter("start");
    let isReady = (): void => undefined;
    this.ready = new Promise((resolve) => (isReady = resolve));
    const lines = createInterface(child.stdout);
    lines.on("close", () => isReady());
    lines.on("line", (line) => {
      if (line === "ready") return isReady();
      const [id = "", status = ""] = line.split(" ");
      this.answers.push({ id, status });
      if ("afterAnswers" in fate && this.answers.length >= fate.afterAnswers) child.kill("SIGKILL");
    });
    this.ended = Promise.all([once(child, "exit"), once(lines, "close")]).then(([[code]]) => code as number | null);
  }

  begin(): void {
    this.#child.stdin.on("error", () => undefined);
    this.#child.stdin.end("x");
    this.#killAfter("begin");
  }

  get wasKilled(): boolean {
    return this.#child.signalCode === "SIGKILL";
  }

  #killAfter(moment: "start" | "begin"): void {
    const fate = this.#fate;
    if ("ms" in fate && fate.after === moment) setTimeout(() => this.#child.kill("SIGKILL"), fate.ms);
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
    const writers = [3, 6, 11, 19].map((after) => {
      return new Writer(dir.path, round * 1000, 1000, { afterAnswers: after + (round % 7) });
    });
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

/** Numbers below one that are the same in every run. */
function* chances(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

test("of 216 more that are killed by the clock, while they open, write or put snapshots down, the same holds", async () => {
  using dir = tempDir();
  openToy(dir.path).close();
  const chance = chances(11);
  const answers: Answered[] = [];
  let kills = 0;
  for (let round = 0; round < 36; round++) {
    // What a kill in the middle of a write leaves; it never stands in the way, and is never counted.
    if (round % 6 === 5) appendFileSync(dir.at("journal", `${CLONE_A}.jsonl`), '\n{"format":1,"id":"0');
    const writers = [0, 1, 2, 3, 4, 5].map((n) => {
      const early: Fate = { after: "start", ms: 30 + 120 * chance.next().value };
      const late: Fate = { after: "begin", ms: 25 * chance.next().value };
      return new Writer(dir.path, round * 100_000, 100_000, n === round % 6 ? early : late);
    });
    answers.push(...(await runAll(writers)));
    kills += writers.filter((each) => each.wasKilled).length;
    const journal = must(openJournal(toyOptions(dir.path)));
    const whole = replay(dir.path);
    expect(journal.state).toEqual(whole);
    expect(whole.log.map((entry) => Number(entry.split(":")[1]))).toEqual(whole.log.map((_, at) => at + 1));
    expect(journal.cursor().total).toBe(whole.log.length);
    journal.close();
  }
  expect(kills).toBe(216);
  // How many there are depends on the machine; without any nothing would have been tried.
  expect(answers.length).toBeGreaterThan(10);
  const state = replay(dir.path);
  const times = new Map<string, number>();
  for (const id of idsOf(state.log)) times.set(id, (times.get(id) ?? 0) + 1);
  expect(answers.filter(({ id }) => times.get(id) !== 1)).toEqual([]);
  expect([...times.values()].every((count) => count === 1)).toBe(true);
  const winners = new Set(Object.values(state.claims));
  expect(answers.filter(({ id, status }) => winners.has(id) !== (status === "accepted"))).toEqual([]);
  const findings = verifyJournal({ clone: CLONE_A, dir: dir.at("journal"), second: dir.at("second") });
  expect(findings.filter(({ severity }) => severity === "error").map(({ reason }) => reason)).toEqual([]);
  // The six that were put there, and one for each kill that cut a write where a page of the file ends.
  const torn = findings.filter(({ reason }) => reason === "torn-line").length;
  expect(torn).toBeGreaterThanOrEqual(6);
  expect(torn).toBeLessThanOrEqual(6 + kills);
});
