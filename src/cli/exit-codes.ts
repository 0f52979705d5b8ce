/** The one table of exit codes: what every command means by them. */
export const EXIT_CODES = [
  { code: 0, name: "done", meaning: "Done, or nothing was to be done." },
  { code: 1, name: "refused", meaning: "The plan's rules refuse it, or what was checked did not pass." },
  { code: 2, name: "usage", meaning: "Wrong usage, or unsafe without a decision that was not given." },
  { code: 3, name: "not-found", meaning: "Something that was named does not exist." },
  { code: 4, name: "damaged", meaning: "Data is damaged or was written by a newer version." },
  { code: 70, name: "failed", meaning: "A bug in Holdfast, or the system failed it (disk full, no permission)." },
] as const;

export type ExitCode = (typeof EXIT_CODES)[number]["code"];

/** By whole reason, before the patterns are looked at. */
const EXCEPTIONS: Readonly<Record<string, ExitCode>> = {
  "no-workspace": 3,
  "no-plan": 3,
  "newer-format": 4,
  "internal-error": 70,
  "system-error": 70,
};

const PATTERNS: readonly (readonly [pattern: RegExp, code: ExitCode])[] = [
  [/^(usage|invalid|bad|needs|ambiguous|unsafe)-/, 2],
  [/^(no-such|unknown|missing)-|-not-found$/, 3],
  [/^(damaged|torn|corrupt|tampered)-|-(damaged|torn|corrupt)$/, 4],
];

/** The exit code of a refusal, by its reason. */
export function exitCodeOf(reason: string): ExitCode {
  if (Object.hasOwn(EXCEPTIONS, reason)) return EXCEPTIONS[reason] ?? 1;
  return PATTERNS.find(([pattern]) => pattern.test(reason))?.[1] ?? 1;
}
