/** How bad a review finding is, the worst first. */
export const SEVERITIES = ["critical", "high", "medium", "low", "advisory"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const isSeverity = (word: unknown): word is Severity => (SEVERITIES as readonly unknown[]).includes(word);

/** Whether something is as bad as the least that counts. */
export const isAtLeast = (severity: Severity, least: Severity): boolean =>
  SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least);
