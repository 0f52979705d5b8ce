import { createHash } from "node:crypto";
import { closeSync, lstatSync, openSync, readlinkSync, readSync, type BigIntStats } from "node:fs";

/** A path as its bytes, one character each: names need not be UTF-8. */
export type PathBytes = string & { readonly __brand: "PathBytes" };

export const pathBytes = (path: string): PathBytes => Buffer.from(path).toString("latin1") as PathBytes;

export const pathBuffer = (path: string): Buffer => Buffer.from(path, "latin1");

/** Layout of Git's index, version 2: a header, entries with fields of fixed places before their path, a digest. */
const HEADER = 12;
const DIGEST = 20;
const MODE_AT = 24;
const OBJECT_AT = 40;
const FLAGS_AT = 60;
const PATH_AT = 62;
const VERSION = 2;
const LONGEST_NOTED_PATH = 0xfff;
/** Of the flags: a stage in a merge, or more flags than version 2 has. */
const STRANGE_FLAGS = 0x7000;

/** The files that an index of Git's holds. Knows as much of its format as our own indexes use. */
export class IndexFile {
  /** All of it, as a file. */
  readonly bytes: Buffer;
  /** Where each entry begins, and where the last one ends. */
  readonly #starts: Uint32Array;

  private constructor(bytes: Buffer, starts: Uint32Array) {
    this.bytes = bytes;
    this.#starts = starts;
  }

  static readonly empty = new IndexFile(Buffer.alloc(HEADER), Uint32Array.of(HEADER));

  /** Undefined where it is damaged, or says more than we know of. */
  static parse(bytes: Buffer): IndexFile | undefined {
    if (bytes.length < HEADER + DIGEST || bytes.toString("latin1", 0, 4) !== "DIRC") return undefined;
    if (bytes.readUInt32BE(4) !== VERSION) return undefined;
    const count = bytes.readUInt32BE(8);
    const end = bytes.length - DIGEST;
    if (count > end / PATH_AT) return undefined;
    const starts = new Uint32Array(count + 1);
    let at = HEADER;
    for (let index = 0; index < count; index += 1) {
      starts[index] = at;
      if (at + PATH_AT >= end) return undefined;
      const flags = bytes.readUInt16BE(at + FLAGS_AT);
      const noted = flags & LONGEST_NOTED_PATH;
      const pathEnd = noted === LONGEST_NOTED_PATH ? bytes.indexOf(0, at + PATH_AT) : at + PATH_AT + noted;
      if ((flags & STRANGE_FLAGS) !== 0 || pathEnd < 0 || pathEnd >= end || bytes[pathEnd] !== 0) return undefined;
      at += sizeOf(pathEnd - at - PATH_AT);
    }
    starts[count] = at;
    return at > end ? undefined : new IndexFile(bytes, starts);
  }

  get count(): number {
    return this.#starts.length - 1;
  }

