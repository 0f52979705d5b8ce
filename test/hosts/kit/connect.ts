import type { World } from "./world.ts";

/** Makes a workspace, and puts Holdfast into every host of a world. */
export async function connect(world: World): Promise<void> {
  await world.did("init", "--yes");
}
