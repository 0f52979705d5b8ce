import { hash } from "node:crypto";

const LAST_LINE = /\n<!-- holdfast:([0-9a-f]{16}) -->\n$/;

export const digestOf = (text: string): string => hash("sha256", text, "hex").slice(0, 16);

/** A generated text with a last line that tells whether anybody has edited it since. */
export function seal(text: string): string {
  const body = text.endsWith("\n") ? text.slice(0, -1) : text;
  return `${body}\n<!-- holdfast:${digestOf(body)} -->\n`;
}

/** Whether a file still says what some Holdfast process wrote: whichever, and whenever. */
export function isIntact(text: string): boolean {
  const last = LAST_LINE.exec(text);
  return last !== null && digestOf(text.slice(0, last.index)) === last[1];
}
