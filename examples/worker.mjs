// A worker of the tour: any program that can run commands could be one. It asks Holdfast for a task, does it,
// lets the project's own tests decide, commits, and reports. All that it knows of the plan it reads from Holdfast.
//
//   node worker.mjs <name> <folder of prepared work> <lease>
//
// With SLOW_TASK=<id> it stays in that task for a minute: somebody is expected to end it there.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const [name, work, lease] = process.argv.slice(2);
const [program, ...leading] = JSON.parse(process.env.HOLDFAST_COMMAND);

// Holdfast looks whether this process is still there before it lets somebody else take its task over.
const env = { ...process.env, HOLDFAST_PID: String(process.pid) };
const run = (command, args) => spawnSync(command, args, { encoding: "utf8", env });
const holdfast = (...args) => run(program, [...leading, ...args, "--session", `worker:${name}`]);
const say = (text) => console.log(`  ${name}: ${text}`);
const read = (...args) => JSON.parse(holdfast(...args, "--json").stdout || "{}");

/** The task that this worker may do now: one in hand, one that is ready, or one whose holder's lease has run out. */
function claimSomething() {
  const { mine = [], ready = [], abandoned = [] } = read("task", "next");
  if (mine.length > 0) return { id: mine[0].id, fence: mine[0].claim.fence };
  for (const { id } of ready) {
    const claim = holdfast("task", "claim", id, "--lease", lease, "--json");
    if (claim.status === 0) return { id, fence: JSON.parse(claim.stdout).fence };
  }
  for (const { id } of abandoned) {
    const claim = holdfast("task", "claim", id, "--take-over", "--lease", lease, "--json");
    if (claim.status !== 0) continue;
    say(`${id} was somebody's whose lease has run out: taken over`);
    return { id, fence: JSON.parse(claim.stdout).fence };
  }
  return undefined;
}

/** Puts the prepared work in place: a first try that is wrong where there is one, the right one afterwards. */
function doWork(id) {
  const attempts = read("task", "show", id).task.attemptCount;
  const first = join(work, `${id}-first`);
  cpSync(attempts === 1 && existsSync(first) ? first : join(work, id), ".", { recursive: true });
}

/** The project's own tests: those that the task names, or all. */
function test(task) {
  const named = task.steps.map(({ text }) => /test\/\S+\.test\.js/.exec(text)?.[0]).find(Boolean);
  return run(process.execPath, named === undefined ? ["--test"] : ["--test", named]);
}

async function commit(task) {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const done = run("git", ["commit", "--quiet", "--message", `${task.id}: ${task.title}`, "--", ...task.touches]);
    if (done.status === 0) return;
    // Another worker is committing in the same checkout.
    await sleep(50);
  }
  throw new Error(`${task.id} could not be committed`);
}

async function doTask({ id, fence }) {
  const { task } = read("task", "show", id);
  say(`claimed ${id}: ${task.title}`);
  holdfast("task", "start", id, "--fence", fence);
  if (id === process.env.SLOW_TASK) await sleep(60_000);
  doWork(id);
  holdfast("task", "step", id, "1", "--fence", fence);
  const tested = test(task);
  if (tested.status !== 0) {
    say(`${id}: its tests fail`);
    holdfast("task", "fail", id, "--why", "its tests fail", "--fence", fence);
    return;
  }
  holdfast("task", "step", id, "2", "--fence", fence);
  await commit(task);
  holdfast("task", "output", id, "--text", `${task.title}: its tests pass`, "--fence", fence);
  const done = holdfast("task", "done", id, "--fence", fence);
  say(done.status === 0 ? `${id} done: its tests pass, committed` : `${id}: ${done.stderr.trim()}`);
}

// Bounded: whatever happens, the tour ends.
for (let round = 0; round < 200; round += 1) {
  const { total, counts } = read("task", "count");
  if (counts.done === total) break;
  const claimed = claimSomething();
  if (claimed === undefined) await sleep(250);
  else await doTask(claimed);
}
