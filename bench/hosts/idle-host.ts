import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "../../test/hosts/kit/connect.ts";
import type { Host, Talk } from "../../test/hosts/kit/hosts.ts";
import type { World } from "../../test/hosts/kit/world.ts";

/** A conversation on a host that has our hooks, with a program behind them that does nothing: what is left is the host's. */
export async function openIdle(world: World, host: Host): Promise<Talk> {
  await connect(world);
  const server = join(world.home, "idle.mjs");
  writeFileSync(server, idleServer(markOf(world)));
  world.replaceProgram(`[ "$1" = mcp ] || exit 0; exec '${process.execPath}' '${server}'`);
  return await host.open(world);
}

/** Whether that program was called by a hook. */
export const wasAsked = (world: World): boolean => existsSync(markOf(world));

const markOf = ({ home }: World): string => join(home, "asked");

/** Says to every call of a tool that there is nothing to say. */
const idleServer = (mark: string): string => `
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
let asked = 0;
const results = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "idle", version: "0" } }),
  "tools/list": () => ({ tools: [] }),
  "tools/call": ({ arguments: { host } }) => {
    if ((asked += 1) === 1) writeFileSync(${JSON.stringify(mark)}, "");
    return { content: host === "claude" ? [{ type: "text", text: "{}" }] : [] };
  },
};
createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const result = results[method]?.(params) ?? {};
  process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, result }) + "\\n");
});
`;
