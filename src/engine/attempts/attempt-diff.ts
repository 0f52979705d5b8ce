import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { compareTrees, readTree, type Difference, type Tree } from "../../evidence/tree/tree.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import { reviewedAttempt } from "../../plan/reviews.ts";
import type { Attempt, AttemptBase, AttemptFiles, FilesBasis, PlanState, Task } from "../../plan/state.ts";
import { groundsOf, type Ground } from "./attempt-ground.ts";
import { judgeEarlier, judgeNow, judgeSince, type Judge } from "./attempt-judge.ts";
import { editsByFile, realFile, scenesOf, type Scenes } from "./attempt-scene.ts";
import { judgeFile, type Verdict } from "./attribution.ts";
import { treeOf } from "../proof/check-place.ts";
import { commitTree, keptTree } from "./kept-trees.ts";
import type { Workspace } from "../workspace.ts";

/** A file that an attempt changed. */
export interface ChangedFile {
  /** From the workspace's root, as if it lay in the repository's own folder, whatever checkout it was changed in. */
  readonly path: string;
  readonly how: "added" | "changed" | "deleted";
}

/** What an attempt and those before it at its task changed: from what the first began on to now, or, once it has ended, of the files that it had changed then. */
export interface AttemptDiff {
  readonly fence: string;
  readonly basis: FilesBasis;
  /** Of its own files as they were and as they are; the same as long as no content changes, committed and merged or not. */
  readonly digest: string;
  /** Its own. */
  readonly files: readonly ChangedFile[];
  /** Changed while others were at work, and no tool that is known of did it. */
  readonly unattributed: readonly ChangedFile[];
  /** Changed by somebody else meanwhile. */
  readonly others: readonly ChangedFile[];
}

interface Change extends Difference, ChangedFile {
  readonly verdict: Verdict;
}

/** So many paths are recorded of an attempt. */
const MOST_OWN = 200;
const MOST_UNATTRIBUTED = 50;
/** How long a look at one checkout may take; after that, what is known are the files that tools named. */
const PATIENCE_MS = 20_000;

/** What the attempt that stands changed: the live one, or the one that gave the task its status. */
export async function attemptDiff(workspace: Workspace, state: PlanState, task: Task): Promise<Result<AttemptDiff>> {
  const attempt = reviewedAttempt(task);
  if (attempt === undefined) {
    return refused("no-attempt", `${task.id} is ${task.status}: nobody's attempt stands`, {
      hint: `holdfast task claim ${task.id}`,
    });
  }
  const grounds = groundsOf(workspace, state, attempt);
  if (!grounds.ok) return grounds;
  const about = { task, attempt, scenes: scenesOf(workspace, state, task, attempt) };
  const looked: Looked[] = [];
  for (const ground of grounds.value) looked.push(await look(workspace, state, about, ground));
  const changes = looked.flatMap((one) => one.changes).sort((a, b) => (a.path < b.path ? -1 : 1));
  const own = changes.filter(({ verdict }) => verdict === "event" || verdict === "shell");
  return ok({
    fence: attempt.fence,
    basis: worst(looked.map((one) => one.basis)),
    digest: digestOf(own.length > MOST_OWN ? changes : own),
    files: own.map(plain),
    unattributed: changes.filter(({ verdict }) => verdict === "unattributed").map(plain),
    others: changes.filter(({ verdict }) => verdict === "other").map(plain),
  });
}

/** A diff as it is recorded with its attempt. */
const recordableFiles = ({ files, unattributed, basis, digest }: AttemptDiff): AttemptFiles => ({
  own: files.slice(0, MOST_OWN).map(({ path }) => path),
  ownCount: files.length,
  unattributed: unattributed.slice(0, MOST_UNATTRIBUTED).map(({ path }) => path),
  unattributedCount: unattributed.length,
  basis,
  digest,
});

/** What a task's attempt changed, to be recorded as it ends; undefined where that cannot be told. */
export async function changedBy(workspace: Workspace, state: PlanState, task: Task): Promise<AttemptFiles | undefined> {
  if (reviewedAttempt(task)?.base === undefined) return undefined;
  const diff = await attemptDiff(workspace, state, task);
  return diff.ok ? recordableFiles(diff.value) : undefined;
}

