/** Characters `offset` to `offset + length` become `text`. */
export interface TextEdit {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** A part of a text that came or went. */
export interface Piece {
  readonly act: "added" | "removed";
  /** Of the text as it is, or as it was, from 1. */
  readonly line: number;
  readonly text: string;
}

/** A text, and how to take back what was done to it. */
export class EditedText {
  readonly #before: string;
  #text: string;
  /** Where each character was before the edits; -1 for those that were not there. */
  #origins: readonly number[];
  readonly #undo: TextEdit[] = [];

  constructor(text: string) {
    this.#before = text;
    this.#text = text;
    this.#origins = Array.from({ length: text.length }, (_, at) => at);
  }

  get text(): string {
    return this.#text;
  }

  /** What takes everything back, the last edit first. */
  get undo(): readonly TextEdit[] {
    return this.#undo.toReversed();
  }

  /** Makes one edit; what is no change leaves no trace. */
  edit({ offset, length, text }: TextEdit): void {
    const before = this.#text.slice(offset, offset + length);
    if (before === text) return;
    this.#undo.push({ offset, length: text.length, text: before });
    this.#text = this.#text.slice(0, offset) + text + this.#text.slice(offset + length);
    const fresh = Array.from({ length: text.length }, () => -1);
    this.#origins = [...this.#origins.slice(0, offset), ...fresh, ...this.#origins.slice(offset + length)];
  }

  /** What was added and what was taken away, in the order of the text; nothing of what stayed. */
  get pieces(): readonly Piece[] {
    const pieces: Piece[] = [];
    const note = (act: Piece["act"], whole: string, start: number, end: number): void => {
      const text = whole.slice(start, end);
      if (text.replaceAll(",", "").trim() === "") return;
      const blank = /^\s*\n/.exec(text)?.[0].length ?? 0;
      const line = whole.slice(0, start + blank).split("\n").length;
      pieces.push({ act, line, text: text.slice(blank).trimEnd() });
    };
    let expected = 0;
    for (let at = 0; at <= this.#origins.length; at += 1) {
      const origin = this.#origins[at] ?? this.#before.length;
      if (origin > expected) note("removed", this.#before, expected, origin);
      if (origin === -1) {
        const start = at;
        while (this.#origins[at] === -1) at += 1;
        note("added", this.#text, start, at);
        at -= 1;
      } else expected = origin + 1;
    }
    return pieces;
  }

  /** Makes edits whose places are all of the text as it is now. */
  editAll(edits: readonly TextEdit[]): void {
    for (const edit of edits.toSorted((a, b) => b.offset - a.offset)) this.edit(edit);
  }
}

/** A text with edits made one after the other. */
export function applyEdits(text: string, edits: readonly TextEdit[]): EditedText {
  const edited = new EditedText(text);
  for (const edit of edits) edited.edit(edit);
  return edited;
}

/** The line break that a text uses. */
export const lineBreakOf = (text: string): "\n" | "\r\n" => (/\r\n/.test(text) ? "\r\n" : "\n");
