import { join } from "node:path";
import { checkFileSystem } from "../../journal/disk.ts";
import { ok } from "../../plan/refusal.ts";
import type { WorkspaceState } from "../../workspace/facts.ts";
import { readSmallFile } from "../../workspace/files.ts";
import { headCommit } from "../../workspace/git.ts";
import { readGitLayout } from "../../workspace/git-layout.ts";
import { keyFolder } from "../../workspace/keys.ts";
import { absolutePath } from "../../workspace/repositories.ts";
import { GIT_FILE_HEADER } from "../../workspace/root.ts";
import { deadBindings } from "../../workspace/sessions.ts";
import { listCheckouts } from "../../workspace/worktrees.ts";
import { findTemporaries, sweepOwnTemporaries } from "./doctor-files.ts";
import { fromRefusal, type DoctorOptions, type Finding } from "./doctor-finding.ts";
import { examineFacts, examinePlan, type Examined } from "./doctor-journal.ts";
import { checkoutsOf, collectSessions, repositoriesOf } from "../sessions/sessions.ts";
import type { Workspace } from "../workspace.ts";

const OLDEST_NODE = [20, 19] as const;
/** Clocks of machines that work together differ by so much. */
const CLOCK_TOLERANCE_MS = 5_000;

/** Looks at everything that can be wrong with a workspace. Without `fix` it changes nothing that a person would see. */
export async function diagnose(workspace: Workspace, options: DoctorOptions): Promise<readonly Finding[]> {
  const found: Finding[] = [checkNode(process.versions.node), checkPlace(workspace)];
  if (workspace.caller.env["HOLDFAST"] === "off") {
    found.push({ check: "switch", level: "note", message: "HOLDFAST=off: hooks do nothing" });
  }
  if (!workspace.exists) return found;
  found.push(...checkGround(workspace, options));
  const identity = workspace.identity();
  found.push(identity.ok ? describeIdentity(identity.value) : fromRefusal("identity", identity.refusal));
  if (!identity.ok) return found;
  found.push(checkKey(workspace));
  // The journals are looked at before anything opens them: opening puts second names right.
  const facts = examineFacts(workspace);
  found.push(...facts.findings);
  const plans = workspace.slugs().map((slug) => examinePlan(workspace, slug, options));
  found.push(...plans.flatMap(({ findings }) => findings));
  found.push(checkClock(workspace, [facts, ...plans]));
  found.push(...checkTemporaries(workspace, options));
  const opened = workspace.facts();
  if (opened.ok) {
    found.push(...(await checkSessions(workspace, opened.value.state, options)));
    found.push(...checkRepositories(workspace, opened.value.state));
  }
  return found;
}

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  if (!isOld) return { check: "node", level: "ok", message: `Node ${version}` };
  const message = `Node ${version} is older than ${OLDEST_NODE.join(".")}`;
  return { check: "node", level: "problem", message, hint: "install a newer Node" };
}

const CLAIMS = {
  explicit: "it was named",
  self: "you stand in it",
  folder: "you stand in its folder",
  repository: "you stand in a repository that it has registered",
  checkout: "you stand in a worktree of one of its plans",
  toplevel: "it is the root of this repository",
  child: "it holds this repository, and has none registered",
  record: "Git's folder remembers it",
} as const;

function checkPlace({ place }: Workspace): Finding {
  const { root, planning, state, claim } = place;
  if (state === "none") {
    const message = `there is no workspace here; ${root} would be its root`;
    return { check: "workspace", level: "note", message, hint: "holdfast init" };
  }
  const why = claim === undefined ? "" : `: ${CLAIMS[claim]}`;
  const isLost = state === "lost";
  const message = `${planning}${why}${isLost ? "; its files were gone and are restored from Git's folder" : ""}`;
  return { check: "workspace", level: isLost ? "note" : "ok", message };
}

/** What everything else stands on: the disk, and being kept out of Git. */
function checkGround(workspace: Workspace, { fix }: DoctorOptions): readonly Finding[] {
  const { planning, root } = workspace.place;
  const { journals, second } = workspace.layout;
  const unfit = checkFileSystem(journals);
  const found: Finding[] = [
    unfit === undefined
      ? { check: "file-system", level: "ok", message: `appends to ${journals} are safe` }
      : fromRefusal("file-system", unfit),
  ];
  if (second === undefined) {
    const message = `${root} is not in a Git repository: journals have no second name to be restored from`;
    found.push({ check: "second-name", level: "note", message });
  }
  const isHidden = (): boolean => readSmallFile(join(planning, ".gitignore"))?.startsWith(GIT_FILE_HEADER) === true;
  if (isHidden()) return found;
  const put = fix ? workspace.prepare() : undefined;
  const message = `Git sees the plans: ${join(planning, ".gitignore")} is missing or another's`;
  const level = isHidden() ? "fixed" : "problem";
  const hint = put?.ok === false ? (put.refusal.hint ?? put.refusal.message) : "holdfast doctor --fix";
  return [...found, { check: "git-ignore", level, message, ...(level === "fixed" ? {} : { hint }) }];
}

