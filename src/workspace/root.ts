import { lstatSync, mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { ok, refused, type Result } from "../plan/refusal.ts";
import { isDeviceName, isInside } from "./contained-path.ts";
import { locateGit, readGitLayout, type GitLayout } from "./git-layout.ts";
import { namesIn, readText } from "./reading.ts";
import type { Checkout, Repository } from "./repositories.ts";

/** The folder's names that are looked for; the second serves where another tool has the first. */
export const FOLDERS = [".planning", ".holdfast"] as const;

/** First line of the files that Holdfast writes for Git. */
export const GIT_FILE_HEADER = "# Kept by Holdfast: written anew when it changes.";

/** Why a workspace takes a folder for its own; `record` is what the Git folder remembers. */
export type Claim = "explicit" | "self" | "folder" | "repository" | "checkout" | "toplevel" | "child" | "record";

export interface WorkspaceRoot {
  readonly root: string;
  /** Absolute path of the workspace's folder. */
  readonly planning: string;
  readonly folder: string;
  /**
   * `present`: found. `lost`: it was here, as the Git folder remembers, and has to be restored from there.
   * `none`: there is none; `root` is where one would be made.
   */
  readonly state: "present" | "lost" | "none";
  readonly claim?: Claim;
}

export interface FindOptions {
  /** A root that somebody named. Where it is wrong, that is an error. */
  readonly explicit?: string;
  /** Whether a named root may be one that is yet to be made. */
  readonly mayCreate?: boolean;
  /** The folder's name where it is neither of the usual ones. */
  readonly folder?: string;
  /** What the workspace of that `.planning` has registered. Asked only where nothing cheaper decides. */
  readonly claims?: (planning: string) => Registered;
}

/** The part of a workspace's facts that finding it needs. */
export interface Registered {
  readonly repositories: readonly Repository[];
  readonly checkouts: readonly Pick<Checkout, "path">[];
}

const NOTHING_REGISTERED: Registered = { repositories: [], checkouts: [] };
/** Not plans of anybody's. */
const NEUTRAL = new Set([".gitignore", ".gitattributes", ".gitkeep", ".DS_Store", "Thumbs.db"]);

const kindOf = (path: string): "folder" | "file" | "other" | undefined => {
  try {
    const stat = lstatSync(path);
    if (stat.isDirectory()) return "folder";
    return stat.isFile() ? "file" : "other";
  } catch {
    return undefined;
  }
};

const startsWithHeader = (path: string): boolean => {
  try {
    return kindOf(path) === "file" && readFileSync(path, "utf8").startsWith(GIT_FILE_HEADER);
  } catch {
    return false;
  }
};

const hasJournal = (planning: string): boolean =>
  namesIn(planning).some(
    (name) =>
      !name.startsWith(".") &&
      (kindOf(join(planning, name, "journal")) === "folder" || kindOf(join(planning, name, "published")) === "folder"),
  );

/** Whether a folder is one that Holdfast keeps. A symbolic link never is: it could lead anywhere. */
export const isOwnPlanning = (planning: string): boolean => {
  if (kindOf(planning) !== "folder") return false;
  if (kindOf(join(planning, ".local")) === "folder" || kindOf(join(planning, "holdfast.json")) === "file") return true;
  return startsWithHeader(join(planning, ".gitignore")) || hasJournal(planning);
};

/** Whether something is at this path that Holdfast must neither write to nor hide: another tool's plans, a file, a link. */
export const isForeignPlanning = (planning: string): boolean => {
  const kind = kindOf(planning);
  if (kind === undefined || isOwnPlanning(planning)) return false;
  return kind !== "folder" || namesIn(planning).some((name) => !NEUTRAL.has(name));
};

/** The name a new workspace's folder may have at `root`; refuses where all are taken by others. */
export const chooseFolder = (root: string, wanted?: string): Result<string> => {
  if (wanted !== undefined) {
    const valid = validateFolder(wanted);
    if (!valid.ok) return valid;
  }
  const names = wanted === undefined ? FOLDERS : [wanted];
  const free = names.find((name) => !isForeignPlanning(join(root, name)));
  if (free !== undefined) return ok(free);
  return refused("folder-taken", `${names.join(" and ")} in ${root} already hold another tool's files.`, {
    hint: "Name another folder with HOLDFAST_FOLDER.",
  });
};

/** A name for the workspace's folder: one plain name, not Git's. */
const validateFolder = (name: string): Result<string> => {
  if (/^[A-Za-z0-9._-]{1,64}$/.test(name) && !/^\.+$|\.$/.test(name) && !isDeviceName(name) && !/^\.git/i.test(name))
    return ok(name);
  return refused("bad-folder", `${JSON.stringify(name.slice(0, 200))} cannot name the workspace's folder.`, {
    hint: "Give one plain name such as .holdfast.",
  });
};

const recordFile = (commonDir: string): string => join(commonDir, "holdfast", "workspace");

/** Remembers in a repository's Git folder which workspace it belongs to, so that it is found when its folder is gone. */
export const recordWorkspace = (commonDir: string, workspace: Pick<WorkspaceRoot, "root" | "folder">): void => {
  const file = recordFile(commonDir);
  const text = `${workspace.root}\n${workspace.folder}\n`;
  if (kindOf(file) === "file" && readFileSync(file, "utf8") === text) return;
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, text);
  renameSync(draft, file);
};

