import { basename } from "node:path";
import { cutChars, neutralizeLine } from "../../context/neutralize.ts";
import { cueOf, PART_BREAK } from "../../context/status-line.ts";
import { hasChanges } from "../../workspace/git-glance.ts";
import { locateGit, readBranch } from "../../workspace/git-layout.ts";
import { headOfPlan } from "../plans/head-of-plan.ts";
import { standingOf, type Standing } from "../hooks/host-standing.ts";
import { MemoryFile } from "../hooks/memory-file.ts";
import { isPastUse, USE_STEP } from "../hooks/session-memory.ts";
import type { Workspace } from "../workspace.ts";

export interface StatusRequest {
  /** Absolute. */
  readonly cwd: string;
  /** Share of the context window in use, 0 to 1. */
  readonly contextUse?: number;
}

const LONGEST_LINE = 160;

/**
 * One line about a session: its plan, the checkout, how far the plan is, and how full its context is. Empty where there
 * is no plan. How full it is, is remembered for the hooks, which are not told.
 */
export async function statusLineOf(workspace: Workspace, { cwd, contextUse }: StatusRequest): Promise<string> {
  if (!workspace.exists || workspace.slugs().length === 0) return "";
  const standing = standingOf(workspace);
  if (!standing.ok) return "";
  if (contextUse !== undefined) remember(workspace, contextUse);
  const [plan = "", ...progress] = planParts(workspace, standing.value).split(PART_BREAK);
  const parts = [
    plan,
    await checkoutPart(cwd),
    ...progress,
    contextUse === undefined ? "" : `ctx ${Math.round(contextUse * 100)}%`,
  ];
  return cutChars(parts.filter((part) => part !== "").join(PART_BREAK), LONGEST_LINE);
}

/** What the plan's head has ready of the line, under the cue of the session's role. */
function planParts(workspace: Workspace, standing: Standing): string {
  if (standing.kind === "bound") return standing.head.statusLine.replace(/^\w+:/, `${cueOf(standing.role)}:`);
  const facts = workspace.facts();
  const slug = facts.ok ? facts.value.state.defaultPlan : undefined;
  const head = slug === undefined ? undefined : headOfPlan(workspace, slug);
  return head?.statusLine ?? "";
}

async function checkoutPart(cwd: string): Promise<string> {
  const git = locateGit(cwd);
  if (git === undefined) return "";
  const branch = readBranch(git);
  const mark = (await hasChanges(cwd)) ? "*" : "";
  const name = `${git.isLinked ? "worktree " : ""}${neutralizeLine(basename(git.toplevel), 40)}`;
  return `${name} ${branch === undefined ? "(detached)" : neutralizeLine(branch, 40)}${mark}`;
}

function remember({ place, actor }: Workspace, share: number): void {
  const file = new MemoryFile(place.planning, actor.session);
  const memory = file.read();
  if (isPastUse(memory, share) || Math.abs((memory.contextUse ?? -1) - share) < USE_STEP) return;
  file.add([{ note: "context-use", share }]);
}
