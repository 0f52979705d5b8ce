import type { Refusal } from "../plan/refusal.ts";
import { toJson } from "./output.ts";
import { bold, inline, red, render } from "./text.ts";
import type { Text } from "./text.ts";

/** How many of an input's errors are listed as text; --json gives all. */
const LISTED_DETAILS = 20;

const sentence = (text: string): string => {
  const line = inline(text).trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
};

const withHint = (refusal: Refusal): string =>
  refusal.hint === undefined ? sentence(refusal.message) : `${sentence(refusal.message)} hint: ${refusal.hint}`;

/** A refusal for a person: the sentence, the way out, the place, and the list of what else is wrong. */
export function refusalText(refusal: Refusal): readonly Text[] {
  const details = refusal.details ?? [];
  const lines: Text[] = [[red(bold("error:")), ` ${inline(withHint(refusal))}`]];
  if (refusal.place !== undefined) lines.push(`  at ${inline(refusal.place)}`);
  for (const detail of details.slice(0, LISTED_DETAILS)) {
    lines.push(`  - ${inline(`${detail.place === undefined ? "" : `${detail.place}: `}${withHint(detail)}`)}`);
  }
  if (details.length > LISTED_DETAILS) lines.push(`  … ${details.length - LISTED_DETAILS} more: --json lists all`);
  return lines;
}

/** What goes to stderr: text, or under --json one line with everything a program needs to decide what to do. */
export function reportRefusal(refusal: Refusal, isJson: boolean, isColored: boolean): string {
  if (!isJson)
    return `${refusalText(refusal)
      .map((line) => render(line, isColored))
      .join("\n")}\n`;
  const { reason, message, hint, place, details, facts } = refusal;
  return `${toJson({ error: { reason, message, hint, place, details, facts } })}\n`;
}
