import { readFileSync } from "node:fs";
import { claudeHooks } from "../claude/settings.ts";
import { codexHooks } from "../codex/settings.ts";
import { pluginCommand, pluginGuard, pluginServer } from "../install/commands.ts";
import { claudeCommandFiles, codexCommandFiles, skillFiles, type SkillFile } from "../skill/render.ts";
import { cocoManifest } from "./coco.ts";

interface Manifest {
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

const NAME = "holdfast";
const OWNER = { name: "Holdfast" };

/** Every file of the plugins and marketplaces, by its path in the project: hosts install them from there. */
export function pluginFiles(manifestFile: string): readonly SkillFile[] {
  const manifest = JSON.parse(readFileSync(manifestFile, "utf8")) as Manifest;
  return [
    ...claudeFiles(manifest),
    ...codexFiles(manifest),
    // TraeCLI takes the whole project for a plugin, and other hosts find skills there.
    { path: "coco.yaml", text: cocoManifest(pluginCommand("${COCO_PLUGIN_ROOT}/dist/holdfast.js", "hook trae")) },
    ...below("skills", skillFiles()),
    ...below("commands", claudeCommandFiles()),
  ];
}

function claudeFiles({ version, description, license }: Manifest): readonly SkillFile[] {
  const own = "${CLAUDE_PLUGIN_ROOT}/../../dist/holdfast.js";
  const hooks = claudeHooks(
    pluginCommand(own, "hook claude"),
    (guarded) => pluginGuard("${CLAUDE_PROJECT_DIR:-$PWD}", own, "claude", guarded),
    `plugin:${NAME}:${NAME}`,
  );
  return [
    json(".claude-plugin/marketplace.json", {
      name: NAME,
      description,
      owner: OWNER,
      plugins: [{ name: NAME, source: "./plugins/claude", description }],
    }),
    ...below("plugins/claude", [
      json(".claude-plugin/plugin.json", { name: NAME, version, description, author: OWNER, license }),
      json("hooks/hooks.json", { description, hooks }),
      json(".mcp.json", { mcpServers: { [NAME]: pluginServer(own) } }),
      ...below("skills", skillFiles()),
      ...below("commands", claudeCommandFiles()),
    ]),
  ];
}

function codexFiles({ version, description, license }: Manifest): readonly SkillFile[] {
  // Codex copies the plugin elsewhere: the program is never beside it.
  const hooks = codexHooks(pluginCommand(undefined, "hook codex"), (guarded) =>
    pluginGuard("$PWD", undefined, "codex", guarded),
  );
  const policy = { installation: "AVAILABLE", authentication: "ON_INSTALL" };
  const source = { source: "local", path: "./plugins/codex" };
  return [
    json(".agents/plugins/marketplace.json", {
      name: NAME,
      plugins: [{ name: NAME, source, policy, category: "Productivity" }],
    }),
    ...below("plugins/codex", [
      json(".codex-plugin/plugin.json", {
        name: NAME,
        version,
        description,
        license,
        skills: "./skills/",
        mcpServers: "./.mcp.json",
        hooks: "./hooks/hooks.json",
      }),
      json("hooks/hooks.json", { hooks }),
      json(".mcp.json", { mcpServers: { [NAME]: pluginServer(undefined) } }),
      ...below("skills", [...skillFiles(), ...codexCommandFiles()]),
    ]),
  ];
}

const below = (folder: string, files: readonly SkillFile[]): readonly SkillFile[] =>
  files.map(({ path, text }) => ({ path: `${folder}/${path}`, text }));

const json = (path: string, value: unknown): SkillFile => ({ path, text: `${JSON.stringify(value, null, 2)}\n` });
