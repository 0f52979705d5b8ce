import {
  accessSync,
  chmodSync,
  constants,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { dirname } from "node:path";
import { TextDecoder } from "node:util";
import { ok, refused, type Refusal, type Result } from "../../plan/refusal.ts";
import { isInside } from "../../workspace/contained-path.ts";
import { codeOf, writeFileAtomic } from "../../workspace/files.ts";
import { digestOf, installedFile, readInstalled, writeInstalled, type Installed } from "./installed.ts";
import { keyOf, pathOfKey, planInstall, planUninstall, type Change, type Part, type Receipt } from "./part.ts";

/** What is to be done to files, and what stands in the way. Nothing has been written. */
export interface Plan {
  readonly changes: readonly Change[];
  readonly refusals: readonly Refusal[];
}

const LARGEST = 16 * 1024 * 1024;

type Way = "install" | "uninstall";

export function planParts(parts: readonly Part[], data: string, way: Way): Plan {
  const { receipts } = readInstalled(data);
  const changes: Change[] = [];
  const refusals: Refusal[] = [];
  for (const part of parts) {
    const text = readHostFile(part.path);
    const planned = text.ok
      ? way === "install"
        ? planInstall(part, text.value, receipts.get(keyOf(part)), digestOf)
        : planUninstall(part, text.value, receipts.get(keyOf(part)) ?? originOf(part, receipts), digestOf)
      : text;
    if (planned.ok) changes.push(withOrigin(planned.value, receipts));
    else refusals.push(planned.refusal);
  }
  return { changes, refusals };
}

/** A file that was made for one workspace is no less ours when another comes into it. */
function withOrigin(change: Change, receipts: Installed["receipts"]): Change {
  const { part, receipt } = change;
  const isNew = receipt !== undefined && originOf(part, receipts) !== undefined;
  return isNew ? { ...change, receipt: { ...receipt, isNew } } : change;
}

/** That some install has made a file which several share; what else is known of that is not this part's. */
function originOf(part: Part, receipts: Installed["receipts"]): Receipt | undefined {
  const isNew = [...receipts].some(([key, known]) => pathOfKey(key) === part.path && known.isNew);
  return part.scope !== undefined && isNew ? { after: "", isNew } : undefined;
}

export const isChange = ({ before, after }: Change): boolean => before !== after;

/** Writes what was planned, file by file, each whole. What was changed meanwhile is left and named. */
export function applyChanges(changes: readonly Change[], data: string, way: Way): Result<readonly Refusal[]> {
  const installed = readInstalled(data);
  const receipts = new Map(installed.receipts);
  const folders = new Set(installed.folders);
  const refusals: Refusal[] = [];
  if (way === "install" && changes.some(isChange)) {
    // What could not be remembered could not be taken out again.
    const kept = makeDataFolder(data, folders);
    if (!kept.ok) return kept;
  }
  for (const change of changes) {
    const done = isChange(change) ? applyChange(change, folders) : makeStartable(change);
    if (!done.ok) refusals.push(done.refusal);
    else keepReceipt(receipts, change, way);
  }
  const left = removeEmpty({ receipts, folders: [...folders] });
  if (receipts.size === 0) {
    removeQuietly(installedFile(data));
    removeEmpty({ receipts, folders: [...left.folders, data] });
    return ok(refusals);
  }
  const kept = makeDataFolder(data, folders);
  if (!kept.ok) return kept;
  const written = writeInstalled(data, { receipts, folders: [...new Set([...left.folders, ...folders])] });
  return written.ok ? ok(refusals) : written;
}

function keepReceipt(receipts: Map<string, Receipt>, { part, before, after, receipt }: Change, way: Way): void {
  if (receipt !== undefined) receipts.set(keyOf(part), receipt);
  else if (way === "uninstall" || before !== after) {
    receipts.delete(keyOf(part));
    const known = [...receipts.keys()].filter((key) => pathOfKey(key) === part.path);
    if (known.every((key) => key === part.path)) receipts.delete(part.path);
  }
}

/** The text of a settings file; undefined where there is none. What is not UTF-8 would be changed by being read. */
export function readHostFile(path: string): Result<string | undefined> {
  try {
    if (!statSync(path).isFile()) return refused("not-a-file", `${path} is not a plain file`, { place: path });
    if (statSync(path).size > LARGEST) return refused("bad-host-settings", `${path} is too large`, { place: path });
    return ok(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(path)));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return ok(undefined);
    const why =
      codeOf(error) === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "is not UTF-8" : `cannot be read (${codeOf(error)})`;
    return refused("bad-host-settings", `${path} ${why}`, { place: path });
  }
}

