/** Hosts put what they tell the model by themselves between tags with a hyphen, as no person begins a prompt. */
const TAG = /^<[a-z][a-z0-9]*(?:[-_][a-z0-9]+)+[\s>/]/;

/** First words that hosts use when they write to the model in the person's place. */
const OPENINGS = ["Stop hook feedback:", "Caveat: The messages below were generated", "[Request interrupted"] as const;

/** Whether a prompt was made by the host or another program. In doubt it was: nothing is granted on it. */
export function isMachineMade(prompt: string): boolean {
  const text = prompt.slice(0, 400).trimStart();
  return TAG.test(text) || OPENINGS.some((opening) => text.startsWith(opening));
}
