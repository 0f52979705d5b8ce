const LAST_DATE = 8.64e15;

/** UTC, to the second: `2026-01-31T09:30:00Z`. A time that no calendar has is `(no time)`. */
export function isoTime(at: number): string {
  if (!(Math.abs(at) <= LAST_DATE)) return "(no time)";
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

/** The UTC day of a time: `2026-01-31`. */
export const isoDay = (at: number): string => isoTime(at).replace(/T.*$/, "");

const UNITS: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
];

/** A span of time in its largest whole unit: `3 d`, `12 min`. A clock that went back gives `0 s`. */
export function describeSpan(ms: number): string {
  for (const [unit, name] of UNITS) if (ms >= unit) return `${Math.floor(ms / unit)} ${name}`;
  return "0 s";
}

/** What is left of a span of time, to the next minute: `2 h`, `1 h 30 min`. */
export function describeRest(ms: number): string {
  const minutes = Math.max(Math.ceil(ms / 60_000), 0);
  const hours = Math.floor(minutes / 60);
  const parts = [hours > 0 ? `${hours} h` : "", minutes % 60 > 0 || hours === 0 ? `${minutes % 60} min` : ""];
  return parts.filter((part) => part !== "").join(" ");
}