const readRecord = (commonDir: string): { readonly root?: string; readonly folder?: string } | undefined => {
  if (kindOf(join(commonDir, "holdfast")) !== "folder") return undefined;
  try {
    const [root = "", folder = ""] = readFileSync(recordFile(commonDir), "utf8").slice(0, 8192).split(/\r?\n/);
    return { ...(isAbsolute(root) ? { root } : {}), ...(validateFolder(folder).ok ? { folder } : {}) };
  } catch {
    return {};
  }
};

const at = (root: string, folder: string, state: WorkspaceRoot["state"], claim?: Claim): WorkspaceRoot => ({
  root,
  planning: join(root, folder),
  folder,
  state,
  ...(claim === undefined ? {} : { claim }),
});

const namesToTry = (folder: string | undefined): readonly string[] =>
  folder === undefined ? FOLDERS : [folder, ...FOLDERS];

/** The workspace whose folder stands in `root`, if there is one. */
const readRoot = (root: string, folder: string | undefined, claim: Claim): WorkspaceRoot | undefined => {
  const name = namesToTry(folder).find((name) => isOwnPlanning(join(root, name)));
  if (name === undefined) return undefined;
  // What Git tracks of it can outlive a clean-up that took the journal.
  const isGutted = kindOf(join(root, name, ".local")) === undefined && recalls(readGitLayout(root));
  return at(root, name, isGutted ? "lost" : "present", claim);
};

const recalls = (git: GitLayout | undefined): boolean => git !== undefined && readRecord(git.commonDir) !== undefined;

/**
 * Where the workspace of a bare repository is once the worktree that had it is gone: in the worktree that has its folder
 * now, as after a move, else in the one where it is missed. Git removes a worktree with all that it ignores.
 */
const findSuccessor = ({ commonDir, toplevel }: GitLayout, folder: string | undefined): string => {
  const folders = namesIn(join(commonDir, "worktrees")).map((name) => join(commonDir, "worktrees", name));
  const others = folders.flatMap((own) => {
    const pointer = readText(join(own, "gitdir"))?.trim();
    return pointer === undefined ? [] : [dirname(resolve(own, pointer))];
  });
  // What Git tracks of it stands in every worktree.
  const hasFolder = (root: string): boolean =>
    namesToTry(folder).some((name) => kindOf(join(root, name, ".local")) === "folder");
  return [toplevel, ...others.sort()].find(hasFolder) ?? toplevel;
};

/**
 * The workspace that a repository's Git folder remembers. A remembered root counts only where the repository still lies
 * in it: a copied or moved repository brings its old record along.
 */
const readRecorded = (git: GitLayout, folder: string | undefined): WorkspaceRoot | undefined => {
  const record = readRecord(git.commonDir);
  if (record === undefined) return undefined;
  const main = git.mainWorktree;
  const isCurrent =
    record.root !== undefined &&
    kindOf(record.root) === "folder" &&
    (main === undefined || isInside(record.root, main));
  const root = isCurrent ? record.root : (main ?? findSuccessor(git, record.folder ?? folder));
  const present = readRoot(root, record.folder ?? folder, "record");
  if (present) return present;
  const name = namesToTry(record.folder ?? folder).find((name) => !isForeignPlanning(join(root, name)));
  return name === undefined ? undefined : at(root, name, "lost", "record");
};

/** The subject of a search: the folder somebody stands in, and the checkout it belongs to. */
interface Subject {
  readonly path: string;
  readonly toplevel?: string;
}

/** Why the workspace in `root` may take the subject for its own; undefined where it may not. */
const claimOf = (root: string, planning: string, subject: Subject, options: FindOptions): Claim | undefined => {
  if (subject.path === root) return "self";
  if (isInside(planning, subject.path)) return "folder";
  if (subject.toplevel === root) return "toplevel";
  const { repositories, checkouts } = options.claims?.(planning) ?? NOTHING_REGISTERED;
  const holds = ({ path }: { readonly path: string }) => isInside(resolve(root, path), subject.path);
  if (repositories.some(holds)) return "repository";
  if (checkouts.some(holds)) return "checkout";
  if (readGitLayout(root)) return "toplevel";
  const isOnlyChild = repositories.length === 0 && checkouts.length === 0;
  return isOnlyChild && subject.toplevel !== undefined && dirname(subject.toplevel) === root ? "child" : undefined;
};

