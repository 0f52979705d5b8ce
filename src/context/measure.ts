/** Bytes of a text in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit <= 0xdbff && isLowSurrogate(text.charCodeAt(at + 1))) {
      bytes += 2;
      at += 1;
    } else bytes += 2;
  }
  return bytes;
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** The longest beginning of a text that has at most `maxBytes` in UTF-8; no character is split. */
export function headOfBytes(text: string, maxBytes: number): string {
  let bytes = 0;
  let at = 0;
  for (const character of text) {
    bytes += utf8Length(character);
    if (bytes > maxBytes) return text.slice(0, at);
    at += character.length;
  }
  return text;
}

const LETTERS_A_TOKEN = 4;
const BYTES_A_TOKEN = 3.2;
const TOKENS_A_WIDE = 1.5;
const TOKENS_AN_ASTRAL = 3;

type Run = "letter" | "digit" | "mark" | "none";

/** What a text weighs. Both add up over lines: a line break ends every run, and is a token and a byte itself. */
export interface Weight {
  /** By runs, not rounded. */
  readonly runs: number;
  readonly bytes: number;
}

/**
 * A deliberate overestimate of a text's tokens, since no host's tokenizer is at hand: the larger of bytes / 3.2 and the sum
 * over its runs: four letters a token, two digits, two marks, each line break one, each character beyond ASCII
 * one, each CJK character one and a half, each beyond the basic plane three.
 */
export const estimateTokens = (text: string): number => tokensOf(weigh(text));

/** The estimate for a text, or a sum of texts, that has this weight. */
export const tokensOf = ({ runs, bytes }: Weight): number => Math.ceil(Math.max(runs, bytes / BYTES_A_TOKEN));

export const addWeights = (a: Weight, b: Weight): Weight => ({ runs: a.runs + b.runs, bytes: a.bytes + b.bytes });

export function weigh(text: string): Weight {
  let runs = 0;
  let wide = 0;
  let run: Run = "none";
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const kind = unit < 0x80 ? kindOf(unit) : "none";
    if (kind !== run) {
      runs += tokensOfRun(run, length);
      length = 0;
      run = kind;
    }
    if (kind !== "none") length += 1;
    else if (unit === 0x0a) runs += 1;
    else if (unit >= 0xd800 && unit <= 0xdfff) runs += TOKENS_AN_ASTRAL / 2;
    else if (unit >= 0x1100) wide += 1;
    else if (unit >= 0x80) runs += 1;
  }
  runs += tokensOfRun(run, length);
  return { runs: runs + wide * TOKENS_A_WIDE, bytes: utf8Length(text) };
}

function tokensOfRun(run: Run, length: number): number {
  if (run === "letter") return Math.ceil(length / LETTERS_A_TOKEN);
  return run === "none" ? 0 : Math.ceil(length / 2);
}

function kindOf(unit: number): Run {
  if (unit >= 0x30 && unit <= 0x39) return "digit";
  if ((unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a)) return "letter";
  return unit <= 0x20 ? "none" : "mark";
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns of a line in a terminal. */
export function widthOf(line: string): number {
  let columns = 0;
  for (const character of line) columns += WIDE.test(character) ? 2 : 1;
  return columns;
}

/** A line filled up with spaces to a width. */
export const padTo = (line: string, width: number): string => line + " ".repeat(Math.max(0, width - widthOf(line)));
