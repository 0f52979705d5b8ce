import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Resolved } from "../../plan/check-state.ts";
import { namesIn } from "../../workspace/reading.ts";
import { followCommand } from "./led-to.ts";
import { readPackage, readScripts } from "./package-file.ts";
import type { SurroundingsRequest } from "./surroundings.ts";

/** By a word of the command: files that tell that program what to do, where it runs or at the root. */
const CONFIGURATION: readonly (readonly [program: RegExp, files: RegExp])[] = [
  [/^vitest$/, /^(?:vite|vitest)\.(?:config|workspace)\.[cm]?[jt]s$/],
  [/^jest$/, /^jest\.config\.(?:[cm]?[jt]s|json)$/],
  [/^_?mocha$/, /^\.mocharc\.(?:[cm]?js|jsonc?|ya?ml)$/],
  [/^playwright$/, /^playwright\.config\.[cm]?[jt]s$/],
  [/^(?:pytest|python3?)$/, /^(?:pytest\.ini|tox\.ini|setup\.cfg|pyproject\.toml)$/],
  [/^phpunit$/, /^phpunit\.xml(?:\.dist)?$/],
  [/^rspec$/, /^\.rspec$/],
  [/^deno$/, /^deno\.jsonc?$/],
  [/^bunx?$/, /^bunfig\.toml$/],
  [/^make$/, /^(?:GNU)?[Mm]akefile$/],
  [/^tsc$/, /^tsconfig(?:\.[\w-]+)?\.json$/],
  [/^eslint$/, /^(?:eslint\.config\.[cm]?[jt]s|\.eslintrc(?:\.\w+)?)$/],
  [/^oxlint$/, /^\.?oxlintrc\.json$/],
  [/^biome$/, /^biome\.jsonc?$/],
];

/** Variables that make a program run something else first, or something else altogether. */
const TELLING =
  /^(?:NODE_OPTIONS|BASH_ENV|ENV|LD_PRELOAD|LD_LIBRARY_PATH|DYLD_\w+|PYTHONSTARTUP|PYTHONPATH|RUBYOPT|PERL5OPT|npm_config_script_shell)$/i;

/** Programs whose configuration may stand in the package's own file, under their names. */
const IN_PACKAGE = new Set(["jest", "vitest", "mocha", "ava", "tap", "nyc", "c8", "eslint", "tsd"]);

/**
 * What a command runs in the end, beside its programs: scripts of the package by name, the configuration of the programs
 * that are named, and variables that change what these do. What cannot be found has no part.
 */
export function resolveCommand(request: SurroundingsRequest): Resolved {
  const { command, cwd, top, env } = request;
  const { scripts } = followCommand(request, readScripts(cwd));
  const parts: Record<string, string> = {};
  for (const [name, text] of Object.entries(scripts)) parts[`script ${name}`] = digest(text);
  const words = [command.join(" "), ...Object.values(scripts)].flatMap((line) => line.split(/[\s"'`;&|()]+/));
  const names = new Set(words.map((word) => word.slice(word.lastIndexOf("/") + 1)));
  for (const folder of new Set([cwd, top])) {
    for (const [file, text] of configurationIn(folder, names)) parts[shown(top, file)] = digest(text);
  }
  for (const [key, value] of Object.entries(readPackage(cwd))) {
    if (IN_PACKAGE.has(key) && names.has(key)) parts[`package.json ${key}`] = digest(JSON.stringify(value));
  }
  for (const [name, value] of Object.entries(env)) {
    if (TELLING.test(name) && value !== undefined && value !== "") parts[`variable ${name}`] = digest(value);
  }
  return parts;
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

const shown = (top: string, file: string): string => relative(top, file).split(sep).join("/");

/** By path, what is told to these programs in a folder. */
function configurationIn(folder: string, programs: ReadonlySet<string>): ReadonlyMap<string, string> {
  const wanted = CONFIGURATION.filter(([program]) => [...programs].some((name) => program.test(name)));
  const found = new Map<string, string>();
  if (wanted.length === 0) return found;
  for (const name of namesIn(folder)) {
    if (!wanted.some(([, files]) => files.test(name))) continue;
    const file = join(folder, name);
    const text = textIn(file);
    if (text !== undefined) found.set(file, tellingPart(name, text));
  }
  return found;
}

function textIn(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

/** Of a file that many programs share only what is about tests: a new dependency is no change of these. */
function tellingPart(name: string, text: string): string {
  if (!/^(?:pyproject\.toml|setup\.cfg|tox\.ini)$/.test(name)) return text;
  return text
    .split(/^(?=\[)/m)
    .filter((section) => /^\[[^\]\n]*pytest/.test(section))
    .join("");
}
