import { ENTRY_KINDS, type Change, type Entry, type PlanState } from "../plan/state.ts";
import { neutralizeLine } from "./neutralize.ts";

/**
 * A change in words: `T5 blocked by codex:two: No staging database`. What an entry from outside says is not repeated.
 */
export function describeChange(state: PlanState, change: Change, maxChars = 160): string {
  const [noun = "", verb = ""] = change.type.split(".", 2);
  if (noun === "evidence") return neutralizeLine(`check ${change.subject ?? ""} ${change.text ?? ""}`, maxChars);
  if (change.type === "plan.renamed") {
    return neutralizeLine(`plan also called ${change.subject ?? ""} by ${change.session}`, maxChars);
  }
  const isEntry = noun === "entry";
  const entry = isEntry ? findEntry(state, change) : undefined;
  const named = noun === "check" ? `check ${change.subject ?? ""}` : (change.subject ?? noun);
  const subject = isEntry ? (entry?.kind ?? "entry") : named;
  const what = change.type === "conflict.listed" ? "refused in the merge, written" : verb.replaceAll("-", " ");
  const words = `${subject} ${what} by ${change.session}`;
  if (entry?.untrusted === true) return neutralizeLine(`${words} (from outside: read findings.md)`, maxChars);
  // An entry that has left the state may have come from outside.
  const isSafe = !isEntry || entry !== undefined;
  const hasText = change.text !== undefined && change.text !== "";
  return neutralizeLine(isSafe && hasText ? `${words}: ${change.text}` : words, maxChars);
}

/** By its id; otherwise by who and when, and then an untrusted one rather than another. */
function findEntry(state: PlanState, { subject, at, session }: Change): Entry | undefined {
  const found: Entry[] = [];
  for (const kind of ENTRY_KINDS) {
    for (const entry of state.entries[kind].recent) {
      if (entry.id === subject) return entry;
      if (entry.at === at && entry.session === session) found.push(entry);
    }
  }
  return found.find(({ untrusted }) => untrusted === true) ?? found[0];
}
