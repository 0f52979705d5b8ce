import { headCommit } from "../workspace/git.ts";

/** The commit that is checked out where somebody stands; undefined outside Git and before the first. */
export function currentCommit(dir: string): string | undefined {
  const head = headCommit(dir);
  return head.ok ? head.value : undefined;
}