  /** `<mode> <digest> 0\t<path>\0` for each file in order, as `git ls-files -s -z` lists them. */
  list(leaveOut: readonly PathBytes[]): Buffer {
    const left = leaveOut.map(pathBuffer);
    const listing = Buffer.allocUnsafe(this.bytes.length + this.count * LISTED_MORE);
    let size = 0;
    for (let index = 0; index < this.count; index += 1) {
      const at = this.#starts[index]!;
      const pathEnd = this.#pathEnd(index);
      if (left.some((path) => this.#isWithin(at + PATH_AT, pathEnd, path))) continue;
      size = this.#writeLine(listing, size, at, pathEnd);
    }
    return listing.subarray(0, size);
  }

  has(path: PathBytes): boolean {
    return this.#find(path)[1];
  }

  /** The folders that hold its files, the root aside. */
  folders(): ReadonlySet<PathBytes> {
    const folders = new Set<PathBytes>();
    let last = "";
    for (let index = 0; index < this.count; index += 1) {
      const from = this.#starts[index]! + PATH_AT;
      let slash = this.#pathEnd(index);
      while (slash > from && this.bytes[slash] !== SLASH) slash -= 1;
      if (slash === from || this.#isFolder(last, from, slash)) continue;
      last = this.bytes.toString("latin1", from, slash);
      // Those above are known with the first folder in them.
      for (let path = last; path !== "" && !folders.has(path as PathBytes); path = path.slice(0, above(path))) {
        folders.add(path as PathBytes);
      }
    }
    return folders;
  }

  /** The files below a folder. */
  below(folder: PathBytes): readonly PathBytes[] {
    const prefix = `${folder}/`;
    const paths: PathBytes[] = [];
    for (let at = this.#find(prefix)[0]; this.#path(at)?.startsWith(prefix) === true; at += 1) {
      paths.push(this.#path(at) as PathBytes);
    }
    return paths;
  }

  #isFolder(folder: string, from: number, to: number): boolean {
    if (folder.length !== to - from) return false;
    for (let at = to - from - 1; at >= 0; at -= 1) {
      if (this.bytes[from + at] !== folder.charCodeAt(at)) return false;
    }
    return true;
  }

  /** The same index with these as they are now: undefined takes one out, with all that is below it. */
  with(changes: ReadonlyMap<PathBytes, Buffer | undefined>): IndexFile {
    const taken = new Set<number>();
    const added: { readonly at: number; readonly entry: Buffer }[] = [];
    for (const [path, entry] of [...changes].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const [at, isThere] = this.#find(path);
      if (isThere) taken.add(at);
      // A folder and a file of one name: the later of the two stands.
      const from = this.#find(`${path}/`)[0];
      for (const [nth] of this.below(path).entries()) taken.add(from + nth);
      if (entry === undefined) continue;
      for (let cut = path.indexOf("/"); cut > 0; cut = path.indexOf("/", cut + 1)) {
        const [above, isFile] = this.#find(path.slice(0, cut));
        if (isFile) taken.add(above);
      }
      added.push({ at, entry });
    }
    const changed = IndexFile.parse(this.#write(taken, added));
    if (changed === undefined) throw new Error("bug: an index that was changed cannot be read");
    return changed;
  }

  #write(taken: ReadonlySet<number>, added: readonly { readonly at: number; readonly entry: Buffer }[]): Buffer {
    const header = Buffer.alloc(HEADER);
    header.write("DIRC", "latin1");
    header.writeUInt32BE(VERSION, 4);
    header.writeUInt32BE(this.count - taken.size + added.length, 8);
    const parts: Buffer[] = [header];
    let from = 0;
    const keepTo = (to: number): void => {
      if (to > from) parts.push(this.bytes.subarray(this.#starts[from], this.#starts[to]));
      from = to;
    };
    const cuts = [...[...taken].map((at) => ({ at, entry: undefined })), ...added];
    // What is put in at a place comes before what is taken out there.
    for (const { at, entry } of cuts.toSorted((a, b) => a.at - b.at || Number(!a.entry) - Number(!b.entry))) {
      keepTo(at);
      if (entry === undefined) from = at + 1;
      else parts.push(entry);
    }
    keepTo(this.count);
    // No digest: Git looks at none here, and takes this for one that was left out to be quick.
    return Buffer.concat([...parts, Buffer.alloc(DIGEST)]);
  }

  /** Where a path stands, or would stand; paths are in the order of their bytes. */
  #find(path: string): readonly [at: number, isThere: boolean] {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#path(middle)!;
      if (other === path) return [middle, true];
      if (other < path) low = middle + 1;
      else high = middle;
    }
    return [low, false];
  }

  #path(index: number): string | undefined {
    if (index >= this.count) return undefined;
    return this.bytes.toString("latin1", this.#starts[index]! + PATH_AT, this.#pathEnd(index));
  }

  #pathEnd(index: number): number {
    const at = this.#starts[index]!;
    const noted = this.bytes.readUInt16BE(at + FLAGS_AT) & LONGEST_NOTED_PATH;
    return noted === LONGEST_NOTED_PATH ? this.bytes.indexOf(0, at + PATH_AT) : at + PATH_AT + noted;
  }

  /** Whether the path between two places is this one, or below it. */
  #isWithin(from: number, to: number, path: Buffer): boolean {
    const length = to - from;
    if (length < path.length || this.bytes[from] !== path[0]) return false;
    if (length > path.length && this.bytes[from + path.length] !== SLASH) return false;
    return this.bytes.compare(path, 0, path.length, from, from + path.length) === 0;
  }

  #writeLine(listing: Buffer, start: number, at: number, pathEnd: number): number {
    const bytes = this.bytes;
    let to = start;
    const mode = bytes.readUInt32BE(at + MODE_AT);
    for (let shift = 15; shift >= 0; shift -= 3) listing[to++] = ZERO + ((mode >> shift) & 7);
    listing[to++] = SPACE;
    for (let from = at + OBJECT_AT; from < at + FLAGS_AT; from += 1) {
      const byte = bytes[from]!;
      listing[to++] = HEX[byte >> 4]!;
      listing[to++] = HEX[byte & 15]!;
    }
    listing[to++] = SPACE;
    listing[to++] = ZERO;
    listing[to++] = TAB;
    for (let from = at + PATH_AT; from <= pathEnd; from += 1) listing[to++] = bytes[from]!;
    return to;
  }
}

