import type { Entry, EntryKind } from "../plan/state.ts";
import { indented } from "./markdown.ts";
import { inlineMarkdown } from "./neutralize.ts";
import { isoTime } from "./time.ts";

const LONGEST_ENTRY = 4000;

/** Where a chunk of entries that have left the state is kept, in the plan's folder. */
export const archivePath = (window: EntryKind, chunk: number): string =>
  `archive/${window}-${String(chunk).padStart(4, "0")}.md`;

/** An entry as a list item: when, about what, by whom, and its text below where that has several lines. */
export function renderEntry(entry: Entry): string {
  const about = entry.task === undefined ? "" : ` **${inlineMarkdown(entry.task, 64)}**`;
  const head = `- ${isoTime(entry.at)}${about} (${inlineMarkdown(entry.session, 80)})${outsideMark(entry)}`;
  const isShort = entry.text.length <= 400 && !/[\n\r]/.test(entry.text);
  const text = entry.retracted === true ? "retracted" : isShort ? inlineMarkdown(entry.text, 400) : "";
  const block = text === "" ? `\n\n${indented(entry.text, LONGEST_ENTRY)}\n` : `: ${text}`;
  return head + block + details(entry).join("");
}

const outsideMark = ({ untrusted, source }: Entry): string => {
  if (untrusted !== true) return "";
  return source === undefined ? " [from outside]" : ` [from outside: ${inlineMarkdown(source, 200)}]`;
};

function details({ why, commit, files = [], retracted }: Entry): readonly string[] {
  if (retracted === true) return [];
  const lines: string[] = [];
  if (why !== undefined) lines.push(`\n  - Because: ${inlineMarkdown(why, 600)}`);
  if (commit !== undefined) lines.push(`\n  - Commit: ${inlineMarkdown(commit, 80)}`);
  if (files.length > 0)
    lines.push(
      `\n  - Files: ${files
        .slice(0, 20)
        .map((file) => inlineMarkdown(file, 200))
        .join(", ")}`,
    );
  return lines;
}
