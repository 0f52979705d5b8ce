import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ok, refused } from "../../../plan/refusal.ts";
import type { Run } from "../../command.ts";
import type { demo } from "../demo.ts";
import { makeProject, Stage, TourStopped } from "./stage.ts";

const PLAN = "durations";
/** Long enough for one task, short enough to be waited for. */
const LEASE = "2s";
/** Whatever happens, the tour ends. */
const PATIENCE_MS = 60_000;

export const runTour: Run<typeof demo> = async ({ options }, { out }) => {
  const stage = new Stage(out);
  try {
    const project = makeProject(stage);
    begin(stage, project);
    await work(stage, project);
    lie(stage, project);
    clean(stage, project);
    exchange(stage, project);
    finish(stage, project, options.keep);
    return ok(undefined);
  } catch (error) {
    if (error instanceof TourStopped) return refused("tour-stopped", error.message);
    throw error;
  } finally {
    if (!options.keep) stage.clear();
  }
};

function begin(stage: Stage, project: string): void {
  stage.chapter("1. A plan: a brief and seven tasks in four waves, from one file");
  stage.holdfast(project, ["plan", "import", "plan.yaml"]);
  stage.holdfast(project, ["next", "let the workers take the first wave", "--file", "src/parse.js"]);
  stage.holdfast(project, ["task", "list", "--waves"]);
}

/** Three workers; the one in T2 is killed there, and somebody else takes the task over. */
async function work(stage: Stage, project: string): Promise<void> {
  stage.chapter("2. Three worker processes. One is killed in the middle of T2 (SIGKILL)");
  const ended = new AbortController();
  const slow = stage.worker(project, "carol", LEASE, { SLOW_TASK: "T2" });
  const fence = await fenceOf(stage, project, "T2");
  const others = ["alice", "bob"].map((name) => stage.worker(project, name, LEASE));
  try {
    await stage.end(slow);
    stage.say("carol was killed while T2 was hers");
    await Promise.race([supervise(stage, project, others), timeout(ended.signal)]);
    stage.chapter("3. The dead worker's write arrives late, and is refused");
    const late = ["task", "done", "T2", "--fence", fence, "--session", "worker:carol"];
    stage.holdfast(project, late, { expected: 1 });
    stage.chapter("4. The project's own tests decided; now all of them pass");
    stage.holdfast(project, ["status"]);
  } finally {
    ended.abort();
    for (const child of [slow, ...others]) await stage.end(child);
  }
}

/** Sends failed tasks back until the workers find nothing more to do. */
async function supervise(stage: Stage, project: string, workers: readonly ChildProcess[]): Promise<void> {
  const running = Promise.all(workers.map(exit)).then(() => true);
  for (;;) {
    const isOver = await Promise.race([running, sleep(250, false)]);
    const listed = stage.holdfast(project, ["task", "list", "--status", "failed", "--json"], { quiet: true });
    const { items } = JSON.parse(listed.out) as { readonly items: readonly { readonly id: string }[] };
    for (const { id } of items) {
      stage.holdfast(project, ["task", "retry", id, "--note", "amounts also come without a space; refuse the rest"]);
    }
    if (isOver && items.length === 0) return;
    if (isOver) throw new TourStopped("the workers ended before the plan did");
  }
}

/** Somebody calls a task done that breaks what worked; the check that proves it is run by Holdfast and not by them. */
function lie(stage: Stage, project: string): void {
  const source = join(project, "src", "parse.js");
  const right = readFileSync(source, "utf8");
  const as = ["--session", "worker:mallory"];
  stage.chapter("5. A lie: done, with a broken parser behind it");
  stage.holdfast(project, ["task", "add", "Make the parser faster", "--id", "FAST"], { quiet: true });
  stage.holdfast(project, ["check", "add", "tests", "--kind", "test", "--task", "FAST", "--", "npm", "test"]);
  stage.holdfast(project, ["task", "claim", "FAST", ...as], { quiet: true });
  writeFileSync(source, `${right}\nthrow new Error("fast");\n`);
  stage.holdfast(project, ["task", "done", "FAST", ...as, "--note", "all tests pass"], { expected: 1 });
  stage.holdfast(project, ["verify", "--task", "FAST", ...as], { expected: 1 });
  writeFileSync(source, right);
  stage.say("the parser is put right, and what was seen of it counts no longer");
  stage.holdfast(project, ["task", "done", "FAST", ...as], { expected: 1 });
  stage.holdfast(project, ["verify", "--task", "FAST", ...as]);
  stage.holdfast(project, ["task", "done", "FAST", ...as]);
}

