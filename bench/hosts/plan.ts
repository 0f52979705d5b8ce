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