function describeIdentity({ id, former }: { readonly id: string; readonly former: readonly unknown[] }): Finding {
  if (former.length === 0) return { check: "identity", level: "ok", message: `this clone is ${id}` };
  const message = `this clone is ${id}: the folder was copied or moved ${former.length} times, and got a new identity each time`;
  return { check: "identity", level: "note", message };
}

function checkKey(workspace: Workspace): Finding {
  const key = workspace.key();
  if (key !== undefined) return { check: "key", level: "ok", message: `records are sealed with ${key.name}` };
  const folder = keyFolder(workspace.place.root, { env: workspace.caller.env });
  const why = folder.ok ? `no key can be kept in ${folder.value}` : folder.refusal.message;
  const hint = folder.ok ? "see that this account may write there" : folder.refusal.hint;
  const message = `records are not sealed: ${why}`;
  return { check: "key", level: "problem", message, ...(hint === undefined ? {} : { hint }) };
}

/** A clock that went back stamps new records with times that have been. Order does not suffer; leases and people do. */
function checkClock(workspace: Workspace, examined: readonly Examined[]): Finding {
  const last = Math.max(0, ...examined.map(({ lastAt }) => lastAt));
  const behindMs = last - workspace.now();
  if (behindMs <= CLOCK_TOLERANCE_MS)
    return { check: "clock", level: "ok", message: "the clock is not behind the records" };
  const message = `the last record is from ${new Date(last).toISOString()}: this clock is ${Math.round(behindMs / 1000)} s behind it`;
  return {
    check: "clock",
    level: "problem",
    message,
    hint: "set the clock; leases count from the wrong time until then",
  };
}

function checkTemporaries(workspace: Workspace, { fix }: DoctorOptions): readonly Finding[] {
  const before = findTemporaries(workspace);
  if (before.length === 0) return [];
  if (fix) sweepOwnTemporaries(workspace);
  const left = fix ? findTemporaries(workspace).length : before.length;
  const message = `${before.length} drafts of writers that died, the first ${before[0]}`;
  if (left === 0) return [{ check: "temporaries", level: "fixed", message }];
  return [{ check: "temporaries", level: "note", message, hint: "holdfast doctor --fix" }];
}

async function checkSessions(
  workspace: Workspace,
  state: WorkspaceState,
  { fix }: DoctorOptions,
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  const dead = deadBindings(state, workspace.now(), workspace.alive).filter(
    ({ session }) => session !== workspace.actor.session,
  );
  const collected = fix && dead.length > 0 ? await collectSessions(workspace) : undefined;
  for (const { session, plan, role } of dead) {
    const message = `${session} is bound to ${plan} as ${role}, its lease has run out, and it does not show itself`;
    const isFixed = collected?.ok === true && collected.value.some((binding) => binding.session === session);
    found.push({
      check: "sessions",
      level: isFixed ? "fixed" : "note",
      message,
      ...(isFixed ? {} : { hint: "holdfast session collect" }),
    });
  }
  const slugs = new Set(workspace.list().flatMap(({ slug, aliases }) => [slug, ...aliases]));
  if (state.defaultPlan !== undefined && !slugs.has(state.defaultPlan)) {
    const message = `the default plan ${state.defaultPlan} is gone`;
    found.push({ check: "sessions", level: "note", message, hint: "holdfast plan switch <slug>" });
  }
  return found.length > 0 ? found : [{ check: "sessions", level: "ok", message: `${state.bindings.size} bound` }];
}

function checkRepositories(workspace: Workspace, state: WorkspaceState): readonly Finding[] {
  const { root } = workspace.place;
  const found: Finding[] = [];
  for (const repository of state.repositories.values()) {
    if (readGitLayout(absolutePath(root, repository)) !== undefined) continue;
    const message = `the repository ${repository.id} is not at ${repository.path} any more`;
    found.push({ check: "repositories", level: "problem", message, hint: `holdfast repo remove ${repository.id}` });
  }
  const repositories = repositoriesOf(workspace, state);
  for (const repository of repositories) {
    const git = readGitLayout(absolutePath(root, repository));
    const head = git === undefined ? ok(undefined) : headCommit(git.toplevel);
    if (!head.ok) found.push(fromRefusal("git", head.refusal));
  }
  for (const { checkout, path, exists, isCutOff } of listCheckouts(root, repositories, checkoutsOf(state))) {
    if (isCutOff) {
      const message = `the worktree of ${checkout.plan} for ${checkout.repo} at ${path} has lost its repository`;
      found.push({ check: "worktrees", level: "problem", message, hint: `git worktree repair ${path}` });
    }
    if (exists) continue;
    const message = `the worktree of ${checkout.plan} for ${checkout.repo} is not at ${path} any more`;
    const hint = `holdfast worktree remove --plan ${checkout.plan} --repo ${checkout.repo} forgets it`;
    found.push({ check: "worktrees", level: "note", message, hint });
  }
  return found;
}
