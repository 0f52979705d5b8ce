/** The hot context in two, for a host that sends it with every request. */
export interface HotParts {
  /** What hardly ever moves: the plan, its goal, what proves it done, its constraints. A line each. */
  readonly stable: readonly string[];
  /** Everything else, a line each. */
  readonly moving: readonly string[];
}

const STABLE = /^(?:Plan|Goal|Done when|Constraints): /;

/**
 * Divides a hot context as it was rendered into what stays the same to the byte while the work goes on, and what moves
 * with it. The tags, which name the revision, are in neither.
 */
export function splitHotContext(text: string): HotParts {
  const lines = text.split("\n").filter((line) => line !== "" && !/^<\/?holdfast-context[ >]/.test(line));
  return { stable: lines.filter((line) => STABLE.test(line)), moving: lines.filter((line) => !STABLE.test(line)) };
}
