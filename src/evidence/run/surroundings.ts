import { createHash } from "node:crypto";
import { accessSync, constants, readFileSync, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { followCommand, type CommandLine } from "./led-to.ts";
import { readScripts } from "./package-file.ts";

/** What a run depends on beside the tree: it is recorded, so that a difference can be seen afterwards. */
export interface Surroundings {
  /** By real path, from the root of the checkout where it lies in it: what the command led to as far as that can be told, each with a mark of its content. */
  readonly programs?: Readonly<Record<string, string>>;
  /** By path from the root of the checkout, a digest of each lockfile from there to where the check ran. */
  readonly lockfiles?: Readonly<Record<string, string>>;
}

export interface SurroundingsRequest extends CommandLine {
  /** The root of the checkout. */
  readonly top: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Reads what stands around a run now. What cannot be found or read is left out. */
export function readSurroundings(request: SurroundingsRequest): Surroundings {
  const programs = Object.fromEntries(findPrograms(request).map((path) => [named(path, request.top), markOf(path)]));
  const lockfiles = Object.fromEntries(findLockfiles(request));
  return {
    ...(Object.keys(programs).length === 0 ? {} : { programs }),
    ...(Object.keys(lockfiles).length === 0 ? {} : { lockfiles }),
  };
}

function named(path: string, top: string): string {
  const within = relative(top, path);
  return within.startsWith("..") || isAbsolute(within) ? path : within.split(sep).join("/");
}

const MOST_PROGRAMS = 40;

function findPrograms(request: SurroundingsRequest): readonly string[] {
  const { top, cwd, env } = request;
  const names = followCommand(request, readScripts(cwd)).programs;
  const folders = [...foldersUp(cwd, top).map((folder) => join(folder, "node_modules", ".bin")), ...pathOf(env)];
  const found = names.flatMap((name) => findProgram(name, cwd, folders) ?? []);
  return [...new Set(found)].slice(0, MOST_PROGRAMS);
}

/** As a shell looks for it; what a package's scripts run is looked for in its own folder first, as npm does. */
function findProgram(name: string, cwd: string, folders: readonly string[]): string | undefined {
  const places = /[\\/]/.test(name) ? [resolve(cwd, name)] : folders.map((folder) => resolve(cwd, folder, name));
  for (const place of places) {
    try {
      accessSync(place, constants.X_OK);
      if (statSync(place).isFile()) return realpathSync(place);
    } catch {
      // Not here.
    }
  }
  return undefined;
}

const pathOf = (env: SurroundingsRequest["env"]): readonly string[] =>
  (env["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));

/** A folder and those above it, up to another. */
function foldersUp(from: string, to: string): readonly string[] {
  const folders = [from];
  for (let at = from; at !== to && dirname(at) !== at; at = dirname(at)) folders.push(dirname(at));
  return folders;
}

const LOCKFILES = [
  "package-lock.json",
  "npm-shrinkwrap.json",
  "pnpm-lock.yaml",
  "yarn.lock",
  "bun.lock",
  "bun.lockb",
  "deno.lock",
  "Cargo.lock",
  "go.sum",
  "poetry.lock",
  "uv.lock",
  "pdm.lock",
  "Pipfile.lock",
  "Gemfile.lock",
  "composer.lock",
  "mix.lock",
  "gradle.lockfile",
  "packages.lock.json",
];

function findLockfiles({ top, cwd }: SurroundingsRequest): readonly (readonly [path: string, digest: string])[] {
  return foldersUp(cwd, top).flatMap((folder) =>
    LOCKFILES.flatMap((name) => {
      const digest = digestFile(join(folder, name), LARGEST_LOCKFILE);
      return digest === undefined ? [] : [[named(join(folder, name), top), digest] as const];
    }),
  );
}

const LARGEST_LOCKFILE = 64 * 1024 * 1024;
/** Larger programs are told apart by their size and time, which costs nothing. */
const LARGEST_DIGESTED = 4 * 1024 * 1024;

function markOf(path: string): string {
  const digest = digestFile(path, LARGEST_DIGESTED);
  if (digest !== undefined) return `sha256:${digest}`;
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? "gone" : `size:${stat.size} time:${Math.round(stat.mtimeMs)}`;
}

/** Undefined where it is no file, cannot be read, or is too large. */
function digestFile(path: string, largest: number): string | undefined {
  try {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > largest) return undefined;
    return createHash("sha256").update(readFileSync(path)).digest("hex");
  } catch {
    return undefined;
  }
}
