import { UNITS } from "./units.js";

const AMOUNT = /^(\d+(?:\.\d+)?)(ms|[dhms])$/;

/** Milliseconds of one amount such as `5m`; undefined where it is none. */
export function parseOne(text) {
  const found = AMOUNT.exec(text);
  return found === null ? undefined : Number(found[1]) * UNITS[found[2]];
}
