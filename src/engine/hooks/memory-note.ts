import type { UnknownTask } from "../../context/assignment.ts";
import type { ListItem } from "../../context/plan-item.ts";
import { isObject } from "../../plan/shape.ts";

/** One line of a session's memory. Lost ones cost a repetition and nothing else. */
export type MemoryNote =
  /** An event was taken up; who noted it first handles it. */
  | { readonly note: "handled"; readonly id: string; readonly by: string }
  /** The model was told of a plan as of a revision. */
  | { readonly note: "saw"; readonly plan: string; readonly revision: number }
  /** The model was told something that is said once. */
  | { readonly note: "told"; readonly what: string }
  | { readonly note: "context-use"; readonly share: number }
  /** The window was emptied: how full it was is past. */
  | { readonly note: "compacted" }
  | { readonly note: "changed"; readonly files: readonly string[] }
  /** What was changed so far has been logged. */
  | { readonly note: "logged" }
  /** The conversation ended; it may be taken up again. */
  | { readonly note: "ended" }
  /** Prompts that the host will send by itself, as fingerprints. */
  | { readonly note: "scheduled"; readonly prompts: readonly string[] }
  | ({ readonly note: "spawned" } & Spawn)
  /** A subagent was seen, of a known spawn or of none. */
  | { readonly note: "agent"; readonly agent: string; readonly call?: string }
  /** With the end of what it said. */
  | { readonly note: "agent-ended"; readonly agent: string; readonly last: string }
  /** `how` is for whoever started it, who may not have heard yet. */
  | { readonly note: "spawn-ended"; readonly call: string; readonly how?: string }
  /** What the session was bound to when it ended, and that this is settled since it was taken up again. */
  | { readonly note: "left"; readonly plan: string; readonly role: "writer" | "observer" }
  | { readonly note: "taken-up" }
  /** The host's own list of what is to be done, as a whole, and one item of it. */
  | { readonly note: "items"; readonly items: readonly ListItem[] }
  | ({ readonly note: "item"; readonly id: string } & Partial<ListItem>)
  /** The plan was told as items, as of a revision; `print` is of what was said. */
  | ({ readonly note: "listed" } & Listed)
  | { readonly note: "began"; readonly at: number; readonly plan?: string; readonly revision?: number };

/** What a plan looked like as items of a list. */
export interface Listed {
  readonly plan: string;
  readonly revision: number;
  readonly print: string;
}

/** A subagent that was started, on a task or on something else. */
export interface Spawn {
  readonly call: string;
  readonly subagentType?: string;
  readonly plan?: string;
  readonly task?: string;
  readonly fence?: string;
  /** It was given a task by this name, which the plan has not. */
  readonly unknown?: UnknownTask;
  readonly review?: AskedReview;
}

/** A review that a subagent was started for. */
export interface AskedReview {
  /** The id of a task; none where the plan as a whole is reviewed. */
  readonly id?: string;
  readonly reviewer: string;
  /** The attempt that was there to be looked at, by its fence. */
  readonly attempt?: string;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

const isItem = (value: unknown): boolean => isObject(value) && isText(value["content"]) && isText(value["status"]);

/** The note on a line; undefined where it is none. */
export function parseNote(line: string): MemoryNote | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) && isNote(value) ? (value as unknown as MemoryNote) : undefined;
  } catch {
    return undefined;
  }
}

const isReview = (value: unknown): boolean =>
  isObject(value) &&
  isText(value["reviewer"]) &&
  [value["id"], value["attempt"]].every((text) => text === undefined || isText(text));

const isUnknown = (value: unknown): boolean =>
  isObject(value) &&
  isText(value["task"]) &&
  isText(value["plan"]) &&
  Array.isArray(value["near"]) &&
  value["near"].every(isText);

function isNote(value: Readonly<Record<string, unknown>>): boolean {
  const texts = (...names: readonly string[]): boolean => names.every((name) => isText(value[name]));
  switch (value["note"]) {
    case "handled":
      return texts("id", "by");
    case "saw":
      return texts("plan") && isNumber(value["revision"]);
    case "listed":
      return texts("plan", "print") && isNumber(value["revision"]);
    case "told":
      return texts("what");
    case "context-use":
      return isNumber(value["share"]);
    case "changed":
      return Array.isArray(value["files"]) && value["files"].every(isText);
    case "compacted":
    case "logged":
    case "ended":
    case "taken-up":
      return true;
    case "scheduled":
      return Array.isArray(value["prompts"]) && value["prompts"].every(isText);
    case "spawned":
      return (
        texts("call") &&
        (value["review"] === undefined || isReview(value["review"])) &&
        (value["unknown"] === undefined || isUnknown(value["unknown"]))
      );
    case "agent":
      return texts("agent") && (value["call"] === undefined || texts("call"));
    case "agent-ended":
      return texts("agent", "last");
    case "spawn-ended":
      return texts("call") && (value["how"] === undefined || texts("how"));
    case "left":
      return texts("plan") && (value["role"] === "writer" || value["role"] === "observer");
    case "items":
      return Array.isArray(value["items"]) && value["items"].every(isItem);
    case "item":
      return texts("id") && ["content", "status"].every((name) => value[name] === undefined || isText(value[name]));
    case "began":
      return isNumber(value["at"]);
    default:
      return false;
  }
}
