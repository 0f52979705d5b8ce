import { createHash } from "node:crypto";
import { join } from "node:path";
import { isObject } from "../../plan/shape.ts";
import type { Result } from "../../plan/refusal.ts";
import { readSmallFile, writeFileAtomic } from "../../workspace/files.ts";
import type { TextEdit } from "./edited-text.ts";
import type { Receipt } from "./part.ts";

/** What was written where on this machine, so that it can be taken out again to the byte. */
export interface Installed {
  readonly receipts: ReadonlyMap<string, Receipt>;
  /** Folders that were not there before, outer ones first. */
  readonly folders: readonly string[];
}

const LARGEST = 16 * 1024 * 1024;
const FORMAT = 1;

export const installedFile = (data: string): string => join(data, "installed.json");

export const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What is known of earlier installs; nothing where that was lost: then what is ours is told by what it says. */
export function readInstalled(data: string): Installed {
  const text = readSmallFile(installedFile(data), LARGEST);
  const value = text === undefined ? undefined : parse(text);
  const receipts = new Map<string, Receipt>();
  if (!isObject(value) || value["format"] !== FORMAT) return { receipts, folders: [] };
  const files = isObject(value["files"]) ? value["files"] : {};
  for (const [path, entry] of Object.entries(files)) {
    const receipt = toReceipt(entry);
    if (receipt !== undefined) receipts.set(path, receipt);
  }
  const folders = Array.isArray(value["folders"]) ? value["folders"].filter((one) => typeof one === "string") : [];
  return { receipts, folders };
}

export function writeInstalled(data: string, { receipts, folders }: Installed): Result<void> {
  const files = Object.fromEntries([...receipts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const text = `${JSON.stringify({ format: FORMAT, files, folders }, null, 2)}\n`;
  return writeFileAtomic(installedFile(data), text, { mode: 0o600 });
}

function toReceipt(value: unknown): Receipt | undefined {
  if (!isObject(value) || typeof value["after"] !== "string") return undefined;
  const { after, undo } = value;
  const isNew = value["isNew"] === true;
  return { after, isNew, ...(Array.isArray(undo) && undo.every(isEdit) ? { undo } : {}) };
}

const isEdit = (value: unknown): value is TextEdit =>
  isObject(value) &&
  Number.isSafeInteger(value["offset"]) &&
  Number.isSafeInteger(value["length"]) &&
  typeof value["text"] === "string";

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
