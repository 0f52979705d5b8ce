import type { Task } from "../plan/state.ts";
import { inlineMarkdown, neutralizeBlock } from "./neutralize.ts";

/** First line of every file that is rendered from the journal. */
export const GENERATED_MARK =
  "<!-- holdfast: generated from the journal; edits are saved beside and reported. notes.md is yours. -->";

/** A generated file of its parts: blank lines between, one newline at the end. Empty parts leave nothing behind. */
export const joinFile = (parts: readonly string[]): string =>
  `${[GENERATED_MARK, ...parts.filter((part) => part !== "")].join("\n\n")}\n`;

/** A heading and what is under it; `nothing` where that is empty. */
export const section = (heading: string, body: string, nothing = "None."): string =>
  `## ${heading}\n\n${body === "" ? nothing : body}`;

/** A list of foreign lines. */
export const bullets = (items: readonly string[]): string =>
  items.map((item) => `- ${inlineMarkdown(item, 1000)}`).join("\n");

/** A block of foreign text under a list item, indented as far as it must be. */
export const indented = (text: string, maxChars: number, indent = "  "): string =>
  neutralizeBlock(text, { maxChars })
    .split("\n")
    .map((line) => (line === "" ? "" : indent + line))
    .join("\n");

/** What a task's status looks like in a list. */
export const MARKS = {
  todo: "·",
  in_progress: "→",
  implemented: "◐",
  done: "✓",
  blocked: "!",
  failed: "✗",
  dropped: "−",
} as const satisfies Record<Task["status"], string>;

export const READY_MARK = "○";
