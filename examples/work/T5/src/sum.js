import { format } from "./format.js";
import { parseOne } from "./parse.js";

/** One amount for many: `1h 15m` for `30m` and `45m`. */
export function sum(amounts) {
  return format(amounts.reduce((total, amount) => total + parseOne(amount), 0));
}
