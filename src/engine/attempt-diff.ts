import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { compareTrees, entryOf, readTree, type Difference, type Tree } from "../evidence/tree/tree.ts";
import { ok, refused, type Result } from "../plan/refusal.ts";
import { reviewedAttempt } from "../plan/reviews.ts";
import type { Attempt, AttemptFiles, FilesBasis, PlanState, Task } from "../plan/state.ts";
import { isInside } from "../workspace/contained-path.ts";
import { listCommit } from "../workspace/git.ts";
import { groundsOf, type Ground } from "./attempt-ground.ts";
import { isShared, judgeFile, type Scene, type Stint, type Verdict } from "./attribution.ts";
import { treeOf } from "./check-place.ts";
import { readEdits, type Edit } from "./edit-log.ts";
import { keptTree } from "./kept-trees.ts";
import { isElsewhereAlive, type Place } from "./others-at-work.ts";
import type { Workspace } from "./workspace.ts";

/** A file that an attempt changed. */
export interface ChangedFile {
  /** From the workspace's root, as if it lay in the repository's own folder, whatever checkout it was changed in. */
  readonly path: string;
  readonly how: "added" | "changed" | "deleted";
}

/** What an attempt changed: from what it began on to now, or, once it has ended, of the files that it had changed then. */
export interface AttemptDiff {
  readonly fence: string;
  readonly basis: FilesBasis;
  /** Of its own files as they were and as they are; the same as long as no content changes, committed and merged or not. */
  readonly digest: string;
  /** Its own. */
  readonly files: readonly ChangedFile[];
  /** Changed while others were at work, and no tool that is known of did it. */
  readonly unattributed: readonly ChangedFile[];
}

interface Change extends Difference, ChangedFile {
  readonly verdict: Verdict;
}

