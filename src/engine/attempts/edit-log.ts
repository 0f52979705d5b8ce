import { appendFileSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileNameOf } from "../../workspace/file-name.ts";
import { makeFolder, sweepFiles, writeFileAtomic } from "../../workspace/files.ts";
import { agentSession } from "../../workspace/session-key.ts";

/** Files that a host's tool has changed, in a conversation or in a subagent of it. */
export interface EditNote {
  readonly at: number;
  readonly session: string;
  readonly agent?: string;
  /** Absolute. */
  readonly files: readonly string[];
}

/** An edit, and who made it: the conversation, or the subagent as it acts (`agentSession`). */
export interface Edit extends EditNote {
  readonly actor: string;
}

/** Which call started a subagent: its attempts go by the call. */
interface AgentNote {
  readonly session: string;
  readonly agent: string;
  readonly call: string;
}

const LONGEST_FILE = 512 * 1024;
const KEPT_LINES = 1000;
const NAME = /^[a-z0-9_-]+\.jsonl$/;

const folderOf = (planning: string): string => join(planning, ".local", "edits");
const fileOf = (planning: string, session: string): string => join(folderOf(planning), `${fileNameOf(session)}.jsonl`);

/** Notes what a tool has changed, or who a subagent is. What cannot be written makes a file nobody's. */
export function noteEdit(planning: string, note: EditNote | AgentNote): void {
  try {
    const path = fileOf(planning, note.session);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isFile() === false || (stats === undefined && !makeFolder(planning, ".local", "edits").ok)) return;
    appendFileSync(path, `\n${JSON.stringify(note)}\n`, { mode: 0o600 });
  } catch {
    // Whose the file is, is then told by the tree alone.
  }
}

/** The edits of all conversations between two times, oldest first. */
export function readEdits(planning: string, from: number, to: number): readonly Edit[] {
  const edits: Edit[] = [];
  for (const name of listNames(folderOf(planning))) {
    const notes = readLines(join(folderOf(planning), name));
    const calls = new Map(notes.flatMap((note) => ("call" in note ? [[note.agent, note.call] as const] : [])));
    for (const note of notes) {
      if ("call" in note || note.at < from || note.at > to) continue;
      const { session, agent } = note;
      edits.push({ ...note, actor: agent === undefined ? session : agentSession(session, calls.get(agent) ?? agent) });
    }
  }
  return edits.sort((a, b) => a.at - b.at);
}

/** Makes a long log short again, and takes away those of conversations that have long been silent. */
export function tidyEdits(planning: string, session: string, now: number, olderThanMs: number): void {
  try {
    const path = fileOf(planning, session);
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === true && statSync(path).size > LONGEST_FILE) {
      const lines = readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "");
      writeFileAtomic(path, `${lines.slice(-KEPT_LINES).join("\n")}\n`, { mode: 0o600 });
    }
  } catch {
    // A long log still serves.
  }
  sweepFiles(folderOf(planning), (name, { mtimeMs }) => NAME.test(name) && now - mtimeMs > olderThanMs);
}

function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => NAME.test(name));
  } catch {
    return [];
  }
}

function readLines(path: string): readonly (EditNote | AgentNote)[] {
  try {
    if (!lstatSync(path).isFile()) return [];
    return readFileSync(path, "utf8")
      .split("\n")
      .flatMap((line) => parse(line) ?? []);
  } catch {
    return [];
  }
}

function parse(line: string): EditNote | AgentNote | undefined {
  if (line === "") return undefined;
  let value: Record<string, unknown> | null;
  try {
    value = JSON.parse(line) as typeof value;
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || typeof value["session"] !== "string") return undefined;
  const { agent, call, at, files } = value;
  const hasAgent = typeof agent === "string";
  if (hasAgent && typeof call === "string") return value as unknown as AgentNote;
  const isEdit =
    typeof at === "number" &&
    (agent === undefined || hasAgent) &&
    Array.isArray(files) &&
    files.every((file) => typeof file === "string");
  return isEdit ? (value as unknown as EditNote) : undefined;
}
