import { join } from "node:path";
import { isObject } from "../../plan/shape.ts";
import {
  personalCommand,
  personalGuard,
  sharedCommand,
  sharedGuard,
  sharedServer,
  type Guarded,
} from "../install/commands.ts";
import type { HostSetup, InstallFacts } from "../install/facts.ts";
import type { HookGroup, JsonSlot } from "../install/json-part.ts";
import { isOurHook, isOurServer } from "../install/ours.ts";
import type { Part } from "../install/part.ts";
import { launcherOf } from "../install/places.ts";
import { HOOK_SERVER, HOOK_TOOL, type HookTemplate } from "../hook-template.ts";
import { excludeFromGit, filesIn, ruleIn } from "../install/texts.ts";
import { claudeCommandFiles, skillFiles } from "../skill/render.ts";
import { LIST_HOOK, OWN_TOOL_HOOK, SERVER_HOOKS } from "./hook-input.ts";
import { PASSAGE, SHELL, SPAWNING, WHOLE } from "./tool-names.ts";

/** Seconds. */
const TIMEOUT = 10;
const PROJECT = "${CLAUDE_PROJECT_DIR:-$PWD}";

/** What Claude Code is to have: hooks, server, rule, skill and commands. */
export function claudeSetup(facts: InstallFacts): HostSetup {
  return facts.isShared ? sharedSetup(facts) : personalSetup(facts);
}

function personalSetup(facts: InstallFacts): HostSetup {
  const { root, places } = facts;
  const launcher = launcherOf(places);
  const settings: Part = {
    kind: "json",
    path: join(root, ".claude", "settings.local.json"),
    within: root,
    what: "hooks",
    slots: [
      ...hookSlots(personalCommand(launcher, "hook claude"), (guarded) =>
        personalGuard(PROJECT, launcher, "claude", guarded),
      ),
      ...(facts.hasStatusLine ? [] : [statusLineSlot(launcher)]),
    ],
  };
  const state: Part = {
    kind: "json",
    path: places.claudeState,
    within: "/",
    scope: root,
    what: "MCP server, in this project",
    slots: [serverSlot(["projects", root, "mcpServers"], { command: launcher, args: ["mcp"] })],
  };
  return {
    parts: [
      settings,
      state,
      ...excludeFromGit(facts, [".claude/settings.local.json", "CLAUDE.local.md"]),
      ruleIn(join(root, "CLAUDE.local.md"), root),
      ...textsIn(places.claude, "/"),
    ],
    notes: facts.hasStatusLine ? ["your own status line stays; Holdfast's is: holdfast statusline"] : [],
  };
}

function sharedSetup({ root }: InstallFacts): HostSetup {
  const settings: Part = {
    kind: "json",
    path: join(root, ".claude", "settings.json"),
    within: root,
    what: "hooks",
    slots: hookSlots(sharedCommand(PROJECT, "hook claude"), (guarded) => sharedGuard(PROJECT, "claude", guarded)),
  };
  const server: Part = {
    kind: "json",
    path: join(root, ".mcp.json"),
    within: root,
    what: "MCP server",
    slots: [serverSlot(["mcpServers"], sharedServer())],
  };
  return {
    parts: [settings, server, ruleIn(join(root, "CLAUDE.md"), root), ...textsIn(join(root, ".claude"), root)],
    notes: [],
  };
}

const textsIn = (folder: string, within: string): readonly Part[] => [
  ...filesIn(join(folder, "skills"), skillFiles(), within, "skill"),
  ...filesIn(join(folder, "commands", "holdfast"), claudeCommandFiles(), within, "command"),
];

/** The hooks, one transport for each event, as settings and plugins of Claude Code have them. */
export function claudeHooks(
  command: string,
  guard: (guarded: Guarded) => string,
  server: string = HOOK_SERVER,
): Readonly<Record<string, readonly HookGroup[]>> {
  const run = (text: string): HookGroup["hooks"] => [{ type: "command", command: text, timeout: TIMEOUT }];
  const call = (input: HookTemplate): HookGroup["hooks"] => [
    { type: "mcp_tool", server, tool: HOOK_TOOL, input, timeout: TIMEOUT },
  ];
  const byServer = Object.entries(SERVER_HOOKS).map(([event, hooks]): [string, readonly HookGroup[]] => [
    event,
    hooks.map(({ input, ...matcher }) => ({ ...matcher, hooks: call(input) })),
  ]);
  return {
    SessionStart: [{ hooks: run(command) }],
    PreToolUse: [
      { matcher: PASSAGE, hooks: run(guard("edit")) },
      { matcher: WHOLE, hooks: run(guard("write")) },
      { matcher: SHELL, hooks: run(guard("shell")) },
      { matcher: SPAWNING, hooks: run(guard("spawn")) },
      { matcher: OWN_TOOL_HOOK.matcher, hooks: call(OWN_TOOL_HOOK.input) },
      { matcher: LIST_HOOK.matcher, hooks: call(LIST_HOOK.input) },
    ],
    ...Object.fromEntries(byServer),
    SessionEnd: [{ hooks: run(command) }],
  };
}

function hookSlots(command: string, guard: (guarded: Guarded) => string): readonly JsonSlot[] {
  const hidden = `mcp__${HOOK_SERVER}__${HOOK_TOOL}`;
  return [
    { kind: "hooks", path: ["hooks"], groups: claudeHooks(command, guard), isOurs: isOurHook },
    { kind: "elements", path: ["permissions", "deny"], values: [hidden], isOurs: (value) => value === hidden },
  ];
}

const statusLineSlot = (launcher: string): JsonSlot => ({
  kind: "member",
  path: ["statusLine"],
  value: { type: "command", command: personalCommand(launcher, "statusline") },
  isOurs: (value) => isObject(value) && /holdfast'? statusline$/.test(String(value["command"])),
  yields: true,
});

const serverSlot = (
  path: readonly string[],
  start: { readonly command: string; readonly args: readonly string[] },
): JsonSlot => ({
  kind: "member",
  path: [...path, HOOK_SERVER],
  value: { type: "stdio", ...start },
  isOurs: isOurServer,
});