function clean(stage: Stage, project: string): void {
  stage.chapter("6. git clean -fdx removes the folder; the plan comes back");
  stage.git(project, ["clean", "-fdxq"]);
  stage.say(existsSync(join(project, ".planning")) ? ".planning is still there" : ".planning is gone");
  stage.holdfast(project, ["task", "count"]);
  stage.holdfast(project, ["render"], { quiet: true });
}

/** Two clones change the plan apart from each other; Git carries the records, and both fold to one state. */
function exchange(stage: Stage, project: string): void {
  stage.chapter("7. A second clone changes the plan on a branch; plain Git merges it");
  stage.holdfast(project, ["init", "--track"]);
  commit(stage, project, "Share the plan");
  const second = join(stage.folder, "second");
  stage.git(stage.folder, ["clone", "--quiet", project, second]);
  stage.git(second, ["switch", "--quiet", "--create", "elsewhere"]);
  stage.holdfast(second, ["task", "add", "Weeks", "--id", "T8", "--parent", "T1", "--plan", PLAN]);
  stage.holdfast(second, ["decide", "weeks are seven days", "--why", "months stay a non-goal", "--plan", PLAN]);
  share(stage, second, "Plan: weeks");
  stage.holdfast(project, ["next", "release it", "--file", "package.json", "--plan", PLAN]);
  stage.holdfast(project, ["task", "add", "Release notes", "--id", "T9", "--parent", "T7", "--plan", PLAN]);
  share(stage, project, "Plan: release");
  stage.git(project, ["fetch", "--quiet", second, "elsewhere"]);
  stage.git(project, ["merge", "--quiet", "--message", "Merge elsewhere", "FETCH_HEAD"]);
  stage.git(second, ["fetch", "--quiet", project, "main"]);
  stage.git(second, ["merge", "--quiet", "--message", "Merge main", "FETCH_HEAD"]);
  const [here, there] = [project, second].map(
    (clone) => stage.holdfast(clone, ["journal", "digest", "--plan", PLAN]).out,
  );
  if (here !== there) throw new TourStopped("the two clones fold to different states");
  stage.say("both clones fold to the same state, byte for byte");
}

function share(stage: Stage, clone: string, message: string): void {
  stage.holdfast(clone, ["publish"], { quiet: true });
  commit(stage, clone, message);
}

function commit(stage: Stage, clone: string, message: string): void {
  stage.git(clone, ["add", ".planning"]);
  stage.git(clone, ["commit", "--quiet", "--message", message]);
}

const FILES = ["task_plan.md", "progress.md", "TODO_LIST.md", "state.json"];

function finish(stage: Stage, project: string, isKept: boolean): void {
  stage.chapter("8. Look at");
  const folder = join(project, ".planning", PLAN);
  for (const file of FILES) {
    if (!existsSync(join(folder, file))) throw new TourStopped(`${file} is missing`);
    stage.say(join(folder, file));
  }
  stage.say(join(folder, "journal"));
  stage.say(isKept ? `all of it is in ${stage.folder}` : "nothing of this is left now; --keep leaves it");
}

/** Waits until somebody has claimed a task, and gives the claim's fence. */
async function fenceOf(stage: Stage, project: string, id: string): Promise<string> {
  for (const started = Date.now(); Date.now() - started < PATIENCE_MS;) {
    const shown = stage.holdfast(project, ["task", "show", id, "--json"], { quiet: true });
    const { task } = JSON.parse(shown.out) as { readonly task: { readonly claim?: { readonly fence: string } } };
    if (task.claim !== undefined) return task.claim.fence;
    await sleep(50);
  }
  throw new TourStopped(`nobody claimed ${id}`);
}

const exit = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once("exit", () => resolve()));

async function timeout(signal: AbortSignal): Promise<never> {
  await sleep(PATIENCE_MS, undefined, { signal }).catch(() => undefined);
  throw new TourStopped("the workers took too long");
}
