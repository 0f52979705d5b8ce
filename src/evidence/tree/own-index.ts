import { spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { devNull } from "node:os";
import { join } from "node:path";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import { readText } from "../../workspace/reading.ts";
import { IndexFile, pathBuffer, pathBytes, placeOf, readEntry, type PathBytes } from "./index-file.ts";

/** Content as it stands in the file: what a repository's attributes would make of it hides differences. */
const ATTRIBUTES = "* -text -ident -filter -working-tree-encoding\n";

/** Whatever Git would do by itself, every file is looked at. */
const SETTINGS = Object.entries({
  "core.autocrlf": "false",
  "core.checkStat": "default",
  "core.fileMode": "true",
  "core.fsmonitor": "false",
  "core.ignoreCase": "false",
  "core.ignoreStat": "false",
  "core.precomposeUnicode": "false",
  "core.preloadIndex": "true",
  "core.quotePath": "false",
  "core.safecrlf": "false",
  "core.sparseCheckout": "false",
  "core.splitIndex": "false",
  "core.symlinks": "true",
  "core.trustctime": "true",
  "core.untrackedCache": "false",
  "index.version": "2",
}).flatMap(([name, value]) => ["-c", `${name}=${value}`]);

/** Files that Git digests before it writes the index. */
const AT_ONCE = 20_000;

const KEPT_VARIABLES = ["PATH", "SYSTEMROOT", "TMPDIR"];

export interface IndexRules {
  /** Beside those of the `.gitignore` files, in their form. */
  readonly ignore: string;
  /** Files that are in although they are ignored, from the root. */
  readonly include: readonly string[];
}

/**
 * Up to so many files are brought up to date here, which for few is cheaper than another process. Windows' times and
 * numbers of files are others for Git than for us.
 */
const FEW = process.platform === "win32" ? 0 : 500;

/**
 * An index of Holdfast's own over a folder, inside a repository or not. The user's index is never used: its flags may
 * tell Git not to look, and a copy of it has forgotten which of its entries were too fresh to be believed.
 */
export class OwnIndex {
  readonly #root: string;
  readonly #folder: string;
  /** For this process alone, until it is put in place of the shared one. */
  readonly #index: string;
  readonly #signal: AbortSignal | undefined;
  #isChanged = false;
  /** What the file holds, while nobody else has changed it. */
  #file: IndexFile | undefined;
  #folders: readonly PathBytes[] | undefined;
  #hiddenRules = "";

  private constructor(root: string, folder: string, index: string, signal: AbortSignal | undefined) {
    this.#root = root;
    this.#folder = folder;
    this.#index = index;
    this.#signal = signal;
  }

  /**
   * Takes a copy of the index that is kept in a folder; makes that where it is missing. `rules` say what belongs in it:
   * what others let in is not looked at again, so with other rules it is begun anew. Throws where files cannot be
   * written.
   */
  static take(root: string, folder: string, rules: IndexRules, signal?: AbortSignal): OwnIndex {
    const head = join(folder, "HEAD");
    if (!existsSync(head)) {
      for (const part of ["objects", "refs", "info"]) mkdirSync(join(folder, part), { recursive: true });
      writeFileSync(join(folder, "info", "attributes"), ATTRIBUTES);
      writeFileSync(join(folder, "config"), "[core]\n\trepositoryFormatVersion = 0\n\tbare = false\n");
      // Last: with it the folder counts as made.
      writeFileSync(head, "ref: refs/heads/none\n");
    }
    const file = join(folder, "rules.json");
    const text = JSON.stringify(rules);
    if (readText(file) !== text) {
      rmSync(join(folder, "index"), { force: true });
      writeFileSync(join(folder, "info", "exclude"), rules.ignore);
      writeFileSync(file, text);
    }
    const index = join(folder, `index.${process.pid}.${(taken += 1)}`);
    const shared = join(folder, "index");
    const stat = statSync(shared, { throwIfNoEntry: false });
    if (stat !== undefined) {
      copyFileSync(shared, index);
      // Git believes an entry that is older than its index; a copy must not make any of them older than it was.
      const seconds = Math.floor(stat.mtimeMs / 1000) - 1;
      utimesSync(index, seconds, seconds);
    }
    return new OwnIndex(root, folder, index, signal);
  }

  /** Files in the index below folders that have become repositories of their own since. */
  withinRepositories(): readonly PathBytes[] {
    const file = this.#read();
    const repositories = this.#foldersBefore().filter((folder) => existsSync(this.#place(`${folder}/.git`)));
    return repositories.flatMap((folder) => file!.below(folder));
  }

  /** Whether rules that hide themselves, and so are in no index, are others than when what they ignore was last let go. */
  hasOtherHiddenRules(): boolean {
    const file = this.#read();
    const rules = ["", ...this.#foldersBefore().map((folder) => `${folder}/`)].map((folder) => `${folder}.gitignore`);
    const hidden = rules.filter((path) => existsSync(this.#place(path)) && file?.has(path as PathBytes) !== true);
    this.#hiddenRules = hidden.map((path) => `${path} ${sightOf(this.#place(path))}\n`).join("");
    return this.#hiddenRules !== (readText(join(this.#folder, HIDDEN_RULES)) ?? "");
  }

  /** What is ignored has been let go by all rules. */
  keepHiddenRules(): void {
    writeFileSync(join(this.#folder, HIDDEN_RULES), this.#hiddenRules);
  }

  /** Those of the index as it was taken: what is let in later is judged by the rules as they then are. */
  #foldersBefore(): readonly PathBytes[] {
    this.#folders ??= [...(this.#read()?.folders() ?? [])];
    return this.#folders;
  }

  #place(path: string): Buffer {
    return placeOf(this.#root, path as PathBytes);
  }

  /** What differs from the index, from the root: changed, gone or with another mode. */
  async changed(): Promise<Result<readonly PathBytes[]>> {
    return this.#list(["diff-files", "-z", "--name-only", "--no-renames"]);
  }

  /** What is not in the index and not ignored. A folder that is a repository of its own ends with a slash. */
  async others(leaveOut: readonly string[]): Promise<Result<readonly PathBytes[]>> {
    return this.#list(["ls-files", "-z", "--others", "--exclude-standard", "--", ".", ...exclude(leaveOut)]);
  }

  /** What is in the index although it is ignored. */
  async ignored(): Promise<Result<readonly PathBytes[]>> {
    return this.#list(["ls-files", "-z", "--cached", "--ignored", "--exclude-standard"]);
  }

  /** Takes these as they are now, or out where they are gone. Content is digested and stored nowhere. */
  async update(paths: readonly PathBytes[]): Promise<Result<void>> {
    return this.#change(paths, ["--add", "--remove", "--replace", "--info-only"], (path) =>
      readEntry(this.#root, path),
    );
  }

  /** Takes these out, whatever stands there. */
  async forget(paths: readonly PathBytes[]): Promise<Result<void>> {
    return this.#change(paths, ["--force-remove"], () => undefined);
  }

  /** `<mode> <digest> <stage>\t<path>` for each file, in the order of their paths. */
  entries(leaveOut: readonly string[]): Result<Buffer> {
    const file = this.#read();
    if (file === undefined) return refused("git-failed", `the index of ${this.#root} is damaged`);
    return ok(file.list(leaveOut.map(pathBytes)));
  }

  /** Whether it was begun before; if so it may be damaged, and the next one is begun anew. */
  drop(): boolean {
    const shared = join(this.#folder, "index");
    const wasKept = existsSync(shared);
    rmSync(shared, { force: true });
    this.#isChanged = false;
    return wasKept;
  }

  /** Keeps what was learned for the next time; whoever is last wins, and all of them are right. */
  release(): void {
    try {
      if (this.#isChanged && existsSync(this.#index)) renameSync(this.#index, join(this.#folder, "index"));
    } finally {
      rmSync(this.#index, { force: true });
      rmSync(`${this.#index}.lock`, { force: true });
    }
  }

  async #change(
    paths: readonly PathBytes[],
    options: readonly string[],
    read: (path: PathBytes) => Buffer | undefined,
  ): Promise<Result<void>> {
    if (paths.length === 0) return ok(undefined);
    this.#isChanged = true;
    const file = paths.length > FEW ? undefined : this.#read();
    this.#file = undefined;
    if (file === undefined) {
      return this.#changeByGit(paths, options);
    }
    try {
      const changed = file.with(new Map(paths.map((path) => [path, read(path)])));
      writeFileSync(this.#index, changed.bytes);
      this.#file = changed;
      return ok(undefined);
    } catch (error) {
      return refused("cannot-read", `what changed in ${this.#root} could not be read: ${(error as Error).message}`);
    }
  }

  /** A part after the other: where the look is ended early, the next one goes on from there. */
  async #changeByGit(paths: readonly PathBytes[], options: readonly string[]): Promise<Result<void>> {
    for (let from = 0; from < paths.length; from += AT_ONCE) {
      const part = paths.slice(from, from + AT_ONCE);
      const input = pathBuffer(part.map((path) => `${path}\0`).join(""));
      const done = await this.#git(["update-index", "-z", ...options, "--stdin"], input);
      if (!done.ok) return done;
    }
    return ok(undefined);
  }

  /** Undefined where Git has to be asked. */
  #read(): IndexFile | undefined {
    try {
      this.#file ??= IndexFile.parse(readFileSync(this.#index));
      return this.#file;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "ENOENT" ? IndexFile.empty : undefined;
    }
  }

  async #list(args: readonly string[]): Promise<Result<readonly PathBytes[]>> {
    const done = await this.#git(args);
    if (!done.ok) return done;
    const text = done.value.toString("latin1");
    return ok((text === "" ? [] : text.slice(0, -1).split("\0")) as PathBytes[]);
  }

  #git(args: readonly string[], input?: Buffer): Promise<Result<Buffer>> {
    const kept = KEPT_VARIABLES.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    const env = {
      ...Object.fromEntries(kept),
      LC_ALL: "C",
      GIT_DIR: this.#folder,
      GIT_WORK_TREE: this.#root,
      GIT_INDEX_FILE: this.#index,
      GIT_OPTIONAL_LOCKS: "0",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: devNull,
    };
    return new Promise((resolve) => {
      const child = spawn("git", [...SETTINGS, ...args], {
        cwd: this.#root,
        env,
        windowsHide: true,
        ...(this.#signal === undefined ? {} : { signal: this.#signal }),
      });
      const out: Buffer[] = [];
      let trouble = "";
      child.stdout.on("data", (bytes: Buffer) => out.push(bytes));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (trouble += text.slice(0, 2000)));
      child.once("error", (error) => resolve(refuseGit(args, this.#root, error.message)));
      child.once("close", (code) => {
        if (code === 0) resolve(ok(Buffer.concat(out)));
        else resolve(refuseGit(args, this.#root, trouble.split("\n")[0] ?? ""));
      });
      // It may have ended before it has read all; its exit code says so.
      child.stdin.on("error", () => undefined);
      child.stdin.end(input ?? "");
    });
  }
}

let taken = 0;

const HIDDEN_RULES = "hidden-rules";

function sightOf(place: Buffer): string {
  const stat = statSync(place, { throwIfNoEntry: false });
  return `${stat?.size}:${stat?.mtimeMs}:${stat?.ctimeMs}`;
}

const exclude = (paths: readonly string[]): readonly string[] => paths.map((path) => `:(exclude,top,literal)${path}`);

const refuseGit = ([command]: readonly string[], root: string, why: string): Result<never> =>
  refused("git-failed", `\`git ${command}\` could not look at ${root}: ${why.slice(0, 300)}`, {
    hint: "holdfast doctor shows whether Git is at hand and what it can read",
  });