/** So many paths are recorded of an attempt. */
const MOST_OWN = 200;
const MOST_UNATTRIBUTED = 50;
/** How long a look at one checkout may take; after that, what is known are the files that tools named. */
const PATIENCE_MS = 60_000;

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
  const scenes = scenesOf(workspace, state, task, attempt);
  const looked: Looked[] = [];
  for (const ground of grounds.value) looked.push(await look(workspace, state, attempt, ground, scenes));
  const changes = looked.flatMap((one) => one.changes).sort((a, b) => (a.path < b.path ? -1 : 1));
  const own = changes.filter(({ verdict }) => verdict === "event" || verdict === "shell");
  return ok({
    fence: attempt.fence,
    basis: worst(looked.map((one) => one.basis)),
    digest: digestOf(own.length > MOST_OWN ? changes : own),
    files: own.map(plain),
    unattributed: changes.filter(({ verdict }) => verdict === "unattributed").map(plain),
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

/** While an attempt went on, and, where its task waits to be called done, what has been going on since it ended. */
interface Scenes {
  readonly scene: Scene;
  /** What was its own when it ended, where that is known to the last file. */
  readonly recorded?: AttemptFiles;
  readonly aftermath?: Scene;
}

function scenesOf(workspace: Workspace, state: PlanState, task: Task, attempt: Attempt): Scenes {
  const { endedAt, files } = attempt;
  const scene = sceneOf(workspace, state, task, attempt);
  if (endedAt === undefined || files === undefined || files.own.length < files.ownCount) return { scene };
  if (task.status !== "implemented") return { scene, recorded: files };
  const { endedAt: _, ...open } = attempt;
  const { own, ...rest } = sceneOf(workspace, state, task, { ...open, at: endedAt });
  return { scene, recorded: files, aftermath: { ...rest, own: { ...own, isAftermath: true } } };
}

function sceneOf(workspace: Workspace, state: PlanState, task: Task, attempt: Attempt): Scene {
  const now = workspace.now();
  const stint = (of: Task, { fence, session, at, endedAt = now }: Attempt): Stint => {
    return { fence, session, from: at, to: endedAt, touches: of.touches };
  };
  const own = stint(task, attempt);
  const others = [...state.tasks.values()].flatMap((of) =>
    [of.claim, of.rival, ...of.attempts]
      .filter((other) => other !== undefined && other.fence !== attempt.fence && other.clone === attempt.clone)
      .map((other) => stint(of, other!))
      .filter(({ from, to }) => from < own.to && to > own.from),
  );
  return { own, others, edits: readEdits(workspace.place.planning, own.from, own.to).map(withRealPaths) };
}

/** Hosts name files by whatever way they came to them. */
const withRealPaths = (edit: Edit): Edit => ({ ...edit, files: edit.files.map(realFile) });

function realFile(path: string): string {
  try {
    return join(realpathSync.native(dirname(path)), basename(path));
  } catch {
    return path;
  }
}

interface Looked {
  readonly basis: FilesBasis;
  readonly changes: readonly Change[];
}

async function look(
  workspace: Workspace,
  state: PlanState,
  attempt: Attempt,
  ground: Ground,
  scenes: Scenes,
): Promise<Looked> {
  const { scene } = scenes;
  const top = realFile(ground.top);
  const request = treeOf(workspace, ground.top, []);
  const end = request.ok ? await readTree({ ...request.value, signal: AbortSignal.timeout(PATIENCE_MS) }) : request;
  const base = end.ok ? await readBase(workspace, attempt, ground) : undefined;
  const nameOf = (path: string): string => (ground.path === "." ? path : `${ground.path}/${path}`);
  if (!end.ok || base === undefined) {
    const changes = [...editsByFile(scene.edits, top)].map(([path, edits]): Change => {
      const how = existsSync(join(top, path)) ? "changed" : "deleted";
      return { path: nameOf(path), how, verdict: judgeFile(scene, nameOf(path), edits, false) };
    });
    return { basis: "events", changes };
  }
  const differing = compareTrees(base.tree, end.value);
  const judge =
    scenes.recorded === undefined
      ? judgeNow(workspace, state, { attempt, ground, scene }, top)
      : judgeSince({ attempt, ground, scene }, { ...scenes, recorded: scenes.recorded, top });
  const changes = differing.map((difference): Change => {
    const path = nameOf(difference.path);
    return { ...difference, path, how: howOf(difference), verdict: judge(difference, path) };
  });
  return { basis: base.basis, changes };
}

type Judge = (difference: Difference, path: string) => Verdict;

function judgeNow(workspace: Workspace, state: PlanState, place: Place, top: string): Judge {
  const { scene } = place;
  const naming = editsByFile(scene.edits, top);
  const isAlone = !isShared(scene, top) && !isElsewhereAlive(workspace, state, place);
  return (difference, path) => judgeFile(scene, path, naming.get(difference.path) ?? [], isAlone);
}

/**
 * What was recorded at the end stands. What has come since is its own where a tool of its conversation did it, for no
 * other task. What a command did since is nobody's: that would depend on who else is there, and on what is committed.
 */
function judgeSince(
  { attempt, ground, scene }: Place,
  { recorded, aftermath, top }: Scenes & { readonly recorded: AttemptFiles; readonly top: string },
): Judge {
  const [own, loose] = [new Set(recorded.own), new Set(recorded.unattributed)];
  // Where its own checkout is gone, everything else in this one is of others.
  const isThere = attempt.base?.places?.[ground.repo] === ground.place;
  const since = isThere && aftermath !== undefined ? editsByFile(aftermath.edits, top) : new Map<string, never>();
  return ({ path: file }, path) => {
    if (own.has(path)) return "event";
    if (loose.has(path)) return "unattributed";
    return judgeFile(aftermath ?? scene, path, since.get(file) ?? [], false) === "event" ? "event" : "other";
  };
}

const howOf = ({ before, after }: Difference): ChangedFile["how"] =>
  before === undefined ? "added" : after === undefined ? "deleted" : "changed";

/** By path in a checkout, the edits that name it. */
function editsByFile(edits: readonly Edit[], top: string): ReadonlyMap<string, readonly Edit[]> {
  const named = new Map<string, Edit[]>();
  for (const edit of edits) {
    for (const file of edit.files) {
      if (!isInside(top, file) || file === top) continue;
      const path = relative(top, file).split(sep).join("/");
      named.set(path, [...(named.get(path) ?? []), edit]);
    }
  }
  return named;
}

/** What an attempt began on: the list that was kept, else what its commit has. */
async function readBase(
  workspace: Workspace,
  { base }: Attempt,
  { repo, top }: Ground,
): Promise<{ readonly basis: FilesBasis; readonly tree: Pick<Tree, "entries"> } | undefined> {
  const digest = base?.trees?.[repo];
  const kept = digest === undefined ? undefined : await keptTree(workspace.place.planning, digest);
  if (kept !== undefined) return { basis: "tree", tree: kept };
  const commit = base?.commits?.[repo];
  const files = commit === undefined ? undefined : listCommit(top, commit);
  if (files?.ok !== true) return undefined;
  return { basis: "commit", tree: { entries: files.value.map(({ mode, blob, path }) => entryOf(mode, blob, path)) } };
}
