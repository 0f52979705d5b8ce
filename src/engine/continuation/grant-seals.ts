import type { Grant } from "../../continuation/grant.ts";
import { readSealed } from "../../journal/seals.ts";
import type { JournalEvent, PlacedRecord, Stamp } from "../../plan/record.ts";
import { factsLayout } from "../layout.ts";
import type { Workspace } from "../workspace.ts";

/**
 * Whether the records in which a person gave a grant are there as they were written, and give as many turns as it has.
 * Checked where a turn of it is spent, so that a line put into the journal by hand lets nothing go on. Where no key can
 * be had nothing can be told.
 */
export function isGenuine(workspace: Workspace, grant: Grant): boolean {
  const key = workspace.key();
  if (key === undefined) return true;
  const acts = grant.acts as readonly Stamp[];
  try {
    const sealed = readSealed({ dir: factsLayout(workspace.layout).journal, key }, acts);
    const turns = acts.map((act) => turnsOf(sealed.get(act)));
    return turns.every((count) => count !== undefined) && turns.reduce<number>(sum, 0) >= grant.turns;
  } catch {
    return false;
  }
}

const sum = (total: number, count: number | undefined): number => total + (count ?? 0);

/** The turns that a person gives in a record; undefined where it is none of a person's. */
function turnsOf(record: PlacedRecord | undefined): number | undefined {
  if (record === undefined || typeof record.by.person !== "string") return undefined;
  const given = record.events.filter(({ type }) => type === "grant.given" || type === "grant.renewed");
  return given.length === 0 ? undefined : given.map(turnsIn).reduce(sum, 0);
}

const turnsIn = ({ turns }: JournalEvent): number => (typeof turns === "number" ? turns : 0);
