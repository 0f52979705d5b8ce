import { lstatSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { ok, refuse, refused, type Refusal, type Result } from "../plan/refusal.ts";
import { isInside, portablePath } from "./contained-path.ts";
import { headCommit, listSubmodules, pushStash, readStatus } from "./git.ts";
import { readGitLayout } from "./git-layout.ts";
import { absolutePath, type Checkout } from "./repositories.ts";
import { INSIDE } from "./worktrees.ts";

/** A plan as far as switching from it matters. */
export interface SwitchSource {
  readonly plan: string;
  readonly status: string;
  readonly phase: string;
  readonly checkouts: readonly Checkout[];
}

export interface SwitchRequest {
  readonly root: string;
  /** Absolute path of the workspace's folder; what is in it never counts. */
  readonly planning: string;
  /** The plan that is being worked on; none before the first. */
  readonly from?: SwitchSource;
  /** Slug of the plan to switch to. */
  readonly to: string;
}

export interface DirtyCheckout {
  readonly repo: string;
  /** Absolute. */
  readonly path: string;
  readonly changed: readonly string[];
  readonly untracked: readonly string[];
  readonly unmerged: readonly string[];
}

export interface SwitchSafety {
  readonly isSwitching: boolean;
  readonly isSafe: boolean;
  readonly dirty: readonly DirtyCheckout[];
  readonly recommendation: "none" | "commit-first" | "stash-first";
}

export interface Stashed {
  readonly repo: string;
  readonly path: string;
  /** The stash's commit. */
  readonly commit: string;
}

const SAFE: SwitchSafety = { isSwitching: false, isSafe: true, dirty: [], recommendation: "none" };

/** What in a checkout is no work of the plan's: Holdfast's folder, worktrees, and checkouts of other repositories. */
const notWork = (request: SwitchRequest, toplevel: string): readonly string[] => {
  const others = request.from?.checkouts.map((checkout) => absolutePath(request.root, checkout)) ?? [];
  return [request.planning, join(request.root, INSIDE), ...others]
    .filter((path) => path !== toplevel && isInside(toplevel, path))
    .map((path) => portablePath(toplevel, path));
};

const readDirty = (request: SwitchRequest, checkout: Checkout): Result<DirtyCheckout | undefined> => {
  const path = resolve(request.root, checkout.path);
  if (!readGitLayout(path)) return ok(undefined);
  const status = readStatus(path, { except: notWork(request, path) });
  if (!status.ok) return status;
  const { changed, unmerged } = status.value;
  // A repository inside keeps its own changes; a switch does not touch them.
  const untracked = status.value.untracked.filter((entry) => !entry.endsWith("/"));
  const isClean = changed.length + unmerged.length + untracked.length === 0;
  return ok(isClean ? undefined : { repo: checkout.repo, path, changed, untracked, unmerged });
};

/** Whether changes of one plan would be carried into another. Every dirty checkout of the plan is named. */
export const assessSwitch = (request: SwitchRequest): Result<SwitchSafety> => {
  const { from, to } = request;
  if (!from || from.plan === to) return ok(SAFE);
  const dirty: DirtyCheckout[] = [];
  for (const checkout of from.checkouts) {
    const found = readDirty(request, checkout);
    if (!found.ok) return found;
    if (found.value) dirty.push(found.value);
  }
  if (dirty.length === 0) return ok({ ...SAFE, isSwitching: true });
  const isVerifying = from.status === "done" || from.status === "verifying" || from.phase === "verify";
  return ok({ isSwitching: true, isSafe: false, dirty, recommendation: isVerifying ? "commit-first" : "stash-first" });
};

const countOf = ({ changed, untracked, unmerged }: DirtyCheckout): number =>
  changed.length + untracked.length + unmerged.length;

/** The refusal for a switch that is not safe, for whoever cannot be asked. */
export const refuseSwitch = (request: SwitchRequest, safety: SwitchSafety): Refusal => {
  const list = safety.dirty.map((dirty) => `${dirty.repo} (${countOf(dirty)} in ${dirty.path})`).join(", ");
  const first = safety.recommendation === "commit-first" ? "Commit them (best here), or use" : "Use";
  return refuse("dirty-switch", `Changes of ${request.from?.plan} are not committed: ${list}.`, {
    hint: `${first} --stash to put them aside under both plans' names, or --allow-dirty to take them along. Ask the person which.`,
  });
};

/** Files of the workspace's folder with their sizes; drafts of writers at work are left out. */
const listFiles = (folder: string, prefix = ""): ReadonlyMap<string, number> => {
  const files = new Map<string, number>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) {
      for (const [path, size] of listFiles(join(folder, entry.name), `${name}/`)) files.set(path, size);
    } else if (!entry.name.endsWith(".tmp")) {
      files.set(name, lstatSync(join(folder, entry.name), { throwIfNoEntry: false })?.size ?? 0);
    }
  }
  return files;
};

