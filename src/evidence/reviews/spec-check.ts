import { isPlaceholder, readFooterLines, type FooterLine } from "./footer-lines.ts";
import { captureFailed, type CaptureFailed } from "./review.ts";
import { miscounted, readSeverityLines, type ReadFinding } from "./severity-lines.ts";

/** What a spec check says of one wave: an external verdict, and no executed evidence. */
export type SpecCheck =
  | {
      readonly kind: "spec-check";
      readonly wave: number;
      /** Blocked where the footer says so, and where it lists something critical. */
      readonly verdict: "passed" | "blocked";
      readonly findings: readonly ReadFinding[];
    }
  | CaptureFailed;

const WAVE = /^(?:\*\*|[*_`])?SPEC_CHECK_WAVE(?:\*\*|[*_`])?\s*:\s*(?:\*\*|[*_`])?\s*(.*)$/;

/**
 * The last footer of a spec check: from its `SPEC_CHECK_WAVE` on. One without both counts or without a verdict, or about
 * another wave than the one that was asked for, was not captured.
 */
export function parseSpecCheck(text: string, wave?: number): SpecCheck {
  const lines = readFooterLines(text);
  const starts = lines.flatMap((line, index) => (isFilled(line) ? [index] : []));
  const start = starts.at(-1);
  if (start === undefined) return captureFailed("it has no SPEC_CHECK_WAVE");
  const said = WAVE.exec(lines[start]!.text)![1]!.replaceAll(/[*_`]/g, "").trim();
  if (!/^\d{1,6}$/.test(said)) return captureFailed(`its SPEC_CHECK_WAVE is no number: ${said.slice(0, 40)}`);
  const about = Number(said);
  if (wave !== undefined && about !== wave) return captureFailed(`it is about wave ${about}, not wave ${wave}`);
  const next = lines.findIndex(
    ({ heading, text: other }, at) => at > start && (heading !== undefined || WAVE.test(other)),
  );
  const footer = readSeverityLines(lines.slice(start + 1, next < 0 ? lines.length : next));
  for (const severity of ["critical", "high"] as const) {
    const counts = footer.counts.get(severity) ?? [];
    if (counts.some((count) => count !== undefined)) continue;
    return captureFailed(`it has no SPEC_CHECK_${severity.toUpperCase()}_COUNT`);
  }
  const word = footer.verdicts.at(-1);
  if (word !== "passed" && word !== "blocked")
    return captureFailed("its SPEC_CHECK_VERDICT is neither PASSED nor BLOCKED");
  const findings = [...footer.findings, ...miscounted(footer)];
  const isBlocked = footer.verdicts.includes("blocked") || findings.some(({ severity }) => severity === "critical");
  return { kind: "spec-check", wave: about, verdict: isBlocked ? "blocked" : "passed", findings };
}

const isFilled = ({ text }: FooterLine): boolean => {
  const value = WAVE.exec(text)?.[1];
  return value !== undefined && !isPlaceholder(value);
};
