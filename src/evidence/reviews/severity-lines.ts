import { SEVERITIES, type Severity } from "../../plan/severity.ts";
import { isNone, isPlaceholder, type FooterLine } from "./footer-lines.ts";

/** What a reviewer found, as it was written. */
export interface ReadFinding {
  readonly severity: Severity;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
}

/** What a reviewer says of a review finding of an earlier round. */
export interface ReadAssessment {
  readonly finding: string;
  readonly state: "resolved" | "still-there";
  readonly why: string;
}

/** A count as it was written; `undefined` for a form that nobody filled in. */
type Count = number | undefined;

/** A footer of lines `CRITICAL: …` and `CRITICAL_COUNT: n`, as it stands. */
export interface SeverityLines {
  readonly findings: readonly ReadFinding[];
  readonly counts: ReadonlyMap<Severity, readonly Count[]>;
  readonly assessments: readonly ReadAssessment[];
  readonly verdicts: readonly string[];
}

const WORDS = SEVERITIES.join("|");
/** `KEY: value`, with or without bold or code around the key; its own mark is no part of the value. */
const keyed = (key: string): RegExp =>
  new RegExp(`^(?<mark>\\*\\*|__|[*_\`]|)${key}(?:\\k<mark>\\s*:|\\s*:\\k<mark>|\\s*:)\\s*(?<value>.*)$`, "i");

const COUNT = keyed(`(?:SPEC_CHECK_)?(?<word>${WORDS})[ _]COUNT`);
const VERDICT = keyed("(?:SPEC_CHECK_)?VERDICT");
const FINDING = keyed(`(?<word>${WORDS})`);
const ASSESSMENT = keyed("(?<word>RESOLVED|STILL[ _-](?:THERE|PRESENT))");
const EARLIER = /^(R\d{1,9})\b(.*)$/i;
/** A line that says how bad something is in other words than it was asked to: it is not lost. */
const LOOSE = new RegExp(`^[*_\`]*[[(]?(?<word>${WORDS.toUpperCase()})\\b(?![ _]COUNT)(?<value>.*)$`);

export function readSeverityLines(lines: readonly FooterLine[]): SeverityLines {
  const findings: ReadFinding[] = [];
  const counts = new Map<Severity, Count[]>();
  const assessments: ReadAssessment[] = [];
  const verdicts: string[] = [];
  let open: Severity | undefined;
  for (const { text, isBullet } of lines) {
    const count = COUNT.exec(text)?.groups;
    const verdict = VERDICT.exec(text)?.groups;
    const assessed = ASSESSMENT.exec(text)?.groups;
    const found = (FINDING.exec(text) ?? LOOSE.exec(text))?.groups;
    if (count !== undefined) {
      const severity = count["word"]!.toLowerCase() as Severity;
      counts.set(severity, [...(counts.get(severity) ?? []), readCount(count["value"]!)]);
      open = undefined;
    } else if (verdict !== undefined) verdicts.push(bareWord(verdict["value"]!));
    else if (assessed !== undefined) assessments.push(...assessmentOf(assessed["word"]!, assessed["value"]!));
    else if (found !== undefined) {
      const severity = found["word"]!.toLowerCase() as Severity;
      const message = found["value"]!.replace(/^[\s:)\]–—-]+/, "").trim();
      open = message === "" ? severity : undefined;
      if (message !== "" && !isNone(message)) findings.push(placed(severity, message));
    } else if (isBullet && open !== undefined && text !== "" && !isNone(text)) findings.push(placed(open, text));
  }
  return { findings, counts, assessments, verdicts };
}

/** `NaN` for what is neither a number nor a form left open: it fits no number of lines. */
function readCount(value: string): Count {
  const text = value.replaceAll(/[*_`]/g, "").trim();
  const digits = /^(\d{1,6})(?:\s*\(.*\))?\.?$/.exec(text)?.[1];
  if (digits !== undefined) return Number(digits);
  return isPlaceholder(text) ? undefined : Number.NaN;
}

const bareWord = (text: string): string =>
  text
    .replaceAll(/[*_`.]/g, "")
    .trim()
    .toLowerCase();

function assessmentOf(word: string, value: string): readonly ReadAssessment[] {
  const [, finding, why = ""] = EARLIER.exec(value) ?? [];
  if (finding === undefined) return [];
  const state = word.toLowerCase() === "resolved" ? "resolved" : "still-there";
  return [{ finding: finding.toUpperCase(), state, why: why.replace(/^[\s:)\]*_`–—-]+/, "").trim() }];
}

const PLACE = /(?:^|[\s([`'"])((?:[\w@.+-]+\/)*[\w@+-][\w@.+-]*\.[A-Za-z][A-Za-z0-9]{0,9}):(\d{1,7})(?![\w.]*\/)/;

/** A review finding with the place that its text names, if any. */
export function placed(severity: Severity, message: string): ReadFinding {
  const [, file, line] = PLACE.exec(message.slice(0, LONGEST_LINE)) ?? [];
  if (file === undefined || file.split("/").includes("..")) return { severity, message };
  return { severity, message, file, line: Number(line) };
}

const LONGEST_LINE = 2_000;

/** Whether this is the form that the reviewer was given, and not what became of it. */
export const isForm = ({ findings, counts }: SeverityLines): boolean =>
  counts.size > 0 &&
  [...counts.values()].flat().every((count) => count === undefined) &&
  findings.every(({ message }) => isPlaceholder(message));

/** A count that does not fit its lines: something was lost, and nobody knows what. */
export function miscounted({ findings, counts }: SeverityLines): readonly ReadFinding[] {
  return [...counts].flatMap(([severity, all]) => {
    const lines = findings.filter((finding) => finding.severity === severity).length;
    return all
      .filter((count) => count !== undefined && count !== lines)
      .map((count): ReadFinding => {
        const said = Number.isNaN(count) ? "no number" : String(count);
        const message = `the review's count of ${severity} findings is ${said}, and it lists ${lines}: what it found was not all captured`;
        return { severity: "critical", message };
      });
  });
}
