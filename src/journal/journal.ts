import { fstatSync } from "node:fs";
import { dirname } from "node:path";
import type { Author, CloneId, JournalEvent, PlacedRecord, RecordId } from "../plan/record.ts";
import type { Reducer } from "../plan/reducer.ts";
import { ok, refuse, refused, type Refusal, type Result } from "../plan/refusal.ts";
import { absorbPublished, type AbsorbOptions, hasUnread, loadReceipt, type Receipt } from "./absorb.ts";
import { type Attempt, appendRecord, type Appender } from "./append.ts";
import { type Cursor, type FileCursor, isSameSight, newMark, thawMark } from "./cursor.ts";
import {
  checkFileSystem,
  type FileStat,
  type FsType,
  type Io,
  openToAppend,
  openToRead,
  realIo,
  refuseIo,
  statFile,
  statOf,
  sweepTemps,
} from "./disk.ts";
import { continueFolding, cursorOf, drain, type Folding, startFolding } from "./fold.ts";
import { closeQuietly, createJournalFile, joinClone, journalFile, listClones } from "./journal-file.ts";
import type { Key } from "./line.ts";
import { type JournalProblem, ProblemList } from "./problem.ts";
import { readCopies } from "./publish.ts";
import { restoreFile } from "./restore.ts";
import type { SecondName } from "./second-name.ts";
import { loadSnapshot, saveSnapshot, SNAPSHOT_STRIDE } from "./snapshot.ts";
import type { FoundFile, Source } from "./source.ts";

export interface JournalOptions<S, Spill> {
  /** This clone: the owner of the one file that is written. */
  readonly clone: CloneId;
  /** Folder of the local store, one file a clone. */
  readonly dir: string;
  /** Folder of the files' second names, on the same file system. */
  readonly second?: string;
  /** Folder of the copies that clones exchange. */
  readonly published?: string;
  /** The snapshot, the earlier one, and what has been read of `published`. */
  readonly snapshot?: string;
  readonly previous?: string;
  readonly receipt?: string;
  /** How many records the snapshot may run ahead of the earlier one. */
  readonly stride?: number;
  readonly key?: Key;
  readonly reducer: Reducer<S, Spill>;
  readonly fsType?: FsType;
  readonly io?: Io;
}

/** What a writer hands in. `at` is the wall clock, milliseconds since the epoch. */
export interface Draft {
  readonly id: RecordId;
  readonly at: number;
  readonly by: Author;
  readonly events: readonly JournalEvent[];
  /** The lowest format that may fold it, if not the first. */
  readonly format?: number;
}

/** What folding brought. */
export interface Folded<Spill> {
  readonly changed: boolean;
  /** Whether the fold had to start from an earlier point, so that spills may repeat. */
  readonly refolded: boolean;
  readonly spills: readonly Spill[];
}

/** What the fold says about a record that is durably in the journal. */
export type Answer<Spill> =
  | { readonly status: "accepted"; readonly record: PlacedRecord; readonly spills: readonly Spill[] }
  | {
      readonly status: "refused";
      readonly record: PlacedRecord;
      readonly refusal: Refusal;
      readonly spills: readonly Spill[];
    };

/**
 * Opens the journal of a plan or a workspace and folds what the local store holds. Makes no journal (that is
 * `create`), but joins the two names of the files that are there.
 */
export function openJournal<S, Spill = never>(options: JournalOptions<S, Spill>): Result<Journal<S, Spill>> {
  return Journal.open(options);
}

/** An open journal. Made by `openJournal`; not to be shared between threads. */
export class Journal<S, Spill = never> {
  readonly #options: JournalOptions<S, Spill>;
  readonly #path: string;
  readonly #io: Io;
  readonly #problems = new ProblemList();
  readonly #receipt: Receipt;
  readonly #attempts = new Map<RecordId, Attempt>();
  #folding: Folding<S>;
  #isWhole = false;
  #spills: Spill[] = [];
  #claims = new Map<CloneId, FileCursor>();
  #shrunk = false;
  #own: { readonly fd: number; readonly ino: number } | undefined;
  #folder: { readonly mtimeMs: number; readonly clones: readonly CloneId[] } | undefined;
  #secondName: SecondName = "off";
  #syncedBytes = 0;
  #hasSwept = false;

