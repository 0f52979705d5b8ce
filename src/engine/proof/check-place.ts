import { readdirSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { MACHINE_FORMATS } from "../../evidence/reports/readers.ts";
import { parseReport, type DeclaredReport } from "../../evidence/run/judge-tests.ts";
import type { TreeRequest } from "../../evidence/tree/tree.ts";
import { ok, refused, type Result } from "../../plan/refusal.ts";
import type { Check } from "../../plan/check-state.ts";
import type { PlanState } from "../../plan/state.ts";
import { isInside } from "../../workspace/contained-path.ts";
import { extraIgnoreRules, ignoredPaths, trackedIgnored } from "../../workspace/git.ts";
import { readGitLayout } from "../../workspace/git-layout.ts";
import { checkoutOfCheck, otherCheckouts, type CheckCheckout } from "./check-checkout.ts";
import type { Looked } from "./check-sight.ts";
import { untouchedOutputs } from "../tasks/output-files.ts";
import type { Workspace } from "../workspace.ts";

/** Where a check runs, and what its tree is. */
export interface CheckPlace extends Looked {
  /** The root of the checkout, absolute. */
  readonly top: string;
  /** Where it is started, absolute. */
  readonly cwd: string;
  readonly report?: DeclaredReport;
  /** What it says that it writes, from the root of the checkout. */
  readonly written: readonly string[];
}

/** Finds where a check runs, and what it looks at. `rulesOf` may remember checkouts that several look at. */
export function placeCheck(
  workspace: Workspace,
  state: PlanState,
  check: Check,
  rulesOf: RulesReader = readTreeRules,
): Result<CheckPlace> {
  const folders = foldersOfCheck(workspace, state, check);
  if (!folders.ok) return folders;
  const { top, cwd, repo } = folders.value;
  const report = check.report === undefined ? undefined : parseReport(check.report);
  if (check.report !== undefined && report === undefined) {
    return refused("bad-report", `the format of the report ${check.report} of check ${check.id} is not known`, {
      hint: `holdfast check edit ${check.id} --report <format>:<path>, with one of ${MACHINE_FORMATS.join(", ")}`,
    });
  }
  const written = [...check.outputs, ...(report === undefined ? [] : [report.path])]
    .map((path) => fromTop(top, resolve(cwd, path)))
    .filter((path) => path !== "" && !path.startsWith(".."));
  const tree = treeOf(workspace, top, written, rulesOf);
  if (!tree.ok) return tree;
  const scope = check.scope.map((path) => fromTop(top, resolve(top, path)));
  const outside = scope.find((path) => path.startsWith(".."));
  if (outside !== undefined) {
    return refused("outside", `the scope of check ${check.id} leaves the repository: ${outside}`, {
      hint: `holdfast check edit ${check.id} --scope <path from the repository's root>`,
    });
  }
  const others = treesOfOthers(workspace, state, check, { own: repo, rulesOf });
  if (!others.ok) return others;
  // The whole tree, by whatever name.
  return ok({
    top,
    cwd,
    tree: tree.value,
    scope: scope.includes("") ? [] : scope,
    written,
    ...(report === undefined ? {} : { report }),
    ...(repo === undefined ? {} : { repo }),
    ...(others.value.length === 0 ? {} : { others: others.value }),
  });
}

function treesOfOthers(
  workspace: Workspace,
  state: PlanState,
  check: Check,
  { own, rulesOf }: { readonly own: string | undefined; readonly rulesOf: RulesReader },
): Result<NonNullable<Looked["others"]>> {
  const checkouts = otherCheckouts(workspace, state, check, own);
  if (!checkouts.ok) return checkouts;
  const others: { repo: string; tree: TreeRequest }[] = [];
  for (const { repo, top } of checkouts.value) {
    const tree = treeOf(workspace, top, [], rulesOf);
    if (!tree.ok) return tree;
    others.push({ repo, tree: tree.value });
  }
  return ok(others);
}

/** The part of it that asks no Git: the root of the checkout, and where the check is started in it. */
export function foldersOfCheck(
  workspace: Workspace,
  state: PlanState,
  check: Check,
): Result<CheckCheckout & Pick<CheckPlace, "cwd">> {
  const found = checkoutOfCheck(workspace, state, check);
  if (!found.ok) return found;
  const { top } = found.value;
  const cwd = resolve(top, check.dir ?? ".");
  if (cwd === top || isInside(top, cwd)) return ok({ ...found.value, cwd });
  return refused("outside", `check ${check.id} would run in ${cwd}, outside of ${top}`, {
    hint: `holdfast check edit ${check.id} --dir <folder of the repository>`,
  });
}

/**
 * Whether what a check writes is part of the tree for others: not ignored, or tracked all the same. What cannot be told
 * counts.
 */
export function writesIntoTree({ top, written, tree }: CheckPlace): boolean {
  if (written.length === 0) return false;
  if (tree.include.some((path) => isWithin(path, written))) return true;
  const ignored = readGitLayout(top) === undefined ? undefined : ignoredPaths(top, written);
  return ignored === undefined || !ignored.ok || ignored.value.length < written.length;
}

/** The content of a checkout, as evidence binds to it; `written` is what the run itself writes, from its root. */
export function treeOf(
  workspace: Workspace,
  top: string,
  written: readonly string[],
  rulesOf: RulesReader = readTreeRules,
): Result<TreeRequest> {
  const rules = rulesOf(workspace, top);
  if (!rules.ok) return rules;
  const { leaveOut, ...rest } = rules.value;
  const store = join(workspace.place.planning, ".local", "trees");
  return ok({ root: top, store, leaveOut: [...leaveOut, ...written], ...rest });
}

/** What counts of a checkout, whoever looks at it. */
type TreeRules = Pick<TreeRequest, "ignore" | "leaveOut" | "include">;
export type RulesReader = (workspace: Workspace, top: string) => Result<TreeRules>;

/** Asks Git three times, and lists the workspace's folder. */
function readTreeRules(workspace: Workspace, top: string): Result<TreeRules> {
  const isGit = readGitLayout(top) !== undefined;
  const ignore = isGit ? extraIgnoreRules(top) : ok("");
  if (!ignore.ok) return ignore;
  const tracked = isGit ? trackedIgnored(top) : ok([]);
  if (!tracked.ok) return tracked;
  const { leaveOut, foreign } = ownFiles(workspace, top);
  const include = [...tracked.value.filter((path) => !isWithin(path, leaveOut)), ...foreign].sort();
  return ok({ ignore: ignore.value, leaveOut, include });
}

/** For many checks at one moment: each checkout is asked about once. */
export function rememberTreeRules(): RulesReader {
  const known = new Map<string, Result<TreeRules>>();
  return (workspace, top) => {
    const rules = known.get(top) ?? readTreeRules(workspace, top);
    known.set(top, rules);
    return rules;
  };
}

const fromTop = (top: string, path: string): string => relative(top, path).split(sep).join("/");

const isWithin = (path: string, places: readonly string[]): boolean =>
  places.some((place) => path === place || path.startsWith(`${place}/`));

/**
 * What Holdfast itself writes in a plan's folder, and what its people and agents write there for each other. Outputs of
 * other kinds than Markdown are asked for in the journal.
 */
const OWN_IN_PLAN =
  /^(?:(?:journal|published|archive|evidence)\/.*|(?:head|state)\.json|(?:task_plan|TODO_LIST|progress|findings|notes)(?:\.edited-[0-9a-f]{8})?\.md|(?:tasks|lanes)\/[^/]+\/[^/]+\.md|.*\.(?:hf-)?tmp)$/;
const OWN_ON_TOP = [".gitignore", ".gitattributes", "holdfast.json", ".local"];

/**
 * The workspace's folder within a checkout: all of it is kept out of Git, so what is not Holdfast's there is named, or
 * code could be hidden in it.
 */
function ownFiles(
  workspace: Workspace,
  top: string,
): { readonly leaveOut: readonly string[]; readonly foreign: readonly string[] } {
  const { planning } = workspace.place;
  if (!isInside(top, planning)) return { leaveOut: [], foreign: [] };
  const prefix = fromTop(top, planning);
  const leaveOut = OWN_ON_TOP.map((name) => `${prefix}/${name}`);
  const foreign: string[] = [];
  const inTasks = new Map<string, Set<string>>();
  for (const path of listFiles(planning, "", 0)) {
    const [first = "", ...rest] = path.split("/");
    if (rest.length === 0 ? OWN_ON_TOP.includes(first) : OWN_IN_PLAN.test(rest.join("/"))) continue;
    const [folder, ...name] = rest;
    if (folder === "tasks" && name.length === 2)
      inTasks.set(first, (inTasks.get(first) ?? new Set()).add(name.join("/")));
    else foreign.push(`${prefix}/${path}`);
  }
  for (const [slug, names] of inTasks) {
    const outputs = untouchedOutputs(workspace, slug, names);
    for (const name of names) (outputs.has(name) ? leaveOut : foreign).push(`${prefix}/${slug}/tasks/${name}`);
  }
  for (const slug of new Set(readNames(planning))) leaveOut.push(`${prefix}/${slug}/published`);
  return { leaveOut, foreign };
}

const MAX_DEPTH = 12;

/** Files below the workspace's folder, `.local` aside. */
function* listFiles(folder: string, prefix: string, depth: number): Generator<string> {
  for (const entry of readEntries(folder)) {
    if (depth === 0 && entry.name === ".local") continue;
    const path = `${prefix}${entry.name}`;
    if (!entry.isDirectory()) yield path;
    else if (depth < MAX_DEPTH) yield* listFiles(join(folder, entry.name), `${path}/`, depth + 1);
  }
}

function readEntries(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

const readNames = (planning: string): readonly string[] =>
  readEntries(planning).flatMap((entry) => (entry.isDirectory() && entry.name !== ".local" ? [entry.name] : []));
