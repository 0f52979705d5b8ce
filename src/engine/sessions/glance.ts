import type { Surroundings } from "../../context/session-texts.ts";
import { glanceAtGit } from "../../workspace/git-glance.ts";
import { locateGit, readBranch } from "../../workspace/git-layout.ts";

/** The checkout that a session works in, at a glance. */
export async function glanceAt(folder: string): Promise<Omit<Surroundings, "folder">> {
  const git = locateGit(folder);
  if (git === undefined) return { commits: [] };
  const branch = readBranch(git);
  return { ...(branch === undefined ? {} : { branch }), ...(await glanceAtGit(folder)) };
}
