import type { EditedText } from "./edited-text.ts";
import { applyEdits, type Piece, type TextEdit } from "./edited-text.ts";
import { clearSlots, putSlots, type JsonSlot } from "./json-part.ts";
import { clearMarkedLine, putMarkedLine, type MarkedLine } from "./marked-line.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import { clearTable, putTable, type TomlTable } from "./toml-part.ts";

/** What Holdfast wants to stand in one file of a host. */
export type Part = {
  /** Absolute. */
  readonly path: string;
  /** What it is for, in a few words. */
  readonly what: string;
  /** A folder that the file must lie in, whatever links lead there. */
  readonly within: string;
  /** Whose it is where the file may hold the same for several workspaces. */
  readonly scope?: string;
} & (
  | { readonly kind: "json"; readonly slots: readonly JsonSlot[] }
  | { readonly kind: "toml"; readonly table: TomlTable }
  | { readonly kind: "line"; readonly line: MarkedLine }
  | {
      /** A file that is all ours; `mark` stands in every version of it. */
      readonly kind: "file";
      readonly text: string;
      readonly mark: string;
      readonly isProgram?: true;
    }
);

/** What was done to a file, so that it can be undone to the byte. */
export interface Receipt {
  /** Digest of the text as it was left. */
  readonly after: string;
  /** Takes it back to what it was; absent where that is not known any more. */
  readonly undo?: readonly TextEdit[];
  /** There was no such file. */
  readonly isNew: boolean;
}

/** A file as it is and as it is to be; undefined is no file. */
export interface Change {
  readonly part: Part;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** What of it comes and goes; nothing of others' is in it. */
  readonly pieces: readonly Piece[];
  /** Absent where the file is taken away, or nothing changes. */
  readonly receipt?: Receipt;
}

/** What a part is known by from one run to the next. */
export const keyOf = ({ path, scope }: Part): string => (scope === undefined ? path : `${path}\n${scope}`);

export const pathOfKey = (key: string): string => key.split("\n", 1)[0]!;

export type Digest = (text: string) => string;

/** Works out what installing means for a file. The text of others stays as it is, to the byte. */
export function planInstall(
  part: Part,
  before: string | undefined,
  receipt: Receipt | undefined,
  digest: Digest,
): Result<Change> {
  const isUntouched = before !== undefined && receipt !== undefined && receipt.after === digest(before);
  if (part.kind === "file") return planFile(part, before, receipt, isUntouched, digest);
  // From what was there before us, so that undoing gives exactly that.
  const isKnown = isUntouched && receipt.undo !== undefined;
  const start = isKnown ? applyEdits(before, receipt.undo).text : before;
  const isNew = receipt?.isNew ?? before === undefined;
  // A file with nothing in it is no JSON, and nobody's settings either.
  const isBlank = start === undefined || (part.kind === "json" && start.trim() === "");
  const put = putInto(part, isBlank ? emptyOf(part) : start);
  if (!put.ok) return put;
  const { text, pieces } = put.value;
  const undo = isBlank && start !== undefined ? [{ offset: 0, length: text.length, text: start }] : put.value.undo;
  if (text === before) return ok(unchanged(part, before));
  // What cannot be told from ours, such as what came with a clone, is nothing to go back to.
  const isWhole = isKnown || (receipt === undefined && !hasOurs(part, before));
  return ok({
    part,
    before,
    after: text,
    pieces,
    receipt: { after: digest(text), isNew, ...(isWhole ? { undo } : {}) },
  });
}

/** Works out what uninstalling means for a file: as it was before, or, where it was edited since, without what is ours. */
export function planUninstall(
  part: Part,
  before: string | undefined,
  receipt: Receipt | undefined,
  digest: Digest,
): Result<Change> {
  if (before === undefined) return ok(unchanged(part, before));
  const isUntouched = receipt !== undefined && receipt.after === digest(before);
  if (part.kind === "file") {
    const isOurs = isUntouched || before === part.text || (receipt === undefined && before.includes(part.mark));
    return ok({ part, before, after: isOurs ? undefined : before, pieces: [] });
  }
  const cleared = isUntouched && receipt.undo ? ok(applyEdits(before, receipt.undo)) : clearFrom(part, before);
  // What cannot be read and has no word of ours has nothing of ours.
  if (!cleared.ok) return /holdfast/i.test(before) ? cleared : ok(unchanged(part, before));
  const { text, pieces } = cleared.value;
  const isAllOurs = isUntouched && part.scope === undefined;
  const isGone = receipt?.isNew === true && (isAllOurs || text.trim() === emptyOf(part).trim());
  return ok({ part, before, after: isGone ? undefined : text, pieces });
}

function hasOurs(part: Exclude<Part, { kind: "file" }>, text: string | undefined): boolean {
  if (text === undefined) return false;
  const cleared = clearFrom(part, text);
  return cleared.ok && cleared.value.text !== text;
}

const unchanged = (part: Part, text: string | undefined): Change => ({ part, before: text, after: text, pieces: [] });

/** Whether somebody has changed a file of ours: it is left to them. */
export function isEdited(part: Part, text: string | undefined, receipt: Receipt | undefined, digest: Digest): boolean {
  if (part.kind !== "file" || text === undefined || text === part.text) return false;
  return receipt === undefined ? !text.includes(part.mark) : receipt.after !== digest(text);
}

function planFile(
  part: Part & { readonly kind: "file" },
  before: string | undefined,
  receipt: Receipt | undefined,
  isUntouched: boolean,
  digest: Digest,
): Result<Change> {
  if (before === part.text) return ok(unchanged(part, before));
  if (before !== undefined && !isUntouched && isEdited(part, before, receipt, digest)) {
    return receipt === undefined
      ? refused("host-settings-taken", `${part.path} is another's`, { hint: "It is left as it is", place: part.path })
      : ok(unchanged(part, before));
  }
  return ok({ part, before, after: part.text, pieces: [], receipt: { after: digest(part.text), isNew: true } });
}

function putInto(part: Exclude<Part, { kind: "file" }>, text: string): Result<EditedText> {
  switch (part.kind) {
    case "json":
      return putSlots(text, part.slots, part.path);
    case "toml":
      return putTable(text, part.table, part.path);
    case "line":
      return ok(putMarkedLine(text, part.line));
    default:
      return part satisfies never;
  }
}

function clearFrom(part: Exclude<Part, { kind: "file" }>, text: string): Result<EditedText> {
  switch (part.kind) {
    case "json":
      return clearSlots(text, part.slots, part.path);
    case "toml":
      return clearTable(text, part.table, part.path);
    case "line":
      return ok(clearMarkedLine(text, part.line));
    default:
      return part satisfies never;
  }
}

const emptyOf = (part: Part): string => (part.kind === "json" ? "{}\n" : "");
