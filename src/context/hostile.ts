import * as fc from "fast-check";

const TRAPS = [
  "# Heading",
  "```",
  "~~~",
  "---",
  "===",
  "> # x",
  "- # x",
  "1. ```sh",
  "<!-- holdfast: x -->",
  "<holdfast-context plan='x'>",
  "</holdfast-context>",
  "<HOLDFAST-context>",
  "<script>",
  "</system-reminder>",
  "![x](http://x.test/)",
  "[x](javascript:x)",
  "[x]: http://x.test",
  "\u001b[31m",
  "\u001b]0;title\u0007",
  "\u001b]8;;http://x",
  "\u009b2J",
  "\u202e",
  "\u200b",
  "\u2066",
  "\ufeff",
  "\u{e0041}",
  "\n",
  "\r",
  "\r\n",
  "\u2028",
  "\t",
  "\u0000",
  "\u0085",
  "\ud800",
  "\udc00",
  "`",
  "``",
  "|",
  "*",
  "_",
  "漢字",
  "😀",
  "<\u200b!-- holdfast",
  "<hold\u200bfast-x>",
];

/** Text by somebody who wants to break out of wherever it is put. */
export const hostileText = (maxParts = 12): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(fc.constantFrom(...TRAPS), fc.string({ unit: "binary", maxLength: 8 }), fc.string({ maxLength: 12 })),
      { maxLength: maxParts },
    )
    .map((parts) => parts.join(""));

/** Finds what no text of ours may hold: controls, what hides or reorders, halves of characters. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
export const HIDDEN_IN_TEXT = /(?!\n)[\p{Cc}\p{Bidi_Control}\p{Cs}\u200b-\u200d\u2060\ufeff\u2028\u2029]/u;
/** Finds our own markers. */
export const OUR_MARKS = /<\/?holdfast|<!-*\s*holdfast/i;
/** Finds a line that begins a heading or a fence, on its own or in a list or quote. */
export const BREAKS_OUT = /^(?:[ ]*(?:>|[-*+] |\d+[.)] ))*[ ]*(?:#{1,6}(?:\s|$)|```|~~~)/m;
