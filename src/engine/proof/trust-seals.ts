import { readSealed } from "../../journal/seals.ts";
import type { PlacedRecord } from "../../plan/record.ts";
import { factsLayout } from "../layout.ts";
import type { Workspace } from "../workspace.ts";

/**
 * Those of some digests that a person trusts, by records that are there as they were signed. Asked where trust is
 * spent, so that a line put into the journal by hand lets nothing run and nothing count. Where no key can be had
 * nothing can be told.
 */
export function trustedAmong(workspace: Workspace, digests: readonly string[]): ReadonlySet<string> {
  const facts = workspace.facts();
  if (!facts.ok) return new Set();
  const { trusted } = facts.value.state;
  const found = digests.flatMap((digest) => trusted.get(digest) ?? []);
  const key = workspace.key();
  if (found.length === 0 || key === undefined) return new Set(found.map(({ digest }) => digest));
  try {
    const stamps = found.map(({ stamp }) => stamp);
    const sealed = readSealed({ dir: factsLayout(workspace.layout).journal, key }, stamps);
    const genuine = found.filter(({ digest, stamp }) => isTrustIn(sealed.get(stamp), digest));
    return new Set(genuine.map(({ digest }) => digest));
  } catch {
    return new Set();
  }
}

/** Whether a record is a person's trust in that digest: a snapshot may name any record for it. */
const isTrustIn = (record: PlacedRecord | undefined, digest: string): boolean =>
  typeof record?.by.person === "string" &&
  record.events.some((event) => event.type === "check.trusted" && event["digest"] === digest);
