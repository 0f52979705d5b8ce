import { isPlaceholder, readFooterLines, type FooterLine } from "./footer-lines.ts";
import { parseReviewJson } from "./review-json.ts";
import { captureFailed, type CaptureFailed } from "./review.ts";
import { miscounted, readSeverityLines, type ReadAssessment, type ReadFinding } from "./severity-lines.ts";

/** What a reviewer says of one acceptance criterion, by the id that it gives. */
export interface ReadVerdict {
  readonly criterion: string;
  readonly verdict: "met" | "unmet";
  readonly why: string;
}

/** What a spec check says of one wave: an external verdict, and no executed evidence. */
export type SpecCheck =
  | {
      readonly kind: "spec-check";
      readonly wave: number;
      readonly reviewer?: string;
      /** Blocked where it says so, and where it lists something critical or a criterion that is not met. */
      readonly verdict: "passed" | "blocked";
      readonly findings: readonly ReadFinding[];
      readonly assessments: readonly ReadAssessment[];
      readonly criteria: readonly ReadVerdict[];
    }
  | CaptureFailed;

const WAVE = /^(?:\*\*|[*_`])?SPEC_CHECK_WAVE(?:\*\*|[*_`])?\s*:\s*(?:\*\*|[*_`])?\s*(.*)$/;

const CRITERION = /^(?:\*\*|[*_`])?(MET|UNMET|NOT[ _]MET)(?:\*\*|[*_`])?\s*:\s*(?:\*\*|[*_`])?\s*(\S+)\s*(.*)$/;

/** A spec check as JSON, else as the footer that an agent ends with. */
export const parseSpecCheck = (text: string, wave?: number): SpecCheck =>
  text.trimStart().startsWith("{") ? parseJson(text, wave) : parseFooter(text, wave);

/** A review (schemas/review.schema.json) with the wave that it is about, its verdict, and what it says of criteria. */
function parseJson(text: string, wave: number | undefined): SpecCheck {
  const review = parseReviewJson(text);
  if (review.kind === "capture-failed") return review;
  const value = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const { wave: about, criteria: given = [] } = value;
  if (!Number.isSafeInteger(about)) return captureFailed("wave: a number");
  if (wave !== undefined && about !== wave) return otherWave(about as number, wave);
  const { says, reviewer, findings, assessments } = review;
  if (says === undefined) return captureFailed("verdict: passed or blocked");
  if (!Array.isArray(given)) return captureFailed("criteria: a list");
  const criteria = given.flatMap((item) => readVerdict(item) ?? []);
  if (criteria.length < given.length)
    return captureFailed("criteria: each with criterion, verdict (met or unmet) and why");
  const who = reviewer === undefined ? {} : { reviewer };
  const read = { wave: about as number, findings, assessments, criteria, ...who };
  return { kind: "spec-check", ...read, verdict: verdictOf(says === "blocked", read) };
}

function readVerdict(item: unknown): ReadVerdict | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  const { criterion, verdict, why = "" } = item as Readonly<Record<string, unknown>>;
  if (typeof criterion !== "string" || typeof why !== "string") return undefined;
  return verdict === "met" || verdict === "unmet" ? { criterion, verdict, why } : undefined;
}

const verdictOf = (
  isBlocked: boolean,
  { findings, criteria }: { readonly findings: readonly ReadFinding[]; readonly criteria: readonly ReadVerdict[] },
): "passed" | "blocked" =>
  isBlocked ||
  findings.some(({ severity }) => severity === "critical") ||
  criteria.some(({ verdict }) => verdict === "unmet")
    ? "blocked"
    : "passed";

const otherWave = (about: number, wave: number): CaptureFailed =>
  captureFailed(`it is about wave ${about}, not wave ${wave}`);

/**
 * The last footer of a spec check: from its `SPEC_CHECK_WAVE` on. One without both counts or without a verdict, or about
 * another wave than the one that was asked for, was not captured.
 */
function parseFooter(text: string, wave: number | undefined): SpecCheck {
  const lines = readFooterLines(text);
  const starts = lines.flatMap((line, index) => (isFilled(line) ? [index] : []));
  const start = starts.at(-1);
  if (start === undefined) return captureFailed("it has no SPEC_CHECK_WAVE");
  const said = WAVE.exec(lines[start]!.text)![1]!.replaceAll(/[*_`]/g, "").trim();
  if (!/^\d{1,6}$/.test(said)) return captureFailed(`its SPEC_CHECK_WAVE is no number: ${said.slice(0, 40)}`);
  const about = Number(said);
  if (wave !== undefined && about !== wave) return otherWave(about, wave);
  const next = lines.findIndex(
    ({ heading, text: other }, at) => at > start && (heading !== undefined || WAVE.test(other)),
  );
  const body = lines.slice(start + 1, next < 0 ? lines.length : next);
  const footer = readSeverityLines(body);
  for (const severity of ["critical", "high"] as const) {
    const counts = footer.counts.get(severity) ?? [];
    if (counts.some((count) => count !== undefined)) continue;
    return captureFailed(`it has no SPEC_CHECK_${severity.toUpperCase()}_COUNT`);
  }
  const word = footer.verdicts.at(-1);
  if (word !== "passed" && word !== "blocked")
    return captureFailed("its SPEC_CHECK_VERDICT is neither PASSED nor BLOCKED");
  const findings = [...footer.findings, ...miscounted(footer)];
  const criteria = body.flatMap(({ text: line }) => criterionIn(line));
  const read = { wave: about, findings, assessments: footer.assessments, criteria };
  return { kind: "spec-check", ...read, verdict: verdictOf(footer.verdicts.includes("blocked"), read) };
}

function criterionIn(line: string): readonly ReadVerdict[] {
  const [, word, criterion, why = ""] = CRITERION.exec(line) ?? [];
  if (criterion === undefined || isPlaceholder(criterion)) return [];
  return [{ criterion: criterion.replace(/[:*_`]+$/, ""), verdict: word === "MET" ? "met" : "unmet", why }];
}

const isFilled = ({ text }: FooterLine): boolean => {
  const value = WAVE.exec(text)?.[1];
  return value !== undefined && !isPlaceholder(value);
};
