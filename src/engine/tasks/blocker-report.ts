import type { BlockerInput } from "../../plan/commands.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";

const HEADINGS = {
  tried: "What Was Attempted",
  why: "Why It Failed",
  resolve: "Suggested Resolution",
} as const;

/** What Holdfast writes around its own reports. */
const OWN_MARK = /^<!-- holdfast: ?.*-->$/;

/**
 * The blocker in a report with the three headings of `blockers.md`, in any order and at any level. Where a heading
 * stands there more than once, the first counts: older blockers come below.
 */
export function parseBlockerReport(text: string, name: string): Result<BlockerInput> {
  const sections = new Map<string, string>();
  let heading: string | undefined;
  let body: string[] = [];
  const close = (): void => {
    if (heading !== undefined && !sections.has(heading)) sections.set(heading, body.join("\n").trim());
    body = [];
  };
  let isFenced = false;
  for (const line of text.split(/\r?\n/)) {
    if (OWN_MARK.test(line)) continue;
    if (/^\s*(```|~~~)/.test(line)) isFenced = !isFenced;
    const found = isFenced ? null : /^#{1,6}\s+(.*?)[\s:#]*$/.exec(line);
    if (found === null) body.push(line);
    else {
      close();
      heading = (found[1] ?? "").toLowerCase();
    }
  }
  close();
  const read = (field: keyof typeof HEADINGS): string => sections.get(HEADINGS[field].toLowerCase()) ?? "";
  const blocker = { tried: read("tried"), why: read("why"), resolve: read("resolve") };
  const missing = (Object.keys(HEADINGS) as (keyof typeof HEADINGS)[]).filter((field) => blocker[field] === "");
  if (missing.length === 0) return ok(blocker);
  const names = missing.map((field) => `"${HEADINGS[field]}"`).join(", ");
  return refused("bad-blocker", `${name} says nothing under ${names}`, {
    hint: `a report has the headings ${Object.values(HEADINGS)
      .map((each) => `## ${each}`)
      .join(", ")}`,
    place: name,
  });
}
