import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "../../plan/shape.ts";
import { restoreFacts } from "../../workspace/fact-snapshot.ts";
import type { WorkspaceState } from "../../workspace/facts.ts";
import { factsLayout, type WorkspaceLayout } from "../layout.ts";

/**
 * What a workspace knows beside its plans, from the snapshot alone, where every journal file is as long as when that
 * was made; undefined otherwise. The snapshot's seal is not checked: it serves for what is told to a model, and for
 * nothing that is allowed or refused.
 */
export function readFreshFacts(layout: WorkspaceLayout): WorkspaceState | undefined {
  const { journal, state } = factsLayout(layout);
  try {
    const snapshot: unknown = JSON.parse(readFileSync(state, "utf8"));
    if (!isObject(snapshot) || !isObject(snapshot["cursor"])) return undefined;
    const { files } = snapshot["cursor"];
    const names = readdirSync(journal).filter((name) => name.endsWith(".jsonl"));
    if (!isObject(files) || names.length !== Object.keys(files).length) return undefined;
    const isWhole = names.every((name) => {
      const file = files[name.slice(0, -".jsonl".length)];
      return isObject(file) && file["bytes"] === statSync(join(journal, name)).size;
    });
    if (!isWhole) return undefined;
    const { format: _, cursor: __, ...facts } = snapshot;
    return restoreFacts(facts);
  } catch {
    return undefined;
  }
}
