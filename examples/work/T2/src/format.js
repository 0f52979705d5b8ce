import { UNITS } from "./units.js";

/** `1h 30m` for 5,400,000 milliseconds. */
export function format(milliseconds) {
  let left = milliseconds;
  const parts = [];
  for (const [unit, size] of Object.entries(UNITS)) {
    const count = Math.floor(left / size);
    if (count > 0) parts.push(`${count}${unit}`);
    left -= count * size;
  }
  return parts.join(" ") || "0s";
}
