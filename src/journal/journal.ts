import { dirname } from "node:path";
import type { Author, CloneId, JournalEvent, PlacedRecord, RecordId } from "../plan/record.ts";
import { ok, refuse, type Refusal, type Result } from "../plan/refusal.ts";
import { absorbPublished, type AbsorbOptions, hasUnread, loadReceipt, type Receipt } from "./absorb.ts";
import { type Attempt, appendRecord, type Appender } from "./append.ts";
import { type Cursor, isSameSight } from "./cursor.ts";
import { checkFileSystem, type FsType, type Io, realIo, refuseIo, statFile, sweepTemps } from "./disk.ts";
import { continueFolding, cursorOf, drain, type Folding, resumeFolding, startFolding } from "./fold.ts";
import { createJournalFile, journalFile } from "./journal-file.ts";
import { LossList } from "./losses.ts";
import { type JournalProblem, ProblemList } from "./problem.ts";
import { readCopies } from "./publish.ts";
import type { SecondName } from "./second-name.ts";
import { SnapshotPair, type SnapshotPairOptions } from "./snapshot-pair.ts";
import type { Source } from "./source.ts";
import { LocalStore, type StoreFile } from "./store.ts";

export interface JournalOptions<S, Spill> extends SnapshotPairOptions<S, Spill> {
  /** This clone: the owner of the one file that is written. */
  readonly clone: CloneId;
  /** Folder of the local store, one file a clone. */
  readonly dir: string;
  /** Folder of the files' second names, on the same file system. */
  readonly second?: string;
  /** Folder of the copies that clones exchange, and the file that says what has been read of them. */
  readonly published?: string;
  readonly receipt?: string;
  /** Meets, in their place in the order, the records whose format is too new to be folded. */
  readonly onNewer?: (record: PlacedRecord) => void;
  /** Meets every record that is folded, with its text. */
  readonly inspect?: (record: PlacedRecord, raw: string) => void;
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
  readonly #store: LocalStore;
  readonly #io: Io;
  readonly #problems = new ProblemList();
  readonly #receipt: Receipt;
  readonly #attempts = new Map<RecordId, Attempt>();
  readonly #losses = new LossList();
  readonly #snapshots: SnapshotPair<S, Spill>;
  #folding: Folding<S>;
  #isWhole = false;
  #spills: Spill[] = [];
  #syncedBytes = 0;
  #hasSwept = false;

  private constructor(options: JournalOptions<S, Spill>) {
    this.#options = options;
    this.#store = new LocalStore(options.clone, options.dir, options.second);
    this.#io = options.io ?? realIo;
    this.#snapshots = new SnapshotPair(options);
    this.#receipt = loadReceipt(options.published === undefined ? undefined : options.receipt);
    this.#folding = startFolding(options.reducer.initial());
  }

