import { renderItems } from "../../context/list-items.ts";
import { fitLines } from "../../context/session-texts.ts";
import { NOTHING, type Answer, type Hook, type HostEventOf } from "./host-hook.ts";
import { fingerprint } from "../../workspace/fingerprint.ts";
import { standingOf } from "./host-standing.ts";
import { itemsFor } from "./list-items.ts";
import type { MemoryNote } from "./memory-note.ts";

/** The agent is about to write its host's own list: the plan's phases and tasks go into it, where it is on one. */
export function answerListing({ event, workspace }: Hook<HostEventOf<"tool-starting">>): Answer {
  const { items: own } = event.tool;
  // A subagent has a task of its own, and its list is not the conversation's.
  if (event.agent !== undefined || own === undefined) return NOTHING;
  const items = itemsFor(workspace);
  return { reply: items === undefined ? {} : { items }, notes: [{ note: "items", items: own }] };
}

/** An item of a list that nobody can write into: the plan's are told, and again once they have become others. */
export function answerListed({ event, workspace, memory, limits }: Hook<HostEventOf<"tool-finished">>): Answer {
  const { item } = event.tool;
  if (event.agent !== undefined || item === undefined || event.outcome === "failed") return NOTHING;
  const noted: MemoryNote = { note: "item", ...item };
  const standing = standingOf(workspace);
  if (!standing.ok || standing.value.kind !== "bound") return { reply: {}, notes: [noted] };
  const { slug: plan, revision } = standing.value.head;
  const known = memory.listed?.plan === plan ? memory.listed : undefined;
  const items = known?.revision === revision ? undefined : itemsFor(workspace);
  if (items === undefined) return { reply: {}, notes: [noted] };
  const context = fitLines(renderItems(items).split("\n"), limits);
  const print = fingerprint(context);
  const notes: readonly MemoryNote[] = [noted, { note: "listed", plan, revision, print }];
  return { reply: known?.print === print ? {} : { context }, notes };
}
