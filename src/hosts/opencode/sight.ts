import { statSync } from "node:fs";
import { join } from "node:path";
import type { ListItem } from "../../context/plan-item.ts";
import { splitHotContext } from "../../context/hot-parts.ts";
import { goalLine } from "../../engine/goals/goals.ts";
import { itemsFor } from "../../engine/hooks/list-items.ts";
import { standingOf } from "../../engine/hooks/host-standing.ts";
import type { HeadFile } from "../../engine/plans/fresh-head.ts";
import { factsLayout, type WorkspaceLayout } from "../../engine/layout.ts";
import { findPlace, listSlugs, secondFolder, type Caller } from "../../engine/place.ts";
import { Workspace } from "../../engine/workspace.ts";
import type { Role } from "../../plan/record.ts";
import type { Sight } from "./door.ts";
import { frameMoving, frameStable } from "./host-text.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** A workspace as it was found, and its plans by name. */
interface Place {
  readonly layout: WorkspaceLayout;
  readonly planning: string;
  readonly root: string;
  readonly slugs: readonly string[];
  readonly mark: string;
  readonly foundAt: number;
}

interface Seen {
  readonly mark: string;
  readonly at: number;
  readonly sight: Sight | undefined;
}

/** For how long it is believed that there is still no workspace in a folder. */
const NOTHING_FOR_MS = 1000;
/** A lease that runs out changes no file: after this time it is looked at anew. */
const SEEN_FOR_MS = 60_000;

/** What each session should see. Reads journals only where a file says that something moved. */
export class Sights {
  readonly #env: Env;
  readonly #now: () => number;
  readonly #places = new Map<string, Place | { readonly foundAt: number }>();
  readonly #seen = new Map<string, Seen>();

  constructor(env: Env, now: () => number = Date.now) {
    this.#env = env;
    this.#now = now;
  }

  /** The workspace of a folder; undefined where there is none. */
  place(cwd: string): Place | undefined {
    const known = this.#places.get(cwd);
    const now = this.#now();
    if (known !== undefined && "mark" in known) {
      if (markOf(known.planning) === known.mark) return known;
    } else if (known !== undefined && now - known.foundAt < NOTHING_FOR_MS) return undefined;
    const found = this.#find(cwd, now);
    this.#places.set(cwd, found ?? { foundAt: now });
    return found;
  }

  async look(session: string, cwd: string): Promise<Sight | undefined> {
    const place = this.place(cwd);
    if (place === undefined) return undefined;
    const key = `${session}\n${cwd}`;
    const mark = marksOf(place);
    const now = this.#now();
    const known = this.#seen.get(key);
    if (known !== undefined && known.mark === mark && now - known.at < SEEN_FOR_MS) return known.sight;
    const sight = await withWorkspace({ session, cwd, env: this.#env }, (workspace) => readSight(workspace, session));
    this.#seen.set(key, { mark, at: now, sight });
    return sight;
  }

  async planTodos(session: string, cwd: string): Promise<readonly ListItem[] | undefined> {
    if (this.place(cwd) === undefined) return undefined;
    return withWorkspace({ session, cwd, env: this.#env }, itemsFor);
  }

  #find(cwd: string, foundAt: number): Place | undefined {
    const found = findPlace({ cwd, env: this.#env });
    if (!found.ok || found.value.state === "none") return undefined;
    const { planning, root } = found.value;
    const mark = markOf(planning);
    const layout: WorkspaceLayout = { planning, journals: planning, second: secondFolder(root) };
    return { layout, planning, root, slugs: listSlugs(found.value, layout), mark, foundAt };
  }
}

function markOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? "" : `${stats.ino}:${stats.size}:${stats.mtimeMs}`;
}

/** Bindings and goals, and how far each plan is. */
const marksOf = ({ layout, planning, slugs }: Place): string =>
  [factsLayout(layout).state, ...slugs.map((slug) => join(planning, slug, "head.json"))].map(markOf).join("|");

/** Opens the workspace for one look; undefined where that cannot be done. */
export async function withWorkspace<T>(
  caller: Caller,
  use: (workspace: Workspace) => T | Promise<T>,
): Promise<T | undefined> {
  const opened = await Workspace.open(caller);
  if (!opened.ok) return undefined;
  try {
    return await use(opened.value);
  } finally {
    opened.value.close();
  }
}

function readSight(workspace: Workspace, session: string): Sight | undefined {
  const standing = standingOf(workspace);
  if (!standing.ok) return undefined;
  if (standing.value.kind === "bound") return planSight(standing.value.head, standing.value.role);
  const goal = goalLine(workspace, session);
  return goal === undefined ? undefined : { stable: frameStable(undefined, [goal]) };
}

function planSight(head: HeadFile, role: Role): Sight {
  const { slug, revision } = head;
  const { stable, moving } = splitHotContext(head.hot.text);
  return {
    plan: slug,
    cue: `${role === "observer" ? "obs" : "task"}:${slug}`,
    stable: frameStable(slug, stable),
    moving: { lines: moving, frame: (lines, isUpdate) => frameMoving(slug, revision, lines, isUpdate) },
  };
}
