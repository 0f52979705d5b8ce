import { SEVERITIES, type Severity } from "../../plan/severity.ts";
import { isNone, isPlaceholder, readFooterLines, type FooterLine } from "./footer-lines.ts";
import { captureFailed, type CaptureFailed, type ReadReview } from "./review.ts";
import { parseReviewJson } from "./review-json.ts";
import {
  isForm,
  miscounted,
  placed,
  readSeverityLines,
  type ReadFinding,
  type SeverityLines,
} from "./severity-lines.ts";

/** A review as JSON, or as the text that a reviewing agent ended with. Total: any text comes to one or the other. */
export function parseReview(text: string): ReadReview {
  if (/^\s*\{/.test(text)) return parseReviewJson(text);
  const lines = readFooterLines(text);
  const task = lines.flatMap(({ heading }) => /^review: (\S+)/i.exec(heading ?? "")?.[1] ?? []).at(-1);
  const read = readSummary(lines) ?? readSections(lines);
  if (read === undefined) {
    return captureFailed("it has neither a Machine Summary nor a section of Critical Findings");
  }
  return "kind" in read || task === undefined ? asReview(read) : asReview({ ...read, task });
}

type Read = Omit<Extract<ReadReview, { readonly kind: "review" }>, "kind">;

const asReview = (read: Read | CaptureFailed): ReadReview => ("kind" in read ? read : { kind: "review", ...read });

const isSummary = ({ heading, text }: FooterLine): boolean =>
  /^machine[ _]summary$/i.test(heading ?? "") || /^MACHINE[ _]SUMMARY:?$/.test(text);

/** The last Machine Summary that is not the form itself; the whole of it up to the next heading. */
function readSummary(lines: readonly FooterLine[]): Read | CaptureFailed | undefined {
  const starts = lines.flatMap((line, index) => (isSummary(line) ? [index] : []));
  if (starts.length === 0) return undefined;
  const blocks = starts.map((start) => readSeverityLines(lines.slice(start + 1, nextHeading(lines, start + 1))));
  const last = blocks.findLast((block) => !isForm(block));
  if (last === undefined) return captureFailed("its Machine Summary is the form, which nobody filled in");
  if (!last.counts.has("critical")) return captureFailed("its Machine Summary has no CRITICAL_COUNT");
  return {
    format: "machine-summary",
    ...spoken(last),
    findings: [...last.findings, ...miscounted(last), ...unlisted(lines, last)],
  };
}

/** What stands under Critical Findings and not in the summary: a summary that forgets does not make it go away. */
function unlisted(lines: readonly FooterLine[], { findings }: SeverityLines): readonly ReadFinding[] {
  const listed = findings.filter(({ severity }) => severity === "critical").length;
  const found = lastSections(lines).get("critical") ?? [];
  if (found.length <= listed || found.every(({ message }) => isPlaceholder(message))) return [];
  const message = `the review has ${found.length} critical findings in its text and ${listed} in its summary: what it found was not all captured`;
  return [{ severity: "critical", message }];
}

function readSections(lines: readonly FooterLine[]): Read | CaptureFailed | undefined {
  const sections = lastSections(lines);
  if (sections.size === 0) return undefined;
  const said = readSeverityLines(lines.filter(({ heading }) => heading === undefined));
  const counts = new Map(
    [...said.counts].flatMap(([severity, all]) => {
      const filled = all.filter((count) => count !== undefined).slice(-1);
      return filled.length === 0 ? [] : [[severity, filled] as const];
    }),
  );
  if (!counts.has("critical")) return captureFailed("it has no CRITICAL_COUNT");
  const findings = SEVERITIES.flatMap((severity) => sections.get(severity) ?? []);
  return { format: "sections", ...spoken(said), findings: [...findings, ...miscounted({ ...said, findings, counts })] };
}

const spoken = ({ verdicts, assessments }: SeverityLines): Pick<Read, "says" | "assessments"> => {
  const says = verdicts.includes("blocked") ? "blocked" : verdicts.includes("passed") ? "passed" : undefined;
  return { ...(says === undefined ? {} : { says }), assessments };
};

const sectionOf = ({ heading }: FooterLine): Severity | undefined =>
  /^(critical|high|medium|low|advisory) findings$/i.exec(heading ?? "")?.[1]?.toLowerCase() as Severity | undefined;

/** Of each severity the last section that is not the form, with what is listed in it. */
function lastSections(lines: readonly FooterLine[]): ReadonlyMap<Severity, readonly ReadFinding[]> {
  const sections = new Map<Severity, readonly ReadFinding[]>();
  for (const [index, line] of lines.entries()) {
    const severity = sectionOf(line);
    if (severity === undefined) continue;
    const items = itemsOf(lines.slice(index + 1, nextHeading(lines, index + 1)));
    const isOnlyForm = items.length > 0 && items.every((item) => isPlaceholder(item));
    if (isOnlyForm && sections.has(severity)) continue;
    sections.set(
      severity,
      items.map((item) => placed(severity, item)),
    );
  }
  return sections;
}

/** Each bullet with what is indented below it, or each paragraph where there are none. */
function itemsOf(lines: readonly FooterLine[]): readonly string[] {
  const least = Math.min(...lines.filter(({ isBullet }) => isBullet).map(({ indent }) => indent));
  const items: string[] = [];
  let isOpen = false;
  for (const { text, isBullet, indent } of lines) {
    if (text === "") isOpen = false;
    else if (isCountLine(text)) break;
    else if (items.length > 0 && (indent > least || (isOpen && !isBullet))) items.push(`${items.pop()!}\n${text}`);
    else if (isBullet || least === Number.POSITIVE_INFINITY) isOpen = items.push(text) > 0;
  }
  return least === Number.POSITIVE_INFINITY && items.some(isNone) ? [] : items.filter((item) => !isNone(item));
}

const isCountLine = (text: string): boolean =>
  readSeverityLines([{ text, indent: 0, isBullet: false }]).counts.size > 0;

function nextHeading(lines: readonly FooterLine[], from: number): number {
  const found = lines.findIndex(
    ({ heading, text }, index) =>
      index >= from && (heading !== undefined || isSummary({ text, indent: 0, isBullet: false })),
  );
  return found < 0 ? lines.length : found;
}
