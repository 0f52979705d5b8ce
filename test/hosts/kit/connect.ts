import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./root.ts";
import type { World } from "./world.ts";

/** Makes a workspace, and puts Holdfast into every host of a world. */
export async function connect(world: World): Promise<void> {
  await world.did("init", "--yes");
  // The plugin brings the tools along; without one OpenCode is told of them as any host would be.
  if (!existsSync(join(projectRoot, "dist", "opencode-plugin.js"))) addServerToOpenCode(world);
}

function addServerToOpenCode({ home }: World): void {
  const file = join(home, ".config", "opencode", "opencode.json");
  const config = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  config["mcp"] = { holdfast: { type: "local", command: ["holdfast", "mcp"], enabled: true } };
  writeFileSync(file, JSON.stringify(config));
}
