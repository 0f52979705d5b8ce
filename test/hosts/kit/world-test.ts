import { dirname } from "node:path";
import { describe, test } from "vitest";
import { findCli, type Cli } from "./clis.ts";
import { isKept, openWorld, type World } from "./world.ts";

/** A test that has a world to itself. */
export const worldTest = test.extend<{ world: World }>({
  world: async ({ task }, use) => {
    const world = await openWorld();
    if (isKept) process.stdout.write(`${task.name}: ${dirname(world.home)}\n`);
    try {
      await use(world);
    } finally {
      await world.close();
    }
  },
});

/** Tests on some of the hosts; skipped where one is not installed, which the command has said. */
export const describeOn = (clis: readonly Cli[], name: string, define: () => void) =>
  describe.skipIf(clis.some((cli) => findCli(cli) === undefined))(`${clis.join(" and ")}: ${name}`, define);
