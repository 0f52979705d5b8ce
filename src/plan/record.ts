/** One line of a journal: the events of one command, applied or refused whole (docs/journal.md). */

export type CloneId = string & { readonly __brand: "CloneId" };
export type RecordId = string & { readonly __brand: "RecordId" };

/** What a session may do to a plan. A `worker` holds a live claim and may write that task only. */
export type Role = "person" | "writer" | "observer" | "worker";

/** Who wrote a record. `person` is set only where the act was shown to be a person's. */
export interface Author {
  /** `<host>:<id>`, deterministic for one conversation. */
  readonly session: string;
  readonly role: Role;
  readonly person?: string;
  readonly worker?: string;
  readonly machine?: string;
  readonly pid?: number;
}

/** An entry of the journal. Unknown types and fields survive a round trip. */
export interface JournalEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** How many records of each other clone the writer had folded. */
export type Seen = Readonly<Record<string, number>>;

export interface JournalRecord {
  /** The lowest program format that may fold this record. */
  readonly format: number;
  readonly id: RecordId;
  readonly clone: CloneId;
  /** Wall clock of the writer, milliseconds since the epoch. */
  readonly at: number;
  /** Hybrid clock: exceeds the effective time of everything the writer had folded. */
  readonly time: number;
  readonly by: Author;
  readonly seen: Seen;
  /** How many records of its own file the writer had folded, and the digest of that prefix. */
  readonly prefix: readonly [count: number, digest: string];
  readonly events: readonly JournalEvent[];
  /** Name of the key, and the keyed digest of everything before this field; absent where no key could be had. */
  readonly key?: string;
  readonly mac?: string;
}

/** `<clone>:<ordinal>` of the record that gave a value, so that state can say why it has it. */
export type Stamp = string & { readonly __brand: "Stamp" };

/** A record as the fold meets it: with its place and its effective time in the merged order. */
export interface PlacedRecord extends JournalRecord {
  readonly ordinal: number;
  readonly effectiveTime: number;
}

/** The highest record format that this program folds and writes. */
export const FORMAT = 1;

/** The largest record, in bytes, newlines included. */
export const MAX_RECORD_BYTES = 8 * 1024 * 1024;
