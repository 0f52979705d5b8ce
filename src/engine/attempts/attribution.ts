import { isInside } from "../../workspace/contained-path.ts";
import type { Edit } from "./edit-log.ts";

/** One attempt as far as others have to be told from it: who was at work on what, from when to when. */
export interface Stint {
  readonly fence: string;
  readonly session: string;
  readonly from: number;
  readonly to: number;
  /** Paths that its task means to change, as files are called. */
  readonly touches: readonly string[];
  /** The time after it has ended, in which its work is looked at: what its conversation does for nothing else is its own. */
  readonly isAftermath?: true;
}

/**
 * Whose a changed file is. `event`: a tool of its own changed it; `shell`: nobody else was there; `other`: a tool of
 * somebody else's changed it; `unattributed`: there is no telling.
 */
export type Verdict = "event" | "shell" | "other" | "unattributed";

export interface Scene {
  readonly own: Stint;
  /** Of the same plan, whether or not they work in the same checkout. */
  readonly others: readonly Stint[];
  /** Between the beginning and the end of the attempt. */
  readonly edits: readonly Edit[];
}

/** Whose edit it was, where it was a file of that name: the attempt's own, another's, or one of several by one hand. */
function judgeEdit({ own, others }: Scene, edit: Edit, path: string): "own" | "other" | "unsure" {
  const at = (session: string, stints: readonly Stint[] = [own, ...others]): readonly Stint[] =>
    stints.filter((stint) => stint.session === session && stint.from <= edit.at && edit.at <= stint.to);
  if (own.isAftermath === true) {
    const isBusy = [edit.actor, edit.session].some((session) => at(session, others).length > 0);
    return !isBusy && isSameRoot(own.session, edit.session) ? "own" : "other";
  }
  // A subagent without an attempt of its own helps with its conversation's.
  const direct = at(edit.actor);
  const meant = direct.length > 0 ? direct : at(edit.session);
  if (!meant.includes(own)) return "other";
  if (meant.length === 1) return "own";
  const touching = meant.filter(({ touches }) => touches.some((part) => covers(part, path)));
  if (touching.length !== 1) return "unsure";
  return touching[0] === own ? "own" : "other";
}

const covers = (part: string, path: string): boolean => {
  const folder = part.replace(/\/(?:\*\*?)?$/, "");
  return path === part || path.startsWith(`${folder}/`);
};

/** Whose a changed file is, by the edits that name it; `isAlone`: nobody else was at work in that checkout. */
export function judgeFile(scene: Scene, path: string, naming: readonly Edit[], isAlone: boolean): Verdict {
  const judged = new Set(naming.map((edit) => judgeEdit(scene, edit, path)));
  if (judged.has("own")) return "event";
  if (judged.has("unsure")) return "unattributed";
  if (judged.has("other")) return "other";
  return isAlone ? "shell" : "unattributed";
}

/** Whether a tool of somebody else's changed anything in a checkout meanwhile. */
export const isShared = (scene: Scene, top: string): boolean =>
  scene.edits.some((edit) => edit.files.some((file) => isInside(top, file) && judgeEdit(scene, edit, "") !== "own"));

/** Of two sessions whether the one is the other, or a subagent of the same conversation. */
export const isSameRoot = (one: string, other: string): boolean => rootOf(one) === rootOf(other);

const rootOf = (session: string): string => session.split("+", 1)[0]!;
