import { inOrder } from "../../src/hosts/model-server/turn.ts";
import { HOSTS, type Host } from "../../test/hosts/kit/hosts.ts";
import { openWorld, type World } from "../../test/hosts/kit/world.ts";
import { openOnPlan } from "./plan.ts";
import { median, type Report } from "./report.ts";

const LIMIT_MS = 5;

/** What a tool call costs more with our hooks than without, on a session that is bound to a plan. */
export async function benchToolCalls(report: Report, isQuick: boolean): Promise<void> {
  const calls = isQuick ? 20 : 60;
  const rounds = isQuick ? 2 : 5;
  for (const host of HOSTS.filter(({ cli }) => cli !== "opencode")) {
    const without: number[] = [];
    const withHooks: number[] = [];
    // Taken in turns, so that both meet the same machine.
    for (let round = 0; round < rounds; round += 1) {
      without.push(...(await timeCalls(host, calls, false)));
      withHooks.push(...(await timeCalls(host, calls, true)));
    }
    const [base, measured] = [median(without), median(withHooks)];
    const note = `${base.toFixed(1)} ms without, ${measured.toFixed(1)} with`;
    report.add({
      what: `added to a tool call, ${host.cli}`,
      measured: measured - base,
      limit: LIMIT_MS,
      unit: "ms",
      note,
    });
  }
}

async function timeCalls(host: Host, calls: number, isConnected: boolean): Promise<readonly number[]> {
  const world = await openWorld();
  try {
    const talk = isConnected ? await openOnPlan(world, host) : await host.open(world);
    world.model.use(inOrder(...Array.from({ length: calls }, () => ({ calls: [host.shell("true")] }))));
    await talk.say("go");
    await talk.end();
    return gaps(world);
  } finally {
    await world.close();
  }
}

/** From each answer with a tool call to the next request; the first few warm everything up. */
function gaps({ model }: World): readonly number[] {
  const { requests, answeredAt } = model;
  return requests
    .slice(1)
    .map(({ arrivedAt }, at) => arrivedAt - (answeredAt[at] ?? Number.NaN))
    .slice(3);
}
