import { relative, sep } from "node:path";
import { PLAN_FILES } from "../../context/plan-files.ts";
import { isSlug } from "../../plan/names.ts";
import { isInside } from "../../workspace/contained-path.ts";
import { fitsPattern } from "../../workspace/shell-spot.ts";

/** What Holdfast alone writes. `whole`: a plan's folder, or all of them. */
export type Kept = "journal" | "state" | "evidence" | "text" | "local" | "whole";

/** The folders of a workspace in which Holdfast keeps things; absolute. */
export interface KeptFolders {
  readonly planning: string;
  /** Where journals are beside it: their second names, and `journal.dir`. All in there is Holdfast's. */
  readonly journals: readonly string[];
}

const IN_PLAN: Readonly<Record<string, Kept>> = {
  journal: "journal",
  published: "journal",
  "state.json": "state",
  "head.json": "state",
  evidence: "evidence",
  archive: "text",
  ...Object.fromEntries(PLAN_FILES.map((name) => [name, "text"] as const)),
};

/**
 * What of Holdfast's own is at a path, or may be where a pattern stands in it; undefined for what people and agents
 * write: notes, outputs of tasks, lanes, settings for everybody.
 */
export function keptAt(path: string, { planning, journals }: KeptFolders): Kept | undefined {
  if (journals.some((folder) => isInside(folder, path))) return "journal";
  if (!isInside(planning, path)) return undefined;
  const [first = "", second] = relative(planning, path).split(sep);
  if (first === "") return "whole";
  const isFit = (name: string, part: string): boolean => fitsPattern(name, part);
  if (isFit(".local", first)) return "local";
  if (second === undefined) {
    if (isFit(".gitignore", first) || isFit(".gitattributes", first)) return "local";
    return isSlug(first) || /[*?[]/.test(first) ? "whole" : undefined;
  }
  return Object.entries(IN_PLAN).find(([name]) => isFit(name, second))?.[1];
}

/** What to do instead, in a sentence. */
export function wayAround(kept: Kept): string {
  switch (kept) {
    case "journal":
    case "state":
      return "change the plan with commands: holdfast task …, holdfast next, holdfast log";
    case "evidence":
      return "holdfast verify runs the checks and keeps what they print";
    case "text":
      return "it is rendered from the plan: holdfast log, holdfast finding, holdfast task …; notes.md is free to write";
    case "local":
      return "it belongs to this clone; holdfast doctor tells what is wrong with it";
    case "whole":
      return "name the files that are meant and leave this folder out";
    default:
      return kept satisfies never;
  }
}