  private constructor(options: JournalOptions<S, Spill>) {
    this.#options = options;
    this.#path = journalFile(options.dir, options.clone);
    this.#io = options.io ?? realIo;
    this.#receipt = loadReceipt(options.published === undefined ? undefined : options.receipt);
    this.#folding = startFolding(options.reducer.initial());
  }

  /** See `openJournal`. */
  static open<S, Spill>(options: JournalOptions<S, Spill>): Result<Journal<S, Spill>> {
    const unfit = checkFileSystem(options.dir, options.fsType);
    if (unfit !== undefined) return { ok: false, refusal: unfit };
    const journal = new Journal(options);
    const joined = journal.#joinAll();
    const folded = joined.ok ? journal.#fold() : joined;
    if (folded.ok) return ok(journal);
    journal.close();
    return folded;
  }

  /** The state as folded so far; the next refresh or append consumes it. */
  get state(): S {
    return this.#folding.state;
  }

  get problems(): readonly JournalProblem[] {
    return this.#problems.list();
  }

  /** Whether the own file has its second name. */
  get secondName(): SecondName {
    return this.#secondName;
  }

  /** Whether this clone has a journal. */
  exists(): boolean {
    return statFile(this.#path) !== undefined;
  }

  /** Makes this clone's file and its second name; harmless where they are there already. */
  create(): Result<void> {
    const { dir, clone, published, fsType } = this.#options;
    const unfit = checkFileSystem(dir, fsType);
    if (unfit !== undefined) return { ok: false, refusal: unfit };
    const joined = this.#join(clone);
    if (!joined.ok) return joined;
    if (this.exists()) return ok(undefined);
    // Starting over would give new records the ordinals of those that others have already taken in.
    if (this.#shrunk) return this.#refuseShrunk();
    if (published !== undefined && readCopies(journalFile(published, clone), clone).size > 0)
      return this.#refuseShrunk();
    const created = createJournalFile(this.#path);
    if (!created.ok) return created;
    this.#folder = undefined;
    const named = this.#join(clone);
    return named.ok ? ok(undefined) : named;
  }

  /** Folds what is new, here and in the published files. Costs a stat a file where nothing is. */
  refresh(): Result<Folded<Spill>> {
    const local = this.#fold();
    if (!local.ok) return local;
    let { changed, refolded } = local.value;
    const absorb = this.#absorbOptions();
    if (absorb !== undefined && hasUnread(absorb, this.#receipt, this.#ordinalOf)) {
      absorbPublished(absorb, this.#receipt, this.#ordinalOf, this.#report);
      this.#folder = undefined;
      const again = this.#fold();
      if (!again.ok) return again;
      changed ||= again.value.changed;
      refolded ||= again.value.refolded;
    }
    return ok({ changed, refolded, spills: this.#takeSpills() });
  }

  /**
   * Appends one record, folds, and answers what the fold says about it. A success means that the whole line is
   * durable and folded. `outcome-unknown` means that it may or may not take effect: the same id may be tried again.
   */
  append(draft: Draft): Result<Answer<Spill>> {
    // A file that vanished is put back first, and what others wrote is known before its barriers are judged.
    const opened = this.#openToWrite();
    const folded = opened.ok ? this.#fold() : opened;
    if (!folded.ok) return folded;
    const barrier = this.#barrier();
    if (barrier !== undefined) return { ok: false, refusal: barrier };
    const verdict = appendRecord(this.#appender(), draft, this.#attempts);
    if (!verdict.ok) return verdict;
    const mark = this.#folding.marks.get(this.#options.clone);
    if (mark?.id === draft.id) this.#syncedBytes = mark.bytes;
    const { record, refusal } = verdict.value;
    const spills = this.#takeSpills();
    if (refusal === undefined) return ok({ status: "accepted", record, spills });
    return ok({ status: "refused", record, refusal, spills });
  }

  /** How far the fold has come. */
  cursor(): Cursor {
    return cursorOf(this.#folding);
  }

  /**
   * Writes the snapshot. Somebody else may have written a newer one meanwhile: `isBehind` afterwards tells
   * whether to refresh and write again.
   */
  writeSnapshot(): Result<void> {
    const { snapshot, previous, stride, reducer, clone } = this.#options;
    if (snapshot === undefined || this.#shrunk || !this.#isWhole) return ok(undefined);
    try {
      // A snapshot that survives a power cut must not know of records that do not.
      const mark = this.#folding.marks.get(clone);
      if (this.#own !== undefined && mark !== undefined && mark.bytes > this.#syncedBytes) {
        this.#io.sync(this.#own.fd);
        this.#syncedBytes = mark.bytes;
      }
      this.#sweep();
      const files = { snapshot, previous, stride: stride ?? SNAPSHOT_STRIDE };
      saveSnapshot(reducer.snapshot(this.#folding.state), this.cursor(), files);
      return ok(undefined);
    } catch (error) {
      return { ok: false, refusal: refuseIo(error, "write the snapshot", snapshot) };
    }
  }

  /** Whether a file of the local store has changed since the fold. Costs a stat a file. */
  isBehind(): boolean {
    const clones = this.#clones();
    if (clones.length < this.#folding.marks.size) return true;
    return clones.some((clone) => {
      const stat = statFile(journalFile(this.#options.dir, clone));
      return !isSameSight(stat, this.#folding.marks.get(clone)?.seen);
    });
  }

  /** Lets go of the file. The journal must not be used afterwards. */
  close(): void {
    if (this.#own !== undefined) closeQuietly(this.#own.fd);
    this.#own = undefined;
  }

  /** Takes away what writers that died left unfinished; once is enough. */
  #sweep(): void {
    if (this.#hasSwept) return;
    this.#hasSwept = true;
    const { dir, second, published, snapshot, previous } = this.#options;
    const folders = [dir, second, published, ...[snapshot, previous].map((file) => file && dirname(file))];
    for (const folder of new Set(folders)) if (folder !== undefined) sweepTemps(folder, Date.now());
  }

  readonly #report = (problem: JournalProblem): void => this.#problems.add(problem);

  readonly #ordinalOf = (clone: CloneId): number => this.#folding.marks.get(clone)?.ordinal ?? 0;

  #takeSpills(): readonly Spill[] {
    const spills = this.#spills;
    this.#spills = [];
    return spills;
  }

  #absorbOptions(): AbsorbOptions | undefined {
    const { clone, dir, second, published, receipt } = this.#options;
    return published === undefined ? undefined : { own: clone, dir, second, published, receipt };
  }

  #barrier(): Refusal | undefined {
    const { newer } = this.#folding;
    if (newer !== undefined) {
      return refuse("newer-format", `This journal holds records of format ${newer}, which this Holdfast cannot fold.`, {
        hint: "Upgrade Holdfast; until then the plan can be read but not written.",
        place: this.#path,
      });
    }
    const shrunk = this.#shrunk ? this.#refuseShrunk() : undefined;
    return shrunk?.refusal;
  }

  #refuseShrunk(): { readonly ok: false; readonly refusal: Refusal } {
    const refusal = refuse("journal-shrunk", "The journal has lost records that a snapshot still knows of.", {
      hint: "Run `holdfast journal rescue`: it collects what is left and keeps every file.",
      place: this.#path,
    });
    return { ok: false, refusal };
  }

  #joinAll(): Result<unknown> {
    const { dir, second } = this.#options;
    if (second === undefined) return ok(undefined);
    for (const clone of new Set([...listClones(dir), ...listClones(second)])) {
      const joined = this.#join(clone);
      if (!joined.ok) return joined;
    }
    return ok(undefined);
  }

  #join(clone: CloneId): Result<SecondName> {
    const { dir, second } = this.#options;
    const joined = joinClone(dir, second, clone);
    if (joined.ok && clone === this.#options.clone) this.#secondName = joined.value;
    return joined;
  }

  /** The clones of the local store. The folder is read again only when it has changed. */
  #clones(): readonly CloneId[] {
    const stat = statOf(this.#options.dir);
    if (stat === undefined) return [];
    if (this.#folder?.mtimeMs === stat.mtimeMs) return this.#folder.clones;
    const clones = listClones(this.#options.dir);
    // Two changes within a tick of the clock look like one: a fresh time is not to be relied on.
    this.#folder = Date.now() - stat.mtimeMs > 3000 ? { mtimeMs: stat.mtimeMs, clones } : undefined;
    return clones;
  }

  #fold(options: { readonly isFromStart?: boolean } = {}): Result<Omit<Folded<Spill>, "spills">> {
    let files: StoreFile[] = [];
    try {
      const found = this.#findAll();
      if (!found.ok) return found;
      files = found.value;
      return ok(this.#foldFiles(files, options.isFromStart === true));
    } catch (error) {
      return { ok: false, refusal: refuseIo(error, "read the journal", this.#path) };
    } finally {
      for (const file of files) file.close();
    }
  }

  #foldFiles(files: readonly StoreFile[], isFromStart: boolean): Omit<Folded<Spill>, "spills"> {
    const { reducer, clone } = this.#options;
    const { folding, sources, refolded } = this.#base(files, isFromStart);
    const changed = refolded || sources.some((source) => source.head !== undefined);
    // What a fold said that has been given up says nothing about this one.
    if (folding !== this.#folding) for (const attempt of this.#attempts.values()) attempt.verdict = undefined;
    this.#folding = folding;
    this.#isWhole = false;
    drain(reducer, folding, sources, {
      report: this.#report,
      onSpill: (spill) => this.#spills.push(spill),
      own: clone,
      watched: this.#attempts,
    });
    this.#isWhole = true;
    this.#judgeShrinking();
    return { changed, refolded };
  }

  /** Where to go on from: memory, the snapshot, the earlier one, or the beginning, whichever fits the files. */
  #base(
    files: readonly StoreFile[],
    isFromStart: boolean,
  ): { folding: Folding<S>; sources: Source[]; refolded: boolean } {
    const { reducer, snapshot, previous } = this.#options;
    if (this.#isWhole && !isFromStart) {
      const sources = continueFolding(this.#folding, files);
      if (sources !== undefined) return { folding: this.#folding, sources, refolded: false };
      this.#claim(this.cursor());
    }
    const refolded = this.#isWhole;
    for (const file of isFromStart ? [] : [snapshot, previous]) {
      const loaded = file === undefined ? undefined : loadSnapshot(reducer, file);
      if (loaded === undefined) continue;
      const folding = thaw(loaded.state, loaded.cursor);
      const sources = continueFolding(folding, files);
      if (sources !== undefined) return { folding, sources, refolded };
      this.#claim(loaded.cursor);
    }
    const folding = startFolding(reducer.initial());
    this.#problems.clear();
    return { folding, sources: continueFolding(folding, files) ?? [], refolded };
  }

  /** Remembers how much a cursor that did not fit says there was. */
  #claim(cursor: Cursor): void {
    for (const [clone, file] of Object.entries(cursor.files) as [CloneId, FileCursor][]) {
      if (file.ordinal > (this.#claims.get(clone)?.ordinal ?? 0)) this.#claims.set(clone, file);
    }
  }

  #judgeShrinking(): void {
    this.#shrunk = false;
    for (const [clone, claim] of this.#claims) {
      const mark = this.#folding.marks.get(clone) ?? newMark();
      const file = journalFile(this.#options.dir, clone);
      const isOurs = mark.first === undefined || mark.first === claim.first;
      if (!isOurs || mark.ordinal >= claim.ordinal) {
        this.#claims.delete(clone);
        this.#problems.drop("journal-shrunk", file);
        continue;
      }
      const message = `${claim.ordinal - mark.ordinal} records that a snapshot knows of are gone.`;
      this.#report({ reason: "journal-shrunk", clone, file, message });
      if (clone === this.#options.clone) this.#shrunk = true;
    }
  }

  /** The files of the local store. Those that have lost a name get it back before they are read. */
  #findAll(): Result<StoreFile[]> {
    const files = this.#lookUp();
    const lost = this.#options.second === undefined ? [] : this.#findLost(files);
    if (lost.length === 0) return ok(files);
    for (const clone of lost) {
      const joined = this.#join(clone);
      if (!joined.ok) return joined;
    }
    this.#folder = undefined;
    return ok(this.#lookUp());
  }

  #lookUp(): StoreFile[] {
    const files: StoreFile[] = [];
    for (const clone of this.#clones()) {
      const path = journalFile(this.#options.dir, clone);
      const stat = statFile(path);
      if (stat === undefined) continue;
      if (clone === this.#options.clone) this.#openOwn(stat.ino);
      files.push(new StoreFile(clone, path, stat, clone === this.#options.clone ? this.#own?.fd : undefined));
    }
    return files;
  }

  #findLost(files: readonly StoreFile[]): readonly CloneId[] {
    const lost: CloneId[] = [];
    for (const [clone, { seen }] of this.#folding.marks) {
      const stat = files.find((file) => file.clone === clone)?.stat;
      if (seen !== undefined && !(stat?.ino === seen.ino && this.#hasNames(stat))) lost.push(clone);
    }
    return lost;
  }

  #hasNames(stat: FileStat): boolean {
    return this.#options.second === undefined || stat.nlink > 1 || this.#secondName === "none";
  }

  /** Keeps the own file open, for writing where that is allowed. */
  #openOwn(ino: number): void {
    if (this.#own?.ino === ino) return;
    this.close();
    try {
      const fd = openToAppend(this.#path);
      this.#own = { fd, ino: fstatSync(fd).ino };
    } catch {
      // It can still be read; a writer will be told why not.
    }
  }

  /** The own file for a writer: put back where it has vanished, never made. */
  #openToWrite(): Result<number> {
    try {
      const stat = statFile(this.#path);
      if (stat !== undefined && this.#own?.ino === stat.ino && this.#hasNames(stat)) return ok(this.#own.fd);
      const joined = this.#join(this.#options.clone);
      if (!joined.ok) return joined;
      this.#folder = undefined;
      const restored = this.#restore();
      if (!restored.ok) return restored;
      const found = statFile(this.#path);
      if (found !== undefined) this.#openOwn(found.ino);
      // Opening it once more gives the reason why it could not be opened.
      if (found === undefined || this.#own === undefined) closeQuietly(openToAppend(this.#path));
      if (this.#own !== undefined) return ok(this.#own.fd);
      return refused("journal-missing", "The journal cannot be opened.", { place: this.#path });
    } catch (error) {
      return { ok: false, refusal: refuseIo(error, "write to the journal", this.#path) };
    }
  }

  #restore(): Result<unknown> {
    if (this.#own === undefined || statFile(this.#path) !== undefined) return ok(undefined);
    const restored = restoreFile(this.#own.fd, this.#path);
    return restored.ok ? this.#join(this.#options.clone) : restored;
  }

  #appender(): Appender {
    const { clone, key } = this.#options;
    return {
      clone,
      key,
      io: this.#io,
      path: this.#path,
      open: () => this.#openToWrite(),
      fold: () => this.#fold(),
      recall: () => this.#fold({ isFromStart: true }),
      isInPlace: () => this.#own !== undefined && statFile(this.#path)?.ino === this.#own.ino,
      folded: () => this.#folded(),
      remembers: (id) => this.#folding.marks.get(clone)?.recent.has(id) === true,
    };
  }

  #folded(): ReturnType<Appender["folded"]> {
    const { marks, last } = this.#folding;
    const own = marks.get(this.#options.clone);
    const seen: Record<string, number> = {};
    for (const [clone, mark] of marks) if (mark !== own && mark.ordinal > 0) seen[clone] = mark.ordinal;
    return { ordinal: own?.ordinal ?? 0, digest: own?.digest ?? "", time: last?.[0] ?? -1, seen };
  }
}

/** A file of the local store, opened only if the fold reads it. */
class StoreFile implements FoundFile {
  readonly clone: CloneId;
  readonly path: string;
  readonly stat: FileStat;
  readonly #kept: number | undefined;
  #opened: number | undefined;

  constructor(clone: CloneId, path: string, stat: FileStat, kept: number | undefined) {
    this.clone = clone;
    this.path = path;
    this.stat = stat;
    this.#kept = kept;
  }

  readonly fd = (): number => this.#kept ?? (this.#opened ??= openToRead(this.path));

  close(): void {
    if (this.#opened !== undefined) closeQuietly(this.#opened);
  }
}

function thaw<S>(state: S, cursor: Cursor): Folding<S> {
  const marks = new Map(Object.entries(cursor.files).map(([clone, file]) => [clone as CloneId, thawMark(file)]));
  return { state, marks, last: cursor.last, total: cursor.total, newer: cursor.newer };
}