const filesOf = (planning: string): ReadonlyMap<string, number> =>
  lstatSync(planning, { throwIfNoEntry: false })?.isDirectory() ? listFiles(planning) : new Map();

/** Files that are gone, and journals that got shorter: others at work only ever add. */
const lostFiles = (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): readonly string[] =>
  [...before]
    .filter(([name, size]) => {
      const now = after.get(name);
      return now === undefined || (name.endsWith(".jsonl") && now < size);
    })
    .map(([name]) => name);

const refuseUnstashable = (dirty: readonly DirtyCheckout[]): Result<void> => {
  for (const { repo, path, changed, unmerged } of dirty) {
    if (unmerged.length > 0)
      return refused(
        "unmerged-files",
        `${repo} is in the middle of a merge, which cannot be stashed: ${unmerged.join(", ")}.`,
        {
          hint: "Conclude the merge first. Nothing was stashed.",
        },
      );
    const head = headCommit(path);
    if (!head.ok) return head;
    if (head.value === undefined)
      return refused("no-commit", `${repo} has no commit yet, so nothing in it can be stashed.`, {
        hint: "Commit something first. Nothing was stashed.",
      });
    const submodules = listSubmodules(path);
    if (!submodules.ok) return submodules;
    const within = changed.filter((entry) => submodules.value.includes(entry));
    if (within.length > 0)
      return refused(
        "changed-submodules",
        `A stash takes nothing of submodules, as of ${repo}: ${within.join(", ")}.`,
        {
          hint: "Commit what they are at, or --allow-dirty to take it along. Nothing was stashed.",
        },
      );
  }
  return ok(undefined);
};

const describeStashes = (stashed: readonly Stashed[]): string =>
  stashed.length === 0
    ? "Nothing was stashed."
    : `Stashed already, and found with \`git stash list\` there: ${stashed.map(({ repo, path }) => `${repo} (${path})`).join(", ")}.`;

/** What is still changed or unknown to Git in a repository of the plan. */
const readLeft = (request: SwitchRequest, repo: string): Result<readonly string[]> => {
  const checkout = request.from?.checkouts.find((each) => each.repo === repo);
  const dirty = checkout === undefined ? ok(undefined) : readDirty(request, checkout);
  return dirty.ok ? ok([...(dirty.value?.changed ?? []), ...(dirty.value?.untracked ?? [])]) : dirty;
};

/**
 * Stashes the changes of every dirty checkout, leaving the workspace's folder alone, and makes sure that it did. Where
 * one fails, the refusal says what was stashed before it.
 */
export const stashForSwitch = (request: SwitchRequest, safety: SwitchSafety): Result<readonly Stashed[]> => {
  const possible = refuseUnstashable(safety.dirty);
  if (!possible.ok) return possible;
  const before = filesOf(request.planning);
  const message = `[holdfast] switch from ${request.from?.plan} to ${request.to}`;
  const stashed: Stashed[] = [];
  for (const { repo, path } of safety.dirty) {
    const status = readStatus(path);
    const nested = status.ok ? status.value.untracked.filter((entry) => entry.endsWith("/")) : [];
    const pushed = pushStash(path, message, [...notWork(request, path), ...nested.map((entry) => entry.slice(0, -1))]);
    if (!pushed.ok)
      return refused(
        "stash-failed",
        `The changes of ${repo} could not be stashed. ${pushed.refusal.message} ${describeStashes(stashed)}`,
        {
          details: [pushed.refusal],
        },
      );
    if (pushed.value !== undefined) stashed.push({ repo, path, commit: pushed.value });
    const lost = lostFiles(before, filesOf(request.planning));
    if (lost.length > 0)
      return refused(
        "stash-took-plans",
        `The stash in ${path} took files of the workspace along: ${lost.slice(0, 5).join(", ")}.`,
        {
          hint: `They are in the stash ${pushed.value ?? "there"}; apply it to have them back. ${describeStashes(stashed)}`,
        },
      );
    const left = readLeft(request, repo);
    if (!left.ok) return left;
    if (left.value.length > 0)
      return refused("stash-failed", `Not all of ${repo} could be put aside: ${left.value.slice(0, 5).join(", ")}.`, {
        hint: `See to these by hand, or --allow-dirty. ${describeStashes(stashed)}`,
      });
  }
  return ok(stashed);
};
