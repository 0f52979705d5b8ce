import { EditedText, lineBreakOf } from "./edited-text.ts";

/** A line of ours in a text of somebody's, between two lines that say whose it is. */
export interface MarkedLine {
  readonly begin: string;
  readonly end: string;
  readonly lines: readonly string[];
}

interface Block {
  readonly start: number;
  readonly end: number;
  readonly inner: string;
  readonly innerStart: number;
}

/** The text with the line in it: at its end, or where an earlier one stands. */
export function putMarkedLine(text: string, { begin, end, lines }: MarkedLine): EditedText {
  const edited = new EditedText(text);
  const lineBreak = lineBreakOf(text);
  const shown = lines.map((line) => line + lineBreak).join("");
  const block = findBlock(text, begin, end);
  if (block !== undefined) {
    edited.edit({ offset: block.innerStart, length: block.inner.length, text: shown });
    return edited;
  }
  const gap = text === "" ? "" : text.endsWith("\n") ? lineBreak : lineBreak + lineBreak;
  edited.edit({
    offset: text.length,
    length: 0,
    text: `${gap}${begin}${lineBreak}${shown}${end}${lineBreak}`,
  });
  return edited;
}

/** The text without the markers and without our lines between them; what somebody else wrote there stays. */
export function clearMarkedLine(text: string, { begin, end, lines }: MarkedLine): EditedText {
  const edited = new EditedText(text);
  for (;;) {
    const block = findBlock(edited.text, begin, end);
    if (block === undefined) return edited;
    const kept = block.inner
      .split(/(?<=\n)/)
      .filter((line) => line.trim() !== "" && !isOurs(line, lines))
      .join("");
    const before = edited.text.slice(0, block.start);
    const gap = kept === "" && block.end === edited.text.length ? (/(\r?\n)\r?\n$/.exec(before)?.[1]?.length ?? 0) : 0;
    edited.edit({ offset: block.start - gap, length: block.end - block.start + gap, text: kept });
  }
}

/** Whether a line is of ours, as this version or another has written it: they begin alike. */
function isOurs(line: string, lines: readonly string[]): boolean {
  return lines.some((own) => line.trim() === own.trim() || line.startsWith(own.slice(0, STABLE)));
}

/** So many characters at the beginning of a line stay the same from version to version. */
const STABLE = 20;

function findBlock(text: string, begin: string, end: string): Block | undefined {
  const lines = text.split(/(?<=\n)/);
  let offset = 0;
  let opened: { readonly start: number; readonly innerStart: number } | undefined;
  for (const line of lines) {
    if (line.trim() === begin) opened = { start: offset, innerStart: offset + line.length };
    else if (line.trim() === end && opened !== undefined) {
      const inner = text.slice(opened.innerStart, offset);
      return { ...opened, end: offset + line.length, inner };
    }
    offset += line.length;
  }
  return undefined;
}
