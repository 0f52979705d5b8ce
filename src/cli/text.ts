import { styleText } from "node:util";
import { neutralizeData } from "../context/neutralize.ts";

export type Style = "bold" | "dim" | "red" | "green" | "yellow";

export interface Styled {
  readonly style: Style;
  readonly text: Text;
}

/** What gets printed. Strings are plain words, never escape sequences: those are made when it is rendered. */
export type Text = string | Styled | readonly Text[];

const styled =
  (style: Style) =>
  (text: Text): Styled => ({ style, text });

export const bold = styled("bold");
export const dim = styled("dim");
export const red = styled("red");
export const green = styled("green");
export const yellow = styled("yellow");

/** One line out of somebody's value: nothing in it breaks the line or acts on a terminal. */
export const inline = (value: string): string => neutralizeData(value).replace(/\s*\n\s*/g, " ");

/** The words alone, as they came. */
export function plain(text: Text): string {
  if (typeof text === "string") return text;
  if ("style" in text) return plain(text.text);
  return text.map(plain).join("");
}

/** For a terminal or a pipe: words neutralised, line breaks kept, styles as escape sequences where `isColored`. */
export function render(text: Text, isColored: boolean): string {
  if (typeof text === "string") return neutralizeData(text);
  if (!("style" in text)) return text.map((part) => render(part, isColored)).join("");
  const inner = render(text.text, isColored);
  return isColored ? styleText(text.style, inner, { validateStream: false }) : inner;
}

/** Pads to `width` characters with spaces, by what is shown and not by what colours it. */
export function pad(text: Text, width: number): Text {
  const missing = width - inline(plain(text)).length;
  return missing > 0 ? [text, " ".repeat(missing)] : text;
}
