import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Author, CloneId, JournalEvent } from "../plan/record.ts";
import type { Reducer } from "../plan/reducer.ts";
import { refuse, type Result } from "../plan/refusal.ts";
import { mintRecordId } from "./ids.ts";
import { type Draft, type Journal, type JournalOptions, openJournal } from "./journal.ts";
import { isObject } from "../plan/shape.ts";

/** What the toy reducer makes of a journal: who won each claim, and every record met, in order. */
export interface Toy {
  readonly claims: Record<string, string>;
  readonly log: string[];
  sum: number;
}

/** Counts, and gives each thing to the first who claims it. Changes its state in place, as a reducer may. */
export const toyReducer: Reducer<Toy, string> = {
  initial: () => ({ claims: {}, log: [], sum: 0 }),
  apply(state, record) {
    state.log.push(`${record.clone}:${record.ordinal}:${record.effectiveTime}:${record.id}`);
    for (const event of record.events) {
      if (event.type === "spilled") return { state, spills: [String(event["text"])] };
      if (event.type === "added") state.sum += Number(event["by"]);
      if (event.type !== "claimed") continue;
      const thing = String(event["thing"]);
      const owner = Object.hasOwn(state.claims, thing) ? state.claims[thing] : undefined;
      if (owner !== undefined) return { state, refusal: refuse("taken", `${thing} belongs to ${owner}.`) };
      Object.defineProperty(state.claims, thing, { value: record.id, enumerable: true });
    }
    return { state };
  },
  snapshot: (state) => ({ $schema: "toy", ...state }),
  restore(value) {
    if (!isObject(value) || !isObject(value["claims"]) || !Array.isArray(value["log"])) return undefined;
    const { claims, log, sum } = value as unknown as Toy;
    return { claims: { ...claims }, log: [...log], sum };
  },
};

export const CLONE_A = "caaaaaaaa" as CloneId;
export const CLONE_B = "cbbbbbbbb" as CloneId;
export const CLONE_C = "ccccccccc" as CloneId;
export const AUTHOR: Author = { session: "test:1", role: "writer" };

/** A folder that is removed when the test is over. */
export interface TempDir extends Disposable {
  readonly path: string;
  readonly at: (...names: string[]) => string;
}

export function tempDir(): TempDir {
  const dir = mkdtempSync(path.join(tmpdir(), "holdfast-journal-"));
  return {
    path: dir,
    at: (...names) => path.join(dir, ...names),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

export type ToyOptions = JournalOptions<Toy, string>;
/** Options to be laid over the usual ones; undefined takes one away. */
export type Changes = { readonly [K in keyof ToyOptions]?: ToyOptions[K] | undefined };

/** Options for a journal with its files under `dir`. */
export function toyOptions(dir: string, changes: Changes = {}): ToyOptions {
  const options = {
    clone: CLONE_A,
    dir: path.join(dir, "journal"),
    second: path.join(dir, "second"),
    snapshot: path.join(dir, "state.json"),
    previous: path.join(dir, ".local", "earlier.json"),
    reducer: toyReducer,
    ...changes,
  };
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as unknown as ToyOptions;
}

/** The value of a result that must be one. */
export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.refusal.reason}: ${result.refusal.message} ${result.refusal.place ?? ""}`);
  return result.value;
}

/** The reason of a result that must be a refusal. */
export function reasonOf(result: Result<unknown>): string {
  if (result.ok) throw new Error("it was not refused");
  return result.refusal.reason;
}

/** Opens a journal, making it if need be. */
export function openToy(dir: string, changes: Changes = {}): Journal<Toy, string> {
  const journal = must(openJournal(toyOptions(dir, changes)));
  must(journal.create());
  return journal;
}

let clock = 1_700_000_000_000;

/** A draft with a fresh id; `at` moves on by a millisecond each time unless it is given. */
export function draft(events: readonly JournalEvent[], more: Partial<Draft> = {}): Draft {
  clock += 1;
  const at = more.at ?? clock;
  return { id: mintRecordId(at), at, by: AUTHOR, events, ...more };
}

export const add = (by: number, more: Partial<Draft> = {}): Draft => draft([{ type: "added", by }], more);
export const claim = (thing: string, more: Partial<Draft> = {}): Draft => draft([{ type: "claimed", thing }], more);

/** The state that a fold from nothing but the journal files gives. */
export function replay(dir: string, changes: Changes = {}): Toy {
  const bare = { snapshot: undefined, previous: undefined, second: undefined };
  const journal = must(openJournal(toyOptions(dir, { ...changes, ...bare })));
  journal.close();
  return journal.state;
}

/** The non-empty lines of a file. */
export const linesOf = (file: string): string[] => readFileSync(file, "utf8").split("\n").filter(Boolean);

/** Makes a clone's journal elsewhere from drafts, and answers its lines as that clone wrote them. */
export function writeElsewhere(clone: CloneId, drafts: readonly Draft[], changes: Changes = {}): readonly string[] {
  using far = tempDir();
  const journal = openToy(far.path, { ...changes, clone });
  for (const each of drafts) must(journal.append(each));
  journal.close();
  return linesOf(far.at("journal", `${clone}.jsonl`));
}
