import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "../../test/hosts/kit/connect.ts";
import type { Host, Talk } from "../../test/hosts/kit/hosts.ts";
import type { World } from "../../test/hosts/kit/world.ts";

/** A plan of a usual size, begun by a person in a shell. */
export async function makeSmallPlan(world: World): Promise<void> {
  await world.did(
    "plan",
    "new",
    "Bench",
    "--slug",
    "bench",
    "--goal",
    "every part is made",
    "--done-when",
    "tests pass",
  );
  for (let part = 1; part <= 12; part += 1) await world.did("task", "add", `Part ${part} of the whole`);
}

/** A conversation that is bound to such a plan, on a host that has all of ours, or all but the hooks. */
export async function openOnPlan(world: World, host: Host, { hasHooks = true } = {}): Promise<Talk> {
  await connect(world);
  await makeSmallPlan(world);
  if (!hasHooks) switchHooksOff(world);
  const talk = await host.open(world);
  await world.did("session", "bind", "bench", "--session", talk.session);
  return talk;
}

/** By the switches that the hosts have for it. */
function switchHooksOff({ home }: World): void {
  writeFileSync(join(home, ".claude", "settings.json"), `{ "disableAllHooks": true }\n`, { flag: "wx" });
  appendFileSync(join(home, ".codex", "config.toml"), "\n[features]\nhooks = false\n");
}
