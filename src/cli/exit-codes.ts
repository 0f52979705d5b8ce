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

/** Reasons whose names do not say it, before the patterns are looked at. */
const EXCEPTIONS: Readonly<Record<string, ExitCode>> = {
  "needs-a-person": 1,
  "needs-a-session": 1,
  "unknown-parent": 1,
  "bad-tasks": 1,
  "path-escapes": 2,
  "leads-out": 2,
  "malformed-session": 2,
  "not-a-folder": 2,
  "not-a-file": 2,
  "record-too-large": 2,
  "key-inside-workspace": 2,
  "unfit-file-system": 2,
  "dirty-switch": 2,
  "ignored-files": 2,
  "unmerged-files": 2,
  "changed-submodules": 2,
  "stash-took-plans": 2,
  "git-untrusted": 2,
  "no-workspace": 3,
  "no-plan": 3,
  "no-folder": 3,
  "no-planning-folder": 3,
  "not-a-repository": 3,
  "newer-format": 4,
  "unseen-ancestors": 4,
  "published-unreadable": 4,
  "outcome-unknown": 70,
  "disk-full": 70,
  "read-only": 70,
  "no-permission": 70,
  "no-home": 70,
  "cannot-write": 70,
  "cannot-project": 70,
  "io-failed": 70,
  "internal-error": 70,
  "system-error": 70,
};

const PATTERNS: readonly (readonly [pattern: RegExp, code: ExitCode])[] = [
  [/^(usage|invalid|bad|needs|ambiguous|unsafe)-/, 2],
  [/^(no-such|unknown|missing)-|-not-found$/, 3],
  [/^(damaged|malformed|torn|corrupt|tampered)-|^journal-(missing|shrunk|diverged)$/, 4],
  [/^git-(failed|timeout|missing|busy)$/, 70],
];

/** The exit code of a refusal, by its reason. */
export function exitCodeOf(reason: string): ExitCode {
  if (Object.hasOwn(EXCEPTIONS, reason)) return EXCEPTIONS[reason] ?? 1;
  return PATTERNS.find(([pattern]) => pattern.test(reason))?.[1] ?? 1;
}
