import { fstatSync } from "node:fs";
import type { CloneId } from "../plan/record.ts";
import { ok, refused, type Result } from "../plan/refusal.ts";
import type { Mark } from "./cursor.ts";
import { type FileStat, openToAppend, openToRead, refuseIo, statFile, statOf } from "./disk.ts";
import { closeQuietly, joinClone, journalFile, listClones } from "./journal-file.ts";
import { restoreFile } from "./restore.ts";
import type { SecondName } from "./second-name.ts";
import type { FoundFile } from "./source.ts";

/** The files of a journal on this machine: finds them, gives them back lost names, and keeps the own one open. */
export class LocalStore {
  /** The own file. */
  readonly path: string;
  /** Whether the own file has its second name. */
  secondName: SecondName = "off";
  readonly #clone: CloneId;
  readonly #dir: string;
  readonly #second: string | undefined;
  #own: { readonly fd: number; readonly ino: number } | undefined;
  #folder: { readonly mtimeMs: number; readonly clones: readonly CloneId[] } | undefined;

  constructor(clone: CloneId, dir: string, second: string | undefined) {
    this.#clone = clone;
    this.#dir = dir;
    this.#second = second;
    this.path = journalFile(dir, clone);
  }

  /** The own file's descriptor, if it is open for writing. */
  get fd(): number | undefined {
    return this.#own?.fd;
  }

  /** Whether the own file has its name. */
  exists(): boolean {
    return statFile(this.path) !== undefined;
  }

  /** Whether the own file's name leads to what is open. */
  isInPlace(): boolean {
    return this.#own !== undefined && statFile(this.path)?.ino === this.#own.ino;
  }

  /** Joins the names of every file that has one. */
  joinAll(): Result<unknown> {
    if (this.#second === undefined) return ok(undefined);
    for (const clone of new Set([...listClones(this.#dir), ...listClones(this.#second)])) {
      const joined = this.join(clone);
      if (!joined.ok) return joined;
    }
    return ok(undefined);
  }

  /** Joins both names of a clone's file. */
  join(clone: CloneId): Result<SecondName> {
    this.#folder = undefined;
    const joined = joinClone(this.#dir, this.#second, clone);
    if (joined.ok && clone === this.#clone) this.secondName = joined.value;
    return joined;
  }

  /** The clones that have a file. The folder is read again only when it has changed. */
  clones(): readonly CloneId[] {
    const stat = statOf(this.#dir);
    if (stat === undefined) return [];
    if (this.#folder?.mtimeMs === stat.mtimeMs) return this.#folder.clones;
    const clones = listClones(this.#dir);
    // Two changes within a tick of the clock look like one: a fresh time is not to be relied on.
    this.#folder = Date.now() - stat.mtimeMs > 3000 ? { mtimeMs: stat.mtimeMs, clones } : undefined;
    return clones;
  }

  /** The files to fold. Those that lost a name since `marks` saw them get it back first. Throws where one cannot be read. */
  find(marks: ReadonlyMap<CloneId, Mark>): Result<StoreFile[]> {
    const files = this.#lookUp();
    const lost = this.#second === undefined ? [] : this.#findLost(files, marks);
    if (lost.length === 0) return ok(files);
    for (const clone of lost) {
      const joined = this.join(clone);
      if (!joined.ok) return joined;
    }
    return ok(this.#lookUp());
  }

  /** The own file for a writer: put back where it has vanished, never made. */
  openToWrite(): Result<number> {
    try {
      const stat = statFile(this.path);
      if (stat !== undefined && this.#own?.ino === stat.ino && this.#hasNames(stat)) return ok(this.#own.fd);
      const joined = this.join(this.#clone);
      const restored = joined.ok ? this.#restore() : joined;
      if (!restored.ok) return restored;
      const found = statFile(this.path);
      if (found !== undefined) this.#openOwn(found.ino);
      // Opening it once more gives the reason why it could not be opened.
      if (found === undefined || this.#own === undefined) closeQuietly(openToAppend(this.path));
      if (this.#own !== undefined) return ok(this.#own.fd);
      return refused("journal-missing", "The journal cannot be opened.", { place: this.path });
    } catch (error) {
      return { ok: false, refusal: refuseIo(error, "write to the journal", this.path) };
    }
  }

  close(): void {
    if (this.#own !== undefined) closeQuietly(this.#own.fd);
    this.#own = undefined;
  }

  #lookUp(): StoreFile[] {
    const files: StoreFile[] = [];
    for (const clone of this.clones()) {
      const path = journalFile(this.#dir, clone);
      const stat = statFile(path);
      if (stat === undefined) continue;
      if (clone === this.#clone) this.#openOwn(stat.ino);
      files.push(new StoreFile(clone, path, stat, clone === this.#clone ? this.fd : undefined));
    }
    return files;
  }

  #findLost(files: readonly StoreFile[], marks: ReadonlyMap<CloneId, Mark>): readonly CloneId[] {
    const lost: CloneId[] = [];
    for (const [clone, { seen }] of marks) {
      const stat = files.find((file) => file.clone === clone)?.stat;
      if (seen !== undefined && !(stat?.ino === seen.ino && this.#hasNames(stat))) lost.push(clone);
    }
    return lost;
  }

  #hasNames(stat: FileStat): boolean {
    return this.#second === undefined || stat.nlink > 1 || this.secondName === "none";
  }

  /** Keeps the own file open, for writing where that is allowed. */
  #openOwn(ino: number): void {
    if (this.#own?.ino === ino) return;
    this.close();
    try {
      const fd = openToAppend(this.path);
      this.#own = { fd, ino: fstatSync(fd).ino };
    } catch {
      // It can still be read; a writer will be told why not.
    }
  }

  #restore(): Result<unknown> {
    if (this.#own === undefined || this.exists()) return ok(undefined);
    const restored = restoreFile(this.#own.fd, this.path);
    return restored.ok ? this.join(this.#clone) : restored;
  }
}

/** A file of the local store, opened only if the fold reads it. */
export class StoreFile implements FoundFile {
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
