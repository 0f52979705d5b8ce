import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { World } from "./world.ts";

const EVENTS = [
  "SessionStart",
  "UserPromptSubmit",
  "PreToolUse",
  "PostToolUse",
  "SubagentStart",
  "SubagentStop",
  "Stop",
  "PreCompact",
  "SessionEnd",
];

/** Makes a workspace, and tells every host of a world about Holdfast's MCP server. */
export async function connect(world: World): Promise<void> {
  await world.did("init", "--yes");
  const server = { command: "holdfast", args: ["mcp"] };
  world.write(".mcp.json", JSON.stringify({ mcpServers: { holdfast: server } }));
  appendFileSync(
    join(world.home, ".codex", "config.toml"),
    '\n[mcp_servers.holdfast]\ncommand = "holdfast"\nargs = ["mcp"]\n',
  );
  const hooks = (host: string) => ({
    hooks: Object.fromEntries(
      EVENTS.map((event) => [event, [{ hooks: [{ type: "command", command: `holdfast hook ${host}`, timeout: 10 }] }]]),
    ),
  });
  world.write(".claude/settings.local.json", JSON.stringify(hooks("claude")));
  writeFileSync(join(world.home, ".codex", "hooks.json"), JSON.stringify(hooks("codex")));
  const file = join(world.home, ".config", "opencode", "opencode.json");
  const config = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  config["mcp"] = { holdfast: { type: "local", command: ["holdfast", "mcp"], enabled: true } };
  writeFileSync(file, JSON.stringify(config));
}