  /** See `openJournal`. */
  static open<S, Spill>(options: JournalOptions<S, Spill>): Result<Journal<S, Spill>> {
    const unfit = checkFileSystem(options.dir, options.fsType);
    if (unfit !== undefined) return { ok: false, refusal: unfit };
    const journal = new Journal(options);
    const joined = journal.#store.joinAll();
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

  /** The lowest newer format among the records; those are in the journal, but not in the state. */
  get newerFormat(): number | undefined {
    return this.#folding.newer;
  }

  /** Whether the own file has its second name. */
  get secondName(): SecondName {
    return this.#store.secondName;
  }

  /** Whether this clone has a journal. */
  exists(): boolean {
    return this.#store.exists();
  }

  /** Makes this clone's file and its second name; harmless where they are there already. */
  create(): Result<void> {
    const { dir, clone, published, fsType } = this.#options;
    const unfit = checkFileSystem(dir, fsType);
    if (unfit !== undefined) return { ok: false, refusal: unfit };
    const joined = this.#store.join(clone);
    if (!joined.ok) return joined;
    if (this.exists()) return ok(undefined);
    // Starting over would give new records the ordinals of those that others have already taken in.
    if (this.#isShrunk()) return this.#refuseShrunk();
    if (published !== undefined && readCopies(journalFile(published, clone), clone).size > 0)
      return this.#refuseShrunk();
    const created = createJournalFile(this.#store.path);
    if (!created.ok) return created;
    const named = this.#store.join(clone);
    return named.ok ? ok(undefined) : named;
  }

  /** Folds what is new, here and in the published files. Costs a stat a file where nothing is. */
  refresh(): Result<Folded<Spill>> {
    const local = this.#fold();
    if (!local.ok) return local;
    let { changed, refolded } = local.value;
    const absorb = this.#absorbOptions();
    if (absorb !== undefined && hasUnread(absorb, this.#receipt, this.#ordinalOf)) {
      absorbPublished(absorb, this.#receipt, this.#ordinalOf, this.#problems);
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
    const opened = this.#store.openToWrite();
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
   * whether to refresh and write again. With `mayLag` one that is large and few records behind is left as it is.
   */
  writeSnapshot({ mayLag = false }: { readonly mayLag?: boolean } = {}): Result<void> {
    const { snapshot, clone } = this.#options;
    if (snapshot === undefined || this.#isShrunk() || !this.#isWhole) return ok(undefined);
    if (mayLag && this.#snapshots.isNearlyNew(this.#folding.total)) return ok(undefined);
    try {
      // A snapshot that survives a power cut must not know of records that do not.
      const mark = this.#folding.marks.get(clone);
      const { fd } = this.#store;
      if (fd !== undefined && mark !== undefined && mark.bytes > this.#syncedBytes) {
        this.#io.sync(fd);
        this.#syncedBytes = mark.bytes;
      }
      this.#sweep();
      this.#snapshots.write(this.#folding.state, this.cursor());
      return ok(undefined);
    } catch (error) {
      return { ok: false, refusal: refuseIo(error, "write the snapshot", snapshot) };
    }
  }

  /** Whether a file of the local store has changed since the fold. Costs a stat a file. */
  isBehind(): boolean {
    const clones = this.#store.clones();
    if (clones.length < this.#folding.marks.size) return true;
    return clones.some((clone) => {
      const stat = statFile(journalFile(this.#options.dir, clone));
      return !isSameSight(stat, this.#folding.marks.get(clone)?.seen);
    });
  }

  /** Lets go of the file. The journal must not be used afterwards. */
  close(): void {
    this.#store.close();
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
    if (newer !== undefined) return refuseNewer(newer, this.#store.path);
    const shrunk = this.#isShrunk() ? this.#refuseShrunk() : undefined;
    return shrunk?.refusal;
  }

  #isShrunk(): boolean {
    return this.#losses.gone.has(this.#options.clone);
  }

  #refuseShrunk(): { readonly ok: false; readonly refusal: Refusal } {
    const refusal = refuse("journal-shrunk", "The journal has lost records that a snapshot still knows of.", {
      hint: "Run `holdfast journal rescue`: it collects what is left and keeps every file.",
      place: this.#store.path,
    });
    return { ok: false, refusal };
  }

  #fold(options: { readonly isFromStart?: boolean } = {}): Result<Omit<Folded<Spill>, "spills">> {
    let files: StoreFile[] = [];
    try {
      const found = this.#store.find(this.#folding.marks);
      if (!found.ok) return found;
      files = found.value;
      return ok(this.#foldFiles(files, options.isFromStart === true));
    } catch (error) {
      return { ok: false, refusal: refuseIo(error, "read the journal", this.#store.path) };
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
      onNewer: this.#options.onNewer,
      inspect: this.#options.inspect,
      own: clone,
      watched: this.#attempts,
    });
    this.#isWhole = true;
    this.#judgeLosses();
    return { changed, refolded };
  }

  /** Where to go on from: memory, the snapshot, the earlier one, or the beginning, whichever fits the files. */
  #base(
    files: readonly StoreFile[],
    isFromStart: boolean,
  ): { folding: Folding<S>; sources: Source[]; refolded: boolean } {
    if (this.#isWhole) {
      const sources = isFromStart ? undefined : continueFolding(this.#folding, files);
      if (sources !== undefined) return { folding: this.#folding, sources, refolded: false };
      this.#losses.claim(this.cursor());
    }
    const refolded = this.#isWhole;
    for (const found of isFromStart ? [] : this.#snapshots.read()) {
      const folding = resumeFolding(found.state, found.cursor);
      const sources = continueFolding(folding, files);
      if (sources === undefined) this.#losses.claim(found.cursor);
      else {
        this.#snapshots.use(found);
        return { folding, sources, refolded };
      }
    }
    this.#snapshots.use(undefined);
    this.#problems.forgetLines();
    const folding = startFolding(this.#options.reducer.initial());
    return { folding, sources: continueFolding(folding, files) ?? [], refolded };
  }

  #judgeLosses(): void {
    const { dir } = this.#options;
    for (const clone of this.#losses.gone.keys()) this.#problems.forgetFile(journalFile(dir, clone));
    this.#losses.judge(this.#folding.marks);
    for (const [clone, count] of this.#losses.gone) {
      const isOne = count === 1;
      const message = `${count} record${isOne ? "" : "s"} that a snapshot knows of ${isOne ? "is" : "are"} gone.`;
      this.#report({ reason: "journal-shrunk", clone, file: journalFile(dir, clone), message });
    }
  }

  #appender(): Appender {
    const { clone, key } = this.#options;
    return {
      clone,
      key,
      io: this.#io,
      path: this.#store.path,
      open: () => this.#store.openToWrite(),
      fold: () => this.#fold(),
      recall: () => this.#fold({ isFromStart: true }),
      isInPlace: () => this.#store.isInPlace(),
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

/** What a program says that is too old to fold a journal, and so to write anything that follows from it. */
export function refuseNewer(format: number, place: string): Refusal {
  return refuse("newer-format", `This journal holds records of format ${format}, which this Holdfast cannot fold.`, {
    hint: "Upgrade Holdfast; until then the plan can be read but not written.",
    place,
  });
}
