import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { HostName } from "../../engine/hooks/host-event.ts";
import { claudeSetup } from "../claude/settings.ts";
import { codexSetup } from "../codex/settings.ts";
import { opencodeSetup } from "../opencode/settings.ts";
import { traeSetup } from "../trae/settings.ts";
import type { HostSetup, InstallFacts } from "./facts.ts";
import type { Places } from "./places.ts";
import { word } from "./shell.ts";

/** One program that Holdfast can be put into. */
interface KnownHost {
  readonly name: HostName;
  readonly title: string;
  readonly commands: readonly string[];
  /** A folder that is there once it has run. */
  readonly folder: (places: Places) => string;
  readonly setup: (facts: InstallFacts) => HostSetup;
}

export const HOSTS: readonly KnownHost[] = [
  {
    name: "claude",
    title: "Claude Code",
    commands: ["claude"],
    folder: ({ claude }) => claude,
    setup: claudeSetup,
  },
  { name: "codex", title: "Codex", commands: ["codex"], folder: ({ codex }) => codex, setup: codexSetup },
  {
    name: "opencode",
    title: "OpenCode",
    commands: ["opencode"],
    folder: ({ opencode }) => opencode,
    setup: opencodeSetup,
  },
  {
    name: "trae",
    title: "TraeCLI",
    commands: ["coco", "traecli", "trae-cli"],
    folder: ({ home }) => join(home, ".coco"),
    setup: traeSetup,
  },
];

export type FoundHost = KnownHost & {
  /** The program, where it is on the path. */
  readonly program?: string;
};

/** The hosts of this machine: those on the path, and those that have left their settings here. */
export function findHosts(places: Places, path: string | undefined): readonly FoundHost[] {
  return HOSTS.flatMap((host): readonly FoundHost[] => {
    const program = host.commands.map((command) => findProgram(command, path)).find((one) => one !== undefined);
    if (program !== undefined) return [{ ...host, program }];
    return isFolder(host.folder(places)) ? [host] : [];
  });
}

export function findProgram(name: string, path: string | undefined): string | undefined {
  const names = process.platform === "win32" ? [`${name}.exe`, `${name}.cmd`, name] : [name];
  return (path ?? "")
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .flatMap((folder) => names.map((each) => join(folder, each)))
    .find(isExecutable);
}

/** Package runners put these on the path of what they run, and of nothing else. */
const OF_RUNNERS = /[\\/]node_modules[\\/]\.bin[\\/]?$/;

/** Whether a shell that an agent opens finds `holdfast` under its name. */
export const isCalledByName = (path: string | undefined): boolean =>
  findProgram(
    "holdfast",
    (path ?? "")
      .split(delimiter)
      .filter((folder) => !OF_RUNNERS.test(folder))
      .join(delimiter),
  ) !== undefined;

/** What a person is told where none does. */
export const hintOfName = (launcher: string): string =>
  `npm install -g holdfast, or: ln -s ${word(launcher)} <a folder on the path>`;

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

export const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
