import { DurationError } from "./errors.js";
import { parseOne } from "./parse.js";

const PART = /\s*(\d+(?:\.\d+)?(?:ms|[dhms]))/y;

/** Milliseconds of `1h 30m`. Throws a DurationError that says where reading ended. */
export function parse(text) {
  let total = 0;
  let at = 0;
  while (at < text.trimEnd().length) {
    PART.lastIndex = at;
    const found = PART.exec(text);
    if (found === null) throw new DurationError(text, at);
    total += parseOne(found[1]);
    at = PART.lastIndex;
  }
  if (at === 0) throw new DurationError(text, at);
  return total;
}
