/* oxlint-disable no-control-regex -- control characters are what this file is about */
/**
 * Text that somebody else wrote, made fit to stand beside ours: it can colour no terminal, hide nothing,
 * and begin no part of a document of its own.
 */

const CSI = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]/g;
const STRING_SEQUENCE =
  /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n\r]*(?:\u0007|\u001b\\|\u009c)?/g;
const ESCAPE = /\u001b[ -/]*[0-~]?/g;
const LINE_BREAK = /\r\n|[\n\r\u000b\u000c\u0085\u2028\u2029]/g;
const TAG = /<(?=[a-z/!?])/gi;
const OUR_MARKER = /<(?=\/?holdfast|!-*\s*holdfast)/gi;

/** Nothing to take out, so that lists of thousands of ordinary titles cost next to nothing. */
const IS_PLAIN =
  /^[!-;=-~\u00a1-\u00ac\u00ae-\u034e\u0350-\u05ff\u3001-\u3163\u3165-\ua7ff\uac00-\ud7a3]?(?: ?[!-;=-~\u00a1-\u00ac\u00ae-\u034e\u0350-\u05ff\u3001-\u3163\u3165-\ua7ff\uac00-\ud7a3])*$/;

/** Quote marks and list markers that a block may stand behind. */
const CONTAINER = /^(?:[ ]*(?:>|[-*+](?=[ ])|\d{1,9}[.)](?=[ ])))*[ ]*/;
const STARTS_BLOCK = /^(?:#{1,6}(?:\s|$)|`{3}|~{3}|=+\s*$|-+\s*$|\[[^\]]*\]:)/;

/** What the classes of characters below are about; they are dear to read, so they are no constants. */
const MAY_BE_HIDDEN = /[^\n\t -~]/;

/** Line breaks and tabs stay. */
function withoutHidden(text: string): string {
  if (!MAY_BE_HIDDEN.test(text)) return text;
  return text.replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, "").toWellFormed();
}

const withoutSequences = (text: string): string =>
  text.replace(CSI, "").replace(STRING_SEQUENCE, "").replace(ESCAPE, "");

/** At most `maxChars` UTF-16 units, ending in an ellipsis where something was cut; no character is split. */
export function cutChars(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  if (maxChars < 1) return "";
  let end = maxChars - 1;
  const last = text.charCodeAt(end - 1);
  if (end > 0 && last >= 0xd800 && last <= 0xdbff) end -= 1;
  return text.slice(0, end).trimEnd() + "…";
}

/** One line without anything hidden or any tag, but with its Markdown as it is: for `escapeMarkdown`. */
function cleanLine(text: string, maxChars: number): string {
  if (text.length <= maxChars && IS_PLAIN.test(text)) return text;
  // What is hidden takes room in the source that it does not take in the result.
  const read = maxChars * 4 + 200;
  const clean = withoutHidden(withoutSequences(text.slice(0, read)).replace(LINE_BREAK, " ").replaceAll("\t", " "))
    .replace(/\p{Zs}+/gu, " ")
    .replace(TAG, "‹")
    .trim();
  if (text.length > read && clean.length < maxChars) return clean + "…";
  return cutChars(clean, maxChars);
}

function guardStart(line: string): string {
  const container = CONTAINER.exec(line)![0].length;
  return STARTS_BLOCK.test(line.slice(container)) ? `${line.slice(0, container)}\\${line.slice(container)}` : line;
}

/**
 * One line: line breaks become spaces, control, zero-width and bidirectional characters and terminal sequences go,
 * tags and our own markers are broken, and it begins no heading or fence. At most `maxChars` UTF-16 units and a guard.
 */
export function neutralizeLine(text: string, maxChars = 200): string {
  return guardStart(cleanLine(text, maxChars));
}

export interface BlockLimits {
  readonly maxChars?: number;
  readonly maxLines?: number;
}

/**
 * Several lines, each as in `neutralizeLine`, indentation kept; links and images no longer load or lead anywhere.
 * What was cut is said in a last line.
 */
export function neutralizeBlock(text: string, { maxChars = 4000, maxLines = 200 }: BlockLimits = {}): string {
  const lines = withoutHidden(
    withoutSequences(text.slice(0, maxChars * 4 + 200))
      .replace(LINE_BREAK, "\n")
      .replaceAll("\t", "  "),
  )
    .replace(/[^\S\n]/g, " ")
    .replace(TAG, "‹")
    .replaceAll("![", "!\\[")
    .replaceAll("](", "]\\(")
    .replace(/\n{3,}/g, "\n\n")
    .replace(/^\n+|\s+$/g, "")
    .split("\n");
  const kept: string[] = [];
  let chars = 0;
  for (const line of lines) {
    const left = maxChars - chars;
    if (kept.length >= maxLines || left <= 0) break;
    const guarded = guardStart(cutChars(line.trimEnd(), left));
    kept.push(guarded);
    chars += guarded.length + 1;
  }
  const shown = kept.join("\n");
  const isWhole = kept.length === lines.length && !shown.endsWith("…") && text.length <= maxChars * 4 + 200;
  return isWhole || lines.length === 0 ? shown : `${shown}\n… (cut here, of ${text.length} characters)`;
}

/** Data to stand inside a fence: as it is, but for what is hidden and for our own markers. */
export function neutralizeData(text: string): string {
  return withoutHidden(withoutSequences(text).replace(LINE_BREAK, "\n")).replace(OUR_MARKER, "‹");
}

/** Data in a fence that nothing inside can close. */
export function fence(data: string): string {
  const safe = neutralizeData(data).replace(/`{21,}/g, "`".repeat(20));
  const longest = (safe.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const marks = "`".repeat(longest + 1);
  return `${marks}text\n${safe}${safe.endsWith("\n") || safe === "" ? "" : "\n"}${marks}`;
}

const NEEDS_ESCAPE = /[\\`*_[\]<>|~!#&]|^[-+=]|^\d{1,9}[.)]/;

const escapePlain = (text: string): string =>
  escapeUnderscores(text.replace(/[\\`*[\]|~]/g, "\\$&"))
    .replace(TAG, "\\<")
    .replace(/&(?=[#a-z])/gi, "\\&");

const escapeUnderscores = (text: string): string =>
  text.includes("_") ? text.replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_") : text;

/**
 * For use inside a line of Markdown: shows what was written, with code spans kept as such where they are paired,
 * and every other mark inert. Takes one line (see `neutralizeLine`).
 */
export function escapeMarkdown(line: string): string {
  if (!NEEDS_ESCAPE.test(line)) return line;
  const parts = line.split("`");
  const hasPairedCode = parts.length % 2 === 1 && !line.includes("``");
  const escaped = hasPairedCode
    ? parts.map((part, at) => (at % 2 === 1 ? part.replaceAll("|", "¦") : escapePlain(part))).join("`")
    : escapePlain(line);
  return escaped.replace(/^(\d{1,9})([.)])/, "$1\\$2").replace(/^[-+=#>]/, "\\$&");
}

/** Nothing to take out and nothing to escape, as in most ids and titles. A pattern, for it is fast from its first use. */
const ORDINARY = /^[A-Za-z][A-Za-z0-9 .,:;()'"/?=@%$+-]*$/;

/** A line of foreign text, ready to stand in a line of Markdown. */
export function inlineMarkdown(text: string, maxChars = 200): string {
  if (text.length <= maxChars && ORDINARY.test(text)) return text;
  return escapeMarkdown(cleanLine(text, maxChars));
}
