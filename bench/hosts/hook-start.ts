import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { makeHistory, makeWorkspace } from "../sample.ts";
import { projectRoot } from "../../test/hosts/kit/root.ts";
import { median, type Report } from "./report.ts";

const program = join(projectRoot, "dist", "holdfast.js");
const SESSION = "11111111-2222-4333-8444-555555555555";

/** What a hook costs that is a process, beside a process that does nothing. */
export async function benchHookStart(report: Report, folder: string, isQuick: boolean): Promise<void> {
  const runs = isQuick ? 7 : 25;
  const [tasks, records] = isQuick ? [1000, 5000] : [10_000, 200_000];
  const sample = await makeWorkspace(folder, tasks);
  makeHistory(sample, records);
  run(["render"], sample.root, "");
  run(["session", "bind", sample.slug, "--session", `claude:${SESSION}`], sample.root, "");

  const common = { session_id: SESSION, transcript_path: "/nowhere.jsonl", cwd: sample.root };
  const starting = { ...common, hook_event_name: "SessionStart", source: "startup" };
  const tool = { tool_name: "Bash", tool_input: { command: "true" }, tool_use_id: "toolu_1" };
  const size = `${tasks.toLocaleString("en")} tasks, ${records.toLocaleString("en")} records`;
  const started = overFloor(runs, sample.root, starting);
  if (!started.output.includes(sample.slug))
    throw new Error(`session start says nothing of the plan: ${started.output}`);
  report.add({ what: `session start, ${size}`, measured: started.over, limit: 30, unit: "ms", note: started.note });
  const guarded = overFloor(runs, sample.root, { ...common, hook_event_name: "PreToolUse", ...tool });
  report.add({
    what: `a Node hook before a tool, ${size}`,
    measured: guarded.over,
    limit: 10,
    unit: "ms",
    note: guarded.note,
  });
}

function overFloor(runs: number, cwd: string, payload: { readonly hook_event_name: string }) {
  const floors: number[] = [];
  const times: number[] = [];
  let output = "";
  // The first of each warms the caches of the disk and of the compiler.
  for (let at = 0; at <= runs; at += 1) {
    const floor = time(["-e", "0"], cwd, "");
    const hook = time([program, "hook", "claude", payload.hook_event_name], cwd, JSON.stringify(payload));
    output = hook.output;
    if (at === 0) continue;
    floors.push(floor.tookMs);
    times.push(hook.tookMs);
  }
  const [base, measured] = [median(floors), median(times)];
  const note = `over Node's own start of ${base.toFixed(1)} ms`;
  return { over: measured - base, note, output };
}

function time(args: readonly string[], cwd: string, input: string) {
  const from = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, input, encoding: "utf8" });
  const tookMs = performance.now() - from;
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr}`);
  return { tookMs, output: stdout };
}

const run = (args: readonly string[], cwd: string, input: string) => time([program, ...args], cwd, input);
