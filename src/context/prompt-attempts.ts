import type { Attempt, Task } from "../plan/state.ts";
import { utf8Length } from "./measure.ts";
import { neutralizeLine } from "./neutralize.ts";
import { isoTime } from "./time.ts";

/** Attempts of a task that came before the live one. */
function countEarlierAttempts({ attemptCount, claim }: Task): number {
  return Math.max(0, attemptCount - (claim === undefined ? 0 : 1));
}

/**
 * What earlier attempts left: how they ended, what the next one should know, why it was blocked, what was logged.
 * Empty where this is the first attempt: starting is not resuming. The newest has room first.
 */
export function renderEarlierAttempts(task: Task, maxBytes: number): string {
  const earlier = countEarlierAttempts(task);
  if (earlier === 0) return "";
  const must = [
    `## Earlier attempts: ${earlier}`,
    "",
    "Continue from where the last one left off; do not do its work again.",
  ];
  const facts = [
    ...(task.retryNote === undefined ? [] : [`- **Do this differently:** ${neutralizeLine(task.retryNote, 1000)}`]),
    ...(task.failure === undefined ? [] : [`- Failed: ${neutralizeLine(task.failure.why, 500)}`]),
    ...task.blockers.toReversed().map(blockerLine),
    ...task.attempts.toReversed().map(attemptLine),
    ...loggedBefore(task).toReversed(),
  ];
  return limit(must, facts, maxBytes);
}

const blockerLine = ({ tried, why, resolve }: Task["blockers"][number]): string =>
  `- Was blocked: tried ${neutralizeLine(tried, 300)}; failed because ${neutralizeLine(why, 300)}; would be resolved by ${neutralizeLine(resolve, 300)}`;

function attemptLine({ number, session, endedAt, end, note }: Attempt): string {
  const when = endedAt === undefined ? "" : ` at ${isoTime(endedAt)}`;
  const said = note === undefined ? "" : `: ${neutralizeLine(note, 300)}`;
  return `- Attempt ${number} by ${neutralizeLine(session, 80)}: ${end ?? "ended"}${when}${said}`;
}

const loggedBefore = ({ log, claim }: Task): readonly string[] =>
  log
    .filter(({ attempt }) => attempt !== claim?.number)
    .map(
      ({ at, attempt, text }) =>
        `- ${isoTime(at)}${attempt > 0 ? ` (attempt ${attempt})` : ""} ${neutralizeLine(text, 400)}`,
    );

function limit(must: readonly string[], facts: readonly string[], maxBytes: number): string {
  const lines = [...must, ""];
  let bytes = utf8Length(lines.join("\n"));
  for (const [at, fact] of facts.entries()) {
    bytes += utf8Length(fact) + 1;
    if (bytes > maxBytes - 80) {
      lines.push(`- ${facts.length - at} older facts are left out; see progress.md`);
      break;
    }
    lines.push(fact);
  }
  return lines.join("\n").trimEnd();
}
