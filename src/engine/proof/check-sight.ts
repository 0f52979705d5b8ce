import { createHash } from "node:crypto";
import { changedFiles, readTree, scopeTree, type Tree, type TreeRequest } from "../../evidence/tree/tree.ts";
import { ok, type Result } from "../../plan/refusal.ts";

/** What a check looks at: the tree that it runs in, as far as its scope goes, and those of other repositories, whole. */
export interface Looked {
  readonly tree: TreeRequest;
  readonly scope: readonly string[];
  /** Where it looks at more than one repository: what its own is called, and the others. */
  readonly repo?: string;
  readonly others?: readonly { readonly repo: string; readonly tree: TreeRequest }[];
}

export interface Sight {
  /** Of all that was looked at. */
  readonly digest: string;
  /** A digest each, where there is more than one repository. */
  readonly repos?: Readonly<Record<string, string>>;
  /** The tree that the check runs in, whatever its scope. */
  readonly whole: Tree;
  readonly trees: readonly { readonly repo: string; readonly tree: Tree }[];
}

/** Looks at all of it as it is now. `read` is asked for each tree. */
export async function lookAt(looked: Looked, read: typeof readTree = readTree): Promise<Result<Sight>> {
  const own = await read(looked.tree);
  if (!own.ok) return own;
  const trees = [{ repo: looked.repo ?? ".", tree: scopeTree(own.value, looked.scope) }];
  for (const { repo, tree: request } of looked.others ?? []) {
    const tree = await read(request);
    if (!tree.ok) return tree;
    trees.push({ repo, tree: tree.value });
  }
  if (trees.length === 1) return ok({ digest: trees[0]!.tree.digest, whole: own.value, trees });
  const digests = trees.map(({ repo, tree }) => [repo, tree.digest] as const);
  const digest = createHash("sha256").update(JSON.stringify(digests)).digest("hex");
  return ok({ digest, repos: Object.fromEntries(digests), whole: own.value, trees });
}

/** The files that are others now than they were before; those of other repositories with its name before them. */
export function changedBetween(before: Sight, now: Sight): readonly string[] {
  return now.trees.flatMap(({ tree }, at) => {
    const old = before.trees[at];
    if (old === undefined || old.tree.digest === tree.digest) return [];
    const files = changedFiles(old.tree, tree);
    return at === 0 ? files : files.map((file) => `${old.repo}/${file}`);
  });
}

/** A digest of the rules by which files are left out: those of the tree's own files, and those beside them. */
export function digestRules({ tree }: Pick<Looked, "tree">, { whole }: Pick<Sight, "whole">): string {
  const files = whole.entries.filter((entry) => /[\t/]\.gitignore$/.test(entry));
  return createHash("sha256")
    .update(JSON.stringify([tree.ignore, files]))
    .digest("hex");
}