function applyChange({ part, before, after }: Change, folders: Set<string>): Result<void> {
  const now = readHostFile(part.path);
  if (!now.ok) return now;
  if (now.value !== before) {
    return refused("changed-meanwhile", `${part.path} was changed while this was being decided`, {
      hint: "Run it again",
      place: part.path,
    });
  }
  try {
    if (after === undefined) return removeFile(part);
    const folder = dirname(part.path);
    if (!isContained(part.within, folder)) {
      return refused("leads-out", `${folder} leads out of ${part.within}`, { place: folder });
    }
    makeFolders(folder, folders);
    const mode = part.kind === "file" && part.isProgram === true ? { mode: 0o755 } : {};
    const written = writeFileAtomic(part.path, after, { within: part.within, sync: true, ...mode });
    if (written.ok && "mode" in mode) chmodSync(part.path, mode.mode);
    return written;
  } catch (error) {
    return refused("cannot-write", `${part.path} could not be written (${codeOf(error)})`, { place: part.path });
  }
}

/** A program of ours that is there word for word may have lost its right to be run. */
function makeStartable({ part, before }: Change): Result<void> {
  if (part.kind !== "file" || part.isProgram !== true || before !== part.text) return ok(undefined);
  try {
    if ((statSync(part.path).mode & 0o111) === 0) chmodSync(part.path, 0o755);
    return ok(undefined);
  } catch (error) {
    return refused("cannot-write", `${part.path} cannot be made a program (${codeOf(error)})`, { place: part.path });
  }
}

function removeFile({ path }: Part): Result<void> {
  if (lstatSync(path).isSymbolicLink()) {
    return refused("leads-out", `${path} is a link, and is left`, { place: path });
  }
  unlinkSync(path);
  return ok(undefined);
}

/** Whether the part of a path that exists lies within a folder, links followed. */
function isContained(within: string, folder: string): boolean {
  try {
    return isInside(realpathSync.native(within), realpathSync.native(folder));
  } catch {
    return dirname(folder) !== folder && isContained(within, dirname(folder));
  }
}

/** Makes a folder and those around it, and remembers which were not there. */
function makeFolders(folder: string, made: Set<string>): void {
  const outermost = mkdirSync(folder, { recursive: true });
  if (outermost === undefined) return;
  const below: string[] = [];
  for (let at = folder; isInside(outermost, at); at = dirname(at)) below.unshift(at);
  for (const one of below) made.add(one);
}

function makeDataFolder(data: string, folders: Set<string>): Result<void> {
  try {
    makeFolders(data, folders);
    accessSync(data, constants.W_OK);
    return ok(undefined);
  } catch (error) {
    return refused("cannot-write", `${data} cannot be written (${codeOf(error)})`, {
      hint: "What was installed where is remembered there; XDG_DATA_HOME names another place",
      place: data,
    });
  }
}

/** Takes away those of our folders that hold nothing any more; the others stay ours. */
function removeEmpty({ receipts, folders }: Installed): Installed {
  const isNeeded = (folder: string): boolean => [...receipts.keys()].some((key) => isInside(folder, pathOfKey(key)));
  const left = folders.filter((folder) => isNeeded(folder));
  for (const folder of folders.filter((one) => !isNeeded(one)).toSorted((a, b) => b.length - a.length)) {
    try {
      rmdirSync(folder);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") left.push(folder);
    }
  }
  return { receipts, folders: left };
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was not there.
  }
}
