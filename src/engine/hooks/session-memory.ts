import { appendFileSync, lstatSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileNameOf } from "../../workspace/file-name.ts";
import type { ListItem } from "../../context/plan-item.ts";
import { isObject } from "../../plan/shape.ts";
import type { SessionSource } from "./host-event.ts";
import { makeFolder, sweepFiles, writeFileAtomic } from "../../workspace/files.ts";

/** One line of a session's memory. Lost ones cost a repetition and nothing else. */
export type MemoryNote =
  /** An event was taken up; who noted it first handles it. */
  | { readonly note: "handled"; readonly id: string; readonly by: string }
  /** The model was told of a plan as of a revision. */
  | { readonly note: "saw"; readonly plan: string; readonly revision: number }
  /** The model was told something that is said once. */
  | { readonly note: "told"; readonly what: string }
  | { readonly note: "context-use"; readonly share: number }
  | { readonly note: "changed"; readonly files: readonly string[] }
  /** What was changed so far has been logged. */
  | { readonly note: "logged" }
  /** The conversation ended; it may be taken up again. */
  | { readonly note: "ended" }
  /** Prompts that the host will send by itself, as fingerprints. */
  | { readonly note: "scheduled"; readonly prompts: readonly string[] }
  | ({ readonly note: "spawned" } & Spawn)
  /** A subagent was seen, of a known spawn or of none. */
  | { readonly note: "agent"; readonly agent: string; readonly call?: string }
  /** With the end of what it said. */
  | { readonly note: "agent-ended"; readonly agent: string; readonly last: string }
  /** `how` is for whoever started it, who may not have heard yet. */
  | { readonly note: "spawn-ended"; readonly call: string; readonly how?: string }
  /** What the session was bound to when it ended, and that this is settled since it was taken up again. */
  | { readonly note: "left"; readonly plan: string; readonly role: "writer" | "observer" }
  | { readonly note: "taken-up" }
  /** The host's own list of what is to be done, as a whole, and one item of it. */
  | { readonly note: "items"; readonly items: readonly ListItem[] }
  | ({ readonly note: "item"; readonly id: string } & Partial<ListItem>)
  | { readonly note: "began"; readonly at: number; readonly plan?: string; readonly revision?: number };

/** A subagent that was started, on a task or on something else. */
export interface Spawn {
  readonly call: string;
  readonly subagentType?: string;
  readonly plan?: string;
  readonly task?: string;
  readonly fence?: string;
  readonly review?: AskedReview;
}

/** A review that a subagent was started for. */
export interface AskedReview {
  /** The id of a task; none where the plan as a whole is reviewed. */
  readonly id?: string;
  readonly reviewer: string;
  /** The attempt that was there to be looked at, by its fence. */
  readonly attempt?: string;
}

/** What is remembered of a conversation, beside what the journals know. Never changed in place. */
export interface SessionMemory {
  /** Who took up an event first, by its id. */
  readonly handled: ReadonlyMap<string, string>;
  readonly saw?: { readonly plan: string; readonly revision: number };
  readonly told: ReadonlySet<string>;
  readonly contextUse?: number;
  /** Files changed in this turn, and in the turns of this conversation before it; absolute. */
  readonly changed: ReadonlySet<string>;
  readonly touched: ReadonlySet<string>;
  readonly scheduled: ReadonlySet<string>;
  readonly spawns: ReadonlyMap<string, Spawn>;
  /** Subagents that still run, each with the call that started it, where that is known. */
  readonly agents: ReadonlyMap<string, string | undefined>;
  /** How spawns ended, by call. */
  readonly outcomes: ReadonlyMap<string, string>;
  /** The last words of subagents that have ended. */
  readonly ended: ReadonlyMap<string, string>;
  readonly left?: { readonly plan: string; readonly role: "writer" | "observer" };
  /** The host's own list of what is to be done, by the host's id or by place. */
  readonly items: ReadonlyMap<string, ListItem>;
  readonly began?: { readonly at: number; readonly plan?: string; readonly revision?: number };
}

/** What the model has been told once it was told that its session is on no plan. */
export const UNBOUND = "unbound";

type Seen = { readonly slug: string; readonly revision: number };

export const noteSeen = ({ slug, revision }: Seen): MemoryNote => ({ note: "saw", plan: slug, revision });

/** That the model was told everything, and, unless the conversation only goes on, that it begins here. */
export function noteBegun(
  { began }: SessionMemory,
  source: SessionSource,
  at: number,
  plan: Seen,
): readonly MemoryNote[] {
  const goesOn = (source === "compact" || source === "resume") && began !== undefined;
  const begin: MemoryNote = { note: "began", at, plan: plan.slug, revision: plan.revision };
  return goesOn ? [noteSeen(plan)] : [begin, noteSeen(plan)];
}

/** Whether a subagent was started on a task, and its end has not been told. */
export const hasTaskSpawns = ({ spawns }: SessionMemory): boolean =>
  [...spawns.values()].some(({ task }) => task !== undefined);

