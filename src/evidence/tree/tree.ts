import { createHash } from "node:crypto";
import { lstatSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import { pathBuffer, pathBytes, placeOf, type PathBytes } from "./index-file.ts";
import { OwnIndex } from "./own-index.ts";

export interface TreeRequest {
  /** The folder to be digested, absolute. */
  readonly root: string;
  /** Where indexes are kept between digests: a folder of Holdfast's own. */
  readonly store: string;
  /** Ignore rules beside those of the `.gitignore` files, in their form. */
  readonly ignore: string;
  /** Files and folders that do not count, from the root: what Holdfast itself writes, a check's declared outputs. */
  readonly leaveOut: readonly string[];
  /** Files that count although they are ignored, from the root: a repository may track them all the same. */
  readonly include: readonly string[];
  /** Ends the look at it; nothing comes of it then. */
  readonly signal?: AbortSignal;
}

/** Of a file: its mode, a digest of its content, and its path; as bytes, one character each. */
type Entry = string & { readonly __brand: "TreeEntry" };

/** What stands in a folder. */
export interface Tree {
  /** The same for the same content, wherever it stands and whatever of it is committed. */
  readonly digest: string;
  readonly entries: readonly Entry[];
}

/** All that stands in a folder, as it was read. */
export interface WholeTree extends Tree {
  readonly listings: readonly Listing[];
}

/**
 * The tree of a folder as it is now. Covers what is not ignored: links, modes, and repositories inside it (submodules
 * too) with their own untracked files. Costs what changed since the last time, and a look at every file's times.
 */
export async function readTree(request: TreeRequest): Promise<Result<WholeTree>> {
  const listings: Listing[] = [];
  let { root } = request;
  try {
    root = realpathSync(root);
  } catch {
    return refused("no-folder", `there is no folder ${root}`);
  }
  const read = await readInto(listings, { ...request, root }, "", 0);
  return read.ok ? ok(treeOf(listings)) : read;
}

/** The part of a tree in some folders or files; all of it where none is named. */
export function scopeTree(tree: Tree, scope: readonly string[]): Tree {
  if (scope.length === 0) return tree;
  const parts = scope.map(pathBytes);
  const isInScope = (path: string): boolean => parts.some((part) => path === part || path.startsWith(`${part}/`));
  const entries = tree.entries.filter((entry) => isInScope(pathOf(entry)));
  return { digest: createHash("sha256").update(entries.join("\0"), "latin1").digest("hex"), entries };
}

/** The paths in which two trees differ, in order. */
export function changedFiles(before: Tree, after: Tree): readonly string[] {
  const [old, now] = [new Set(before.entries), new Set(after.entries)];
  const differing = [
    ...before.entries.filter((entry) => !now.has(entry)),
    ...after.entries.filter((entry) => !old.has(entry)),
  ];
  return [...new Set(differing.map((entry) => pathBuffer(pathOf(entry)).toString()))].sort();
}

/** A file that is not the same in two trees, with what it was and what it is: its mode and a digest of its content. */
export interface Difference {
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
}

/** What differs between two trees, by path. */
export function compareTrees(before: Pick<Tree, "entries">, after: Pick<Tree, "entries">): readonly Difference[] {
  const [old, now] = [contentOf(before), contentOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((path) => {
    const [was, is] = [old.get(path), now.get(path)];
    if (was === is) return [];
    const name = pathBuffer(path).toString();
    return [{ path: name, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) }];
  });
}

const contentOf = ({ entries }: Pick<Tree, "entries">): ReadonlyMap<PathBytes, string> =>
  new Map(entries.map((entry) => [pathOf(entry), entry.slice(0, entry.indexOf("\t"))]));

/** A file as a tree has it. */
export const entryOf = (mode: string, blob: string, path: string): Entry =>
  `${mode} ${blob} 0\t${pathBytes(path)}` as Entry;

/** What one index says, and where that stands in the tree. */
export interface Listing {
  readonly prefix: string;
  readonly bytes: Buffer;
}

const pathOf = (entry: Entry): PathBytes => entry.slice(entry.indexOf("\t") + 1) as PathBytes;

/** The tree that listings make. */
export function treeOf(listings: readonly Listing[]): WholeTree {
  const hash = createHash("sha256");
  for (const { prefix, bytes } of listings) hash.update(`${prefix}\0`).update(bytes);
  let entries: readonly Entry[] | undefined;
  return {
    digest: hash.digest("hex"),
    listings,
    // Asked for only where trees differ, or a part of one is wanted.
    get entries() {
      entries ??= listings.flatMap(splitListing);
      return entries;
    },
  };
}

function splitListing({ prefix, bytes }: Listing): readonly Entry[] {
  const text = bytes.toString("latin1");
  const lines = text === "" ? [] : text.slice(0, -1).split("\0");
  const before = `\t${pathBytes(prefix)}`;
  return (prefix === "" ? lines : lines.map((line) => line.replace("\t", () => before))) as Entry[];
}

/** Repositories within repositories, so deep: Git follows no links, so there is no circle, but there are jokes. */
const MAX_DEPTH = 20;

async function readInto(
  listings: Listing[],
  request: TreeRequest,
  prefix: string,
  depth: number,
): Promise<Result<void>> {
  const { root, store, ignore, include, signal } = request;
  if (depth > MAX_DEPTH) return refused("tree-too-deep", `${root} has repositories within repositories without end`);
  let index: OwnIndex;
  try {
    const name = createHash("sha256").update(root).digest("hex").slice(0, 16);
    index = OwnIndex.take(root, join(store, name), { ignore, include }, signal);
  } catch (error) {
    return refused("cannot-write", `no index of ${root} can be kept: ${(error as Error).message}`);
  }
  try {
    const nested = await readIndex(index, listings, request, prefix);
    // Cut short is not damaged.
    if (!nested.ok && signal?.aborted === true) return nested;
    if (!nested.ok) return index.drop() ? await readInto(listings, request, prefix, depth) : nested;
    for (const folder of nested.value) {
      const read = await readInto(listings, requestWithin(request, folder), prefix + folder, depth + 1);
      if (!read.ok) return read;
    }
    return ok(undefined);
  } finally {
    index.release();
  }
}

/** Brings the index up to date and takes its listing; hands back the repositories inside, each with a slash. */
async function readIndex(
  index: OwnIndex,
  listings: Listing[],
  { root, leaveOut, include }: TreeRequest,
  prefix: string,
): Promise<Result<readonly string[]>> {
  let hasOtherRules = false;
  for (let round = 0; ; round += 1) {
    const looking = Promise.all([index.changed(), index.others(leaveOut)]);
    // Looked at while Git looks. They are read by themselves, each with its own rules.
    const within = round === 0 ? index.withinRepositories() : [];
    if (round === 0) hasOtherRules = index.hasOtherHiddenRules();
    const [changed, others] = await looking;
    const left = await index.forget(within);
    if (!left.ok) return left;
    if (within.length > 0) continue;
    if (!changed.ok) return changed;
    if (!others.ok) return others;
    // What has a folder in its place goes out: that may be a repository, which would go in as a commit.
    const gone = changed.value.filter((path) => !isPlain(root, path));
    const forgotten = await index.forget(gone);
    if (!forgotten.ok) return forgotten;
    const named = include.map(pathBytes);
    const found = [...changed.value, ...others.value.filter(isFile), ...named.filter((path) => isPlain(root, path))];
    const lost = new Set(gone);
    const updated = await index.update([...new Set(found)].filter((path) => !lost.has(path)));
    if (!updated.ok) return updated;
    if (hasOtherRules || found.some(isRules)) {
      const ignored = await index.ignored();
      if (!ignored.ok) return ignored;
      const dropped = await index.forget(ignored.value.filter((path) => !named.includes(path)));
      if (!dropped.ok) return dropped;
      if (hasOtherRules) index.keepHiddenRules();
    }
    // What was hidden behind it shows itself now.
    if (gone.length > 0 && round < 2) continue;
    const bytes = index.entries(leaveOut);
    if (!bytes.ok) return bytes;
    listings.push({ prefix, bytes: bytes.value });
    return ok(others.value.filter((path) => !isFile(path)).map((path) => pathBuffer(path).toString()));
  }
}

const isFile = (path: PathBytes): boolean => !path.endsWith("/");

const isRules = (path: PathBytes): boolean => path === ".gitignore" || path.endsWith("/.gitignore");

/** Whether a file or a link stands there, and not behind a link: Git looks behind none. */
function isPlain(root: string, path: PathBytes): boolean {
  try {
    if (lstatSync(placeOf(root, path)).isDirectory()) return false;
    const slash = path.lastIndexOf("/");
    if (slash < 0) return true;
    const folder = placeOf(root, path.slice(0, slash) as PathBytes);
    return realpathSync(folder, "buffer").equals(folder);
  } catch {
    return false;
  }
}

/** The same request for a repository inside the tree. */
function requestWithin({ root, leaveOut, include, ...rest }: TreeRequest, folder: string): TreeRequest {
  const inside = (paths: readonly string[]): readonly string[] =>
    paths.flatMap((path) => (path.startsWith(folder) ? [path.slice(folder.length)] : []));
  return { ...rest, root: join(root, folder), leaveOut: inside(leaveOut), include: inside(include) };
}
