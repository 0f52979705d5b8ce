import { readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Workspace } from "../engine/workspace.ts";
import type { CandidateKind } from "./command.ts";
import type { Io } from "./io.ts";

export interface Candidate {
  readonly value: string;
  /** What it is, for shells that show that. */
  readonly note: string;
}

/** What the command line says so far that decides where names come from. */
export interface Given {
  /** The word that is being completed, possibly empty. */
  readonly word: string;
  readonly plan?: string;
  readonly root?: string;
}

/** The names there are of one kind; none where they cannot be had, for a completion never fails. */
export type CandidateSource = (kind: CandidateKind, given: Given) => Promise<readonly Candidate[]>;

export async function candidates(kind: CandidateKind, given: Given, io: Io): Promise<readonly Candidate[]> {
  try {
    return kind === "file" ? await filesBeside(given.word, io.cwd) : await namesIn(kind, given, io);
  } catch {
    return [];
  }
}

/** Names of a workspace that is there already: looking for them makes nothing. */
async function namesIn(kind: CandidateKind, given: Given, io: Io): Promise<readonly Candidate[]> {
  if (!NAMED.has(kind)) return [];
  const { Workspace } = await import("../engine/workspace.ts");
  const { cwd, env } = io;
  const workspace = await Workspace.open({ cwd, env, ...(given.root === undefined ? {} : { root: given.root }) });
  if (!workspace.ok || !workspace.value.exists) return [];
  try {
    return kind === "plan" || kind === "session" || kind === "repo"
      ? await namesOfWorkspace(kind, workspace.value)
      : namesOfPlan(kind, workspace.value, given.plan);
  } finally {
    workspace.value.close();
  }
}

const NAMED: ReadonlySet<CandidateKind> = new Set([
  "plan",
  "session",
  "repo",
  "task",
  "lane",
  "phase",
  "check",
  "finding",
  "criterion",
]);

async function namesOfWorkspace(
  kind: "plan" | "session" | "repo",
  workspace: Workspace,
): Promise<readonly Candidate[]> {
  if (kind === "plan") return workspace.list().map(({ slug, status }) => ({ value: slug, note: status }));
  const facts = workspace.facts();
  if (!facts.ok) return [];
  if (kind === "session") {
    return [...facts.value.state.bindings.values()].map(({ session, role, plan }) => ({
      value: session,
      note: `${role} of ${plan}`,
    }));
  }
  const { repositoriesOf } = await import("../engine/sessions/sessions.ts");
  return repositoriesOf(workspace, facts.value.state).map(({ id, path }) => ({ value: id, note: path }));
}

/** More than anybody reads in a list of completions. */
const MOST = 500;

function namesOfPlan(kind: CandidateKind, workspace: Workspace, plan: string | undefined): readonly Candidate[] {
  const store = workspace.plan(plan, { isReading: true });
  if (!store.ok) return [];
  const { state } = store.value;
  store.value.close();
  if (kind === "phase") return state.phases.map(({ id, title }) => ({ value: id, note: title }));
  if (kind === "task") {
    return [...state.tasks.values()]
      .filter(({ status }) => status !== "dropped")
      .slice(-MOST)
      .map(({ id, status, title }) => ({ value: id, note: `${status}: ${title.slice(0, 60)}` }));
  }
  if (kind === "check") return state.checks.map(({ id, kind: what }) => ({ value: id, note: what }));
  if (kind === "criterion") return state.criteria.map(({ id, text }) => ({ value: id, note: text.slice(0, 60) }));
  if (kind === "finding") {
    const all = [state, ...state.tasks.values()].flatMap(({ reviews }) => reviews?.findings ?? []);
    return all.slice(-MOST).map(({ id, severity, message }) => ({
      value: id,
      note: `${severity}: ${message.slice(0, 60)}`,
    }));
  }
  if (kind !== "lane") return [];
  return [...state.lanes.values()].map(({ id, status, title }) => ({
    value: id,
    note: `${status}: ${title.slice(0, 60)}`,
  }));
}

async function filesBeside(word: string, cwd: string): Promise<readonly Candidate[]> {
  const folder = word.endsWith("/") ? word : dirname(word);
  const entries = await readdir(resolve(cwd, folder), { withFileTypes: true });
  const prefix = folder === "." && !word.startsWith("./") ? "" : folder;
  return entries.map((entry) => ({
    value: `${word.startsWith("./") && prefix === "." ? "./" : ""}${join(prefix, entry.name)}${entry.isDirectory() ? "/" : ""}`,
    note: entry.isDirectory() ? "folder" : "file",
  }));
}