const EMPTY: SessionMemory = {
  handled: new Map(),
  told: new Set(),
  changed: new Set(),
  touched: new Set(),
  scheduled: new Set(),
  spawns: new Map(),
  agents: new Map(),
  outcomes: new Map(),
  ended: new Map(),
  items: new Map(),
};

/** Of so many events it is remembered that they were taken up. */
export const MOST_HANDLED = 200;
const MOST_CHANGED = 500;
const MOST_SPAWNS = 100;
const MOST_ENDED = 10;
const MOST_ITEMS = 200;
const LONGEST_ITEM = 200;
const LONGEST_FILE = 64 * 1024;

/** The memory of one session: a file of lines, appended to by any number of hooks at once. */
export class MemoryFile {
  readonly path: string;
  readonly #planning: string;

  constructor(planning: string, session: string) {
    this.#planning = planning;
    this.path = join(planning, ".local", "sessions", `${fileNameOf(session)}.jsonl`);
  }

  read(): SessionMemory {
    return foldMemory(readLines(this.path));
  }

  get exists(): boolean {
    return lstatSync(this.path, { throwIfNoEntry: false })?.isFile() === true;
  }

  /** Appends in one write. What cannot be written is forgotten. */
  add(notes: readonly MemoryNote[]): void {
    if (notes.length === 0) return;
    try {
      const isLink = lstatSync(this.path, { throwIfNoEntry: false })?.isFile() === false;
      if (isLink || !makeFolder(this.#planning, ".local", "sessions").ok) return;
      appendFileSync(this.path, notes.map((note) => `\n${JSON.stringify(note)}\n`).join(""), { mode: 0o600 });
    } catch {
      // The next hook repeats what this one said.
    }
  }

  /** Makes a long file short again. What others append meanwhile may be lost, so only between turns. */
  tidy(): void {
    try {
      if (statSync(this.path).size <= LONGEST_FILE) return;
      const notes = notesOf(this.read());
      writeFileAtomic(this.path, notes.map((note) => `${JSON.stringify(note)}\n`).join(""), { mode: 0o600 });
    } catch {
      // A long file still serves.
    }
  }
}

const NAME = /^[a-z0-9_-]+\.jsonl$/;

/** Removes the memories of conversations that have not been heard of for so long. */
export const sweepMemories = (planning: string, now: number, olderThanMs: number): number =>
  sweepFiles(
    join(planning, ".local", "sessions"),
    (name, { mtimeMs }) => NAME.test(name) && now - mtimeMs > olderThanMs,
  );

/** Notes that somebody takes up an event, and tells whether nobody else did so before. */
export function isFirst(file: Pick<MemoryFile, "add" | "read">, id: string, by: string): boolean {
  file.add([{ note: "handled", id, by }]);
  const first = file.read().handled.get(id);
  // What could not be noted is done rather twice than never.
  return first === undefined || first === by;
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return [];
  }
}

/** What lines say, one after the other; those that say nothing are passed over. */
export function foldMemory(lines: readonly string[]): SessionMemory {
  let memory = EMPTY;
  // Nearly all of the lines; a copy of the map for each would be most of what an event costs.
  const handled = new Map<string, string>();
  for (const line of lines) {
    const note = line === "" ? undefined : parseNote(line);
    if (note?.note === "handled") {
      if (!handled.has(note.id)) lastOf(MOST_HANDLED, handled.set(note.id, note.by));
    } else if (note !== undefined) memory = remember(memory, note);
  }
  return { ...memory, handled };
}

/** The memory with one more note in it. */
export function remember(memory: SessionMemory, note: MemoryNote): SessionMemory {
  switch (note.note) {
    case "handled":
      return memory.handled.has(note.id)
        ? memory
        : { ...memory, handled: lastOf(MOST_HANDLED, new Map(memory.handled).set(note.id, note.by)) };
    case "saw":
      return { ...memory, saw: { plan: note.plan, revision: note.revision } };
    case "told":
      return { ...memory, told: new Set([...memory.told, note.what].slice(-50)) };
    case "context-use":
      return { ...memory, contextUse: note.share };
    case "changed":
      return { ...memory, changed: new Set([...memory.changed, ...note.files].slice(0, MOST_CHANGED)) };
    case "logged":
      return {
        ...memory,
        changed: new Set(),
        touched: new Set([...memory.touched, ...memory.changed].slice(0, MOST_CHANGED)),
      };
    case "ended":
      return { ...memory, touched: new Set(), agents: new Map(), spawns: new Map() };
    case "scheduled":
      return { ...memory, scheduled: new Set(note.prompts) };
    case "spawned": {
      const { note: _, ...spawn } = note;
      return { ...memory, spawns: lastOf(MOST_SPAWNS, new Map(memory.spawns).set(note.call, spawn)) };
    }
    case "agent":
      return { ...memory, agents: lastOf(MOST_SPAWNS, new Map(memory.agents).set(note.agent, note.call)) };
    case "agent-ended":
      return {
        ...memory,
        agents: without(memory.agents, note.agent),
        ended: lastOf(MOST_ENDED, new Map(memory.ended).set(note.agent, note.last)),
      };
    case "spawn-ended":
      return {
        ...memory,
        spawns: without(memory.spawns, note.call),
        ...(note.how === undefined
          ? {}
          : { outcomes: lastOf(MOST_ENDED, new Map(memory.outcomes).set(note.call, note.how)) }),
      };
    case "left":
      return { ...memory, left: { plan: note.plan, role: note.role } };
    case "taken-up": {
      const { left: _, ...rest } = memory;
      return rest;
    }
    case "items":
      return {
        ...memory,
        items: new Map(note.items.slice(0, MOST_ITEMS).map((item, at) => [String(at), shortItem(item)])),
      };
    case "item": {
      const { id } = note;
      if (note.status === "deleted") return { ...memory, items: without(memory.items, id) };
      const known = memory.items.get(id) ?? { content: "", status: "pending" };
      const item = { content: note.content ?? known.content, status: note.status ?? known.status };
      return { ...memory, items: lastOf(MOST_ITEMS, new Map(memory.items).set(id, shortItem(item))) };
    }
    case "began": {
      const { note: _, ...began } = note;
      return { ...memory, began };
    }
    default:
      return note satisfies never;
  }
}

function notesOf(memory: SessionMemory): readonly MemoryNote[] {
  const { saw, contextUse, left, began } = memory;
  return [
    ...(began === undefined ? [] : [{ note: "began" as const, ...began }]),
    ...[...memory.handled].map(([id, by]) => ({ note: "handled" as const, id, by })),
    ...(saw === undefined ? [] : [{ note: "saw" as const, ...saw }]),
    ...[...memory.told].map((what) => ({ note: "told" as const, what })),
    ...(contextUse === undefined ? [] : [{ note: "context-use" as const, share: contextUse }]),
    ...(memory.touched.size === 0 ? [] : [changed(memory.touched), { note: "logged" as const }]),
    ...(memory.changed.size === 0 ? [] : [changed(memory.changed)]),
    ...(memory.scheduled.size === 0 ? [] : [{ note: "scheduled" as const, prompts: [...memory.scheduled] }]),
    ...[...memory.spawns.values()].map((spawn) => ({ note: "spawned" as const, ...spawn })),
    ...[...memory.agents].map(([agent, call]) => ({
      note: "agent" as const,
      agent,
      ...(call === undefined ? {} : { call }),
    })),
    ...(left === undefined ? [] : [{ note: "left" as const, ...left }]),
    ...[...memory.items].map(([id, item]) => ({ note: "item" as const, id, ...item })),
  ];
}

const shortItem = ({ content, status }: ListItem): ListItem => ({
  content: content.slice(0, LONGEST_ITEM),
  status: status.slice(0, LONGEST_ITEM),
});

const changed = (files: ReadonlySet<string>): MemoryNote => ({ note: "changed", files: [...files] });

function lastOf<T>(count: number, map: Map<string, T>): ReadonlyMap<string, T> {
  for (const key of map.keys()) {
    if (map.size <= count) break;
    map.delete(key);
  }
  return map;
}

function without<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  const next = new Map(map);
  next.delete(key);
  return next;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isCount = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

const isItem = (value: unknown): boolean => isObject(value) && isText(value["content"]) && isText(value["status"]);

function parseNote(line: string): MemoryNote | undefined {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  return isNote(value) ? (value as unknown as MemoryNote) : undefined;
}

const isReview = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  isText((value as AskedReview).reviewer) &&
  [(value as AskedReview).id, (value as AskedReview).attempt].every((text) => text === undefined || isText(text));

function isNote(value: Readonly<Record<string, unknown>>): boolean {
  const texts = (...names: readonly string[]): boolean => names.every((name) => isText(value[name]));
  switch (value["note"]) {
    case "handled":
      return texts("id", "by");
    case "saw":
      return texts("plan") && isCount(value["revision"]);
    case "told":
      return texts("what");
    case "context-use":
      return isCount(value["share"]);
    case "changed":
      return Array.isArray(value["files"]) && value["files"].every(isText);
    case "logged":
    case "ended":
    case "taken-up":
      return true;
    case "scheduled":
      return Array.isArray(value["prompts"]) && value["prompts"].every(isText);
    case "spawned":
      return texts("call") && (value["review"] === undefined || isReview(value["review"]));
    case "agent":
      return texts("agent") && (value["call"] === undefined || texts("call"));
    case "agent-ended":
      return texts("agent", "last");
    case "spawn-ended":
      return texts("call") && (value["how"] === undefined || texts("how"));
    case "left":
      return texts("plan") && (value["role"] === "writer" || value["role"] === "observer");
    case "items":
      return Array.isArray(value["items"]) && value["items"].every(isItem);
    case "item":
      return texts("id") && ["content", "status"].every((name) => value[name] === undefined || isText(value[name]));
    case "began":
      return isCount(value["at"]);
    default:
      return false;
  }
}
