import type { ListItem } from "../../context/plan-item.ts";
import { omit } from "../../plan/omit.ts";
import type { SessionSource } from "./host-event.ts";
import { type Listed, type MemoryNote, parseNote, type Spawn } from "./memory-note.ts";

/** What is remembered of a conversation, beside what the journals know. Never changed in place. */
export interface SessionMemory {
  /** Who took up an event first, by its id. */
  readonly handled: ReadonlyMap<string, string>;
  readonly saw?: { readonly plan: string; readonly revision: number };
  readonly told: ReadonlySet<string>;
  readonly contextUse?: number;
  /** How full the window was before it was emptied: a host may say so once more. */
  readonly pastUse?: number;
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
  readonly listed?: Listed;
  readonly began?: { readonly at: number; readonly plan?: string; readonly revision?: number };
}

/** What the model has been told once it was told that its session is on no plan. */
export const UNBOUND = "unbound";

/** What it has been told once it was told that its window is mostly full. */
export const FULL = "full";

type Seen = { readonly slug: string; readonly revision: number };

export const noteSeen = ({ slug, revision }: Seen): MemoryNote => ({ note: "saw", plan: slug, revision });

/**
 * That the model was told everything, of its plan where it is on one, and, unless the conversation only goes on, that it
 * begins here.
 */
export function noteBegun(
  { began }: SessionMemory,
  source: SessionSource,
  at: number,
  plan?: Seen,
): readonly MemoryNote[] {
  const emptied: readonly MemoryNote[] = source === "compact" ? [{ note: "compacted" }] : [];
  if (plan === undefined) return [...emptied, { note: "began", at }];
  const goesOn = (source === "compact" || source === "resume") && began !== undefined;
  const begin: MemoryNote = { note: "began", at, plan: plan.slug, revision: plan.revision };
  return [...emptied, ...(goesOn ? [] : [begin]), noteSeen(plan)];
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
const MOST_TOLD = 200;
const MOST_CHANGED = 500;
const MOST_SPAWNS = 100;
const MOST_ENDED = 10;
const MOST_ITEMS = 200;
const LONGEST_ITEM = 200;

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
      return { ...memory, told: new Set([...memory.told, note.what].slice(-MOST_TOLD)) };
    case "context-use":
      return isPastUse(memory, note.share) ? memory : { ...withoutUse(memory), contextUse: note.share };
    case "compacted":
      return emptied(memory);
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
    case "spawned":
    case "agent":
    case "agent-ended":
    case "spawn-ended":
      return rememberSubagent(memory, note);
    case "left":
      return { ...memory, left: { plan: note.plan, role: note.role } };
    case "taken-up": {
      const { left: _, ...rest } = memory;
      return rest;
    }
    case "items":
    case "item":
      return { ...memory, items: itemsWith(memory, note) };
    case "listed": {
      const { note: _, ...listed } = note;
      return { ...memory, listed };
    }
    case "began": {
      const { note: _, ...began } = note;
      return { ...memory, began };
    }
    default:
      return note satisfies never;
  }
}

/** A change of the window's use that is worth remembering. */
export const USE_STEP = 0.02;

/** Whether a share is that of before the window was emptied, told once more. */
export const isPastUse = ({ pastUse }: SessionMemory, share: number): boolean =>
  pastUse !== undefined && Math.abs(pastUse - share) < USE_STEP;

function emptied(memory: SessionMemory): SessionMemory {
  const told = new Set([...memory.told].filter((what) => what !== FULL));
  const past = memory.contextUse ?? memory.pastUse;
  return { ...withoutUse(memory), told, ...(past === undefined ? {} : { pastUse: past }) };
}

const withoutUse = (memory: SessionMemory): SessionMemory => omit(memory, "contextUse", "pastUse");

type NoteOf<N extends MemoryNote["note"]> = Extract<MemoryNote, { readonly note: N }>;

function rememberSubagent(
  memory: SessionMemory,
  note: NoteOf<"spawned" | "agent" | "agent-ended" | "spawn-ended">,
): SessionMemory {
  const { spawns, agents, outcomes, ended } = memory;
  switch (note.note) {
    case "spawned": {
      const { note: _, ...spawn } = note;
      return { ...memory, spawns: lastOf(MOST_SPAWNS, new Map(spawns).set(note.call, spawn)) };
    }
    case "agent":
      return { ...memory, agents: lastOf(MOST_SPAWNS, new Map(agents).set(note.agent, note.call)) };
    case "agent-ended":
      return {
        ...memory,
        agents: without(agents, note.agent),
        ended: lastOf(MOST_ENDED, new Map(ended).set(note.agent, note.last)),
      };
    case "spawn-ended": {
      const rest = { ...memory, spawns: without(spawns, note.call) };
      if (note.how === undefined) return rest;
      return { ...rest, outcomes: lastOf(MOST_ENDED, new Map(outcomes).set(note.call, note.how)) };
    }
    default:
      return note satisfies never;
  }
}

/** The host's list with all of it replaced, or one item. */
function itemsWith({ items }: SessionMemory, note: NoteOf<"items" | "item">): SessionMemory["items"] {
  if (note.note === "items") {
    return new Map(note.items.slice(0, MOST_ITEMS).map((item, at) => [String(at), shortItem(item)]));
  }
  if (note.status === "deleted") return without(items, note.id);
  const known = items.get(note.id) ?? { content: "", status: "pending" };
  const item = { content: note.content ?? known.content, status: note.status ?? known.status };
  return lastOf(MOST_ITEMS, new Map(items).set(note.id, shortItem(item)));
}

/** Notes that say all that a memory holds. */
export function notesOf(memory: SessionMemory): readonly MemoryNote[] {
  const { saw, contextUse, pastUse, left, listed, began } = memory;
  return [
    ...(began === undefined ? [] : [{ note: "began" as const, ...began }]),
    ...[...memory.handled].map(([id, by]) => ({ note: "handled" as const, id, by })),
    ...(saw === undefined ? [] : [{ note: "saw" as const, ...saw }]),
    ...(pastUse === undefined
      ? []
      : [{ note: "context-use" as const, share: pastUse }, { note: "compacted" as const }]),
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
    ...(listed === undefined ? [] : [{ note: "listed" as const, ...listed }]),
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
