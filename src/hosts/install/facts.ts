import type { Part } from "./part.ts";
import type { Places } from "./places.ts";

/** What the settings of a host depend on. All paths absolute. */
export interface InstallFacts {
  /** The workspace's folder. */
  readonly root: string;
  readonly places: Places;
  /** For everybody who has the repository, rather than for this account alone. */
  readonly isShared: boolean;
  /** Git's list of what to leave out that nobody shares, and where the workspace lies below it; absent outside Git. */
  readonly exclude?: { readonly file: string; readonly prefix: string };
  /** The person, or the repository, has a status line of their own. */
  readonly hasStatusLine: boolean;
}

/** A line of text for people and a list of files, for one host. */
export interface HostSetup {
  readonly parts: readonly Part[];
  readonly notes: readonly string[];
  /** What earlier versions wrote, and this one has elsewhere or not at all. */
  readonly retired?: readonly Part[];
}

/** How Holdfast comes into a host; more than one is one too many. */
export type Ways = readonly ("plugin" | "personal" | "shared")[];
