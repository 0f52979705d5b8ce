import { lstatSync } from "node:fs";
import { join } from "node:path";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import { createExclusive, makeFolder, readSmallFile } from "../../workspace/files.ts";

const RESULT = "result.md";
const LONGEST_RESULT_BYTES = 1024 * 1024;
/** What one item may hold; a result with more to say has a file for it. */
const LONGEST_ITEM = 2_000;
const MOST_ITEMS = 50;

const TEMPLATE = `# Result

## Summary

- [placeholder] the answer, in one line

## Findings

- [placeholder] one thing that was found, with the file it is in

## Evidence

- [placeholder] what shows it: a command and what it printed, a line of a file

## Recommended Promotion

- [placeholder] what the plan should keep of all this

## Open Risks

- [placeholder] what was not looked at
`;

export type ResultSection = "Summary" | "Findings" | "Recommended Promotion";

export const resultFile = (folder: string, lane: string): string => join(folder, "lanes", lane, RESULT);

/** Puts a form for the result in a lane's folder, where there is none: from then on the file is its runner's. */
export function offerResult(folder: string, lane: string): Result<void> {
  const place = makeFolder(folder, "lanes", lane);
  if (!place.ok) return place;
  const created = createExclusive(join(place.value, RESULT), TEMPLATE, 0o644);
  return created.ok ? ok(undefined) : created;
}

/** What somebody wrote into a lane's result; undefined where there is none. Links are not followed. */
export function readResult(folder: string, lane: string): Result<string | undefined> {
  let path = folder;
  for (const part of ["lanes", lane, RESULT]) {
    path = join(path, part);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return ok(undefined);
    if (part === RESULT ? stats.isFile() : stats.isDirectory()) continue;
    return refused("not-a-file", `${path} is a link, or not what belongs there`, { place: path });
  }
  const text = readSmallFile(path, LONGEST_RESULT_BYTES);
  if (text !== undefined) return ok(text);
  return refused("bad-result", `${path} cannot be read, or is larger than 1 MB`, {
    hint: "keep the result short and put long material in files beside it",
    place: path,
  });
}

/**
 * The bullets of a section, or its paragraphs where it has no bullets, each on one line. What still says
 * `[placeholder]` was not filled in and is none.
 */
export function itemsOf(text: string, section: ResultSection): readonly string[] {
  const lines = linesOf(text, section);
  const bullets = collect(lines, true);
  const items = bullets.length > 0 ? bullets : collect(lines, false);
  return items
    .filter((item) => !/^\[placeholder\]/i.test(item) && item !== "")
    .map((item) => item.slice(0, LONGEST_ITEM))
    .slice(0, MOST_ITEMS);
}

/** The lines below a heading, whatever its level, up to the next; not those of a code block. */
function linesOf(text: string, section: ResultSection): readonly string[] {
  const found: string[] = [];
  let isInside = false;
  let isCode = false;
  for (const line of text.split(/\r?\n/)) {
    const isFence = /^ {0,3}(?:```|~~~)/.test(line);
    if (isFence) isCode = !isCode;
    if (isCode || isFence) continue;
    const heading = /^#{1,6}\s+(.*?)\s*#*\s*$/.exec(line)?.[1];
    if (heading !== undefined) isInside = heading.toLowerCase() === section.toLowerCase();
    else if (isInside) found.push(line);
  }
  return found;
}

/** Top-level bullets with what is indented below them, or paragraphs. */
function collect(lines: readonly string[], isBullets: boolean): readonly string[] {
  const items: string[] = [];
  let isOpen = false;
  for (const line of lines) {
    const bullet = /^ {0,1}(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(.*)$/.exec(line)?.[1];
    const begins = isBullets ? bullet : isOpen || line.trim() === "" ? undefined : line;
    if (begins !== undefined) {
      items.push(begins.trim());
      isOpen = true;
    } else if (line.trim() === "") isOpen = false;
    else if (isOpen) items.push(`${items.pop() ?? ""} ${line.trim().replace(/^[-*+]\s+/, "· ")}`.trim());
  }
  return items;
}
