import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ToolCall } from "../../src/hosts/model-server/turn.ts";
import { HOSTS, type Host, type Talk } from "../../test/hosts/kit/hosts.ts";
import { openWorld, type World } from "../../test/hosts/kit/world.ts";
import { openIdle, wasAsked } from "./idle-host.ts";
import { openOnPlan } from "./plan.ts";
import { median, type Report } from "./report.ts";
import { Stepper } from "./stepper.ts";

const LIMIT_MS = 5;
/** The first of each tool warm everything up. */
const WARM = 5;
const NOTES = "notes.txt";

/**
 * On a host that knows nothing of us, without hooks and with hooks as ours that do nothing; on a session with a plan, with
 * all of ours but the hooks and with all of it.
 */
const SETUPS = ["without", "idle", "hookless", "ours"] as const;
type Setup = (typeof SETUPS)[number];

/** A tool by its name, and its calls one after the other. */
type Tools = Readonly<Record<string, (world: World, at: number) => ToolCall>>;

/** What a tool call costs more with our hooks than in the same run without, and how much of that any hook costs. */
export async function benchToolCalls(report: Report, isQuick: boolean): Promise<void> {
  for (const host of HOSTS.filter(({ cli }) => cli !== "opencode")) {
    const times = await timeCalls(host, isQuick ? 20 : 80);
    for (const [name, of] of times) {
      const over = (one: Setup, base: Setup): number => median(of[one]) - median(of[base]);
      const measured = over("ours", "hookless");
      const note = [
        `over ${median(of.hookless).toFixed(1)} ms without hooks`,
        `hooks that do nothing add ${over("idle", "without").toFixed(1)}`,
        `all of Holdfast ${over("ours", "without").toFixed(1)}`,
      ].join("; ");
      report.add({ what: `added to a call of ${name}, ${host.cli}`, measured, limit: LIMIT_MS, unit: "ms", note });
    }
  }
}

/** Call by call in turns, so that all meet the same machine. */
async function timeCalls(host: Host, calls: number): Promise<ReadonlyMap<string, Readonly<Record<Setup, number[]>>>> {
  const worlds: Awaited<ReturnType<typeof openWorld>>[] = [];
  const times = new Map<string, Record<Setup, number[]>>();
  try {
    const steppers: (readonly [Setup, Stepper])[] = [];
    for (const setup of SETUPS) {
      const world = await openWorld();
      worlds.push(world);
      writeFileSync(join(world.project, NOTES), "line 0\n");
      steppers.push([setup, new Stepper(world, await open(host, world, setup))]);
    }
    for (let at = 0; at < calls + WARM; at += 1) {
      for (const [name, call] of Object.entries(toolsOf(host))) {
        const of = times.get(name) ?? { without: [], idle: [], hookless: [], ours: [] };
        times.set(name, of);
        for (let place = 0; place < steppers.length; place += 1) {
          const [setup, stepper] = steppers[(at + place) % steppers.length]!;
          const tookMs = await stepper.step(call(stepper.world, at));
          if (at >= WARM) of[setup].push(tookMs);
        }
      }
    }
    for (const [, stepper] of steppers) await stepper.end();
    for (const [setup, { world }] of steppers) mustHaveWorked(host, setup, world, calls + WARM);
    return times;
  } finally {
    for (const world of worlds) await world.close();
  }
}

function open(host: Host, world: World, setup: Setup): Promise<Talk> {
  if (setup === "without") return host.open(world);
  return setup === "idle" ? openIdle(world, host) : openOnPlan(world, host, { hasHooks: setup === "ours" });
}

/** Throws where what was timed is not what it is said to be: edits that failed, hooks that never came. */
function mustHaveWorked(host: Host, setup: Setup, world: World, edits: number): void {
  if (setup === "idle" && !wasAsked(world)) throw new Error("no hook has come");
  if (host.cli !== "claude") return;
  if (readFileSync(join(world.project, NOTES), "utf8") !== `line ${edits}\n`) throw new Error("not all was edited");
  const hasNoted = existsSync(join(world.project, ".planning", ".local", "edits"));
  if (hasNoted !== (setup === "ours")) throw new Error(hasNoted ? "a hook has come" : "no edit was noted");
}

function toolsOf(host: Host): Tools {
  const shell = () => host.shell("true");
  if (host.cli !== "claude") return { "the shell": shell };
  const file = ({ project }: World): string => join(project, NOTES);
  return {
    Read: (world) => ({ name: "Read", input: { file_path: file(world) } }),
    Edit: (world, at) => ({
      name: "Edit",
      input: { file_path: file(world), old_string: `line ${at}`, new_string: `line ${at + 1}` },
    }),
    Bash: shell,
  };
}
