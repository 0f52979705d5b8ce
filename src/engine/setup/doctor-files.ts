import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isTempName, sweepTemps } from "../../journal/disk.ts";
import { isTemporaryName, sweepTemporaries } from "../../workspace/files.ts";
import { namesIn } from "../../workspace/reading.ts";
import type { Workspace } from "../workspace.ts";

/** A draft this old has no writer any more. */
const DEAD_MS = 3_600_000;
const DEEPEST = 8;

/** What killed writers left in the workspace's own folders. */
export function findTemporaries(workspace: Workspace): readonly string[] {
  return foldersOf(workspace).flatMap((folder) =>
    namesIn(folder)
      .filter((name) => isTempName(name) || isTemporaryName(name))
      .map((name) => join(folder, name))
      .filter((file) => isDead(file, workspace.now())),
  );
}

/** Removes what `findTemporaries` finds. */
export function sweepOwnTemporaries(workspace: Workspace): void {
  for (const folder of foldersOf(workspace)) {
    sweepTemps(folder, workspace.now());
    sweepTemporaries(folder, DEAD_MS, workspace.now());
  }
}

function isDead(file: string, now: number): boolean {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) return false;
  return now - (isTemporaryName(file.slice(file.lastIndexOf("/") + 1)) ? stats.mtimeMs : stats.ctimeMs) > DEAD_MS;
}

/** Every folder of ours, links not followed. */
function foldersOf(workspace: Workspace): readonly string[] {
  const { planning, journals, second } = workspace.layout;
  const starts = [planning, ...(journals === planning ? [] : [journals]), ...(second === undefined ? [] : [second])];
  return starts.flatMap((start) => walk(start, 0));
}

function walk(folder: string, depth: number): readonly string[] {
  if (depth > DEEPEST) return [];
  try {
    const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [folder, ...below.flatMap(({ name }) => walk(join(folder, name), depth + 1))];
  } catch {
    return [];
  }
}
