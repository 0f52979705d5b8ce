import { quote } from "./shell.ts";

/** A program that the launcher may start. */
export interface InstalledProgram {
  /** Absolute path of its `holdfast.js`. */
  readonly path: string;
  readonly version: string;
}

export const LAUNCHER_MARK = "# Kept by Holdfast (launcher).";

/**
 * A shell script that starts the newest program that is still there, so that what hosts have in their settings need not
 * change with the version, nor with where a package manager has put it. A hook ends quietly where there is none.
 */
export function launcherText(programs: readonly InstalledProgram[], node: string): string {
  const tries = programs.map(({ path }) => `try ${quote(path)} "$@"`);
  return `#!/bin/sh
${LAUNCHER_MARK} \`holdfast init\` writes it, \`holdfast uninstall\` takes it away.
if [ "$HOLDFAST" = off ]; then case $1 in hook | statusline) exit 0 ;; esac; fi
try() {
  [ -f "$1" ] || return 0
  if [ -x ${quote(node)} ]; then exec ${quote(node)} "$@"; fi
  exec node "$@"
}
${tries.join("\n")}
program=$(command -v holdfast) && exec "$program" "$@"
case $1 in hook | statusline) exit 0 ;; esac
echo "holdfast: the program is gone; install it again and run: holdfast init" >&2
exit 127
`;
}

/** The programs that a launcher names, in its order. */
export function programsIn(text: string): readonly string[] {
  return [...text.matchAll(/^try '((?:[^']|'\\'')*)' "\$@"$/gm)].map(([, path = ""]) => path.replaceAll("'\\''", "'"));
}

/** The newest first; of one version that which was named first. */
export function byVersion(programs: readonly InstalledProgram[]): readonly InstalledProgram[] {
  return programs
    .filter(({ path }, index) => programs.findIndex((other) => other.path === path) === index)
    .toSorted((a, b) => compareVersions(b.version, a.version));
}

function compareVersions(a: string, b: string): number {
  const [mainA = "", preA] = a.split(/-(.*)/);
  const [mainB = "", preB] = b.split(/-(.*)/);
  const [x, y] = [mainA, mainB].map((main) => main.split(".").map((part) => Number.parseInt(part, 10) || 0));
  for (let at = 0; at < 3; at += 1) {
    const difference = (x?.[at] ?? 0) - (y?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  // What comes before a release is older than it.
  return Number(preA === undefined) - Number(preB === undefined);
}
