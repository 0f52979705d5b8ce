/** Longer texts are instructions; their first and last parts are looked at. */
const READ_CHARS = 4_000;

const FENCE = /^[ \t]*(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^[ \t]*\1[`~]*[ \t]*$|$(?![\s\S]))/gm;
const INLINE_CODE = /(`+)[^`][^]*?\1/g;
const QUOTED_LINE = /^[ \t]*>.*$/gm;
const TAGGED = /<([a-z][\w-]*)\b[^>]*>[\s\S]*?<\/\1>/gi;

/** A text without what it only shows or repeats: its code and its quotations. */
export function prose(text: string): string {
  const read = text.length <= 2 * READ_CHARS ? text : `${text.slice(0, READ_CHARS)}\n\n${text.slice(-READ_CHARS)}`;
  return read
    .replace(/\r\n?/g, "\n")
    .replace(FENCE, "\n\n")
    .replace(TAGGED, " ")
    .replace(QUOTED_LINE, "")
    .replace(INLINE_CODE, " ‹› ")
    .replace(
      // Not a constant beside the others: reading classes of characters is dear, and most commands never ask.
      /"[^"\n]*"|“[^”\n]*”|«[^»\n]*»|„[^“”\n]*[“”]|(?<![\p{L}\p{N}])['‘][^'’\n]*['’](?![\p{L}\p{N}])/gu,
      " ‹› ",
    );
}