const above = (path: string): number => Math.max(0, path.lastIndexOf("/"));

const [ZERO, SPACE, TAB, SLASH] = [0x30, 0x20, 0x09, 0x2f];
const HEX = Buffer.from("0123456789abcdef");
/** By how much a line may be longer than its entry. */
const LISTED_MORE = 8;

/** Entries end with at least one byte of nothing, and at a multiple of eight. */
const sizeOf = (pathBytes: number): number => (PATH_AT + pathBytes + 8) & ~7;

const CHUNK = 1024 * 1024;

/**
 * The entry of a file or link as it is now; undefined where neither stands there. Its times are taken before its content
 * is read: what changes in between is seen to have changed the next time.
 */
export function readEntry(root: string, path: PathBytes): Buffer | undefined {
  const file = placeOf(root, path);
  const stat = statOf(file);
  if (stat === undefined || !(stat.isFile() || stat.isSymbolicLink())) return undefined;
  const object = stat.isFile() ? digestFile(file, Number(stat.size)) : digestBlob(readlinkSync(file, "buffer"));
  const mode = stat.isFile() ? ((stat.mode & 0o100n) === 0n ? 0o100644 : 0o100755) : 0o120000;
  const name = pathBuffer(path);
  const entry = Buffer.alloc(sizeOf(name.length));
  let at = 0;
  for (const value of timesOf(stat)) at = entry.writeUInt32BE(Number(value & 0xffffffffn), at);
  entry.writeUInt32BE(mode, MODE_AT);
  entry.writeUInt32BE(Number(stat.uid & 0xffffffffn), MODE_AT + 4);
  entry.writeUInt32BE(Number(stat.gid & 0xffffffffn), MODE_AT + 8);
  entry.writeUInt32BE(Number(stat.size & 0xffffffffn), MODE_AT + 12);
  object.copy(entry, OBJECT_AT);
  entry.writeUInt16BE(Math.min(name.length, LONGEST_NOTED_PATH), FLAGS_AT);
  name.copy(entry, PATH_AT);
  return entry;
}

/** Where a path leads, in a form in which files can be asked for whatever their names are. */
export const placeOf = (root: string, path: PathBytes): Buffer =>
  Buffer.concat([Buffer.from(`${root}/`), pathBuffer(path)]);

function statOf(file: Buffer): BigIntStats | undefined {
  try {
    return lstatSync(file, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    // Something else stands where a folder was.
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}

const SECOND = 1_000_000_000n;

const timesOf = ({ ctimeNs, mtimeNs, dev, ino }: BigIntStats): readonly bigint[] => [
  ctimeNs / SECOND,
  ctimeNs % SECOND,
  mtimeNs / SECOND,
  mtimeNs % SECOND,
  dev,
  ino,
];

const digestBlob = (content: Buffer): Buffer =>
  createHash("sha1").update(`blob ${content.length}\0`).update(content).digest();

const READ_AGAIN = 3;

/** Git digests the size first: a file that turns out to have another is read again as it then is. */
function digestFile(file: Buffer, size: number, left = READ_AGAIN): Buffer {
  const fd = openSync(file, "r");
  try {
    const hash = createHash("sha1").update(`blob ${size}\0`);
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, size + 1));
    let read = 0;
    for (let count = -1; count !== 0; read += count) {
      count = readSync(fd, chunk, 0, chunk.length, null);
      hash.update(chunk.subarray(0, count));
    }
    return read === size || left === 0 ? hash.digest() : digestFile(file, read, left - 1);
  } finally {
    closeSync(fd);
  }
}
