import { join } from "node:path";
import {
  personalCommand,
  personalGuard,
  sharedCommand,
  sharedGuard,
  sharedServer,
  type Guarded,
  type Start,
} from "../install/commands.ts";
import type { HostSetup, InstallFacts } from "../install/facts.ts";
import type { HookGroup } from "../install/json-part.ts";
import { isOurHook, isOurServer } from "../install/ours.ts";
import type { Part } from "../install/part.ts";
import { launcherOf } from "../install/places.ts";
import { HOOK_TOOL, HOOK_SERVER, type HookTemplate } from "../hook-template.ts";
import { filesIn, ruleIn } from "../install/texts.ts";
import { codexCommandFiles, skillFiles } from "../skill/render.ts";
import { HOOK_INPUT, LIST_HOOK } from "./hook-input.ts";

/** Seconds. The host gives the end of a session three at most. */
const TIMEOUT = 10;
const END_TIMEOUT = 3;

const EDITING = "apply_patch|Write|Edit";
const SHELL = "Bash";
/** Both generations of the tool that starts a subagent end in the same word. */
const SPAWNING = ".*spawn_agent";

/** Codex keeps its environment from its MCP servers; these mean something to Holdfast. */
const FORWARDED = [
  "HOLDFAST",
  "HOLDFAST_FOLDER",
  "HOLDFAST_PLAN",
  "HOLDFAST_ROOT",
  "HOLDFAST_SESSION",
  "HOLDFAST_WORKER",
  "XDG_CACHE_HOME",
  "XDG_DATA_HOME",
  "XDG_STATE_HOME",
];

/** What Codex is to have. Its own settings are for all projects: where there is no plan, Holdfast does nothing. */
export function codexSetup(facts: InstallFacts): HostSetup {
  const { root, places, isShared } = facts;
  const folder = isShared ? join(root, ".codex") : places.codex;
  const within = isShared ? root : "/";
  const launcher = launcherOf(places);
  const groups = isShared
    ? codexHooks(sharedCommand(".", "hook codex"), (guarded) => sharedGuard("$PWD", "codex", guarded))
    : codexHooks(personalCommand(launcher, "hook codex"), (guarded) =>
        personalGuard("$PWD", launcher, "codex", guarded),
      );
  const server: Start = isShared ? sharedServer() : { command: launcher, args: ["mcp"] };
  const skills = join(isShared ? join(root, ".agents") : places.agents, "skills");
  const parts: readonly Part[] = [
    {
      kind: "json",
      path: join(folder, "hooks.json"),
      within,
      what: "hooks",
      slots: [{ kind: "hooks", path: ["hooks"], groups, isOurs: isOurHook }],
    },
    {
      kind: "toml",
      path: join(folder, "config.toml"),
      within,
      what: "MCP server",
      table: { path: ["mcp_servers", HOOK_SERVER], values: { ...server, env_vars: FORWARDED }, isOurs: isOurServer },
    },
    ruleIn(isShared ? join(root, "AGENTS.md") : join(places.codex, "AGENTS.md"), within),
    ...filesIn(skills, skillFiles(), within, "skill"),
    // Other hosts find skills in the folder above too, and would offer these to their models.
    ...filesIn(join(folder, "skills"), codexCommandFiles(), within, "commands"),
  ];
  return { parts, notes: [TRUST], retired: filesIn(skills, codexCommandFiles(), within, "commands") };
}

const TRUST =
  "Codex runs a hook only once you have trusted it: start codex, type /hooks, look at Holdfast's and trust them. Nothing is trusted for you.";

/** The hooks, one transport for each event, as settings and plugins of Codex have them. */
export function codexHooks(
  command: string,
  guard: (guarded: Guarded) => string,
): Readonly<Record<string, readonly HookGroup[]>> {
  const run = (text: string, timeout = TIMEOUT): HookGroup["hooks"] => [{ type: "command", command: text, timeout }];
  const byTool = (input: HookTemplate, timeout = TIMEOUT) => ({
    type: "mcp_tool",
    server: HOOK_SERVER,
    tool: HOOK_TOOL,
    input,
    timeout,
  });
  const byServer = Object.entries(HOOK_INPUT).map(([event, input]): [string, readonly HookGroup[]] => {
    const timeout = event === "Interrupt" ? END_TIMEOUT : TIMEOUT;
    const matcher = event === "PostToolUse" ? { matcher: `^(${SHELL}|${EDITING}|${SPAWNING})$` } : {};
    return [event, [{ ...matcher, hooks: [byTool(input, timeout)] }]];
  });
  return {
    SessionStart: [{ hooks: run(command) }],
    PreToolUse: [
      { matcher: `^(${EDITING})$`, hooks: run(guard("write")) },
      { matcher: `^${SHELL}$`, hooks: run(guard("shell")) },
      { matcher: `^${SPAWNING}$`, hooks: run(guard("spawn")) },
      { matcher: LIST_HOOK.matcher, hooks: [byTool(LIST_HOOK.input)] },
    ],
    ...Object.fromEntries(byServer),
    SessionEnd: [{ hooks: run(command, END_TIMEOUT) }],
  };
}
