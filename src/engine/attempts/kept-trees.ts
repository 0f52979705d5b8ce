import { lstatSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { packTree, unpackTree } from "../../evidence/tree/packed-tree.ts";
import { entryOf, type WholeTree } from "../../evidence/tree/tree.ts";
import { makeFolder, sweepFiles, writeFileAtomic } from "../../workspace/files.ts";
import { listCommit } from "../../workspace/git.ts";

/** So many, and so much in all; the oldest go first. What is gone is told by its commit. */
const MOST_TREES = 200;
const MOST_BYTES = 128 * 1024 * 1024;

const NAME = /^[0-9a-f]{64}$/;

const folderOf = (planning: string): string => join(planning, ".local", "bases");

/** Keeps the list of a tree's files, by its digest. What cannot be written is not kept. */
export async function keepTree(planning: string, tree: WholeTree): Promise<void> {
  const path = join(folderOf(planning), tree.digest);
  if (isPlain(path)) return touch(path);
  const text = await packTree(tree);
  if (text === undefined || !makeFolder(planning, ".local", "bases").ok) return;
  writeFileAtomic(path, text, { mode: 0o600 });
  sweep(folderOf(planning));
}

/** A tree that was kept, if it still is what it was. */
export async function keptTree(planning: string, digest: string): Promise<WholeTree | undefined> {
  const path = join(folderOf(planning), digest);
  if (!NAME.test(digest) || !isPlain(path)) return undefined;
  try {
    return await unpackTree(readFileSync(path, "latin1"), digest);
  } catch {
    return undefined;
  }
}

/** What a commit has; undefined where it cannot be read. */
export function commitTree(top: string, commit: string): Pick<WholeTree, "entries"> | undefined {
  const files = listCommit(top, commit);
  return files.ok ? { entries: files.value.map(({ mode, blob, path }) => entryOf(mode, blob, path)) } : undefined;
}

const isPlain = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // It goes a little earlier.
  }
}

function sweep(folder: string): void {
  const kept = readdirSync(folder)
    .filter((name) => NAME.test(name))
    .flatMap((name) => {
      const stats = lstatSync(join(folder, name), { throwIfNoEntry: false });
      return stats === undefined ? [] : [{ name, size: stats.size, at: stats.mtimeMs }];
    })
    .sort((a, b) => b.at - a.at);
  let bytes = 0;
  const room = new Set(
    kept.filter(({ size }, index) => index < MOST_TREES && (bytes += size) <= MOST_BYTES).map(({ name }) => name),
  );
  sweepFiles(folder, (name) => NAME.test(name) && !room.has(name));
}