const plain = ({ path, how }: Change): ChangedFile => ({ path, how });

function digestOf(changes: readonly Change[]): string {
  const hash = createHash("sha256");
  for (const { path, before = "", after = "" } of changes) hash.update(`${path}\0${before}\0${after}\0`);
  return hash.digest("hex");
}

const BASES: readonly FilesBasis[] = ["events", "commit", "tree"];
const worst = (all: readonly FilesBasis[]): FilesBasis => BASES.find((basis) => all.includes(basis)) ?? "events";

interface Looked {
  readonly basis: FilesBasis;
  readonly changes: readonly Change[];
}

/** The attempt that is looked at. */
interface About {
  readonly task: Task;
  readonly attempt: Attempt;
  readonly scenes: Scenes;
}

async function look(workspace: Workspace, state: PlanState, about: About, ground: Ground): Promise<Looked> {
  const { attempt, scenes } = about;
  const top = realFile(ground.top);
  const request = treeOf(workspace, ground.top, []);
  const end = request.ok ? await readTree({ ...request.value, signal: AbortSignal.timeout(PATIENCE_MS) }) : request;
  const base = end.ok ? await readBase(workspace, attempt.base, ground) : undefined;
  const first = end.ok ? await readBase(workspace, attempt.since, ground) : undefined;
  const nameOf = (path: string): string => (ground.path === "." ? path : `${ground.path}/${path}`);
  if (!end.ok || base === undefined) {
    const changes = [...editsByFile(scenes.scene.edits, top)].map(([path, edits]): Change => {
      const how = existsSync(join(top, path)) ? "changed" : "deleted";
      return { path: nameOf(path), how, verdict: judgeFile(scenes.scene, nameOf(path), edits, false) };
    });
    return { basis: "events", changes };
  }
  const since = compareTrees(base.tree, end.value);
  const judge = judgeOf(workspace, state, about, ground, { top, since });
  const differing = first === undefined ? since : compareTrees(first.tree, end.value);
  const changes = differing.map((difference): Change => {
    const path = nameOf(difference.path);
    return { ...difference, path, how: howOf(difference), verdict: judge(difference, path) };
  });
  return { basis: worst([base.basis, ...(first === undefined ? [] : [first.basis])]), changes };
}

/** Whose the files are that differ: of this attempt what differs `since` it began, of those before it the rest. */
function judgeOf(
  workspace: Workspace,
  state: PlanState,
  { task, attempt, scenes }: About,
  ground: Ground,
  { top, since }: { readonly top: string; readonly since: readonly Difference[] },
): Judge {
  const place = { attempt, ground, scene: scenes.scene };
  const { recorded } = scenes;
  if (recorded !== undefined) return judgeSince(place, { ...scenes, recorded, top });
  const now = judgeNow(workspace, state, place, top);
  if (attempt.since === undefined) return now;
  const earlier = judgeEarlier(workspace, state, task, attempt, top);
  const isNew = new Set(since.map(({ path }) => path));
  return (difference, path) => {
    const before = earlier(difference, path);
    return before === "event" || !isNew.has(difference.path) ? before : now(difference, path);
  };
}

const howOf = ({ before, after }: Difference): ChangedFile["how"] =>
  before === undefined ? "added" : after === undefined ? "deleted" : "changed";

/** What an attempt began on: the list that was kept, else what its commit has. */
async function readBase(
  workspace: Workspace,
  base: AttemptBase | undefined,
  { repo, top }: Ground,
): Promise<{ readonly basis: FilesBasis; readonly tree: Pick<Tree, "entries"> } | undefined> {
  const digest = base?.trees?.[repo];
  const kept = digest === undefined ? undefined : await keptTree(workspace.place.planning, digest);
  if (kept !== undefined) return { basis: "tree", tree: kept };
  const commit = base?.commits?.[repo];
  const tree = commit === undefined ? undefined : commitTree(top, commit);
  return tree && { basis: "commit", tree };
}
