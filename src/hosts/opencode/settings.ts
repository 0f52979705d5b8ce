import { join } from "node:path";
import type { HostSetup, InstallFacts } from "../install/facts.ts";
import { filesIn, ruleIn } from "../install/texts.ts";
import { opencodeCommandFiles, skillFiles } from "../skill/render.ts";

/** What OpenCode is to have: the plugin, which brings its tools along, the rule, the skill and the commands. */
export function opencodeSetup({ root, places, isShared }: InstallFacts): HostSetup {
  const within = isShared ? root : "/";
  const folder = isShared ? join(root, ".opencode") : places.opencode;
  const agents = isShared ? join(root, ".agents") : places.agents;
  return {
    parts: [
      ...filesIn(join(folder, "plugin"), [{ path: "holdfast.js", text: pluginText(isShared) }], within, "plugin"),
      ruleIn(join(isShared ? root : folder, "AGENTS.md"), within),
      ...filesIn(join(agents, "skills"), skillFiles(), within, "skill"),
      ...filesIn(join(folder, "command"), opencodeCommandFiles(), within, "command"),
    ],
    notes: [],
  };
}

/** Loads the plugin of whichever program is there, and nothing where there is none. */
const pluginText = (isShared: boolean): string => `// <!-- Kept by Holdfast. -->
// Loads the plugin of the Holdfast that is installed, and nothing where none is. \`holdfast uninstall\` takes it away.
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

function programs(directory) {
  const found = ${isShared ? '[join(directory ?? ".", "node_modules", "holdfast", "dist", "holdfast.js")]' : "[]"};
  try {
    const data = process.env.XDG_DATA_HOME ?? join(homedir(), ".local", "share");
    const launcher = readFileSync(join(data, "holdfast", "holdfast"), "utf8");
    for (const [, path] of launcher.matchAll(/^try '(.*)' "\\$@"$/gm)) found.push(path.replaceAll("'\\\\''", "'"));
  } catch {}
  return found;
}

async function load(directory) {
  const files = programs(directory).map((program) => join(dirname(program), "opencode-plugin.mjs"));
  const file = files.find((one) => existsSync(one));
  return file === undefined ? undefined : (await import(pathToFileURL(file).href)).default;
}

export default {
  id: "holdfast",
  server: async (input, options) => (await load(input?.directory))?.server(input, options) ?? {},
  setup: async (context) => (await load(context?.location?.directory))?.setup(context),
};
`;
