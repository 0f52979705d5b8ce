import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { afterAll, expect, test } from "vitest";
import { readHistory } from "../src/engine/plans/history.ts";
import { perform } from "../src/engine/perform.ts";
import { createPlan } from "../src/engine/plans/plans.ts";
import { PlanStore } from "../src/engine/plans/plan-store.ts";
import { Workspace } from "../src/engine/workspace.ts";
import type { TaskInput } from "../src/plan/commands.ts";
import { snapshotPlan } from "../src/plan/snapshot.ts";
import type { PlanState } from "../src/plan/state.ts";
import { valueOf } from "../src/workspace/git-fixture.ts";
import { Desk } from "./kit/desk.ts";
import { buildProgram } from "./kit/program.ts";

const program = await buildProgram();
afterAll(() => program.remove());

const AT_ONCE = 32;
/** These take 10 to 25 s on two idle cores. */
const TIMEOUT_MS = 180_000;

interface Ended {
  readonly args: readonly string[];
  readonly session: string;
  /** Null where it was killed. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly tookMs: number;
}

/** Runs the built program, and kills it after a while if that is asked for. */
async function start(desk: Desk, session: string, args: readonly string[], killAfterMs?: number): Promise<Ended> {
  const from = performance.now();
  const env = { PATH: process.env["PATH"], ...desk.env(session) };
  const child = spawn(process.execPath, [program.path, ...args, "--json"], {
    cwd: desk.root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  clearTimeout(timer);
  return { args, session, code: child.exitCode, out, err, tookMs: performance.now() - from };
}

/** Keeps so many processes running until all commands have been. */
async function runAll(desk: Desk, commands: readonly (readonly [session: string, args: readonly string[]])[]) {
  const waiting = [...commands];
  const ended: Ended[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) ended.push(await start(desk, ...next));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return ended;
}

const open = async (desk: Desk): Promise<Workspace> =>
  valueOf(await Workspace.open({ cwd: desk.root, env: desk.env("claude:test") }));

async function makeDesk(tasks: readonly TaskInput[]): Promise<Desk> {
  const desk = new Desk();
  valueOf(await createPlan(await open(desk), { slug: "demo", title: "Demo", tasks }));
  // Without a writer beside them, all that follow may write.
  expect((await desk.run(["session", "release"], { session: "claude:test" })).code).toBe(0);
  return desk;
}

const numbered = (count: number): TaskInput[] =>
  Array.from({ length: count }, (_, n) => ({ id: `T${n + 1}`, title: `task ${n + 1}` }));

const isDone = ({ code }: Ended): boolean => code === 0;
const recordOf = ({ out }: Ended): string => (JSON.parse(out) as { record: string }).record;

/** The state that a reader has now; that a replay of everything gives the same; and what took effect, by id. */
async function readBack(desk: Desk): Promise<{ readonly state: PlanState; readonly applied: ReadonlySet<string> }> {
  const workspace = await open(desk);
  const read = (isReplay: boolean): PlanState => {
    const store = valueOf(PlanStore.open(workspace, "demo", { isReplay }));
    store.close();
    // A kill may cut a write where a page of the file ends; nobody was told of that record.
    expect(store.problems.filter(({ reason }) => reason !== "torn-line")).toEqual([]);
    return store.state;
  };
  const state = read(false);
  expect(JSON.stringify(snapshotPlan(read(true)))).toBe(JSON.stringify(snapshotPlan(state)));
  const history = valueOf(readHistory(workspace, "demo"));
  const applied = history.flatMap(({ record, refusal }) => (refusal === undefined ? [record.id] : []));
  expect(new Set(applied).size).toBe(applied.length);
  workspace.close();
  return { state, applied: new Set(applied) };
}

function expectAllThere(ended: readonly Ended[], applied: ReadonlySet<string>): void {
  const lost = ended.filter((each) => isDone(each) && !applied.has(recordOf(each)));
  expect(lost.map(({ args }) => args.join(" "))).toEqual([]);
}

test(
  "of 32 processes at once, each task has one owner, no acknowledged write is lost, and each refusal is explained",
  async () => {
    const desk = await makeDesk(numbered(40));
    const commands = numbered(40).flatMap(({ id = "" }, n) => [
      ...[0, 1, 2].map((rival) => [`claude:s${(n + rival * 7) % AT_ONCE}`, ["task", "claim", id]] as const),
      [`claude:s${n % AT_ONCE}`, ["task", "edit", id, "--kind", `kind-${n}`]] as const,
      [`claude:s${(n + 1) % AT_ONCE}`, ["task", "log", id, `note ${n}`]] as const,
    ]);
    const ended = await runAll(desk, commands);
    const { state, applied } = await readBack(desk);
    expectAllThere(ended, applied);
    expect(new Set(ended.map(({ code }) => code))).toEqual(new Set([0, 1]));
    for (const [n, task] of [...state.tasks.values()].entries()) {
      const claims = ended.filter(({ args }) => args[1] === "claim" && args[2] === task.id);
      const owners = claims.filter(isDone).map(({ session }) => session);
      expect(owners).toEqual([task.claim?.session]);
      for (const { code, err } of claims.filter((each) => !isDone(each))) {
        expect(code).toBe(1);
        expect(err).toContain(`claimed by ${owners[0]}`);
        expect(JSON.parse(err)).toMatchObject({ error: { facts: { holder: { session: owners[0] } } } });
      }
      expect(task).toMatchObject({ kind: `kind-${n}`, log: [{ text: `note ${n}` }], attemptCount: 1 });
    }
  },
  TIMEOUT_MS,
);

test(
  "of 20 tasks that are called done at once, in a plan of 300, all are done",
  async () => {
    const desk = await makeDesk(numbered(300));
    const chosen = numbered(300).filter((_, n) => n % 15 === 0);
    const workspace = await open(desk);
    valueOf(
      await perform(
        workspace,
        "demo",
        chosen.flatMap(({ id = "" }) => [
          { type: "start-task", id },
          { type: "add-output", id, name: "output.md", text: id },
        ]),
      ),
    );
    workspace.close();
    const ended = await runAll(
      desk,
      chosen.map(({ id = "" }) => ["claude:test", ["task", "done", id, "--note", `of ${id}`]]),
    );
    expect(ended.filter((each) => !isDone(each))).toEqual([]);
    const { state, applied } = await readBack(desk);
    expectAllThere(ended, applied);
    const done = [...state.tasks.values()].filter(({ status }) => status === "done").map(({ id }) => id);
    expect(done).toEqual(chosen.map(({ id }) => id));
  },
  TIMEOUT_MS,
);

/** Numbers below one that are the same in every run. */
function* chances(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

test(
  "killed at any point of 60 rounds, nothing acknowledged is lost and the plan goes on",
  async () => {
    const desk = await makeDesk(numbered(80));
    const chance = chances(7);
    // Found by feedback: about half of the processes are to be killed, however fast the machine is at the moment.
    let lifeMs = (await start(desk, "claude:k", ["task", "log", "T1", "a"])).tookMs;
    const ended: Ended[] = [];
    const outputs = new Map<string, string>();
    for (let round = 0; round < 60; round += 1) {
      const id = `T${round + 1}`;
      const said = `round ${round} of id ${id}`;
      const killAfterMs = (): number => lifeMs * (0.4 + 1.2 * chance.next().value);
      const both = await Promise.all([
        start(
          desk,
          "claude:k",
          round % 3 === 0 ? ["task", "claim", id] : ["task", "output", id, "--text", said],
          killAfterMs(),
        ),
        start(
          desk,
          "claude:l",
          round % 2 === 0 ? ["task", "log", id, said] : ["task", "edit", id, "--kind", said],
          killAfterMs(),
        ),
      ]);
      ended.push(...both);
      for (const each of both) lifeMs *= isDone(each) ? 0.95 : 1.05;
      if (round % 3 !== 0 && isDone(both[0])) outputs.set(id, said);
      if (round % 15 === 14) expect((await start(desk, "claude:k", ["status"])).code).toBe(0);
    }
    expect(new Set(ended.map(({ code }) => code))).toEqual(new Set([0, null]));
    const { state, applied } = await readBack(desk);
    expectAllThere(ended, applied);
    const last = await start(desk, "claude:k", ["task", "log", "T1", "still there"]);
    expect(last.code).toBe(0);
    for (const [id, said] of outputs) {
      expect(state.tasks.get(state.ids.get(id.toLowerCase())!)?.outputs[0]?.summary).toBe(said);
      expect(readFileSync(desk.path(".planning/demo/tasks", id, "output.md"), "utf8")).toBe(said);
    }
  },
  TIMEOUT_MS,
);
