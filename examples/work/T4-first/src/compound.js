import { parseOne } from "./parse.js";

/** Milliseconds of `1h 30m`. */
export function parse(text) {
  return text.split(" ").reduce((total, part) => total + parseOne(part), 0);
}
