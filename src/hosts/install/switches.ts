import { join } from "node:path";
import type { HostName } from "../../engine/hooks/host-event.ts";
import type { Finding } from "../../engine/setup/doctor-finding.ts";
import { HOOK_SERVER } from "../hook-template.ts";
import type { Places } from "./places.ts";
import { jsonValue, tomlValue } from "./setting-values.ts";

/** What a person has switched off in a host, so that what is written there is not run. */
export function switchesOff(
  name: HostName,
  isShared: boolean,
  root: string,
  places: Places,
): readonly Pick<Finding, "level" | "message" | "hint">[] {
  if (name === "codex") {
    const file = join(places.codex, "config.toml");
    const isOff = tomlValue(file, ["features", "hooks"]) === false;
    return isOff ? [{ level: "problem", message: `its hooks are all switched off: hooks = false in ${file}` }] : [];
  }
  if (name !== "claude") return [];
  // The last that says something counts.
  const files = [
    join(places.claude, "settings.json"),
    ...["settings.json", "settings.local.json"].map((file) => join(root, ".claude", file)),
  ];
  const said = files.findLast((file) => typeof jsonValue(file, ["disableAllHooks"]) === "boolean");
  const isOff = said !== undefined && jsonValue(said, ["disableAllHooks"]) === true;
  return [
    ...(isOff
      ? [{ level: "problem", message: `its hooks are all switched off: disableAllHooks in ${said}` } as const]
      : []),
    ...(isShared ? refusedServer(files, root, places) : []),
  ];
}

/** Claude Code asks before it starts a server that came with a repository, and remembers a no. */
function refusedServer(files: readonly string[], root: string, { claudeState }: Places) {
  const key = "disabledMcpjsonServers";
  const lists: readonly (readonly [string, readonly string[]])[] = [
    [claudeState, ["projects", root, key]],
    ...files.map((file) => [file, [key]] as const),
  ];
  const found = lists.find(([file, path]) => {
    const list: unknown = jsonValue(file, path);
    return Array.isArray(list) && list.includes(HOOK_SERVER);
  });
  if (found === undefined) return [];
  const message = `its server is refused, and most hooks with it: ${key} in ${found[0]}`;
  return [{ level: "problem", message, hint: "take it out there, and say yes when Claude Code asks" } as const];
}
