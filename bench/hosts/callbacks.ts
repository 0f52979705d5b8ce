import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inOrder } from "../../src/hosts/model-server/turn.ts";
import { openOpenCode } from "../../test/hosts/kit/opencode.ts";
import { projectRoot } from "../../test/hosts/kit/root.ts";
import { openWorld, type World } from "../../test/hosts/kit/world.ts";
import { makeSmallPlan } from "./plan.ts";
import { median, type Report } from "./report.ts";

const LIMIT_MS = 1;

/** How long OpenCode waits for each of our callbacks, on a session that is bound to a plan. */
export async function benchCallbacks(report: Report, isQuick: boolean): Promise<void> {
  const times = await timeCallbacks(isQuick ? 20 : 60);
  const all = Object.values(times).flat();
  const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);
  const note = `${all.length} calls, the slowest ${(sorted(all).at(-1) ?? 0).toFixed(1)} ms`;
  report.add({ what: "callbacks, opencode", measured: median(all), limit: LIMIT_MS, unit: "ms", note });
  for (const [name, values] of Object.entries(times)) {
    // Once a prompt, and once a conversation: those do what other hosts start a process for.
    if (name === "chat.message" || values.length < 10) continue;
    report.add({
      what: `  ${name}`,
      measured: median(values),
      limit: LIMIT_MS,
      unit: "ms",
      note: `${values.length} calls`,
    });
  }
}

async function timeCallbacks(calls: number): Promise<Readonly<Record<string, readonly number[]>>> {
  const world = await openWorld();
  try {
    await world.did("init", "--host", "none");
    await makeSmallPlan(world);
    const figures = install(world);
    const server = await openOpenCode(world);
    const session = await server.startSession();
    await world.did("session", "bind", "bench", "--session", `opencode:${session}`);
    const bash = { name: "bash", input: { command: "true", description: "nothing" } };
    world.model.use(inOrder(...Array.from({ length: calls }, () => ({ calls: [bash] }))));
    for (const text of ["go", "and on"]) await server.say(session, text);
    await server.stop();
    if (!existsSync(figures)) throw new Error("OpenCode did not load the plugin");
    return collect(readFileSync(figures, "utf8"));
  } finally {
    await world.close();
  }
}

/** Puts our plugin behind one that times each of its callbacks and notes how long it took. */
function install(world: World): string {
  const figures = join(world.home, "callbacks.txt");
  const plugin = join(projectRoot, "dist", "opencode-plugin.mjs");
  const text = `
import { appendFileSync } from "node:fs";
import plugin from ${JSON.stringify(plugin)};
export const Timed = async (input, options) => {
  const hooks = await plugin.server(input, options);
  for (const [name, run] of Object.entries(hooks)) {
    if (typeof run !== "function" || name === "dispose") continue;
    hooks[name] = async (...given) => {
      // What the host itself has in line would else be counted as ours.
      await undefined;
      const from = performance.now();
      try {
        return await run(...given);
      } finally {
        // What the host does not wait for is timed up to where it goes on.
        appendFileSync(${JSON.stringify(figures)}, name + " " + (performance.now() - from) + "\\n");
      }
    };
    if (name === "event") hooks[name] = (...given) => {
      const from = performance.now();
      run(...given);
      appendFileSync(${JSON.stringify(figures)}, name + " " + (performance.now() - from) + "\\n");
    };
  }
  return hooks;
};
`;
  writeFileSync(join(world.home, "timed.mjs"), text);
  const file = join(world.home, ".config", "opencode", "opencode.json");
  const config = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  config["plugin"] = [join(world.home, "timed.mjs")];
  writeFileSync(file, JSON.stringify(config));
  return figures;
}

function collect(text: string): Readonly<Record<string, readonly number[]>> {
  const times: Record<string, number[]> = {};
  for (const line of text.split("\n")) {
    const [name, ms] = line.split(" ");
    if (name !== undefined && ms !== undefined) (times[name] ??= []).push(Number(ms));
  }
  return times;
}
