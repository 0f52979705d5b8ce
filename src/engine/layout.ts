import { join } from "node:path";

/** Where the parts of a workspace lie (design.md §4). */
export interface WorkspaceLayout {
  /** `.planning` */
  readonly planning: string;
  /** Where journals are: in `planning`, or under `journal.dir`. */
  readonly journals: string;
  /** Second names: a folder in the Git common directory; undefined outside Git. */
  readonly second: string | undefined;
}

export interface PlanLayout {
  readonly slug: string;
  readonly folder: string;
  readonly journal: string;
  readonly second: string | undefined;
  readonly published: string;
  readonly head: string;
  readonly state: string;
  readonly previous: string;
  readonly receipt: string;
  /** Records that were found not to be as Holdfast writes them. */
  readonly doubts: string;
}

export function planLayout({ planning, journals, second }: WorkspaceLayout, slug: string): PlanLayout {
  const folder = join(planning, slug);
  const local = join(planning, ".local", "plans", slug);
  return {
    slug,
    folder,
    journal: join(journals, slug, "journal"),
    second: second === undefined ? undefined : join(second, "plans", slug),
    published: join(folder, "published"),
    head: join(folder, "head.json"),
    state: join(folder, "state.json"),
    previous: join(local, "earlier.json"),
    receipt: join(local, "absorbed.json"),
    doubts: join(local, "doubts"),
  };
}

/** The workspace's own journal: facts of this clone, never published. */
export function factsLayout({ planning, journals, second }: WorkspaceLayout) {
  const local = join(planning, ".local");
  return {
    journal: journals === planning ? join(local, "workspace", "journal") : join(journals, ".workspace", "journal"),
    second: second === undefined ? undefined : join(second, "facts"),
    state: join(local, "workspace", "state.json"),
    previous: join(local, "workspace", "earlier.json"),
  };
}