/** Searches from `from` up to `end`, both included. */
const climb = (
  from: string,
  end: string | undefined,
  subject: Subject,
  options: FindOptions,
): WorkspaceRoot | undefined => {
  for (let dir = from; ; dir = dirname(dir)) {
    const found = readRoot(dir, options.folder, "self");
    const claim = found && claimOf(dir, found.planning, subject, options);
    if (found && claim) return { ...found, claim };
    if (dir === end || dirname(dir) === dir) return undefined;
  }
};

/** The same place in the main worktree, as deep as it exists there. */
const inMainWorktree = (git: GitLayout, main: string, path: string): string => {
  const same = join(main, relative(git.toplevel, path));
  return kindOf(same) === "folder" ? same : main;
};

const isWeak = (claim: Claim | undefined): boolean => claim === "toplevel" || claim === "child";

/**
 * From checkout to checkout, outwards. In an added worktree the search goes on in the main one, whatever the added one
 * has checked out. What a Git folder remembers beats an outer workspace that has no registration to show.
 */
const search = (start: string, options: FindOptions): WorkspaceRoot | undefined => {
  let subject: Subject = { path: start };
  let record: WorkspaceRoot | undefined;
  let isOutside = false;
  const left: { readonly from: string; readonly end: string }[] = [];
  for (let from = start; ;) {
    const git = locateGit(from);
    const main = git?.mainWorktree;
    if (git?.isLinked && main !== undefined && main !== git.toplevel && left.every(({ end }) => end !== git.toplevel)) {
      left.push({ from, end: git.toplevel });
      const path = inMainWorktree(git, main, isOutside ? git.toplevel : subject.path);
      subject = isOutside ? subject : { path };
      from = path;
      continue;
    }
    // Of a bare repository's worktrees none is the main one; the Git folder knows which has the workspace.
    const chosen = git?.isLinked && main === undefined ? readRecorded(git, options.folder) : undefined;
    if (chosen && !isOutside) return chosen;
    if (!isOutside && git) subject = { ...subject, toplevel: git.toplevel };
    const found = climb(from, git?.toplevel, subject, options);
    if (found && !(isOutside && isWeak(found.claim) && record)) return found;
    if (found || !git) break;
    record ??= readRecorded(git, options.folder);
    isOutside = true;
    if (dirname(git.toplevel) === git.toplevel) break;
    from = dirname(git.toplevel);
  }
  return record ?? left.map(({ from, end }) => climb(from, end, { path: from, toplevel: end }, options)).find(Boolean);
};

const findExplicit = (cwd: string, named: string, options: FindOptions): Result<WorkspaceRoot> => {
  let root: string;
  try {
    root = realpathSync.native(resolve(cwd, named));
  } catch {
    return refused("bad-root", `The workspace root that was named, ${named}, does not exist.`);
  }
  const found = readRoot(root, options.folder, "explicit");
  if (found) return ok(found);
  const git = readGitLayout(root);
  const recorded = git && readRecorded(git, options.folder);
  if (recorded?.root === root) return ok({ ...recorded, claim: "explicit" });
  if (options.mayCreate && kindOf(root) === "folder")
    return ok(at(root, options.folder ?? FOLDERS[0], "none", "explicit"));
  return refused("bad-root", `The workspace root that was named, ${named}, holds no workspace.`, {
    hint: "Name the folder that holds .planning, or leave it out to have it found.",
  });
};

/** A checkout from `start` up whose Git folder is not where it says, as after the repository was moved. */
const findCutOff = (start: string, end: string | undefined): string | undefined => {
  for (let dir = start; dir !== end; dir = dirname(dir)) {
    if (kindOf(join(dir, ".git")) === "file") return dir;
    if (dirname(dir) === dir) return undefined;
  }
  return undefined;
};

/**
 * The workspace that `cwd` belongs to, by reading folders only. Where there is none, its state is `none` and its root
 * the place for one: the main worktree of the repository, or `cwd` itself. Refuses a named root that holds none, and a
 * folder that cannot be read.
 */
export const findWorkspace = (cwd: string, options: FindOptions = {}): Result<WorkspaceRoot> => {
  if (options.folder !== undefined) {
    const valid = validateFolder(options.folder);
    if (!valid.ok) return valid;
  }
  let start: string;
  try {
    start = realpathSync.native(cwd);
  } catch {
    return refused("no-folder", `The folder ${cwd} does not exist or cannot be read.`, {
      hint: "Go to one that does: the workspace, or a checkout of one of its repositories.",
    });
  }
  if (options.explicit !== undefined) return findExplicit(start, options.explicit, options);
  const found = search(start, options);
  if (found) return ok(found);
  const git = locateGit(start);
  const cutOff = findCutOff(start, git?.toplevel);
  if (cutOff !== undefined) {
    return refused("worktree-cut-off", `${cutOff} has lost its Git repository, and with it its workspace.`, {
      hint: "In the repository, wherever it is now: git worktree repair <this folder>. Or --root <the workspace>.",
    });
  }
  const root = git?.mainWorktree ?? git?.toplevel ?? start;
  return ok(at(root, options.folder ?? FOLDERS[0], "none"));
};
